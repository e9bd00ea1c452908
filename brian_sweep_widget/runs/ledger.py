"""Outcomes on their way into the store: what is not stored is not seen."""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from brian_sweep_widget.models import Parameter
from brian_sweep_widget.results import Outcome
from brian_sweep_widget.results.store import (
    Entry,
    NoStoreError,
    NotAStoreError,
    Store,
    StoreBusyError,
    StoreError,
    StoreFullError,
    StoreReplacedError,
    StoreUnusableError,
)
from brian_sweep_widget.runs.books import Books
from brian_sweep_widget.sweeps import Job, Plan

_AGAIN = 1.0  # s between attempts to write into a store that takes nothing
_WAIT = 0.2  # s that one attempt waits for others who have the file
_PATIENCE = 10.0  # s until a person is told of these
_GRACE = 0.5  # s that a stop waits for them
_LOOK = 0.05  # s
# From one transaction to the next; a chart is drawn every 50 ms.
_PACE = 0.04
_KEY_BYTES = 20


class Record(NamedTuple):
    """Where a sweep is recorded, and what is recorded of it besides its outcomes.

    Attributes
    ----------
    store
        The store.
    sweep
        The sweep's name there; None if only its outcomes are stored.
    model, parameters, plan
        See `Store.record_sweep`.
    """

    store: Store
    sweep: bytes | None
    model: str
    parameters: Mapping[str, Parameter]
    plan: Plan


class _Waiting(NamedTuple):
    entry: Entry
    recalled: bool


