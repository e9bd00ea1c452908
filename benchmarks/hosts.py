"""Other computers: what a job costs more there, how soon they help, and how much.

The hosts are network namespaces of this machine, so their simulations only
sleep: that is what can be done at once on two cores.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.settings import Effort
from brian_sweep_widget import Cluster, Run, Sweep

_ROOT = Path(__file__).resolve().parent.parent
_SHORT = 0.02  # s
_LONG = 0.25  # s


def main(effort: Effort) -> None:
    """Measure and print."""
    sys.path[:0] = [str(_ROOT / "tests")]
    from lan import Lan  # noqa: PLC0415 - the tests' own network

    with tempfile.TemporaryDirectory() as name, Lan(Path(name)) as network:
        os.environ["BRIAN_SWEEP_CREDENTIALS"] = str(network.credentials)
        first, second = (network.computer(f"computer{number}") for number in (1, 2))
        _overhead(first, effort)
        for computer in (first, second):
            computer.serve(2, "--announce")
        _discovery()
        _speed_up([first.address, second.address], effort)


def _overhead(computer: Any, effort: Effort) -> None:
    computer.serve(4)
    cluster = Cluster([computer.address], local=False, when_gone="wait")
    jobs = 400
    _time(_sleeping(_SHORT), 20, cluster)  # the host is looked at, its workers start
    taken = [_time(_sleeping(_SHORT), jobs, cluster) for _ in range(effort.rounds)]
    here = [_time(_sleeping(_SHORT), jobs, None, workers=4) for _ in range(effort.rounds)]
    for where, times in (("a host, over TLS", taken), ("this computer", here)):
        each = [1e3 * (seconds * 4 / jobs - _SHORT) for seconds in times]
        print(
            f"jobs of 20 ms in 4 slots, {where}: {statistics.median(each):.1f} ms more a job "
            f"({min(each):.1f} to {max(each):.1f}) [3 ms on a host]"
        )


def _discovery() -> None:
    began = time.perf_counter()
    cluster = Cluster("*", local=False, when_gone="wait")
    run = Sweep(_sleeping(0.0), x=np.arange(4.0), cluster=cluster, store=None).start()
    next(iter(run))
    print(f"from discovery to the first result: {time.perf_counter() - began:.2f} s [5 s]")
    run.wait()


def _speed_up(addresses: list[str], effort: Effort) -> None:
    jobs = 240
    _time(_sleeping(_LONG), 24, addresses, workers=2)
    found = [_time(_sleeping(_LONG), jobs, addresses, workers=2) for _ in range(effort.rounds)]
    shares = [jobs * _LONG / seconds / 6 for seconds in found]
    print(
        f"2 hosts of 2 slots and 2 local workers, jobs of {_LONG} s: "
        f"{100 * statistics.median(shares):.0f} % of the ideal speed-up "
        f"({100 * min(shares):.0f} to {100 * max(shares):.0f}) [80 %]"
    )


def _sleeping(seconds: float) -> Callable[..., float]:
    def nap(x: float = 0.0) -> float:
        time.sleep(seconds)
        return x

    return nap


def _time(
    model: Callable[..., float], jobs: int, cluster: Any, workers: int | None = None
) -> float:
    sweep = Sweep(model, x=np.arange(float(jobs)), cluster=cluster, workers=workers, store=None)
    began = time.perf_counter()
    run: Run = sweep.start()
    run.wait(300)
    return time.perf_counter() - began
