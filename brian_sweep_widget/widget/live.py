"""Runs that follow the settings: the latest ones win, and none of the others are ever run."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from brian_sweep_widget.runs import Run

_LOOK = 0.01  # s between looks at a run that newer settings wait for
_SHAPE = 5  # simulations that show a curve's shape: both ends, the middle, the quarters
_PATIENCE = 0.3  # s that a run without these has before newer settings replace it

_log = logging.getLogger(__name__)


class Follower:
    """Starts a run for the latest settings, in one thread of its own.

    Settings may change faster than curves grow. So a run that was just started
    gets the time to show its curve's shape, or none would ever be seen while a
    slider moves; and a program that is being prepared gets finished, or it
    would be begun again and again. Whatever was asked for meanwhile is one
    word: look at the settings again.

    Parameters
    ----------
    follow
        Reads the settings and starts a run for them; gives that run, or None
        if there is nothing to run.
    rested
        Called when that run has ended and nothing new was asked for.
    """

    def __init__(self, follow: Callable[[], Run | None], rested: Callable[[], None]) -> None:
        self._follow = follow
        self._rested = rested
        self._asked = threading.Event()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="brian-sweep-live", daemon=True)
        self._thread.start()

    def ask(self) -> None:
        """Have the settings looked at; returns at once."""
        self._asked.set()

    def close(self) -> None:
        """End the thread; returns at once."""
        self._closed.set()
        self._asked.set()

    def _loop(self) -> None:
        while True:
            self._asked.wait()
            if self._closed.is_set():
                return
            self._asked.clear()
            try:
                run = self._follow()
                if run is not None and self._has_ended(run):
                    self._rested()
            except Exception:  # noqa: BLE001 - logged whole
                # One setting that went wrong must not end all following.
                _log.exception("the sweep could not follow the settings")

    def _has_ended(self, run: Run) -> bool:
        """Wait for a run's end, or until it has to give way to newer settings: say which."""
        begun = time.monotonic()
        while not run.progress.ended:
            if self._closed.is_set():
                return False
            if self._asked.is_set() and _had_its_chance(run, time.monotonic() - begun):
                return False
            self._closed.wait(_LOOK)
        return not self._asked.is_set()


def _had_its_chance(run: Run, seconds: float) -> bool:
    progress = run.progress
    settled = progress.done + progress.failed + progress.lost
    return settled >= min(_SHAPE, progress.total) or (not progress.phase and seconds > _PATIENCE)
