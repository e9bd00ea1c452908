"""Runs with real workers: outcomes as they come, failures as data, a Stop that stops."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from brian2 import Network, NeuronGroup, ms, mV
from helpers import alive, descendants, run_script, start_script, until
from joblib import Parallel, delayed

from brian_sweep_widget import Run, Sweep, cuba, network_model
from brian_sweep_widget.backends import (
    ADMISSION,
    LocalBackend,
    LocalPool,
    StopToken,
    local_pool,
)
from brian_sweep_widget.engines import pack, prepare
from brian_sweep_widget.results import Outcome
from brian_sweep_widget.runs import controller
from brian_sweep_widget.runs.controller import Controller, errand_here
from brian_sweep_widget.runs.supply import Load, Supply
from brian_sweep_widget.scratch import scratch_folder

WORKERS = 2
STOP = 3.0  # s; Stop takes two, and the machine may be busy


def square(x: float = 1.0) -> float:
    """Be done at once."""
    return x * x


def where(x: float = 1.0) -> dict[str, float]:
    """Tell in which process it runs."""
    return {"value": x, "at": os.getpid()}


def worker_numbers(workers: int = WORKERS) -> set[int]:
    """Give the warm workers, after making sure that there are some."""
    Sweep(square, x=[float(number) for number in range(8)], workers=workers).run(progress=False)
    return set(local_pool(workers, prepare).processes())


def statuses(outcomes: Any) -> dict[float, str]:
    """Give the status of every job by its value of x."""
    return {outcome.job.parameters["x"]: outcome.status for outcome in outcomes}


def tokens() -> set[Path]:
    """List the stop tokens of this process's sweeps."""
    return set(scratch_folder().glob("token-*"))


def test_outcomes_come_one_by_one(tmp_path: Path) -> None:
    """The first is there while the last cannot be: it waits for us."""
    gate = tmp_path / "gate"

    def gated(x: float = 1.0) -> float:
        while x == 2.0 and not gate.exists():
            time.sleep(0.01)
        return x

    run = Sweep(gated, x=[1.0, 2.0, 3.0], workers=WORKERS).start()
    outcomes = iter(run)
    early = [next(outcomes), next(outcomes)]
    assert statuses(early) == {1.0: "done", 3.0: "done"}
    assert not run.progress.ended
    assert run.results.counts() == {"done": 2}
    with pytest.raises(TimeoutError, match="the sweep goes on after 0.05 s: 2 of 3 done"):
        run.wait(0.05)
    gate.touch()
    assert statuses(outcomes) == {2.0: "done"}
    assert run.progress.ended
    assert [outcome.job for outcome in run.outcomes_since(2)] == [run.wait().outcomes[2].job]
    assert len(list(run)) == 3  # a second iteration begins at the first outcome


@pytest.mark.parametrize("workers", [1, 2])
def test_nothing_runs_in_this_process(workers: int) -> None:
    """The notebook stays responsive, also with one worker."""
    dataset = Sweep(where, x=np.arange(6.0), workers=workers).run(progress=False).dataset
    processes = {int(number) for number in dataset["at"].values.ravel()}
    assert os.getpid() not in processes
    assert len(processes) <= workers
    np.testing.assert_array_equal(dataset["at"], dataset["process"])


def test_the_number_of_workers_does_not_change_the_numbers() -> None:
    """Every outcome is the same with 1, 2 and 3 workers; where it ran may differ."""
    found = []
    for workers in (1, 2, 3):
        sweep = Sweep(
            cuba,
            excitatory_weight=[0, 2, 4] * mV,
            size=[100, 200],
            duration=10 * ms,
            trials=2,
            seed=3,
            workers=workers,
        )
        dataset = sweep.run(progress=False).dataset
        assert (dataset["status"] == "done").all()
        del dataset.attrs["notice"]  # what has been compared by then is a matter of time
        found.append(dataset.drop_vars(["wall_time", "process"]))
    assert found[0].identical(found[1])
    assert found[0].identical(found[2])
    assert len(np.unique(found[0]["spike_count"])) > 3


