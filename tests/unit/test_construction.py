"""What a builder asks for while its network is traced: answered, or refused with the reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from brian2 import Cylinder as Cable
from brian2 import (
    Network,
    NeuronGroup,
    SpatialNeuron,
    StateMonitor,
    Synapses,
    check_units,
    implementation,
    ms,
    prefs,
    seed,
    um,
)

from brian_sweep_widget import network_model
from brian_sweep_widget.engines.compiled import Recipe
from brian_sweep_widget.engines.compiled.model_traces import ModelTraces
from brian_sweep_widget.engines.compiled.tracing import Trace, Tracer, UnsupportedError
from brian_sweep_widget.engines.context import BrianContext
from brian_sweep_widget.sweeps import Job


def traced(builder: Callable[..., Network], **values: float) -> Trace:
    """Trace a builder in this process, with its sources."""
    model = network_model(duration=1 * ms)(builder)
    traces = ModelTraces(lambda: Tracer(model, model.parameters({}), BrianContext()))
    return traces.trace({"duration": 1e-3, **values}, 0, with_sources=True)


def neurons(number: int = 5, extra: str = "", **options: Any) -> NeuronGroup:
    """Make neurons that can be connected."""
    return NeuronGroup(number, f"v : 1\n{extra}", threshold="v > 1", reset="v = 0", **options)


def random_synapses(*, after_a_run: bool = False) -> tuple[NeuronGroup, Synapses]:
    """Connect some pairs of neurons at random, or by what a simulation gave."""
    group = neurons(name="n")
    if after_a_run:
        Network(group).run(1 * ms)
    synapses = Synapses(group, group, "w : 1", on_pre="v += w", name="S")
    synapses.connect("v_pre < rand()" if after_a_run else "i != j", p=0.5)
    return group, synapses


def _asks_for_the_number() -> Network:
    group, synapses = random_synapses()
    synapses.w = 1 / len(synapses)
    return Network(group, synapses)


def _asks_for_ends() -> Network:
    group, synapses = random_synapses()
    synapses.w[0, 1] = 2
    return Network(group, synapses)


def _asks_for_weights() -> Network:
    group, synapses = random_synapses()
    synapses.w = "rand()"
    synapses.w *= 2
    return Network(group, synapses)


def _asks_for_incoming() -> Network:
    group, synapses = random_synapses()
    return Network(group, synapses, neurons(int(synapses.N_incoming[:].max())))


def _asks_by_condition() -> Network:
    group = neurons(name="n")
    group.v = "rand()"
    return Network(group, neurons(len(group.v["v > 0.5"])))


def _asks_for_indices() -> Network:
    group = neurons(name="n")
    group.v = "rand()"
    return Network(group, neurons(len(group.indices["v > 0.5"])))


def _records_all() -> Network:
    group, synapses = random_synapses()
    return Network(group, synapses, StateMonitor(synapses, "w", record=True))


def _reads_a_run() -> Network:
    group = neurons(name="n")
    network = Network(group)
    network.run(1 * ms)
    group.v = group.v[:] * 2
    return network


def _asks_after_a_run() -> Network:
    group, synapses = random_synapses(after_a_run=True)
    return Network(group, synapses, neurons(len(synapses)))


def _records_all_after_a_run() -> Network:
    group, synapses = random_synapses(after_a_run=True)
    return Network(group, synapses, StateMonitor(synapses, "w", record=True))


def _with_parameter(new: float = 1.0) -> Network:
    return Network(NeuronGroup(2, "dv/dt = new/ms : 1", method="euler"))


def _with_variable() -> Network:
    group = neurons(name="n")
    synapses = Synapses(group, group, "delete : 1", on_pre="v += delete")
    synapses.connect()
    return Network(group, synapses)


def _with_constant() -> Network:
    EOF = 3.0  # noqa: F841 - the equations name it
    return Network(NeuronGroup(2, "dv/dt = EOF/ms : 1", method="euler"))


@pytest.mark.parametrize(
    ("builder", "name", "given"),
    [
        (_with_parameter, "new", {"new": 1.0}),
        (_with_variable, "delete", {}),
        (_with_constant, "EOF", {}),
    ],
)
def test_a_name_that_cannot_be_compiled_is_told_before_a_compiler_does(
    builder: Callable[..., Network], name: str, given: dict[str, float]
) -> None:
    """In words, with what to do; Brian's runtime has no trouble with it."""
    with pytest.raises(UnsupportedError, match=rf"^'{name}' .* in C\+\+.* another name"):
        traced(builder, **given)


