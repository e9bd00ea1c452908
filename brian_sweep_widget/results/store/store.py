"""The store: what was computed once is never computed again, nor lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from brian_sweep_widget.models import Parameter
from brian_sweep_widget.results.outcome import Outcome
from brian_sweep_widget.results.results import Results
from brian_sweep_widget.results.store.coding import read_outcome, to_row, write_position
from brian_sweep_widget.results.store.database import Database
from brian_sweep_widget.results.store.descriptions import describe_sweep
from brian_sweep_widget.results.store.errors import DamagedError, StoreReplacedError
from brian_sweep_widget.results.store.merging import Merged, merge_into
from brian_sweep_widget.results.store.reading import StoreInfo, SweepRecord
from brian_sweep_widget.results.store.reading import info as info_of
from brian_sweep_widget.results.store.reading import last_pace as last_pace_in
from brian_sweep_widget.results.store.reading import results as results_in
from brian_sweep_widget.results.store.reading import sweeps as sweeps_in
from brian_sweep_widget.results.store.rows import find_rows, put_row
from brian_sweep_widget.sweeps import Job, Plan

if TYPE_CHECKING:
    import sqlite3

_Given = TypeVar("_Given")


class Entry(NamedTuple):
    """An outcome to be stored.

    Attributes
    ----------
    key
        Names the simulation: 20 bytes, equal only for equal results.
    outcome
        What became of it.
    sweep
        Name of the sweep of which it is a point; None for none.
    """

    key: bytes
    outcome: Outcome
    sweep: bytes | None = None


class Store:
    """Results in one SQLite file. Safe for several threads, processes and kernels.

    Nothing is opened or made before the first use. A damaged file is set aside
    under another name, and what can be read of it is taken over.

    Parameters
    ----------
    path
        The file.
    limit
        Bytes that it may have; None for as many as there is room for.
    """

    def __init__(self, path: Path, limit: int | None = None) -> None:
        self.path = path
        self.notice = ""  #: What a person should know; empty if nothing.
        self._database = Database(path, limit)

    def __repr__(self) -> str:
        return f"Store({str(self.path)!r})"

    def record_sweep(
        self,
        name: bytes,
        model: str,
        parameters: Mapping[str, Parameter],
        plan: Plan,
        patience: float | None = None,
    ) -> None:
        """Record a sweep, so that its results can be opened as a whole.

        Parameters
        ----------
        name
            Any 16 bytes that no other sweep has; recording it twice is no error.
        model
            The model's label.
        parameters
            The model's parameters by name.
        plan
            What is asked for.
        patience
            Seconds that others may take with the file; None for ten.

        Raises
        ------
        StoreFullError, StoreUnusableError
        """

        def write(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT OR IGNORE INTO sweep (name, started, model, description, notice) "
                "VALUES (?, ?, ?, ?, '')",
                (name, time.time(), model, describe_sweep(parameters, plan)),
            )

        self._do(write, writing=True, patience=patience)

    def note(self, name: bytes, notice: str, patience: float | None = None) -> None:
        """Record what a person should know of a sweep's results.

        Parameters
        ----------
        name
            The sweep's.
        notice
            Takes the place of an earlier one.
        patience
            Seconds that others may take with the file; None for ten.

        Raises
        ------
        StoreFullError, StoreUnusableError
        """
        self._do(
            lambda connection: connection.execute(
                "UPDATE sweep SET notice = ? WHERE name = ?", (notice, name)
            ),
            writing=True,
            patience=patience,
        )

    def add(self, model: str, entries: Iterable[Entry], patience: float | None = None) -> None:
        """Store outcomes, all or none; they are on the disk when this returns.

        A result that is there stays; what failed, was lost or is partial gives
        way to what is no less. What was cancelled is nothing to be stored.

        Parameters
        ----------
        model
            The model's label.
        entries
            The outcomes.
        patience
            Seconds that others may take with the file; None for ten.

        Raises
        ------
        StoreReplacedError
            If the sweep was not recorded in this file: it is a new one, as the
            old one was damaged, or moved away.
        StoreFullError, StoreUnusableError
        """
        rows = [
            (entry, to_row(entry.key, model, entry.outcome))
            for entry in entries
            if entry.outcome.status != "cancelled"
        ]
        places = [
            (write_position(entry.outcome.job.position), entry.key, entry.sweep)
            for entry, _ in rows
            if entry.sweep is not None
        ]

        def write(connection: sqlite3.Connection) -> None:
            for name in {sweep for _, _, sweep in places}:
                found = connection.execute("SELECT 1 FROM sweep WHERE name = ?", (name,))
                if found.fetchone() is None:
                    msg = f"{self.path} is another file than when the sweep began"
                    raise StoreReplacedError(msg)
            for _, row in rows:
                put_row(connection, row)
            connection.executemany(
                "INSERT OR REPLACE INTO point (sweep, position, key) "
                "SELECT number, ?, ? FROM sweep WHERE name = ?",
                places,
            )

        if rows:
            self._do(write, writing=True, patience=patience)

    def find_many(
        self, wanted: Sequence[tuple[bytes, Job]], patience: float | None = None
    ) -> dict[bytes, Outcome]:
        """Find finished simulations.

        Parameters
        ----------
        wanted
            Keys, and the jobs whose outcomes they are to be.
        patience
            Seconds that others may take with the file; None for ten.

        Returns
        -------
        dict
            Outcomes by key, of the jobs that were given; what is not there,
            did not give a result, or only a partial one, is left out.

        Raises
        ------
        StoreFullError, StoreUnusableError
        """
        jobs = dict(wanted)

        def read(connection: sqlite3.Connection) -> dict[bytes, Outcome]:
            rows = find_rows(connection, list(jobs))
            found = {row.key: read_outcome(row, jobs[row.key]) for row in rows}
            return {name: outcome for name, outcome in found.items() if outcome.complete}

        return self._do(read, writing=False, patience=patience, keys=len(jobs))

    def find(self, key: bytes, job: Job) -> Outcome | None:
        """Find one finished simulation; see `find_many`."""
        return self.find_many([(key, job)]).get(key)

    def sweeps(self) -> list[SweepRecord]:
        """List the sweeps that were recorded, the oldest first.

        Raises
        ------
        StoreFullError, StoreUnusableError
        """
        return self._do(sweeps_in, writing=False)

    def results(self, which: int = -1) -> Results:
        """Give the results of a recorded sweep; see `Results.open`.

        Parameters
        ----------
        which
            Its number, from 1; or counted from the last, which is -1.

        Raises
        ------
        LookupError
            If there is no such sweep.
        StoreFullError, StoreUnusableError
        """
        return self._do(lambda connection: results_in(connection, which), writing=False)

    def last_pace(self, model: str) -> tuple[Plan, float] | None:
        """Say how long a simulation of a model took the last time.

        Parameters
        ----------
        model
            The model's label.

        Returns
        -------
        plan, seconds
            Of the sweep of this model that began last, the mean over its
            simulations; None if there is none, or it has no result.

        Raises
        ------
        StoreUnusableError
        """
        if not self.path.exists():  # nor is it made for a question
            return None
        return self._do(lambda connection: last_pace_in(connection, model), writing=False)

    def info(self) -> StoreInfo:
        """Say what the store holds.

        Raises
        ------
        StoreFullError, StoreUnusableError
        """
        return self._do(
            lambda connection: info_of(connection, self.path, self._database.limit), writing=False
        )

    def merge(self, other: Path) -> Merged:
        """Take over what another store has and this one has not; the other stays as it is.

        Parameters
        ----------
        other
            Its file. Of a damaged one, what can be read is taken over.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        StoreFullError, StoreUnusableError
        """
        if not other.is_file():
            msg = f"there is no store {other}"
            raise FileNotFoundError(msg)
        if self.path.exists() and other.samefile(self.path):
            return Merged(0, 0, 0)
        return merge_into(
            lambda write: self._do(write, writing=True),
            other,
        )

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        self._database.close()

    def _do(
        self,
        action: Callable[[sqlite3.Connection], _Given],
        *,
        writing: bool,
        patience: float | None = None,
        keys: int = 0,
    ) -> _Given:
        """Do something in one transaction; if the file is damaged, in a new file."""
        try:
            with self._database.using(writing=writing, patience=patience, keys=keys) as connection:
                return action(connection)
        except DamagedError:
            self._replace()
        with self._database.using(writing=writing, patience=patience, keys=keys) as connection:
            return action(connection)

    def _replace(self) -> None:
        """Set the damaged file aside, and take over what can be read of it."""
        aside = self._database.set_aside()
        if aside is None:  # another process did
            return
        merged = merge_into(self._in_new_file, aside)
        self.notice = (
            f"The store {self.path} was damaged. It was set aside as {aside.name}, and "
            f"{merged.added} results that can be read were taken over."
        )

    def _in_new_file(self, action: Callable[[sqlite3.Connection], _Given]) -> _Given:
        with self._database.using(writing=True) as connection:
            return action(connection)
