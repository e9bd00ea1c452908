"""A sweep under way."""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from brian_sweep_widget.backends import StopToken
from brian_sweep_widget.models import Unit
from brian_sweep_widget.results import Failure, Outcome, Results
from brian_sweep_widget.runs.controller import Controller
from brian_sweep_widget.runs.filling import Filling
from brian_sweep_widget.runs.progress import ENDED, Progress, State, time_left
from brian_sweep_widget.runs.recall import Recall
from brian_sweep_widget.runs.sharing import Sharing
from brian_sweep_widget.runs.sources import Source
from brian_sweep_widget.runs.supply import Supply

if TYPE_CHECKING:
    from brian_sweep_widget.sweeps import Job

# Stop is done within 2 s: workers get most of that to stop by themselves, which
# keeps them warm; then they are killed.
_GRACE = 1.3  # s
_COMPUTING = ("running", "stopping")


class Run:
    """A sweep that computes in the background; made by `Sweep.start`.

    Iterating over it gives the outcomes as they come, from the first one on,
    and ends with the sweep. All methods may be called from any thread.
    """

    def __init__(
        self,
        total: int,
        plan_jobs: Callable[[], Sequence[Job]],
        source: Source,
        make_results: Callable[[Sequence[Outcome], str], Results],
        recall: Recall | None = None,
    ) -> None:
        self._total = total
        self._plan_jobs = plan_jobs
        self._source = source
        self._recall = recall
        self._make_results = make_results
        self._changed = threading.Condition()
        self._outcomes: list[Outcome] = []
        self._latest: dict[tuple[int, ...], Outcome] = {}
        self._counts = dict.fromkeys(("done", "failed", "lost", "cancelled"), 0)
        self._units: dict[str, Unit] = {}
        self._sharing = Sharing()
        self._wall_times = 0.0
        self._measured = 0
        self._fed = 0
        self._state: State = "starting"
        self._error: BaseException | None = None
        self._started = time.monotonic()
        self._ended_at: float | None = None
        self._token = StopToken.new()
        self._supply = Supply()
        self._controller: Controller | None = None
        self._thread = threading.Thread(target=self._drive, name="brian-sweep", daemon=True)
        self._thread.start()

    def __repr__(self) -> str:
        progress = self.progress
        return f"<Run {progress.state}: {progress}>"

    @property
    def progress(self) -> Progress:
        """How far it is now."""
        with self._changed:
            workers = self._source.pool.workers
            left = self._total - len(self._latest)
            return Progress(
                state=self._state,
                total=self._total,
                **self._counts,
                # While workers start, jobs wait for them.
                running=min(self._fed, workers) if self._state in _COMPUTING else 0,
                workers=workers,
                elapsed=(self._ended_at or time.monotonic()) - self._started,
                eta=time_left(left, self._wall_times, self._measured, workers),
                phase="" if self._state in ENDED else self._source.phase,
                engine=self._source.label,
                notice=self._source.notice,
            )

    @property
    def results(self) -> Results:
        """What there is so far; after the end, all."""
        with self._changed:
            return self._make_results(tuple(self._latest.values()), self._source.notice)

    def outcomes_since(self, number: int) -> list[Outcome]:
        """Give the outcomes from a number on, without waiting.

        A later outcome of the same job replaces an earlier one.
        """
        with self._changed:
            return self._outcomes[number:]

    def __iter__(self) -> Iterator[Outcome]:
        given = 0
        while True:
            with self._changed:
                self._changed.wait_for(
                    lambda: len(self._outcomes) > given or self._state in ENDED  # noqa: B023 - called at once
                )
                fresh = self._outcomes[given:]
            if not fresh:
                self._raise_if_crashed()
                return
            yield from fresh
            given += len(fresh)

    def cancel(self) -> None:
        """Stop: what is finished stays, what runs ends within two seconds.

        Returns at once; `wait` waits for the end. Workers stay warm unless a
        simulation does not let itself be interrupted.
        """
        with self._changed:
            if self._state in ENDED or self._state == "stopping":
                return
            self._state = "stopping"
            self._changed.notify_all()
        self._token.stop()
        self._supply.stop()
        if self._controller is not None:
            self._controller.cancel_pending()
        threading.Thread(target=self._kill_if_stuck, name="brian-sweep-stop", daemon=True).start()

    def wait(self, timeout: float | None = None) -> Results:
        """Wait for the end.

        Parameters
        ----------
        timeout
            At most so many seconds; None for ever.

        Returns
        -------
        Results
            Of all jobs, cancelled ones included.

        Raises
        ------
        TimeoutError
            If it goes on after the timeout.
        RuntimeError
            If the controller itself failed: a bug of ours, or a machine out of
            processes or memory. What was finished stays in `results`.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._state in ENDED, timeout):
                msg = f"the sweep goes on after {timeout} s: {self.progress}"
                raise TimeoutError(msg)
        self._raise_if_crashed()
        return self.results

    @property
    def error(self) -> BaseException | None:
        """Why the controller failed, if the state is ``crashed``."""
        return self._error

    def _drive(self) -> None:
        ending: State = "finished"
        jobs: Sequence[Job] = ()
        try:
            # Planning a large sweep takes a while; the caller need not wait for it.
            jobs = self._plan_jobs()
            self._compute([job for job in jobs if not self._recalled(job)])
        except BaseException as error:  # noqa: BLE001 - kept, and raised by wait
            self._error = error
            ending = "crashed"
        self._token.stop()
        self._supply.stop()
        self._source.close()
        with self._changed:
            if self._state == "stopping" and ending == "finished":
                ending = "cancelled"
            for job in jobs:
                if job.position not in self._latest:
                    self._record(Outcome(job, "cancelled"))
            self._state = ending
            self._ended_at = time.monotonic()
            self._changed.notify_all()

    def _recalled(self, job: Job) -> bool:
        """Record a job's outcome if it is known."""
        identity = self._source.identity
        if self._recall is None or identity is None:
            return False
        known = self._recall.find(identity, job)
        if known is None:
            return False
        self._record(known)
        return True

    def _compute(self, jobs: Sequence[Job]) -> None:
        """Have the jobs prepared, in a thread of its own, and computed."""

        def stopped() -> bool:
            return self._token.stopped

        while jobs and not stopped():
            self._supply.reopen()
            fill = functools.partial(self._source.fill, jobs, self._supply, self._record, stopped)
            filling = Filling(self._supply, fill)
            self._supply.wait()
            # Not before: only then is it known which workers compute.
            self._source.pool.submit(int).add_done_callback(self._note_ready)
            self._controller = Controller(
                self._source.pool, self._token, self._record, self._note_fed
            )
            self._controller.drive(self._supply)
            filling.end()
            with self._changed:
                outcomes = [
                    self._latest[job.position] for job in jobs if job.position in self._latest
                ]
            jobs = self._source.check(outcomes, stopped)

    def _record(self, outcome: Outcome) -> None:
        with self._changed:
            outcome = self._sharing(self._same_units(outcome))
            replaced = self._latest.get(outcome.job.position)
            if replaced is not None:
                self._counts[replaced.status] -= 1
            self._outcomes.append(outcome)
            self._latest[outcome.job.position] = outcome
            self._counts[outcome.status] += 1
            if self._recall is not None and self._source.identity is not None:
                self._recall.keep(self._source.identity, outcome)
            if outcome.origin is not None:
                self._wall_times += outcome.origin.wall_time
                self._measured += 1
            self._changed.notify_all()

    def _note_ready(self, _: object) -> None:
        """Take note that the first worker is up (or died, and will be replaced)."""
        with self._changed:
            if self._state == "starting":
                self._state = "running"
                self._changed.notify_all()

    def _note_fed(self, number: int) -> None:
        self._fed = number

    def _same_units(self, outcome: Outcome) -> Outcome:
        """Refuse results in other units than before: they cannot be in one curve."""
        for name, value in outcome.values.items():
            first = self._units.setdefault(name, value.unit)
            if first.dimensions != value.unit.dimensions:
                message = (
                    f"{name} is in units of {value.unit.symbol or '1'} here, but was in "
                    f"{first.symbol or '1'} at another point: return the same units everywhere"
                )
                failure = Failure("UnitMismatch", message)
                return replace(outcome, status="failed", values={}, failure=failure)
        return outcome

    def _kill_if_stuck(self) -> None:
        self._thread.join(_GRACE)
        if self._thread.is_alive():
            self._source.pool.kill()

    def _raise_if_crashed(self) -> None:
        if self._error is not None:
            msg = f"the sweep's controller failed: {type(self._error).__name__}: {self._error}"
            raise RuntimeError(msg) from self._error