def misbehave(x: float = 1.0) -> Any:
    """Do something else at every value; a few are good."""
    if x == 1.0:
        message = "no such network"
        raise ValueError(message)
    if x == 2.0:
        return None
    if x == 3.0:
        return float("nan")
    if x == 4.0:
        return "text"
    if x == 5.0:
        sys.exit(3)
    if x == 6.0:

        class HiddenError(Exception):
            """Cannot be pickled by name, and holds what cannot be pickled at all."""

            def __init__(self) -> None:
                super().__init__("hidden")
                self.lock = threading.Lock()

        raise HiddenError
    if x == 7.0:

        class NeedyError(Exception):
            """Can be pickled, but not unpickled."""

            def __init__(self, one: int, two: int) -> None:
                super().__init__("needy")

        raise NeedyError(1, 2)
    if x == 8.0:
        return {"result": 1.0, "x": 2.0}
    return x


def test_a_bad_point_is_a_failed_outcome_and_the_others_are_done() -> None:
    """With kind, message and the traceback of the user's own code."""
    results = Sweep(misbehave, x=np.arange(12.0), workers=WORKERS).run(progress=False)
    found = statuses(results.outcomes)
    assert {x for x, status in found.items() if status == "failed"} == set(np.arange(1.0, 9.0))
    assert {x for x, status in found.items() if status == "done"} == {0.0, 9.0, 10.0, 11.0}
    failures = {outcome.job.parameters["x"]: outcome.failure for outcome in results.failures}
    assert str(failures[1.0]) == "ValueError: no such network"
    assert failures[1.0] is not None
    assert "in misbehave" in failures[1.0].traceback
    assert "brian_sweep_widget" not in failures[1.0].traceback
    assert "returned None" in str(failures[2.0])
    assert "not a finite number" in str(failures[3.0])
    assert "returned 'text'" in str(failures[4.0])
    assert str(failures[5.0]) == "SystemExit: 3"
    assert str(failures[6.0]) == "HiddenError: hidden"
    assert str(failures[7.0]) == "NeedyError: needy"
    assert "named like its parameter" in str(failures[8.0])
    assert all(outcome.origin is not None for outcome in results.failures)


class Unfriendly(BaseException):
    """Is no Exception."""


class Speechless(Exception):
    """Cannot even be written."""

    def __str__(self) -> str:
        raise ValueError


@pytest.mark.parametrize("kind", [KeyboardInterrupt, GeneratorExit, Unfriendly, Speechless])
def test_no_exception_of_a_model_ends_the_sweep(kind: type[BaseException]) -> None:
    """Whatever a model raises is that point's failure, under its own name."""

    def raising(x: float = 1.0) -> float:
        if x == 2.0:
            raise kind
        return x

    results = Sweep(raising, x=[1.0, 2.0, 3.0, 4.0], workers=WORKERS).start().wait(120)
    assert statuses(results.outcomes) == {1.0: "done", 2.0: "failed", 3.0: "done", 4.0: "done"}
    assert results.failures[0].failure is not None
    assert results.failures[0].failure.kind == kind.__name__


def test_a_model_that_does_not_build_a_network_is_told() -> None:
    """And so is one whose equations use a name that nobody knows."""

    @network_model(duration=1 * ms)
    def forgetful(n: int = 1) -> Any:
        """Return nothing."""

    @network_model(duration=1 * ms)
    def unknown(n: int = 1) -> Any:
        return Network(NeuronGroup(n, "dv/dt = -v / nobody_knows : 1", method="euler"))

    first = Sweep(forgetful, workers=WORKERS).run(progress=False).failures[0].failure
    assert first is not None
    assert "forgetful returned nothing, not a brian2.Network" in first.message
    second = Sweep(unknown, workers=WORKERS).run(progress=False).failures[0].failure
    assert second is not None
    assert "nobody_knows" in second.message


def by_exit() -> None:
    """Leave without a word."""
    os._exit(7)


def by_signal() -> None:
    """Die as if out of memory."""
    os.kill(os.getpid(), signal.SIGKILL)


def by_crash() -> None:
    """Crash in compiled code."""
    import ctypes

    ctypes.string_at(0)


@pytest.mark.parametrize("die", [by_exit, by_signal, by_crash])
@pytest.mark.parametrize("workers", [1, 2])
def test_a_killer_is_lost_and_nobody_else(die: Callable[[], None], workers: int) -> None:
    """The very point on which workers die; innocent neighbours run again."""

    def deadly(x: float = 1.0) -> float:
        if x == 5.0:
            die()
        return x

    results = Sweep(deadly, x=np.arange(12.0), workers=workers).start().wait(120)
    found = statuses(results.outcomes)
    assert {x for x, status in found.items() if status == "lost"} == {5.0}
    assert sum(status == "done" for status in found.values()) == 11
    assert "its worker process died twice while it ran alone" in str(results.failures[0].failure)


