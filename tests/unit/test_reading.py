"""What a measure or a function may return, and how it is told that it may not."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest
from brian2 import Hz, Quantity, amp, ms, mV, pA, second, volt
from hypothesis import given
from hypothesis import strategies as st

from brian_sweep_widget.engines.reading import NotAResultError, read_returned, read_value
from brian_sweep_widget.models.units import best_unit, dimensions_of
from brian_sweep_widget.results import Failure, Value


@pytest.mark.parametrize(
    ("returned", "expected"),
    [
        (3, 3.0),
        (True, 1.0),
        (2.5, 2.5),
        (np.int32(3), 3.0),
        (np.float32(0.5), 0.5),
        (np.bool_(False), 0.0),
        (np.uint8(255), 255.0),
        (np.array(7), 7.0),
        (np.array([1, 2]), [1.0, 2.0]),
        (np.ones((2, 3)), np.ones((2, 3))),
        ([1, 2, 3], [1.0, 2.0, 3.0]),
        ((1.5, 2), [1.5, 2.0]),
        ([[1, 2], [3, 4]], [[1.0, 2.0], [3.0, 4.0]]),
        (np.array([]), []),
        (range(3), [0.0, 1.0, 2.0]),
        (np.array([1.0, np.nan, np.inf]), [1.0, np.nan, np.inf]),
        (Quantity(3.0), 3.0),
    ],
)
def test_numbers_of_any_type_are_results(returned: Any, expected: Any) -> None:
    """They become float64, with their shape and no unit."""
    value = read_value("count", returned)
    np.testing.assert_array_equal(value.si, expected)
    assert value.si.dtype == np.float64
    assert value.si.shape == np.shape(expected)
    assert value.unit.symbol == ""
    assert value.label == "Count"


@pytest.mark.parametrize(
    ("returned", "expected", "unit"),
    [
        (5 * mV, 0.005, volt),
        ([1, 2] * mV, [0.001, 0.002], volt),
        (3 * Hz, 3.0, Hz),
        (np.ones((2, 2)) * second, np.ones((2, 2)), second),
        (5 * pA, 5e-12, amp),
        ([1 * mV, 2 * mV], [0.001, 0.002], volt),
    ],
)
def test_quantities_are_read_in_si_units(returned: Any, expected: Any, unit: Any) -> None:
    """The unit is never lost on the way, in whichever way a quantity is written."""
    value = read_value("potential", returned)
    np.testing.assert_allclose(value.si, expected)
    assert type(value.si) is np.ndarray
    assert value.unit.dimensions == dimensions_of(unit)
    assert value.unit.scale == 1.0


def test_a_measures_unit_is_the_shown_one() -> None:
    """The SI number stays, the unit is the author's."""
    value = read_value("delay", 3 * ms, "Delay", best_unit(1 * ms))
    assert float(value.si) == pytest.approx(0.003)
    assert (value.title, value.unit.symbol) == ("Delay (ms)", "ms")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_read_exactly(number: float) -> None:
    """Bit for bit."""
    assert float(read_value("x", number).si) == number


@pytest.mark.parametrize(
    ("returned", "complaint"),
    [
        (None, "returned None: does it end with a return statement"),
        ("12", "returned '12', a str"),
        (b"12", "a bytes"),
        (math.nan, "returned nan: the result is not a finite number"),
        (math.inf, "returned inf: the result is not a finite number"),
        (-math.inf * mV, "the result is not a finite number"),
        (np.float64("nan"), "the result is not a finite number"),
        (1j, "a complex"),
        ({1, 2}, "a set"),
        ({"a": 1}, "a dict"),
        ([1, [2, 3]], "a list"),
        ([1, None], "a list"),
        (["a"], "a list"),
        (np.array([1, None]), "a ndarray"),
        (np.array(["a", "b"]), "a ndarray"),
        (np.datetime64("2020-01-01"), "a datetime64"),
        (object(), "a object"),
        (len, "a builtin_function_or_method"),
    ],
)
def test_what_is_no_result_is_told(returned: Any, complaint: str) -> None:
    """The message names the measure and what it gave."""
    with pytest.raises(NotAResultError, match=complaint) as caught:
        read_value("count", returned)
    assert str(caught.value).startswith("count returned")


