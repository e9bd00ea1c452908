"""How much longer a sweep takes: by how fast each computer is, and by what is late already."""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

_SHORTEST = 1e-6  # s: of a job, for the clock may not have seen it


class UnderWay(NamedTuple):
    """A simulation that a worker computes now.

    Attributes
    ----------
    position
        Of its job.
    seconds
        Since it began.
    process
        Number of the worker's process.
    host
        Where that is.
    """

    position: tuple[int, ...]
    seconds: float
    process: int
    host: str


@dataclass(slots=True)
class Pace:
    """How fast a host is.

    Attributes
    ----------
    seconds
        Sum of the wall times of the jobs that ended there. The time that
        workers took to start, or a model to compile, is in none of them.
    jobs
        How many these are.
    """

    seconds: float = 0.0
    jobs: int = 0

    def note(self, seconds: float) -> None:
        """Take note of a job's wall time."""
        self.seconds += seconds
        self.jobs += 1

    @property
    def usual(self) -> float | None:
        """Mean wall time of a job, in seconds; None if there was none."""
        return self.seconds / self.jobs if self.jobs else None


def pace_of_all(paces: Mapping[str, Pace]) -> Pace:
    """Sum up how fast all hosts are."""
    found = paces.values()
    return Pace(sum(one.seconds for one in found), sum(one.jobs for one in found))


def time_left(
    left: int, under_way: Iterable[UnderWay], paces: Mapping[str, Pace], slots: Mapping[str, int]
) -> float | None:
    """Estimate the seconds that the remaining jobs take.

    A job that runs is taken to end when its host's jobs usually do. If it has
    taken longer, it is late, and nobody knows how late: as long again as it has
    taken is the least that can be told without claiming to know better.

    Parameters
    ----------
    left
        Number of jobs without an outcome.
    under_way
        Those of them that workers compute; more than once, if others are late.
    paces
        How fast hosts are, by name; where nothing is known of one, it is taken
        to be like all others.
    slots
        How many jobs are computed at once, by host.

    Returns
    -------
    float or None
        None if nothing was measured yet, or nothing is left to measure.
    """
    usual = pace_of_all(paces).usual
    if usual is None or not left:
        return None

    def usual_on(host: str) -> float:
        found = paces.get(host)
        return max(_SHORTEST, usual if found is None else found.usual or usual)

    busy: defaultdict[str, list[float]] = defaultdict(list)
    ends: dict[tuple[int, ...], float] = {}
    for one in under_way:
        expected = usual_on(one.host)
        rest = expected - one.seconds if one.seconds < expected else one.seconds
        busy[one.host].append(rest)
        ends[one.position] = min(rest, ends.get(one.position, math.inf))
    # When each slot is free, and how long a job takes there.
    places = [
        (free, usual_on(host))
        for host, number in (slots or {"": 1}).items()
        for free in [*busy[host], *[0.0] * (number - len(busy[host]))]
    ]
    return max(_time_to_take(left - len(ends), places), *ends.values(), 0.0)


def _time_to_take(jobs: int, places: list[tuple[float, float]]) -> float:
    """Say after how many seconds so many jobs are done that free places take."""
    if jobs <= 0:
        return 0.0
    chosen = heapq.nsmallest(jobs, places, key=sum)
    rate = taken = 0.0  # jobs done after t seconds: rate * t - taken
    end = math.inf
    for free, usual in sorted(chosen):
        if end <= free:
            break
        rate += 1 / usual
        taken += free / usual
        end = (jobs + taken) / rate
    return end
