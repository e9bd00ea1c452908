"""Another value of what Brian's ``run_args`` cannot set: the size, a constant."""

from __future__ import annotations

import time

from benchmarks.settings import (
    CYTHON,
    OURS,
    STANDALONE,
    WEIGHTS,
    WORKERS,
    Effort,
    common_seed,
    counts,
    first_and_all,
    sweep,
    with_joblib,
)
from benchmarks.standalone import Standalone
from benchmarks.timing import aim, report, same, timed


def size(effort: Effort) -> None:
    """Take sizes that were never seen before."""
    values = [{"size": 4001 + 7 * number} for number in range(effort.rounds)]
    firsts, times = _compare(values)
    report(f"The curve, another network size every time, {WORKERS} workers", times, against=OURS)
    aim("first point", firsts, "<= 0.4", " s")
    aim("whole curve", times[OURS], "<= 0.6", " s")
    _rebuild(size=4003)


def constant(effort: Effort) -> None:
    """Take connection probabilities that were never seen before."""
    values = [{"probability": 0.0201 + 0.0001 * number} for number in range(effort.rounds)]
    firsts, times = _compare(values)
    report(f"The curve, another probability every time, {WORKERS} workers", times, against=OURS)
    aim("first point", firsts, "<= 0.4", " s")
    aim("whole curve", times[OURS], "<= 0.6", " s")
    _rebuild(probability=0.0195)


def _compare(values: list[dict[str, float]]) -> tuple[list[float], dict[str, list[float]]]:
    made = sweep()
    counts(made.start())
    with_joblib("cython", common_seed(made))
    firsts = []
    times: dict[str, list[float]] = {OURS: [], CYTHON: []}
    for options in values:
        made = sweep(**_ours(options))
        job_seed = common_seed(made)
        first, last = first_and_all(made)
        firsts.append(first)
        times[OURS].append(last)
        times[CYTHON].append(timed(lambda: with_joblib("cython", job_seed, **options)))  # noqa: B023 - called at once
    return firsts, times


def _rebuild(**options: float) -> None:
    made = sweep(**_ours(options))
    start = time.perf_counter()
    built = Standalone(
        options.get("size", 4000), options.get("probability", 0.02), common_seed(made), WORKERS
    )
    theirs = built.curve(WEIGHTS)
    seconds = time.perf_counter() - start
    built.close()
    print(f"  {STANDALONE}, which has to compile again: {seconds:.2f} s (one round)")
    same(STANDALONE, counts(made.start()), theirs)


def _ours(options: dict[str, float]) -> dict[str, float]:
    return {"connection_probability" if n == "probability" else n: v for n, v in options.items()}
