"""Values set and read while a network is built: the compiled engine against Brian's runtime.

Brian's own standalone build gets several of these wrong (docs/upstream/), so
equality with it would prove nothing: the runtime's numpy target is the measure.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from brian2 import (
    Cylinder,
    Group,
    Network,
    NeuronGroup,
    Soma,
    SpatialNeuron,
    StateMonitor,
    Synapses,
    TimedArray,
    cm,
    linked_var,
    ms,
    mV,
    siemens,
    um,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brian_sweep_widget import Sweep, network_model

NEURONS = 10
Act = Callable[[Any], Any]
# An act has variables of its own, as a program for each would take hours to compile.
OWN = re.compile(r"\b(v|x|k|b|shared_one|twice|w|g)(?=_?\b)")


class Own:
    """A group, or a part of it, with the variables that belong to one act."""

    def __init__(self, group: Any, number: int) -> None:
        self.__dict__.update(group=group, number=number)

    def text(self, value: Any) -> Any:
        """Put the numbers of variables into a text; leave all else as it is."""
        return OWN.sub(rf"\g<1>{self.number}", value) if isinstance(value, str) else value

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.group, self.text(name))
        return Own(found, self.number) if isinstance(found, Group) else found

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self.group, self.text(name), self.text(value))

    def __getitem__(self, item: Any) -> Any:
        return Own(self.group[item], self.number)

    def __len__(self) -> int:
        return len(self.group)


def numbered(equations: str, number: int) -> str:
    """Declare the variables of all acts."""
    return "\n".join(Own(None, n).text(equations) for n in range(number))


def neuron_group(number: int, name: str = "subject", **options: Any) -> NeuronGroup:
    """Make neurons with variables of all types."""
    equations = """v : 1
        x : volt
        k : integer
        b : boolean
        shared_one : 1 (shared)
        twice = 2*v + i : 1"""
    group = NeuronGroup(NEURONS, numbered(equations, number), name=name, **options)
    for n in range(number):
        setattr(group, f"v{n}", np.arange(NEURONS) * 0.5)
    return group


def one_variable(number: int) -> NeuronGroup:
    """Make neurons with one variable for each act."""
    group = NeuronGroup(NEURONS, numbered("v : 1", number), name="subject")
    for n in range(number):
        setattr(group, f"v{n}", np.arange(NEURONS) * 0.5)
    return group


def nested(group: Any) -> Any:
    """Take a part of a part."""
    return group[2:][1:6]


def set_to(attribute: str, item: Any, value: Any, part: Callable[[Any], Any] = lambda g: g) -> Act:
    """Set members of a variable of a group or a part of it."""

    def act(group: Any) -> None:
        where = part(group)
        getattr(where, attribute)[where.text(item)] = where.text(value)

    return act


def _in_place(operation: str) -> Act:
    def act(group: Any) -> None:
        names = {"group": group, "part": group[6:], "mV": mV, "np": np}
        exec(operation, names)

    return act


def _later(group: Any) -> None:
    """Set a value that an earlier text used: it keeps what it was."""
    group.k = 3
    group.v = "k*1.5 + i"
    group.k = 4
    group.x = group.v[:] * mV
    group.v[2] = -1


def _linked(group: Any) -> None:
    """Read and set through a link."""
    other = NeuronGroup(NEURONS, "w : 1 (linked)\nu : 1")
    other.w = linked_var(group.group, group.text("v"), index=np.arange(NEURONS)[::-1])
    other.w[1] = 50
    other.w[-2:] = 51
    other.u = "w + 1"
    group.v = other.u[:] + other.w[:]


def _states(group: Any) -> None:
    v, k, x = group.text("v"), group.text("k"), group.text("x")
    group.set_states({v: np.arange(NEURONS) * 2.0, k: 7, x: 3 * mV})
    states = group[3:7].get_states([v, k])
    group[5:9].set_states({v: states[v] * states[k]})


def _timed(group: Any) -> None:
    wave = TimedArray(np.array([2.0, 5.0, 7.0]), dt=1 * ms)
    group.v = "wave(i*ms/2)"
    group[3:].v[1] = wave(2 * ms)
    group.v[-1] = float(group.v[0]) + 1


def _written_into(group: Any) -> None:
    """In the runtime, a whole variable that is read is the array itself."""
    whole = group.v[:]
    whole[3] = 77
    group.k = "int(v)"
    whole[4] = 78
    np.asarray(group.x)[2] = 0.5


KINDS: dict[str, Act] = {
    "one": set_to("v", 3, 9),
    "one, numpy's whole number": set_to("v", np.int64(3), 9),
    "one, an array without dimensions": set_to("v", np.array(4), 9.5),
    "the last": set_to("v", -1, 9),
    "the last but two": set_to("v", -3, np.float64(1.25)),
    "not a number": set_to("v", 2, np.nan),
    "infinite": set_to("v", -2, -np.inf),
    "all not a number": set_to("v", slice(None), np.nan),
    "of a subgroup": set_to("v", 1, 9, lambda g: g[6:]),
    "the last of a subgroup": set_to("v", -1, 9, lambda g: g[2:5]),
    "of a subgroup of a subgroup": set_to("v", 1, 9, nested),
    "the last of a subgroup of a subgroup": set_to("v", -1, 9, nested),
    "a slice": set_to("v", slice(2, 5), 9),
    "a slice with values": set_to("v", slice(2, 5), [1, 2, 3]),
    "a slice with steps": set_to("v", slice(1, None, 3), np.array([1.5, 2.5, 3.5])),
    "a slice backwards": set_to("v", slice(None, None, -1), np.arange(10)),
    "a slice beyond the end": set_to("v", slice(8, 50), 9),
    "an empty slice": set_to("v", slice(5, 5), 9),
    "a slice of a subgroup": set_to("v", slice(-2, None), [4, 5], lambda g: g[6:]),
    "a slice with steps of a subgroup": set_to("v", slice(None, None, 2), 9, nested),
    "all of a subgroup": set_to("v", slice(None), 9, lambda g: g[6:]),
    "all of a subgroup, values": set_to("v", slice(None), [1, 2, 3, 4], lambda g: g[6:]),
    "an array": set_to("v", np.array([1, 3]), np.array([5.0, 10.0])),
    "an array, one value": set_to("v", np.array([1, 3]), 5),
    "an array from the end": set_to("v", np.array([-1, 0, -3]), [1, 2, 3]),
    "an array that names one twice": set_to("v", np.array([3, 1, 3]), [1, 2, 3]),
    "an empty array": set_to("v", np.array([], dtype=int), 5),
    "a list": set_to("v", [1, 3], [5, 10]),
    "a list of one": set_to("v", [-2], 5),
    "a list of one, a list of one": set_to("v", [3], [5]),
    "an array of a subgroup": set_to("v", np.array([0, -1]), [5, 6], nested),
    "a mask": set_to("v", np.arange(NEURONS) % 3 == 0, 5),
    "a mask, values": set_to("v", np.arange(NEURONS) % 3 == 0, [1, 2, 3, 4]),
    "a mask of a subgroup": set_to("v", np.array([True, False, True, False]), 7, lambda g: g[6:]),
    "a subgroup as index": lambda g: set_to("v", g.group[2:4], 7)(g),
    "texts for some": set_to("v", [1, 3], "i*2.5"),
    "a text for one": set_to("v", -1, "i*2.5"),
    "a text for a slice": set_to("v", slice(-3, None), "v*2.5"),
    "a text for a subgroup": set_to("v", slice(None), "i*2.5", lambda g: g[6:]),
    "a condition": set_to("v", "i > 3", 5),
    "a condition, a text": set_to("v", "i > 3 and v < 4", "v*2"),
    "a condition of a subgroup": set_to("v", "i > 1", "i + 0.5", lambda g: g[6:]),
    "added to": _in_place("group.v += 1"),
    "a subgroup added to": _in_place("part.v += 1"),
    "a member added to": _in_place("group.v[-1] += 5"),
    "a member of a subgroup multiplied": _in_place("part.v[-2] *= 5"),
    "some added to": _in_place("group.v[[1, 3]] += [1, 2]"),
    "all kinds of in place": _in_place("group.v -= 1; group.v /= 2; group.v **= 2; group.v %= 3"),
    "beyond the end": set_to("v", 10, 5),
    "before the start": set_to("v", -11, 5),
    "beyond the end of a subgroup": set_to("v", 4, 5, lambda g: g[2:6]),
    "some beyond the end": set_to("v", [0, 10], 5),
    "a text beyond the end": set_to("v", 10, "i"),
    "some texts beyond the end of a subgroup": set_to("v", [0, 3], "i", lambda g: g[6:]),
    "an index that is a real number": set_to("v", 2.0, 5),
    "two indices": set_to("v", (1, 2), 5),
    "an empty list": set_to("v", [], 5),
    "another number of values": set_to("v", slice(2, 5), [1, 2]),
    "another number of values for all": set_to("v", slice(None), [1, 2]),
    "no values for all": set_to("v", slice(None), []),
    "another number of values for a mask": set_to("v", np.arange(NEURONS) > 5, [1, 2]),
    "a mask of another length": set_to("v", np.ones(12, dtype=bool), 1),
    "linked": _linked,
    "timed": _timed,
}

TYPED: dict[str, Act] = {
    "a quantity": set_to("x", 3, 9 * mV),
    "quantities": set_to("x", [0, -1], [1, 2] * mV),
    "whole numbers": set_to("k", [1, -1], [2.7, -2.7]),
    "truths": set_to("b", [1, -1], True),
    "one truth": set_to("b", -1, True),
    "one whole number": set_to("k", -1, 3),
    "a condition, a quantity": set_to("x", "i > 3", 5 * mV),
    "a condition that is a number": set_to("k", "i == 3", 5),
    "shared": _in_place("group.shared_one = 2.5"),
    "shared by index": set_to("shared_one", 0, 2.5),
    "a quantity added to": _in_place("group.x += 2*mV"),
    "another unit": set_to("x", 3, 5),
    "another unit for some": set_to("x", [3, 4], 5),
    "one of a subexpression": set_to("twice", 1, 5),
    "later": _later,
    "states": _states,
    "written into": _written_into,
}


def _of_part(part: Own, condition: str) -> Any:
    """Read from a part that is kept; the runtime, too, wants it to be."""
    return part.v[condition]


READ: dict[str, Act] = {
    "all": lambda g: g.v[:],
    "one": lambda g: g.v[-1],
    "some of a subgroup": lambda g: g[6:].v[[0, -1]],
    "by condition": lambda g: g.v["i > 3"],
    "by condition of a subgroup": lambda g: _of_part(g[6:], "i > 1"),
    "a subexpression": lambda g: g.twice[:],
    "one of a subexpression": lambda g: g[6:].twice[1],
    "indices": lambda g: g.indices[g.text("v > 2")],
    "a mean": lambda g: np.mean(g.v),
    "a comparison": lambda g: g.v > 2,
    "without units": lambda g: g.x_[:],
    "shared": lambda g: g.shared_one,
    "the number": lambda g: [len(g), g.N, len(g.v)],
    "beyond the end": lambda g: g.v[10],
}


def connected(number: int) -> Synapses:
    """Connect as many as can be told without a random number."""
    group = neuron_group(number, "subject_neurons", threshold="v0 > 1e6")
    synapses = Synapses(
        group,
        group[2:8],
        numbered("w : 1", number),
        on_pre="v0 += w0",
        multisynaptic_index="m",
        name="subject",
    )
    synapses.connect("i + j < 9 and i != j", n=2)
    for n in range(number):
        setattr(synapses, f"w{n}", np.arange(len(synapses)) * 0.5)
    return synapses


SYNAPTIC: dict[str, Act] = {
    "one": set_to("w", 3, 9),
    "the last": set_to("w", -1, 9),
    "of a pair": set_to("w", (0, 1), 9),
    "of a pair, values": set_to("w", (0, 1), [8, 9]),
    "of a pair, texts": set_to("w", (0, 1), "w*2 + j"),
    "of the second of a pair": set_to("w", (0, 1, 1), 9),
    "onto one": set_to("w", (slice(None), 2), 9),
    "from the last": set_to("w", (-3, slice(None)), 9),
    "from some": set_to("w", ([0, 2], slice(None)), 9),
    "from a subgroup": lambda s: set_to("w", (s.group.source[1:3], slice(None)), 9)(s),
    "an array": set_to("w", np.array([3, -1, 5]), [1, 2, 3]),
    "a mask": lambda s: set_to("w", s.w[:] > 4, 9)(s),
    "a slice": set_to("w", slice(1, None, 4), 9),
    "a slice, texts": set_to("w", slice(1, None, 4), "w + 100"),
    "a condition": set_to("w", "i == j + 2", 9),
    "a condition on where they are": set_to("w", "v_pre > 2", "v_post"),
    "all": lambda s: setattr(s, "w", np.arange(len(s)) * 0.5),
    "all one number": lambda s: setattr(s, "w", 4.5),
    "all one number that is none": lambda s: setattr(s, "w", np.nan),
    "added to": lambda s: setattr(s, "w", s.w[:] + s.i[:] - s.j[:]),
    "no pair": set_to("w", (9, 5), 9),
    "by the indices of a pair": lambda s: set_to("w", s.indices[1, :], 9)(s),
    "by the indices of a text": lambda s: set_to("w", s.indices["i == 1"], 9)(s),
    "by those of a part": lambda s: set_to("w", s.group[1, :], 9)(s),
    "numbers of neighbours": lambda s: setattr(s, "w", s.N_outgoing[:] + 100 * s.N_incoming[:]),
    "beyond the end": set_to("w", 1000, 5),
    "a text beyond the end": set_to("w", 1000, "i"),
    "another number of values": lambda s: setattr(s, "w", [1, 2, 3]),
    "no values": lambda s: setattr(s, "w", []),
}


def whole_synapses(number: int) -> Synapses:
    """Connect a second time, set delays, and connect neurons to synapses."""
    synapses = connected(number)
    synapses.delay[0, 1] = 3 * ms
    synapses.delay[-1] = 4 * ms
    synapses.pre.delay[[1, -2]] = [5, 6] * ms
    synapses.connect(i=[9, 9], j=[0, 1])
    synapses.w0[-1] = 9
    synapses.connect("i == j")
    synapses.w0[[0, -1]] = 11
    synapses.w1 = "i + 0.1*j + w0"
    onto = Synapses(synapses.source, synapses, "y : 1")
    onto.connect("i == j % 10")
    onto.y = "w1_post + i"
    synapses.w2 = np.bincount(onto.j[:], weights=onto.y[:], minlength=len(synapses))
    return synapses


def neuron_with_branches(number: int) -> SpatialNeuron:
    """Make a neuron with a soma and two dendrites."""
    morphology = Soma(30 * um)
    morphology.axon = Cylinder(length=100 * um, diameter=1 * um, n=10)
    morphology.dendrite = Cylinder(length=50 * um, diameter=2 * um, n=5)
    morphology.dendrite.branch = Cylinder(length=50 * um, diameter=2 * um, n=5)
    equations = "Im = 0*amp/meter**2 : amp/meter**2\n"
    equations += numbered("v : volt\ng : siemens/meter**2\nw : 1", number)
    return SpatialNeuron(morphology, equations, method="exponential_euler", name="subject")


UNIT = siemens / cm**2
SPATIAL: dict[str, Act] = {
    "of a section": set_to("v", 1, 5 * mV, lambda n: n.dendrite),
    "the last of a section": set_to("v", -1, 5 * mV, lambda n: n.axon),
    "all of a section": set_to("v", slice(None), 5 * mV, lambda n: n.axon),
    "of a branch": set_to("v", [0, -1], [5, 6] * mV, lambda n: n.dendrite.branch),
    "of the main part": set_to("v", 0, 5 * mV, lambda n: n.dendrite.main),
    "by distance": lambda n: setattr(n.axon[20 * um : 60 * um], "g", 3 * UNIT),
    "one by distance": set_to("g", -1, 3 * UNIT, lambda n: n.axon[20 * um : 60 * um]),
    "by compartment": set_to("g", 1, 3 * UNIT, lambda n: n[3:7]),
    "by compartment of a section": set_to("g", 1, 3 * UNIT, lambda n: n.axon[3:7]),
    "by a text": set_to("v", slice(None), "-60*mV + i*mV", lambda n: n.dendrite),
    "by a morphology": set_to("g", slice(None), 3 * UNIT, lambda n: n[n.group.morphology.axon]),
    "a section multiplied": lambda n: setattr(n.dendrite, "Cm", n.dendrite.Cm[:] * 2),
    "from what is read": lambda n: setattr(n, "v", n.distance[:] / um * mV),
    "from what is computed": lambda n: set_to("v", 0, n.space_constant[3] / um * mV)(n),
    "the last": set_to("v", -1, 5 * mV),
    "beyond the end of a section": set_to("v", 20, 5 * mV, lambda n: n.axon),
}


# Brian's numpy code wraps what it raises.
_ERRORS = {"BrianObjectException": "IndexError"}


def _attempt(act: Act, subject: Any) -> float:
    """Do it; where Brian raises, say so with a number."""
    try:
        act(subject)
    except NotImplementedError:  # it says that it cannot: no error of the runtime
        raise
    except Exception as error:
        name = type(error).__name__
        return 1.0 + len(_ERRORS.get(name, name))
    return 0.0


def _array(value: Any) -> np.ndarray[Any, Any]:
    return np.atleast_1d(np.asarray(value, dtype=float)).ravel()


def built(acts: dict[str, Act], make: Callable[[int], Any], variables: str) -> Any:
    """Make a model in which each of them is done to variables of its own, and all are read."""
    numbers = range(len(acts))

    @network_model(duration=0.1 * ms)
    def many() -> Network:
        subject = make(len(acts))
        told = NeuronGroup(len(acts), "code : 1", name="told")
        told.code = [_attempt(act, Own(subject, n)) for n, act in enumerate(acts.values())]
        network = Network(subject, told)
        if isinstance(subject, Synapses):
            network.add(subject.source)
        return network

    @many.measure()
    def everything(network: Network) -> Any:
        names = [Own(None, n).text(name) for n in numbers for name in variables.split()]
        parts = [np.asarray(getattr(network["subject"], name)[:], dtype=float) for name in names]
        parts = [np.atleast_1d(part).ravel() for part in parts]
        return np.concatenate([network["told"].code[:], [len(part) for part in parts], *parts])

    return many


def outcome(model: Any, engine: str) -> np.ndarray[Any, Any]:
    """Give what the only measure of a model reads."""
    results = Sweep(model, engine=engine, store=None, workers=1).run(progress=False)
    (single,) = results.outcomes
    assert single.values, single.failure
    (value,) = single.values.values()
    return np.asarray(value.si)


def parts_of(told: np.ndarray[Any, Any], acts: dict[str, Act], number: int) -> dict[str, Any]:
    """Take apart what is read of each subject: its error, and its arrays."""
    codes, told = told[: len(acts)], told[len(acts) :]
    lengths, told = told[: len(acts) * number].astype(int), told[len(acts) * number :]
    arrays = iter(np.split(told, np.cumsum(lengths)[:-1]))
    return {
        name: (code, *(next(arrays) for _ in range(number)))
        for name, code in zip(acts, codes, strict=True)
    }


def compare(acts: dict[str, Act], make: Callable[[int], Any], variables: str) -> None:
    """Do all in one program, and in the runtime: the same errors, the same bits."""
    model = built(acts, make, variables)
    ours, runtime = (
        parts_of(outcome(model, engine), acts, len(variables.split()))
        for engine in ("compiled", "numpy")
    )
    wrong = {}
    for name in acts:
        for mine, right in zip(ours[name], runtime[name], strict=True):
            if not np.array_equal(mine, right, equal_nan=True):
                wrong[name] = (mine, right)
    assert not wrong


@pytest.mark.parametrize(
    ("acts", "make", "variables"),
    [
        (KINDS, one_variable, "v"),
        (TYPED, neuron_group, "v x k b shared_one"),
        (SYNAPTIC, connected, "w"),
        (SPATIAL, neuron_with_branches, "v g Cm"),
    ],
    ids=["groups", "types", "synapses", "compartments"],
)
def test_values_are_where_the_runtime_has_them(
    acts: dict[str, Act], make: Callable[[int], Any], variables: str
) -> None:
    """Each kind of index and value; also those that are errors."""
    compare(acts, make, variables)


def test_synapses_that_are_connected_again() -> None:
    """Delays, several calls of connect, synapses onto synapses; all is known in the end."""
    nothing: dict[str, Act] = {name: lambda _: None for name in ("w0", "w1", "w2")}
    compare(nothing, whole_synapses, "w delay i j")


def kept(read: Act) -> Act:
    """Read something, and keep its sum and length in the subject."""

    def act(group: Any) -> None:
        found = _array(read(group))
        group.v = 0
        group.v[0] = len(found)
        group.v[1] = np.sum(found * np.arange(1, len(found) + 1))

    return act


def test_what_is_read_is_what_the_runtime_reads() -> None:
    """Values and their number, after texts and assignments."""

    def varied(number: int) -> Any:
        group = neuron_group(number)
        for n in range(number):
            own = Own(group, n)
            own.x = own.v[:] * 2 * mV
            own[3:].v[1] = 8
            own.shared_one = 4
        own.k = "int(v)"  # of the last, which is read at the end
        return group

    acts = {name: kept(read) for name, read in READ.items()}
    compare({**acts, "what a text set": kept(lambda g: g.k[:])}, varied, "v")


def _items(size: int) -> st.SearchStrategy[Any]:
    """Draw index expressions of all kinds, also such as are out of range."""
    one = st.integers(-size - 1, size)
    ends = st.none() | st.integers(-size - 2, size + 2)
    steps = st.none() | st.integers(-3, 3).filter(bool)
    within = st.integers(-size, size - 1)
    return st.one_of(
        one,
        st.builds(slice, ends, ends, steps),
        st.lists(within, max_size=5),
        st.lists(one, min_size=1, max_size=3).map(np.array),
        st.lists(st.booleans(), min_size=size, max_size=size).map(np.array),
    )


@st.composite
def assignments(draw: st.DrawFn, size: int) -> tuple[list[tuple[int, int]], Any, Any]:
    """Draw a part of a part of a group, an index into it, and a value."""
    parts = []
    for _ in range(draw(st.integers(0, 2))):
        start = draw(st.integers(0, size - 1))
        stop = draw(st.integers(start + 1, size))
        parts.append((start, stop))
        size = stop - start
    numbers = st.floats(-100, 100, width=32)
    value = st.one_of(numbers, st.lists(numbers, min_size=1, max_size=3).map(np.array))
    return parts, draw(_items(size)), draw(value)


def performed(chosen: tuple[list[tuple[int, int]], Any, Any], variable: str) -> Act:
    """Make an act of a drawn assignment."""
    parts, item, value = chosen

    def act(group: Any) -> None:
        for start, stop in parts:
            group = group[start:stop]
        getattr(group, variable)[item] = value

    return act


@pytest.mark.parametrize("make", [one_variable, neuron_with_branches])
@settings(max_examples=1, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(chosen=st.lists(assignments(NEURONS), min_size=40, max_size=40))
def test_any_index_means_what_it_means_in_the_runtime(make: Any, chosen: list[Any]) -> None:
    """On groups and compartments, parts of them and parts of these."""
    name = "v" if make is one_variable else "w"
    compare({str(n): performed(one, name) for n, one in enumerate(chosen)}, make, name)


@network_model(duration=2 * ms)
def asking(size: int = 6, scale: float = 1.5) -> Network:
    """Ask for numbers and weights of synapses, and record all of them."""
    neurons = NeuronGroup(
        size, "dv/dt = (1.2 - v)/ms : 1", threshold="v > 1", reset="v = 0", method="euler",
        name="neurons",
    )  # fmt: skip
    synapses = Synapses(neurons, neurons, "w : 1", on_pre="v_post += w", name="synapses")
    synapses.connect("abs(i - j) == 1")
    synapses.w = "scale*i/N_pre"
    synapses.w *= 1 / len(synapses)
    synapses.w[:, -1] = 0.01 * synapses.N_incoming[-1]
    weights = StateMonitor(synapses, "w", record=True, dt=1 * ms, name="weights")
    return Network(neurons, synapses, weights)


@asking.measure()
def recorded(network: Network) -> Any:
    """Give all that was recorded."""
    return np.asarray(network["weights"].w).ravel()


@asking.measure()
def potentials(network: Network) -> Any:
    """Give where the neurons end."""
    return np.asarray(network["neurons"].v[:])


def test_a_model_that_asks_is_compiled() -> None:
    """One program for all sizes, with the runtime's numbers."""
    told = {}
    for engine in ("compiled", "numpy"):
        sweep = Sweep(asking, engine=engine, store=None, workers=1, size=[6, 9])
        results = sweep.run(progress=False)
        assert results.counts() == {"done": 2}, results.failures
        told[engine] = [
            np.concatenate([outcome.values[name].si for name in ("recorded", "potentials")])
            for outcome in results.outcomes
        ]
    for ours, runtime in zip(told["compiled"], told["numpy"], strict=True):
        np.testing.assert_allclose(ours, runtime, rtol=1e-12)


