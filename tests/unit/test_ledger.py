"""The ledger by itself: what is seen is stored, and what goes wrong is told."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from brian_sweep_widget.models.parameters import Parameter
from brian_sweep_widget.models.units import PLAIN_NUMBER
from brian_sweep_widget.results import Outcome, Value
from brian_sweep_widget.results.store import Store
from brian_sweep_widget.runs.books import Books
from brian_sweep_widget.runs.ledger import Ledger, Record
from brian_sweep_widget.sweeps import Axis, Job, Plan

PLAN = Plan((Axis("x", (0.0, 1.0, 2.0)),), {})
PARAMETERS = {"x": Parameter("x", "real", 1.0)}


def outcome(job: Job) -> Outcome:
    """Make a result."""
    return Outcome(job, "done", {"y": Value(np.asarray(1.0), PLAIN_NUMBER, "y")})


def ledger(store: Store, enter: Any) -> Ledger:
    """Make a ledger of a sweep."""
    record = Record(store, b"s" * 16, "Model", PARAMETERS, PLAN)
    return Ledger(record, Books(), enter, lambda held: None)


def test_outcomes_are_entered_once_they_are_stored(tmp_path: Path) -> None:
    """In groups, in their order; the sweep is there before its first outcome."""
    store = Store(tmp_path / "results.sqlite")
    entered: list[Outcome] = []

    def enter(outcomes: Sequence[Outcome], *, recalled: bool = False) -> None:
        assert not recalled
        stored = store.results().outcomes
        assert {o.job.position for o in outcomes} <= {o.job.position for o in stored}
        entered.extend(outcomes)

    made = ledger(store, enter)
    for job in PLAN.jobs():
        made.record(outcome(job), None)
    made.flush(lambda: False)
    assert [one.job for one in entered] == PLAN.jobs()
    assert made.close("mind this") == 0
    assert store.results().notice == "mind this"


def test_a_defect_is_told_and_nobody_waits_for_ever(tmp_path: Path) -> None:
    """Whoever waits for the last outcomes hears of it."""

    def enter(outcomes: Sequence[Outcome], *, recalled: bool = False) -> None:
        message = "a defect"
        raise LookupError(message)

    made = ledger(Store(tmp_path / "results.sqlite"), enter)
    made.record(outcome(PLAN.jobs()[0]), None)
    for end in (lambda: made.flush(lambda: False), lambda: made.close("")):
        with pytest.raises(LookupError, match="a defect"):
            end()