def test_a_worker_that_dies_once_costs_nothing(tmp_path: Path) -> None:
    """An accident from outside: the job runs again and is done."""
    mark = tmp_path / "mark"

    def unlucky(x: float = 1.0) -> float:
        if x == 2.0 and not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return x

    results = Sweep(unlucky, x=np.arange(6.0), workers=WORKERS).start().wait(120)
    assert results.counts() == {"done": 6}
    assert mark.exists()


# Functions that go on for a minute, each in another way. x = 0 and x = 1 are done at once.


def loops(x: float = 1.0) -> float:
    """Compute in Python."""
    end = time.monotonic() + 60
    while x > 1 and time.monotonic() < end:
        pass
    return x


def sleeps(x: float = 1.0) -> float:
    """Wait."""
    if x > 1:
        time.sleep(60)
    return x


def waits_for_a_child(x: float = 1.0) -> float:
    """Wait for another program."""
    if x > 1:
        subprocess.run(["sleep", "60"], check=True)
    return x


def swallows_exceptions(x: float = 1.0) -> float:
    """Catch all that a model may decently catch."""
    while x > 1:
        try:
            time.sleep(60)
        except Exception:
            continue
    return x


def simulates(x: float = 1.0) -> float:
    """Run a long simulation with the numpy target."""
    from brian2 import Network, NeuronGroup, ms, prefs

    prefs.codegen.target = "numpy"
    neurons = NeuronGroup(100, "dv/dt = -v / (10*ms) : 1", method="euler")
    Network(neurons).run(1_000_000 * ms if x > 1 else 1 * ms)
    return x


def swallows_everything(x: float = 1.0) -> float:
    """Catch even what nobody should."""
    while x > 1:
        try:
            time.sleep(60)
        except BaseException:
            continue
    return x


def waits_in_c(x: float = 1.0) -> float:
    """Wait for a shell where Python cannot interrupt."""
    if x > 1:
        os.system("sleep 61; true")
    return x


SOFT = [loops, sleeps, waits_for_a_child, swallows_exceptions, simulates]
HARD = [swallows_everything, waits_in_c]  # the first may be hit between its catches, and be soft


def started(function: Callable[..., Any], number: int = 8) -> Run:
    """Start a sweep, and wait until only what takes a minute is running."""
    run = Sweep(function, x=[float(value) for value in range(number)], workers=WORKERS).start()
    values = {outcome.job.parameters["x"] for outcome in run.outcomes_since(0)}
    until(lambda: run.progress.done >= 1 and run.progress.running == WORKERS, f"busy: {values}")
    return run


@pytest.mark.parametrize("function", [*SOFT, *HARD])
def test_stop_stops(function: Callable[..., Any]) -> None:
    """Within seconds, whatever a simulation does; what is finished stays, the rest is counted."""
    before = worker_numbers()
    run = started(function)
    working = descendants()
    run.cancel()
    run.cancel()  # twice is no error
    results = run.wait(timeout=STOP)
    progress = run.progress
    assert progress.state == "cancelled"
    assert progress.running == 0
    assert progress.done >= 1
    assert progress.cancelled >= 1
    assert progress.done + progress.cancelled == progress.total == len(results) == 8
    assert results.dataset["status"].values.ravel().tolist()[0] == "done"
    # The user's own child processes are gone in any case.
    until(lambda: not sleepers(), "no child goes on", 10.0)
    after = worker_numbers()  # the next sweep works at once
    if function in SOFT:
        assert after == before  # the very same, warm processes
    elif function is waits_in_c:
        assert not after & before
    until(lambda: not any(alive(number) for number in before - after), "old workers are dead", 10.0)
    assert working & before == before


def sleepers() -> list[int]:
    """Find programs called by simulations that still run."""
    found = []
    for process in psutil.process_iter(["name", "cmdline", "pid"]):
        line = process.info["cmdline"] or []
        if line[:2] in (["sleep", "60"], ["sleep", "61"]):
            found.append(process.info["pid"])
    return found


