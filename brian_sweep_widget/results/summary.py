"""Results at a glance, as HTML that every viewer of notebooks lets through: no style, no script."""

from __future__ import annotations

import base64
import tempfile
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from brian_sweep_widget.printable import printable
from brian_sweep_widget.results.curves import (
    MOST_CURVES,
    drawable,
    line_labels,
    lines,
    means,
    number_of_curves,
    settings,
)
from brian_sweep_widget.results.plot import plot

if TYPE_CHECKING:
    from brian_sweep_widget.results.results import Results

_MOST_ROWS, _MOST_COLUMNS = 60, 12  # of the table; the rest is in the results


def first_measure(results: Results) -> str | None:
    """Name the first measure that makes a curve; None if there is none, or there are too many."""
    scalars = (name for name in results.measures if name not in results.arrays)
    few = results.plan.axes and number_of_curves(results) <= MOST_CURVES
    return next(scalars, None) if few else None


def summary(results: Results, measure: str, kind: str, said: str) -> str:
    """Write picture, settings and table of a measure.

    Parameters
    ----------
    results
        With at least one value of the measure, and an axis.
    measure
        Name of a measure that is a single number.
    kind
        The element's class.
    said
        What follows the model's name, as plain text.

    Returns
    -------
    str
        An element; without a picture if matplotlib is not there.
    """
    title = escape(printable(results.model))
    if find_spec("matplotlib") is not None:  # the settings stand in the picture
        source = _picture(results, measure)
        shown = f'<img alt="{title}: the curve; its numbers follow" src="{source}">'
    else:
        words = " · ".join(f"{name}: {value}" for name, value in settings(results))
        shown = f"<p>{escape(printable(words))}</p>"
    return (
        f'<div class="{kind}"><p><strong>{title}</strong>{escape(printable(said))}</p>'
        f"{shown}{_table(results, measure)}</div>"
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
    return printable(table)
