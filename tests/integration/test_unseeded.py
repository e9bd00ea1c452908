"""Generators without a seed follow the simulation's; what no seed decides is said, and not kept."""

from __future__ import annotations

import random
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from brian2 import Network, NeuronGroup, ms, seed
from helpers import run_script
from numpy.random import default_rng
from written_scripts import run_alone

from brian_sweep_widget import Results, Sweep, network_model
from brian_sweep_widget.engines.compiled.model_traces import ModelTraces
from brian_sweep_widget.engines.compiled.tracing import Tracer
from brian_sweep_widget.engines.context import BrianContext
from brian_sweep_widget.models import Model


def swept(
    model: Model | Callable[..., Any], *, workers: int = 2, engine: str = "auto", **more: Any
) -> tuple[list[float], Results]:
    """Sweep one parameter with two trials; give numbers in the order of the points."""
    more = {"x": [1.0, 2.0], **more}
    results = Sweep(model, workers=workers, trials=2, engine=engine, **more).run(progress=False)
    outcomes = sorted(results.outcomes, key=lambda one: one.job.position)
    assert [one.failure for one in outcomes] == [None] * len(outcomes)
    return [next(iter(one.values.values())).si.item() for one in outcomes], results


def by_default_rng(x: float = 1.0) -> float:
    return x + default_rng().random() + np.random.default_rng().random()


def by_random(x: float = 1.0) -> float:
    return x + Random().random() + random.Random().random()


def by_random_state(x: float = 1.0) -> float:
    return x + np.random.RandomState().rand()


@pytest.mark.parametrize("function", [by_default_rng, by_random, by_random_state])
def test_functions_give_the_same_numbers_on_any_worker(function: Callable[..., float]) -> None:
    first, results = swept(function, workers=2)
    assert len(set(first)) == 4
    assert results.notice == ""
    assert swept(function, workers=1, x=[0.5, 2.0])[0][2:] == first[2:]


def one(start: Callable[[], Any]) -> Any:
    """Make a model of a neuron that starts with some potential."""

    @network_model(duration=1 * ms)
    def model(x: float = 1.0) -> Network:
        group = NeuronGroup(1, "v : 1", name="group")
        group.v = start()
        return Network(group)

    @model.measure()
    def potential(network: Network) -> float:
        return float(network["group"].v[0])

    return model


@pytest.mark.parametrize("engine", ["compiled", "numpy"])
@pytest.mark.parametrize(
    "start", [lambda: default_rng().random(), lambda: Random().random(), np.random.rand]
)
def test_builders_do_too(engine: str, start: Callable[[], float]) -> None:
    model = one(start)
    first, _ = swept(model, engine=engine)
    assert len(set(first)) == 4
    assert swept(model, engine=engine, workers=1, x=[0.5, 2.0])[0][2:] == first[2:]


@pytest.mark.parametrize("engine", ["compiled", "numpy"])
@pytest.mark.parametrize("draw", [lambda: default_rng().random(), np.random.rand, random.random])
def test_measures_do_too(engine: str, draw: Callable[[], float]) -> None:
    """Also with the global generators, which no compiled program seeds."""

    @network_model(duration=1 * ms)
    def model(x: float = 1.0) -> Network:
        return Network(NeuronGroup(1, "v : 1", name="group"))

    @model.measure()
    def sample(network: Network) -> float:
        return draw()

    first, _ = swept(model, engine=engine)
    assert len(set(first)) == 4
    assert swept(model, engine=engine, workers=1, x=[0.5, 2.0])[0][2:] == first[2:]


def traces_of(model: Any) -> ModelTraces:
    return ModelTraces(lambda: Tracer(model, model.parameters({}), BrianContext()))


def test_a_generator_with_a_seed_is_no_draw() -> None:
    """Or every trial would be traced anew: numpy asks for entropy, and throws it away."""
    values = {"x": 1.0, "duration": 1e-3}
    seeded = traces_of(one(lambda: np.random.RandomState(3).rand()))
    assert not seeded.trace(values, 1).draws
    assert traces_of(one(lambda: np.random.RandomState().rand())).trace(values, 1).draws


def of_system(x: float = 1.0) -> float:
    return x + uuid.uuid4().int / 2**128


def test_what_asks_the_system_is_said_and_not_reused(tmp_path: Path) -> None:
    store = tmp_path / "kept.sqlite"
    first, results = swept(of_system, store=store)
    assert "cannot be repeated: uuid.uuid4 in of_system asks the system" in results.notice
    assert "np.random.default_rng()" in results.notice
    assert not set(swept(of_system, store=store)[0]) & set(first)


def test_generators_without_a_seed_are_reused(tmp_path: Path) -> None:
    """They belong to the seed."""
    store = tmp_path / "kept.sqlite"
    first, _ = swept(by_default_rng, store=store)
    sweep = Sweep(by_default_rng, x=[1.0, 2.0], trials=2, workers=1, store=store).start()
    sweep.wait()
    assert sweep.progress.recalled == 4
    assert first == swept(by_default_rng)[0]


