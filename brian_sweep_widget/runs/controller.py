"""Feeds the jobs of one sweep to a joblib backend and collects their outcomes."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from brian_sweep_widget.backends import (
    Died,
    Ended,
    Errand,
    ForeignBackend,
    Label,
    LocalBackend,
    StopToken,
    Turn,
    stoppable,
)
from brian_sweep_widget.engines import compute
from brian_sweep_widget.results import Failure, Outcome
from brian_sweep_widget.runs.supply import Supply, Task

if TYPE_CHECKING:
    from brian_sweep_widget.backends.local import Call

_DEATHS_ALLOWED = 2  # the second death of a worker on one job alone is the job's doing
_MOST_RETURNS = 5  # times that a job's result did not come, for others' sake

# To hand out a job and to take its outcome costs a millisecond, so short ones travel
# together. The chart must not wait for the longest of them: there are few, and none
# where one of the latest jobs took long.
_TOGETHER = 0.03  # s
_MOST_TOGETHER = 4
_LATEST = 32  # jobs


#: Writes down a call that computes some jobs, each for so many seconds at most.
MakeErrand = Callable[[StopToken, Sequence[Task], float], Callable[[], Any]]


def errand_here(token: StopToken, tasks: Sequence[Task], time_limit: float) -> Errand:
    """Write down a call that computes some jobs on this computer."""
    calls = [(task.job.position, (task.load.packed, task.job)) for task in tasks]
    return Errand(stoppable, (token, compute, calls, time_limit))


class Controller:
    """Drives one sweep, in a thread of its own.

    When a worker dies, the jobs that were under way on all workers are
    suspected: joblib cannot tell which worker it was. Suspects run again one
    at a time, so the one on which a worker dies alone, twice, is the culprit,
    and is ``lost``. Once would not do: workers are killed by others, too.

    Parameters
    ----------
    backend
        Where to run.
    errand
        Writes down a call of `stoppable` that computes some jobs.
    turn
        The sweep's place among others.
    token
        Stops the sweep.
    time_limit
        Seconds that one job may take.
    record
        Receives every outcome as it comes.
    note_fed
        Is told the number of jobs that were handed to the backend and did not
        come back yet.
    """

    def __init__(
        self,
        backend: LocalBackend | ForeignBackend,
        errand: MakeErrand,
        turn: Turn,
        token: StopToken,
        time_limit: float,
        record: Callable[[Outcome], None],
        note_fed: Callable[[int], None],
    ) -> None:
        self._suspects: deque[Task] = deque()
        self._deaths: Counter[Label] = Counter()
        self._returned: Counter[Label] = Counter()
        self._turn = turn
        self._backend = backend
        self._errand = errand
        self._seconds: deque[float] = deque(maxlen=_LATEST)  # that the latest jobs took
        self._token = token
        self._time_limit = time_limit
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
                self._pass(lambda: suspect.pop() if suspect else [], supply, alone=True)  # noqa: B023 - called at once
            elif supply.wait():
                take = lambda: supply.take(self._together(), max(1, self._backend.slots))  # noqa: E731
                self._pass(take, supply, alone=False)
            else:
                return

    def _together(self) -> int:
        """Say how many jobs may travel together."""
        if not self._seconds:
            return 1
        return max(1, min(_MOST_TOGETHER, int(_TOGETHER / max(*self._seconds, 1e-6))))

    def _pass(self, take: Callable[[], list[Task]], supply: Supply, *, alone: bool) -> None:
        """Stream tasks through the backend and sort out what did not come back."""
        in_flight: dict[Label, Task] = {}
        reason, came = "", False
        suspects: set[Label] = set()
        self._token.take_places()  # of the pass before
        for result in self._backend.stream(self._feed(take, in_flight)):
            if isinstance(result, Died):
                reason = result.reason or reason
                suspects |= result.suspects
                continue
            for label, outcome in result:
                task, came = in_flight.pop(label), True
                # In this order, or for a moment the job would count twice.
                self._note_fed(len(in_flight))
                if isinstance(outcome, Ended):
                    self._record(self._interrupted(task, outcome.why))
                else:
                    self._record(self._noted(task, outcome))
        if in_flight and not self._token.stopped:
            suspects |= self._token.take_places()
            self._sort_out(in_flight, supply, reason, suspects, alone=alone, came=came)
        self._note_fed(0)

    def _noted(self, task: Task, outcome: Outcome) -> Outcome:
        """Take note of what a job took; give its outcome, of the job as it is here."""
        if outcome.origin is not None:
            self._seconds.append(outcome.origin.wall_time)
            self._turn.note(outcome.origin.wall_time, outcome.origin.memory)
        return replace(outcome, job=task.job)

    def _feed(self, take: Callable[[], list[Task]], in_flight: dict[Label, Task]) -> Iterator[Call]:
        """Hand out jobs, without ever waiting."""
        while not self._token.stopped:
            tasks = take()
            if not tasks:
                return
            in_flight.update((task.job.position, task) for task in tasks)
            self._note_fed(len(in_flight))
            self._turn.expect(max(task.load.memory for task in tasks))
            yield self._errand(self._token, tasks, self._time_limit), ()

    def _sort_out(
        self,
        in_flight: dict[Label, Task],
        supply: Supply,
        reason: str,
        suspects: set[Label],
        *,
        alone: bool,
        came: bool,
    ) -> None:
        """Find out, when a worker died, which of the jobs under way it may have died of."""
        words = {label: word for label in in_flight if (word := self._token.word(label))}
        for label, word in words.items():
            self._record(self._interrupted(in_flight.pop(label), word))
        suspects = suspects & in_flight.keys()
        if words:
            suspects = set()
        elif not suspects and not came:  # before any could say where it was
            suspects = set(in_flight)
        self._returned.update(in_flight.keys())
        # What never comes back, while nobody dies of it, is looked at alone, too.
        suspects |= {label for label in in_flight if self._returned[label] >= _MOST_RETURNS}
        for label in suspects:
            self._suspect(in_flight.pop(label), reason, alone=alone)
        supply.put_back(reversed(in_flight.values()))

    def _suspect(self, task: Task, reason: str, *, alone: bool) -> None:
        self._deaths[task.job.position] += alone
        if self._deaths[task.job.position] >= _DEATHS_ALLOWED:
            message = (
                "its worker process died twice while it ran alone: it may have run out of "
                f"memory, or crashed in compiled code ({reason})"
            )
            self._record(Outcome(task.job, "lost", failure=Failure("WorkerDied", message)))
        else:
            self._suspects.append(task)

    def _interrupted(self, task: Task, why: str) -> Outcome:
        if why == "skipped":
            return Outcome(task.job, "cancelled")
        message = (
            f"the simulation was stopped after {self._time_limit:g} s, the time limit of this "
            "sweep: give a larger time_limit, if more is allowed here, or simulate less"
        )
        return Outcome(task.job, "failed", failure=Failure("TimeLimitError", message))
