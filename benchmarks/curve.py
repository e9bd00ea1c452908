"""The 20-point curve of the 4000-neuron network, cold and warm."""

from __future__ import annotations

from joblib import Parallel, delayed

from benchmarks import with_nest
from benchmarks.bare import Bare
from benchmarks.cold import cold
from benchmarks.settings import (
    BARE,
    CYTHON,
    NEST,
    NUMPY,
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
from benchmarks.timing import aim, in_turns, ratios, report, same, timed


def main(effort: Effort) -> None:
    """Time both."""
    _cold()
    _warm(effort)


def _cold() -> None:
    print(f"\nThe curve, caches empty, {WORKERS} workers: seconds to the first point, to the last")
    for name in (OURS, CYTHON, NUMPY, STANDALONE):
        first, last = cold(name)
        print(f"  {name:34} {first:8.2f} {last:8.2f}")
        if name == OURS:
            aim("first point, empty cache", [first], "5", " s")


def _warm(effort: Effort) -> None:
    made = sweep()
    job_seed = common_seed(made)
    ours = counts(made.start())
    built = Standalone(4000, 0.02, job_seed, WORKERS)
    bare = Bare(made)
    limits = []

    def run_bare() -> None:
        bare()
        limits.append(sum(bare.seconds) / WORKERS)

    checked = {
        CYTHON: with_joblib("cython", job_seed),
        STANDALONE: built.curve(WEIGHTS),
    }
    times = in_turns(
        effort.rounds,
        {
            OURS: lambda: sweep().run(progress=False),
            BARE: run_bare,
            STANDALONE: lambda: built.curve(WEIGHTS),
            CYTHON: lambda: with_joblib("cython", job_seed),
            NUMPY: lambda: with_joblib("numpy", job_seed),
            **_nest(job_seed),
        },
    )
    built.close()
    bare.close()
    report(f"The curve, warm, {WORKERS} workers", times, against=OURS)
    if not with_nest.INSTALLED:
        print(with_nest.MISSING)
    for name, theirs in checked.items():
        same(name, ours, theirs)
    aim(
        "ours / (sum of bare runs / workers)",
        [a / b for a, b in zip(times[OURS], limits, strict=True)],
        "<= 1.3",
    )
    aim(f"ours / {BARE}, as packed", ratios(times, OURS, BARE), "<= 1.3")
    aim(f"{CYTHON} / ours", ratios(times, CYTHON, OURS), ">= 8")
    aim(f"{STANDALONE} / ours", ratios(times, STANDALONE, OURS), ">= 1")
    firsts = [1000 * first_and_all(sweep())[0] for _ in range(effort.rounds)]
    aim("first point, warm", firsts, "100", " ms")


def _nest(job_seed: int) -> dict[str, object]:
    if not with_nest.INSTALLED:
        return {}

    def run() -> list[int]:
        return Parallel(n_jobs=WORKERS)(
            delayed(with_nest.spikes)(weight, job_seed) for weight in WEIGHTS
        )

    print(f"\n  {NEST}, its first curve: {timed(run):.2f} s")
    return {NEST: run}
