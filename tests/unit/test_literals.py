"""Numbers in C++ are found where they are numbers, and nowhere else."""

from __future__ import annotations

import math
import operator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brian_sweep_widget.engines.compiled.lifting import Slot, kind_of, lifted
from brian_sweep_widget.engines.compiled.literals import (
    find_literals,
    is_whole,
    number_of,
    parse,
)


def texts(source: str) -> list[str]:
    """Give the literals as they are written, without blanks."""
    found = find_literals(source)
    for literal in found:
        written = source[literal.start : literal.end]
        assert written.replace(" ", "").replace("\t", "") == literal.text
    return [literal.text for literal in found]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = 1;", ["1"]),
        ("x = 1.5e-3 + .5 + 2. + 1E+300;", ["1.5e-3", ".5", "2.", "1E+300"]),
        ("x1 = _lio_2 + a.b3 + N_incoming4;", []),
        ("v[12] = i2[3];", ["12", "3"]),
        ("0x1F + 0XAB + 017 + 0 + 0.5", ["0", "0.5"]),
        ("1.0f*mV + 2L + 3u + 4ull + 5_km + 0x1p3", []),
        ("std::array<double, 3> a;", ["3"]),
        ("case 4: return 5;", ["4", "5"]),
        ("/* 1 */ 2 // 3\n4", ["2", "4"]),
        ("/* 1\n 2 */ 3", ["3"]),
        (r'"1" + "a\"2" + 3', ["3"]),
        (r"'1' + '\'' + 4", ["4"]),
        ('"// no comment 1" 2', ["2"]),
        ("_array_v_412799339[0]", ["0"]),
        ("a?1:-2", ["1", "-2"]),
        ("", []),
    ],
)
def test_numbers_are_found_and_nothing_else(source: str, expected: list[str]) -> None:
    """Names, suffixes, comments, texts, octal and hexadecimal numbers are left alone."""
    assert texts(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = -1;", ["-1"]),
        ("x = - 1.5;", ["-1.5"]),
        ("return -1;", ["-1"]),
        ("f(-1, -2)", ["-1", "-2"]),
        ("{-1}[-2]", ["-1", "-2"]),
        ("a * -3 / -4 % -5", ["-3", "-4", "-5"]),
        ("a < -1 && b > -2 || !-3", ["-1", "-2", "-3"]),
        ("a + -1", ["-1"]),
        ("a-1", ["1"]),
        ("a - 1", ["1"]),
        ("f() -1", ["1"]),
        ("v[i] -1", ["1"]),
        ("2 -1", ["2", "1"]),
        ("a - -1", ["1"]),
        ("noreturn -1", ["1"]),
        ("i++ -1", ["1"]),
        ("i-- -1", ["1"]),
    ],
)
def test_a_sign_belongs_to_a_number_that_nothing_stands_before(
    source: str, expected: list[str]
) -> None:
    """A minus between two operands is subtraction, and stays."""
    assert texts(source) == expected


@pytest.mark.parametrize("before", ["=", "(", "[", "{", ",", "return ", "*", "<"])
def test_a_parameter_may_cross_zero(before: str) -> None:
    """Both signs are one skeleton, where the sign is the number's own."""
    shapes = {
        parse({"a.cpp": f"x {before}{number};"}).skeleton
        for number in ("1.5", "-1.5", " -1.5", " - 1.5", " 1.5")
    }
    assert len(shapes) == 1
    assert parse({"a.cpp": "x - 1.5"}).skeleton != parse({"a.cpp": "x - -1.5"}).skeleton


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 1;", "x = 1.0;"),
        ("x = 1;", "x = 1u;"),
        ("x = 1;", "y = 1;"),
        ("x = 1;", "x = 1; "),
        ("x = 1 + 1;", "x = 1 - 1;"),
        ("x1", "x2"),
        ('"1"', '"2"'),
        ("0x1", "0x2"),
        ("1.0f", "2.0f"),
    ],
)
def test_other_code_is_another_skeleton(one: str, other: str) -> None:
    """Also other blanks, texts and types of numbers; only numbers may differ."""
    assert parse({"a.cpp": one}).skeleton != parse({"a.cpp": other}).skeleton
    assert parse({"a.cpp": one}).skeleton != parse({"b.cpp": one}).skeleton
    assert parse({"a.cpp": one, "b.cpp": ""}).skeleton != parse({"a.cpp": one}).skeleton


