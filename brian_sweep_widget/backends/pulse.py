"""Workers that stop answering: they are alive, and nothing will ever come of them.

A worker that is stopped by a signal, or hangs in compiled code that lets no
other thread run, never ends its job, and cannot be told to. Every worker shows
a pulse; one that shows none for half a minute, and uses no processor meanwhile,
is ended. Then it is dead as any other, and its job runs again.
"""

from __future__ import annotations

import os
import signal
import threading
import time
import weakref
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from brian_sweep_widget.scratch import new_folder

# Counted in looks, not by the clock: while a computer sleeps, all its pulses do.
_LOOK = 1.0  # s
_PATIENCE = 30  # looks


@dataclass(slots=True)
class _Seen:
    """What was seen of a worker when its pulse last changed, and for how many looks it did not."""

    pulse: float
    processor: float
    looks: int = 0


class PulseWatch:
    """Watches the pulses of a pool's workers, in a thread of its own, as long as there is one.

    Parameters
    ----------
    processes
        The pool's method that gives the process numbers of its workers.

    Attributes
    ----------
    folder
        Where workers show their pulse: see `guard`.
    """

    def __init__(self, processes: Callable[[], Iterable[int]]) -> None:
        self.folder: Path = new_folder("pulse")
        # Weakly: a pool that nobody has any more is not watched.
        self._processes = weakref.WeakMethod(processes)
        self._seen: dict[int, _Seen] = {}
        threading.Thread(target=self._watch, name="brian-sweep-pulse", daemon=True).start()

    def _watch(self) -> None:
        while True:
            time.sleep(_LOOK)
            processes = self._processes()
            if processes is None:
                return
            alive = set(processes())
            del processes
            for process in alive:
                if self._is_silent(process):
                    with suppress(ProcessLookupError):
                        os.kill(process, getattr(signal, "SIGKILL", signal.SIGTERM))
            for process in set(self._seen) - alive:
                del self._seen[process]
                (self.folder / str(process)).unlink(missing_ok=True)

    def _is_silent(self, process: int) -> bool:
        """Whether a worker has shown no pulse for too long, and computed nothing either."""
        try:
            pulse = (self.folder / str(process)).stat().st_mtime
            times = psutil.Process(process).cpu_times()
        except (OSError, psutil.NoSuchProcess):  # it has not shown its first, or is gone
            return False
        processor = times.user + times.system
        seen = self._seen.get(process)
        if seen is None or seen.pulse != pulse or seen.processor != processor:
            self._seen[process] = _Seen(pulse, processor)
            return False
        seen.looks += 1
        return seen.looks >= _PATIENCE