def test_what_only_looks_like_a_word_of_cpp_is_compiled() -> None:
    def alike(new_value: float = 1.0) -> Network:
        equations = "dv/dt = new_value*renew/ms : 1\nrenew : 1\ndouble : 1"
        return Network(NeuronGroup(2, equations, method="euler", name="switch"))

    assert traced(alike, new_value=1.0).sources


@pytest.mark.parametrize(
    ("builder", "words"),
    [
        (_asks_after_a_run, ["number of synapses of 'S'", "len(synapses)", "simulation has"]),
        (_records_all_after_a_run, ["number of synapses", "record=True", "simulation has"]),
        (_reads_a_run, ["values of 'v' of 'n'", "group.v[:] * 2", "simulation has changed"]),
    ],
)
def test_a_refusal_names_what_was_asked_where_and_why(
    builder: Callable[..., Network], words: list[str]
) -> None:
    """So that a person knows which line keeps a model from being compiled."""
    with pytest.raises(UnsupportedError, match="while building") as refused:
        traced(builder)
    for word in words:
        assert word in str(refused.value)


@pytest.mark.parametrize(
    "builder",
    [
        _asks_for_the_number,
        _asks_for_ends,
        _asks_for_weights,
        _asks_for_incoming,
        _asks_by_condition,
        _asks_for_indices,
        _records_all,
    ],
)
def test_what_is_drawn_at_random_is_drawn_here_if_it_is_asked_for(
    builder: Callable[..., Network],
) -> None:
    """And is the values' and the seed's alone: the program has what was drawn."""
    trace = traced(builder)
    assert trace.draws
    assert "_rand" not in "".join(
        text for path, text in trace.sources.items() if path.startswith("code_objects/")
    )


def _number_or(other: int, synapses: Synapses) -> int:
    try:
        return len(synapses)
    except NotImplementedError:
        return other


def _all_or_first(synapses: Synapses) -> StateMonitor:
    try:
        return StateMonitor(synapses, "w", record=True)
    except NotImplementedError:
        return StateMonitor(synapses, "w", record=[0])


def test_who_would_go_on_without_an_answer_gets_one() -> None:
    """A builder for both of Brian's devices builds here what it builds in the runtime."""
    seen: list[int] = []

    def builder() -> Network:
        group, synapses = random_synapses()
        weights = _all_or_first(synapses)
        seen.extend([_number_or(99, synapses), len(weights.record)])
        return Network(group, synapses, weights)

    assert traced(builder).draws
    prefs.codegen.target = "numpy"
    np.random.seed(0)
    builder()
    assert seen[-4:-2] == seen[-2:] != [99, 1]


def test_who_would_go_on_without_what_a_run_changed_is_refused() -> None:
    """With the question, as if it had not been caught."""

    def builder() -> Network:
        _, synapses = random_synapses(after_a_run=True)
        return Network(neurons(_number_or(3, synapses)))

    with pytest.raises(UnsupportedError, match=r"number of synapses.*len\(synapses\)"):
        traced(builder)


def test_what_brian_only_checks_is_no_question() -> None:
    """It goes on by itself: the program draws."""

    def builder() -> Network:
        group, synapses = random_synapses()
        onto = Synapses(group, synapses, "y : 1", name="onto")
        onto.connect(i=[0, 1], j=[0, 1])
        weights = StateMonitor(synapses, "w", record=[0, 1])
        return Network(group, synapses, onto, weights)

    assert not traced(builder).draws


def test_nothing_is_drawn_here_that_nobody_asks_for() -> None:
    """The program draws, and the trace is of all seeds."""
    trace = traced(lambda: Network(*random_synapses()))
    assert not trace.draws
    assert "_rand" in "".join(trace.sources.values())


