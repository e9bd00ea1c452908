"""Constants of a module, written into a script: executed, they are the same.

Of every kind that models keep their constants in, with several names for one
object among them. What is compared is the type and each bit.
"""

from __future__ import annotations

import collections
import datetime as dt
import decimal
import enum
import fractions
import functools
import itertools
import linecache
import math
import pathlib
import re
import struct
from collections.abc import Iterator
from types import MappingProxyType, SimpleNamespace
from typing import Any

import brian2
import numpy as np
import pytest
from brian2 import Equations, Quantity, TimedArray, mV, nS
from hypothesis import given
from hypothesis import strategies as st
from written_scripts import executed, module_of

from brian_sweep_widget.engines.script.errors import ScriptError

_HEAD = '''
import enum
from collections import namedtuple
from dataclasses import InitVar, dataclass, field
from typing import ClassVar, NamedTuple

import numpy as np
from brian2 import mV


@dataclass(frozen=True)
class Frozen:
    tau: object
    size: int = 3


@dataclass(slots=True)
class Slotted:
    one: object
    more: list = field(default_factory=list)
    unit: ClassVar = mV


@dataclass(frozen=True)
class Derived(Frozen):
    """Its sum is no argument."""

    total: float = field(init=False)
    scale: InitVar[float] = 2.0

    def __post_init__(self, scale):
        object.__setattr__(self, "total", self.size * scale)


@dataclass(kw_only=True)
class Nested:
    inner: Frozen
    others: dict


class Pair(NamedTuple):
    first: object
    second: float = 0.5

    @property
    def both(self):
        return self.first, self.second


Point = namedtuple("Point", ["x", "y"], defaults=[2])


class Kind(enum.Enum):
    SLOW = 1
    FAST = (2, 3)


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 7


class Parts(enum.Flag):
    SOMA = enum.auto()
    AXON = enum.auto()


Functional = enum.Enum("Functional", "red green")


class Plain:
    """Calls are counted, so that one sees that none is made."""

    made = 0

    def __init__(self, given):
        type(self).made += 1
        self.given = given
        self.__hidden = given

    class Inner(enum.Enum):
        A = "a"

    def hidden(self):
        return self.__hidden


class Slots:
    __slots__ = ("left", "__private")

    def __init__(self, left, private):
        self.left, self.__private = left, private

    def private(self):
        return self.__private
'''

HEAD = module_of(_HEAD)

FLOATS = st.floats(allow_nan=True, allow_infinity=True, allow_subnormal=True)
ARRAYS = st.sampled_from(
    [
        np.arange(6).reshape(2, 3),
        np.asfortranarray(np.linspace(0, 1, 6).reshape(2, 3)),
        np.zeros((0, 2)),
        np.array([], dtype=np.int16),
        np.array([1.5, -0.0, np.nan, np.inf]),
        np.array([1, 2], dtype=">i4"),
        np.array([True, False]),
        np.array([1 + 2j, -0.0j]),
        np.array(["soma", "axon"]),
        np.array([b"a", b"bc"]),
        np.array([(1, 0.5), (2, np.pi)], dtype=[("id", "i4"), ("weight", "f8")]),
        np.array(["2026-11-29", "NaT"], dtype="M8[D]"),
        np.array(3.5),
        np.array([0.1, 0.2], dtype=np.float32),
        np.linspace(0, 1, 4) * mV,
        np.linspace(0, 1, 4).reshape(2, 2).T * nS,
        Quantity([1, 2], dim=mV.dim, dtype=int),
    ]
)
QUANTITIES = st.builds(
    lambda number, unit: number * unit,
    FLOATS,
    st.sampled_from([mV, nS, brian2.Hz, brian2.um**2, brian2.uS / brian2.cm**2, nS**1.5 / mV]),
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | FLOATS
    | st.complex_numbers()
    | st.text()
    | st.binary()
    | st.fractions()
    | st.decimals(allow_nan=False)
    | st.dates()
    | st.datetimes(timezones=st.none() | st.just(dt.UTC))
    | st.timedeltas()
    | st.builds(range, st.integers(-9, 9), st.integers(-9, 9), st.integers(1, 3))
    | st.builds(slice, st.none() | st.integers(), st.integers())
    | FLOATS.map(np.float64)
    | st.integers(-100, 100).map(np.int8)
    | FLOATS.map(lambda number: np.complex128(complex(number, 1.0)))
    | st.booleans().map(np.bool_)
    | QUANTITIES
    | ARRAYS
    | st.sampled_from(
        [
            mV,
            brian2.ms,
            brian2.mV / brian2.ms,
            np.pi,
            np.sin,
            len,
            int,
            ...,
            pathlib.Path("data/spikes.npy"),
            pathlib.PurePosixPath("/a"),
            np.dtype("f4"),
            np.dtype([("a", "i4"), ("b", "f8", (2,))]),
            np.float32,
            np.str_("text"),
            np.datetime64("2026-11-29T01:02:03", "ms"),
            re.compile(r"\d+", re.MULTILINE),
            HEAD.Kind.FAST,
            HEAD.Kind,
            HEAD.Level.HIGH,
            HEAD.Parts.SOMA | HEAD.Parts.AXON,
            HEAD.Functional.green,
            HEAD.Plain.Inner.A,
            functools.partial(divmod, 7),
        ]
    )
)


