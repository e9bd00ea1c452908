"""Workers and kernels that are killed at random, again and again, until the sweep is done."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import psutil
import pytest
from helpers import alive, descendants, start_script

from brian_sweep_widget import Sweep
from brian_sweep_widget.results import Results

JOBS, TRIALS, KILLS = 100, 5, 30
MOST_BETWEEN = 12  # points from one death to the next: 30 deaths come before the sweep's end


def deterministic(x: float = 1.0) -> dict[str, object]:
    """Draw spikes from the job's seed."""
    times = np.cumsum(np.random.exponential(0.01, 200))
    return {"count": float(np.sum(times < x)), "times": times}


# A job takes long enough that deaths come between points, and no longer after the last death.
KERNEL = f"""
import os, time
import numpy as np
from brian_sweep_widget import Sweep

def deterministic(x=1.0):
    times = np.cumsum(np.random.exponential(0.01, 200))
    time.sleep(0.005 if os.path.isdir("over") else 0.1)
    return {{"count": float(np.sum(times < x)), "times": times}}

if __name__ == "__main__":
    sweep = Sweep(deterministic, x=np.arange(1.0, {JOBS + 1}) / 50, trials={TRIALS}, seed=7,
                  workers=2, store="results.sqlite")
    run = sweep.start()
    print("started", flush=True)
    run.wait()
    print("ended", run.progress.recalled, run.results.counts(), flush=True)
"""


class Kernels:
    """Starts kernels, one after another, that go on with the same sweep."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.left = 0  # outcomes that the last kernel to die left behind
        self.process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        process = start_script(self.folder, KERNEL)
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.strip() == "started", line + process.stdout.read()
        return process

    def kill(self) -> None:
        """Kill the kernel; when what it started is gone, another one begins."""
        family = {number: _command(number) for number in descendants(self.process.pid)}
        self.process.kill()
        self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()
        # A worker that is only starting watches its parent as soon as it has imported what
        # does so: on a busy machine that may take seconds.
        deadline = time.monotonic() + 30
        while orphans := [line for number, line in family.items() if alive(number)]:
            assert time.monotonic() < deadline, orphans
            time.sleep(0.01)
        self.left = self.stored()
        self.process = self._start()

    def kill_a_worker(self, chance: random.Random) -> None:
        """Kill one of the kernel's workers, as soon as there is one."""
        while not (workers := self._workers()):
            assert self.process.poll() is None, "it was over"
            time.sleep(0.01)
        os.kill(chance.choice(workers), signal.SIGKILL)

    def stored(self) -> int:
        """Count the outcomes on disk."""
        with closing(sqlite3.connect(self.folder / "results.sqlite", timeout=30)) as database:
            tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
            if "outcome" not in tables:  # the first kernel has not yet come so far
                return 0
            return int(database.execute("SELECT COUNT(*) FROM outcome").fetchone()[0])

    def wait_for(self, more: int) -> None:
        """Wait until so many more outcomes are on disk, however slow the machine is."""
        wanted = self.stored() + more
        while self.stored() < wanted:
            assert self.process.poll() is None, f"it was over with {self.stored()} outcomes"
            time.sleep(0.01)

    def _workers(self) -> list[int]:
        family = descendants(self.process.pid)
        return sorted(number for number in family if "popen_loky" in _command(number))


def _command(process: int) -> str:
    try:
        return " ".join(psutil.Process(process).cmdline())
    except psutil.Error:
        return ""


@pytest.mark.parametrize("seed", [1])
def test_a_sweep_survives_thirty_deaths(tmp_path: Path, seed: int) -> None:
    """At the end every point is there once, and equal to an undisturbed run's."""
    chance = random.Random(seed)
    kernels = Kernels(tmp_path)
    # The last two are not left to chance: a worker's first death loses nothing, so that the last
    # kernel, which had no other, ends with every point.
    victims = [*chance.choices(["kernel", "worker"], [0.4, 0.6], k=KILLS - 2), "kernel", "worker"]
    for victim in victims:
        if chance.random() < 0.6:
            kernels.wait_for(chance.randint(1, MOST_BETWEEN))
        time.sleep(chance.uniform(0, 0.5))
        if victim == "kernel":
            kernels.kill()
        else:
            kernels.kill_a_worker(chance)
    assert kernels.process.poll() is None, "it was over before the last death"
    assert 0 < kernels.left < JOBS * TRIALS
    (tmp_path / "over").mkdir()
    assert kernels.process.stdout is not None
    shown = kernels.process.stdout.read()
    (word,) = [line for line in shown.splitlines() if line.startswith("ended")]
    assert kernels.process.wait(120) == 0
    assert word.endswith("{'done': 500}"), word
    recalled = int(word.split()[1])
    # The last kernel computed what was missing, and only that.
    assert recalled == kernels.left
    with sqlite3.connect(tmp_path / "results.sqlite") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)

    found = Results.open(tmp_path / "results.sqlite")
    assert found.counts() == {"done": JOBS * TRIALS}
    sweep = Sweep(deterministic, x=np.arange(1.0, JOBS + 1) / 50, trials=TRIALS, seed=7, store=None)
    undisturbed = sweep.run(progress=False)
    aside = ["wall_time", "process", "host"]
    assert found.dataset.drop_vars(aside).identical(undisturbed.dataset.drop_vars(aside))
