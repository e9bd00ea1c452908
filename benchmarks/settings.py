"""What all benchmarks share: the seed's sweep, names, and how much to do."""

from __future__ import annotations

import atexit
import functools
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from brian2 import volt
from joblib import Parallel, delayed

from benchmarks import by_hand
from brian_sweep_widget import Run, Sweep, cuba
from brian_sweep_widget.backends import allowed_cores

OURS = "brian-sweep-widget"
CYTHON = "joblib and Brian (Cython)"
NUMPY = "joblib and Brian (numpy)"
STANDALONE = "Brian standalone, run_args"
BARE = "bare binary"
NEST = "joblib and NEST"

WEIGHTS = np.linspace(0, 4e-3, 20)  # V
WORKERS = allowed_cores()


@dataclass(frozen=True)
class Effort:
    """How much to do.

    Parameters
    ----------
    rounds
        Of every comparison.
    jobs
        Of the large sweep.
    """

    rounds: int = 7
    jobs: int = 10_000


def sweep(**parameters: object) -> Sweep:
    """Make the seed's sweep; all points with one seed, which Brian's standalone compiles in.

    With a store, as users have it, that has forgotten everything.
    """
    path = _store_folder() / "results.sqlite"
    if path.exists():
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("DELETE FROM outcome")
    return Sweep(
        cuba,
        seeding="common",
        workers=WORKERS,
        **{"excitatory_weight": WEIGHTS * volt, "store": path, **parameters},
    )


@functools.cache
def _store_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="brian-sweep-benchmarks-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def common_seed(made: Sweep) -> int:
    """Give the seed of all points."""
    (only,) = {job.seed for job in made.jobs()}
    return only


def counts(run: Run) -> list[int]:
    """Give the spike counts along the curve; zeros where a point failed."""
    return np.nan_to_num(run.wait().dataset["spike_count"].to_numpy()).astype(int).ravel().tolist()


def with_joblib(target: str, job_seed: int, **options: object) -> list[int]:
    """Compute the curve as Brian's multiprocessing examples do."""
    calls = [delayed(by_hand.spikes)(target, weight, job_seed, **options) for weight in WEIGHTS]
    return Parallel(n_jobs=WORKERS)(calls)


def first_and_all(made: Sweep) -> tuple[float, float]:
    """Start a sweep; seconds to its first and to its last outcome."""
    start = time.perf_counter()
    times: Sequence[float] = [time.perf_counter() - start for _ in made.start()]
    return times[0], times[len(made) - 1]
