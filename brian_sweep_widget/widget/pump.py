"""The one thread that writes to what is on the screen.

ipywidgets is not safe against several threads, and a browser queues whatever
it is sent. So results are not pushed: a single thread looks at the latest
state, at most twenty times a second, and draws that; the first picture after a
rest is drawn at once.
"""

from __future__ import annotations

import contextvars
import logging
import threading
import time
from collections.abc import Callable, Iterable

_FRAME = 0.05  # s; what the chart can draw without falling behind

_log = logging.getLogger(__name__)


def soonest(waits: Iterable[float | None]) -> float | None:
    """Give the shortest of several waits; None, which is for ever, if there is no other."""
    return min((wait for wait in waits if wait is not None), default=None)


class Pump:
    """Calls a function in a thread of its own, when woken and when it asks for it.

    Parameters
    ----------
    paint
        Draws the latest state. Returns the seconds after which it wants to be
        called again, or None to wait until it is woken.
    """

    def __init__(self, paint: Callable[[], float | None]) -> None:
        self._paint = paint
        self._woken = threading.Event()
        self._closed = threading.Event()
        # The context tells the kernel which cell the messages belong to.
        self._thread = threading.Thread(
            target=contextvars.copy_context().run,
            args=(self._loop,),
            name="brian-sweep-pump",
            daemon=True,
        )
        self._thread.start()

    def wake(self) -> None:
        """Have the latest state drawn soon; returns at once."""
        self._woken.set()

    def close(self) -> None:
        """End the thread; returns at once."""
        self._closed.set()
        self._woken.set()

    def _loop(self) -> None:
        again: float | None = None
        painted = -_FRAME
        while True:
            self._woken.wait(again)
            if self._closed.wait(max(0.0, painted + _FRAME - time.monotonic())):
                return
            self._woken.clear()
            painted = time.monotonic()
            try:
                again = self._paint()
            except Exception:  # noqa: BLE001 - logged whole
                # A failed drawing must not end all drawing; the next is whole.
                _log.exception("the sweep widget could not be drawn")
                again = None
