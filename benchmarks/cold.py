"""One curve with empty caches, in a fresh interpreter: ``python -m benchmarks.cold NAME FOLDER``.

Prints seconds, from after the imports: to the first point, to the last.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time

from joblib import Parallel, delayed

from benchmarks import by_hand
from benchmarks.settings import (
    CYTHON,
    NUMPY,
    OURS,
    STANDALONE,
    WEIGHTS,
    WORKERS,
    common_seed,
    first_and_all,
    sweep,
)
from benchmarks.standalone import Standalone


def cold(name: str) -> tuple[float, float]:
    """Have a fresh interpreter do it with an empty cache; to the first point, to the last."""
    with tempfile.TemporaryDirectory() as folder:
        printed = subprocess.run(
            [sys.executable, "-m", "benchmarks.cold", name, folder],
            env={**os.environ, "BRIAN_SWEEP_CACHE": os.path.join(folder, "builds")},  # noqa: PTH118
            stdout=subprocess.PIPE,
            check=True,
        ).stdout
    first, last = json.loads(printed.splitlines()[-1])
    return first, last


def _with_joblib(target: str, folder: str) -> tuple[float, float]:
    job_seed = common_seed(sweep())
    start = time.perf_counter()
    calls = (
        delayed(by_hand.spikes)(target, weight, job_seed, cython_cache=folder) for weight in WEIGHTS
    )
    parallel = Parallel(n_jobs=WORKERS, return_as="generator_unordered")
    times = [time.perf_counter() - start for _ in parallel(calls)]
    return times[0], times[-1]


def _standalone(_: str) -> tuple[float, float]:
    """Its points come all at once."""
    job_seed = common_seed(sweep())
    start = time.perf_counter()
    built = Standalone(4000, 0.02, job_seed, WORKERS)
    built.curve(WEIGHTS)
    seconds = time.perf_counter() - start
    built.close()
    return seconds, seconds


_DO = {
    OURS: lambda _: first_and_all(sweep()),
    CYTHON: lambda folder: _with_joblib("cython", folder),
    NUMPY: lambda folder: _with_joblib("numpy", folder),
    STANDALONE: _standalone,
}

if __name__ == "__main__":
    print(json.dumps(_DO[sys.argv[1]](sys.argv[2])))
