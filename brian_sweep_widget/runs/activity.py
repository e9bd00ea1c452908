"""Tells Jupyter's server that a kernel is at work.

A sweep in the background is no cell that runs, so a server takes its kernel
for idle, and hubs end idle kernels and servers: those of people who closed
their page for the night. Any message that a kernel sends counts as activity,
except what it prints or shows; so while simulations run, it sends one.
"""

from __future__ import annotations

import threading
import time
from typing import Protocol
from weakref import WeakSet

from brian_sweep_widget.runs.kernel import running_kernel
from brian_sweep_widget.runs.progress import Progress

#: Of a message that no front end knows, so that nobody shows it.
MESSAGE = "brian_sweep_at_work"
_PACE = 10.0  # s; who ends idle kernels waits for minutes


class Watched(Protocol):
    """What may be at work."""

    @property
    def progress(self) -> Progress:
        """How far it is."""


class _Reporter:
    """Sends the message while any run is at work."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: WeakSet[Watched] = WeakSet()
        self._thread: threading.Thread | None = None

    def watch(self, run: Watched) -> None:
        """Report a run's work until it ends."""
        if running_kernel() is None:
            return
        with self._lock:
            self._runs.add(run)
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._report, name="brian-sweep-activity", daemon=True
                )
                self._thread.start()

    def _report(self) -> None:
        while True:
            time.sleep(_PACE)
            with self._lock:
                found = [(run, run.progress) for run in self._runs]
                for run, progress in found:
                    if progress.ended:
                        self._runs.discard(run)
                if not self._runs:
                    self._thread = None
                    return
            kernel = running_kernel()
            if kernel is not None and any(_works(progress) for _, progress in found):
                kernel.session.send(kernel.iopub_socket, MESSAGE, content={})


def _works(progress: Progress) -> bool:
    """Whether it gets on: what waits for a person, for memory or for a host does not."""
    return not progress.ended and bool(progress.running or progress.phase)


_reporter = _Reporter()
watch = _reporter.watch
