"""What is known of a sweep: its outcomes, in the order in which they came, and their counts."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable

from brian_sweep_widget.engines.file_states import FileStates, merged
from brian_sweep_widget.models import Unit
from brian_sweep_widget.results import Failure, Outcome, Value
from brian_sweep_widget.runs.cells import outcome_with_cells
from brian_sweep_widget.runs.progress import ENDED, State
from brian_sweep_widget.runs.remaining import Pace
from brian_sweep_widget.runs.sharing import Sharing


class Books:
    """Keeps the outcomes of one sweep; everything that is seen of it is read here.

    Attributes
    ----------
    changed
        The lock, and told of every change.
    outcomes
        All that came; a later outcome of a job replaces an earlier one.
    latest
        The outcome of every job that has one, by position.
    counts
        Numbers of outcomes by status, replaced ones not counted.
    partial
        Number of outcomes that lack a measure that failed, replaced ones not counted.
    failed_measures
        Of these: by measure, the failure at every position.
    recalled
        Positions of the jobs whose outcome was known before.
    paces
        How fast jobs were computed, by host.
    files, unseeded, threads, programs
        What simulations read while they ran, what took random numbers from
        the system, what went on in threads beside or after them, and which
        other programs they started.
    read
        What was in all files that simulations, or their preparation, read.
    state, error
        The sweep's; why, if it crashed.
    unstored
        Finished simulations that could not be stored before the end.
    """

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.outcomes: list[Outcome] = []
        self.latest: dict[tuple[int, ...], Outcome] = {}
        self.counts = dict.fromkeys(("done", "failed", "lost", "cancelled"), 0)
        self.partial = 0
        self.failed_measures: dict[str, dict[tuple[int, ...], Failure]] = {}
        self.recalled: set[tuple[int, ...]] = set()
        self.paces: dict[str, Pace] = {}
        self.files: set[str] = set()
        self.read: FileStates = {}
        self.unseeded: set[str] = set()
        self.threads: set[str] = set()
        self.programs: set[str] = set()
        self.state: State = "starting"
        self.error: BaseException | None = None
        self.unstored = 0
        #: Seconds since the epoch at which the sweep began, as origins tell time.
        self.began = time.time()
        self._began = time.monotonic()
        self._ended: float | None = None
        self._units: dict[str, Unit] = {}
        self._sharing = Sharing()

    @property
    def elapsed(self) -> float:
        """Seconds since the start, or from start to end."""
        return (self._ended or time.monotonic()) - self._began

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will come."""
        return self.state in ENDED

    def move(self, to: State, *, of: tuple[State, ...]) -> bool:
        """Change the state, if it is one of some; say whether."""
        with self.changed:
            if self.state not in of:
                return False
            self.state = to
            if to in ENDED:
                self._ended = time.monotonic()
            self.changed.notify_all()
            return True

    def tell(self) -> None:
        """Have whoever waits look again."""
        with self.changed:
            self.changed.notify_all()

    def checked(self, outcome: Outcome) -> Outcome:
        """Give an outcome as it is to be kept: in the units of all others, and sharing parts."""
        outcome = outcome_with_cells(outcome)
        with self.changed:
            return self._sharing(self._same_units(outcome))

    def enter(self, outcomes: Iterable[Outcome], *, recalled: bool = False) -> None:
        """Let outcomes be seen."""
        with self.changed:
            for outcome in outcomes:
                replaced = self.latest.get(outcome.job.position)
                if replaced is not None:
                    self.counts[replaced.status] -= 1
                    self._forget_measures(replaced)
                self.outcomes.append(outcome)
                self.latest[outcome.job.position] = outcome
                self.counts[outcome.status] += 1
                self._note_measures(outcome)
                (self.recalled.add if recalled else self.recalled.discard)(outcome.job.position)
                if outcome.origin is not None and not recalled:
                    pace = self.paces.setdefault(outcome.origin.host, Pace())
                    pace.note(outcome.origin.wall_time)
                    self.files.update(outcome.origin.files)
                    self.note_read(
                        dict(zip(outcome.origin.files, outcome.origin.contents, strict=False))
                    )
                    self.unseeded.update(outcome.origin.unseeded)
                    self.threads.update(outcome.origin.threads)
                    self.programs.update(outcome.origin.programs)
            self.changed.notify_all()

    def note_read(self, read: FileStates) -> None:
        """Take note of what was in files when one simulation was computed, or prepared."""
        if read:
            with self.changed:
                self.read = merged([self.read, read])

    def _note_measures(self, outcome: Outcome) -> None:
        if outcome.partial:
            self.partial += 1
            for name, failure in outcome.failures.items():
                self.failed_measures.setdefault(name, {})[outcome.job.position] = failure

    def _forget_measures(self, outcome: Outcome) -> None:
        if outcome.partial:
            self.partial -= 1
            for name in outcome.failures:
                there = self.failed_measures[name]
                del there[outcome.job.position]
                if not there:
                    del self.failed_measures[name]

    def _same_units(self, outcome: Outcome) -> Outcome:
        """Refuse results in other units than before: they cannot be in one curve."""
        others: dict[str, Failure] = {}
        for name, value in outcome.values.items():
            first = self._units.setdefault(name, value.unit)
            if first.dimensions != value.unit.dimensions:
                message = (
                    f"{name} is in units of {value.unit.symbol or '1'} here, but was in "
                    f"{first.symbol or '1'} at another point: return the same units everywhere"
                )
                others[name] = Failure("UnitMismatch", message)
        if not others:
            return outcome
        found: dict[str, Value | Failure] = {**outcome.values, **outcome.failures, **others}
        return Outcome.measured(outcome.job, found, outcome.origin)
