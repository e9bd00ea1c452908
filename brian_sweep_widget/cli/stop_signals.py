"""Signals that ask a command to end, which it does when it has put all away."""

from __future__ import annotations

import contextlib
import queue
import signal
from types import FrameType
from typing import Any, Self

_WATCH = 1.0  # s


class StopSignals:
    """Remembers that this process was asked to stop, instead of dying on the spot.

    Within the ``with`` block they do nothing but set a flag.

    Parameters
    ----------
    names
        Of the signals; one that the system does not have is left out.
    """

    def __init__(self, *names: str) -> None:
        self._names = names
        self._received = False
        # Of an event, a second signal would wait for the lock that the first one holds.
        self._signals: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        for name in self._names:
            if hasattr(signal, name):  # Windows has no SIGHUP
                number = getattr(signal, name)
                self._before[number] = signal.signal(number, self._set)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @property
    def received(self) -> bool:
        """Whether one came."""
        return self._received

    def wait(self, seconds: float = _WATCH) -> bool:
        """Wait a moment for one; say whether it came."""
        if not self._received:
            with contextlib.suppress(queue.Empty):
                self._signals.get(timeout=seconds)
        return self._received

    def _set(self, _number: int, _frame: FrameType | None) -> None:
        self._received = True
        self._signals.put(None)