@pytest.mark.parametrize("returned", [3, 3 * mV, [1, 2] * ms, np.ones(2)])
def test_another_unit_than_the_measures_is_told(returned: Any) -> None:
    """A rate in millivolts is a mistake."""
    with pytest.raises(NotAResultError, match="rate returned .*not in units such as 'Hz'"):
        read_value("rate", returned, unit=best_unit(Hz))


def test_long_values_are_shortened_in_messages() -> None:
    """A message is to be read, not a dump of an array."""
    with pytest.raises(NotAResultError) as caught:
        read_value("count", ["x" * 10_000])
    assert len(str(caught.value)) < 250


def test_a_function_returns_one_result_or_several() -> None:
    """A single one is called like the function."""
    assert list(read_returned("rate", 3, set())) == ["rate"]
    several = read_returned("f", {"rate": 3 * Hz, "count": np.int64(2)}, {"size"})
    assert list(several) == ["rate", "count"]
    assert isinstance(several["rate"], Value)
    assert several["rate"].unit.dimensions == dimensions_of(Hz)


@pytest.mark.parametrize(
    ("returned", "complaint"),
    [
        ({}, "f returned an empty dict"),
        ({1: 2.0}, "f returned a result named 1; names must be texts"),
        ({None: 2.0}, "names must be texts"),
        ({"size": 2.0}, "named like its parameter 'size'"),
    ],
)
def test_bad_returns_are_told(returned: Any, complaint: str) -> None:
    """The message names what is wrong."""
    with pytest.raises(NotAResultError, match=complaint):
        read_returned("f", returned, {"size"})


@pytest.mark.parametrize(
    ("bad", "complaint"),
    [
        (None, "bad returned None"),
        ("x", "bad returned 'x'"),
        ({"deep": 1}, "bad returned .*a dict"),
        (math.nan, "bad returned nan.*allow_nan"),
        (math.inf, "bad returned inf: the result is not a finite number"),
        ([1, [2, 3]], r"bad returned .*a list"),
    ],
)
def test_one_bad_result_of_several_leaves_the_others(bad: object, complaint: str) -> None:
    """It is named with what is wrong with it."""
    found = read_returned("f", {"rate": 1, "bad": bad, "count": 3.5 * Hz}, {"size"})
    assert list(found) == ["rate", "bad", "count"]
    rate, failure, count = found.values()
    assert isinstance(rate, Value)
    assert isinstance(count, Value)
    assert (rate.si, count.si) == (1.0, 3.5)
    assert isinstance(failure, Failure)
    assert failure.kind == "NotAResultError"
    assert re.search(complaint, failure.message)


def test_a_single_bad_result_is_named_like_the_function() -> None:
    (failure,) = read_returned("f", None, set()).values()
    assert isinstance(failure, Failure)
    assert "f returned None" in failure.message


def test_nan_is_a_result_of_a_function_where_it_is_allowed() -> None:
    """All of them, or those that are named; infinity is none."""
    returned = {"cv": math.nan, "rate": math.nan, "peak": math.inf}
    some = read_returned("f", returned, set(), allow_nan=("cv",))
    assert isinstance(some["cv"], Value)
    assert math.isnan(some["cv"].si)
    assert isinstance(some["rate"], Failure)
    every = read_returned("f", returned, set(), allow_nan=True)
    assert [isinstance(one, Value) for one in every.values()] == [True, True, False]


def test_nan_is_a_result_where_a_measure_says_so() -> None:
    assert math.isnan(read_value("cv", math.nan, allow_nan=True).si)
    assert math.isnan(read_value("rate", math.nan * Hz, allow_nan=True).si)
    for infinite in (math.inf, -math.inf):
        with pytest.raises(NotAResultError, match="not a finite number"):
            read_value("cv", infinite, allow_nan=True)
