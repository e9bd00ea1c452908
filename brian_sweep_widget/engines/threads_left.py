"""Threads in which a job's code goes on after the job: they may change what later jobs compute.

They draw from the same random generators and change the same settings, at
times that nobody decides.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from brian_sweep_widget.engines.installed import is_users_scope


class _Left:
    """Threads that earlier jobs left; some may have ended since."""

    numbers: set[int] = set()  # noqa: RUF012 - of this process


@contextmanager
def threads_left() -> Iterator[list[str]]:
    """Tell which of the user's functions run beside a job and go on after it.

    Threads that wait for work of a library's, such as those of a pool, do no
    harm and are not meant.

    Yields
    ------
    list
        Is filled, in the end, with the names of the functions; also those that
        an earlier job left running when this one began.
    """
    names: list[str] = []
    running = sys._current_frames()  # noqa: SLF001 - threading lists only those that it started
    _Left.numbers &= running.keys()
    before = {number: _users_function(number, running[number]) for number in _Left.numbers}
    others = running.keys() - _Left.numbers
    try:
        yield names
    finally:
        running = sys._current_frames()  # noqa: SLF001 - as above
        after = {
            number: _users_function(number, frame)
            for number, frame in running.items()
            if number not in others
        }
        _Left.numbers = {number for number, name in after.items() if name}
        names += sorted({*before.values(), *after.values()} - {""})


def _users_function(number: int, frame: FrameType | None) -> str:
    """Name the user's function that a thread runs, or is going to run; empty if none."""
    thread: Any = threading._active.get(number)  # type: ignore[attr-defined]  # noqa: SLF001
    for attribute in ("_target", "function"):  # of a thread, of a timer
        function: Any = getattr(thread, attribute, None)
        if is_users_scope(getattr(function, "__globals__", vars(threading))):
            return str(function.__name__)
    name = ""
    while frame is not None:
        if is_users_scope(frame.f_globals):
            name = frame.f_code.co_name
        frame = frame.f_back
    return name
