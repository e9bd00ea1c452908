"""A slider is dragged: whole curves a second, every setting a new one."""

from __future__ import annotations

import time
from collections.abc import Iterable

from brian2 import mV

from benchmarks.settings import WORKERS, Effort, counts, sweep
from benchmarks.timing import aim
from brian_sweep_widget import Sweep
from brian_sweep_widget.runs.recall import Recall


def main(effort: Effort) -> None:
    """Drag the inhibitory weight, then the size."""
    numbers = range(1, 2 * effort.rounds + 1)
    print(f"\nCurves a second, of 20 points, {WORKERS} workers, while a slider is dragged")
    for size, target in ((4000, ">= 3"), (1000, ">= 6")):
        weights = [(-9 + 0.05 * number) * mV for number in numbers]
        settings = (sweep(size=size, inhibitory_weight=weight) for weight in weights)
        _drag(f"inhibitory weight, {size} neurons", settings, target)
    for size in (4000, 1000):
        settings = (sweep(size=size + 3 * number) for number in numbers)
        _drag(f"size, from {size} neurons", settings, ">= 2")


def _drag(what: str, settings: Iterable[Sweep], target: str) -> None:
    """Complete every setting; the next one is made when the last is done, as a slider does."""
    recall = Recall()
    counts(sweep().start(recall))
    drawn, ended = [], []
    start = time.perf_counter()
    for made in settings:  # made here, so that making them is timed
        run = made.start(recall)
        for number, _ in enumerate(run, 1):
            if number == len(made):
                drawn.append(1 / (time.perf_counter() - start))
        ended.append(1 / (time.perf_counter() - start))
        start = time.perf_counter()
    aim(f"{what}, all points drawn", drawn, target, " / s")
    aim(f"{what}, run ended (predictions checked)", ended, target, " / s")
