"""A worker is clean for its next job, whatever the last one did, and however it ended."""

from __future__ import annotations

import os
import signal
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from brian2 import Network, NeuronGroup, ms
from helpers import until

from brian_sweep_widget import Sweep, network_model
from brian_sweep_widget.backends import local_pool
from brian_sweep_widget.engines import prepare


def spoil() -> None:
    """Do to a process what a careless model may do."""
    import matplotlib as mpl
    from brian2 import BrianLogger

    os.chdir("/")
    os.environ["SPOILT"] = "1"
    warnings.simplefilter("error")
    np.seterr(all="raise")
    np.set_printoptions(precision=1)
    sys.path.insert(0, "/nowhere")
    sys.setrecursionlimit(5000)
    os.umask(0o777)
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    mpl.rcParams["lines.linewidth"] = 17
    BrianLogger.suppress_hierarchy("brian2")


def marks() -> float:
    """Count what is left of `spoil`."""
    import matplotlib as mpl
    from brian2 import BrianLogger

    mask = os.umask(0)
    os.umask(mask)
    return float(
        sum(
            (
                os.getcwd() == "/",
                "SPOILT" in os.environ,
                warnings.filters[0][::3] == ("error", None),  # those of pytest are for modules
                np.geterr()["under"] == "raise",
                np.get_printoptions()["precision"] == 1,
                "/nowhere" in sys.path,
                sys.getrecursionlimit() == 5000,
                mask == 0o777,
                signal.getsignal(signal.SIGUSR1) == signal.SIG_IGN,
                mpl.rcParams["lines.linewidth"] == 17,
                len(BrianLogger.console_handler.filters) > 1,
            )
        )
    )


def test_the_next_job_sees_nothing_of_it() -> None:
    def model(x: float = 1.0) -> float:
        before = marks()
        spoil()
        assert marks() == 11
        return before

    results = Sweep(model, x=np.arange(4.0), workers=1).run(progress=False)
    assert [one.values["model"].si.item() for one in results.outcomes] == [0.0] * 4


def test_the_next_job_sees_nothing_of_one_that_failed() -> None:
    def model(x: float = 1.0) -> float:
        before = marks()
        spoil()
        if x < 3:
            raise SystemExit(str(before))
        return before

    results = Sweep(model, x=np.arange(4.0), workers=1).run(progress=False)
    assert {one.failure.message for one in results.outcomes if one.failure} == {"0.0"}
    assert [one.values["model"].si.item() for one in results.outcomes if one.values] == [0.0]


def test_what_was_loaded_before_the_first_job_is_no_garbage() -> None:
    """Brian collects garbage before each run: of a short one, that would be most of the time."""

    def model(x: float = 1.0) -> float:
        import gc

        import brian2

        return float(any(one is vars(brian2) for one in gc.get_objects()))

    (outcome,) = Sweep(model, x=[1.0], workers=1).run(progress=False).outcomes
    assert outcome.values["model"].si.item() == 0.0


def test_builders_and_measures_leave_nothing() -> None:
    @network_model(duration=1 * ms)
    def model(x: float = 1.0, size: int = 1) -> Network:
        group = NeuronGroup(size, "v : 1", name="group")
        group.v = x + marks()
        spoil()
        return Network(group)

    @model.measure()
    def value(network: Network) -> float:
        spoil()
        return float(network["group"].v[0])

    for engine in ("numpy", "compiled"):
        sweep = Sweep(model, engine=engine, x=[1.0, 2.0], size=[1, 2], workers=1)
        outcomes = sorted(sweep.run(progress=False).outcomes, key=lambda one: one.job.position)
        assert [one.failure for one in outcomes] == [None] * 4
        assert [one.values["value"].si.item() for one in outcomes] == [1.0, 1.0, 2.0, 2.0]


@pytest.mark.parametrize("stop", ["time limit", "skip", "stop"])
def test_the_next_job_sees_nothing_of_one_that_was_interrupted(stop: str, tmp_path: Path) -> None:
    """The very same worker: it is not started anew."""
    mark = str(tmp_path / "spoilt")

    def waiting(x: float = 1.0) -> float:
        handler = signal.getsignal(signal.SIGUSR1)
        spoil()
        signal.signal(signal.SIGUSR1, handler)  # by which workers are interrupted
        os.umask(0)
        open(mark, "w").close()
        while True:
            time.sleep(0.01)

    pool = local_pool(1, prepare)
    limit: dict[str, Any] = {"time_limit": 1.0} if stop == "time limit" else {}
    run = Sweep(waiting, x=[1.0], workers=1, **limit).start()
    until(lambda: os.path.exists(mark), "it runs")
    before = pool.processes()
    if stop == "skip":
        run.skip((0, 0))
    elif stop == "stop":
        run.cancel()
    run.wait(120)

    def after(x: float = 1.0) -> float:
        return marks()

    results = Sweep(after, x=[1.0], workers=1).run(progress=False)
    assert [one.values["after"].si.item() for one in results.outcomes] == [0.0]
    assert pool.processes() == before


def test_a_storm_of_interruptions_leaves_workers_clean() -> None:
    """Wherever in a job they hit: also while it is being put back what the job changed."""

    def restless(x: float = 1.0) -> float:
        before = marks()
        spoil()
        return before

    def soon(x: float = 1.0) -> float:
        return marks()

    for number in range(6):
        run = Sweep(restless, x=np.arange(400.0), workers=2, seed=number).start()
        until(lambda: run.progress.done > 3, "it runs")  # noqa: B023 - called at once
        run.cancel()
        done = [one for one in run.wait(120).outcomes if one.status == "done"]
        assert {one.values["restless"].si.item() for one in done} == {0.0}
        results = Sweep(soon, x=[1.0, 2.0], workers=2).run(progress=False)
        assert [one.values["soon"].si.item() for one in results.outcomes] == [0.0, 0.0]


def test_an_alarm_that_a_job_leaves_behind_kills_nobody() -> None:
    def alarming(x: float = 1.0) -> float:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        return x

    def slow(x: float = 1.0) -> float:
        time.sleep(0.6)
        return x

    for model in (alarming, slow):
        results = Sweep(model, x=[1.0, 2.0], workers=1).run(progress=False)
        assert results.counts() == {"done": 2}
