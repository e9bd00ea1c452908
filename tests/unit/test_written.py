"""Values that are written equal those of a notebook, or are refused in words."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from brian2 import Hz, have_same_dimensions, ms, mV, nS
from hypothesis import given
from hypothesis import strategies as st

from brian_sweep_widget import Sweep, cuba
from brian_sweep_widget.cli.negative import keep_negative_numbers
from brian_sweep_widget.models.declaration import declare
from brian_sweep_widget.models.numerals import NotAValueError
from brian_sweep_widget.models.parameters import Parameter
from brian_sweep_widget.models.syntax import read_numbers
from brian_sweep_widget.models.written import read_value

FINITE = st.floats(-1e6, 1e6, allow_nan=False)
WEIGHT = declare("weight", 1.62 * mV)
SIZE = declare("size", 4000, limits=(2, None))
FRACTION = declare("fraction", 0.02, limits=(0, 1))
HELD = declare("held", default=True)
RULE = declare("rule", "hebb")
UNKNOWN = declare("unknown", 0)


def bits(values: object) -> list[str]:
    """Give numbers so that two that differ in any bit differ."""
    return [float(value).hex() for value in np.atleast_1d(np.asarray(values))]


def test_the_seeds_curve_is_the_notebooks_to_the_last_bit() -> None:
    read = read_value("0:4:20", WEIGHT)
    assert bits(read) == bits(np.linspace(0, 4, 20) * mV)
    assert have_same_dimensions(read, mV)


@given(FINITE, FINITE, st.integers(2, 50))
def test_a_range_is_linspace_in_the_parameters_unit(start: float, stop: float, number: int) -> None:
    start, stop = sorted((start, stop))
    expected = np.linspace(start, stop, number)
    text = f"{start!r}:{stop!r}:{number}"
    if len(set(expected.tolist())) < number:
        with pytest.raises(NotAValueError, match="twice"):
            read_numbers(text)
        return
    for read in (read_numbers(text).numbers * 1e-3, read_numbers(f"{text} mV").numbers * 1e-3):
        assert bits(read) == bits(expected * mV)


@given(
    st.lists(FINITE, min_size=1, max_size=20, unique=True).map(sorted),
    st.sampled_from(["", "mV", " mV"]),
)
def test_what_is_written_is_read_back(values: list[float], unit: str) -> None:
    written = read_numbers(",".join(repr(value) for value in values) + unit)
    assert bits(written.numbers) == bits(values)
    assert written.sweeps == (len(values) > 1)
    assert written.symbol == unit.strip()


@given(FINITE)
def test_one_value_is_the_notebooks_to_the_last_bit(value: float) -> None:
    assert bits(read_value(repr(value), WEIGHT)) == bits(value * mV)


@given(FINITE)
def test_negative_values_survive_the_command_line(value: float) -> None:
    text = repr(-abs(value))
    assert keep_negative_numbers(["--weight", text]) == [f"--weight={text}"]


@pytest.mark.parametrize("text", ["-9", "-12:-6:4", "-9mV", "-.5", "-1,-2", "-1e-3"])
def test_negative_values_are_no_options(text: str) -> None:
    joined = ["run", f"--weight={text}", "--help"]
    assert keep_negative_numbers(["run", "--weight", text, "--help"]) == joined


def test_other_arguments_stay_as_they_are() -> None:
    arguments = ["run", "cuba", "--size=3", "--output", "x.csv", "-h"]
    assert keep_negative_numbers(arguments) == arguments


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.5:2:4 mV", np.linspace(0.5, 2, 4) * mV),
        ("500:2000:4uvolt", np.linspace(500, 2000, 4) * 1e-3 * mV),
        ("1,2.5", [1, 2.5] * mV),
        ("1.62", 1.62 * mV),
        (" 3 mV ", 3 * mV),
        ("-9", -9 * mV),
        ("+1e-1", 0.1 * mV),
    ],
)
def test_forms_of_a_voltage(text: str, expected: Any) -> None:
    read = read_value(text, WEIGHT)
    assert np.shape(read) == np.shape(expected)
    np.testing.assert_allclose(np.asarray(read), np.asarray(expected), rtol=1e-14)


def test_whole_numbers_stay_whole() -> None:
    for text in ("1000,4000", "1000:4000:2", "1e3,4e3"):
        read = read_value(text, SIZE)
        assert read.tolist() == [1000, 4000]
        assert read.dtype.kind == "i"
    assert type(read_value("4000", SIZE)) is int


def test_flags_and_texts() -> None:
    assert read_value("true", HELD) is True
    assert read_value("False", HELD) is False
    assert read_value(" 0:4:20 ", RULE) == " 0:4:20 "


def test_of_unknown_parameters_the_written_unit_counts() -> None:
    assert bits(read_value("0:4:3mV", UNKNOWN, declared=False)) == bits(np.linspace(0, 4, 3) * mV)
    assert have_same_dimensions(read_value("5nS", UNKNOWN, declared=False), nS)
    assert have_same_dimensions(read_value("100 ms", UNKNOWN, declared=False), ms)
    assert have_same_dimensions(read_value("20Hz", UNKNOWN, declared=False), Hz)
    assert read_value("1.5", UNKNOWN, declared=False) == 1.5
    assert type(read_value("3", UNKNOWN, declared=False)) is int


@pytest.mark.parametrize(
    ("text", "parameter", "said"),
    [
        ("", WEIGHT, "is not a value"),
        ("abc", WEIGHT, "is not a value"),
        ("nan", WEIGHT, "is not a value"),
        ("0:4", WEIGHT, "':4', which is no unit"),
        ("0:4:2.5", WEIGHT, "no unit"),
        ("1;2", WEIGHT, "no unit"),
        ("0mV:4mV:3", WEIGHT, "no unit"),
        ("0:4:1", WEIGHT, "1 values (allowed: 2 or more)"),
        ("0.1234567:1:1", WEIGHT, "for one, write 0.1234567"),
        ("0:4:9999999", WEIGHT, "up to 1000000"),
        ("0:4:" + 5000 * "9", WEIGHT, "up to 1000000"),
        ("1e999", WEIGHT, "too large"),
        ("-1e308:1e308:3", WEIGHT, "too large"),
        ("1,2,1", WEIGHT, "twice"),
        ("4000,1000", SIZE, "does not rise from value to value; write the smallest first"),
        ("-6:-12:4", WEIGHT, "does not rise"),
        ("3ms", WEIGHT, "wrong unit ms (allowed: a number in units such as mV)"),
        ("3furlong", WEIGHT, "'furlong' is not a unit"),
        ("10.5", SIZE, "10.5, and only whole numbers"),
        ("100:200:4", SIZE, "133.33333333333334, and only whole numbers"),
        ("1000.0000001", SIZE, "holds 1000.0000001, and only whole numbers"),
        ("1", SIZE, "2 or more"),
        ("100000000000000000000", SIZE, "too large"),
        ("3mV", SIZE, "wrong unit mV"),
        ("0.5,1.5", FRACTION, "from 0 to 1"),
        ("maybe", HELD, "allowed: true, false"),
    ],
)
def test_refusals_say_what_is_allowed(text: str, parameter: Parameter, said: str) -> None:
    with pytest.raises(NotAValueError, match=re.escape(said)):
        read_value(text, parameter)


def test_the_jobs_are_those_of_a_notebook() -> None:
    weight = cuba.parameters({})["excitatory_weight"]
    from_terminal = Sweep(cuba, excitatory_weight=read_value("0:4:20", weight))
    in_notebook = Sweep(cuba, excitatory_weight=np.linspace(0, 4, 20) * mV)
    assert [job.key for job in from_terminal.jobs()] == [job.key for job in in_notebook.jobs()]
