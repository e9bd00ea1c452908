"""The round values of Live: nested, inside, not too many, the same bits everywhere."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brian_sweep_widget.sweeps.nested import nested_grid


@st.composite
def ranges(draw: Any) -> tuple[float, float]:
    """Draw two ends as people and sliders make them, of any size."""
    scale = 10.0 ** draw(st.integers(-6, 6))
    low = draw(st.one_of(st.integers(-2000, 2000), st.floats(-2000, 2000))) * scale
    extent = draw(st.one_of(st.integers(1, 5000), st.floats(0.01, 5000))) * scale
    return low, low + extent


wanted = st.integers(2, 60)


@pytest.mark.parametrize(
    ("low", "high", "points", "whole", "expected"),
    [
        (0, 4, 5, False, (0, 1, 2, 3, 4)),
        (0, 4, 20, False, tuple(n / 5 for n in range(21))),
        (0.05, 0.34, 3, False, (0.1, 0.2, 0.3)),
        (0.1, 0.3, 20, False, tuple(n / 100 for n in range(10, 31))),
        (-1, 1, 9, False, tuple(n / 5 for n in range(-5, 6))),
        (100, 10_000, 20, True, tuple(range(1000, 10_001, 1000))),
        (1, 10, 30, True, tuple(range(1, 11))),
        (3, 3, 20, False, (3,)),
        (0.25, 4, 1, False, (0.25,)),
        (7, 8, 20, True, (7, 8)),
    ],
)
def test_examples(low: float, high: float, points: int, whole: bool, expected: Any) -> None:
    """The numbers that a person would write."""
    assert nested_grid(low, high, points, whole=whole) == expected


@given(ranges(), wanted)
def test_values_are_inside_rising_and_not_too_many(ends: tuple[float, float], points: int) -> None:
    """Whatever the range."""
    low, high = ends
    values = nested_grid(low, high, points)
    assert low <= values[0]
    assert values[-1] <= high
    assert all(one < other for one, other in pairwise(values))
    assert 2 <= len(values) <= max(1.3 * points + 1, 9)


@given(ranges(), wanted)
def test_the_next_finer_step_would_be_too_many(ends: tuple[float, float], points: int) -> None:
    """The grid is as fine as it may be: a fifth or a half of its step gives too many."""
    low, high = ends
    values = nested_grid(low, high, points)
    step = min(other - one for one, other in pairwise(values))
    leading = round(step / 10.0 ** math.floor(math.log10(step) + 1e-9))
    finer = step / (5 if leading == 1 else 2)
    if set(values) != {low, high}:
        assert (high - low) / finer + 1 >= max(int(1.3 * points + 1), 9) - 1


@given(ranges(), wanted, wanted)
def test_coarser_grids_are_part_of_finer_ones(
    ends: tuple[float, float], few: int, more: int
) -> None:
    """So that more points of the same range compute only those in between."""
    few, more = sorted((few, more))
    coarse, fine = nested_grid(*ends, few), nested_grid(*ends, more)
    if set(coarse) != set(ends):  # nothing round lies between them
        assert set(coarse) <= set(fine)


@given(ranges(), ranges(), wanted)
def test_same_values_are_the_same_bits(
    one: tuple[float, float], other: tuple[float, float], points: int
) -> None:
    """Each is the float that its decimal number is read as, so no range makes another of it."""
    for ends in (one, other):
        values = nested_grid(*ends, points)
        if set(values) == set(ends):
            continue
        assert all(value == float(f"{value:.13g}") for value in values)


@given(ranges(), wanted)
def test_zooming_reuses_points(ends: tuple[float, float], points: int) -> None:
    """A range a little narrower shares all the points of its own that are on the coarser grid."""
    low, high = ends
    inner = (low + (high - low) / 50, high - (high - low) / 50)
    whole_range, zoomed = nested_grid(low, high, points), nested_grid(*inner, points)
    shared = [value for value in whole_range if inner[0] <= value <= inner[1]]
    if set(whole_range) != {low, high} and len(shared) > 1:
        assert set(shared) <= set(zoomed)


@given(st.integers(-5000, 5000), st.integers(1, 10_000), wanted)
def test_whole_numbers_stay_whole(low: int, extent: int, points: int) -> None:
    """Also if there are fewer of them than points."""
    values = nested_grid(low, low + extent, points, whole=True)
    assert all(type(value) is int for value in values)
    assert len(values) >= 2


@pytest.mark.parametrize("ends", [(-1e308, 1e308), (0.0, 5e-324), (1e16, 1e16 + 4), (1, 1 + 2e-16)])
def test_ranges_that_no_one_means_make_no_error(ends: tuple[float, float]) -> None:
    """Ends as far apart, or as near, as floats can be."""
    values = nested_grid(*ends, 20)
    assert list(values) == sorted(set(values))
    assert all(ends[0] <= value <= ends[1] for value in values)


def test_a_value_is_the_float_of_its_decimal_number() -> None:
    """Which a multiple of a float step is not: 3 * 0.1 is not 0.3."""
    assert nested_grid(0.25, 0.35, 2)[0] == float(Fraction(26, 100))
    assert 0.3 in nested_grid(0, 1, 10)
