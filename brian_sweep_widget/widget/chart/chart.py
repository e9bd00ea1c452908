"""The chart: curves, what was pinned, and where simulations failed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from bqplot import Figure, LinearScale, Lines, Scatter
from bqplot.interacts import BrushIntervalSelector

from brian_sweep_widget.widget.chart.axis import ChartAxis
from brian_sweep_widget.widget.chart.curve import CurveMarks, name_in_legend, replace
from brian_sweep_widget.widget.chart.look import Look
from brian_sweep_widget.widget.chart.palette import (
    COLOURS,
    FAILED_COLOUR,
    GHOST_COLOUR,
    GHOST_STYLES,
    MARKERS,
    SHOWN_COLOUR,
    STYLES,
)
from brian_sweep_widget.widget.chart.room import give_room
from brian_sweep_widget.widget.chart.series import Ghost, Line

#: Marks a range on the chart.
Brush = BrushIntervalSelector
#: Results as dots.
Dots = Scatter

# Every dot is three nodes of SVG; more than these and the browser falls behind.
_MOST_DOTS = 1000
_OUTDATED = "bsw-outdated"  # the class that the style sheet draws faintly
_ABOVE = 16  # pixels above the plot
_FLOOR = 0.015  # where failed simulations are marked, of the chart's height


class Chart:
    """Curves that grow.

    Attributes
    ----------
    figure
        The widget to show.
    brush
        Marks a range on it.
    """

    def __init__(self) -> None:
        self._look = Look()
        self._x = ChartAxis(side="bottom", grid_lines="none", tick_format=",")
        self._y = ChartAxis(side="left", grid_lines="solid", tick_format=",")
        self._curves = [
            CurveMarks(self._x, self._y, colour, style, marker)
            for colour, style, marker in zip(COLOURS, STYLES, MARKERS, strict=True)
        ]
        common: dict[str, Any] = {
            "x": np.empty(0),
            "y": np.empty(0),
            "enable_hover": False,
            "visible": False,
        }
        self._ghosts = [
            Lines(
                **common,
                scales={"x": self._x.scale, "y": self._y.scale},
                colors=[GHOST_COLOUR],
                line_style=style,
                stroke_width=1.5,
            )
            for style in GHOST_STYLES
        ]
        self._failed = Scatter(
            **common,
            scales={"x": self._x.scale, "y": LinearScale(min=0, max=1)},
            colors=[FAILED_COLOUR],
            marker="rectangle",
            default_size=60,
            default_skew=0.9,
        )
        self._shown, self._hovered = (
            Scatter(
                **common,
                scales={"x": self._x.scale, "y": self._y.scale},
                colors=[SHOWN_COLOUR],
                marker="circle",
                default_size=size,
                fill=False,
                stroke_width=width,
            )
            for size, width in ((220, 2.5), (420, 1.5))
        )
        self.brush = Brush(scale=self._x.scale, color=COLOURS[0])
        self.figure = Figure(
            axes=[self._x.axis, self._y.axis],
            marks=[
                *self._ghosts,
                *(
                    mark
                    for layer in zip(*(c.marks for c in self._curves), strict=True)
                    for mark in layer
                ),
                self._failed,
                self._shown,
                self._hovered,
            ],
            animation_duration=0,
            legend_location="top-left",
            layout={"width": "100%", "height": "420px", "min_width": "320px"},
        )

        self._give_room()

    @property
    def has_curves(self) -> bool:
        """Whether anything is drawn."""
        return any(curve.line.visible for curve in self._curves)

    def share_room(self, shared: bool) -> None:  # noqa: FBT001 - whether
        """Be smaller where there is another chart above."""
        height = "260px" if shared else "420px"
        if self.figure.layout.height != height:
            self.figure.layout.height = height

    def fade(self) -> None:
        """Draw the curves faintly until the next `draw`: they are of earlier settings."""
        self.figure.add_class(_OUTDATED)  # sends nothing if it is there already

    def label(self, x_title: str, y_title: str, x_values: Sequence[float], look: Look) -> None:
        """Name the axes, and fix the x axis to what will be drawn.

        Parameters
        ----------
        x_title, y_title
            With units.
        x_values
            All values of the sweep, in shown units, whether there is a result
            for them or not: the axis does not move while the curve grows.
        look
            Says which axes are logarithmic, and how large texts are.
        """
        self._look = look
        self._give_room()
        self._x.name(x_title, log=look.log_x)
        self._x.fix(np.asarray(x_values, dtype=float))
        self._y.name(y_title, log=look.log_y)

    def draw(
        self, lines: Sequence[Line], ghosts: Sequence[Ghost] = (), failed: Sequence[float] = ()
    ) -> str:
        """Show these curves and no others.

        Parameters
        ----------
        lines, ghosts
            At most `MOST_LINES`, and `MOST_GHOSTS`.
        failed
            x of the simulations that gave no result.

        Returns
        -------
        str
            What a person should know of the picture; empty for nothing.
        """
        self.figure.remove_class(_OUTDATED)
        look = self._look
        values = [line.mean for line in lines] + [ghost.mean for ghost in ghosts]
        if look.trials:
            values += [line.dots_y for line in lines]
        values += [end for line in lines for end in (line.low, line.high)]
        self._y.fit(np.concatenate(values) if values else np.empty(0))
        most = _MOST_DOTS // max(len(lines), 1)
        for curve, line in zip(self._curves, lines, strict=False):
            curve.draw(line, look, most)
        for curve in self._curves[len(lines) :]:
            curve.clear()
        for mark, ghost in zip(self._ghosts, ghosts, strict=False):
            replace(mark, self._x.placed(ghost.x), self._y.placed(ghost.mean))
            name_in_legend(mark, ghost.label)
        for mark in self._ghosts[len(ghosts) :]:
            replace(mark, np.empty(0), np.empty(0))
            name_in_legend(mark, "")
        marked = np.unique(np.asarray(failed, dtype=float))[:_MOST_DOTS]
        replace(self._failed, self._x.placed(marked), np.full(len(marked), _FLOOR))
        return self._notice(lines, most)

    def mark(
        self, opened: Sequence[tuple[float, float]], hovered: Sequence[tuple[float, float]] = ()
    ) -> None:
        """Put a ring around some results.

        Parameters
        ----------
        opened, hovered
            x and y, in shown units, of those that are open in the inspector, and
            of the one that the mouse is on elsewhere.
        """
        for mark, places in ((self._shown, opened), (self._hovered, hovered)):
            x, y = np.array(places, dtype=float).reshape(-1, 2).T
            replace(mark, self._x.placed(x), self._y.placed(y))

    def on_open(
        self,
        result: Callable[[int, float, float | None], None],
        failed: Callable[[float], None],
    ) -> None:
        """Have functions called when a person clicks on what is drawn of simulations.

        Parameters
        ----------
        result
            Takes the number of the curve, and x and y of the result; y is None
            for a mean.
        failed
            Takes x of one that failed.
        """
        for row, curve in enumerate(self._curves):
            of_curve = partial(result, row)
            curve.means.on_element_click(partial(self._clicked, of_curve, mean=True))
            curve.trials.on_element_click(partial(self._clicked, of_curve, mean=False))
        self._failed.on_element_click(partial(self._clicked, lambda x, _: failed(x), mean=True))

    def on_hover(self, hovered: Callable[[int, tuple[float, float | None] | None], None]) -> None:
        """Have a function called when the mouse comes to a result, and when it leaves it.

        Parameters
        ----------
        hovered
            Takes the number of the curve, and x and y of the result, or None;
            y is None for a mean.
        """
        for row, curve in enumerate(self._curves):
            for mark, mean in ((curve.means, True), (curve.trials, False)):

                def told(change: Any, row: int = row, mean: bool = mean) -> None:  # noqa: FBT001
                    mark, index = change["owner"], change["new"]
                    if index is None or not 0 <= index < len(mark.x):
                        hovered(row, None)
                        return
                    y = None if mean else self._y.number_at(float(mark.y[index]))
                    hovered(row, (self._x.number_at(float(mark.x[index])), y))

                mark.observe(told, "hovered_point")

    def _clicked(
        self, tell: Callable[[float, float | None], None], _: object, content: Any, *, mean: bool
    ) -> None:
        """Read what the browser sends for a click, which may be anything."""
        data = content.get("data")
        if not isinstance(data, dict):
            return
        x, y = (_number(data.get(name)) for name in ("x", "y"))
        if x is not None and y is not None:
            tell(self._x.number_at(x), None if mean else self._y.number_at(y))

    def zoom(self, *, on: bool) -> None:
        """Let a range be marked, or no more; `on_zoom` tells when it is."""
        wanted = self.brush if on else None
        if self.figure.interaction is not wanted:
            self.brush.selected = None
            self.figure.interaction = wanted

    def on_zoom(self, zoomed: Callable[[float, float], None]) -> None:
        """Have a function called with the two ends of the range that was marked."""

        def ended(_: object) -> None:
            places = self.brush.selected
            if self.brush.brushing or places is None or np.shape(places) != (2,):
                return
            low, high = sorted(float(place) for place in places)
            if np.isfinite([low, high]).all() and low < high:
                zoomed(self._x.number_at(low), self._x.number_at(high))

        self.brush.observe(ended, "brushing")

    def send_again(self) -> None:
        """Send everything once more: servers drop messages of very busy kernels."""
        marks = [mark for curve in self._curves for mark in curve.marks]
        scales = (self._x.scale, self._y.scale, self._x.axis, self._y.axis)
        for widget in (*scales, *marks, *self._ghosts, self._failed, self._shown, self._hovered):
            widget.send_state()

    def _give_room(self) -> None:
        give_room(self.figure, self._x.axis, self._y.axis, _ABOVE, large=self._look.large)

    def _notice(self, lines: Sequence[Line], most: int) -> str:
        nowhere = sum(
            np.count_nonzero(
                np.isnan(self._x.placed(line.dots_x)) | np.isnan(self._y.placed(line.dots_y))
            )
            for line in lines
        )
        texts = []
        if nowhere:
            results = "1 result is" if nowhere == 1 else f"{nowhere} results are"
            texts.append(f"{results} not above zero, and so not on the logarithmic axis.")
        crowd = max((len(line.dots_x) for line in lines), default=0)
        if self._look.trials and crowd > most:
            texts.append(f"A curve has {crowd} results, too many to draw each (at most {most}).")
        return " ".join(texts)


def _number(value: object) -> float | None:
    """Give a number of a browser's message, if it is one."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        return None
    return float(value)
