"""Outcomes on their way into the store: what is not stored is not seen."""

from __future__ import annotations

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
    Store,
    StoreError,
    StoreFullError,
    StoreReplacedError,
    StoreUnusableError,
)
from brian_sweep_widget.runs.books import Books
from brian_sweep_widget.sweeps import Job, Plan

_AGAIN = 1.0  # s between attempts to write into a store that takes nothing
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
    nothing (a full disk, above all) holds the sweep up until it does.

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
        return self._store.notice

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

    def recall(self, keyed: Sequence[tuple[Job, bytes]]) -> list[Job]:
        """Record what is known of some jobs; give those of which nothing is."""
        found = self._store.find_many([(key, job) for job, key in keyed])
        unknown = []
        for job, key in keyed:
            outcome = found.get(key)
            if outcome is None:
                unknown.append(job)
            else:
                known = Outcome(job, "done", outcome.values, None, outcome.origin)
                self.record(self._books.checked(known), key, recalled=True)
        return unknown

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
            while (self._waiting or self._busy) and not (self._trouble and stopped()):
                if self._error is not None:
                    break
                self._changed.wait(_LOOK)
            self._urgent = False
            if self._error is not None:
                raise self._error

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
                    self._store.note(self._record.sweep, notice)
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
        entries = [waiting.entry for waiting in batch]
        while True:
            try:
                self._add(entries)
                break
            except StoreReplacedError:
                entries = [*self._written, *(waiting.entry for waiting in batch)]
                self._begun = False
            except (StoreFullError, StoreUnusableError) as error:
                self._tell(str(error))
                with self._changed:
                    if self._changed.wait_for(lambda: self._closed, _AGAIN):
                        return False
        self._tell("")
        fresh = [waiting.entry.outcome for waiting in batch if not waiting.recalled]
        known = [waiting.entry.outcome for waiting in batch if waiting.recalled]
        self._written += [waiting.entry for waiting in batch]
        if fresh:
            self._enter(fresh)
        if known:
            self._enter(known, recalled=True)
        return True

    def _add(self, entries: Sequence[Entry]) -> None:
        if self._record.sweep is not None and not self._begun:
            self._store.record_sweep(self._record.sweep, *self._record[2:])
            self._begun = True
        if entries:
            self._store.add(self._record.model, entries)

    def _tell(self, trouble: str) -> None:
        """Say that the store takes nothing, or that it does again."""
        if trouble == self._trouble:
            return
        with self._changed:
            self._trouble = trouble
            self._changed.notify_all()
        self._held(bool(trouble))