def test_what_is_drawn_here_is_what_the_runtime_draws() -> None:
    """In the same order from the same generator, between what the builder draws itself."""
    seen: list[list[Any]] = []

    def builder(probability: float = 0.3) -> Network:
        group = neurons(12, name="n")
        group.v = "rand()"
        synapses = Synapses(
            group[4:], group[:9], "w : 1", name="S", multisynaptic_index="k", on_pre="v += w"
        )
        synapses.connect(p=probability, n=2)
        synapses.connect("i > 3 and rand() < 0.2")
        drawn = np.random.rand(2)
        synapses.w = "randn()*(k + 1)"
        synapses.w["v_post > 0.5"] = "rand()"
        synapses.delay = "rand()*ms"
        chosen = group.v["rand() < 0.5"]
        names = ("i", "j", "k", "w", "delay", "N_incoming", "N_outgoing")
        seen.append([np.array(getattr(synapses, name)[:]) for name in names])
        seen[-1] += [np.array(group.v[:]), drawn, np.array(chosen), np.random.rand()]
        return Network(group, synapses)

    for probability in (0.3, 1e-9):  # and none at all
        traced(builder, probability=probability)
        prefs.codegen.target = "numpy"
        np.random.seed(0)
        builder(probability=probability)
        here, runtime = seen[-2:]
        for ours, brians in zip(here, runtime, strict=True):
            np.testing.assert_array_equal(ours, brians)


def _draws(act: str) -> Callable[..., Network]:
    def builder() -> Network:
        group = neurons(name="n")
        exec(act, {"group": group, "np": np, "seed": seed})
        return Network(group)

    return builder


def _seed_of(trace: Trace) -> int:
    """Give the seed of a program that simulates a job of seed 5."""
    recipe = Recipe(Path(), Path(), Path(), bytes(32), (), (1e-3,), {}, trace.files, trace.draws, 1)
    numbers, _ = recipe.table(Job((0, 0), {}, 5))
    return int.from_bytes(numbers[32:40], "little")


@pytest.mark.parametrize(
    ("act", "apart"),
    [
        ("group.v = 'rand()'", False),
        ("group.v = 'rand()'; group.v[:]", True),
        ("group.v = np.random.rand(5)", True),
    ],
)
def test_noise_does_not_repeat_what_numpy_drew(act: str, apart: bool) -> None:
    """For one seed Brian's C++ generator and numpy's give the same numbers, one by one."""
    assert (_seed_of(traced(_draws(act))) != 5) == apart


@pytest.mark.parametrize(
    ("act", "apart"),
    [
        ("seed(3); group.v = 'rand()'", False),
        ("group.v = np.random.rand(5); seed(3)", False),
        ("seed(3); group.v = 'rand()'; group.v[:]", True),
        ("seed(3); group.v = np.random.rand(5)", True),
    ],
)
def test_noise_does_not_repeat_what_numpy_drew_with_a_seed_of_the_builders(
    act: str, apart: bool
) -> None:
    """A script of plain Brian has no such program; see `Trace.departs`."""
    trace = traced(_draws(act))
    assert (".seed(3L" not in trace.sources["main.cpp"]) == apart
    assert trace.departs == apart


@pytest.mark.parametrize("code", ["v = area", "v += 1; area += v", "area = 2"])
def test_a_constant_is_known_after_a_run_unless_code_writes_to_it(code: str) -> None:
    """Brian lets code do that, whatever the equations say."""
    seen: list[float] = []

    def builder() -> Network:
        group = NeuronGroup(2, "v : 1\narea : 1 (constant)", name="n")
        group.area = [3, 4]
        group.run_regularly(code, dt=1 * ms)
        network = Network(group)
        network.run(1 * ms)
        seen.append(group.area[1])
        return network

    if code == "v = area":
        traced(builder)
        assert seen == [4]
    else:
        with pytest.raises(UnsupportedError, match="'area' of 'n'.*the simulation has changed"):
            traced(builder)


@pytest.mark.parametrize(
    ("equations", "code"),
    [
        ("w : 1", "area_pre += 1; w = area_post"),
        ("w : 1", "area_post += 1; w = area"),
        ("w : 1\narea_post = w : 1 (summed)", "v += w"),
    ],
)
def test_a_constant_is_not_known_if_it_is_written_to_by_another_name(
    equations: str, code: str
) -> None:
    """Of a neuron before the synapse and of one after it, it is the same variable."""

    def builder() -> Network:
        group = neurons(name="n", extra="area : 1 (constant)")
        synapses = Synapses(group, group, equations, on_pre=code, name="S")
        synapses.connect("i != j")
        group.area = 3
        Network(group, synapses).run(1 * ms)
        return Network(neurons(int(group.area[1])))

    with pytest.raises(UnsupportedError, match="'area' of 'n'.*the simulation has changed"):
        traced(builder)


