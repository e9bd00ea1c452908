"""Connections to the file of a store, which may be anything, and a stranger's."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from brian_sweep_widget.results.store.errors import NotAStoreError

PATIENCE = 10.0  # s that others may take with the file
# Every so many instructions SQLite asks whether to go on. A row has 250 bytes, and takes fewer
# than 100 of them for each of the few times that it is read.
_STEPS = 100_000
_BYTES_A_STEP = 10_000
_KEYS_A_STEP = 100
_LEAST_STEPS = 100
_LEAST_LENGTH = 1_000_000  # bytes, of a text: so that tables can be made in an empty file
_PAGE, _SMALLEST_PAGE = 4096, 512  # bytes
_HEADING = b"SQLite format 3\0"


def connect(path: Path, *, writing: bool, patience: float | None = None) -> sqlite3.Connection:
    """Open a file that exists; a stranger's file can run no code.

    Raises
    ------
    NotAStoreError
        If it is a text or a picture: somebody's own, that was given by mistake.
    """
    with path.open("rb") as file:
        beginning = file.read(_PAGE)
    if beginning and b"\0" not in beginning:  # every page of SQLite's has some
        msg = f"{path} is a text, and no store of results: give another name"
        raise NotAStoreError(msg)
    # Whatever a store has lost, SQLite had written whole pages.
    if not beginning.startswith(_HEADING) and path.stat().st_size % _SMALLEST_PAGE:
        msg = f"{path} is a file of another kind, and no store of results: give another name"
        raise NotAStoreError(msg)
    mode = "rw" if writing else "ro"
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=PATIENCE if patience is None else patience,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        if not writing:
            _undo_unfinished(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _undo_unfinished(connection: sqlite3.Connection, path: Path) -> None:
    """Have undone what a process had begun to write that was killed: who only reads cannot."""
    try:
        application_of(connection)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_READONLY_ROLLBACK:
            raise
        with closing(connect(path, writing=True)) as other:
            application_of(other)


@contextmanager
def bounded(connection: sqlite3.Connection, path: Path, keys: int = 0) -> Iterator[None]:
    """Have nothing that is read be larger, or take longer, than the file can hold.

    Pages that lead to each other in a circle would be texts, and tables, without end.
    Keys that are looked for take their time also where they are not there.
    """
    application_of(
        connection
    )  # reads no table; from here on, within a transaction, it does not grow
    size = path.stat().st_size
    most = connection.getlimit(sqlite3.SQLITE_LIMIT_LENGTH)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, min(most, max(size, _LEAST_LENGTH)))
    steps = _LEAST_STEPS + size // _BYTES_A_STEP + keys // _KEYS_A_STEP
    left = itertools.count(steps, -1)
    connection.set_progress_handler(lambda: next(left) < 0, _STEPS)
    try:
        yield
    finally:
        connection.set_progress_handler(None, 0)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, most)


def application_of(connection: sqlite3.Connection) -> int:
    """Read which program's file it is, and none of its tables."""
    (number,) = connection.execute("PRAGMA application_id").fetchone()
    return int(number)
