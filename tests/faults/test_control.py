"""Pause, skip, retry, time limits: what a person asks of a sweep that runs."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import alive, until

from brian_sweep_widget import Run, Sweep
from brian_sweep_widget.backends import local_pool
from brian_sweep_widget.engines import prepare

WORKERS = 2


def statuses(run: Run) -> dict[float, str]:
    """Give the status of every job that has an outcome, by its value of x."""
    return {outcome.job.parameters["x"]: outcome.status for outcome in run.results.outcomes}


def gated(gate: Path, begun: Path | None = None) -> Callable[..., float]:
    """Make a function that waits for a file, except at 0, and may leave one where it begins."""
    path, marks = str(gate), begun and str(begun)

    def waiting(x: float = 1.0) -> float:
        if marks:
            open(os.path.join(marks, str(x)), "w").close()
        while x > 0 and not os.path.exists(path):
            time.sleep(0.01)
        return x

    return waiting


def test_pause_starts_nothing_and_harms_nothing(tmp_path: Path) -> None:
    """What runs comes to its end; after that nothing moves until resume."""
    gate, begun = tmp_path / "gate", tmp_path / "begun"
    begun.mkdir()
    run = Sweep(gated(gate, begun), x=np.arange(20.0), workers=WORKERS).start()
    until(lambda: run.progress.running == WORKERS, "both run")
    run.pause()
    assert run.progress.state == "paused"
    gate.touch()
    # A worker is free a moment before its outcome is entered.
    until(
        lambda: run.progress.running == 0 and run.progress.done == len(os.listdir(begun)),
        "the last ones end",
    )
    started = os.listdir(begun)
    assert 1 <= len(started) < 20
    time.sleep(0.5)
    assert os.listdir(begun) == started
    assert run.progress.done == len(started)
    assert run.progress.state == "paused"
    run.resume()
    assert run.wait(120).counts() == {"done": 20}
    assert run.progress.state == "finished"


def test_a_sweep_paused_before_it_began_waits(tmp_path: Path) -> None:
    """And can be stopped like any other."""
    gate = tmp_path / "gate"
    gate.touch()
    run = Sweep(gated(gate), x=np.arange(200.0), workers=WORKERS).start()
    run.pause()
    until(lambda: run.progress.running == 0, "nothing runs")
    run.cancel()
    results = run.wait(5)
    assert run.progress.state == "cancelled"
    assert results.counts()["cancelled"] > 0


def test_a_running_point_can_be_skipped(tmp_path: Path) -> None:
    """It alone: its neighbours, its worker and the rest of the sweep go on."""
    gate = tmp_path / "gate"
    path = str(gate)

    def one_waits(x: float = 1.0) -> float:
        while x == 3.0 and not os.path.exists(path):
            time.sleep(0.01)
        return x

    Sweep(one_waits, x=[0.0, 1.0, 2.0, 4.0], workers=WORKERS).run(progress=False)
    before = set(local_pool(WORKERS, prepare).processes())
    run = Sweep(one_waits, x=np.arange(8.0), workers=WORKERS).start()
    until(lambda: run.progress.done == 7, "the others are done")
    until(lambda: [one.position for one in run.under_way] == [(3, 0)], "it is under way")
    assert run.under_way[0].seconds >= 0
    run.skip((3, 0))
    run.wait(10)
    assert statuses(run) == {float(x): "cancelled" if x == 3 else "done" for x in range(8)}
    assert run.progress.state == "finished"
    assert set(local_pool(WORKERS, prepare).processes()) == before


def test_a_waiting_point_can_be_skipped(tmp_path: Path) -> None:
    """It never begins."""
    gate, marks = tmp_path / "gate", tmp_path / "marks"
    marks.mkdir()
    path, folder = str(gate), str(marks)

    def marked(x: float = 1.0) -> float:
        with open(f"{folder}/{x}", "w"):
            pass
        while not os.path.exists(path):
            time.sleep(0.01)
        return x

    run = Sweep(marked, x=np.arange(30.0), workers=WORKERS).start()
    until(lambda: run.progress.running == WORKERS, "both run")
    run.skip((17, 0))
    gate.touch()
    run.wait(120)
    assert statuses(run) == {float(x): "cancelled" if x == 17 else "done" for x in range(30)}
    assert not (marks / "17.0").exists()


def test_a_point_that_does_not_let_itself_be_skipped_goes_with_its_worker() -> None:
    """Its neighbours, whose worker went down too, are done in the end."""

    def stubborn(x: float = 1.0) -> float:
        while x == 3.0:
            try:
                time.sleep(60)
            except BaseException:
                continue
        time.sleep(0.1)
        return x

    run = Sweep(stubborn, x=np.arange(30.0), workers=WORKERS).start()
    until(lambda: any(one.position == (3, 0) for one in run.under_way), "it runs")
    run.skip((3, 0))
    run.wait(120)
    assert statuses(run) == {float(x): "cancelled" if x == 3 else "done" for x in range(30)}


@pytest.mark.parametrize("position", [(8, 0), (-1, 0), (0, 1), (0,), (), (0, 0, 0)])
def test_only_points_of_the_sweep_can_be_skipped(position: tuple[int, ...]) -> None:
    """Others are refused, naming the position."""
    run = Sweep(lambda x=1.0: x, x=np.arange(8.0), workers=WORKERS).start()
    with pytest.raises(ValueError, match="is no job of this sweep"):
        run.skip(position)
    run.wait(120)


def moody(folder: Path) -> Callable[..., float]:
    """Make a function that fails at odd values as long as a file is there."""
    path = str(folder / "mood")

    def function(x: float = 1.0) -> float:
        if x % 2 and os.path.exists(path):
            message = "in a mood"
            raise ValueError(message)
        with open(f"{path}-{x}", "a") as marks:
            marks.write("+")
        return x

    return function


def test_retry_computes_what_failed_and_nothing_else(tmp_path: Path) -> None:
    """After the end: another run, which begins with the results of the first."""
    (tmp_path / "mood").touch()
    first = Sweep(moody(tmp_path), x=np.arange(6.0), workers=WORKERS, store=None).start()
    assert first.wait(120).counts() == {"done": 3, "failed": 3}
    (tmp_path / "mood").unlink()
    again = first.retry()
    assert again is not first
    assert again.wait(120).counts() == {"done": 6}
    for x in range(6):
        assert (tmp_path / f"mood-{float(x)}").read_text() == "+"
    assert first.results.counts() == {"done": 3, "failed": 3}


def test_retry_after_a_stop_computes_the_rest(tmp_path: Path) -> None:
    """What was finished is kept."""
    gate = tmp_path / "gate"
    run = Sweep(gated(gate), x=np.arange(6.0), workers=WORKERS, store=None).start()
    until(lambda: run.progress.done == 1 and run.progress.running == WORKERS, "busy")
    run.cancel()
    run.wait(5)
    gate.touch()
    again = run.retry()
    assert again.outcomes_since(0)[0].job.parameters["x"] == 0.0
    assert again.wait(120).counts() == {"done": 6}


def test_retry_meanwhile_is_done_at_the_end(tmp_path: Path) -> None:
    """The same run; the later outcome replaces the earlier one."""
    (tmp_path / "mood").touch()
    gate, function = tmp_path / "gate", moody(tmp_path)
    path = str(gate)

    def slow_at_zero(x: float = 1.0) -> float:
        while x == 0.0 and not os.path.exists(path):
            time.sleep(0.01)
        return function(x)

    run = Sweep(slow_at_zero, x=np.arange(6.0), workers=WORKERS).start()
    until(lambda: run.progress.done + run.progress.failed == 5, "all others")
    assert run.progress.failed == 3
    (tmp_path / "mood").unlink()
    assert run.retry() is run
    gate.touch()
    assert run.wait(120).counts() == {"done": 6}


def loops(x: float = 1.0) -> float:
    """Go on for ever at 2."""
    while x == 2.0:
        time.sleep(0.01)
    return x


def loops_in_c(x: float = 1.0) -> float:
    """Go on where Python cannot interrupt."""
    if x == 2.0:
        os.system("sleep 63; true")
    return x


@pytest.mark.parametrize("function", [loops, loops_in_c])
def test_what_takes_longer_than_the_limit_fails_alone(function: Any) -> None:
    """Of any engine; it says the limit, and what to do. Nothing of it goes on."""
    run = Sweep(function, x=np.arange(6.0), workers=WORKERS, time_limit=0.5).start()
    results = run.wait(120)
    assert statuses(run) == {float(x): "failed" if x == 2 else "done" for x in range(6)}
    failure = results.failures[0].failure
    assert failure is not None
    assert failure.kind == "TimeLimitError"
    assert "stopped after 0.5 s, the time limit of this sweep" in failure.message
    assert "a larger time_limit, if more is allowed here" in failure.message


def test_several_sweeps_share_the_workers(tmp_path: Path) -> None:
    """A short one that comes later does not wait for all of a long one."""
    gate = tmp_path / "gate"
    path = str(gate)

    def until_the_gate(x: float = 1.0) -> float:
        end = time.monotonic() + 0.3
        while time.monotonic() < end and not os.path.exists(path):
            time.sleep(0.01)
        return x

    long = Sweep(until_the_gate, x=np.arange(400.0), workers=WORKERS).start()
    until(lambda: long.progress.done > 2, "the long one is under way")
    short = Sweep(lambda x=1.0: x, x=np.arange(20.0), workers=WORKERS).start()
    assert short.wait(120).counts() == {"done": 20}
    assert not long.progress.ended
    gate.touch()
    assert long.wait(120).counts() == {"done": 400}


def test_a_callback_never_waits(tmp_path: Path) -> None:
    """Everything that a person may click returns while the workers are busy."""
    gate = tmp_path / "gate"
    run = Sweep(gated(gate), x=np.arange(50.0), workers=WORKERS).start()
    until(lambda: run.progress.running == WORKERS, "busy")
    calls = [run.pause, run.resume, lambda: run.skip((7, 0)), run.retry, lambda: run.progress]
    thread = threading.Thread(target=lambda: [call() for call in calls])
    thread.start()
    thread.join(5)  # all of it together; the jobs wait for ever
    assert not thread.is_alive()
    run.cancel()
    run.wait(5)


def test_a_worker_that_stops_answering_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """It was stopped from outside, say: its job runs again, and nobody waits for ever."""
    from brian_sweep_widget.backends import pulse

    monkeypatch.setattr(pulse, "_LOOK", 0.2)
    monkeypatch.setattr(pulse, "_PATIENCE", 5)

    def naps(x: float = 1.0) -> float:
        time.sleep(0.2)
        return x

    run = Sweep(naps, x=np.arange(20.0), workers=WORKERS).start()
    until(lambda: run.progress.done > 2, "under way")
    victim = local_pool(WORKERS, prepare).processes()[0]
    os.kill(victim, signal.SIGSTOP)
    assert run.wait(120).counts() == {"done": 20}
    assert victim not in local_pool(WORKERS, prepare).processes()


def test_what_a_simulation_puts_away_when_it_is_stopped_is_put_away(tmp_path: Path) -> None:
    """It is told once, and gets the time: a program that it started must not stay behind."""
    mark = str(tmp_path / "mark")

    def tidy(x: float = 1.0) -> float:
        try:
            while x > 0:
                time.sleep(0.01)
        finally:
            time.sleep(0.35)
            with open(mark, "a") as file:
                file.write("+")
        return x

    run = Sweep(tidy, x=[0.0, 1.0], workers=WORKERS).start()
    until(lambda: run.progress.done == 1 and run.progress.running == 1, "it runs")
    run.cancel()
    run.wait(5)
    until(lambda: (tmp_path / "mark").read_text() == "++", "all is put away")


def test_a_program_that_is_just_being_started_is_ended_with_its_simulation(tmp_path: Path) -> None:
    """Interrupted while it starts, it would go on, and nobody would know of it."""
    mark = tmp_path / "mark"

    def starting(x: float = 1.0) -> float:
        def just_before() -> None:
            mark.write_text(str(os.getpid()))
            time.sleep(0.5)

        process = subprocess.Popen(["sleep", "1000"], preexec_fn=just_before)  # noqa: PLW1509 - there are none
        try:
            process.wait()
        finally:
            process.kill()
            process.wait()
        return x

    run = Sweep(starting, x=[1.0], workers=1).start()
    until(lambda: mark.exists() and mark.read_text(), "it starts")
    run.cancel()
    run.wait(5)
    until(lambda: not alive(int(mark.read_text())), "the program ended", 5)
