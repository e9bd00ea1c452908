"""Results as a chart in a file, drawn by matplotlib."""

from __future__ import annotations

import io
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from brian_sweep_widget.results.curves import (
    check_axes,
    drawable,
    failures,
    line_labels,
    lines,
    means,
    settings,
)
from brian_sweep_widget.results.mapping import draw_map, is_map
from brian_sweep_widget.results.naming import as_drawn

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from brian_sweep_widget.results.results import Results

#: The kinds of file that a chart can be.
SUFFIXES = (".pdf", ".png", ".svg")

_WIDTH, _PANEL_HEIGHT = 6.4, 3.6  # inches
_DOTS_PER_INCH = 150
_MOST_LEGEND_LINES = 20
# viridis is told apart by all eyes, but ends in a yellow that is lost on white.
_DARKEST, _PALEST = 0.0, 0.85
_LINE = 110  # characters of the settings in a line
_BOTTOM = 0.02  # of the panel's height: where failed points are marked


def plot(results: Results, path: str | Path, measure: str | None = None) -> Path:
    """Draw the mean over the trials as a line, and every trial as a dot.

    The first axis lies across; every combination of values of the other axes
    is a line of its own. Of two axes that would make more lines than can be
    told apart, the second lies upwards, and the means are a map. Points that
    gave no result although they were to are marked by a cross, at the bottom or
    in the map. Partial results are drawn as far as they are. The settings stand
    below the chart, and in the file's description.

    Parameters
    ----------
    results
        Of a sweep with at least one axis.
    path
        Where to write; ``.pdf``, ``.png`` or ``.svg``.
    measure
        Which measure; None for all that are single numbers, one below another.

    Returns
    -------
    Path
        The file that was written.

    Raises
    ------
    ValueError
        If the suffix is unknown, nothing was swept, or there is no such
        measure, or none that is a single number.
    ImportError
        If matplotlib is not installed.
    """
    path = Path(path)
    if path.suffix not in SUFFIXES:
        msg = f"{path.name!r} has no known suffix (allowed: {', '.join(SUFFIXES)})"
        raise ValueError(msg)
    check_axes(results)
    measures = drawable(results, measure)
    try:
        # The object itself, not pyplot, which keeps figures for ever and may
        # want a screen.
        from matplotlib.figure import Figure  # noqa: PLC0415 - an extra, and slow to import
    except ImportError:
        msg = "drawing needs matplotlib: pip install 'brian-sweep-widget[plot]'"
        raise ImportError(msg) from None
    figure = Figure(figsize=(_WIDTH, _PANEL_HEIGHT * len(measures)), layout="constrained")
    panels = figure.subplots(len(measures), squeeze=False, sharex=True)[:, 0]
    for panel, (name, example) in zip(panels, measures.items(), strict=True):
        failed = failures(results, name)
        values = lines(results, name, example)
        if is_map(results.plan):
            draw_map(panel, results.plan.axes, means(values), failed, example.title)
        else:
            _draw(panel, results, values, failed)
            panel.set_ylabel(as_drawn(example.title))
    panels[0].set_title(as_drawn(results.model))
    panels[-1].set_xlabel(as_drawn(results.plan.axes[0].title))
    said = settings(results)
    text = " \N{MIDDLE DOT} ".join(f"{name}: {value}" for name, value in said)
    shown = "\n".join(map(as_drawn, fill(text, _LINE).splitlines()))
    figure.supxlabel(shown, x=0.02, ha="left", fontsize="x-small", color="0.35")
    # In memory, as matplotlib's PDF loses the reason where a disk is full.
    drawn = io.BytesIO()
    described = _metadata(path, results, text)
    figure.savefig(drawn, format=path.suffix[1:], dpi=_DOTS_PER_INCH, metadata=described)
    path.write_bytes(drawn.getbuffer())
    return path


def _metadata(path: Path, results: Results, text: str) -> dict[str, str]:
    """Say in the file what it shows, by the name that this kind of file has for that."""
    key = "Subject" if path.suffix == ".pdf" else "Description"
    return {"Title": results.model, key: text}


def _draw(panel: Axes, results: Results, values: Any, failed: Any) -> None:
    import matplotlib as mpl  # noqa: PLC0415 - see `plot`

    x = np.asarray(results.plan.axes[0].shown)
    labels = list(map(as_drawn, line_labels(results.plan)))
    colours = mpl.colormaps["viridis"](np.linspace(_DARKEST, _PALEST, len(labels)))
    for line, cross, colour, label in zip(values, failed, colours, labels, strict=True):
        _draw_line(panel, x, line, cross, {"color": colour, "label": label})
    panel.grid(visible=True, alpha=0.3)
    if failed.any():
        panel.plot([], [], "x", color="black", label="failed")
    if len(labels) > 1 or failed.any():
        handles, texts = panel.get_legend_handles_labels()
        if len(handles) <= _MOST_LEGEND_LINES:
            panel.legend(handles, texts, fontsize="small")
        else:
            step = -(-len(handles) // _MOST_LEGEND_LINES)
            panel.legend(
                handles[::step], texts[::step], fontsize="small", title="some of the lines"
            )


def _draw_line(panel: Axes, x: Any, line: Any, failed: Any, style: dict[str, Any]) -> None:
    found = np.isfinite(line)
    mean = means(line)
    # Points that are still to come are bridged, points that failed leave a gap.
    known = np.isfinite(mean) | failed
    order = np.argsort(x[known], kind="stable")
    panel.plot(x[known][order], mean[known][order], **style)
    at, trial = np.nonzero(found)
    panel.plot(x[at], line[at, trial], ".", color=style["color"], markersize=5, alpha=0.7)
    if failed.any():  # an empty line in these coordinates upsets the layout
        panel.plot(
            x[failed],
            np.full(int(failed.sum()), _BOTTOM),
            "x",
            color=style["color"],
            transform=panel.get_xaxis_transform(),
            clip_on=False,
        )
