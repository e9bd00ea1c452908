"""Small and large networks: time of a point, bytes of a run."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from brian2 import mV

from benchmarks.bare import Bare, Launch, packed, written
from benchmarks.settings import OURS, WORKERS, Effort, common_seed, counts, sweep
from benchmarks.standalone import build_plain
from benchmarks.timing import aim, in_turns, ratios, report
from brian_sweep_widget import Sweep
from brian_sweep_widget.engines.compiled import new_folder

_SIZES = (400, 4000, 20_000)
_POINTS = 8
_PLAIN = "plain standalone, in memory"


def main(effort: Effort) -> None:
    """Time runs of the default weight, against Brian's own program that writes every array."""
    for size in _SIZES:
        _compare(size, effort.rounds)


def _compare(size: int, rounds: int) -> None:
    def anew() -> Sweep:
        return sweep(size=size, excitatory_weight=1.62 * mV, trials=_POINTS)

    made = anew()
    counts(made.start())
    project, results = Path(tempfile.mkdtemp()), new_folder("plain")
    # In a process of its own, as Brian's device cannot be taken back.
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as builder:
        builder.submit(_build, str(project), size, common_seed(sweep())).result()
    launches = []
    for number in range(_POINTS):
        folder = results / str(number)
        folder.mkdir()
        command = (str(project / "main"), "--results_dir", f"{folder}{os.sep}")
        launches.append(Launch(command, project, os.environ))
    times = in_turns(
        rounds,
        {OURS: lambda: anew().run(progress=False), _PLAIN: lambda: packed(launches, WORKERS)},
    )
    per_point = {name: [second / _POINTS for second in seconds] for name, seconds in times.items()}
    report(f"{size} neurons, wall time of a point, {WORKERS} workers", per_point, against=OURS)
    bare = Bare(made)
    plain = written(results / "0")
    shutil.rmtree(results)
    shutil.rmtree(project)
    print(f"  written by a run: {plain / 1e6:.2f} MB by the plain program")
    aim("written by one of ours", [bare.bytes_written / 1e6], _at_20000(size, "< 2"), " MB")
    aim(f"{_PLAIN} / ours", ratios(times, _PLAIN, OURS), _at_20000(size, ">= 1.3"))
    bare.close()


def _build(project: str, size: int, job_seed: int) -> None:
    build_plain(project, size, job_seed)  # the network itself does not travel


def _at_20000(size: int, target: str) -> str:
    return target if size == _SIZES[-1] else "none at this size"