def test_stop_right_after_the_start() -> None:
    """Before a single job was handed out, or just when they are."""
    for _ in range(5):
        run = Sweep(sleeps, x=np.arange(2.0, 30.0), workers=WORKERS).start()
        run.cancel()
        results = run.wait(STOP)
        assert results.counts() == {"cancelled": 28}


def test_stop_after_the_end_changes_nothing() -> None:
    """A finished sweep stays finished."""
    run = Sweep(square, x=[1.0, 2.0], workers=WORKERS).start()
    run.wait(120)
    run.cancel()
    assert run.progress.state == "finished"
    assert run.wait(1).counts() == {"done": 2}


def test_waiting_iterators_end_with_a_stop() -> None:
    """A loop over the outcomes sees every one, cancelled ones included."""
    run = started(sleeps)
    seen: list[Outcome] = []
    reader = threading.Thread(target=lambda: seen.extend(run))
    reader.start()
    run.cancel()
    reader.join(STOP)
    assert not reader.is_alive()
    assert len(seen) == 8


def test_stopping_one_sweep_spares_another_on_the_same_workers(tmp_path: Path) -> None:
    """Even when its workers have to be killed: the other's jobs run again."""
    gate = tmp_path / "gate"

    def patient(x: float = 1.0) -> float:
        while not gate.exists():
            time.sleep(0.01)
        return x

    hard = Sweep(swallows_everything, x=[0.0, 2.0], workers=WORKERS).start()
    until(lambda: hard.progress.done == 1, "the hard job alone")
    other = Sweep(patient, x=np.arange(6.0), workers=WORKERS).start()
    until(lambda: other.progress.running > 0, "the other runs")
    hard.cancel()
    hard.wait(STOP)
    gate.touch()
    assert other.wait(120).counts() == {"done": 6}


def test_two_sweeps_at_once() -> None:
    """Both come to their end, with their own results."""
    runs = [Sweep(square, x=np.arange(20.0) + k, workers=WORKERS).start() for k in range(2)]
    for k, run in enumerate(runs):
        dataset = run.wait(120).dataset
        np.testing.assert_array_equal(dataset["square"][:, 0], (np.arange(20.0) + k) ** 2)


def test_the_users_own_parallel_works_meanwhile() -> None:
    """joblib's pool is another one: no deadlock, whatever number of jobs."""
    run = started(sleeps)
    assert Parallel(n_jobs=3)(delayed(abs)(-number) for number in range(10)) == list(range(10))
    assert not run.progress.ended
    run.cancel()
    run.wait(STOP)


def test_counts_add_up_at_all_times() -> None:
    """No sample shows more outcomes than jobs, or more running than workers."""
    run = Sweep(misbehave, x=np.arange(40.0), trials=3, workers=WORKERS).start()
    samples = [run.progress]
    while not samples[-1].ended:
        samples.append(run.progress)
    for progress in samples:
        ended = progress.done + progress.failed + progress.lost + progress.cancelled
        assert 0 <= ended <= progress.total == 120
        assert 0 <= progress.running <= progress.workers == WORKERS
        assert ended + progress.running <= progress.total
        assert progress.elapsed >= 0
        assert progress.eta is None or progress.eta >= 0
    finished = [progress.done + progress.failed for progress in samples]
    assert finished == sorted(finished)
    assert finished[-1] == 120
    assert len(samples) > 10
    assert samples[-1].eta in {None, 0.0}


def test_the_time_left_counts_what_is_late(tmp_path: Path) -> None:
    """The last simulation has taken a hundred times what others took: that is not "0 s left"."""
    end = str(tmp_path / "end")

    def slow_at_three(x: float = 0.0) -> float:
        while x == 3 and not os.path.exists(end):
            time.sleep(0.01)
        return x

    run = Sweep(slow_at_three, x=np.arange(10.0), workers=WORKERS, store=None).start()
    until(
        lambda: run.progress.done == 9 and any(one.seconds > 2 for one in run.under_way),
        "one is late", tell=lambda: run.progress,
    )  # fmt: skip
    left = run.progress.eta
    (tmp_path / "end").touch()
    assert left is not None
    assert left >= 2
    assert run.wait(60).counts() == {"done": 10}


