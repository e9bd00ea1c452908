"""How long a run will take, before it runs: told where it can be known, and only there."""

from __future__ import annotations

import pytest
from brian2 import ms, mV

from brian_sweep_widget import Sweep, cuba
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
    return estimated(asked, BEFORE, 0.5, COSTS)


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
    assert estimated(BEFORE, BEFORE, None, COSTS) is None
    other = Sweep(cuba, excitatory_weight=[7] * mV, store=None)
    assert estimated(other, BEFORE, 0.5, {}) is None


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