@network_model(duration=2 * ms)
def asking_for_drawn(p: float = 0.5, size: int = 8) -> Network:
    """Ask how many synapses were drawn, and which; what nobody asks for is drawn, too."""
    neurons = NeuronGroup(
        size, "dv/dt = (1.2 - v)/ms : 1", threshold="v > 1", reset="v = 0", method="euler",
        name="neurons",
    )  # fmt: skip
    neurons.v = "rand()"
    synapses = Synapses(neurons, neurons[1:], "w : 1", on_pre="v_post += w", name="synapses")
    synapses.connect(p=p)
    synapses.w = "0.1*rand()"
    if len(synapses):
        synapses.w[int(synapses.i[0]), :] = 0.2
    weights = StateMonitor(synapses, "w", record=True, dt=1 * ms, name="weights")
    return Network(neurons, synapses, weights)


asking_for_drawn.measure()(recorded)
asking_for_drawn.measure()(potentials)


def test_what_is_drawn_while_building_has_the_runtimes_numbers() -> None:
    """For each seed and size its own; with no synapses at all, too."""
    chosen: dict[str, Any] = {"p": [0, 0.5], "size": [8, 11], "trials": 2, "seed": 4}
    told = {}
    for engine in ("compiled", "numpy"):
        results = Sweep(asking_for_drawn, engine=engine, store=None, workers=1, **chosen).run(
            progress=False
        )
        assert results.counts() == {"done": 8}, results.failures
        told[engine] = {
            (*outcome.job.parameters.values(), outcome.job.seed): [
                outcome.values[name].si for name in ("recorded", "potentials")
            ]
            for outcome in results.outcomes
        }
    assert told["compiled"].keys() == told["numpy"].keys()
    for job, ours in told["compiled"].items():
        for mine, runtimes in zip(ours, told["numpy"][job], strict=True):
            np.testing.assert_allclose(mine, runtimes, rtol=1e-12)


@network_model(duration=1 * ms)
def mistaken(values: int = 3, beyond: float = 0) -> Network:
    """Give random synapses a number of weights; set a neuron that is not there."""
    neurons = NeuronGroup(4, "v : 1", threshold="v > 1", reset="v = 0", name="neurons")
    synapses = Synapses(neurons, neurons, "w : 1", on_pre="v_post += w", name="synapses")
    synapses.connect(p=0.5)
    synapses.w = np.arange(float(values))
    if beyond:
        neurons.v[4] = 1
    return Network(neurons, synapses)


@mistaken.measure()
def first(network: Network) -> float:
    """Read anything."""
    return float(network["neurons"].v[0])


def test_a_mistake_is_an_error_and_no_number() -> None:
    """Where the builder makes it, or where only the program can see it."""
    for values, words in (({"beyond": 1.0}, "index 4 is out of bounds"), ({}, "3 values for w of")):
        results = Sweep(mistaken, engine="compiled", store=None, workers=1, **values).run(
            progress=False
        )
        (outcome,) = results.outcomes
        assert outcome.failure is not None
        assert words in outcome.failure.message
