"""Take turns, time them, and print them beside what is aimed at."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence

Timed = dict[str, list[float]]


def in_turns(rounds: int, candidates: dict[str, Callable[[], object]]) -> Timed:
    """Time candidates one after another, round by round, so that drift hits all alike.

    Every other round goes backwards: what ran just before leaves its caches.

    Returns
    -------
    dict
        Seconds of every round, by candidate.
    """
    times: Timed = {name: [] for name in candidates}
    for number in range(rounds):
        for name in candidates if number % 2 == 0 else reversed(candidates):
            times[name].append(timed(candidates[name]))
    return times


def timed(call: Callable[[], object]) -> float:
    """Time one call, in seconds."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def report(title: str, times: Timed, *, against: str | None = None) -> None:
    """Print medians and ranges, and how they compare, round by round, with one candidate."""
    print(f"\n{title}")
    for name, seconds in times.items():
        print(
            f"  {name:34} {statistics.median(seconds):8.3f} s   "
            f"({min(seconds):.3f} to {max(seconds):.3f}, {len(seconds)} rounds)"
        )
    for name in times:
        if against is not None and name != against:
            print(f"  {name} / {against}: {_spread(ratios(times, name, against))}")


def ratios(times: Timed, name: str, against: str) -> list[float]:
    """Divide one candidate's times by another's, round by round."""
    return [a / b for a, b in zip(times[name], times[against], strict=True)]


def aim(what: str, values: Sequence[float], target: str = "", unit: str = "") -> None:
    """Print a figure, its median and range, beside its target; a fact, no verdict."""
    print(f"  {what}: {_spread(values)}{unit}" + (f"   [target {target}]" if target else ""))


def same(what: str, ours: Sequence[int], theirs: Sequence[int]) -> None:
    """Print whether the numbers agree."""
    ours, theirs = list(ours), list(theirs)
    verdict = "the same" if ours == theirs else f"NOT the same: {theirs} against ours, {ours}"
    print(f"  spike counts of {what}: {verdict}")


def _spread(values: Sequence[float]) -> str:
    median = f"{statistics.median(values):.3g}"
    return median if len(values) == 1 else f"{median} ({min(values):.3g} to {max(values):.3g})"
