"""Results at a glance."""

from __future__ import annotations

import base64
import re
from typing import Any

import numpy as np
import pytest
from brian2 import mV

from brian_sweep_widget import Sweep
from brian_sweep_widget.models.units import PLAIN_NUMBER
from brian_sweep_widget.results import Failure, Outcome, Results, Value, summary
from brian_sweep_widget.results.summary import first_measure


def spikes(weight: float = 1 * mV, size: int = 100) -> float:
    """Be a plain model."""
    return size * float(weight / mV)


def results(points: int = 3, trials: int = 2) -> Results:
    """Two lines; the last simulation failed."""
    sweep = Sweep(spikes, weight=np.arange(points) * mV, size=[10, 20], trials=trials, store=None)
    outcomes = [
        Outcome(job, "done", {"spikes": Value(np.asarray(7.0 + job.trial), PLAIN_NUMBER, "Spikes")})
        for job in sweep.jobs()
    ]
    outcomes[-1] = Outcome(outcomes[-1].job, "failed", failure=Failure("ValueError", "<no>"))
    return sweep._results(outcomes)


def html(**options: int) -> str:
    """Give what a notebook shows of results."""
    shown = results(**options)._repr_html_()
    assert shown is not None
    return shown


def test_picture_settings_and_table() -> None:
    shown = html()
    found = re.search('src="data:image/png;base64,([^"]+)"', shown)
    assert found is not None
    assert base64.b64decode(found[1]).startswith(b"\x89PNG")
    assert re.findall("<th>(.*?)</th>", shown) == ["Weight (mV)", "Size = 10", "Size = 20"]
    cells = re.findall("<td>(.*?)</td>", shown)
    assert len(cells) == 9
    assert cells[:3] == ["0", "7.5", "7.5"]  # means over the trials that there are


def test_without_matplotlib_the_table_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summary, "find_spec", lambda _: None)
    shown = html()
    assert "<img" not in shown
    assert "Weight: 0 mV to 2 mV, 3 values · Size: 10 to 20, 2 values" in shown
    assert "<table" in shown


def test_long_tables_are_cut() -> None:
    shown = html(points=500, trials=1)
    assert shown.count("<tr") < 70
    assert "..." in shown


def one(values: dict[str, Any], label: str = "line", **swept: Any) -> Results:
    """Give the results of a sweep whose points all gave the same."""
    sweep = Sweep(spikes, **swept, store=None)
    given = {name: Value(np.asarray(v), PLAIN_NUMBER, name) for name, v in values.items()}
    found = sweep._results([Outcome(job, "done", given) for job in sweep.jobs()])
    found.model = label
    return found


def test_the_first_measure_that_makes_a_curve_is_shown_and_others_are_named() -> None:
    """Numbers in full are in the results themselves."""
    shown = one({"array": [1.0, 2.0], "rate": 3.0, "cv": 0.5}, "<b>", size=[1, 2])._repr_html_()
    assert shown is not None
    assert "<strong>&lt;b&gt;</strong>: 2 done, of 2 jobs. Not shown: array, cv</p>" in shown
    assert re.findall("<th>(.*?)</th>", shown) == ["Size", "rate"]
    assert shown.count("<img") == shown.count("<table") == 1


@pytest.mark.parametrize(
    "nothing",
    [
        one({"array": [1.0, 2.0]}, size=[1, 2]),
        one({"rate": 1.0}, size=5),
        Sweep(spikes, size=[1, 2], store=None)._results([]),
    ],
    ids=["arrays", "nothing swept", "no results"],
)
def test_without_a_curve_there_are_words(nothing: Results) -> None:
    """IPython shows the text then."""
    assert first_measure(nothing) is None
    assert nothing._repr_html_() is None
    assert repr(nothing).startswith("<Results of ")


def test_large_results_are_small_at_a_glance() -> None:
    """A notebook's file holds it."""
    assert len(html(points=2000, trials=3)) < 500_000


def test_nothing_turns_the_direction_of_writing() -> None:
    """Names in a stranger's store could make another number of what follows them."""
    shown = one({"rate\u202e": 1.0}, size=[1, 2])
    named = Results("model\u202e", shown.parameters, shown.plan, shown.outcomes, "told\u202e")
    html = named._repr_html_()
    assert html is not None
    assert "\u202e" not in html + repr(named)
    assert r"model\u202e</strong>: 2 done, of 2 jobs. told\u202e</p>" in html
    assert repr(named) == r"<Results of model\u202e: 2 done, of 2 jobs. told\u202e>"
