"""What there is to see of single simulations: the inspector, and the panels beneath the chart.

Knows which simulations a person has opened, and which one the mouse is on: the
same one is shown in the chart, in the timeline and in the table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ipywidgets as w

from brian_sweep_widget.runs import Run, Sweep
from brian_sweep_widget.widget.chart import Chart, HeatMap
from brian_sweep_widget.widget.drawing import Drawing
from brian_sweep_widget.widget.inspector import Inspector
from brian_sweep_widget.widget.panels import Panels
from brian_sweep_widget.widget.pump import soonest

Position = tuple[int, ...]


class Details:
    """Opens and points at simulations, wherever a person does so.

    Parameters
    ----------
    chart, heat, drawing
        Where results are dots, and cells.
    wake
        Has the screen painted.

    Attributes
    ----------
    rows
        What to show beneath the chart.
    """

    def __init__(
        self, chart: Chart, heat: HeatMap, drawing: Drawing, wake: Callable[[], None]
    ) -> None:
        self._drawing = drawing
        self._wake = wake
        self._inspector = Inspector(wake)
        self._panels = Panels(open_point=self._open, hover=self._hover, changed=wake)
        self._hovered: tuple[Run, Position] | None = None
        chart.on_open(self._open_result, self._open_failed)
        chart.on_hover(self._hover_result)
        heat.on_open(self._open_cell)
        self.rows: list[w.Widget] = [self._panels.widget, self._inspector.widget]

    def opened(self, run: Run) -> Sequence[Position]:
        """Give the positions of a run's simulations that are open."""
        return self._inspector.marked(run)

    def hovered(self, run: Run) -> Position | None:
        """Give the position of a run's simulation that the mouse is on."""
        found = self._hovered
        return found[1] if found is not None and found[0] is run else None

    def paint(self, sweep: Sweep, run: Run | None) -> float | None:
        """Show what is known; for the pump alone, see there."""
        again = [self._inspector.paint()]
        if run is not None:
            self._inspector.follow(sweep, run)
            opened = self.opened(run)
            last = opened[-1] if opened else None
            again.append(self._panels.paint(sweep, run, last, self.hovered(run)))
        return soonest(again)

    def stop(self) -> None:
        """Stop what is computed for the inspector."""
        self._inspector.stop()

    def close(self) -> None:
        """Stop, and end the threads."""
        self._inspector.close()

    def _open(self, position: Position | None) -> None:
        shown = self._drawing.shown
        if shown is not None and position is not None:
            self._inspector.open(shown.sweep, shown.run, position)

    def _open_result(self, row: int, x: float, y: float | None) -> None:
        shown = self._drawing.shown
        self._open(None if shown is None else shown.series.at(shown.first + row, x, y))

    def _open_cell(self, row: int, column: int) -> None:
        self._drawing.row = row
        shown = self._drawing.shown
        if shown is not None:
            x = shown.sweep.plan.axes[0].shown[column]
            self._open(shown.series.at(row, x) or self._drawing.failed_at(x, row))
        self._wake()

    def _open_failed(self, x: float) -> None:
        self._open(self._drawing.failed_at(x))

    def _hover(self, position: Position | None) -> None:
        shown = self._drawing.shown
        self._hovered = None if shown is None or position is None else (shown.run, position)
        self._wake()

    def _hover_result(self, row: int, place: tuple[float, float | None] | None) -> None:
        shown = self._drawing.shown
        self._hover(
            None if shown is None or place is None else shown.series.at(shown.first + row, *place)
        )
