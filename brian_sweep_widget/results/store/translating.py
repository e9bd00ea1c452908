"""What SQLite and the system say of a store's file, in words for people."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from brian_sweep_widget.results.store.errors import (
    DamagedError,
    NoStoreError,
    StoreBusyError,
    StoreFullError,
    StoreUnusableError,
)

# What SQLite says of a file that something else wrote into.
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_SHORT_READ = sqlite3.SQLITE_IOERR_SHORT_READ
# What SQLite, and the system, say where nothing can be made or written, now and later.
_NO_PLACE = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}
_NO_PLACE_BY_SYSTEM = {
    *(errno.EROFS, errno.EACCES, errno.EPERM),
    *(errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG),
}
_NO_ROOM_BY_SYSTEM = {errno.ENOSPC, errno.EDQUOT}


@contextmanager
def translating(path: Path, limit: int | None = None) -> Iterator[None]:
    """Say what SQLite and the system say in words for people.

    Raises
    ------
    StoreFullError, StoreUnusableError, DamagedError
    """
    try:
        yield
    except sqlite3.Error as error:
        code, primary = getattr(error, "sqlite_errorcode", 0), primary_code(error)
        garbled = isinstance(error, sqlite3.DataError) or "decode to UTF-8" in str(error)
        if primary in _DAMAGE or code == _SHORT_READ or garbled:
            raise DamagedError(str(error)) from error
        if primary == sqlite3.SQLITE_INTERRUPT:
            msg = "it takes far longer to read than its size allows"
            raise DamagedError(msg) from error
        if primary == sqlite3.SQLITE_FULL:
            raise StoreFullError(_full(path, limit)) from error
        if primary in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise StoreBusyError(busy(path)) from error
        msg = f"the results cannot be stored in {path}: {error}"
        raise (NoStoreError if primary in _NO_PLACE else StoreUnusableError)(msg) from error
    except UnicodeDecodeError as error:
        raise DamagedError(str(error)) from error
    except OSError as error:
        if error.errno in _NO_ROOM_BY_SYSTEM:
            raise NoStoreError(no_room(path)) from error
        msg = f"the results cannot be stored in {path}: {error.strerror or error}"
        never = error.errno in _NO_PLACE_BY_SYSTEM
        raise (NoStoreError if never else StoreUnusableError)(msg) from error


def primary_code(error: sqlite3.Error) -> int:
    """Give SQLite's code without what it says more exactly."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def busy(path: Path) -> str:
    """Say that another process has the file."""
    return f"the results cannot be stored in {path}: another process does not let go of it"


def no_room(path: Path) -> str:
    """Say that a store cannot be made for want of room."""
    return f"the disk of {path} is full"


def _full(path: Path, limit: int | None) -> str:
    with suppress(OSError):
        if limit is not None and path.stat().st_size > 0.9 * limit:
            return (
                f"{path} is full: it may have {limit / 1e6:.0f} MB. Move it away, or give another "
                "store"
            )
    return f"The disk of {path} is full. Make room"
