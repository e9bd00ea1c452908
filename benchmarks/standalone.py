"""Brian's documented way to run one compiled program many times.

See "Multiple runs of standalone simulations" in its documentation: build once
with ``build_on_run=False``, then ``device.run`` with ``run_args`` in the
processes of a pool. The processes are forked from one that has built, so that
this one must be no Jupyter kernel with threads: it is a process of its own.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.pool import Pool
from pathlib import Path
from typing import Any

import numpy as np
from brian2 import Network, get_device, mV, seed, set_device, volt

from benchmarks.by_hand import DURATION, network

_BUILT: dict[str, Any] = {}  # in the process that builds, and those forked from it


class Standalone:
    """One size and one probability of the network, built.

    Parameters
    ----------
    size, probability
        Of the network: another one is another build.
    job_seed
        Compiled in: all points have the same.
    workers
        Processes of the pool.
    """

    def __init__(self, size: int, probability: float, job_seed: int, workers: int) -> None:
        self.project = Path(tempfile.mkdtemp(prefix="brian-sweep-benchmark-"))
        spawn = multiprocessing.get_context("spawn")
        self._builder = ProcessPoolExecutor(1, mp_context=spawn)
        self._builder.submit(
            _build, str(self.project), size, probability, job_seed, workers
        ).result()

    def curve(self, weights: np.ndarray) -> list[int]:
        """Give the spikes of every point; weights in volts."""
        return self._builder.submit(_curve, weights.tolist()).result()

    def close(self) -> None:
        """End its processes, and remove the build."""
        self._builder.submit(_end).result()
        self._builder.shutdown()
        shutil.rmtree(self.project, ignore_errors=True)


def build_plain(project: str, size: int, job_seed: int, probability: float = 0.02) -> Network:
    """Build one program, in this process, whose device it takes; the weight is 1.62 mV."""
    set_device("cpp_standalone", build_on_run=False)
    seed(job_seed)
    built = network(size, probability)
    built["excitatory"].w = 1.62 * mV
    built.run(DURATION)
    get_device().build(directory=project, compile=True, run=False)
    return built


def _build(project: str, size: int, probability: float, job_seed: int, workers: int) -> None:
    _BUILT["network"] = build_plain(project, size, job_seed, probability)
    _BUILT["pool"] = multiprocessing.get_context("fork").Pool(workers)


def _curve(weights: list[float]) -> list[int]:
    pool: Pool = _BUILT["pool"]
    return pool.map(_point, weights, chunksize=1)


def _point(weight: float) -> int:
    built: Network = _BUILT["network"]
    get_device().run(
        results_directory=f"results_{os.getpid()}",
        run_args={built["excitatory"].w: weight * volt},
    )
    return int(built["spikes"].num_spikes)


def _end() -> None:
    pool: Pool = _BUILT["pool"]
    pool.terminate()
    pool.join()
