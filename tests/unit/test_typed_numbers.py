"""A text is the number that it says, or is refused: it is never another number."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from brian2 import Hz, ms, mV
from helpers import type_into
from hypothesis import given
from hypothesis import strategies as st

from brian_sweep_widget import cuba
from brian_sweep_widget.models.declaration import declare
from brian_sweep_widget.models.numerals import NotAValueError, read_numeral, shortest
from brian_sweep_widget.models.parameters import Parameter
from brian_sweep_widget.models.syntax import read_numbers, read_whole
from brian_sweep_widget.models.written import read_list, read_number
from brian_sweep_widget.runs import Sweep
from brian_sweep_widget.widget.control import Control
from brian_sweep_widget.widget.controls import Controls
from brian_sweep_widget.widget.fields import number_field, whole_field

SIZE = declare("size", 4000, limits=(2, None))
WEIGHT = declare("weight", 1.62 * mV)
DURATION = declare("duration", 100 * ms, limits=(0 * ms, None))
RATE = declare("rate", 5 * Hz)
FRACTION = declare("fraction", 0.02, limits=(0, 1))

finite = st.floats(allow_nan=False, allow_infinity=False)
whole = st.integers(2, 2**53)


@pytest.mark.parametrize(
    ("text", "parameter", "expected"),
    [
        ("1e3", SIZE, 1000),
        ("2000.0", SIZE, 2000),
        ("2e3", SIZE, 2000),
        ("1.5e3", SIZE, 1500),
        ("4000,0", SIZE, 4000),
        ("4 000", SIZE, 4000),
        ("4\N{NO-BREAK SPACE}000", SIZE, 4000),
        ("4\N{NARROW NO-BREAK SPACE}000", SIZE, 4000),
        ("1 000 000", SIZE, 1_000_000),
        ("4'000", SIZE, 4000),
        ("4\N{RIGHT SINGLE QUOTATION MARK}000", SIZE, 4000),
        ("4_000", SIZE, 4000),
        ("+4000", SIZE, 4000),
        ("004000", SIZE, 4000),
        ("1e+0000003", SIZE, 1000),
        ("9007199254740992", SIZE, 2**53),
        ("1.62", WEIGHT, 1.62),
        ("1,62", WEIGHT, 1.62),
        ("-1,62", WEIGHT, -1.62),
        ("0,500", WEIGHT, 0.5),
        (",5", WEIGHT, 0.5),
        ("10.5", WEIGHT, 10.5),
        (".5", WEIGHT, 0.5),
        ("5.", WEIGHT, 5.0),
        ("\N{MINUS SIGN}9", WEIGHT, -9.0),
        ("-0", WEIGHT, 0.0),
        (" 1.62 mV ", WEIGHT, 1.62),
        ("1.62mV", WEIGHT, 1.62),
        ("1,62 mV", WEIGHT, 1.62),
        ("1620 uV", WEIGHT, 1.62),
        ("1620 \N{MICRO SIGN}V", WEIGHT, 1.62),
        ("1620 \N{GREEK SMALL LETTER MU}V", WEIGHT, 1.62),
        ("1.62e-3 volt", WEIGHT, 1.62),
        ("0.1 s", DURATION, 100.0),
        ("0.2 kHz", RATE, 200.0),
        ("2e-2", FRACTION, 0.02),
    ],
)
def test_read_as_meant(text: str, parameter: Parameter, expected: float) -> None:
    read = read_number(text, parameter)
    assert type(read) is (int if parameter.kind == "integer" else float)
    assert repr(read) == repr(type(read)(expected))


@pytest.mark.parametrize(
    ("text", "parameter", "said"),
    [
        ("1.5", SIZE, "is no whole number (allowed: a whole number, 2 or more)"),
        ("1,62", SIZE, "is no whole number"),
        ("1e-3", SIZE, "is no whole number"),
        ("4,000", SIZE, "may be 4.000 or 4000: write it without the comma (allowed: a whole"),
        ("1,620", WEIGHT, "may be 1.620 or 1620: write it without the comma"),
        ("1,620e3", WEIGHT, "may be 1.620e3 or 1620e3"),
        ("-1,620 mV", WEIGHT, "may be -1.620 or -1620"),
        ("1,234.5", WEIGHT, "is not one number: write it with a point and without commas"),
        ("1.234,5", WEIGHT, "is not one number"),
        ("1,2,3", WEIGHT, "is not one number"),
        ("1.2.3", WEIGHT, "is not one number"),
        ("4 00", SIZE, "is not one number: write its digits without gaps"),
        ("1_0", SIZE, "is not one number"),
        ("40_00", SIZE, "is not one number"),
        ("1'000 000", SIZE, "is not one number"),
        ("1", SIZE, "is outside what the model can take (allowed: a whole number, 2 or more)"),
        ("1.01", FRACTION, "(allowed: a number from 0 to 1)"),
        ("-1 ms", DURATION, "(allowed: a number in units such as ms, 0 ms or more)"),
        ("1.62 ms", WEIGHT, "has the wrong unit ms (allowed: a number in units such as mV)"),
        ("13 mV", SIZE, "has the wrong unit mV (allowed: a whole number, 2 or more)"),
        ("3 furlong", WEIGHT, "'furlong' is not a unit that Brian 2 knows"),
        ("4k", SIZE, "'k' is not a unit"),
        ("1e", WEIGHT, "'e' is not a unit"),
        ("2 %", FRACTION, "ends in '%', which is no unit"),
        ("1;2", WEIGHT, "ends in ';2', which is no unit"),
        ("0:4:20", WEIGHT, "ends in ':4:20', which is no unit"),
        ("nan", WEIGHT, "is not finite"),
        ("-inf", WEIGHT, "is not finite"),
        ("Infinity", WEIGHT, "is not finite"),
        ("", WEIGHT, "is empty: write a number"),
        ("   ", WEIGHT, "is empty: write a number"),
        ("abc", WEIGHT, "is not a number: write digits"),
        ("--5", WEIGHT, "is not a number"),
        ("1e400", WEIGHT, "is too large to be a number"),
        ("1e400", SIZE, "is too large"),
        ("9" * 5000, SIZE, "is too large"),
        ("9007199254740993", SIZE, "is too large (allowed: up to 9007199254740992)"),
        ("9007199254740993.0", SIZE, "is too large"),
        ("1e9999999999", WEIGHT, "is too large to be a number"),
        ("1e-400", WEIGHT, "is too small to be told from 0"),
        ("1e-9999999999", WEIGHT, "is too small to be told from 0"),
        ("0x10", SIZE, "is not decimal: write the digits 0 to 9"),
        ("\uff12\uff10\uff10\uff10", SIZE, "has digits of another script"),
        ("\u0664\u0660", SIZE, "has digits of another script"),
        ("2*1.62", WEIGHT, "is to be computed, and only numbers are read: write the result"),
        ("1/3", WEIGHT, "write the result"),
        ("10^3", SIZE, "write the result"),
        ("2**3", SIZE, "write the result"),
        ("1 - 2", WEIGHT, "write the result"),
        ("\ud800", WEIGHT, "is not a number"),
        ("1 \ud800", WEIGHT, "no unit"),
    ],
)
def test_refused_in_words(text: str, parameter: Parameter, said: str) -> None:
    with pytest.raises(NotAValueError, match=re.escape(said)) as refused:
        read_number(text, parameter)
    str(refused.value).encode()  # can be sent to a browser


@pytest.mark.parametrize(
    ("text", "expected"), [("99999", None), ("0", None), ("1e3", 1000), ("2.0", 2), ("2.5", None)]
)
def test_counts(text: str, expected: int | None) -> None:
    if expected is not None:
        assert read_whole(text, 1, 1000) == expected
        return
    with pytest.raises(NotAValueError, match="a whole number from 1 to 1000"):
        read_whole(text, 1, 1000)


@pytest.mark.parametrize(
    ("text", "low", "said"),
    [
        ("0", 1, "is too small (allowed: a whole number, 1 or more)"),
        ("1e16", 1, "is too large (allowed: up to 9007199254740992)"),
        ("-1e16", None, "is too small (allowed: -9007199254740992 or more)"),
    ],
)
def test_a_whole_number_out_of_bounds_is_told_the_bound(
    text: str, low: int | None, said: str
) -> None:
    with pytest.raises(NotAValueError, match=re.escape(said)):
        read_whole(text, low)


@pytest.mark.parametrize(
    ("text", "parameter", "expected"),
    [
        ("1e3, 4'000", SIZE, [1000, 4000]),
        ("1000 to 8000 in 15", SIZE, list(range(1000, 8001, 500))),
        ("2 to 5 in 7", SIZE, [2, 3, 4, 5]),
        ("500, 1620 uV", WEIGHT, [0.5, 1.62]),
        ("0:4000:3 uV", WEIGHT, [0.0, 2.0, 4.0]),
        ("1,62", WEIGHT, [1.0, 62.0]),
    ],
)
def test_lists(text: str, parameter: Parameter, expected: list[float]) -> None:
    read = read_list(text, parameter)
    assert list(map(repr, read)) == list(map(repr, expected))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("4,000", "has 000, which begins with 0"),
        ("1 000, 2 000", "has a gap before '000, 2 000'"),
        ("0,050", "has 050, which begins with 0"),
        ("9007199254740993, 9007199254740994", "too large"),
        ("2.5, 3", "holds 2.5, and only whole numbers are allowed"),
    ],
)
def test_lists_that_may_be_something_else(text: str, said: str) -> None:
    with pytest.raises(NotAValueError, match=re.escape(said)):
        read_list(text, SIZE)


def notations(number: float) -> list[str]:
    """Write a number in the usual ways, none of which rounds it."""
    exact = Decimal(repr(number))
    texts = [repr(number), f"{number:.17g}", f"{exact:f}", f"{exact:e}", f"{exact:E}"]
    texts += [f"{number:+.17e}", f" {number!r} ", shortest(number)]
    texts += [text.replace("-", "\N{MINUS SIGN}") for text in texts]
    return texts


@given(finite, st.data())
def test_every_float_is_read_back_to_the_last_bit(number: float, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(notations(number)))
    assert read_numeral(text.strip().replace("\N{MINUS SIGN}", "-"))[0].nearest == number
    assert read_number(f"{text} mV", WEIGHT) == number


@given(finite.filter(lambda one: one == 0 or 1e-200 < abs(one) < 1e200), st.data())
def test_a_decimal_comma_is_a_point_or_is_refused(number: float, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(notations(number))).replace(".", ",")
    try:
        assert read_number(text, WEIGHT) == number
    except NotAValueError as refused:
        assert re.search(r",[0-9]{3}(?![0-9])", text), text
        assert "write it without the comma" in str(refused)  # noqa: PT017 - either is right


@given(whole, st.sampled_from(["{}", "{}.0", "{}.", "{}e0", "{:,}", "{:_}", "{:.20e}"]))
def test_every_whole_number_is_read_back(number: int, notation: str) -> None:
    text = notation.format(Decimal(number) if "e}" in notation else number)
    for separated in (text.replace(",", " "), text.replace(",", "'")):
        assert read_number(separated, SIZE) == number
        assert read_whole(separated) == number


@given(finite)
def test_a_fraction_is_never_another_whole_number(number: float) -> None:
    try:
        read = read_number(repr(number), SIZE)
    except NotAValueError:
        assert not number.is_integer() or not 2 <= number <= 2**53
    else:
        assert read == number


@given(st.text(max_size=12) | st.text("0123456789.,eE+-_' ()*/xmVunaif:;%", max_size=12))
def test_any_text_is_read_as_python_would_or_refused(text: str) -> None:
    """Where Python reads a number at all, and we do too, it is the same number."""
    for parameter in (SIZE, WEIGHT):
        try:
            read = read_number(text, parameter)
        except NotAValueError as refused:
            str(refused).encode()
            continue
        try:
            expected = float(text)
        except ValueError:
            continue
        assert read == expected
    try:
        read_numbers(text)
    except NotAValueError:
        return


def press(field: Any, by: object, text: str | None = None) -> None:
    """Send a step as a browser does."""
    data = {"method": "custom", "content": {"kind": "step", "by": by, "text": text}}
    field._handle_msg({"content": {"data": data}, "buffers": []})


@given(st.one_of(finite, whole), st.booleans())
def test_what_a_field_shows_is_its_number(number: float, from_python: bool) -> None:
    """Shown, typed once more, shown again: nothing changes."""
    parameter = SIZE if isinstance(number, int) else WEIGHT
    field = number_field(parameter, 0.0, "x")
    if from_python:
        field.value = number
    else:
        type_into(field, repr(number))
    assert field.value == number
    shown, seen = field.text, []
    field.observe(seen.append, "value")
    type_into(field, shown)
    assert (field.value, field.text, field.problem, seen) == (number, shown, "", [])


def test_a_refusal_keeps_the_value_and_goes_with_the_next_one() -> None:
    field = number_field(SIZE, 4000, "Size")
    type_into(field, "1.5")
    assert (field.value, field.text) == (4000, "4000")
    assert field.problem == (
        "'1.5' is no whole number (allowed: a whole number, 2 or more). 4000 stays."
    )
    assert field.answered == 1
    type_into(field, "1e3")
    assert (field.value, field.text, field.problem, field.answered) == (1000, "1000", "", 2)
    type_into(field, "x")
    field.value = 30  # a slider's doing
    assert (field.text, field.problem) == ("30", "")


def test_arrow_keys_take_what_was_typed_and_go_on() -> None:
    field = whole_field("Trials", 1, 1, 1000, "")
    press(field, 1)
    press(field, 1, "1e2")
    assert (field.value, field.text) == (101, "101")
    press(field, 1, "1.5")
    assert (field.value, field.problem[:5]) == (101, "'1.5'")
    for nonsense in (2, 0, True, "1", None, 1.0, [1]):
        press(field, nonsense)
    assert field.value == 101
    type_into(field, "1")
    press(field, -1)
    assert field.value == 1
    assert "(allowed: a whole number from 1 to 1000). 1 stays." in field.problem
    seed = whole_field("Seed", 2**53 - 1, 0, 2**53, "")
    press(seed, 1)
    assert seed.value == 2**53
    weight = number_field(WEIGHT, 1.62e-3, "Weight")
    press(weight, -1)
    assert weight.value < 1.62
    assert len(weight.text) < 6


def test_looking_into_the_fields_changes_no_job() -> None:
    """What was given has more digits than fields show."""
    sweep = Sweep(cuba, excitatory_weight=[0.1, 1 / 3, 2] * mV, refractory=(1 / 3) * ms)
    controls = Controls(sweep)
    for field in (field for one in controls.values() for field in fields_of(one)):
        type_into(field, field.text)
        assert field.problem == ""
    again = Sweep(cuba, **controls.asked(live=False))
    assert again.jobs() == sweep.jobs()


def fields_of(control: Control) -> list[Any]:
    """Give the fields of a control."""
    return list(control._fields)
