"""The file of a store: opened, looked at, and set aside if it is damaged.

A rollback journal, not a write-ahead log, which needs memory that is shared
between all who have it open: that fails on network home directories, and a
copy of the file alone would lack what is in the log.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

from filelock import FileLock

from brian_sweep_widget.printable import one_line
from brian_sweep_widget.results.store.connecting import (
    PATIENCE,
    application_of,
    bounded,
    connect,
)
from brian_sweep_widget.results.store.errors import (
    NoStoreError,
    NotAStoreError,
    StoreBusyError,
    StoreUnusableError,
)
from brian_sweep_widget.results.store.translating import busy, no_room, primary_code, translating

APPLICATION_ID = 0x42535753  # "BSWS"
_VERSION = 2
# Its tables are the same; rows in which only some measures failed came with format 2.
_READABLE = (1, _VERSION)

_TABLES = {
    "origin": "CREATE TABLE origin (number INTEGER PRIMARY KEY, document TEXT NOT NULL UNIQUE)",
    "outcome": (
        "CREATE TABLE outcome (number INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, "
        "model TEXT NOT NULL, status TEXT NOT NULL, parameters TEXT NOT NULL, "
        "seed INTEGER NOT NULL, measured BLOB NOT NULL, failure TEXT, origin INTEGER, "
        "process INTEGER NOT NULL, started REAL NOT NULL, wall_time REAL NOT NULL, "
        "memory REAL NOT NULL, files TEXT NOT NULL, check_sum BLOB NOT NULL)"
    ),
    "sweep": (
        "CREATE TABLE sweep (number INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE, "
        "started REAL NOT NULL, model TEXT NOT NULL, description TEXT NOT NULL, "
        "notice TEXT NOT NULL)"
    ),
    "point": (
        "CREATE TABLE point (sweep INTEGER NOT NULL, position TEXT NOT NULL, "
        "key BLOB NOT NULL, PRIMARY KEY (sweep, position)) WITHOUT ROWID"
    ),
}


class Database:
    """One file, for all threads of this process; other processes may have it open too.

    Parameters
    ----------
    path
        Where. It is made when it is first used, for this user alone.
    limit
        Bytes that it may have; None for as many as there is room for.
    """

    def __init__(self, path: Path, limit: int | None = None) -> None:
        self.path = path
        self.limit = limit
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._file = (0, 0)

    @contextmanager
    def using(
        self, *, writing: bool, patience: float | None = None, keys: int = 0
    ) -> Iterator[sqlite3.Connection]:
        """Give the connection, within one transaction.

        Parameters
        ----------
        writing
            Whether anything is to be changed.
        patience
            Seconds that others may take with the file each time that it is
            asked for; None for ten.
        keys
            How many results are looked for by their keys, if any are.

        Raises
        ------
        StoreFullError, StoreUnusableError, DamagedError
            In place of what SQLite raises. A transaction that raises has done
            nothing.
        """
        patience = PATIENCE if patience is None else patience
        with self._translating(), self._alone(patience):
            connection = self._open(patience)
            connection.execute(f"PRAGMA busy_timeout = {patience * 1000:.0f}")
            connection.execute("BEGIN IMMEDIATE" if writing else "BEGIN")
            try:
                with nullcontext() if writing else bounded(connection, self.path, keys):
                    yield connection
                connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # it is rolled back already
                    connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                with suppress(sqlite3.Error):
                    connection.close()

    def __del__(self) -> None:
        self.close()  # whoever drops a store need not have

    def set_aside(self) -> Path | None:
        """Rename the file, unless somebody else did; give its new name."""
        with self._lock, self._translating():
            self.close()
            try:
                with FileLock(f"{self.path}.lock", timeout=PATIENCE):
                    if _identity(self.path) != self._file:
                        return None
                    aside = _free_name(self.path)
                    journal = Path(f"{self.path}-journal")
                    self.path.rename(aside)
                    with suppress(FileNotFoundError):
                        journal.rename(f"{aside}-journal")
                    return aside
            finally:
                with suppress(OSError):
                    Path(f"{self.path}.lock").unlink()

    @contextmanager
    def _alone(self, patience: float) -> Iterator[None]:
        """Keep other threads from the connection; one of them may wait for another process."""
        if not self._lock.acquire(timeout=patience):
            raise StoreBusyError(busy(self.path))
        try:
            yield
        finally:
            self._lock.release()

    def _open(self, patience: float) -> sqlite3.Connection:
        """Open the file that is at the path now: it may have been moved away."""
        if self._connection is not None and _identity(self.path) == self._file:
            return self._connection
        self.close()
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileExistsError):
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        self._file = _identity(self.path)
        connection = connect(self.path, writing=True, patience=patience)
        try:
            with bounded(connection, self.path):
                prepare(connection, self.path)
            connection.execute("PRAGMA synchronous = FULL")
            if self.limit is not None:
                (page,) = connection.execute("PRAGMA page_size").fetchone()
                connection.execute(f"PRAGMA max_page_count = {max(1, self.limit // page)}")
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return connection

    @contextmanager
    def _translating(self) -> Iterator[None]:
        with translating(self.path, self.limit):
            yield


def prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Make the tables in an empty file, and see that it is a store.

    Raises
    ------
    NotAStoreError
        If it is something else.
    NoStoreError
        If there is no room for one.
    """
    try:
        _make_tables(connection)
    except sqlite3.OperationalError as error:
        if primary_code(error) == sqlite3.SQLITE_FULL:
            raise NoStoreError(no_room(path)) from error
        raise
    look_at(connection, path)
    if _version(connection) != _VERSION:  # from now on, older versions leave it alone
        connection.execute(f"PRAGMA user_version = {_VERSION}")
    (mode,) = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    if mode != "delete":
        msg = f"{path} is open in another program that keeps a write-ahead log: close it there"
        raise StoreUnusableError(msg)