class Ledger:
    """Writes a sweep's outcomes into a store, in a thread of its own, then into its books.

    While one transaction is under way the next outcomes gather, so a slow disk
    makes the groups larger, and not the sweep slower. A store that takes
    nothing (a full disk, above all) holds the sweep up until it does. Where
    there can be no store from the beginning, outcomes are seen without being
    stored, and a notice says so; it is tried again with every group.

    Parameters
    ----------
    record
        Where to.
    books
        Of the sweep.
    enter
        Lets outcomes be seen, once they are stored.
    held
        Is told whether the store takes nothing.
    """

    def __init__(
        self,
        record: Record,
        books: Books,
        enter: Callable[..., None],
        held: Callable[[bool], None],
    ) -> None:
        self._record = record
        self._store = record.store
        self._books = books
        self._enter = enter
        self._held = held
        self._begun = False
        self._changed = threading.Condition()
        self._waiting: list[_Waiting] = []
        self._written: list[Entry] = []  # all of the sweep's, should the file be replaced
        self._busy = False
        self._urgent = False  # somebody waits for the last ones
        self._stored_at = 0.0
        self._closed = False
        self._trouble = ""
        self._unkept = ""  # why nothing of the sweep is stored
        self._refused = math.inf  # since when others keep the file, by time.monotonic()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name="brian-sweep-store", daemon=True)
        self._thread.start()

    @property
    def trouble(self) -> str:
        """Why nothing can be stored now; empty if it can."""
        return self._trouble

    @property
    def notice(self) -> str:
        """What a person should know of the store."""
        if not self._unkept:
            return self._store.notice
        return (
            f"Nothing of this sweep is kept, as {self._unkept}. Save its results, or give another "
            "file as the store."
        )

    def record(self, outcome: Outcome, key: bytes | None, *, recalled: bool = False) -> None:
        """Have an outcome stored; it is entered into the books after that.

        Parameters
        ----------
        outcome
            What became of a job.
        key
            Names the simulation; None if it is not to be found again.
        recalled
            Whether it is from this store.
        """
        entry = Entry(key or os.urandom(_KEY_BYTES), outcome, self._record.sweep)
        with self._changed:
            self._waiting.append(_Waiting(entry, recalled))
            self._changed.notify_all()

    def recall(self, keyed: Sequence[tuple[Job, bytes]], stopped: Callable[[], bool]) -> list[Job]:
        """Record what is known of some jobs; give those of which nothing is."""
        found = self._find([(key, job) for job, key in keyed], stopped)
        unknown = []
        for job, key in keyed:
            outcome = found.get(key)
            if outcome is None:
                unknown.append(job)
            else:
                known = Outcome(job, "done", outcome.values, None, outcome.origin)
                self.record(self._books.checked(known), key, recalled=True)
        return unknown

    def _find(
        self, wanted: Sequence[tuple[bytes, Job]], stopped: Callable[[], bool]
    ) -> dict[bytes, Outcome]:
        """Ask the store, as long as others keep it; where there is none, nothing is known."""
        began, told = time.monotonic(), False
        found: dict[bytes, Outcome] = {}
        while not stopped():
            try:
                found = self._store.find_many(wanted, _WAIT)
                break
            except StoreBusyError as error:
                if time.monotonic() - began > _PATIENCE:
                    self._tell(str(error))
                    told = True
            except NotAStoreError:
                raise
            except (StoreFullError, StoreUnusableError):
                break
        if told:
            self._tell("")
        return found

    def flush(self, stopped: Callable[[], bool]) -> None:
        """Wait until all outcomes are stored; once stopped, not for a store that takes nothing.

        Raises
        ------
        Exception
            What went wrong in the ledger's thread: a bug of ours.
        """
        with self._changed:
            self._urgent = True
            self._changed.notify_all()
            while (self._waiting or self._busy) and not (self._takes_nothing and stopped()):
                if self._error is not None:
                    break
                self._changed.wait(_LOOK)
            self._urgent = False
            if self._error is not None:
                raise self._error

    @property
    def _takes_nothing(self) -> bool:
        return bool(self._trouble) or time.monotonic() - self._refused > _GRACE

    def close(self, notice: str) -> int:
        """End it; returns the number of outcomes that could not be stored.

        Parameters
        ----------
        notice
            What is to be known of the results; is recorded with them.

        Raises
        ------
        Exception
            See `flush`.
        """
        try:
            self.flush(lambda: True)
            if self._begun and self._record.sweep is not None and notice:
                with suppress(StoreError):  # it is only told now, then
                    self._store.note(self._record.sweep, notice, _WAIT)
        finally:
            with self._changed:
                self._closed = True
                self._changed.notify_all()
            self._thread.join()
        return len(self._waiting)

    def _work(self) -> None:
        try:
            self._write()
        except BaseException as error:  # noqa: BLE001 - raised by flush
            self._error = error

    def _write(self) -> None:
        if not self._store_until_closed([]):  # the sweep's own record, while its first jobs run
            return
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if self._closed:
                    return
                # Others may be about to come: together they cost as little as one.
                wait = self._stored_at + _PACE - time.monotonic()
                self._changed.wait_for(lambda: self._urgent or self._closed, max(0.0, wait))
                batch, self._waiting, self._busy = self._waiting, [], True
            stored = self._store_until_closed(batch)
            with self._changed:
                self._busy = False
                self._stored_at = time.monotonic()
                if not stored:
                    self._waiting = [*batch, *self._waiting]
                self._changed.notify_all()

    def _store_until_closed(self, batch: Sequence[_Waiting]) -> bool:
        """Store a batch, however long that takes; False if it was given up."""
        new = [waiting.entry for waiting in batch]
        entries = [*self._written, *new] if self._unkept else new
        while True:
            try:
                self._add(entries)
                self._unkept = ""
                break
            except StoreReplacedError:
                entries = [*self._written, *new]
                self._begun = False
            except (StoreFullError, StoreUnusableError) as error:
                if isinstance(error, NoStoreError) and not self._begun:
                    self._unkept = str(error)
                    break
                if self._given_up(error):
                    return False
        self._refused = math.inf
        self._tell("")
        fresh = [waiting.entry.outcome for waiting in batch if not waiting.recalled]
        known = [waiting.entry.outcome for waiting in batch if waiting.recalled]
        self._written += [waiting.entry for waiting in batch]
        if fresh:
            self._enter(fresh)
        if known:
            self._enter(known, recalled=True)
        return True

    def _given_up(self, error: StoreFullError | StoreUnusableError) -> bool:
        """Wait for a store that takes nothing; True if nobody wants to any more."""
        again = _AGAIN
        if isinstance(error, StoreBusyError):
            again = 0.0  # it was waited for already
            self._refused = min(self._refused, time.monotonic())
            if time.monotonic() - self._refused > _PATIENCE:
                self._tell(str(error))
        elif isinstance(error, StoreFullError):
            self._tell(f"{error}; then the sweep goes on.")
        else:
            self._tell(str(error))
        with self._changed:
            return self._changed.wait_for(lambda: self._closed, again)

    def _add(self, entries: Sequence[Entry]) -> None:
        if self._record.sweep is not None and not self._begun:
            self._store.record_sweep(self._record.sweep, *self._record[2:], _WAIT)
            self._begun = True
        if entries:
            self._store.add(self._record.model, entries, _WAIT)

    def _tell(self, trouble: str) -> None:
        """Say that the store takes nothing, or that it does again."""
        with self._changed:
            if trouble == self._trouble:
                return
            self._trouble = trouble
            self._changed.notify_all()
        self._held(bool(trouble))
