"""Literals that differ between traces become entries of a table, each with its type."""

from __future__ import annotations

import struct

import pytest

from brian_sweep_widget.engines.compiled.lifting import (
    OtherShapeError,
    Slot,
    entries_of,
    kind_of,
    lifted,
    shape_of,
    slots_between,
    table,
)
from brian_sweep_widget.engines.compiled.literals import parse

INT_MAX, LONG_MAX = 2**31 - 1, 2**63 - 1


def parsed(*sources: str) -> list:
    """Take sources apart, each a project of one file."""
    return [parse({"a.cpp": source}) for source in sources]


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["1"], "int"),
        (["-1", "0", "7"], "int"),
        (["1.0", "2.5"], "real"),
        (["1", "2.5"], None),
        ([str(INT_MAX), str(-INT_MAX - 1)], "int"),
        ([str(INT_MAX + 1)], "long"),
        ([str(LONG_MAX), str(-LONG_MAX - 1)], "long"),
        ([str(INT_MAX), str(INT_MAX + 1)], None),
        ([str(LONG_MAX + 1)], None),
        (["1e300", "5e-324", "0.0"], "real"),
    ],
)
def test_literals_share_a_kind_if_cpp_gives_them_one_type(
    texts: list[str], kind: str | None
) -> None:
    """An int that becomes a long or a double would change how C++ computes."""
    assert kind_of(texts) == kind


def test_what_differs_is_looked_up_and_nothing_else() -> None:
    """In the order of the sources, over any number of traces."""
    traces = parsed("a = 1 + 2.5 * 3;", "a = 1 + 3.5 * 3;", "a = 4 + 2.5 * 3;")
    assert slots_between(traces) == (Slot("a.cpp", 0, "int"), Slot("a.cpp", 1, "real"))
    assert slots_between(parsed("a = 1;", "a = 1;")) == ()


def test_an_integer_that_grows_into_a_long_is_left_in_place() -> None:
    """It is then part of the shape: whichever trace is other needs another build."""
    small, large = parsed("a = 1;", f"a = {INT_MAX + 1};")
    assert small.skeleton == large.skeleton
    assert slots_between([small, large]) == ()
    with pytest.raises(OtherShapeError, match="a.cpp: 2147483648 where the build has 1"):
        entries_of(large, small, ())


def test_look_ups_take_the_places_of_numbers() -> None:
    """With their signs; what is not looked up stays, to the letter."""
    sources = {"a.cpp": "x = -1 + 2.5*3; // 4\n", "b.cpp": "int n = 5;", "main.cpp": "m"}
    slots = (Slot("b.cpp", 0, "long"), Slot("a.cpp", 1, "real"), Slot("a.cpp", 0, "int"))
    written = lifted(sources, slots)
    top = '#include "sweep_table.h"\n#line 1\n'
    assert written["a.cpp"] == f"{top}x = sweep_int(2) + sweep_real(1)*3; // 4\n"
    assert written["b.cpp"] == f"{top}int n = sweep_long(0);"
    # The main program always needs the seed and the last word.
    assert written["main.cpp"] == f"{top}m"
    assert lifted(sources, ()) == {**sources, "main.cpp": f"{top}m"}


def test_entries_are_the_traces_numbers() -> None:
    """In the order of the slots."""
    base, other = parsed("a = 1 + 2.5;", "a = -7 + 1e300;")
    slots = slots_between([base, other])
    assert entries_of(base, base, slots) == (1, 2.5)
    assert entries_of(other, base, slots) == (-7, 1e300)


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ("b = 1 + 2.5;", "the code itself differs"),
        ("a = 1.0 + 2.5;", "the code itself differs"),
        ("a = 1 + 2;", "the code itself differs"),
        ("a = 1 + 3.5;", "a.cpp: 3.5 where the build has 2.5"),
        (f"a = {INT_MAX + 1} + 2.5;", "a.cpp: 2147483648 is no int"),
    ],
)
def test_what_does_not_fit_is_another_shape(other: str, why: str) -> None:
    """Never a table with something else in it."""
    base, moved, wrong = parsed("a = 1 + 2.5;", "a = 3 + 2.5;", other)
    with pytest.raises(OtherShapeError, match=why):
        entries_of(wrong, base, slots_between([base, moved]))


def test_the_table_is_what_the_program_reads() -> None:
    """Shape, seed, length, then eight bytes for every entry."""
    shape = bytes(range(32))
    written = table(shape, 2**32 - 1, ["real", "int", "long"], [0.1, -2, 2**40])
    assert written[:32] == shape
    assert struct.unpack("=QQdqq", written[32:]) == (2**32 - 1, 3, 0.1, -2, 2**40)
    with pytest.raises(ValueError, match="shorter|longer"):
        table(shape, 0, ["real"], [0.1, 0.2])


def test_a_shape_is_named_by_every_file() -> None:
    """Paths and contents; moving text from one file to the next is another shape."""
    shapes = [
        shape_of(files)
        for files in (
            {"a": "1", "b": "2"},
            {"a": "2", "b": "1"},
            {"a": "12", "b": ""},
            {"a": "1", "c": "2"},
            {"a": "1"},
        )
    ]
    assert len(set(shapes)) == len(shapes)
    assert all(len(shape) == 32 for shape in shapes)
    assert shape_of({"a": "1", "b": "2"}) == shape_of({"b": "2", "a": "1"})
