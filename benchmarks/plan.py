"""Planning a large sweep: 100 000 jobs with seeds, coarse first."""

from __future__ import annotations

import numpy as np

from benchmarks.settings import Effort
from benchmarks.timing import in_turns, report
from brian_sweep_widget.sweeps import Axis, Plan

_FIXED = {"connection_probability": 0.02, "duration": 0.1, "refractory": 0.0, "size": 4000}


def main(effort: Effort) -> None:
    """Time plans of 100 000 jobs in three shapes."""
    shapes = {"100000 points": ((100_000,), 1), "1000 x 100": ((1000, 100), 1)}
    shapes["1000 points, 100 trials"] = ((1000,), 100)
    plans = {name: _plan(sizes, trials) for name, (sizes, trials) in shapes.items()}
    assert all(len(plan) == 100_000 for plan in plans.values())
    report("Planning 100 000 jobs", in_turns(effort.rounds, {n: p.jobs for n, p in plans.items()}))


def _plan(sizes: tuple[int, ...], trials: int) -> Plan:
    axes = tuple(
        Axis(f"parameter_{number}", tuple(np.linspace(0, 4e-3, size).tolist()))
        for number, size in enumerate(sizes)
    )
    return Plan(axes, _FIXED, trials)