def test_an_ended_job_is_not_running_any_more() -> None:
    """At every single event, what came back and what is out make no more than all."""
    sweep = Sweep(square, x=np.arange(5.0), workers=WORKERS)
    fed, recorded, sums = [0], [0], []

    def record(_: Outcome) -> None:
        recorded[0] += 1
        sums.append(recorded[0] + fed[0])

    def note(number: int) -> None:
        fed[0] = number
        sums.append(recorded[0] + fed[0])

    token = StopToken.new()
    pool = local_pool(WORKERS, prepare)
    supply = Supply()
    supply.put(Load(pack(sweep.engine), sweep.engine.label), sweep.jobs())
    supply.close()
    turn = ADMISSION.turn(WORKERS, pool.processes)
    Controller(
        LocalBackend(pool, turn), errand_here, turn, token, float("inf"), record, note
    ).drive(supply)
    turn.end()
    token.remove()
    assert recorded[0] == 5
    assert max(sums) <= 5


def naps(x: float = 1.0, seconds: float = 0.05) -> float:
    """Take a while."""
    time.sleep(seconds)
    return x


@pytest.mark.parametrize("seconds", [0.0, 0.05])
def test_short_jobs_travel_together_and_long_ones_alone(
    seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every job once, whoever it travelled with; nobody waits for a neighbour that is long."""
    jobs = 200 if seconds == 0 else 20
    submitted = []
    submit = LocalPool.submit
    if not seconds:  # whatever a busy machine takes for them, they are short
        monkeypatch.setattr(controller, "_TOGETHER", 10.0)

    def counting(pool: LocalPool, function: Any, *args: Any) -> Any:
        submitted.append(function)
        return submit(pool, function, *args)

    local_pool(WORKERS, prepare).submit(int).result(120)
    monkeypatch.setattr(LocalPool, "submit", counting)
    results = Sweep(naps, x=np.arange(float(jobs)), seconds=seconds, workers=WORKERS).run(
        progress=False
    )
    assert results.dataset["naps"].values.ravel().tolist() == list(range(jobs))
    if seconds:
        assert len(submitted) == jobs + 1  # to see that there is a worker
    else:
        assert jobs / 4 < len(submitted) < jobs / 2


def test_a_killer_that_travelled_with_others_is_lost_alone() -> None:
    """Those before it in the same call, whose results went down with it, run again."""

    def deadly(x: float = 1.0) -> float:
        if x == 70.0:
            os.kill(os.getpid(), signal.SIGKILL)
        return x

    results = Sweep(deadly, x=np.arange(100.0), workers=WORKERS).run(progress=False)
    found = statuses(results.outcomes)
    assert {x for x, status in found.items() if status != "done"} == {70.0}
    assert found[70.0] == "lost"


def test_tokens_are_removed() -> None:
    """After the end, after a stop and after a failure there is no file left."""
    before = tokens()
    Sweep(square, x=[1.0], workers=WORKERS).run(progress=False)
    Sweep(misbehave, x=[1.0], workers=WORKERS).run(progress=False)
    run = started(sleeps)
    assert len(tokens() - before) == 1
    run.cancel()
    run.wait(STOP)
    until(lambda: tokens() <= before, "tokens are gone", 10.0)


@pytest.fixture
def _interrupts() -> Iterator[None]:
    """Have Python's own handler: tests in the background of a shell inherit none."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_interrupts")
@pytest.mark.parametrize("progress", [True, False])
def test_an_interrupted_run_keeps_what_is_finished(progress: bool) -> None:
    """The notebook's stop button: partial results are in ``sweep.latest``."""
    sweep = Sweep(sleeps, x=np.arange(8.0), workers=WORKERS)

    def interrupt() -> None:
        try:
            until(lambda: sweep.latest and sweep.latest.progress.done == 1, "one is done")
        finally:
            main = threading.main_thread().ident
            assert main is not None
            signal.pthread_kill(main, signal.SIGINT)

    helper = threading.Thread(target=interrupt)
    helper.start()
    with pytest.raises(KeyboardInterrupt):
        sweep.run(progress=progress)
    helper.join()
    assert sweep.latest is not None
    results = sweep.latest.wait(STOP)
    assert results.counts() == {"done": 1, "cancelled": 7}  # the ends come first: 0 and 7
    assert int(results.dataset["sleeps"].notnull().sum()) == 1


def test_sweeps_say_what_they_are() -> None:
    """For a person at the prompt."""
    sweep = Sweep(square, x=[1.0, 2.0], trials=3, workers=WORKERS)
    assert repr(sweep) == "<Sweep of square: 2 x, 3 trials, 6 jobs>"
    assert "one point" in repr(Sweep(square))
    run = sweep.start()
    results = run.wait(120)
    assert repr(run).startswith("<Run finished: 6 of 6 done")
    assert repr(results).startswith("<Results of square: 6 done, of 6 jobs>")


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"weight": 1.0}, TypeError, "cuba has no parameter 'weight'"),
        ({"excitatory_weight": 3}, TypeError, "excitatory_weight = 3 has no unit.*mV"),
        ({"excitatory_weight": 3 * ms}, TypeError, "excitatory_weight = .*wrong unit"),
        ({"excitatory_weight": [] * mV}, ValueError, "excitatory_weight = .*is empty"),
        ({"excitatory_weight": [1, np.nan] * mV}, ValueError, "excitatory_weight.*not finite"),
        ({"excitatory_weight": np.ones((2, 2)) * mV}, ValueError, "(?s)excitatory_weight.*one dim"),
        ({"size": 1}, ValueError, "size = 1 is outside.*2 or more"),
        ({"size": [100, 100]}, ValueError, "size = .*does not rise"),
        ({"size": "100"}, TypeError, "size = 100 is a str"),
        ({"trials": 0}, ValueError, "trials = 0 is too small"),
        ({"seed": -1}, ValueError, "seed = -1 is too small"),
        ({"seeding": "paired"}, ValueError, "seeding = 'paired' is unknown"),
        (
            {"engine": "fortran"},
            ValueError,
            "engine = 'fortran' is unknown.*auto, compiled",
        ),
        ({"workers": 0}, ValueError, "workers = 0"),
        ({"workers": -1}, ValueError, "workers = -1"),
        ({"workers": True}, ValueError, "workers = True"),
        ({"workers": 1.5}, ValueError, "workers = 1.5"),
        ({"cluster": "http://host:8786"}, ValueError, "cluster = 'http://host:8786' is no address"),
    ],
)
def test_mistakes_are_told_at_construction(
    options: dict[str, Any], error: type[Exception], message: str
) -> None:
    """Before anything starts, with the value and what is allowed."""
    with pytest.raises(error, match=message):
        Sweep(cuba, **options)


