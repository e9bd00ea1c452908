"""Where results are kept: the file that is named, or the user's own."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Final

from platformdirs import user_data_path

from brian_sweep_widget.results.store.store import Store

STORE_VARIABLE = "BRIAN_SWEEP_STORE"
NOWHERE = "none"


class _Default:
    """Stands for the user's own store."""

    def __repr__(self) -> str:
        return "the user's own"


#: What ``store=`` is if nothing is given.
DEFAULT_STORE: Final = _Default()

_ALLOWED = "allowed: a file's name such as 'course.sqlite', or None to keep nothing"

_lock = threading.Lock()
_open: dict[tuple[Path, int | None], Store] = {}


def default_path() -> Path | None:
    """Give the file of the user's own store; None if there is to be none.

    ``BRIAN_SWEEP_STORE`` names it, or says ``none``; otherwise it is in the
    user's folder for data.
    """
    named = os.environ.get(STORE_VARIABLE, "")
    if named == NOWHERE:
        return None
    if named:
        return Path(named).expanduser()
    return user_data_path("brian-sweep-widget", appauthor=False) / "results.sqlite"


def open_store(store: object, limit: int | None = None) -> Store | None:
    """Give the store that somebody asks for: one for every file in this process.

    Parameters
    ----------
    store
        A file's name, a `Store`, None for none, or `DEFAULT_STORE`.
    limit
        Bytes that it may have; None for no limit.

    Raises
    ------
    TypeError, ValueError
        If it is something else, or a name that no file can have or that is
        another thing's.
    """
    if store is None or isinstance(store, Store):
        return store
    if store is DEFAULT_STORE:
        path = default_path()
        if path is None:
            return None
    elif isinstance(store, str | os.PathLike) and str(store):
        path = _file_named(store)
    else:
        msg = f"store = {store!r} is no place for results ({_ALLOWED})"
        raise TypeError(msg)
    with _lock:
        return _open.setdefault((path.absolute(), limit), Store(path.absolute(), limit))


def _file_named(store: str | os.PathLike[str]) -> Path:
    why = ""
    try:
        path = Path(store).expanduser()
        if b"\0" in os.fsencode(path):
            why = "has a character that no file's name can have"
        elif os.path.isdir(path):  # noqa: PTH112 - for other errors the store has words
            why = "is a folder"
        elif os.path.exists(path) and not os.path.isfile(path):  # noqa: PTH110, PTH113 - as above
            why = "is no file that keeps what is written into it"
    except UnicodeEncodeError:
        why = "has a character that no file's name can have"
    except RuntimeError as error:  # whose home?
        why = f"cannot be found: {error}"
    if why:
        msg = f"store = {store!r} {why} ({_ALLOWED})"
        raise ValueError(msg)
    return path
