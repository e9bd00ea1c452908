"""Writes jobs down for hosts that can compute them, and reads what they send back.

Only if a host gives the same bits as this computer does it get jobs; or if a
person wants them marked instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from brian_sweep_widget.backends import (
    Cluster,
    Ended,
    Errand,
    Host,
    Label,
    Parcel,
    StopToken,
    roster_of,
)
from brian_sweep_widget.backends.hosts.roster import differs_by
from brian_sweep_widget.engines import elsewhere, prepare
from brian_sweep_widget.results import OTHER_DIGITS, Failure, Outcome
from brian_sweep_widget.results.sent import read_sent
from brian_sweep_widget.results.store import DamagedError
from brian_sweep_widget.runs.controller import errand_here
from brian_sweep_widget.runs.examining import (
    Fitness,
    abandon,
    fitness_of,
    forget,
    known_of,
    need_of,
)
from brian_sweep_widget.runs.supply import Task


class Hosting:
    """Knows which hosts can compute the jobs of one sweep.

    Parameters
    ----------
    cluster
        The hosts, and how they are to be used.
    model
        Name of the model, for people.
    """

    def __init__(self, cluster: Cluster, model: str) -> None:
        self.cluster = cluster
        self.roster = roster_of(cluster)
        self._model = model
        self._samples: dict[object, Task] = {}

    def errand(self, token: StopToken, tasks: Sequence[Task], time_limit: float) -> Errand:
        """Write down a call that computes some jobs, here or on a host."""
        self._samples.update((need_of(task.load), task) for task in tasks)
        errand = errand_here(token, tasks, time_limit)
        errand.elsewhere = _Elsewhere(self, tasks, time_limit)
        return errand

    def fitness(self, host: Host, task: Task) -> Fitness:
        """Say whether a host can compute a job; it is looked at if nobody has asked yet."""
        return self._as_wanted(host, fitness_of(host, task))

    def known(self, host: Host, task: Task) -> Fitness:
        """Say what is known of that by now."""
        return self._as_wanted(host, known_of(host, task.load))

    def _as_wanted(self, host: Host, known: Fitness) -> Fitness:
        if known.ready and (differs := differs_by(host)):
            known = replace(known, reason=differs, other_digits=True)
        if known.other_digits and self.cluster.differing == "leave out":
            return replace(known, ready=False)
        return known

    def stop(self) -> None:
        """Have nothing computed any more that is only compared."""
        for task in list(self._samples.values()):
            abandon(task.load)

    @property
    def notice(self) -> str:
        """Which hosts cannot compute these jobs, or compute others, and why."""
        said = []
        for host in self.roster.ready(self.cluster.differing):
            for task in list(self._samples.values()):
                known = self.known(host, task)
                if not known.ready and known.reason:
                    said.append(f"{host.name} takes no part in {self._model}: {known.reason}")
                elif known.other_digits:
                    said.append(
                        f"{host.name}: {known.reason}; its results are marked, and not reused"
                    )
        said += [
            f"{one.name} is not used: {one.reason}"
            for one in self.roster.standings(self.cluster.differing)
            if one.state != "ready" and one.reason
        ]
        return "\n".join(text if text.endswith("?") else f"{text}." for text in dict.fromkeys(said))


class _Elsewhere:
    """Some jobs, as they are computed on hosts."""

    def __init__(self, hosting: Hosting, tasks: Sequence[Task], time_limit: float) -> None:
        self._hosting = hosting
        self._tasks = tasks
        self._time_limit = time_limit
        self.labels = tuple(task.job.position for task in tasks)

    def fits(self, host: Host) -> bool:
        return all(self._hosting.fitness(host, task).ready for task in self._tasks)

    def refusal(self, host: Host) -> str:
        known = [self._hosting.fitness(host, task) for task in self._tasks]
        return next((one.reason for one in known if not one.ready and one.reason), "")

    def parcel(self, sweep: str, host: Host, skipped: Iterable[Label]) -> Parcel:
        left = [task for task in self._tasks if task.job.position not in skipped]
        blobs: dict[str, bytes] = {}
        calls = []
        for task in left:
            blobs.update(task.load.blobs)
            build = self._hosting.fitness(host, task).build
            calls.append((task.job.position, (elsewhere.Wanted(build, *task.load.blobs), task.job)))
        return Parcel(
            sweep,
            elsewhere.compute_and_write,
            tuple(calls),
            self._time_limit,
            prepare if left[0].load.program is None else None,
            tuple(blobs),
            blobs,
        )

    def read(
        self, host: Host, results: Iterable[tuple[Label, bytes | str | Ended | None]]
    ) -> list[tuple[Label, Any]]:
        known = [self._hosting.known(host, task) for task in self._tasks]
        marked = any(one.other_digits for one in known)
        told = dict(results)
        if not all(one.ready for one in known):
            # It is looked at anew: nobody can say now whether its numbers are those of here.
            told = {label: one for label, one in told.items() if isinstance(one, Ended)}
        read = {
            task.job.position: _read(host, task, told[task.job.position])
            for task in self._tasks
            if task.job.position in told
        }
        if any(map(_lacks_build, read.values())):
            for task in self._tasks:
                forget(host, task.load)  # it is built anew, and meanwhile others compute
        return [
            (label, _from_host(host, result, marked=marked))
            for label, result in read.items()
            if not _lacks_build(result)
        ]


def _read(host: Host, task: Task, sent: bytes | str | Ended | None) -> Outcome | Ended:
    """Read what a host sent of a job: what makes no sense is a failure, never a number."""
    if isinstance(sent, Ended):
        return sent
    try:
        return read_sent(sent, task.job, task.load.label)
    except DamagedError as error:
        message = (
            f"what {host.name} sent of this simulation is damaged: {error}; compute it again, and "
            "leave that host out if it happens again"
        )
        return Outcome(task.job, "failed", failure=Failure(type(error).__name__, message))


def _lacks_build(result: Outcome | Ended) -> bool:
    failure = result.failure if isinstance(result, Outcome) else None
    return failure is not None and failure.kind == elsewhere.BuildGoneError.__name__


def _from_host(host: Host, outcome: Outcome | Ended, *, marked: bool) -> Outcome | Ended:
    """Tell an outcome in this computer's time, and where it is from."""
    if isinstance(outcome, Ended) or outcome.origin is None:
        return outcome
    origin = outcome.origin
    engine = f"{origin.engine}{OTHER_DIGITS}" if marked else origin.engine
    started = origin.started - host.offset
    return replace(outcome, origin=replace(origin, started=started, engine=engine, host=host.name))
