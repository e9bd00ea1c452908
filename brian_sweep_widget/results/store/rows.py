"""Rows of outcomes in a database, with the origins that many of them share."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from brian_sweep_widget.results.store.coding import Row
from brian_sweep_widget.results.store.errors import DamagedError

_AT_ONCE = 500  # variables of one statement

_FIELDS = (
    "key, model, status, parameters, seed, measured, failure, origin.document, process, "
    "started, wall_time, memory, files, check_sum "
    "FROM outcome LEFT JOIN origin ON origin.number = outcome.origin "
)
# Of the fields: of two of them only what failed, or only what was computed, has one.
_TEXT_OR_NONE = (str, type(None))
_KINDS: tuple[Any, ...] = (
    *(bytes, str, str, str, int, bytes, _TEXT_OR_NONE, _TEXT_OR_NONE, int),
    *(float, float, float, str, bytes),
)
_SELECT = f"SELECT {_FIELDS}"
_SELECT_NUMBERED = f"SELECT outcome.number, {_FIELDS}"
_PUT = (
    "INSERT INTO outcome (key, model, status, parameters, seed, measured, failure, origin, "
    "process, started, wall_time, memory, files, check_sum) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT number FROM origin WHERE document = ?), "
    "?, ?, ?, ?, ?, ?) "
    # A result stays; the same simulation would only give it again.
    "ON CONFLICT (key) DO UPDATE SET model = excluded.model, status = excluded.status, "
    "parameters = excluded.parameters, seed = excluded.seed, measured = excluded.measured, "
    "failure = excluded.failure, origin = excluded.origin, process = excluded.process, "
    "started = excluded.started, wall_time = excluded.wall_time, memory = excluded.memory, "
    "files = excluded.files, check_sum = excluded.check_sum "
)
_WHOLE, _PARTIAL = 2, 1


def _worth(table: str) -> str:
    """Rank a row: a whole result before one in which measures failed, before none."""
    return (
        f"CASE WHEN {table}.status != 'done' THEN 0 "
        f"WHEN {table}.failure IS NULL THEN {_WHOLE} ELSE {_PARTIAL} END"
    )


_NEWER = (
    f"{_PUT} WHERE {_worth('outcome')} < {_WHOLE} AND {_worth('excluded')} >= {_worth('outcome')}"
)
_BETTER = f"{_PUT} WHERE {_worth('excluded')} > {_worth('outcome')}"


def put_row(connection: sqlite3.Connection, row: Row, *, merging: bool = False) -> bool:
    """Add an outcome, unless there is a better one already; say whether it was added.

    Parameters
    ----------
    merging
        Whether it is no newer than what is there: then it has to be better.
    """
    if row.origin is not None:
        connection.execute("INSERT OR IGNORE INTO origin (document) VALUES (?)", (row.origin,))
    return connection.execute(_BETTER if merging else _NEWER, row).rowcount > 0


def find_rows(connection: sqlite3.Connection, keys: Sequence[bytes]) -> Iterator[Row]:
    """Give the outcomes of some keys, in no order."""
    for start in range(0, len(keys), _AT_ONCE):
        some = keys[start : start + _AT_ONCE]
        marks = ",".join("?" * len(some))
        left = set(some)
        for values in connection.execute(f"{_SELECT} WHERE key IN ({marks})", some):
            row = row_from(values)
            if row.key not in left:
                msg = "an index leads to another result, or twice to one"
                raise DamagedError(msg)
            left.remove(row.key)
            yield row


def rows_from(
    connection: sqlite3.Connection, number: int
) -> Iterator[tuple[int, tuple[object, ...]]]:
    """Give all outcomes from a number on, with their numbers, as they are; see `row_from`.

    Raises
    ------
    DamagedError
        If their numbers do not rise: parts of the file lead to each other.
    """
    found = connection.execute(
        f"{_SELECT_NUMBERED} WHERE outcome.number >= ? ORDER BY outcome.number", (number,)
    )
    least = number
    for first, *values in found:
        if first < least:
            msg = "its results are not in their order"
            raise DamagedError(msg)
        least = first + 1
        yield first, tuple(values)


def row_from(values: Sequence[object]) -> Row:
    """Refuse values of other types than were written: SQLite keeps any type in any column.

    Raises
    ------
    DamagedError
    """
    if not all(isinstance(value, kind) for value, kind in zip(values, _KINDS, strict=True)):
        msg = "a result holds values of other kinds than were written"
        raise DamagedError(msg)
    return Row(*values)  # type: ignore[arg-type]  # looked at above
