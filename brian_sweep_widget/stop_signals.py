"""Signals that ask a process to end, which it does when it has put all away."""

from __future__ import annotations

import contextlib
import queue
import signal
import threading
from types import FrameType
from typing import Any, Self

_WATCH = 1.0  # s


class StopRequested(KeyboardInterrupt):
    """Somebody asked this process to stop, by Ctrl-C or another signal.

    Parameters
    ----------
    number
        Of the signal.

    Attributes
    ----------
    status : int
        With which the process is to end, as shells count.
    """

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.status = 128 + number


class StopSignals:
    """Remembers that this process was asked to stop, instead of dying on the spot.

    Within the ``with`` block signals do nothing but set a flag, and after the
    first one they change nothing: it ends already. A hangup that is ignored
    stays so: somebody said ``nohup``.

    Parameters
    ----------
    *names
        Of the signals; one that the system does not have is left out.
    raises
        Whether the first one raises `StopRequested`, too.
    """

    def __init__(self, *names: str, raises: bool = False) -> None:
        self._names = names
        self._raises = raises
        self._received = False
        # Of an event, a second signal would wait for the lock that the first one holds.
        self._signals: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is not threading.main_thread():  # no other gets signals
            return self
        for name in self._names:
            if not hasattr(signal, name):  # Windows has no SIGHUP
                continue
            number = getattr(signal, name)
            if name != "SIGHUP" or signal.getsignal(number) != signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._set)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, signal.SIG_IGN if self._received else handler)

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

    def _set(self, number: int, _frame: FrameType | None) -> None:
        first = not self._received
        self._received = True
        self._signals.put(None)
        if first and self._raises:
            raise StopRequested(number)
