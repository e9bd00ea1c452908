"""Jobs that travel together: how many are taken, and what of them counts after a stop."""

from __future__ import annotations

import pytest

from brian_sweep_widget.backends import StopToken, stoppable
from brian_sweep_widget.backends.guard import _Stopped
from brian_sweep_widget.runs.supply import Supply
from brian_sweep_widget.sweeps import Job


def supply(jobs: int) -> Supply:
    """Make a supply with so many jobs in it."""
    made = Supply()
    made.put(b"", [Job((number,), {}, number) for number in range(jobs)])
    return made


@pytest.mark.parametrize(
    ("jobs", "most", "takers", "taken"),
    [(0, 4, 2, 0), (1, 4, 2, 1), (7, 4, 2, 1), (8, 4, 2, 2), (16, 4, 2, 4), (99, 4, 2, 4),
     (99, 1, 2, 1), (99, 4, 64, 1)],
)  # fmt: skip
def test_one_takes_no_more_than_a_share(jobs: int, most: int, takers: int, taken: int) -> None:
    """Or the others would have nothing to do at the end."""
    assert len(supply(jobs).take(most, takers)) == taken


def test_all_are_taken_in_order() -> None:
    made, found = supply(50), []
    while tasks := made.take(4, 3):
        found += [task.job.seed for task in tasks]
    assert found == list(range(50))


def test_calls_end_with_the_sweep() -> None:
    """What ended before counts; what comes after is not begun."""
    token, begun = StopToken.new(), []

    def call(number: int) -> int:
        begun.append(number)
        if number == 3:
            token.stop()
        return number**2

    assert stoppable(token, call, [(number,) for number in range(3)]) == [0, 1, 4]
    assert stoppable(token, call, [(number,) for number in range(2, 6)]) == [4, 9]
    assert begun == [0, 1, 2, 2, 3]
    assert stoppable(token, call, [(0,)]) == []


def test_an_interrupted_call_is_no_result() -> None:
    """Those before it are."""
    token = StopToken.new()

    def call(number: int) -> int:
        if number == 2:
            raise _Stopped
        return number

    assert stoppable(token, call, [(number,) for number in range(4)]) == [0, 1]
    token.stop()
