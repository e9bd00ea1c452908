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
    TypeError
        If it is something else.
    """
    if store is None or isinstance(store, Store):
        return store
    if store is DEFAULT_STORE:
        path = default_path()
        if path is None:
            return None
    elif isinstance(store, str | os.PathLike) and str(store):
        path = Path(store).expanduser()
    else:
        msg = (
            f"store = {store!r} is no place for results (allowed: a file's name such as "
            "'course.sqlite', or None to keep nothing)"
        )
        raise TypeError(msg)
    with _lock:
        return _open.setdefault((path.absolute(), limit), Store(path.absolute(), limit))
