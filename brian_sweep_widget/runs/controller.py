"""Feeds the jobs of one sweep to a joblib backend and collects their outcomes."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from brian_sweep_widget.backends import Died, LocalBackend, LocalPool, StopToken, stoppable
from brian_sweep_widget.engines import compute
from brian_sweep_widget.results import Failure, Outcome
from brian_sweep_widget.runs.supply import Supply, Task

if TYPE_CHECKING:
    from brian_sweep_widget.backends.local import Call

_DEATHS_ALLOWED = 2  # the second death of a worker on one job is the job's doing

# To hand out a job and to take its outcome costs a millisecond, so short ones travel
# together. The chart must not wait for the longest of them: there are few, and none
# where one of the latest jobs took long.
_TOGETHER = 0.03  # s
_MOST_TOGETHER = 4
_LATEST = 32  # jobs


class Controller:
    """Drives one sweep, in a thread of its own.

    When a worker dies, every job that was in flight is suspected: joblib
    cannot tell which one killed it. Suspects run again one at a time, so the
    one on which a worker dies again is the culprit, and is ``lost``.

    Parameters
    ----------
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
        pool: LocalPool,
        token: StopToken,
        record: Callable[[Outcome], None],
        note_fed: Callable[[int], None],
    ) -> None:
        self._suspects: deque[Task] = deque()
        self._deaths: Counter[tuple[int, ...]] = Counter()
        self._backend = LocalBackend(pool)
        self._workers = pool.workers
        self._seconds: deque[float] = deque(maxlen=_LATEST)  # that the latest jobs took
        self._token = token
        self._record = record
        self._note_fed = note_fed

    def drive(self, supply: Supply) -> None:
        """Run all jobs as they are supplied; returns when no more will come.

        Every job that was taken has an outcome then, unless the sweep was
        stopped.
        """
        while not self._token.stopped:
            if self._suspects:
                suspect = [[self._suspects.popleft()]]
                self._pass(lambda: suspect.pop() if suspect else [], alone=True)  # noqa: B023 - called at once
            elif supply.wait():
                self._pass(lambda: supply.take(self._together(), self._workers), alone=False)
            else:
                return

    def cancel_pending(self) -> None:
        """Take back what waits for a worker; the token stops what runs."""
        self._backend.cancel_pending()

    def _together(self) -> int:
        """Say how many jobs may travel together."""
        if not self._seconds:
            return 1
        return max(1, min(_MOST_TOGETHER, int(_TOGETHER / max(*self._seconds, 1e-6))))

    def _pass(self, take: Callable[[], list[Task]], *, alone: bool) -> None:
        """Stream tasks through the backend and sort out what did not come back."""
        in_flight: dict[tuple[int, ...], Task] = {}
        reason = ""
        for result in self._backend.stream(self._feed(take, in_flight)):
            if isinstance(result, Died):
                reason = result.reason or reason
                continue
            for outcome in result:
                task = in_flight.pop(outcome.job.position)
                # In this order, or for a moment the job would count twice.
                self._note_fed(len(in_flight))
                if outcome.origin is not None:
                    self._seconds.append(outcome.origin.wall_time)
                # The job as it is here: what comes back is a copy of it.
                self._record(replace(outcome, job=task.job))
        for task in in_flight.values():
            if not self._token.stopped:
                self._suspect(task, reason, alone=alone)
        self._note_fed(0)

    def _feed(
        self, take: Callable[[], list[Task]], in_flight: dict[tuple[int, ...], Task]
    ) -> Iterator[Call]:
        """Hand out jobs, without ever waiting."""
        while not self._token.stopped:
            tasks = take()
            if not tasks:
                return
            in_flight.update((task.job.position, task) for task in tasks)
            self._note_fed(len(in_flight))
            # Plain tuples: a worker does not know this room.
            yield stoppable, (self._token, compute, [tuple(task) for task in tasks])

    def _suspect(self, task: Task, reason: str, *, alone: bool) -> None:
        position = task.job.position
        self._deaths[position] += 1
        if alone and self._deaths[position] >= _DEATHS_ALLOWED:
            message = (
                "its worker process died twice: it may have run out of memory, or crashed in "
                f"compiled code ({reason})"
            )
            self._record(Outcome(task.job, "lost", failure=Failure("WorkerDied", message)))
        else:
            self._suspects.append(task)
