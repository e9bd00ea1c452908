"""Arrays that share memory where they are made share it where they arrive, too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from brian2 import mV
from hypothesis import given
from hypothesis import strategies as st

from brian_sweep_widget.engines import engine_for, fingerprint, pack
from brian_sweep_widget.engines.packing import unpack
from brian_sweep_widget.models import as_model

SLICES = st.builds(
    slice,
    st.none() | st.integers(-7, 7),
    st.none() | st.integers(-7, 7),
    st.none() | st.sampled_from([-3, -2, -1, 1, 2, 3]),
)


def sent(*things: Any) -> Any:
    """Give things as they arrive that a function refers to."""

    def function() -> Any:
        return things

    model = as_model(function)
    packed = pack(engine_for("auto", model, model.parameters({})))
    return unpack(packed).functions[0]()


def written_one_after_the_other(things: Any) -> list[Any]:
    """Give what is in arrays after each was changed in place."""
    found = []
    for number, thing in enumerate(things):
        np.asarray(thing)[...] = number
        found.append([np.array(one) for one in things])
    return found


@given(
    st.lists(st.tuples(SLICES, SLICES, st.booleans()), min_size=2, max_size=4),
    st.sampled_from("CF"),
)
def test_what_is_written_into_one_is_read_from_all(views: Any, order: Any) -> None:
    """Whatever parts of the memory they are, in whatever order."""
    base = np.arange(24.0).reshape(4, 6).copy(order)
    things = [base[rows, columns] for rows, columns, _ in views]
    things = [one.T if turned else one for one, (_, _, turned) in zip(things, views, strict=True)]
    arrived = sent(*things)
    for mine, its in zip(things, arrived, strict=True):
        np.testing.assert_array_equal(mine, its)
    for mine, its in zip(
        written_one_after_the_other(things), written_one_after_the_other(arrived), strict=True
    ):
        for one, other in zip(mine, its, strict=True):
            np.testing.assert_array_equal(one, other)


def structured() -> list[Any]:
    """Make a table and two of its columns."""
    table = np.zeros(3, dtype=[("a", float), ("b", int)])
    return [table, table["b"], table[1:]["a"]]


def units() -> list[Any]:
    """Make an array with units, a part of it, and its numbers."""
    whole = np.arange(4.0) * mV
    return [whole, whole[1:3], np.asarray(whole)]


def reinterpreted() -> list[Any]:
    """Make a complex array and its real and imaginary parts."""
    whole = np.arange(4) * (1 + 2j)
    return [whole, whole.real, whole.imag[::2]]


def from_a_buffer() -> list[Any]:
    """Make arrays of one buffer that is no array."""
    buffer = bytearray(32)
    return [np.frombuffer(buffer, float), np.frombuffer(buffer, np.int16, offset=4)]


def objects() -> list[Any]:
    """Make arrays of Python objects."""
    whole = np.array([[1, "a", None], [2, "b", ()]], dtype=object)
    return [whole, whole[::-1, 1], whole.T]


def subclasses() -> list[Any]:
    """Make records and a matrix of the same numbers."""
    whole = np.zeros((2, 2))
    return [whole, whole.view(np.matrix), whole[0].view(np.recarray)]


class Foreign:
    """Memory of a library's own, every other number of which is meant."""

    def __init__(self) -> None:
        self._memory = np.arange(12.0)
        place = self._memory.__array_interface__["data"]
        self.__array_interface__ = {
            "shape": (6,),
            "typestr": "<f8",
            "data": place,
            "strides": (16,),
            "version": 3,
        }


def with_gaps() -> list[Any]:
    """Make arrays of parts of such memory, without the whole."""
    whole = np.asarray(Foreign())
    return [whole[:3], whole[1:5], whole[::-2]]


def windows() -> list[Any]:
    """Make an array, what slides over it, and a row of it that is repeated."""
    whole = np.arange(6.0)
    sliding = np.lib.stride_tricks.sliding_window_view(whole, 3, writeable=True)
    return [whole, sliding, np.lib.stride_tricks.as_strided(whole[1:], (2, 2), (0, 8))]


@pytest.mark.parametrize(
    "make",
    [structured, units, reinterpreted, from_a_buffer, objects, subclasses, with_gaps, windows],
)
def test_every_kind_of_view(make: Callable[[], list[Any]]) -> None:
    """Also of what is no array, or has units."""
    mine, its = make(), sent(*make())
    for one, other in zip(mine, its, strict=True):
        assert type(one) is type(other)
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other))
    for before, after in zip(
        written_one_after_the_other(mine), written_one_after_the_other(its), strict=True
    ):
        for one, other in zip(before, after, strict=True):
            np.testing.assert_array_equal(np.asarray(one), np.asarray(other))


def test_globals_share_with_what_functions_hold() -> None:
    """In whatever place they are; what shares nothing has its memory for itself."""
    scope: dict[str, Any] = {"__name__": "__main__", "np": np}
    exec(
        "A = np.arange(4.0)\n"
        "class Kept:\n    part = A[1:3]\n"
        "alone = A.copy()[:2]\n"
        "def f(x=A[3:]):\n"
        "    Kept.part += 10\n    x += 5\n"
        "    return float(A.sum() + alone.sum()), len(alone if alone.base is None else alone.base)",
        scope,
    )
    (function,) = sent(scope["f"])
    assert function() == (6 + 20 + 5 + 1, 2)


def test_one_that_shares_is_another_model_than_one_that_does_not() -> None:
    """Its numbers may differ, so stored ones are not reused."""

    def named(*things: Any) -> bytes:
        return fingerprint([lambda: things])

    whole = np.arange(4.0)
    other = np.arange(4.0)
    assert named(whole, whole[1:3]) == named(other, other[1:3])
    assert named(whole, whole[1:3]) != named(whole, whole[1:3].copy())


def test_only_the_part_that_is_used_travels() -> None:
    """Not a large array with two small views of it."""
    large = np.arange(1e6)
    for one in sent(large[10:20], large[15:12:-1]):
        assert one.base.nbytes == 10 * large.itemsize


def test_what_cannot_be_a_view_there_is_refused() -> None:
    """Of memory with Python objects, numpy makes no views of other types."""
    table = np.zeros(2, dtype=[("a", object), ("b", float)])
    with pytest.raises(TypeError, match="holds Python objects"):
        sent(table, table["b"])
