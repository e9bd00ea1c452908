"""Take turns and time them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable


def in_turns(rounds: int, **candidates: Callable[[], object]) -> dict[str, list[float]]:
    """Time candidates one after another, round by round, so that drift hits all alike.

    Returns
    -------
    dict
        Seconds of every round, by candidate.
    """
    times: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(rounds):
        for name, call in candidates.items():
            start = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - start)
    return times


def report(title: str, times: dict[str, list[float]], *, against: str | None = None) -> None:
    """Print medians and ranges, and ratios round by round against one candidate."""
    print(f"\n{title}")
    for name, seconds in times.items():
        line = (
            f"  {name:28} {statistics.median(seconds):8.3f} s   "
            f"({min(seconds):.3f} to {max(seconds):.3f}, {len(seconds)} rounds)"
        )
        if against is not None and name != against:
            ratios = [a / b for a, b in zip(seconds, times[against], strict=True)]
            line += f"   {statistics.median(ratios):.2f} x {against}"
        print(line)
