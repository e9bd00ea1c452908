"""Workers and kernels that are killed at random, again and again, until the sweep is done."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from helpers import alive, descendants, start_script

from brian_sweep_widget import Sweep
from brian_sweep_widget.results import Results

JOBS, TRIALS, KILLS = 100, 5, 30


def deterministic(x: float = 1.0) -> dict[str, object]:
    """Draw spikes from the job's seed."""
    times = np.cumsum(np.random.exponential(0.01, 200))
    return {"count": float(np.sum(times < x)), "times": times}


# Takes long enough that nothing is over before all kills, and not long after them.
KERNEL = f"""
import os, time
import numpy as np
from brian_sweep_widget import Sweep

def deterministic(x=1.0):
    times = np.cumsum(np.random.exponential(0.01, 200))
    time.sleep(0.005 if os.path.exists("over") else 0.25)
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
        self.started = 0
        self.process = self._start()

    def _start(self) -> subprocess.Popen[str]:
        self.started += 1
        process = start_script(self.folder, KERNEL)
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.strip() == "started", line + process.stdout.read()
        return process

    def kill(self) -> None:
        """Kill the kernel; what it started is gone two seconds later, and another one begins."""
        family = {number: _command(number) for number in descendants(self.process.pid)}
        self.process.kill()
        self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()
        deadline = time.monotonic() + 2
        while orphans := [line for number, line in family.items() if alive(number)]:
            assert time.monotonic() < deadline, orphans
            time.sleep(0.01)
        self.process = self._start()

    def kill_a_worker(self, chance: random.Random) -> bool:
        """Kill one of the kernel's workers, if there is one."""
        workers = [
            number for number in descendants(self.process.pid) if "popen_loky" in _command(number)
        ]
        if not workers:
            return False
        os.kill(chance.choice(sorted(workers)), signal.SIGKILL)
        return True


def _command(process: int) -> str:
    try:
        return " ".join(psutil.Process(process).cmdline())
    except psutil.Error:
        return ""


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", [1])
def test_a_sweep_survives_thirty_deaths(tmp_path: Path, seed: int) -> None:
    """At the end every point is there once, and equal to an undisturbed run's."""
    chance = random.Random(seed)
    kernels = Kernels(tmp_path)
    kills = {"kernel": 0, "worker": 0}
    while sum(kills.values()) < KILLS:
        time.sleep(chance.uniform(0.2, 3.0))
        if chance.random() < 0.4:
            kernels.kill()
            kills["kernel"] += 1
        else:
            kills["worker"] += kernels.kill_a_worker(chance)
    assert kernels.process.poll() is None, f"it was over after {kills}"
    (tmp_path / "over").touch()
    assert kernels.process.stdout is not None
    shown = kernels.process.stdout.read()
    (word,) = [line for line in shown.splitlines() if line.startswith("ended")]
    assert kernels.process.wait(60) == 0
    assert word.endswith("{'done': 500}"), word
    known = int(word.split()[1])
    assert 0 < known < JOBS * TRIALS  # the last kernel computed what was missing, and only that
    with sqlite3.connect(tmp_path / "results.sqlite") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)

    found = Results.open(tmp_path / "results.sqlite")
    assert found.counts() == {"done": JOBS * TRIALS}
    sweep = Sweep(deterministic, x=np.arange(1.0, JOBS + 1) / 50, trials=TRIALS, seed=7, store=None)
    undisturbed = sweep.run(progress=False)
    aside = ["wall_time", "process", "host"]
    assert found.dataset.drop_vars(aside).identical(undisturbed.dataset.drop_vars(aside))
