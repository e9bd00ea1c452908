"""A run's jobs as what the timeline draws: plain arithmetic, no widgets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from brian_sweep_widget.results import Outcome
from brian_sweep_widget.runs import Run, Statistics
from brian_sweep_widget.sweeps import Plan, number_of
from brian_sweep_widget.widget.visitors import called

_STORE = 65535  # the lane of what was known before
_DONE, _KNOWN, _RUNNING, _FAILED, _LOST, _CANCELLED, _PARTIAL = range(7)
_STATUS = {"done": _DONE, "failed": _FAILED, "lost": _LOST, "cancelled": _CANCELLED}

_Worker = tuple[str, int]


def timeline(run: Run, plan: Plan, outcomes: Iterable[Outcome]) -> dict[str, Any]:
    """Give the traits of a `JobsTimeline` that are its jobs.

    Parameters
    ----------
    run
        The run.
    plan
        Its plan.
    outcomes
        The latest of every job.
    """
    recalled, began = run.recalled, run.began
    workers: dict[_Worker, int] = {}
    jobs: list[tuple[int, int, float, float, int]] = []
    for outcome in outcomes:
        origin, number = outcome.origin, number_of(plan, outcome.job.position)
        if outcome.job.position in recalled:
            jobs.append((_STORE, _KNOWN, 0.0, 0.0, number))
        elif origin is not None:  # what no worker brought to an end is on no worker's row
            lane = workers.setdefault((origin.host, origin.process), len(workers))
            start = origin.started - began
            status = _PARTIAL if outcome.partial else _STATUS[outcome.status]
            jobs.append((lane, status, start, origin.wall_time, number))
    ended = {number for *_, number in jobs}
    for one in run.under_way:
        number = number_of(plan, one.position)
        if number not in ended:
            lane = workers.setdefault((one.host, one.process), len(workers))
            jobs.append((lane, _RUNNING, time_of(run) - one.seconds, 0.0, number))
    columns = np.array(jobs or np.empty((0, 5)), dtype=float).reshape(-1, 5).T
    kinds = {"lane": "<u2", "status": "u1", "start": "<f4", "length": "<f4", "point": "<u4"}
    arrays = {
        name: column.astype(kind).tobytes()
        for (name, kind), column in zip(kinds.items(), columns, strict=True)
    }
    return {"lanes": _names(list(workers)), **arrays}


def time_of(run: Run) -> float:
    """Give the seconds that a run has taken, from its beginning to its end or to now."""
    return run.progress.elapsed


def hosts(statistics: Statistics) -> dict[str, Any]:
    """Give the traits of a `JobsTimeline` that sum up."""
    names = called(host.host for host in statistics.hosts)
    return {
        "hosts": [
            {
                "host": names[host.host],
                "workers": host.workers,
                "jobs": host.jobs,
                "share": host.share,
                "time_per_job": host.time_per_job,
                "total": host.total,
            }
            for host in statistics.hosts
            if host.jobs
        ],
        "speed_up": statistics.speed_up,
        "efficiency": statistics.efficiency,
    }


def _names(workers: Sequence[_Worker]) -> list[str]:
    """Give the workers of every host numbers; name the host if there are several."""
    hosts = called(host for host, _ in workers)
    count: dict[str, int] = {}
    names = []
    for host, _ in workers:
        count[host] = count.get(host, 0) + 1
        worker = f"worker {count[host]}"
        names.append(f"{hosts[host]}, {worker}" if len(hosts) > 1 else worker)
    return names
