"""Random numbers that a builder draws for some values only: every seed has its own.

Expected are the numbers that numpy, or Python, gives for the job's seed: a model
that only sets values computes nothing that could hide another's.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import brian2
import numpy as np
import pytest
from brian2 import Network, NeuronGroup, ms
from hypothesis import given, settings
from hypothesis import strategies as st

from brian_sweep_widget import Sweep, network_model
from brian_sweep_widget.engines import compiled
from brian_sweep_widget.engines.compiled.model_traces import ModelTraces
from brian_sweep_widget.engines.compiled.tracing import Tracer
from brian_sweep_widget.engines.context import BrianContext
from brian_sweep_widget.models import NetworkModel
from brian_sweep_widget.results import Outcome
from brian_sweep_widget.runs import workshop


def _set(numbers: Any, gain: float = 1.0) -> Network:
    group = NeuronGroup(len(numbers), "v : 1\nw : 1", name="n")
    group.v = numbers
    group.w = gain
    return Network(group)


def _measured(model: NetworkModel) -> NetworkModel:
    @model.measure()
    def total(network: Any) -> float:
        return float(np.sum(network["n"].v * network["n"].w))

    return model


@network_model(duration=1 * ms)
def by_flag(size=5, heterogeneous=False, gain=1.0):
    """A flag switches the draws on, a number goes straight into the table."""
    group = NeuronGroup(size, "v : 1\nw : 1", name="n")
    group.v = np.random.normal(10, 2, size) if heterogeneous else np.full(size, 10.0)
    group.w = "gain"
    return Network(group)


@network_model(duration=1 * ms)
def by_size(size=5):
    """Large networks are drawn."""
    return _set(np.random.randn(size) if size > 20 else np.zeros(size))


@network_model(duration=1 * ms)
def by_text(kind="equal"):
    """Python's generator, chosen by a text."""
    return _set(np.array([random.gauss(1, 1) if kind == "drawn" else 1.0 for _ in range(4)]))


@network_model(duration=1 * ms)
def reseeded(number=0):
    """The same numbers for every seed, where the builder says so."""
    if number:
        np.random.seed(number)
    return _set(np.random.rand(3))


@network_model(duration=1 * ms)
def put_back(spread=0.0):
    """What was drawn does not show in the state of the generator."""
    numbers = np.ones(3)
    if spread:
        before = np.random.get_state()
        numbers = 1 + spread * np.random.rand(3)
        np.random.set_state(before)
    return _set(numbers)


@network_model(duration=1 * ms)
def from_the_seed(spread=0.0):
    """A generator of its own, seeded from the state of numpy's."""
    numbers = np.ones(3)
    if spread:
        rng = np.random.default_rng(int(np.random.get_state()[1][0]))
        numbers = 1 + spread * rng.random(3)
    return _set(numbers)


@network_model(duration=1 * ms)
def scalar(spread=0.0):
    """What is drawn is a number in the code, not an array."""
    group = NeuronGroup(3, "v : 1\nw : 1", name="n")
    drawn = 1 + spread * np.random.rand() if spread else 1.0
    group.v = f"{drawn}*1.0"
    group.w = 1
    return Network(group)


@network_model(duration=1 * ms)
def unseeded(spread=0.0):
    """Generators to which nobody gives a seed."""
    numbers = np.ones(2)
    if spread:
        numbers = 1 + spread * np.array(
            [np.random.default_rng().random(), random.Random().random()]
        )
    return _set(numbers)


MODELS = [
    _measured(model)
    for model in (by_flag, by_size, by_text, reseeded, put_back, from_the_seed, scalar, unseeded)
]


def _expected(name: str, values: dict[str, Any], seed: int) -> float:
    """Compute a job's number without Brian, and without this project."""
    np.random.seed(seed)
    random.seed(seed)
    return float(np.sum(EXPECTED[name](seed=seed, **values)))


EXPECTED: dict[str, Callable[..., Any]] = {
    "by_flag": lambda size, heterogeneous, gain, **_: (
        gain * (np.random.normal(10, 2, size) if heterogeneous else np.full(size, 10.0))
    ),
    "by_size": lambda size, **_: np.random.randn(size) if size > 20 else 0.0,
    "by_text": lambda kind, **_: [random.gauss(1, 1) if kind == "drawn" else 1.0 for _ in range(4)],
    "reseeded": lambda number, **_: (np.random.RandomState(number) if number else np.random).rand(
        3
    ),
    "put_back": lambda spread, **_: 1 + spread * np.random.rand(3),
    "from_the_seed": lambda spread, seed, **_: 1 + spread * np.random.default_rng(seed).random(3),
    "scalar": lambda spread, **_: 3 * (1 + spread * np.random.rand()),
}

#: What is swept, one after the other in any order, by model.
SWEEPS: dict[str, list[dict[str, Any]]] = {
    "by_flag": [
        {"heterogeneous": False, "gain": [1.0, 2.0, 3.0]},
        {"heterogeneous": True},
        {"heterogeneous": True, "gain": [1.0, 2.0, 5.0]},
        {"heterogeneous": True, "size": [3, 5]},
    ],
    "by_size": [{"size": [10, 30]}, {"size": 25}, {"size": [5, 20, 21]}],
    "by_text": [{"kind": "equal"}, {"kind": "drawn"}],
    "reseeded": [{"number": 0}, {"number": [0, 3, 7]}],
    "put_back": [{"spread": 0.0}, {"spread": [0.0, 0.5]}],
    "from_the_seed": [{"spread": 0.0}, {"spread": [0.0, 0.5]}],
    "scalar": [{"spread": 0.0}, {"spread": [0.0, 0.25, 0.5]}],
}


