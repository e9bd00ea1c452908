"""What cannot be computed by a compiled program is computed by Brian's runtime, and told why.

One value that is refused, by the model or by the device, never takes others along.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from brian2 import (
    Network,
    NeuronGroup,
    SpikeMonitor,
    check_units,
    implementation,
    ms,
    mV,
    network_operation,
)

from brian_sweep_widget import Sweep, network_model
from brian_sweep_widget.models import NetworkModel
from brian_sweep_widget.results import Results

TAU = 1.0  # ms


@check_units(x=1, result=1)
def saturating(x: Any) -> Any:
    """Have no C++."""
    return np.tanh(x)


@implementation("cpp", "double broken(double x) { return this is no C; }")
@check_units(x=1, result=1)
def broken(x: Any) -> Any:
    """Have C++ that no compiler takes."""
    return 2.0 * x


@implementation(
    "cpp",
    "#include <cstdlib>\ndouble crashing(double x) { if (x > 2) std::abort(); return 2*x; }",
)
@check_units(x=1, result=1)
def crashing(x: Any) -> Any:
    """Have C++ that crashes with some values."""
    return 2.0 * x


@implementation(
    "cpp",
    "#include <iostream>\n#include <cstdlib>\n"
    "double refusing(double x) { if (x > 2) {std::cerr << x << std::endl; std::exit(3);} "
    "return 2*x; }",
)
@check_units(x=1, result=1)
def refusing(x: Any) -> Any:
    """Refuse some values in both languages."""
    if np.any(np.asarray(x) > 2):
        msg = f"refusing takes 2 at most, not {np.max(x):g}"
        raise ValueError(msg)
    return 2.0 * x


def measured(builder: Callable[..., Network]) -> NetworkModel:
    """Make a model that measures the first neuron's v after 2 ms."""
    model = network_model(duration=2 * ms)(builder)

    @model.measure()
    def v0(network: Network) -> float:
        return float(network["n"].v[0])

    return model


def relaxing(function: str) -> NetworkModel:
    """Make a model whose v tends to a function of w."""

    def build(w: float = 0.3) -> Network:
        equations = f"dv/dt = ({function}(w) - v)/ms : 1"
        return Network(NeuronGroup(2, equations, method="euler", name="n"))

    return measured(build)


def v0s(results: Results) -> dict[tuple[int, ...], float | str]:
    """Give the results, or why there are none, by position."""
    return {
        outcome.job.position: float(outcome.values["v0"].si)
        if outcome.values
        else str(outcome.failure)
        for outcome in results.outcomes
    }


def both(model: NetworkModel, **more: Any) -> tuple[Results, Results]:
    """Sweep as it is done by itself, and as Brian's runtime does it."""
    swept = (
        Sweep(model, engine=engine, workers=2, store=None, **more).run(progress=False)
        for engine in ("auto", "numpy")
    )
    auto, numpy = swept
    return auto, numpy


def engines(results: Results) -> set[str]:
    """Give the engines of what was computed."""
    return {outcome.origin.engine for outcome in results.outcomes if outcome.origin is not None}


FUNCTIONS = {
    "saturating": ("Cannot use function 'saturating'", "NotCompiled"),
    "broken": ("the C++ compiler refused the project", "NotCompiled"),
    "crashing": ("with w = 3: the compiled simulation was ended by SIGABRT", "ProgramFailedError"),
}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_c_plus_plus_cannot_do_is_computed_by_brians_runtime(function: str) -> None:
    """The whole sweep, with the reason; engine="compiled" makes an error of the same reason."""
    reason, kind = FUNCTIONS[function]
    model = relaxing(function)
    auto, numpy = both(model, w=[1.0, 2.0, 3.0])
    assert v0s(auto) == v0s(numpy)
    assert all(isinstance(value, float) for value in v0s(auto).values())
    assert engines(auto) == {"runtime (numpy)"}
    assert auto.notice.startswith("Not compiled: ")
    assert reason in auto.notice
    insisting = Sweep(model, w=[1.0, 3.0], engine="compiled", store=None).run(progress=False)
    failures = {failure.failure.kind: str(failure.failure) for failure in insisting.failures}
    assert set(failures) == {kind}
    assert reason.rpartition(": ")[2] in failures[kind]


