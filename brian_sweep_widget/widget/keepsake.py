"""The last state as a plain output, for a notebook that is opened without a kernel.

A widget is nothing without its kernel: the saved notebook would show a broken
icon. So beside the widget there is an output of picture and table, which the
style sheet hides while the widget lives, and which is written anew when there
is something to keep.
"""

from __future__ import annotations

import contextvars
import logging
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

from brian_sweep_widget.results.summary import first_measure, summary
from brian_sweep_widget.runs import Run
from brian_sweep_widget.runs.kernel import running_kernel, running_shell
from brian_sweep_widget.widget.visitors import for_visitors

_REST = 2.0  # s without news: while Live follows a slider, nothing is worth keeping
_KIND = "bsw-kept"
_EMPTY = f'<div class="{_KIND}"></div>'
_SAID = ", as it was when this notebook was saved. Run the cell for the widget."

_log = logging.getLogger(__name__)


class Keepsake:
    """Keeps an output beside the widget; does nothing where no notebook is saved.

    Parameters
    ----------
    latest
        Gives the run that the widget shows, and the measure that is drawn; None
        if there is none, or not yet.
    """

    def __init__(self, latest: Callable[[], tuple[Run | None, str | None]]) -> None:
        self._latest = latest
        self._name = f"brian-sweep-{uuid.uuid4().hex}"
        self._html = _EMPTY
        self._events: Any | None = None  # IPython's, while the output is shown
        # The context tells the kernel which cell the messages belong to.
        self._context = contextvars.copy_context()
        # Known to `look` alone:
        self._seen: tuple[Run, str] | None = None
        self._due: float | None = None
        # The thread and the end of a cell may want to keep the same.
        self._keeping = threading.Lock()
        self._kept: tuple[Run, str] | None = None
        self._told = _EMPTY  # what was published at the end of a cell

    def show(self) -> None:
        """Put the output where the widget is about to be."""
        shell = running_shell()
        if shell is None or running_kernel() is None or for_visitors():
            return
        if self._events is None:
            self._events = shell.events
            self._events.register("post_run_cell", self._cell_ended)
        self._publish(update=False)

    def close(self) -> None:
        """Leave the output as it is from now on."""
        if self._events is not None:
            self._events.unregister("post_run_cell", self._cell_ended)
            self._events = None

    def look(self, run: Run | None, measure: str | None) -> float | None:
        """Keep what a run has given, once it has ended and nothing follows; see `Pump`.

        Parameters
        ----------
        run
            What is on the screen, or None.
        measure
            Which measure is drawn; None if that is not known yet.

        Returns
        -------
        float or None
            Seconds after which to look again, or None if there is no need.
        """
        if run is None or not measure or not _has_something(run):
            self._due = None
            return None
        now = time.monotonic()
        if self._seen != (run, measure):
            self._seen, self._due = (run, measure), now + _REST
        if self._due is None:
            return None
        if now < self._due:
            return self._due - now
        self._due = None
        threading.Thread(
            target=self._context.copy().run,
            args=(self._keep, run, measure),
            name="brian-sweep-keep",
            daemon=True,
        ).start()
        return None

    def _cell_ended(self, _: object) -> None:
        """Keep what there is at the end of any cell, and publish it as that cell's.

        What executes notebooks (nbconvert, papermill, Jupyter Book) looks at
        messages of the cell that runs, and at none that comes later, nor at
        those that still name the cell where the widget is. Which output is
        meant, the identifier says.
        """
        run, measure = self._latest()
        if run is not None and _has_something(run):
            measure = measure or first_measure(run.results)
            if measure:
                self._keep(run, measure, publish=False)
        if self._told is not self._html:
            self._told = self._html
            self._publish(update=True)

    def _keep(self, run: Run, measure: str, *, publish: bool = True) -> None:
        if self._events is None:  # nobody will ever see it
            return
        try:
            with self._keeping:
                if self._kept == (run, measure):
                    return
                self._html = summary(run.results, measure, _KIND, _SAID)
                self._kept = (run, measure)
            if publish:
                self._publish(update=True)
        except Exception:  # noqa: BLE001 - logged whole; nobody waits for it
            _log.exception("the widget's last state could not be kept in the notebook")

    def _publish(self, *, update: bool) -> None:
        from IPython.display import display  # noqa: PLC0415 - there is one, but not outside a kernel

        content: dict[str, Any] = {"text/html": self._html, "text/plain": ""}
        display(content, raw=True, display_id=self._name, update=update)  # type: ignore[no-untyped-call]


def _has_something(run: Run) -> bool:
    return bool(run.progress.ended and run.progress.done)
