"""How long a run will take, before it runs: told where it can be known, and only there."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from brian2 import ms, mV, nS

from brian_sweep_widget import Sweep, coba, cuba
from brian_sweep_widget.widget.estimate import estimated
from brian_sweep_widget.widget.wording import about

COSTS = {
    "excitatory_weight": "instant",
    "inhibitory_weight": "instant",
    "duration": "instant",
    "size": "retrace",
}
WEIGHTS = [0, 1, 2, 3] * mV
BEFORE = Sweep(cuba, excitatory_weight=WEIGHTS, workers=2, store=None)


def after(**settings: object) -> float | None:
    asked = Sweep(cuba, **({"excitatory_weight": WEIGHTS, "workers": 2, "store": None} | settings))
    return estimated(asked, BEFORE.plan, 0.5, COSTS)


def test_more_simulations_take_longer() -> None:
    assert after() == 1.0
    assert after(trials=10) == 10.0
    assert after(excitatory_weight=[5] * mV) == 0.5
    assert after(workers=1) == 2.0
    assert after(inhibitory_weight=-3 * mV) == 1.0
    assert after(duration=300 * ms) == pytest.approx(3.0)


def test_what_is_not_known_is_not_told() -> None:
    assert after(size=1000) is None
    assert after(size=[1000, 2000]) is None
    assert estimated(BEFORE, BEFORE.plan, None, COSTS) is None
    other = Sweep(cuba, excitatory_weight=[7] * mV, store=None)
    assert estimated(other, BEFORE.plan, 0.5, {}) is None
    other_model = Sweep(coba, excitatory_conductance=[2] * nS, store=None)
    assert estimated(other_model, BEFORE.plan, 0.5, COSTS) is None


def test_values_between_those_of_before_take_as_long() -> None:
    """Also of a parameter that may change how long a simulation takes."""
    between = Sweep(cuba, excitatory_weight=[1.5, 2.5] * mV, workers=1, store=None)
    assert estimated(between, BEFORE.plan, 0.5, {}) == 1.0


def before_any_run(sweep: Sweep) -> float | None:
    pace = sweep.last_pace()
    return None if pace is None else estimated(sweep, *pace, {})


def test_the_store_knows_how_long_it_took(tmp_path: Path) -> None:
    """So the time of a function is told before it ran in this kernel."""

    def slow(x: float = 1.0) -> float:
        time.sleep(0.05)
        return x

    file = tmp_path / "results.sqlite"
    sweep = Sweep(slow, x=[1.0, 2.0], trials=4, workers=1, store=file)
    assert before_any_run(sweep) is None
    assert not file.exists()  # for a question, none is made
    Sweep(cuba, excitatory_weight=[1] * mV, size=50, engine="numpy", store=file).run(progress=False)
    assert before_any_run(sweep) is None
    sweep.run(progress=False)
    said = before_any_run(Sweep(slow, x=[1.0, 1.5, 2.0], trials=4, workers=1, store=file))
    assert said is not None
    assert said >= 12 * 0.05
    file.write_text("no store")
    assert before_any_run(Sweep(slow, x=[1.0], store=file)) is None


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, ""),
        (0.2, ", in under a second"),
        (3.4, ", in about 3 s"),
        (119, ", in about 119 s"),
        (600, ", in about 10 min"),
    ],
)
def test_in_words(seconds: float | None, text: str) -> None:
    assert about(seconds) == text
