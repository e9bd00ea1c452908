"""What stays of the widget in a notebook without a kernel."""

from __future__ import annotations

import base64
import re
from typing import Any

import numpy as np
import pytest
from brian2 import mV

from brian_sweep_widget import Sweep
from brian_sweep_widget.models.units import PLAIN_NUMBER
from brian_sweep_widget.results import Failure, Outcome, Results, Value
from brian_sweep_widget.widget import keepsake
from brian_sweep_widget.widget.keepsake import Keepsake, as_html


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


def test_picture_settings_and_table() -> None:
    html = as_html(results(), "spikes")
    found = re.search('src="data:image/png;base64,([^"]+)"', html)
    assert found is not None
    assert base64.b64decode(found[1]).startswith(b"\x89PNG")
    assert re.findall("<th>(.*?)</th>", html) == ["Weight (mV)", "Size = 10", "Size = 20"]
    cells = re.findall("<td>(.*?)</td>", html)
    assert len(cells) == 9
    assert cells[:3] == ["0", "7.5", "7.5"]  # means over the trials that there are


def test_without_matplotlib_the_table_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keepsake, "find_spec", lambda _: None)
    html = as_html(results(), "spikes")
    assert "<img" not in html
    assert "Weight: 0 mV to 2 mV, 3 values · Size: 10 to 20, 2 values" in html
    assert "<table" in html


def test_long_tables_are_cut() -> None:
    html = as_html(results(points=500, trials=1), "spikes")
    assert html.count("<tr") < 70
    assert "..." in html


class Ended:
    """A run that has ended, or not."""

    def __init__(self, *, ended: bool = True, done: int = 3) -> None:
        self.progress: Any = type("Progress", (), {"ended": ended, "done": done})
        self.results = results()


def test_only_what_rests_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that ended and is followed by none; each once, and again for another measure."""
    now, kept = [0.0], []
    monkeypatch.setattr(keepsake.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(Keepsake, "_keep", lambda _, results, measure: kept.append(measure))
    one = Keepsake()
    look: Any = one.look
    assert look(None, "spikes") is None
    assert look(Ended(ended=False), "spikes") is None
    assert look(Ended(done=0), "spikes") is None
    assert look(Ended(), None) is None
    first, second = Ended(), Ended()
    assert look(first, "spikes") == 2.0
    now[0] = 1.5
    assert look(second, "spikes") == 2.0  # the slider moves on
    now[0] = 3.0
    assert look(second, "spikes") == 0.5
    now[0] = 3.6
    assert look(second, "spikes") is None
    assert look(second, "spikes") is None
    assert look(second, "rate") == pytest.approx(2.0)
    now[0] = 6.0
    assert look(second, "rate") is None
    for thread in keepsake.threading.enumerate():
        if thread.name == "brian-sweep-keep":
            thread.join(10)
    assert kept == ["spikes", "rate"]


def test_outside_a_notebook_nothing_is_put_out(capsys: pytest.CaptureFixture[str]) -> None:
    one = Keepsake()
    one.show()
    one._keep(results(), "spikes")
    assert capsys.readouterr().out == ""