def test_an_integer_too_large_for_its_neighbours_type_takes_none_along() -> None:
    """Another program simulates it."""

    def large(k: int = 3) -> Network:
        group = NeuronGroup(3, "v : 1", name="n")
        group.v = "k*1.0 + i"
        return Network(group)

    model = measured(large)
    values = [-3_000_000_000, 3, 4, 2_147_483_648, 3_000_000_000]
    auto, numpy = both(model, k=values)
    assert [v0s(auto)[index, 0] for index in range(5)] == [float(value) for value in values]
    assert v0s(auto) == v0s(numpy)
    assert engines(auto) == {"compiled"}


def test_values_that_only_the_runtime_can_take_bring_all_others_to_it() -> None:
    """Engines are not mixed in a curve, whichever point comes first."""

    def sometimes(w: float = 1.0) -> Network:
        group = NeuronGroup(1, "v : 1", name="n")
        if w <= 2:
            group.run_regularly(f"v += {w}")
            return Network(group)

        @network_operation(name="adding")
        def adding() -> None:
            group.v += w

        return Network(group, adding)

    auto, numpy = both(measured(sometimes), w=[1.0, 2.0, 3.0, 4.0])
    assert list(v0s(auto).values()).count(80.0) == 1
    assert v0s(auto) == v0s(numpy)
    assert engines(auto) == {"runtime (numpy)"}
    assert "with w = 4: adding is a network operation" in auto.notice


def test_a_value_that_the_model_refuses_leaves_the_others_compiled() -> None:
    """With its own words, and the runtime is tried once for all of its kind."""

    def refuses(w: float = 1.0, size: int = 5) -> Network:
        if w > 2:
            msg = f"w = {w:g} is too much (allowed: up to 2)"
            raise ValueError(msg)
        group = NeuronGroup(size, "v : 1", name="n")
        group.v = "w"
        return Network(group)

    auto, _ = both(measured(refuses), w=[1.0, 2.0, 3.0, 4.0], size=[0, 5])
    told = v0s(auto)
    assert (told[0, 1, 0], told[1, 1, 0]) == (1.0, 2.0)
    assert told[3, 1, 0] == "ValueError: w = 4 is too much (allowed: up to 2)"
    assert "size should be at least 1, was 0" in str(told[0, 0, 0])
    assert engines(auto) == {"compiled"}
    assert not auto.notice


def test_a_value_that_the_model_refuses_does_not_hide_that_it_cannot_be_compiled() -> None:
    """It is the first that is looked at, and says nothing of the engine for the others."""

    def operating(w: float = 1.0) -> Network:
        if w <= 0:
            msg = f"w = {w:g} is too little (allowed: above 0)"
            raise ValueError(msg)
        group = NeuronGroup(1, "v : 1", name="n")

        @network_operation(name="adding")
        def adding() -> None:
            group.v += w

        return Network(group, adding)

    model = measured(operating)
    refused = "ValueError: w = 0 is too little (allowed: above 0)"
    auto, numpy = both(model, w=[0.0, 1.0, 2.0])
    assert v0s(auto) == v0s(numpy) == {(0, 0): refused, (1, 0): 20.0, (2, 0): 40.0}
    insisting = Sweep(model, w=[0.0, 1.0], engine="compiled", store=None).run(progress=False)
    assert v0s(insisting)[0, 0] == refused
    assert "adding is a network operation" in str(v0s(insisting)[1, 0])


def test_where_both_engines_fail_the_runtimes_words_are_told() -> None:
    """A program's last words seldom say what was wrong; other points stay compiled."""
    auto, _ = both(relaxing("refusing"), w=[1.0, 2.0, *range(3, 13)])
    told = [str(v0s(auto)[index, 0]) for index in range(12)]
    assert all("ValueError: refusing takes 2 at most, not " in text for text in told[2:])
    # Some were not tried, and the number in their message is that of another point.
    others = {text for text in told if text.endswith(", which was tried for all)")}
    assert sum(text in others for text in told) == 2
    assert len(others) == 1
    assert told[0] != told[1]
    assert engines(auto) == {"compiled"}


def partly(name: str) -> NetworkModel:
    """Make a model with values that neither engine computes, and others that only Brian's does."""

    def build(w: float = 1.0) -> Network:
        group = NeuronGroup(1, "v : 1", name="n")
        if w <= 2:
            group.v = w
            return Network(group)

        @network_operation(name="adding")
        def adding() -> None:
            if w == 5:
                msg = "five is no number to add"
                raise ValueError(msg)
            group.v = w

        return Network(group, adding)

    build.__name__ = name
    return measured(build)


