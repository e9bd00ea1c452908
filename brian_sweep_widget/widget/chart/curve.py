"""The marks of one curve.

What bqplot needs to be told carefully: arrays are float64 and one-dimensional
(it squeezes and casts others), never changed after they were handed over, and
replaced together, so that a frame never shows the x of one state with the y of
another. There are no animations: a stream would restart them for ever.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from bqplot import Lines, Scatter

from brian_sweep_widget.widget.chart.axis import Array, ChartAxis
from brian_sweep_widget.widget.chart.look import Look
from brian_sweep_widget.widget.chart.series import Line

_CAP = 0.006  # half the length of an error bar's cap, of the x axis

_SIZES = ((2, 40), (3.5, 90))  # of line and mean, normal and large
_REACH = 14.0  # px; half of it lies outside the dot

_EMPTY = np.empty(0)


class CurveMarks:
    """A line through the means, their spread, a marker for each, a dot for every trial.

    Parameters
    ----------
    x, y
        The axes.
    colour, style, marker
        Tell it from other curves.
    """

    def __init__(self, x: ChartAxis, y: ChartAxis, colour: str, style: str, marker: str) -> None:
        self._x, self._y = x, y
        common: dict[str, Any] = {
            "x": _EMPTY,
            "y": _EMPTY,
            "scales": {"x": x.scale, "y": y.scale},
            "colors": [colour],
            "enable_hover": False,
            "visible": False,
        }
        self.spread = Lines(**common, fill_colors=[colour], fill_opacities=[0.2])
        self.line = Lines(**common, line_style=style)
        # What can be hit is larger than what is seen.
        around: dict[str, Any] = {"stroke": "transparent", "stroke_width": _REACH}
        self.trials = Scatter(**common, **around, marker=marker, default_size=14, opacities=[0.55])
        self.means = Scatter(**common, **around, marker=marker, opacities=[1.0])
        #: From back to front.
        self.marks = [self.spread, self.line, self.trials, self.means]

    def draw(self, line: Line, look: Look, most_dots: int) -> None:
        """Show a curve.

        Parameters
        ----------
        line
            The curve.
        look
            What to show of it.
        most_dots
            More markers, or more dots, than this are not drawn.
        """
        name_in_legend(self.line, line.label)
        self.line.stroke_width, self.means.default_size = _SIZES[look.large]
        x = self._x.placed(line.x)
        self._replace(self.line, x, line.mean)
        self._draw_spread(x, line, bars=look.bars)
        several = len(line.dots_x) > len(line.x)
        if len(line.x) <= most_dots:
            self._replace(self.means, x, line.mean)
        else:
            self._replace(self.means, _EMPTY, _EMPTY)
        if look.trials and several and len(line.dots_x) <= most_dots:
            self._replace(self.trials, self._x.placed(line.dots_x), line.dots_y)
        else:
            self._replace(self.trials, _EMPTY, _EMPTY)

    def clear(self) -> None:
        """Show nothing."""
        for mark in self.marks:
            self._replace(mark, _EMPTY, _EMPTY)
        name_in_legend(self.line, "")

    def _draw_spread(self, x: Array, line: Line, *, bars: bool) -> None:
        low, high = line.low, line.high
        there = np.isfinite(low) & np.isfinite(high)
        x, low, high = x[there], low[there], high[there]
        if self._y.log:  # what reaches zero has no end on the axis: it goes to its edge
            low = np.maximum(low, np.min(line.mean[line.mean > 0], initial=np.inf) * 1e-3)
        with self.spread.hold_sync():
            self.spread.fill = "none" if bars else "inside"
            self.spread.stroke_width = 1.5 if bars else 0
            self.spread.close_path = not bars
            if bars:
                self._replace(self.spread, *_bars(x, low, high, self._x))
            else:
                self._replace(
                    self.spread,
                    np.concatenate([x, x[::-1]]),
                    np.concatenate([high, low[::-1]]),
                )

    def _replace(self, mark: Any, x: Array, y: Array) -> None:
        replace(mark, x, self._y.placed(y))


def replace(mark: Any, x: Array, y: Array) -> None:
    """Give a mark new arrays, in one message; nothing is sent if they are the same."""
    gap = np.isnan(x) | np.isnan(y)
    if isinstance(mark, Scatter):  # a dot without a place breaks all that come after it
        x, y = x[~gap], y[~gap]
    else:  # a gap in a line is told by y alone, and its last point must have a place
        last = len(gap) - np.argmin(gap[::-1]) if (~gap).any() else 0
        x, y = np.where(gap, 0.0, x)[:last], np.where(gap, np.nan, y)[:last]
    if np.array_equal(mark.x, x, equal_nan=True) and np.array_equal(mark.y, y, equal_nan=True):
        return
    with mark.hold_sync():
        mark.x, mark.y = np.array(x, dtype=float), np.array(y, dtype=float)
        mark.visible = len(x) > 0


def name_in_legend(mark: Any, label: str) -> None:
    """Give a line a name in the legend; without one it is not in there."""
    if label and mark.display_legend and mark.labels != [label]:
        mark.display_legend = False  # bqplot draws the legend anew for this, not for a name
    mark.labels = [label]
    mark.display_legend = bool(label)


def _bars(x: Array, low: Array, high: Array, axis: ChartAxis) -> tuple[Array, Array]:
    """Make one path of all bars with their caps; NaN in y lifts the pen."""
    ends = axis.scale.min, axis.scale.max
    cap = _CAP * ((ends[1] or 0.0) - (ends[0] or 0.0))
    gap = np.full(len(x), np.nan)
    xs = np.stack([x, x, x, x - cap, x + cap, x, x - cap, x + cap, x], axis=1)
    ys = np.stack([low, high, gap, low, low, gap, high, high, gap], axis=1)
    return xs.ravel(), ys.ravel()
