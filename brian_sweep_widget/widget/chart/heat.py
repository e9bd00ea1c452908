"""Two swept parameters as a map: one column and one row for each of their values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as w
import numpy as np
from bqplot import (
    Axis,
    ColorAxis,
    ColorScale,
    Figure,
    GridHeatMap,
    LinearScale,
    Lines,
    Scatter,
)

from brian_sweep_widget.results.mapping import cell_edges
from brian_sweep_widget.widget.chart.axis import Array, tick_words
from brian_sweep_widget.widget.chart.curve import replace
from brian_sweep_widget.widget.chart.palette import HEAT_COLOURS, SHOWN_COLOUR
from brian_sweep_widget.widget.chart.room import give_room
from brian_sweep_widget.widget.rounding import log_ticks, round_ticks

_FORMATS = (",.4~g", ",.5~g")  # of colours whose ticks have no words
_ABOVE = 62  # pixels above the plot, for the colours
_MOST_TICKS = 10  # if there are more values than this, the ticks are at round numbers


class HeatMap:
    """A coloured cell for every point; those without a result yet are seen to be empty.

    Attributes
    ----------
    figure
        The map.
    place
        The widget to show, with the map in it or not.
    """

    def __init__(self) -> None:
        self._x, self._y = LinearScale(), LinearScale()
        self._colour = ColorScale(colors=list(HEAT_COLOURS))
        # Without a format of ours, bqplot fails to find one while there is a single number.
        common: dict[str, Any] = {"tick_format": ",", "grid_lines": "none"}
        self._x_axis = Axis(scale=self._x, **common)
        self._y_axis = Axis(scale=self._y, orientation="vertical", side="left", **common)
        self._colour_axis = ColorAxis(scale=self._colour, side="top", tick_format=_FORMATS[0])
        self._x_values: Array = np.array([0.0, 1.0])
        self._y_values: Array = np.array([0.0, 1.0])
        self._cells = GridHeatMap(
            color=np.full((2, 2), np.nan),
            row=cell_edges(self._y_values),
            column=cell_edges(self._x_values),
            scales={"row": self._y, "column": self._x, "color": self._colour},
            stroke="transparent",
        )
        line: dict[str, Any] = {
            "x": np.empty(0),
            "y": np.empty(0),
            "scales": {"x": self._x, "y": self._y},
            "colors": [SHOWN_COLOUR],
            "visible": False,
        }
        self._row = Lines(**line, stroke_width=2, close_path=True)
        self._opened = Scatter(**line, marker="circle", default_size=90, fill=False, stroke_width=2)
        self._failed = Scatter(
            **(line | {"colors": ["#ffffff"]}), marker="cross", default_size=50, stroke="black"
        )
        self.figure = Figure(
            axes=[self._x_axis, self._y_axis, self._colour_axis],
            marks=[self._cells, self._failed, self._row, self._opened],
            animation_duration=0,
            padding_x=0,
            padding_y=0,
            layout={"width": "100%", "height": "360px", "min_width": "320px"},
        )
        self.figure.add_class("bsw-heat")
        # A map in a page that does not show it has no size, and bqplot draws it nevertheless.
        self.place = w.Box([])
        self.place.add_class("bsw-heat-place")

    def show(self, *, on: bool) -> None:
        """Show the map, or do not."""
        if bool(self.place.children) != on:
            self.place.children = (self.figure,) if on else ()

    @property
    def shown(self) -> bool:
        """Whether it is shown."""
        return bool(self.place.children)

    def label(self, x: tuple[str, Array], y: tuple[str, Array], *, large: bool) -> None:
        """Name the axes in text of either size, and say which values they have, in shown units."""
        give_room(self.figure, self._x_axis, self._y_axis, _ABOVE, large=large)
        for axis, scale, (title, values) in (
            (self._x_axis, self._x, x),
            (self._y_axis, self._y, y),
        ):
            edges = cell_edges(values)
            with scale.hold_sync():
                scale.min, scale.max = float(edges[0]), float(edges[-1])
            axis.label = title
            few = len(values) <= _MOST_TICKS
            axis.tick_values = values if few else round_ticks(values[0], values[-1])
        self._x_values, self._y_values = x[1], y[1]

    def draw(
        self, values: Array, title: str, row: int, failed: Sequence[tuple[int, int]], *, log: bool
    ) -> None:
        """Show results.

        Parameters
        ----------
        values
            Shape (rows, columns), in shown units; NaN where nothing is known yet.
        title
            Of what is measured.
        row
            Whose curve is shown elsewhere: it gets a frame.
        failed
            Row and column of the simulations that gave no result.
        log
            Whether colours go by the logarithm.
        """
        if log:
            with np.errstate(divide="ignore", invalid="ignore"):
                values = np.where(values > 0, np.log10(values), np.nan)
        self._colour_axis.label = title
        finite = values[np.isfinite(values)]
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
        high = high if high > low else low + 1.0
        self._label_colours(low, high, log=log)
        with self._colour.hold_sync():
            self._colour.min, self._colour.max = low, high
        self._paint(values)
        x, y = cell_edges(self._x_values), cell_edges(self._y_values)
        corners = (x[[0, -1, -1, 0]], y[[row, row, row + 1, row + 1]])
        replace(self._row, *corners)
        at = np.array(failed, dtype=int).reshape(-1, 2)
        replace(self._failed, self._x_values[at[:, 1]], self._y_values[at[:, 0]])

    def mark(self, places: Sequence[tuple[int, int]]) -> None:
        """Put a ring into some cells, by row and column."""
        at = np.array(places, dtype=int).reshape(-1, 2)
        replace(self._opened, self._x_values[at[:, 1]], self._y_values[at[:, 0]])

    def on_open(self, opened: Callable[[int, int], None]) -> None:
        """Have a function called with row and column of a cell that a person clicks on."""

        def clicked(_: object, content: Any) -> None:
            data = content.get("data")
            if not isinstance(data, dict):
                return
            row, column = data.get("rowNum"), data.get("columnNum")
            rows, columns = len(self._y_values), len(self._x_values)
            if (
                type(row) is int
                and type(column) is int
                and 0 <= row < rows
                and 0 <= column < columns
            ):
                opened(row, column)

        self._cells.on_element_click(clicked)

    def send_again(self) -> None:
        """Send everything once more: servers drop messages of very busy kernels."""
        scales = (self._x, self._y, self._colour)
        axes = (self._x_axis, self._y_axis, self._colour_axis)
        for widget in (*scales, *axes, self._cells, self._row, self._opened, self._failed):
            widget.send_state()

    def _label_colours(self, low: float, high: float, *, log: bool) -> None:
        """Choose the ticks of the colours; where these go by the logarithm, in words."""
        axis = self._colour_axis
        ticks = log_ticks(low, high) if log else round_ticks(low, high)
        places = np.log10(ticks) if log else ticks
        words = tick_words(places, ticks)
        if axis.tick_labels != words:
            with axis.hold_sync():
                axis.tick_values, axis.tick_labels = places, words
                # The browser looks at the words again when the format is another.
                axis.tick_format = next(one for one in _FORMATS if one != axis.tick_format)

    def _paint(self, values: Array) -> None:
        cells = self._cells
        if np.array_equal(cells.color, values, equal_nan=True):
            rows, columns = cell_edges(self._y_values), cell_edges(self._x_values)
            if np.array_equal(cells.row, rows) and np.array_equal(cells.column, columns):
                return
        with cells.hold_sync():
            # bqplot compares the edges with the cells that it has at that moment.
            cells.row = cells.column = None
            cells.color = np.array(values, dtype=float)
            cells.row, cells.column = cell_edges(self._y_values), cell_edges(self._x_values)
