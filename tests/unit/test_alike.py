"""When the first simulations of a sweep count as failing alike."""

from __future__ import annotations

import pytest

from brian_sweep_widget.results import Failure, Outcome
from brian_sweep_widget.runs.alike import FirstFailures
from brian_sweep_widget.sweeps import Job


def failed(message: str, kind: str = "ValueError") -> Outcome:
    """Make the outcome of a job that failed."""
    return Outcome(Job((0,), {}, 0), "failed", failure=Failure(kind, message))


DONE = Outcome(Job((0,), {}, 0), "done")
CANCELLED = Outcome(Job((0,), {}, 0), "cancelled")


@pytest.mark.parametrize(("workers", "enough"), [(1, 4), (2, 4), (3, 6), (16, 32)])
def test_as_many_as_are_under_way_twice_but_four(workers: int, enough: int) -> None:
    first = FirstFailures(workers)
    assert first.add([failed("no such file")] * (enough - 1)) == ""
    said = f"The first {enough} simulations all failed alike: ValueError: no such file."
    assert first.add([failed("no such file")]) == said
    assert first.add([failed("no such file")] * 100) == ""  # one is asked once


def test_numbers_in_messages_may_differ() -> None:
    """They are mostly the point's own."""
    messages = (
        "x = 1.5 mV is bad",
        "x = 2 mV is bad",
        "x = 1e-05 mV is bad",
        "x = 7. mV is bad",
    )
    said = FirstFailures(2).add(map(failed, messages))
    assert said == "The first 4 simulations all failed alike: ValueError: x = 7. mV is bad."


@pytest.mark.parametrize("other", [DONE, failed("something else"), failed("no", "TypeError")])
def test_one_that_is_different_ends_it(other: Outcome) -> None:
    first = FirstFailures(2)
    assert first.add([failed("no"), other, *[failed("no")] * 100]) == ""
    assert first.add([failed("no")] * 100) == ""


def test_what_was_skipped_says_nothing() -> None:
    assert FirstFailures(2).add([CANCELLED, *[failed("no"), CANCELLED] * 3, failed("no")])