@pytest.mark.parametrize("chosen", ["i == 1", [0, 2]])
@pytest.mark.parametrize("how", [{"condition": "i != j"}, {"p": 0.9}])
def test_some_of_all_synapses_are_recorded(chosen: Any, how: dict[str, Any]) -> None:
    """Brian sees from their number whether there are others by now."""
    seen: list[int] = []

    def builder() -> Network:
        group = neurons(name="n")
        synapses = Synapses(group, group, "w : 1", name="S")
        synapses.connect(**how)
        weights = StateMonitor(synapses, "w", record=synapses[chosen])
        seen.extend(weights.record)
        return Network(group, synapses, weights)

    traced(builder)
    assert seen == ([0, 2] if chosen == [0, 2] else list(range(seen[0], seen[0] + len(seen))))


def test_what_is_not_drawn_at_random_is_answered() -> None:
    """The number of synapses, their weights, recording all, and what texts gave."""
    seen: dict[str, Any] = {}

    def builder() -> Network:
        group = neurons(6, name="n")
        group.v = "i*0.25"
        synapses = Synapses(group, group, "w : 1", on_pre="v += w", name="S")
        synapses.connect("i != j")
        synapses.w = "v_pre + j"
        seen["number"] = len(synapses)
        seen["weights"] = synapses.w[:].copy()
        seen["of two"] = synapses.w[1, 2]
        seen["indices"] = synapses.indices["w > 6"]
        synapses.w *= 2
        seen["twice"] = synapses.w[:]
        weights = StateMonitor(synapses, "w", record=True)
        seen["recorded"] = len(weights.record)
        return Network(group, synapses, weights)

    traced(builder)
    pre, post = np.array([(i, j) for i in range(6) for j in range(6) if i != j]).T
    weights = pre * 0.25 + post
    assert seen["number"] == seen["recorded"] == 30
    np.testing.assert_array_equal(seen["weights"], weights)
    np.testing.assert_array_equal(seen["of two"], [2.25])
    np.testing.assert_array_equal(seen["indices"], np.flatnonzero(weights > 6))
    np.testing.assert_array_equal(seen["twice"], 2 * weights)


def test_a_subexpression_of_compartments_is_answered() -> None:
    """As in cable theory, where a builder needs the space constant."""
    seen = []

    def builder() -> Network:
        cable = Cable(length=100 * um, diameter=1 * um, n=5)
        equations = "Im = (1*siemens/meter**2)*(0*volt - v) : amp/meter**2"
        neuron = SpatialNeuron(cable, equations, method="exponential_euler", name="cable")
        seen.append(neuron.space_constant[0])
        return Network(neuron)

    traced(builder)
    # sqrt(d / (4 Ri g)) with 1 um, 150 ohm cm, 1 S/m^2
    assert float(seen[0]) == pytest.approx(np.sqrt(1e-6 / (4 * 1.5)), rel=1e-12)


def test_what_is_asked_leaves_no_mark_in_the_program() -> None:
    """Asking draws nothing, and numbers no code: all traces of a model stay alike."""

    def builder(asks: float = 0.0) -> Network:
        group = neurons(name="n")
        group.v = "i*0.5"
        synapses = Synapses(group, group, "w : 1", on_pre="v += w", name="S")
        synapses.connect(i=[0, 1], j=[1, 2])
        synapses.w = "v_post"
        if asks:
            assert len(synapses) == 2
            assert list(group.v["i > 2"]) == [1.5, 2.0]
            assert synapses.w[-1] == 1.0
        group.v = "v + rand()"
        return Network(group, synapses)

    silent, asked = traced(builder, asks=0.0), traced(builder, asks=1.0)
    assert asked.sources == silent.sources
    assert asked.static_arrays == silent.static_arrays
    assert not asked.draws


def test_what_was_set_from_an_array_stays_when_that_is_written_into() -> None:
    """A text that is computed later starts from what the variable held then."""
    seen = []

    def builder() -> Network:
        group = NeuronGroup(3, "v : 1\nu : 1", name="n")
        group.v = [1, 2, 3]
        group.u = "2*v"
        mine = group.v[:]
        mine[0] = 50
        seen.append(group.u[:].copy())
        return Network(group)

    traced(builder)
    np.testing.assert_array_equal(seen[0], [2, 4, 6])


