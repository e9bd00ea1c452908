"""Our own compiled programs without any of our code around them.

A point costs at least this. The processes are packed on the cores as well as
can be, the longest first; nothing is checked, and no result is read.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from brian_sweep_widget import Sweep
from brian_sweep_widget.engines.compiled import Compilation, Recipe, new_folder
from brian_sweep_widget.engines.compiled.binary import _ALLOCATOR
from brian_sweep_widget.runs.workshop import workshop_for
from brian_sweep_widget.sweeps import Job


@dataclass(frozen=True)
class Launch:
    """One process: what to start, where, with which environment."""

    command: Sequence[str]
    folder: Path
    environment: Mapping[str, str]

    def run(self) -> float:
        """Run it to its end; seconds."""
        start = time.perf_counter()
        subprocess.run(
            self.command,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            check=True,
        )
        return time.perf_counter() - start


def packed(launches: Sequence[Launch], at_once: int) -> list[float]:
    """Run them, so many at once, in the order given; the seconds of each."""
    waiting = deque(enumerate(launches))
    seconds = [0.0] * len(launches)

    def work() -> None:
        while waiting:
            try:
                number, launch = waiting.popleft()
            except IndexError:
                return
            seconds[number] = launch.run()

    threads = [threading.Thread(target=work) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seconds


class Bare:
    """The programs of a sweep's jobs, ready to be launched.

    Parameters
    ----------
    sweep
        A compiled one.
    most
        Jobs to take, from its first.
    """

    def __init__(self, sweep: Sweep, most: int | None = None) -> None:
        self.workers = sweep.workers
        self.folder = new_folder("bare")
        self.launches = [_launch(sweep, job, self.folder) for job in sweep.jobs()[:most]]
        seconds = packed(self.launches, self.workers)
        order = sorted(range(len(seconds)), key=seconds.__getitem__, reverse=True)
        self.launches = [self.launches[index] for index in order]
        #: Seconds of every run, of the last call.
        self.seconds = [seconds[index] for index in order]

    def __call__(self) -> None:
        """Run all."""
        self.seconds = packed(self.launches, self.workers)

    @property
    def bytes_written(self) -> int:
        """What the longest run left."""
        return written(Path(self.launches[0].command[-1]))

    def close(self) -> None:
        """Remove what the runs wrote."""
        shutil.rmtree(self.folder)


def written(folder: Path) -> int:
    """Count the bytes of a folder's files."""
    return sum(entry.stat().st_size for entry in os.scandir(folder))


def _launch(sweep: Sweep, job: Job, parent: Path) -> Launch:
    compilation = sweep.engine
    assert isinstance(compilation, Compilation)
    workshop = workshop_for(compilation, sweep.workers)
    prepared = workshop.prepare(job.parameters, job.seed, lambda: False)
    results = parent / "-".join(map(str, job.position))
    results.mkdir()
    recipe = Recipe.of(prepared.program, prepared.variant, prepared.inputs, results, 3600.0)
    table, _ = recipe.table(job)
    (results / "sweep_table").write_bytes(table)
    environment = {
        **os.environ,
        "GLIBC_TUNABLES": _ALLOCATOR,
        "SWEEP_TABLE": str(results / "sweep_table"),
        "SWEEP_KEEP": "",
    }
    command = (str(prepared.program.binary), "--results_dir", f"{results}{os.sep}")
    return Launch(command, prepared.inputs, environment)