def _containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3).map(MappingProxyType)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3).map(
            lambda d: SimpleNamespace(**d)
        )
        | st.lists(inner, max_size=3).map(lambda items: collections.deque(items, maxlen=5))
        | st.dictionaries(st.text(max_size=3), inner, max_size=3).map(collections.OrderedDict)
        | inner.map(lambda value: collections.defaultdict(list, {"a": value}))
        | st.frozensets(st.integers(), max_size=3)
        | st.sets(st.text(max_size=2), max_size=1)
        | st.builds(HEAD.Frozen, inner)
        | st.builds(HEAD.Slotted, inner, st.lists(inner, max_size=2))
        | inner.map(lambda value: HEAD.Derived(value, size=4, scale=3.0))
        | inner.map(lambda value: HEAD.Nested(inner=HEAD.Frozen(value), others={"it": value}))
        | st.builds(HEAD.Pair, inner)
        | st.builds(HEAD.Point, inner)
        | st.builds(HEAD.Plain, inner)
        | st.builds(HEAD.Slots, inner, inner)
    )


CONSTANTS = st.recursive(LEAVES, _containers, max_leaves=6)


def parts_of(value: Any) -> Iterator[Any]:  # noqa: PLR0912 - a kind each
    """Take a value apart until nothing but plain values is left."""
    kind = type(value)
    yield f"{kind.__module__.replace(HEAD.__name__, 'script')}.{kind.__qualname__}"
    if isinstance(value, float):
        yield "nan" if math.isnan(value) else struct.pack("d", value)
    elif isinstance(value, complex):
        yield from parts_of(value.real)
        yield from parts_of(value.imag)
    elif isinstance(value, np.ndarray | np.generic):
        array = np.asarray(value)
        yield from (array.dtype.str, array.shape, repr(getattr(value, "dim", "")))
        yield array.flags.c_contiguous, array.flags.f_contiguous
        names = array.dtype.names
        plain = [array[name] for name in names] if names else [array]
        yield [
            np.where(np.isnan(one), np.nan, one).tobytes()
            if one.dtype.kind in "fc"
            else one.tobytes()
            for one in plain
        ]
    elif isinstance(value, enum.Enum):
        yield value.name
        yield from parts_of(value.value)
    elif isinstance(value, dict | MappingProxyType):
        for key, item in value.items():
            yield from parts_of(key)
            yield from parts_of(item)
        yield getattr(value, "default_factory", None)
    elif isinstance(value, list | tuple | collections.deque):
        for item in value:
            yield from parts_of(item)
        yield getattr(value, "maxlen", None)
    elif isinstance(value, set | frozenset):
        yield sorted(map(repr, value))
    elif kind.__module__.startswith("constants_") or kind.__module__ in {"script", "types"}:
        slots = [name for one in kind.__mro__ for name in getattr(one, "__slots__", ())]
        for name in slots:
            attribute = f"_{kind.__name__}{name}" if name.startswith("__") else name
            yield attribute
            yield from parts_of(getattr(value, attribute))
        if hasattr(value, "__dict__"):
            yield from parts_of(vars(value))
    elif isinstance(value, functools.partial):
        yield value.func, value.args, value.keywords
    elif isinstance(value, type):
        yield value.__name__
    elif callable(value):
        yield value
    else:
        yield repr(value)