def test_a_model_that_cannot_travel_is_refused_at_start() -> None:
    """With the object in the way and what to do; no run is left behind."""
    lock = threading.Lock()

    def locked(x: float = 1.0) -> float:
        with lock:
            return x

    before = tokens()
    sweep = Sweep(locked, x=[1.0, 2.0], workers=WORKERS)
    with pytest.raises(TypeError, match="cannot be sent to the workers.*lock.*inside it"):
        sweep.start()
    assert sweep.latest is None
    assert tokens() <= before


def test_axes_come_in_the_callers_order() -> None:
    """The first parameter that is given is the first axis."""
    sweep = Sweep(cuba, size=[100, 200], excitatory_weight=[0, 1, 2] * mV)
    assert [axis.name for axis in sweep.plan.axes] == ["size", "excitatory_weight"]
    assert len(sweep.jobs()) == len(sweep) == 6
    assert sweep.plan.fixed["duration"] == pytest.approx(0.1)


def test_a_pool_outlives_a_kill() -> None:
    """Killed workers are replaced when the next call comes."""
    pool = LocalPool(1)
    first = pool.submit(os.getpid).result(120)
    assert pool.processes() == [first]
    pool.kill()
    until(lambda: not alive(first), "the worker is dead", 10.0)
    second = pool.submit(os.getpid).result(120)
    assert second not in {first, os.getpid()}
    pool.kill()
    until(lambda: not alive(second), "the worker is dead", 10.0)


ORPHANS = """
import os, subprocess, sys, time
from brian_sweep_widget import Sweep

def sleeps(x=1.0):
    if x > 1:
        {body}
    return x

if __name__ == "__main__":
    sweep = Sweep(sleeps, x=[0.0, 1.0, 2.0, 3.0, 4.0, 5.0], workers=2)
    run = sweep.start()
    while run.progress.done < 1 or run.progress.running < 2:
        time.sleep(0.01)
    print("ready", flush=True)
    {end}
"""


