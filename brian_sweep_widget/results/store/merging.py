"""Taking over what another file has, as far as it can be read."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from brian_sweep_widget.results.store.coding import (
    Row,
    read_outcome,
    read_parameters,
    read_position,
)
from brian_sweep_widget.results.store.connecting import bounded, connect
from brian_sweep_widget.results.store.database import look_at
from brian_sweep_widget.results.store.descriptions import Sweep, read_sweep, sweep_from
from brian_sweep_widget.results.store.errors import DamagedError
from brian_sweep_widget.results.store.rows import put_row, row_from, rows_from
from brian_sweep_widget.results.store.translating import translating
from brian_sweep_widget.sweeps import Job, is_within

_AT_ONCE = 1000  # rows of one transaction


@dataclass(frozen=True, slots=True)
class Merged:
    """What was taken over.

    Parameters
    ----------
    added
        Results that were not there before.
    known
        Results that were.
    unreadable
        Rows that could not be read; more may be missing of a damaged file.
    """

    added: int
    known: int
    unreadable: int


class Writing(Protocol):
    """Does something in one transaction of the store that takes over."""

    def __call__(self, action: Callable[[sqlite3.Connection], Any]) -> Any:
        """Do it."""
        ...


def merge_into(do: Writing, other: Path) -> Merged:
    """Take over all results and sweeps of a file; it is not changed, and may be damaged.

    Raises
    ------
    NotAStoreError
        If the file is something else.
    StoreFullError, StoreUnusableError
    """
    added = known = 0
    reader = _Reader(other)
    for rows in _in_groups(reader.rows()):

        def put(connection: sqlite3.Connection, rows: list[Row] = rows) -> int:
            return sum(put_row(connection, row, merging=True) for row in rows)

        new = do(put)
        added, known = added + new, known + len(rows) - new
    for sweep in reader.sweeps():
        do(sweep.put)
    return Merged(added, known, reader.unreadable)


class _Sweep:
    """A recorded sweep on its way into another store."""

    def __init__(self, values: Sweep, points: list[tuple[str, bytes]]) -> None:
        self._values = values
        self._points = points

    def put(self, connection: sqlite3.Connection) -> None:
        """Record it, with its points, unless it is there."""
        connection.execute(
            "INSERT OR IGNORE INTO sweep (name, started, model, description, notice) "
            "VALUES (?, ?, ?, ?, ?)",
            self._values,
        )
        connection.executemany(
            "INSERT OR IGNORE INTO point (sweep, position, key) "
            "SELECT number, ?, ? FROM sweep WHERE name = ?",
            [(position, key, self._values.name) for position, key in self._points],
        )


class _Reader:
    """Reads as much of a file as can be read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.unreadable = 0

    def rows(self) -> Iterator[Row]:
        """Give all outcomes that are as they were written."""
        last, step = self._last_number(), 1
        number = 0
        while number <= last:
            try:
                with self._reading() as connection:
                    for number, values in rows_from(connection, number):  # noqa: B020 - goes on from there
                        row = self._good(values)
                        if row is not None:
                            yield row
                        number, step = number + 1, 1  # noqa: PLW2901
                    return
            except DamagedError:
                # Somewhere here a page cannot be read: try behind it.
                self.unreadable += 1
                number, step = number + step, 2 * step

    def sweeps(self) -> list[_Sweep]:
        """Give all recorded sweeps that can be read."""
        found: list[_Sweep] = []
        last = None
        with suppress(DamagedError), self._reading() as connection:
            for number, *values in connection.execute(
                "SELECT number, name, started, model, description, notice FROM sweep "
                "ORDER BY number"
            ):
                if last is not None and number <= last:  # pages lead to each other
                    break
                last = number
                with suppress(DamagedError), translating(self._path):
                    sweep = sweep_from(*values)
                    _, plan = read_sweep(sweep.description)
                    found.append(_Sweep(sweep, _points(connection, number, plan.shape)))
        return found

    def _good(self, values: tuple[object, ...]) -> Row | None:
        try:
            row = row_from(values)
            read_outcome(row, Job((0,), read_parameters(row), row.seed))
        except DamagedError:
            self.unreadable += 1
            return None
        return row

    def _last_number(self) -> int:
        with suppress(DamagedError), self._reading() as connection:
            (number,) = connection.execute("SELECT MAX(number) FROM outcome").fetchone()
            return int(number or 0)
        return 0

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with translating(self._path), closing(connect(self._path, writing=False)) as connection:
            connection.execute("BEGIN")
            with bounded(connection, self._path):
                look_at(connection, self._path)
                yield connection


def _points(
    connection: sqlite3.Connection, number: int, shape: tuple[int, ...]
) -> list[tuple[str, bytes]]:
    """Give the points of a sweep that make sense, up to one that is there again."""
    found: dict[Any, Any] = {}
    for position, key in connection.execute(
        "SELECT position, key FROM point WHERE sweep = ?", (number,)
    ):
        if position in found:  # pages lead to each other
            break
        found[position] = key
    return [point for point in found.items() if _is_point(shape, *point)]


def _is_point(shape: tuple[int, ...], written: object, key: object) -> bool:
    """Whether what is written down of a point makes sense."""
    try:
        return isinstance(key, bytes) and is_within(read_position(written), shape)
    except DamagedError:
        return False


def _in_groups(rows: Iterator[Row]) -> Iterator[list[Row]]:
    group: list[Row] = []
    for row in rows:
        group.append(row)
        if len(group) >= _AT_ONCE:
            yield group
            group = []
    if group:
        yield group