def test_what_fails_in_both_engines_says_nothing_of_what_fails_in_one() -> None:
    """Where the runtime's reason is another one, it may compute the next value."""
    auto, _ = both(partly("one"), w=[1.0, 4.0, 5.0])  # both ends come first
    told = v0s(auto)
    assert (told[0, 0], told[1, 0]) == (1.0, 4.0)
    assert "five is no number to add" in str(told[2, 0])
    assert engines(auto) == {"runtime (numpy)"}


@pytest.mark.parametrize("earlier", [[1.0, 4.0], [1.0, 5.0], [4.0]])
def test_a_sweep_has_one_engine_whatever_was_swept_before(earlier: list[float]) -> None:
    """What was tried for other values, in another sweep, decides nothing."""
    model = partly("two")
    Sweep(model, w=earlier, workers=2, store=None).run(progress=False)
    for w, engine, right in (([1.0, 5.0], "compiled", 1.0), ([1.0, 4.0], "runtime (numpy)", 1.0)):
        results = Sweep(model, w=w, workers=2, store=None).run(progress=False)
        assert engines(results) == {engine}, (w, v0s(results))
        assert v0s(results)[0, 0] == right
    assert v0s(results)[1, 0] == 4.0


def test_a_measure_that_only_brian_can_answer_is_answered() -> None:
    """And one that nothing can answer fails with Brian's words."""

    @network_model(duration=1 * ms)
    def model(w: float = 1.0) -> Network:
        group = NeuronGroup(2, "v : 1", name="n")
        group.v = w
        return Network(group)

    @model.measure()
    def v0(network: Network) -> float:
        return float(np.sum(network["n"].get_states()["v"]))

    auto, numpy = both(model, w=[1.0, 2.0])
    assert v0s(auto) == v0s(numpy) == {(0, 0): 2.0, (1, 0): 4.0}
    assert "n.get_states cannot be read" in auto.notice

    @model.measure()
    def v0(network: Network) -> float:  # noqa: F811 - as a cell that is run again
        return float(network["n"].vv[0])

    auto, _ = both(model, w=[1.0, 2.0])
    assert set(v0s(auto).values()) == {"AttributeError: No attribute with name vv"}


def test_a_point_is_looked_into_by_the_engine_that_computed_it() -> None:
    """Also one that the compiled engine could have computed, had it been alone."""

    @network_model(duration=2 * ms, spikes="spikes")
    def spiking(w: float = 1.0) -> Network:
        group = NeuronGroup(
            20, "v : 1", threshold="v > 1", reset="v = rand()", method="euler", name="n"
        )
        group.run_regularly("v += 0.3*rand()")
        things = [group, SpikeMonitor(group, name="spikes")]
        if w > 2:

            @network_operation
            def nothing() -> None:
                pass

            things.append(nothing)
        return Network(things)

    @spiking.measure()
    def count(network: Network) -> int:
        return int(network["spikes"].num_spikes)

    sweep = Sweep(spiking, w=[1.0, 3.0], workers=2, store=None)
    results = sweep.run(progress=False)
    first = next(outcome for outcome in results.outcomes if outcome.job.position == (0, 0))
    assert first.origin is not None
    assert first.origin.engine == "runtime (numpy)"
    assert not sweep.inspect(first).different


def test_trials_with_other_seeds_are_not_refused_with_one() -> None:
    """A builder that draws may refuse one seed, and take the next."""

    def drawing(w: float = 1.0) -> Network:
        if np.random.rand() < 0.5:
            msg = "unlucky"
            raise ValueError(msg)
        group = NeuronGroup(1, "v : volt", name="n")
        group.v = w * mV
        return Network(group)

    auto, numpy = both(measured(drawing), w=[1.0], trials=8)
    assert set(auto.counts()) == {"done", "failed"}
    told = {place: type(value) for place, value in v0s(auto).items()}
    assert told == {place: type(value) for place, value in v0s(numpy).items()}


def test_the_engine_does_not_depend_on_what_was_asked_before() -> None:
    """Values that cannot be compiled say nothing of others, nor the other way round."""

    def operating(w: float = 1.0) -> Network:
        group = NeuronGroup(2, "v : 1", name="n")
        group.v = w
        if w < 2:
            return Network(group)

        @network_operation
        def nothing() -> None:
            pass

        return Network(group, nothing)

    def drawn(w: float = 1.0) -> Network:
        return operating(w)

    for build, order in ((operating, (3.0, 1.0, 3.0)), (drawn, (1.0, 3.0, 1.0))):
        model = measured(build)
        for w in order:
            results = Sweep(model, w=[w], workers=2, store=None).run(progress=False)
            assert v0s(results) == {(0, 0): w}
            assert engines(results) == {"compiled" if w < 2 else "runtime (numpy)"}
