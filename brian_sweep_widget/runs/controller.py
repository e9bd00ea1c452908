"""Feeds the jobs of one sweep to a joblib backend and collects their outcomes."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from brian_sweep_widget.backends import Died, LocalBackend, LocalPool, StopToken, stoppable
from brian_sweep_widget.engines import compute
from brian_sweep_widget.results import Failure, Outcome
from brian_sweep_widget.sweeps import Job

if TYPE_CHECKING:
    from brian_sweep_widget.backends.local import Call

_DEATHS_ALLOWED = 2  # the second death of a worker on one job is the job's doing


class Controller:
    """Drives one sweep, in a thread of its own.

    When a worker dies, every job that was in flight is suspected: joblib
    cannot tell which one killed it. Suspects run again one at a time, so the
    one on which a worker dies again is the culprit, and is ``lost``.

    Parameters
    ----------
    packed
        The engine, from `brian_sweep_widget.engines.pack`.
    pool
        Where to run.
    token
        Stops the sweep.
    record
        Receives every outcome as it comes.
    note_fed
        Is told the number of jobs that were handed to the backend and did not
        come back yet.
    """

    def __init__(
        self,
        packed: bytes,
        pool: LocalPool,
        token: StopToken,
        record: Callable[[Outcome], None],
        note_fed: Callable[[int], None],
    ) -> None:
        self._suspects: deque[Job] = deque()
        self._deaths: Counter[tuple[int, ...]] = Counter()
        self._packed = packed
        self._backend = LocalBackend(pool)
        self._token = token
        self._record = record
        self._note_fed = note_fed

    def drive(self, jobs: Iterable[Job]) -> None:
        """Run all jobs, in their order; returns when every one has an outcome."""
        queue = deque(jobs)
        while (queue or self._suspects) and not self._token.stopped:
            if self._suspects:
                self._pass(deque([self._suspects.popleft()]), alone=True)
            else:
                self._pass(queue, alone=False)
        for job in (*self._suspects, *queue):
            self._record(Outcome(job, "cancelled"))

    def cancel_pending(self) -> None:
        """Take back what waits for a worker; the token stops what runs."""
        self._backend.cancel_pending()

    def _pass(self, queue: deque[Job], *, alone: bool) -> None:
        """Stream a queue through the backend and sort out what did not come back."""
        in_flight: dict[tuple[int, ...], Job] = {}
        reason = ""
        for result in self._backend.stream(self._feed(queue, in_flight)):
            if isinstance(result, Died):
                reason = result.reason or reason
            elif result is not None:
                in_flight.pop(result.job.position, None)
                # In this order, or for a moment the job would count twice.
                self._note_fed(len(in_flight))
                self._record(result)
        for job in in_flight.values():
            if self._token.stopped:
                self._record(Outcome(job, "cancelled"))
            else:
                self._suspect(job, reason, alone=alone)
        self._note_fed(0)

    def _feed(self, queue: deque[Job], in_flight: dict[tuple[int, ...], Job]) -> Iterator[Call]:
        """Hand out jobs, without ever waiting."""
        while queue and not self._token.stopped:
            job = queue.popleft()
            in_flight[job.position] = job
            self._note_fed(len(in_flight))
            yield stoppable, (self._token, compute, self._packed, job)

    def _suspect(self, job: Job, reason: str, *, alone: bool) -> None:
        self._deaths[job.position] += 1
        if alone and self._deaths[job.position] >= _DEATHS_ALLOWED:
            message = (
                "its worker process died twice: it may have run out of memory, or crashed in "
                f"compiled code ({reason})"
            )
            self._record(Outcome(job, "lost", failure=Failure("WorkerDied", message)))
        else:
            self._suspects.append(job)
