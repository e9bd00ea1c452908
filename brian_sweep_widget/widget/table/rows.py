"""Outcomes as the rows of a table: plain arithmetic, no widgets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from brian_sweep_widget.models import Unit
from brian_sweep_widget.results import Outcome
from brian_sweep_widget.results.naming import joined
from brian_sweep_widget.runs import Sweep
from brian_sweep_widget.sweeps import number_of


def rows(sweep: Sweep, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Give the traits of a `ResultsTable`: a row for every simulation, also for those to come.

    Parameters
    ----------
    sweep
        What runs.
    outcomes
        The latest of every job.
    """
    plan = sweep.plan
    measures: dict[str, tuple[str, Unit]] = {}
    for outcome in outcomes:
        for name, value in outcome.values.items():
            if not value.si.ndim:
                measures.setdefault(name, (value.label, value.unit))
    grid = np.meshgrid(
        *(np.asarray(axis.shown) for axis in plan.axes),
        np.arange(1.0, plan.trials + 1),
        indexing="ij",
    )
    known = [*plan.axes, None] if plan.trials > 1 else [*plan.axes]
    settings = [values.ravel() for values in grid[: len(known)]]
    numbers = {name: np.full(len(plan), np.nan) for name in measures}
    notes = {}
    for outcome in outcomes:
        row = number_of(plan, outcome.job.position)
        for name, (_, unit) in measures.items():
            found = outcome.values.get(name)
            if found is not None and not found.si.ndim:
                numbers[name][row] = unit.show(float(found.si))
        if not outcome.complete:
            status = "partial" if outcome.partial else outcome.status
            notes[row] = f"{status}: {outcome.error}" if outcome.error else status
    columns = [
        {"label": "Trial", "unit": ""}
        if axis is None
        else {"label": axis.label or axis.name, "unit": axis.unit.symbol}
        for axis in known
    ]
    columns += [{"label": label, "unit": unit.symbol} for label, unit in measures.values()]
    table = np.array([*settings, *numbers.values()]).reshape(len(columns), len(plan)).T
    return {
        "caption": _caption(sweep, outcomes),
        "columns": columns,
        "rows": np.ascontiguousarray(table, "<f8").tobytes(),
        "notes": [{"row": row, "text": notes[row]} for row in sorted(notes)],
    }


def _caption(sweep: Sweep, outcomes: Sequence[Outcome]) -> str:
    done = sum(outcome.status == "done" for outcome in outcomes)
    said = f"{sweep.model.label}: {done} of {len(sweep)} simulations have a result"
    partial = sum(outcome.partial for outcome in outcomes)
    if partial:
        said += f", {partial} of them only a part of it"
    arrays = {
        name: value.label
        for outcome in outcomes
        for name, value in outcome.values.items()
        if value.si.ndim
    }
    if arrays:
        said += f". Not in this table, as arrays: {joined(list(arrays.values()))}"
    return said
