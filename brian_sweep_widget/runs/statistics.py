"""Who computed what of a sweep, and how much faster than one worker alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

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
    """

    host: str
    workers: int
    jobs: int
    share: float
    total: float

    @property
    def time_per_job(self) -> float:
        """Mean wall time of a job, in seconds."""
        return self.total / self.jobs


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
        rows = [("host", "workers", "jobs", "% of all", "time per job", "job time sum")]
        rows += [
            (
                host.host,
                str(host.workers),
                str(host.jobs),
                f"{100 * host.share:.1f}",
                f"{host.time_per_job:.4g} s",
                f"{host.total:.4g} s",
            )
            for host in self.hosts
        ]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join(
                text.ljust(width) if column == 0 else text.rjust(width)
                for column, (text, width) in enumerate(zip(row, widths, strict=True))
            )
            for row in rows
        ]
        if self.recalled:
            lines.append(f"{self.recalled} results were known before")
        if self.speed_up is not None and self.efficiency is not None:
            lines.append(
                f"speed-up {self.speed_up:.2f} against one worker, "
                f"efficiency {100 * self.efficiency:.0f} %"
            )
        lines.append(f"time elapsed {self.elapsed:.4g} s")
        return "\n".join(lines)


def statistics(
    outcomes: Iterable[Outcome], recalled: Collection[tuple[int, ...]], elapsed: float
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
        )
        for host, origins in computed.items()
    ]
    hosts.sort(key=lambda host: (-host.jobs, host.host))
    first = min((origin.started for origin in every), default=0.0)
    last = max((origin.started + origin.wall_time for origin in every), default=0.0)
    return Statistics(tuple(hosts), len(recalled), last - first, elapsed)