def _make_tables(connection: sqlite3.Connection) -> None:
    if application_of(connection) == 0 and not _schema(connection):
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("BEGIN IMMEDIATE")
        if not _schema(connection):  # another process may have been faster
            for statement in _TABLES.values():
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {_VERSION}")
        connection.execute("COMMIT")


def look_at(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse what is not a store: other tables, and above all what runs by itself.

    Raises
    ------
    NotAStoreError
    """
    if application_of(connection) != APPLICATION_ID:
        msg = f"{path} is no store of results, but another program's: give another name"
        raise NotAStoreError(msg)
    version = _version(connection)
    if version not in _READABLE:
        msg = (
            f"{path} was made by another version (format {version}; this one reads "
            f"{' and '.join(map(str, _READABLE))}): give another name, or use that version of "
            "brian-sweep-widget"
        )
        raise NotAStoreError(msg)
    found = _schema(connection)
    # Compared one by one: a trigger may have a table's name.
    if sorted(found) != sorted(("table", *table) for table in _TABLES.items()):
        held = ", ".join(dict.fromkeys(f"{kind} {name}" for kind, name, _ in sorted(found)))
        msg = f"{path} holds {one_line(held)}, which is not what a store holds: give another name"
        raise NotAStoreError(msg)


def _schema(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """List kind, name and statement of all that there is, but for indices that SQLite makes."""
    return [
        (str(kind), str(name), str(statement))
        for kind, name, statement in connection.execute("SELECT type, name, sql FROM sqlite_schema")
        if statement is not None
    ]


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def _identity(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except FileNotFoundError:
        return (0, 0)
    if not stat.S_ISREG(found.st_mode):
        msg = f"{path} is no file: give another name for the store"
        raise NotAStoreError(msg)
    return (found.st_dev, found.st_ino)


def _free_name(path: Path) -> Path:
    moment = time.strftime("%Y%m%d-%H%M%S")
    number = 0
    while True:
        more = f"-{number}" if number else ""
        name = path.with_name(f"{path.stem}.damaged-{moment}{more}{path.suffix}")
        if not name.exists():
            return name
        number += 1
