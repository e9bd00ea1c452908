"""One build, values that hypothesis makes up, and the numbers that plain Python gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from brian2 import Network, NeuronGroup, Synapses, ms
from hypothesis import example, given, settings
from hypothesis import strategies as st

from brian_sweep_widget import Sweep, network_model

STEPS = 10  # of 0.1 ms


@network_model(duration=1 * ms)
def everywhere(
    size: int = 7,
    rate: float = 1.25,
    slope: float = 0.5,
    every: int = 3,
    probability: float = 1.0,
    bend: float = 2.0,
) -> Network:
    """Parameters in equations, initial values, connections, Python's arithmetic and branches."""
    chosen = size / 3 if bend > 1.5 else -bend
    drive = rate * 0.375 + chosen  # noqa: F841 - only the equations use it
    group = NeuronGroup(size, "dx/dt = (rate + drive)/ms : 1", method="euler", name="group")
    group.x = "i*slope"
    some = Synapses(group, group, "w : 1", name="some")
    some.connect("(i % every) == 0 and j >= i")
    some.w = "slope*i - rate*j"
    all_or_none = Synapses(group, group, "u : 1", name="all_or_none")
    all_or_none.connect(p=probability)
    all_or_none.u = np.arange(len(group))[0] + bend
    return Network(group, some, all_or_none)


@everywhere.measure()
def potentials(network: Any) -> Any:
    """Sum over the neurons, each in its own place."""
    return float(np.dot(network["group"].x[:], np.arange(1, len(network["group"]) + 1)))


@everywhere.measure()
def weights(network: Any) -> Any:
    """Sum over some synapses."""
    return float(np.sum(network["some"].w[:]))


@everywhere.measure()
def others(network: Any) -> Any:
    """Sum over the other synapses."""
    return float(np.sum(network["all_or_none"].u[:]))


def expected(values: dict[str, Any]) -> dict[str, float]:
    """Work it out, without Brian."""
    size, rate, slope, bend = (values[name] for name in ("size", "rate", "slope", "bend"))
    drive = rate * 0.375 + (size / 3 if bend > 1.5 else -bend)
    growth = STEPS * 0.1 * (rate + drive)
    pairs = [
        (i, j) for i in range(size) for j in range(size) if i % values["every"] == 0 and j >= i
    ]
    return {
        "potentials": sum((i * slope + growth) * (i + 1) for i in range(size)),
        "weights": sum(slope * i - rate * j for i, j in pairs),
        "others": size * size * values["probability"] * bend,
    }


REALS = st.one_of(
    st.sampled_from([0.0, 1.0, -1.0, 0.5, 1.25, 2.0, 3.0]),
    st.floats(-1e6, 1e6, allow_subnormal=False),
)
VALUES = st.fixed_dictionaries(
    {
        "size": st.integers(1, 40),
        "rate": REALS,
        "slope": REALS,
        "every": st.integers(1, 50),
        "probability": st.sampled_from([0.0, 1.0]),
        "bend": REALS,
    }
)


@settings(max_examples=40, deadline=None)
@given(values=VALUES)
@example({"size": 1, "rate": 1.0, "slope": 1.0, "every": 1, "probability": 0.0, "bend": 1.0})
@example({"size": 39, "rate": 0.0, "slope": 0.0, "every": 1, "probability": 1.0, "bend": 0.0})
@example({"size": 2, "rate": 2.0, "slope": 2.0, "every": 2, "probability": 1.0, "bend": 2.0})
@example({"size": 17, "rate": -0.0, "slope": 3.0, "every": 17, "probability": 0.0, "bend": 1.5})
def test_a_program_gives_the_numbers_of_its_own_parameters(values: dict[str, Any]) -> None:
    """Whatever was built, traced or run before."""
    given_rates = [values["rate"], values["rate"] + 1]
    fixed = {name: value for name, value in values.items() if name != "rate"}
    sweep = Sweep(everywhere, rate=given_rates, engine="compiled", workers=2, **fixed)
    results = sweep.run(progress=False)
    assert results.counts() == {"done": 2}, [str(bad.failure) for bad in results.failures]
    for outcome in results.outcomes:
        known = expected({**values, "rate": outcome.job.parameters["rate"]})
        size = 1 + max(abs(value) for value in (*values.values(), *known.values()))
        for name, value in known.items():
            assert outcome.values[name].si == pytest.approx(value, rel=1e-9, abs=1e-12 * size), name
