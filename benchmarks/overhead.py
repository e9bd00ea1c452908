"""The same curve by Brian's runtime on both sides: what our layers add to it.

The recipe is what Brian's documentation offers: a function that builds and
runs, mapped over the weights by joblib. Both use the numpy target, both are
warm (workers started, Brian imported), both make the same networks. So the
ratio is our overhead: the store of outcomes, streaming, seeding, resetting
Brian's settings before every job.
"""

from __future__ import annotations

from benchmarks.settings import (
    NUMPY,
    OURS,
    WORKERS,
    Effort,
    common_seed,
    counts,
    sweep,
    with_joblib,
)
from benchmarks.timing import in_turns, report, same
from brian_sweep_widget import Sweep


def main(effort: Effort) -> None:
    """Time warm curves in turns, after checking that both give the same numbers."""
    made: Sweep = sweep(engine="numpy")
    job_seed = common_seed(made)
    ours = counts(made.start())
    theirs = with_joblib("numpy", job_seed)
    report(
        f"The curve by Brian's numpy target on both sides, warm, {WORKERS} workers",
        in_turns(
            effort.rounds,
            {
                NUMPY: lambda: with_joblib("numpy", job_seed),
                f"{OURS}, engine='numpy'": lambda: sweep(engine="numpy").run(progress=False),
            },
        ),
        against=NUMPY,
    )
    same(NUMPY, ours, theirs)