def test_what_was_written_into_an_array_is_there_when_a_run_begins() -> None:
    """In the order in which the builder does it."""

    def builder() -> Network:
        group = neurons(4, name="n")
        mine = group.v[:]
        mine[2] = 0.75
        network = Network(group)
        network.run(1 * ms)
        return network

    lines = traced(builder).sources["main.cpp"]
    assert lines.index("_array_n_v[i] = ") < lines.index("network.run(")


def test_an_array_that_was_read_and_written_into() -> None:
    """In the runtime it is the variable itself; the program gets what it holds at last."""

    def builder() -> Network:
        group = neurons(4, name="n")
        mine = group.v[:]
        mine[2] = 0.75
        return Network(group)

    (values,) = (
        np.frombuffer(held) for held in traced(builder).static_arrays.values() if len(held) == 32
    )
    np.testing.assert_array_equal(values, [0, 0, 0.75, 0])


@implementation("cpp", "double only_cpp(double x) { return 2 * x; }")
@check_units(x=1, result=1)
def only_cpp(x: float) -> float:
    """Double: C++ only."""
    raise NotImplementedError


def test_a_function_in_cpp_is_named_as_the_reason() -> None:
    """It has no numpy code that could be asked."""

    def builder() -> Network:
        group = neurons(name="n")
        group.v = "only_cpp(i)"
        return Network(group, neurons(int(group.v[1])))

    with pytest.raises(UnsupportedError, match="values of 'v' of 'n'.*computing them fails"):
        traced(builder)


def _does(act: str) -> Callable[..., Network]:
    def builder() -> Network:
        group = neurons(6, name="n")
        synapses = Synapses(group, group, "w : 1", on_pre="v += w", name="S")
        synapses.connect(i=[0, 1, 2], j=[1, 2, 3])
        known = {"group": group, "synapses": synapses, "np": np, "seed": seed, "more": NeuronGroup}
        exec(act, known)
        return Network(group, synapses, known.get("added", []))

    return builder


@pytest.mark.parametrize(
    ("act", "departs"),
    [
        *(("group.v[2] = 1", False), ("group.v = [1, 2, 3, 4, 5, 6]", False)),
        *(("group.v[1:3] = 1", False), ("group.v[[0, 3]] = [1, 2]", False)),
        *(("group[2:].v[1:3] = 1", False), ("group[2:].v = 'i'", False)),
        *(("group.v['i > 2'] = 3", False), ("synapses.w = 'rand()'", False)),
        *(("len(synapses)", False), ("group.v = 1; group.v[0]", False)),
        *(("np.random.rand()", False), ("seed(3)", False), ("np.random.rand(); seed(3)", False)),
        *(("group.v[-1] = 1", True), ("group[2:].v[1] = 1", True)),
        *(("group.v[[0, -1]] = 1", True), ("group.v = np.nan", True)),
        *(("synapses.w = 2; synapses.w[0]", True), ("group.v['i > 2']", True)),
        *(("synapses.w[0, 1] = 2", False), ("synapses.N_incoming[:]", True)),
        *(("group.v[[0, 1]] = 1; group.v[0]", True), ("group.v[:][0] = 1", True)),
        *(("synapses.w = 'rand()'; synapses.w[:]", True), ("seed(3); np.random.rand()", True)),
        ("seed(3); np.random.rand(); seed(4)", True),
        # What no network has is gone when Brian writes its program, and is named there.
        *(("added = more(2, 'u : 1'); added.u = 1", False), ("more(2, 'u : 1').u = 1", True)),
        ("part = group[2:]; part.v = 1; del part", False),
    ],
)
def test_what_brians_own_device_would_make_otherwise_is_known(act: str, departs: bool) -> None:
    """A script of plain Brian must not use it then: there it fails, or builds another network."""
    assert traced(_does(act)).departs == departs


def test_another_number_of_values_ends_the_program() -> None:
    """Only the program knows how many synapses there are; numbers are no part of its text."""

    def builder(count: float = 3.0) -> Network:
        group, synapses = random_synapses()
        synapses.w = np.arange(count)
        return Network(group, synapses, StateMonitor(synapses, "w", record=[int(count)]))

    three, four = traced(builder, count=3.0), traced(builder, count=4.0)
    main = three.sources["main.cpp"]
    assert "_dynamic_array_S_w.size() != 3" in main
    assert "_array_S_N[0] <= 3" in main
    assert four.parsed.skeleton == three.parsed.skeleton


