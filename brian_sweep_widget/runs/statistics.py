"""Who computed what of a sweep, and how much faster than one worker alone."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from brian_sweep_widget.backends import Tally
from brian_sweep_widget.printable import one_line
from brian_sweep_widget.results import Origin, Outcome


@dataclass(frozen=True, slots=True)
class HostStatistics:
    """What one host did.

    Parameters
    ----------
    host
        Its name.
    workers
        Processes of it that computed anything.
    jobs, share
        How many jobs, and which part of all that were computed, from 0 to 1.
    total
        Sum of the jobs' wall times, in seconds.
    tally
        What was moved there and back, and lost with it; None for this computer.
    """

    host: str
    workers: int
    jobs: int
    share: float
    total: float
    tally: Tally | None = None

    @property
    def time_per_job(self) -> float:
        """Mean wall time of a job, in seconds; not a number if there was none."""
        return self.total / self.jobs if self.jobs else math.nan


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a sweep took.

    Parameters
    ----------
    hosts
        The one with most jobs first.
    recalled
        Results that were not computed, as the store knew them.
    span
        Seconds from the first job's start to the last one's end; 0 if nothing
        was computed. Preparation, such as compiling, is not in it.
    elapsed
        Seconds since the sweep began, or from its beginning to its end.
    """

    hosts: tuple[HostStatistics, ...]
    recalled: int
    span: float
    elapsed: float

    @property
    def speed_up(self) -> float | None:
        """How many workers' work was done at once, in the mean: all wall times over the span.

        None if nothing was computed. Against a worker that has the machine for
        itself it is an upper bound: workers at once slow each other down.
        """
        return sum(host.total for host in self.hosts) / self.span if self.span > 0 else None

    @property
    def efficiency(self) -> float | None:
        """Speed-up by worker, from 0 to 1; None if nothing was computed."""
        workers = sum(host.workers for host in self.hosts)
        return None if self.speed_up is None else min(1.0, self.speed_up / workers)

    def __str__(self) -> str:
        rows: list[tuple[str, ...]] = [
            ("host", "workers", "jobs", "% of all", "time per job", "job time sum")
        ]
        rows += [
            (
                one_line(host.host),
                str(host.workers),
                str(host.jobs),
                f"{100 * host.share:.1f}",
                f"{host.time_per_job:.4g} s" if host.jobs else "",
                f"{host.total:.4g} s",
            )
            for host in self.hosts
        ]
        moved = any(host.tally is not None for host in self.hosts)
        if moved:
            rows[0] += ("sent", "received")
            rows[1:] = [
                (*row, *_moved(host.tally)) for row, host in zip(rows[1:], self.hosts, strict=True)
            ]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join(
                text.ljust(width) if column == 0 else text.rjust(width)
                for column, (text, width) in enumerate(zip(row, widths, strict=True))
            )
            for row in rows
        ]
        lines += [_lost(host.host, host.tally) for host in self.hosts if host.tally is not None]
        lines = [line for line in lines if line]
        if self.recalled:
            lines.append(f"{self.recalled} results were known before")
        if self.speed_up is not None and self.efficiency is not None:
            lines.append(
                f"speed-up {self.speed_up:.2f} against one worker, "
                f"efficiency {100 * self.efficiency:.0f} %"
            )
        lines.append(f"time elapsed {self.elapsed:.4g} s")
        return "\n".join(lines)


def _moved(tally: Tally | None) -> tuple[str, str]:
    if tally is None:
        return "", ""
    return _bytes(tally.traffic.sent), _bytes(tally.traffic.received)


def _bytes(number: int) -> str:
    return f"{number / 1e6:.3g} MB" if number >= 1e5 else f"{number / 1e3:.3g} kB"  # noqa: PLR2004 - 0.1 MB


def _lost(host: str, tally: Tally) -> str:
    """Say what went wrong with a host; empty if nothing did."""
    said = []
    if tally.losses:
        said.append(f"{tally.losses} calls and {tally.time_lost:.3g} s of their time were lost")
    if tally.again:
        said.append(f"{tally.again} late calls were made elsewhere, too")
    return f"{one_line(host)}: {'; '.join(said)}" if said else ""


def statistics(
    outcomes: Iterable[Outcome],
    recalled: Collection[tuple[int, ...]],
    elapsed: float,
    tallies: Mapping[str, Tally] = MappingProxyType({}),
) -> Statistics:
    """Sum up.

    Parameters
    ----------
    outcomes
        The latest of every job.
    recalled
        Positions of those that were not computed now.
    elapsed
        Seconds that the sweep took so far.
    tallies
        Of other computers, by name.
    """
    computed: dict[str, list[Origin]] = defaultdict(list)
    for outcome in outcomes:
        if outcome.origin is not None and outcome.job.position not in recalled:
            computed[outcome.origin.host].append(outcome.origin)
    every = [origin for origins in computed.values() for origin in origins]
    hosts = [
        HostStatistics(
            host,
            len({origin.process for origin in origins}),
            len(origins),
            len(origins) / len(every),
            sum(origin.wall_time for origin in origins),
            tallies.get(host),
        )
        for host, origins in computed.items()
    ]
    hosts += [
        HostStatistics(host, 0, 0, 0.0, 0.0, tally)
        for host, tally in tallies.items()
        if host not in computed and tally.losses
    ]
    hosts.sort(key=lambda host: (-host.jobs, host.host))
    first = min((origin.started for origin in every), default=0.0)
    last = max((origin.started + origin.wall_time for origin in every), default=0.0)
    return Statistics(tuple(hosts), len(recalled), last - first, elapsed)
