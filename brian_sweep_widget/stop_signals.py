"""Signals that ask a process to end, which it does when it has put all away."""

from __future__ import annotations

import contextlib
import queue
import signal
import threading
import weakref
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

    What a signal raises may be lost: in the midst of an import it comes to a
    library that takes any error for a missing option. The next signal raises
    again then, and so does `raise_what_was_lost`.

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
        self._number: int | None = None  # of the first one that came
        self._raised: weakref.ref[StopRequested] | None = None
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
        self._raises = False  # nobody is left to be told
        for number, handler in self._before.items():
            signal.signal(number, signal.SIG_IGN if self.received else handler)

    @property
    def received(self) -> bool:
        """Whether one came."""
        return self._number is not None

    def wait(self, seconds: float = _WATCH) -> bool:
        """Wait a moment for one; say whether it came."""
        if not self.received:
            with contextlib.suppress(queue.Empty):
                self._signals.get(timeout=seconds)
        return self.received

    def raise_what_was_lost(self) -> None:
        """Raise once more what the first signal raised, if nobody has it any more.

        Raises
        ------
        StopRequested
        """
        if self._number is not None and self._is_lost:
            raise self._request(self._number)

    @property
    def _is_lost(self) -> bool:
        return self._raised is None or self._raised() is None

    def _request(self, number: int) -> StopRequested:
        request = StopRequested(number)
        self._raised = weakref.ref(request)
        return request

    def _set(self, number: int, _frame: FrameType | None) -> None:
        self._number = self._number or number
        self._signals.put(None)
        if self._raises and self._is_lost:
            raise self._request(self._number)
