"""1000 points of 10 trials of a small network: what a job costs besides its run."""

from __future__ import annotations

import time

import numpy as np
import psutil
from brian2 import mV

from benchmarks.bare import Bare
from benchmarks.settings import WORKERS, Effort, counts, sweep
from benchmarks.timing import aim
from brian_sweep_widget import Sweep
from brian_sweep_widget.backends import local_pool

_SIZE = 400
_TRIALS = 10
_SAMPLE = 500  # bare runs: a folder each
_EARLY = 10  # memory is looked at after a tenth, and at the end


def main(effort: Effort) -> None:
    """Time one large sweep, and watch the memory of all processes."""
    points = max(_EARLY, effort.jobs // _TRIALS)
    weights = np.linspace(0, 4, points) * mV
    counts(sweep(size=_SIZE).start())
    made = sweep(size=_SIZE, excitatory_weight=weights, trials=_TRIALS)
    bare = Bare(sweep(size=_SIZE, excitatory_weight=weights), _SAMPLE)
    bare()
    one = float(np.mean(bare.seconds))
    bare.close()
    print(f"\n{len(made)} jobs of {_SIZE} neurons, {WORKERS} workers")
    before = _memory()
    wall, early = _watch(made)
    late = _memory()
    overhead = 1000 * (wall * WORKERS / len(made) - one)
    print(f"  {wall:.1f} s; a bare run takes {1000 * one:.2f} ms (mean of {len(bare.seconds)})")
    aim("overhead of a job", [overhead], "< 3", " ms")
    print(f"  RSS / USS in MB: before, after {len(made) // _EARLY} jobs, after {len(made)}")
    for who in late:
        seen = [memory.get(who, (0.0, 0.0)) for memory in (before, early, late)]
        print(f"  {who:16}" + "".join(f"{rss:8.1f} /{uss:7.1f}" for rss, uss in seen))
        grown = 1e6 * (seen[2][1] - seen[1][1]) / (len(made) - len(made) // _EARLY)
        if who == "kernel":
            print(f"  {who} grew by {grown:.0f} bytes a job, outcomes included")
        else:
            aim(f"{who} grew by", [grown], "no growth", " bytes a job")


def _watch(made: Sweep) -> tuple[float, dict[str, tuple[float, float]]]:
    early: dict[str, tuple[float, float]] = {}
    start = time.perf_counter()
    for number, _ in enumerate(made.start(), 1):
        if number == len(made) // _EARLY:
            early = _memory()
    return time.perf_counter() - start, early


def _memory() -> dict[str, tuple[float, float]]:
    """RSS and USS of the kernel and the workers, in MB."""
    processes = {"kernel": psutil.Process()}
    processes |= {f"worker {pid}": psutil.Process(pid) for pid in local_pool(WORKERS).processes()}
    full = {name: process.memory_full_info() for name, process in processes.items()}
    return {name: (info.rss / 1e6, info.uss / 1e6) for name, info in full.items()}
