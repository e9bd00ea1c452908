"""What a run does, in threads of its own: prepare, feed, collect, store, check."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial

from brian_sweep_widget.backends import (
    ADMISSION,
    CrewBackend,
    ForeignBackend,
    Label,
    LocalBackend,
    StopToken,
)
from brian_sweep_widget.results import OTHER_DIGITS, Outcome
from brian_sweep_widget.runs.alike import FirstFailures
from brian_sweep_widget.runs.books import Books
from brian_sweep_widget.runs.borrowing import Borrowing
from brian_sweep_widget.runs.controller import Controller, MakeErrand, errand_here
from brian_sweep_widget.runs.filling import Filling
from brian_sweep_widget.runs.hosting import Hosting
from brian_sweep_widget.runs.ledger import Ledger, Record
from brian_sweep_widget.runs.notices import (
    files_in_words,
    measures_in_words,
    programs_in_words,
    threads_in_words,
    unseeded_in_words,
)
from brian_sweep_widget.runs.progress import State
from brian_sweep_widget.runs.recall import Recall
from brian_sweep_widget.runs.sources import Desk, Source
from brian_sweep_widget.runs.supply import Supply
from brian_sweep_widget.sweeps import Job

# Stop is done within 2 s: workers get most of that to stop by themselves, which
# keeps them warm; then they are killed.
_GRACE = 1.3  # s
_STORE = "store"  # holds a sweep up
_QUESTION = "question"  # likewise
_LOOK = 0.05  # s between looks at whether it was answered
_BEFOREHAND = "keep_going=True (--keep-going on the command line) computes it all the same."


class Driving:
    """Computes the jobs of one sweep; begins when it is made.

    Parameters
    ----------
    plan_jobs
        Lists them.
    number_of_jobs
        How many these are.
    source
        Supplies them.
    books
        Where all that comes is entered.
    time_limit
        Seconds that one job may take.
    record
        Where outcomes are stored; None for nowhere.
    recall
        Remembers what was computed a moment ago; None for nothing.
    place
        Where else jobs run than in the local pool; None for nowhere else.
    keep_going
        Whether all is computed even if the first simulations all fail alike.

    Attributes
    ----------
    token, turn, supply, ledger
        How to reach the workers, the other sweeps, the jobs that wait and the
        store.
    fed
        Number of jobs that were handed out and did not come back yet.
    question
        What the first simulations all failed with, while nobody has said
        whether to go on; nothing more is begun then. Empty if nothing is asked.
    """

    def __init__(
        self,
        plan_jobs: Callable[[], Sequence[Job]],
        number_of_jobs: int,
        source: Source,
        books: Books,
        time_limit: float,
        record: Record | None,
        recall: Recall | None,
        place: Hosting | Borrowing | None = None,
        *,
        keep_going: bool = False,
    ) -> None:
        self.token = StopToken.new()
        # Asked anew: the pool becomes another one if the model cannot be compiled.
        self.turn = ADMISSION.turn(source.pool.workers, lambda: source.pool.processes())  # noqa: PLW0108
        self.supply = Supply()
        self.fed = 0
        self._plan_jobs = plan_jobs
        self._source = source
        self._books = books
        self._time_limit = time_limit
        self._recall = recall
        self._again: set[Label] = set()
        self.question = ""
        self._first = None if keep_going else FirstFailures(source.pool.workers)
        self._given_up = ""  # what is to be said of the question that stopping answered
        self._number_of_jobs = number_of_jobs
        self.place = place
        self.backend: LocalBackend | ForeignBackend | None = None
        # Both begin at once, and call back: everything else is there by now.
        self.ledger = None if record is None else Ledger(record, books, self._enter, self._hold)
        self._thread = threading.Thread(target=self._drive, name="brian-sweep", daemon=True)
        self._thread.start()

    def stop(self, *, unanswered: bool = False) -> None:
        """Stop everything; returns at once.

        Parameters
        ----------
        unanswered
            Whether it is stopped as nobody can answer the question: then it is
            said how to answer it beforehand.
        """
        self.token.stop()
        with self._books.changed:
            if self.question:
                beforehand = f" {_BEFOREHAND}" if unanswered else ""
                self._given_up = f"{self.question} The rest was not computed.{beforehand}"
            self.question = ""
        self.supply.stop()
        if self.backend is not None:
            self.backend.cancel_pending()
        if isinstance(self.place, Hosting):
            self.place.stop()
        threading.Thread(target=self._kill_if_stuck, name="brian-sweep-stop", daemon=True).start()

    def go_on(self) -> None:
        """Answer the question: compute all the same."""
        with self._books.changed:
            self.question = ""
            self._books.changed.notify_all()
        self.turn.release(_QUESTION)

    def skip(self, position: Label) -> None:
        """Give up one job, wherever it is."""
        self._again.discard(position)
        task = self.supply.remove(position)
        if task is not None:
            self.record(Outcome(task.job, "cancelled"))
        else:  # a worker has it, or it is not prepared yet
            self.token.skip(position)
            if self.backend is not None:
                self.backend.skip(position)

    def compute_again(self, positions: Sequence[Label]) -> None:
        """Compute some jobs once more, after all others."""
        self.token.forget(positions)
        if self.backend is not None:
            self.backend.forget(positions)
        self._again.update(positions)

    def record(self, outcome: Outcome) -> None:
        """Take an outcome as it comes, from whichever thread."""
        outcome = self._books.checked(outcome)
        if self._first is not None:
            self._ask_if_alike(self._first, outcome)
        if self.ledger is None:
            self._enter([outcome])
            return
        # What depends on files is another simulation when they change, and what was computed
        # with other last digits, with random numbers of no seed's, beside a thread or by another
        # program, is not the one that the key names.
        origin = outcome.origin
        unlike = origin is not None and (not origin.by_job or origin.engine.endswith(OTHER_DIGITS))
        self.ledger.record(outcome, None if unlike else self._source.key(outcome.job))

    @property
    def notice(self) -> str:
        """What a person should know of the results."""
        said = [self._source.notice]
        if self.place is not None:
            said.append(self.place.notice)
        if self.ledger is not None:
            said.append(self.ledger.notice)
        said.append(files_in_words(self._books, stored=self.ledger is not None))
        said += measures_in_words(self._books)
        said.append(self._given_up)
        unseeded = set(self._books.unseeded)
        said += [unseeded_in_words(unseeded), threads_in_words(self._books.threads)]
        said.append(programs_in_words(self._books.programs))
        if self._books.unstored:
            said.append(
                f"{self._books.unstored} finished simulations could not be stored before the "
                "stop, and count as cancelled."
            )
        return "\n".join(filter(None, said))

    def _drive(self) -> None:
        ending: State = "finished"
        jobs: Sequence[Job] = ()
        try:
            # Planning a large sweep takes a while; the caller need not wait for it.
            jobs = self._plan_jobs()
            kept = self._books.latest
            left = [job for job in jobs if not _is_whole(kept.get(job.position))]
            self._compute([job for job in left if not self._remembered(job)], jobs)
        except BaseException as error:  # noqa: BLE001 - kept, and raised by Run.wait
            self._books.error = error
            ending = "crashed"
        stopped = self.token.stopped
        self.token.remove()
        self.supply.stop()
        if self.backend is not None:
            self.backend.end()
        self.turn.end()
        if self.ledger is not None:
            try:
                self._books.unstored = self.ledger.close(self.notice)
            except BaseException as error:  # noqa: BLE001 - as above
                self._books.error = error
                ending = "crashed"
        self._source.close()
        with self._books.changed:
            left = [job for job in jobs if job.position not in self._books.latest]
            self._books.enter(Outcome(job, "cancelled") for job in left)
            if stopped and ending == "finished":
                ending = "cancelled"
            self._books.move(ending, of=("starting", "running", "stopping"))

    def _remembered(self, job: Job) -> bool:
        """Enter a job's outcome if it was computed a moment ago, for a run that followed too."""
        identity = self._source.identity
        if self._recall is None or identity is None:
            return False
        known = self._recall.find(identity, job)
        if known is not None:
            self._books.enter([self._books.checked(known)])
        return known is not None

    def _compute(self, jobs: Sequence[Job], all_jobs: Sequence[Job]) -> None:
        """Have the jobs prepared, in a thread of its own, and computed."""

        def stopped() -> bool:
            return self.token.stopped

        find = None if self.ledger is None else partial(self.ledger.recall, stopped=stopped)
        while jobs and not stopped():
            self.supply.reopen()
            desk = Desk(self.supply, self._refuse, find, stopped, self._books.note_read)
            filling = Filling(self.supply, partial(self._source.fill, jobs, desk))
            if self.supply.wait():
                # Not before: only then is it known which workers compute.
                backend, errand = self._make_backend()
                self.backend = backend
                Controller(
                    backend,
                    errand,
                    self.turn,
                    self.token,
                    self._time_limit,
                    self.record,
                    self._note_fed,
                ).drive(self.supply)
            filling.end()
            if self.ledger is not None:
                self.ledger.flush(stopped)
            with self._books.changed:
                latest = self._books.latest
                outcomes = [latest[job.position] for job in jobs if job.position in latest]
            again = {job.position for job in self._source.check(outcomes, stopped)} | self._again
            again |= self._of_other_engines()
            self._again = set()
            jobs = [job for job in all_jobs if job.position in again]

    def _of_other_engines(self) -> set[Label]:
        """Find the results that another engine gave, before the source fell back on its own."""
        label = self._source.label
        with self._books.changed:
            return {
                position
                for position, outcome in self._books.latest.items()
                if outcome.status == "done"
                and outcome.origin is not None
                and outcome.origin.engine.removesuffix(OTHER_DIGITS) != label
            }

    def _make_backend(self) -> tuple[LocalBackend | ForeignBackend, MakeErrand]:
        """Say where jobs run; anew for another pool, if the model cannot be compiled."""
        pool, backend = self._source.pool, self.backend
        if backend is not None:
            backend.end()
        if isinstance(self.place, Hosting):
            self._note_ready(None)
            roster, cluster = self.place.roster, self.place.cluster
            return CrewBackend(pool, self.turn, self.token, roster, cluster), self.place.errand
        if isinstance(self.place, Borrowing):
            self._note_ready(None)
            return self.place.backend, self.place.errand
        pool.submit(int).add_done_callback(self._note_ready)
        return LocalBackend(pool, self.turn), errand_here

    def _enter(self, outcomes: Sequence[Outcome], *, recalled: bool = False) -> None:
        """Let outcomes be seen; they are stored by now, if there is a store."""
        identity = self._source.identity
        if self._recall is not None and identity is not None:
            for outcome in outcomes:
                self._recall.keep(identity, outcome)
        self._books.enter(outcomes, recalled=recalled)

    def _ask_if_alike(self, first: FirstFailures, outcome: Outcome) -> None:
        """Begin nothing more until somebody answers, if all fail alike and as many are left."""
        with self._books.changed:
            question = first.add(outcome) if self._source.tells_of_others(outcome) else ""
            # The last ones may not have been stored, and entered, yet.
            left = self._number_of_jobs - len(self._books.latest.keys() | first.positions)
            if question and left >= first.enough and not self.token.stopped:
                self.turn.hold(_QUESTION)
                self.question = question
                self._books.changed.notify_all()

    def _refuse(self, outcome: Outcome) -> None:
        """Take the outcome of a job that cannot be computed; wait while a question is open."""
        self.record(outcome)
        with self._books.changed:
            while self.question and not self.token.stopped:
                self._books.changed.wait(_LOOK)

    def _hold(self, held: bool) -> None:  # noqa: FBT001 - the store's state
        """Start nothing more while the store takes nothing."""
        if held:
            self.turn.hold(_STORE)
        else:
            self.turn.release(_STORE)
        self._books.tell()

    def _note_ready(self, _: object) -> None:
        """Take note that the first worker is up (or died, and will be replaced)."""
        self._books.move("running", of=("starting",))

    def _note_fed(self, number: int) -> None:
        self.fed = number

    def _kill_if_stuck(self) -> None:
        self._thread.join(_GRACE)
        if self._thread.is_alive():
            self._source.pool.kill()


def _is_whole(outcome: Outcome | None) -> bool:
    return outcome is not None and outcome.complete