def _swept(model: NetworkModel, options: dict[str, Any], **more: Any) -> tuple[Outcome, ...]:
    sweep = Sweep(model, engine="compiled", store=None, workers=2, **options, **more)
    results = sweep.run(progress=False)
    assert not results.failures, [str(failed.failure) for failed in results.failures]
    return results.outcomes


def _number(outcome: Outcome) -> float:
    return float(outcome.values["total"].si.item())


@pytest.mark.parametrize("name", SWEEPS)
def test_every_job_has_the_numbers_of_its_seed(name: str) -> None:
    """Whatever was swept before: hypothesis chooses the order, and the sweeps' seeds."""
    model = next(model for model in MODELS if model.name == name)
    one = st.tuples(st.sampled_from(SWEEPS[name]), st.integers(0, 3), st.booleans())

    @settings(max_examples=4)
    @given(st.lists(one, min_size=2, max_size=4))
    def swept_in_any_order(sweeps: list[tuple[dict[str, Any], int, bool]]) -> None:
        for options, seed, afresh in sweeps:
            if afresh:  # as in another kernel
                workshop._workshops.clear()
            for outcome in _swept(model, options, trials=3, seed=seed):
                job = outcome.job
                expected = _expected(name, dict(job.parameters), job.seed)
                np.testing.assert_allclose(_number(outcome), expected, rtol=1e-13)

    swept_in_any_order()


def test_the_numbers_are_those_of_brians_runtime() -> None:
    """Both seed what a builder draws from in the same way."""
    options: dict[str, Any] = {"heterogeneous": True, "size": [3, 5], "trials": 2}
    sweep = Sweep(by_flag, engine="numpy", store=None, workers=2, **options)
    runtime = {one.job.position: _number(one) for one in sweep.run(progress=False).outcomes}
    assert {one.job.position: _number(one) for one in _swept(by_flag, options)} == runtime
    assert len(set(runtime.values())) == 4


def test_generators_without_a_seed_get_the_jobs() -> None:
    """So trials differ, and a job has its numbers again."""
    found = []
    for spread in ([0.5], [0.0, 0.5]):
        workshop._workshops.clear()
        drawn = _swept(unseeded, {"spread": spread}, trials=3)
        found.append({one.job.seed: _number(one) for one in drawn if one.job.parameters["spread"]})
    assert found[0] == found[1]
    assert len(set(found[0].values())) == 3


def test_one_program_serves_what_is_drawn_into_the_code() -> None:
    """A number that is drawn is looked up, so that seeds do not each cost a build."""
    workshop._workshops.clear()
    sweep = Sweep(scalar, engine="compiled", store=None, workers=2, spread=0.5, trials=5)
    results = sweep.run(progress=False)
    assert len({_number(one) for one in results.outcomes}) == 5
    engine = sweep.engine
    assert isinstance(engine, compiled.Compilation)
    assert len(workshop.workshop_for(engine, 2)._variants.programs) == 1


_kept: dict[str, float] = {}
_calls: list[float] = []
_rng = np.random.default_rng(3)


@network_model(duration=1 * ms)
def caching(gain=1.0):
    """Keep a number for the next call, which no job makes."""
    return _set(np.ones(3), _kept.setdefault("gain", gain))


@network_model(duration=1 * ms)
def counting(gain=1.0):
    """Count its calls, and go on with a generator of the user's own."""
    _calls.append(gain)
    return _set(len(_calls) * _rng.random(3), gain)


@pytest.mark.parametrize("model", [caching, counting], ids=lambda model: model.name)
def test_what_a_builder_leaves_in_its_globals_does_not_reach_the_next_trace(
    model: NetworkModel,
) -> None:
    """Each job has a copy of the model of its own, and so has each trace."""
    one = 3.0 if model is caching else np.sum(np.random.default_rng(3).random(3))
    sweep = Sweep(_measured(model), engine="compiled", store=None, workers=2, gain=[1.0, 2.0, 5.0])
    results = sweep.run(progress=False)
    assert not results.failures, str(results.failures[0].failure)
    for outcome in results.outcomes:
        expected = one * outcome.job.parameters["gain"]
        np.testing.assert_allclose(_number(outcome), expected, rtol=1e-13)
    engine = sweep.engine
    assert isinstance(engine, compiled.Compilation)
    assert len(workshop.workshop_for(engine, 2)._variants.programs) == 1


@pytest.mark.parametrize("drawn_before", [False, True])
def test_brians_seed_in_a_builder_seeds_numpy_as_in_the_runtime(drawn_before: bool) -> None:
    """All trials are the same then, unless something was drawn before."""

    @network_model(duration=1 * ms)
    def seeded(size=5):
        first = np.random.rand() if drawn_before else 0.0
        brian2.seed(3)
        return _set(first + np.random.rand(size))

    traces = ModelTraces(lambda: Tracer(seeded, seeded.parameters({}), BrianContext()))
    for seed in (1, 2):
        trace = traces.trace({"size": 5, "duration": 1e-3}, seed)
        first = np.random.RandomState(seed).rand() if drawn_before else 0.0
        right = first + np.random.RandomState(3).rand(5)
        assert right.tobytes() in trace.static_arrays.values()
        assert trace.draws is drawn_before
