"""Thousands of rebuilt networks in the same workers: memory does not grow with their number."""

from __future__ import annotations

import numpy as np
import psutil
from brian2 import ms, mV

from brian_sweep_widget import Sweep, cuba
from brian_sweep_widget.backends import local_pool
from brian_sweep_widget.engines import prepare

JOBS = 2000


def memory() -> dict[int, float]:
    """Give what the workers have for themselves alone, in MB."""
    processes = local_pool(2, prepare).processes()
    return {number: psutil.Process(number).memory_full_info().uss / 1e6 for number in processes}


def test_two_thousand_rebuilt_networks() -> None:
    """Brian's issue 933 is of this network: every run left something behind."""
    sweep = Sweep(
        cuba, excitatory_weight=np.linspace(0, 4, JOBS // 4) * mV, trials=4, size=60,
        duration=1 * ms, engine="numpy", workers=2, store=None,
    )  # fmt: skip
    run = sweep.start()
    early: dict[int, float] = {}
    for number, outcome in enumerate(run, 1):
        assert outcome.status == "done"
        if number == JOBS // 4:
            early = memory()
    late = memory()
    assert late.keys() == early.keys()  # the same workers all the time
    for worker, before in early.items():
        assert late[worker] - before < 15, f"from {before:.0f} to {late[worker]:.0f} MB"
