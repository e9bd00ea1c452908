"""The last state as a plain output, for a notebook that is opened without a kernel.

A widget is nothing without its kernel: the saved notebook would show a broken
icon. So beside the widget there is an output of picture and table, which the
style sheet hides while the widget is there, and which is written anew when
there is something to keep.
"""

from __future__ import annotations

import base64
import contextvars
import logging
import tempfile
import threading
import time
import uuid
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from brian_sweep_widget.results import Results
from brian_sweep_widget.results.curves import drawable, line_labels, lines, means, settings
from brian_sweep_widget.results.plot import plot
from brian_sweep_widget.runs import Run
from brian_sweep_widget.runs.kernel import running_kernel
from brian_sweep_widget.widget.visitors import for_visitors

_REST = 2.0  # s without news: while Live follows a slider, nothing is worth keeping
_MOST_ROWS, _MOST_COLUMNS = 60, 12  # of the table; the rest is in the store
_EMPTY = '<div class="bsw-kept"></div>'

_log = logging.getLogger(__name__)


class Keepsake:
    """Keeps an output beside the widget; does nothing where no notebook is saved."""

    def __init__(self) -> None:
        self._name = f"brian-sweep-{uuid.uuid4().hex}"
        self._html = _EMPTY
        self._shown = False
        # The context tells the kernel which cell the messages belong to.
        self._context = contextvars.copy_context()
        # Known to `look` alone:
        self._seen: tuple[Run, str] | None = None
        self._due: float | None = None

    def show(self) -> None:
        """Put the output where the widget is about to be."""
        self._shown = _is_saved()
        self._publish(update=False)

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
        if run is None or not measure or not run.progress.ended or not run.progress.done:
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
            args=(self._keep, run.results, measure),
            name="brian-sweep-keep",
            daemon=True,
        ).start()
        return None

    def _keep(self, results: Results, measure: str) -> None:
        if not _is_saved():  # nobody will ever see it
            return
        try:
            self._html = as_html(results, measure)
            self._publish(update=True)
        except Exception:  # noqa: BLE001 - logged whole; nobody waits for it
            _log.exception("the widget's last state could not be kept in the notebook")

    def _publish(self, *, update: bool) -> None:
        if not self._shown:
            return
        from IPython.display import display  # noqa: PLC0415 - there is one, but not outside a kernel

        content: dict[str, Any] = {"text/html": self._html, "text/plain": ""}
        display(content, raw=True, display_id=self._name, update=update)  # type: ignore[no-untyped-call]


def _is_saved() -> bool:
    """Whether outputs are kept in a notebook; those of a page go with its visitor."""
    return running_kernel() is not None and not for_visitors()


def as_html(results: Results, measure: str) -> str:
    """Write picture, settings and table as HTML that every viewer of notebooks lets through.

    Parameters
    ----------
    results
        With at least one value of the measure.
    measure
        Name of a measure that is a single number.

    Returns
    -------
    str
        An element of class ``bsw-kept``; without a picture if matplotlib is not there.
    """
    title = escape(results.model)
    if find_spec("matplotlib") is not None:  # the settings stand in the picture
        source = _picture(results, measure)
        shown = f'<img alt="{title}: the curve; its numbers follow" src="{source}">'
    else:
        said = " · ".join(f"{name}: {value}" for name, value in settings(results))
        shown = f"<p>{escape(said)}</p>"
    return (
        f'<div class="bsw-kept"><p><strong>{title}</strong>, as it was when this notebook was '
        f"saved. Run the cell for the widget.</p>{shown}{_table(results, measure)}</div>"
    )


def _picture(results: Results, measure: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        content = plot(results, Path(folder) / "curve.png", measure).read_bytes()
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"


def _table(results: Results, measure: str) -> str:
    """Write the means over the trials, a row per point and a column per curve."""
    import pandas as pd  # noqa: PLC0415 - importing it takes longer than a sweep

    example = drawable(results, measure)[measure]
    values = lines(results, measure, example)
    across = results.plan.axes[0]
    frame = pd.DataFrame({across.title: across.shown})
    for label, trials in zip(line_labels(results.plan), values, strict=True):
        frame[label or example.title] = means(trials)
    table: str = frame.to_html(
        index=False,
        border=0,
        na_rep="",
        max_rows=_MOST_ROWS,
        max_cols=_MOST_COLUMNS,
        float_format="{:.6g}".format,
    )
    return table