def test_more_synapses_onto_synapses_than_there_can_be_memory_for() -> None:
    """They are counted by what is expected of both."""

    def builder() -> Network:
        group, synapses = random_synapses()
        onto = Synapses(group, synapses, "y : 1", name="onto")
        onto.connect()
        return Network(group, synapses, onto)

    # 5 x 5 neurons at p = 0.5, then 5 neurons onto each of these 12.5
    assert traced(builder).structure.synapses == pytest.approx(12.5 + 5 * 12.5)


class _Counting(NeuronGroup):
    """Does something in Python before it runs, as a package beside Brian's may."""

    def before_run(self, run_namespace: Any) -> None:
        """Do it."""
        super().before_run(run_namespace)

    before_run.__module__ = "brian2_counting.groups"


def test_a_package_whose_name_begins_as_brians_is_not_brian() -> None:
    """What it does in Python the program would leave out without a word."""

    def builder() -> Network:
        return Network(_Counting(3, "v : 1", name="mine"))

    with pytest.raises(UnsupportedError, match="mine does something in Python.*before_run"):
        traced(builder)


@pytest.mark.parametrize(
    ("given", "options", "words"),
    [
        ((np.arange(3), np.arange(3)), {}, "condition argument must be bool or string"),
        (([0, 1],), {"p": 0.5}, "condition argument must be bool or string"),
        ((None, [0, 1], [1, 2]), {}, ""),
        (("i != j", None, None, 0.5), {}, ""),
    ],
)
def test_connections_by_position(given: Any, options: Any, words: str) -> None:
    """Arguments are taken as Brian takes them, and what is wrong is for Brian to say."""

    def builder() -> Network:
        group = neurons(name="n")
        synapses = Synapses(group, group, "w : 1", name="S")
        synapses.connect(*given, **options)
        return Network(group, synapses)

    if words:
        with pytest.raises(TypeError, match=words):
            traced(builder)
    else:
        traced(builder)


def test_a_probability_by_position_counts() -> None:
    """For how many synapses are expected."""

    def builder() -> Network:
        group = neurons(name="n")
        synapses = Synapses(group, group, "w : 1", name="S")
        synapses.connect("i != j", None, None, 0.5)
        return Network(group, synapses)

    assert traced(builder).structure.synapses == pytest.approx(12.5)


def test_how_numbers_are_printed_is_no_draw() -> None:
    """A trace of a builder that did not draw holds for all seeds."""

    def builder() -> Network:
        np.set_printoptions(threshold=5)
        return Network(neurons(name="n"))

    assert not traced(builder).draws


def test_a_program_reports_no_progress() -> None:
    """Also where a builder runs a part of the time with report="text": it may print nothing."""

    def reporting(w: float = 1.0) -> Network:
        network = Network(NeuronGroup(1, "v : 1", name="n"))
        network.run(1 * ms, report="text")
        return network

    main = traced(reporting, w=1.0).sources["main.cpp"]
    assert "report_progress" in main
    assert "simulated in" not in main


def test_a_variable_that_has_two_names_is_one() -> None:
    """``v`` and ``v_post`` are the same array: what is read is what was written before."""

    def builder() -> Network:
        group = neurons(name="n")
        synapses = Synapses(group, group, "w : 1", on_pre="v += 10\nw = v_post", name="S")
        synapses.connect(i=0, j=1)
        return Network(group, synapses)

    source = traced(builder).sources["code_objects/S_pre_codeobject.cpp"]
    assert "w = v;" in source
    assert "double v_post" not in source


@pytest.mark.parametrize("second", ["u_post", "u_post + 0*v", "twice_post", "u"])
def test_a_variable_has_one_name_in_subexpressions_too(second: str) -> None:
    """The array is read once, and what is made of it is made of what was written."""

    def builder() -> Network:
        equations = "v : 1\nu = 2*v : 1\ntwice = 2*u : 1"
        group = NeuronGroup(2, equations, threshold="v > 1", reset="v = 0", name="n")
        code = f"v_post += 10\nw = {second}"
        synapses = Synapses(group, group, "w : 1", on_pre=code, name="S")
        synapses.connect(i=0, j=1)
        return Network(group, synapses)

    source = traced(builder).sources["code_objects/S_pre_codeobject.cpp"]
    assert source.count("= _ptr_array_n_v[_postsynaptic_idx];") == 1
