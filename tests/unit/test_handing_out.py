"""Jobs that travel together: how many are taken, and what of them counts after a stop."""

from __future__ import annotations

import importlib
import signal
from pathlib import Path

import pytest

from brian_sweep_widget.backends import Ended, StopToken, guard, stoppable
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


def calls(numbers: range) -> list[tuple[tuple[int, ...], tuple[int]]]:
    """Label calls by their argument."""
    return [((number, 0), (number,)) for number in numbers]


def test_calls_end_with_the_sweep() -> None:
    """What ended before counts; what comes after is not begun."""
    token, begun = StopToken.new(), []

    def call(number: int) -> int:
        begun.append(number)
        if number == 3:
            token.stop()
        return number**2

    first = stoppable(token, call, calls(range(3)))
    assert first == [((0, 0), 0), ((1, 0), 1), ((2, 0), 4)]
    assert stoppable(token, call, calls(range(2, 6))) == [((2, 0), 4), ((3, 0), 9)]
    assert begun == [0, 1, 2, 2, 3]
    assert stoppable(token, call, calls(range(1))) == []
    token.remove()


def test_an_interrupted_call_is_no_result() -> None:
    """Those before it are, and those after it if it alone was meant."""
    token = StopToken.new()

    def call(number: int) -> int:
        current = guard._Current.call
        assert current is not None
        if number == 2:
            current.why = "skipped"
            raise guard._Interrupted
        if number == 4:
            current.why = "stopped"
            raise guard._Interrupted
        return number

    results = stoppable(token, call, calls(range(6)))
    assert results == [((0, 0), 0), ((1, 0), 1), ((2, 0), Ended("skipped")), ((3, 0), 3)]
    token.remove()


def test_a_call_that_was_skipped_before_is_not_begun() -> None:
    """Until it is wanted after all."""
    token, begun = StopToken.new(), []
    token.skip((1, 0))
    results = stoppable(token, begun.append, calls(range(3)))
    assert begun == [0, 2]
    assert results[1] == ((1, 0), Ended("skipped"))
    token.forget([(1, 0)])
    stoppable(token, begun.append, calls(range(1, 2)))
    assert begun == [0, 2, 1]
    token.remove()
    token.skip((2, 0))  # the sweep is over: that is no error


def test_workers_say_where_they_are() -> None:
    """And each place is given once, also while one is being written."""
    token = StopToken.new()
    stoppable(token, abs, calls(range(3)))
    assert set(token.places()) == {(2, 0)}
    (token.folder / "at-1").write_text("")
    assert token.take_places() == {(2, 0)}
    assert token.take_places() == set()
    assert token.word((2, 0)) is None
    token.leave_word((2, 0), "overdue")
    assert token.word((2, 0)) == "overdue"
    token.remove()
    assert token.stopped
    assert not token.places()


def test_what_is_being_imported_is_imported_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A package that is loaded by half cannot be loaded any more in this process."""
    package = tmp_path / "half_loaded"
    package.mkdir()
    (package / "__init__.py").write_text(
        "import half_loaded.part as inner\n"
        "import signal\n"
        "signal.raise_signal(signal.SIGINT)\n"
        "from . import other\n",
        encoding="utf-8",
    )
    (package / "part.py").touch()
    (package / "other.py").write_text(
        "import half_loaded as whole\nnumber = len(whole.part.__name__)\n", encoding="utf-8"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    token, went_on = StopToken.new(), []

    def call(number: int) -> int:
        current = guard._Current.call
        assert current is not None
        if number == 0:
            current.why = "skipped"
        result = importlib.import_module("half_loaded.other").number
        signal.raise_signal(signal.SIGINT)
        went_on.append(number)
        return int(result)

    before = signal.signal(signal.SIGINT, guard._interrupt)
    try:
        results = stoppable(token, call, calls(range(2)))
    finally:
        signal.signal(signal.SIGINT, before)
    assert results == [((0, 0), Ended("skipped")), ((1, 0), len("half_loaded.part"))]
    assert went_on == [1], "and is interrupted right after it"
    token.remove()