def test_comments_are_no_code() -> None:
    """Brian writes dates and paths into some."""
    one, other = "x = 1; // 1\n/* 2 */", "x = 1; // a 7\n/* 3\n4 */"
    assert parse({"a.cpp": one}) == parse({"a.cpp": other})


def test_the_same_code_with_other_numbers_is_one_skeleton() -> None:
    """Whole numbers among whole ones, real among real ones; all of them are kept."""
    one, other = parse({"a.cpp": "x = 1 + 2.5;"}), parse({"a.cpp": "x = -700 + 1e300;"})
    assert one.skeleton == other.skeleton
    assert one.literals == {"a.cpp": ("1", "2.5")}
    assert other.literals == {"a.cpp": ("-700", "1e300")}


@pytest.mark.parametrize(
    ("text", "whole", "number"),
    [
        ("0", True, 0),
        ("-5", True, -5),
        ("9223372036854775807", True, 2**63 - 1),
        ("1.0", False, 1.0),
        ("1.", False, 1.0),
        ("1e3", False, 1000.0),
        ("-.5", False, -0.5),
    ],
)
def test_numbers_keep_type_and_value(text: str, whole: bool, number: float) -> None:
    """As C++ would read them."""
    assert is_whole(text) is whole
    assert number_of(text) == number
    assert type(number_of(text)) is type(number)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_real_number_that_brian_writes_comes_back_exactly(number: float) -> None:
    """Also the smallest, the largest, and minus zero."""
    (literal,) = find_literals(f"const double x = {number!r};")
    assert not literal.whole
    assert math.copysign(1, number_of(literal.text)) == math.copysign(1, number)
    assert number_of(literal.text) == number


NUMBERS = st.one_of(
    st.integers(-50, 50), st.floats(-50, 50, allow_nan=False).map(lambda number: round(number, 3))
).map(repr)
BLANK = st.sampled_from(["", " ", "  "])


def _joined(parts: tuple[Any, ...]) -> str:
    left, before, operation, after, right = parts
    # "--1" is not what is meant by a minus and a negative number.
    needed = " " if operation in "+-" and right.lstrip().startswith(("-", "+")) else ""
    return f"{left}{before}{operation}{after}{needed}{right}"


EXPRESSIONS = st.recursive(
    st.one_of(NUMBERS, st.sampled_from(["x1", "y_2"])),
    lambda inner: st.one_of(
        st.tuples(inner, BLANK, st.sampled_from(["+", "-", "*", "<"]), BLANK, inner).map(_joined),
        inner.map(lambda text: f"({text})"),
        inner.map(lambda text: f"f(1, {text})"),
        inner.map(lambda text: f"-({text})"),
    ),
    max_leaves=8,
)


@given(EXPRESSIONS)
def test_an_expression_has_the_same_value_with_every_number_looked_up(expression: str) -> None:
    """Arithmetic is alike in Python and in C++, so Python can tell."""
    literals = find_literals(expression)
    slots = [
        Slot("a.cpp", index, kind_of([literal.text]) or "real")
        for index, literal in enumerate(literals)
    ]
    written = lifted({"a.cpp": expression, "main.cpp": ""}, slots)["a.cpp"]
    entries = [number_of(literal.text) for literal in literals]
    names = {"x1": 1.25, "y_2": -3, "f": operator.sub}
    look_up = dict.fromkeys(("sweep_real", "sweep_int", "sweep_long"), entries.__getitem__)
    # The two lines at the top are for the C++ compiler.
    text = "\n".join(line for line in written.splitlines() if not line.startswith("#"))
    assert eval(text, {**names, **look_up}) == eval(expression, dict(names))
