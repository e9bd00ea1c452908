"""A sweep under way."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Sequence

from brian_sweep_widget.backends import Standing
from brian_sweep_widget.engines.file_states import FileStates
from brian_sweep_widget.results import Outcome, Results
from brian_sweep_widget.results.store import NotAStoreError
from brian_sweep_widget.runs import activity
from brian_sweep_widget.runs.books import Books
from brian_sweep_widget.runs.borrowing import Borrowing
from brian_sweep_widget.runs.driving import Driving
from brian_sweep_widget.runs.hosting import Hosting
from brian_sweep_widget.runs.ledger import Record
from brian_sweep_widget.runs.progress import Progress
from brian_sweep_widget.runs.recall import Recall
from brian_sweep_widget.runs.remaining import UnderWay, pace_of_all, time_left
from brian_sweep_widget.runs.sources import Source
from brian_sweep_widget.runs.statistics import Statistics, statistics
from brian_sweep_widget.sweeps import Plan

_PERSON = "person"  # holds a sweep up


class Run:
    """A sweep that computes in the background; made by `Sweep.start`.

    Iterating over it gives the outcomes as they come, from the first one on,
    and ends with the sweep. All methods may be called from any thread.

    If the first simulations all fail alike, it pauses, and `Progress.waits`
    asks whether to go on: `resume` does, `cancel` ends it. Who iterates or
    waits cannot answer, so the rest is cancelled then.
    """

    def __init__(
        self,
        plan: Plan,
        source: Source,
        make_results: Callable[[Sequence[Outcome], str], Results],
        time_limit: float,
        again: Callable[[Run], Run],
        record: Record | None = None,
        recall: Recall | None = None,
        kept: Sequence[Outcome] = (),
        place: Hosting | Borrowing | None = None,
        read: FileStates | None = None,
        *,
        keep_going: bool = False,
    ) -> None:
        self._plan = plan
        self._source = source
        self._make_results = make_results
        self._start_again = again
        #: Where it is recorded; None for nowhere.
        self.record = record
        self._paused = False
        self._books = Books()
        self._books.enter(kept)
        self._books.note_read(read or {})
        self._changed = self._books.changed
        self._driving = Driving(
            plan.jobs,
            len(plan),
            source,
            self._books,
            time_limit,
            record,
            recall,
            place,
            keep_going=keep_going,
        )
        activity.watch(self)

    def __repr__(self) -> str:
        progress = self.progress
        return f"<Run {progress.state}: {progress}>"

    @property
    def progress(self) -> Progress:
        """How far it is now."""
        with self._changed:
            books, backend = self._books, self._driving.backend
            workers = self._source.pool.workers if backend is None else backend.slots
            slots = {"": workers} if backend is None else backend.slots_by_host
            left = len(self._plan) - len(books.latest)
            at_work = 0 if backend is None else min(self._driving.fed, backend.running)
            paused = self._asks or (self._paused and books.state in {"starting", "running"})
            return Progress(
                state="paused" if paused else books.state,
                total=len(self._plan),
                **books.counts,
                partial=books.partial,
                recalled=len(books.recalled),
                # While workers start, jobs wait for them.
                running=at_work if books.state in {"running", "stopping"} else 0,
                workers=workers,
                elapsed=books.elapsed,
                eta=time_left(left, self.under_way, books.paces, slots),
                phase="" if books.has_ended else self._source.phase,
                engine=self._source.label,
                notice=self._driving.notice,
                comparing=self._source.comparing,
                waits="" if books.has_ended else self._waits(),
            )

    @property
    def results(self) -> Results:
        """What there is so far; after the end, all."""
        with self._changed:
            return self._make_results(tuple(self._books.latest.values()), self._driving.notice)

    @property
    def under_way(self) -> list[UnderWay]:
        """What workers compute now, the longest first."""
        now, here = time.time(), socket.gethostname()
        with self._changed:
            if self._books.has_ended:
                return []
            found = [
                UnderWay(label, now - place.began, place.process, here)
                for label, place in self._driving.token.places().items()
                if label not in self._books.latest
            ]
            backend = self._driving.backend
            places = {} if backend is None else backend.places()
            found += [
                UnderWay(label, max(0.0, now - place.began), place.process, host)
                for label, (host, place) in places.items()
                if label not in self._books.latest
            ]
        return sorted(found, key=lambda one: -one.seconds)

    @property
    def files_read(self) -> FileStates:
        """What was in the files that were read for these results, by path."""
        return self._books.read

    def outcome(self, position: tuple[int, ...]) -> Outcome | None:
        """Give what became of a simulation, by the position of its job; None if not known yet."""
        with self._changed:
            return self._books.latest.get(position)

    @property
    def began(self) -> float:
        """When it began, in seconds since the epoch, as `Origin.started`."""
        return self._books.began

    @property
    def recalled(self) -> frozenset[tuple[int, ...]]:
        """Positions of the jobs whose outcome the store knew."""
        with self._changed:
            return frozenset(self._books.recalled)

    @property
    def time_per_job(self) -> float | None:
        """Mean wall time of the jobs that were computed, in seconds; None if none was."""
        with self._changed:
            return pace_of_all(self._books.paces).usual

    @property
    def statistics(self) -> Statistics:
        """Who computed what so far, and how much faster than one worker."""
        with self._changed:
            books, backend = self._books, self._driving.backend
            tallies = {} if backend is None else backend.tallies
            return statistics(books.latest.values(), books.recalled, books.elapsed, tallies)

    @property
    def hosts(self) -> list[Standing]:
        """How each of the other computers stands; empty if there are none."""
        place = self._driving.place
        if not isinstance(place, Hosting):
            return []
        return place.roster.standings(place.cluster.differing)

    def print_stats(self) -> None:
        """Print `statistics`, as Parallel Python's ``print_stats`` did."""
        print(self.statistics)  # noqa: T201 - that is what it is for

    def outcomes_since(self, number: int) -> list[Outcome]:
        """Give the outcomes from a number on, without waiting.

        A later outcome of the same job replaces an earlier one.
        """
        with self._changed:
            return self._books.outcomes[number:]

    def __iter__(self) -> Iterator[Outcome]:
        given, outcomes = 0, self._books.outcomes
        while True:
            self._wait_for(lambda: len(outcomes) > given or self._books.has_ended)  # noqa: B023 - called at once
            with self._changed:
                fresh = outcomes[given:]
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
        self._stop()

    def pause(self) -> None:
        """Start no more simulations until `resume`; those that run go on to their end."""
        self._paused = True
        self._driving.turn.hold(_PERSON)
        self._books.tell()

    def resume(self) -> None:
        """Go on after `pause`, or although the first simulations all failed alike."""
        self._paused = False
        self._driving.go_on()
        self._driving.turn.release(_PERSON)
        self._books.tell()

    def skip(self, position: tuple[int, ...]) -> None:
        """Give up one simulation, whether it runs or waits; it counts as cancelled.

        Parameters
        ----------
        position
            Of its job: an index along every axis, and the trial.

        Raises
        ------
        ValueError
            If the sweep has no such job.
        """
        shape = self._plan.shape
        inside = len(position) == len(shape) and all(
            0 <= index < extent for index, extent in zip(position, shape, strict=True)
        )
        if not inside:
            msg = (
                f"position = {position!r} is no job of this sweep (allowed: {len(shape)} indices, "
                f"each below {', '.join(map(str, shape))})"
            )
            raise ValueError(msg)
        with self._changed:
            over = position in self._books.latest or self._books.has_ended
        if not over:
            self._driving.skip(position)

    def retry(self) -> Run:
        """Compute once more what lacks a result: what failed, is partial, was lost or cancelled.

        Returns
        -------
        Run
            This one while it goes on: then it is done at its end. Otherwise
            another one, which begins with the results of this.
        """
        with self._changed:
            if not self._books.has_ended:
                latest = self._books.latest.items()
                wrong = [position for position, outcome in latest if not outcome.complete]
                self._driving.compute_again(wrong)
                return self
        return self._start_again(self)

    def wait(self, timeout: float | None = None) -> Results:
        """Wait for the end.

        If the first simulations all failed alike, the rest is cancelled: who
        waits cannot be asked whether to go on.

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
        NotAStoreError
            If the sweep's store is a file of another kind.
        """
        if not self._wait_for(lambda: self._books.has_ended, timeout):
            progress = self.progress
            phase = f" ({progress.phase})" if progress.phase else ""
            waits = f". {progress.waits}" if progress.waits else ""
            msg = f"the sweep goes on after {timeout} s: {progress}{phase}{waits}"
            raise TimeoutError(msg)
        self._raise_if_crashed()
        return self.results

    @property
    def error(self) -> BaseException | None:
        """Why the controller failed, if the state is ``crashed``."""
        return self._books.error

    def _wait_for(self, done: Callable[[], bool], timeout: float | None = None) -> bool:
        """Wait for a change; end the run if it waits for an answer that nobody can give then."""
        with self._changed:
            came = self._changed.wait_for(lambda: done() or self._asks, timeout)
        if not came or not self._asks:
            return came
        self._stop(unanswered=True)
        with self._changed:
            return self._changed.wait_for(done, timeout)

    def _stop(self, *, unanswered: bool = False) -> None:
        if self._books.move("stopping", of=("starting", "running")):
            self._driving.stop(unanswered=unanswered)

    @property
    def _asks(self) -> bool:
        """Whether it waits for somebody to say whether to go on."""
        return bool(self._driving.question) and self._books.state in {"starting", "running"}

    def _waits(self) -> str:
        """Say why nothing starts; empty if nothing is in the way."""
        if self._asks:
            return f"{self._driving.question} Resume goes on, Stop ends the sweep."
        ledger, short = self._driving.ledger, self._driving.turn.short_of
        if ledger is not None and ledger.trouble:
            return ledger.trouble
        if short is None:
            return "" if self._driving.backend is None else self._driving.backend.waits
        free, needed = short
        return (
            f"Waiting for memory: {free / 1e9:.2g} GB are free, and another simulation needs "
            f"about {needed / 1e9:.2g} GB."
        )

    def _raise_if_crashed(self) -> None:
        if isinstance(self.error, NotAStoreError):  # which failed nowhere in here
            raise NotAStoreError(str(self.error)) from self.error
        if self.error is not None:
            msg = f"the sweep's controller failed: {type(self.error).__name__}: {self.error}"
            raise RuntimeError(msg) from self.error
