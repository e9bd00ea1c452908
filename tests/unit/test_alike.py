"""When the first simulations of a sweep count as failing alike."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count

import pytest

from brian_sweep_widget.results import Failure, Outcome, Status
from brian_sweep_widget.runs.alike import FirstFailures
from brian_sweep_widget.sweeps import Job

_numbers = count()


def ended(status: Status) -> Outcome:
    """Make the outcome of a job of its own."""
    return Outcome(Job((next(_numbers),), {}, 0), status)


def failed(message: str, kind: str = "ValueError") -> Outcome:
    """Make the outcome of a job that failed."""
    return Outcome(Job((next(_numbers),), {}, 0), "failed", failure=Failure(kind, message))


def said(first: FirstFailures, outcomes: Iterable[Outcome]) -> list[str]:
    """Give what is asked when these come."""
    return [question for outcome in outcomes if (question := first.add(outcome))]


@pytest.mark.parametrize(("workers", "enough"), [(1, 4), (2, 4), (3, 6), (16, 32)])
def test_as_many_as_are_under_way_twice_but_four(workers: int, enough: int) -> None:
    first = FirstFailures(workers)
    assert said(first, [failed("no such file") for _ in range(enough - 1)]) == []
    question = f"The first {enough} simulations all failed alike: ValueError: no such file."
    assert first.add(failed("no such file")) == question
    assert said(first, [failed("no such file") for _ in range(100)]) == []  # it asks once


def test_numbers_in_messages_may_differ() -> None:
    """They are mostly the point's own."""
    numbers = ("1.5", "2", "1e-05", "7.")
    (question,) = said(FirstFailures(2), [failed(f"x = {one} mV\nis bad") for one in numbers])
    assert question == "The first 4 simulations all failed alike: ValueError: x = 7. mV."
    ends = ("1.5", "2", "1e-05", "7")
    assert len(said(FirstFailures(2), [failed(f"x is {one}.") for one in ends])) == 1


@pytest.mark.parametrize(
    "other", [ended("done"), failed("something else"), failed("no", "TypeError")]
)
def test_one_that_is_different_ends_it(other: Outcome) -> None:
    first = FirstFailures(2)
    assert said(first, [failed("no"), other, *(failed("no") for _ in range(100))]) == []


def test_what_was_skipped_says_nothing() -> None:
    outcomes = [failed("no"), ended("cancelled"), failed("no"), failed("no"), failed("no")]
    assert len(said(FirstFailures(2), outcomes)) == 1