@pytest.mark.parametrize(
    "body", ["time.sleep(60)", 'subprocess.run(["sleep", "62"])', 'os.system("sleep 62; true")']
)
def test_a_killed_parent_leaves_no_orphans(tmp_path: Path, body: str) -> None:
    """A kernel that dies takes its workers, and what they started, with it."""
    parent = start_script(tmp_path, ORPHANS.format(body=body, end="time.sleep(100)"))
    assert parent.stdout is not None
    assert parent.stdout.readline().strip() == "ready"
    family = descendants(parent.pid)
    assert len(family) >= 2
    parent.kill()
    parent.wait(10)
    until(lambda: not any(alive(number) for number in family), f"{family} are gone", 15)
    parent.stdout.close()


def test_a_script_that_ends_does_not_wait_for_its_sweep(tmp_path: Path) -> None:
    """Whoever starts a sweep and leaves gets the prompt back, and no process stays."""
    parent = start_script(tmp_path, ORPHANS.format(body="time.sleep(60)", end=""))
    assert parent.stdout is not None
    assert parent.stdout.readline().strip() == "ready"
    family = descendants(parent.pid)
    try:
        until(lambda: parent.poll() is not None, "the script ends", 15)
        until(lambda: not any(alive(number) for number in family), f"{family} are gone", 15)
    finally:
        parent.kill()
        parent.wait(10)
        parent.stdout.close()


def test_a_script_that_ends_during_its_sweep_says_nothing(tmp_path: Path) -> None:
    """Jobs come back, and are handed out, while the interpreter ends: that is no error."""
    code = (
        "import time\nfrom brian_sweep_widget import Sweep\n"
        "def naps(x=1.0):\n    time.sleep(0.002)\n    return x\n"
        "run = Sweep(naps, x=[float(x) for x in range(2000)], workers=2).start()\n"
        "first = [outcome.status for outcome, _ in zip(run, range(20))]\n"
        "print(set(first))\n"
    )
    finished = run_script(tmp_path, code)
    assert (finished.stdout.strip(), finished.stderr) == ("{'done'}", "")


INTERRUPTED = """
import os, signal, time
from brian_sweep_widget import Sweep

def naps(x=1.0):
    end = time.monotonic() + 0.05
    while time.monotonic() < end:
        time.sleep(0.005)
    return x

if __name__ == "__main__":
    signals = []
    signal.signal(signal.SIGINT, lambda *_: signals.append(1))
    run = Sweep(naps, x=[float(x) for x in range(30)], workers=2).start()
    seen = 0
    for outcome in run:
        seen += 1
        if seen % 5 == 0:
            os.killpg(0, signal.SIGINT)
    print(len(signals), run.results.counts())
"""


def test_an_interrupt_of_the_process_group_harms_no_job(tmp_path: Path) -> None:
    """The notebook's interrupt goes to the whole group; workers are not in it."""
    process = start_script(tmp_path, INTERRUPTED)
    shown, _ = process.communicate(timeout=300)
    assert shown.strip().endswith("{'done': 30}"), shown
    assert not shown.strip().startswith("0 ")


def test_a_script_needs_no_guard(tmp_path: Path) -> None:
    """Functions of a script without ``if __name__`` are swept, and it ends by itself."""
    code = (
        "from brian_sweep_widget import Sweep\n"
        "def double(x=1.0):\n    return 2 * x\n"
        "print(Sweep(double, x=[1.0, 2.0], workers=2).run(progress=False).dataset.double.values)\n"
    )
    assert run_script(tmp_path, code).stdout.split() == ["[[2.]", "[4.]]"]


def test_a_progress_bar_is_shown_when_asked_for(tmp_path: Path) -> None:
    """On the terminal's error stream, with the model's name."""
    code = (
        "import sys\nfrom brian_sweep_widget import Sweep\n"
        "def double(x=1.0):\n    return 2 * x\n"
        "Sweep(double, x=[1.0, 2.0], workers=2).run(progress=sys.argv[1] == 'yes')\n"
    )
    assert "2/2" in run_script(tmp_path, code, "yes").stderr
    assert "2/2" not in run_script(tmp_path, code, "no").stderr


def test_warming_up_starts_the_workers() -> None:
    """And the sweep that follows uses them."""
    sweep = Sweep(where, x=np.arange(4.0), workers=WORKERS)
    sweep.warm_up()
    pool = local_pool(WORKERS, prepare)
    until(lambda: len(pool.processes()) == WORKERS, "workers are there")
    warm = set(pool.processes())
    assert {int(n) for n in sweep.run(progress=False).dataset["process"].values.ravel()} <= warm