def test_a_builder_that_asks_the_system_is_not_compiled() -> None:
    model = one(lambda: uuid.uuid4().int / 2**128)
    numbers, results = swept(model)
    assert len(set(numbers)) == 4
    assert "Not compiled: it takes random numbers from the system (uuid.uuid4 in" in results.notice
    assert "cannot be repeated" in results.notice


def test_a_measure_that_asks_the_system_is_said() -> None:
    @network_model(duration=1 * ms)
    def model(x: float = 1.0) -> Network:
        return Network(NeuronGroup(1, "v : 1", name="group"))

    @model.measure()
    def sample(network: Network) -> float:
        return uuid.uuid4().int / 2**128

    _, results = swept(model, engine="compiled")
    assert "cannot be repeated: uuid.uuid4 in sample" in results.notice


def test_seed_without_a_number_follows_the_simulations_seed() -> None:
    """A program would seed itself of the system, so Brian's runtime computes it."""

    @network_model(duration=1 * ms)
    def model(x: float = 1.0) -> Network:
        seed()
        group = NeuronGroup(1, "v : 1", name="group")
        group.v = "rand()"
        return Network(group)

    @model.measure()
    def potential(network: Network) -> float:
        return float(network["group"].v[0])

    first, results = swept(model)
    assert "seed() without a number" in results.notice
    assert len(set(first)) == 4
    assert swept(model, workers=1)[0] == first


rng = np.random.default_rng()


def outside(x: float = 1.0) -> float:
    return x * rng.random()


@pytest.mark.parametrize(("name", "model"), [("rng", outside), ("start", one(rng.random))])
def test_generators_made_outside_are_said(name: str, model: Any) -> None:
    """All trials draw the same numbers from them."""
    numbers, results = swept(model)
    assert numbers[0] == numbers[1]
    assert f"{name} in" in results.notice
    assert "all trials draw the same numbers" in results.notice


def test_states_of_generators_name_results(tmp_path: Path) -> None:
    """Another state is another model."""
    store = tmp_path / "kept.sqlite"
    first, _ = swept(outside, store=store)
    rng.random()
    second, _ = swept(outside, store=store)
    assert not set(first) & set(second)


NUMBAS = """
import random
import sys
import numpy as np
from numba import njit
from brian2 import Network, NeuronGroup, ms
from brian_sweep_widget import Sweep, network_model
from brian_sweep_widget.engines.compiled.model_traces import ModelTraces
from brian_sweep_widget.engines.compiled.tracing import Tracer
from brian_sweep_widget.engines.context import BrianContext

@njit
def draw():
    return np.random.random() + random.random()

def drawn(x=1.0):
    return {"numba": x * draw(), "numpy": x * (np.random.rand() + random.random())}

def loaded_late(x=1.0):
    from numba import njit
    return njit(lambda: np.random.random())()

@network_model(duration=1*ms)
def model(x: float = 1.0):
    group = NeuronGroup(1, "v : 1", name="group")
    group.v = x * draw()
    return Network(group)

def swept(function, *, workers, **more):
    return Sweep(function, x=[1.0, 2.0], trials=2, seed=1, store=None, workers=workers, **more)

if __name__ == "__main__":
    for function, name in ((drawn, "numba"), (loaded_late, "loaded_late")):
        found = []
        for workers in (1, 2, 1):
            results = swept(function, workers=workers).run(progress=False)
            assert not results.notice, results.notice
            found.append(results.dataset[name].values.ravel().tolist())
        assert found[0] == found[1] == found[2], found
        assert len(set(found[0])) == 4, found
    sweep = swept(drawn, workers=1)
    outcome = sweep.run(progress=False).outcomes[1]
    assert outcome.values["numba"].si != outcome.values["numpy"].si
    traces = ModelTraces(lambda: Tracer(model, model.parameters({}), BrianContext()))
    values = {"x": 1.0, "duration": 0.001}
    first, again, other = (traces.trace(values, seed) for seed in (1, 1, 2))
    assert first.draws
    assert first.parsed == again.parsed != other.parsed
    print(sweep.script(outcome))
"""


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="numba takes up new versions of numpy late")
def test_generators_of_code_that_numba_compiles_follow_the_seed(tmp_path: Path) -> None:
    """It has its own, which nobody seeds from outside; networks may be drawn by them, too."""
    text = run_script(tmp_path, NUMBAS, timeout=300.0).stdout
    assert "@numba.njit\ndef seed_numba(" in text
    lines = run_alone({"numbas": text}, tmp_path / "alone")["numbas"]
    assert lines[-1] == "the same, bit for bit", "\n".join(lines)
