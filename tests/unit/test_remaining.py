"""How much longer a sweep takes: never less than what its hosts and late jobs let expect."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brian_sweep_widget.runs.remaining import Pace, UnderWay, time_left

PACES = {"near": Pace(100.0, 100), "far": Pace(240.0, 4)}
SLOTS = {"near": 2, "far": 1}


def at_work(index: int, seconds: float, host: str = "near") -> UnderWay:
    return UnderWay((index, 0), seconds, 1, host)


def test_nothing_is_told_while_nothing_is_known() -> None:
    assert time_left(5, [], {}, SLOTS) is None
    assert time_left(5, [], {"near": Pace()}, SLOTS) is None
    assert time_left(0, [], PACES, SLOTS) is None


def test_what_waits_is_shared_by_all() -> None:
    """Each takes as much as it can: 2 a second near, one a minute far."""
    assert time_left(121, [], PACES, SLOTS) == pytest.approx(60.0)
    assert time_left(100, [], {"near": Pace(10.0, 10)}, {"near": 4}) == pytest.approx(25.0)


def test_one_job_takes_what_a_job_takes() -> None:
    """However many could do it."""
    assert time_left(1, [], PACES, {"near": 50}) == pytest.approx(1.0)
    assert time_left(1, [], PACES, {"far": 50}) == pytest.approx(60.0)


def test_the_last_job_takes_what_its_host_needs() -> None:
    """Not what jobs take in the mean of all hosts."""
    assert time_left(1, [at_work(0, 10.0, "far")], PACES, SLOTS) == pytest.approx(50.0)


@pytest.mark.parametrize("seconds", [5.0, 240.0])
def test_what_is_late_takes_as_long_again(seconds: float) -> None:
    """The longer it has taken, the longer it may take: never "soon" for minutes."""
    assert time_left(1, [at_work(0, seconds)], PACES, SLOTS) == seconds
    waits = time_left(3, [at_work(0, seconds)], PACES, SLOTS)
    assert waits is not None
    assert waits >= seconds


def test_what_two_compute_ends_with_the_faster() -> None:
    """A late job that was begun here, too."""
    both = [at_work(0, 240.0, "far"), at_work(0, 0.25)]
    assert time_left(1, both, PACES, SLOTS) == pytest.approx(0.75)


def test_a_host_of_which_nothing_is_known_is_like_all_others() -> None:
    assert time_left(1, [], {"": Pace(4.0, 2)}, {"new": 3}) == pytest.approx(2.0)
    assert time_left(3, [], {"": Pace(4.0, 2)}, {}) == pytest.approx(6.0)


@given(
    left=st.integers(1, 200),
    ages=st.lists(st.floats(0.0, 1e4), max_size=6),
    usual=st.floats(1e-3, 1e3),
    slots=st.integers(1, 8),
)
def test_never_less_than_what_is_plausible(
    left: int, ages: list[float], usual: float, slots: int
) -> None:
    """Not less than all work shared by all slots, nor than what is late has taken."""
    under_way = [at_work(index, age) for index, age in enumerate(ages[: min(left, slots)])]
    told = time_left(left, under_way, {"near": Pace(usual, 1)}, {"near": slots})
    assert told is not None
    assert math.isfinite(told)
    late = [one.seconds for one in under_way if one.seconds >= usual]
    waiting = left - len(under_way)
    assert told >= max(late, default=0.0)
    assert told >= waiting * usual / slots * (1 - 1e-9)
    assert told >= (usual * (1 - 1e-9) if waiting else 0.0)