@given(
    st.lists(CONSTANTS, min_size=1, max_size=5),
    st.lists(st.integers(0, 4), min_size=1, max_size=8),
)
def test_constants_of_every_kind_and_several_names_for_one(
    values: list[Any], places: list[int]
) -> None:
    """Names that have one object have equal ones in the script, and one where that matters."""
    module = module_of("")
    names = [f"CONSTANT_{number}" for number in range(len(places))]
    held = {name: values[place % len(values)] for name, place in zip(names, places, strict=True)}
    vars(module).update(held)
    found = executed(module, names)
    for name, value in held.items():
        assert list(parts_of(found[name])) == list(parts_of(value)), name
    for one, other in itertools.combinations(names, 2):
        if held[one] is held[other] and isinstance(held[one], list | dict | HEAD.Plain):
            assert found[one] is found[other]


def test_objects_are_restored_without_calling_their_class() -> None:
    module = module_of("")
    module.ONE = HEAD.Plain(3)
    made = HEAD.Plain.made
    found = executed(module, ["ONE"])["ONE"]
    assert found.hidden() == 3
    assert HEAD.Plain.made == made


def test_equations_and_timed_arrays() -> None:
    module = module_of("")
    module.EQS = Equations(
        """dv/dt = (current(t) - v/R) / C + sigma*xi*C**-0.5 : volt (unless refractory)
        dw/dt = -w/(10*ms) : 1
        rate : Hz (constant, shared)
        scaled = v*conductance : amp
        conductance : siemens/meter**2*meter**2
        density : siemens/meter**2
        area : metre**2
        noise : volt/second**0.5
        reaction : 1/mole/second
        chosen : boolean
        number : integer (constant)""",
        sigma=3 * mV,
    )
    module.INPUT = TimedArray([1, 2, 3] * brian2.nA, dt=0.7 * brian2.ms, name="current")
    module.RAMPS = TimedArray(np.arange(6.0).reshape(2, 3), dt=1 * brian2.ms)
    found = executed(module, ["EQS", "INPUT", "RAMPS"])
    assert list(found["EQS"].items()) == list(module.EQS.items())
    for name in ("INPUT", "RAMPS"):
        there, here = found[name], vars(module)[name]
        assert (there.name, there.dt, there.dim) == (here.name, here.dt, here.dim)
        np.testing.assert_array_equal(there.values, here.values)


def test_what_cannot_be_written_is_named_with_its_user() -> None:
    module = module_of(_HEAD)
    module.CONFIG = {"sizes": module.Frozen(open)}
    module.CONFIG["sizes"] = module.Frozen(iter([1]))
    with pytest.raises(
        ScriptError,
        match=r"CONFIG\['sizes'\]\.tau is a list_iterator, .*make it inside the model"
        r".* \(used by all_of_them of constants_",
    ):
        executed(module, ["CONFIG"])
    itself: list[Any] = []
    itself.append(itself)
    module.ITSELF = itself
    with pytest.raises(ScriptError, match=r"ITSELF\[0\] contains itself"):
        executed(module, ["ITSELF"])


def test_numbers_that_python_cannot_write_are_refused() -> None:
    module = module_of("")
    module.WIDE = np.array([1], dtype=np.longdouble)
    module.EXACT = decimal.Decimal("1.10")
    module.THIRD = fractions.Fraction(1, 3)
    assert executed(module, ["EXACT", "THIRD"]) == {"EXACT": module.EXACT, "THIRD": module.THIRD}
    with pytest.raises(ScriptError, match="WIDE is an array of float128"):
        executed(module, ["WIDE"])


def test_classes_of_notebooks_are_found_in_the_last_cell_that_defines_them() -> None:
    """Their module has no file, and a data class has no function that was compiled from a cell."""
    before = "from dataclasses import dataclass\n\n@dataclass\nclass Cell:\n    tau: float = 1.0\n"
    module = module_of(before)
    del module.__file__
    after = before + "    size: int = 7  # as it was typed last\n"
    linecache.cache["<the cell again>"] = (len(after), None, after.splitlines(True), "<again>")
    exec(compile(after, "<the cell again>", "exec"), vars(module))
    module.CELL = module.Cell(2.0)
    found = executed(module, ["CELL"])["CELL"]
    assert (found.tau, found.size) == (2.0, 7)
