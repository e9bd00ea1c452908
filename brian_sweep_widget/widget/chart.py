"""The chart. All of bqplot is in this module, so that it can be replaced.

What bqplot needs to be told carefully: arrays are float64 and one-dimensional
(it squeezes and casts others), never changed after they were handed over, and
replaced together, so that a frame never shows the x of one state with the y of
another. There are no animations: a stream would restart them for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from bqplot import Axis, Figure, LinearScale, Lines, Scatter

from brian_sweep_widget.widget.rounding import round_ticks, steady_span
from brian_sweep_widget.widget.series import Line

#: How many curves can be told apart; more are refused.
MOST_LINES = 6
# Of the Okabe-Ito palette, safe for colour-blind eyes; mid-tones that have a
# contrast of three to one on white and on JupyterLab's dark background alike.
_COLOURS = ("#2f7fc7", "#d55e00", "#00926a", "#b8609a", "#8a7a00", "#7f7f7f")
_STYLES = ("solid", "dashed", "dotted", "dash_dotted", "solid", "dashed")
_MARKERS = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
# Every dot is three nodes of SVG; more than these and the browser falls behind.
_MOST_DOTS = 1000
_OUTDATED = "bsw-outdated"  # the class that the style sheet draws faintly
_MARGIN = 0.02  # of the x range, so that the outermost dots are whole


class Chart:
    """Curves that grow: a line through the means, a dot for every simulation.

    Attributes
    ----------
    figure
        The widget to show.
    """

    def __init__(self) -> None:
        self._x, self._y = LinearScale(), LinearScale()
        self._x_axis = Axis(scale=self._x, side="bottom", grid_lines="none", label_offset="36px")
        self._y_axis = Axis(
            scale=self._y, side="left", grid_lines="solid", label_offset="62px", tick_format=","
        )
        scales = {"x": self._x, "y": self._y}
        empty = np.empty(0)
        self._lines = [
            Lines(
                x=empty,
                y=empty,
                scales=scales,
                colors=[colour],
                line_style=style,
                stroke_width=2,
                enable_hover=False,
                visible=False,
            )
            for colour, style in zip(_COLOURS, _STYLES, strict=True)
        ]
        self._dots = [
            Scatter(
                x=empty,
                y=empty,
                scales=scales,
                colors=[colour],
                marker=marker,
                default_size=40,
                opacities=[1.0],
                enable_hover=False,
                visible=False,
            )
            for colour, marker in zip(_COLOURS, _MARKERS, strict=True)
        ]
        self._span: tuple[float, float] | None = None
        self.figure = Figure(
            axes=[self._x_axis, self._y_axis],
            marks=[*self._lines, *self._dots],
            animation_duration=0,
            legend_location="top-left",
            fig_margin={"top": 16, "bottom": 52, "left": 84, "right": 20},
            layout={"width": "100%", "height": "420px", "min_width": "320px"},
        )

    @property
    def has_curves(self) -> bool:
        """Whether anything is drawn."""
        return any(mark.visible for mark in self._lines)

    def fade(self) -> None:
        """Draw the curves faintly until the next `draw`: they are of earlier settings."""
        self.figure.add_class(_OUTDATED)  # sends nothing if it is there already

    def label(self, x_title: str, y_title: str, x_values: Sequence[float]) -> None:
        """Name the axes, and fix the x axis to what will be drawn.

        Parameters
        ----------
        x_title, y_title
            With units.
        x_values
            All values of the sweep, in shown units, whether there is a result
            for them or not: the axis does not move while the curve grows.
        """
        low, high = min(x_values), max(x_values)
        margin = _MARGIN * (high - low) or 0.5
        with self._x.hold_sync():
            self._x.min, self._x.max = low - margin, high + margin
        with self._x_axis.hold_sync():
            self._x_axis.label = x_title
            self._x_axis.tick_values = round_ticks(low, high)
        if self._y_axis.label != y_title:
            self._y_axis.label = y_title
            self._span = None

    def draw(self, lines: Sequence[Line]) -> None:
        """Show these curves and no others.

        Parameters
        ----------
        lines
            At most `MOST_LINES`.
        """
        self.figure.remove_class(_OUTDATED)
        self._scale(np.concatenate([line.dots_y for line in lines]))
        crowded = sum(len(line.dots_y) for line in lines) > _MOST_DOTS
        for mark, line in zip(self._lines, lines, strict=False):
            _replace(mark, line.x, line.mean)
            mark.labels = [line.label]
            mark.display_legend = bool(line.label)
        for mark, line in zip(self._dots, lines, strict=False):
            if not crowded:
                _replace(mark, line.dots_x, line.dots_y)
            elif len(lines) * len(line.x) <= _MOST_DOTS:
                _replace(mark, line.x, line.mean)
            else:
                _replace(mark, np.empty(0), np.empty(0))
        for mark in (*self._lines[len(lines) :], *self._dots[len(lines) :]):
            _replace(mark, np.empty(0), np.empty(0))
            mark.display_legend = False

    def _scale(self, values: np.ndarray[Any, Any]) -> None:
        """Let the y axis hold all values, and move as seldom as can be."""
        finite = values[np.isfinite(values)]
        span = steady_span(finite.min(), finite.max(), self._span) if finite.size else None
        if span == self._span:
            return
        self._span = span
        with self._y.hold_sync():
            self._y.min, self._y.max = span or (0.0, None)
        self._y_axis.tick_values = None if span is None else round_ticks(*span)

    def send_again(self) -> None:
        """Send everything once more: servers drop messages of very busy kernels."""
        for widget in (self._x, self._y, self._x_axis, self._y_axis, *self._lines, *self._dots):
            widget.send_state()


def _replace(mark: Any, x: np.ndarray[Any, Any], y: np.ndarray[Any, Any]) -> None:
    """Give a mark new arrays, in one message; nothing is sent if they are the same."""
    if np.array_equal(mark.x, x) and np.array_equal(mark.y, y):
        return
    with mark.hold_sync():
        mark.x, mark.y = np.array(x, dtype=float), np.array(y, dtype=float)
        mark.visible = len(x) > 0
