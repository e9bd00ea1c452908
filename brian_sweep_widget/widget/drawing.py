"""What the chart shows of a run: for the pump alone, but for what other threads ask of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

import ipywidgets as w
import numpy as np

from brian_sweep_widget.models import NetworkModel
from brian_sweep_widget.results import Outcome
from brian_sweep_widget.runs import Run, Sweep
from brian_sweep_widget.widget.asking import can_be_map, must_be_map
from brian_sweep_widget.widget.chart import Chart, HeatMap, Look, Series
from brian_sweep_widget.widget.inbox import answering
from brian_sweep_widget.widget.pins import Pin, ghosts

_OUTDATED = 0.4  # s after which a curve that waits for its successor is drawn faintly


Position = tuple[int, ...]


class Shown(NamedTuple):
    """What is on the chart: of a map, the curve of one row."""

    sweep: Sweep
    run: Run
    series: Series
    row: int | None

    @property
    def first(self) -> int:
        """Number of the first curve that is drawn."""
        return self.row or 0


class Drawing:
    """Takes a run's outcomes, and draws the measure that is chosen.

    Parameters
    ----------
    chart, heat
        What to draw on.
    measure
        The choice of the measure.
    sweep
        What would run first.

    Attributes
    ----------
    look, pins, zooming, row
        What the person asks for: how curves look, what is pinned, whether a
        range is about to be marked on the chart, which curve of a map is shown.
        Other threads replace these; the next `draw` looks at them.
    shown
        What is on the chart now, for other threads to read; None before the
        first run.
    """

    def __init__(self, chart: Chart, heat: HeatMap, measure: w.Dropdown, sweep: Sweep) -> None:
        self.look = Look()
        self.pins: tuple[Pin, ...] = ()
        self.zooming = False
        self.row = 0
        self._chart = chart
        self._heat = heat
        self._measure = measure
        self._titles = _titles_of(sweep)
        self.shown: Shown | None = None
        self._drawn: Run | None = None
        self._asked: tuple[Look, Sequence[Pin], int] = (self.look, self.pins, self.row)
        self._series = Series(sweep.plan, None)
        self._kept = False
        self._since = 0.0
        self._taken = 0
        self._failed: dict[tuple[int, ...], Outcome] = {}
        #: What a person should know of the picture; empty for nothing.
        self.notice = ""

    @property
    def has_curves(self) -> bool:
        """Whether the chart shows any."""
        return self._chart.has_curves

    @property
    def failed(self) -> Sequence[Outcome]:
        """What failed of the run that was drawn last, whole or in part."""
        return list(self._failed.values())

    @property
    def age(self) -> float:
        """Seconds since the run that was drawn last was drawn first."""
        return time.monotonic() - self._since

    def prepare(self, sweep: Sweep) -> None:
        """Name the axes for what would run."""
        self._chart.zoom(on=self.zooming)
        self._label(sweep, self.look)

    def draw(
        self,
        run: Run,
        sweep: Sweep,
        opened: Sequence[Position] = (),
        hovered: Position | None = None,
        *,
        keep: bool,
        ended: bool,
    ) -> None:
        """Draw what there is.

        Parameters
        ----------
        run, sweep
            What to draw.
        opened, hovered
            Positions of the results that are open elsewhere, and of the one that
            the mouse is on there: they get rings.
        keep
            Whether the curves of before stay until the run's have a shape, so
            that nothing flickers while a slider moves.
        ended
            Whether nothing more will come.
        """
        self._chart.zoom(on=self.zooming)
        if run is not self._drawn:
            self._drawn, self._taken, self._failed = run, 0, {}
            self._kept, self._since = keep and self._chart.has_curves, time.monotonic()
        fresh = run.outcomes_since(self._taken)
        self._taken += len(fresh)
        self._offer_measures(fresh)
        failed = self._note_failures(fresh)
        measure = self._measure.value
        asked = (self.look, self.pins, self.row)
        anew = (
            self._series.plan is not sweep.plan
            or self._series.measure != measure
            or self._asked != asked
        )
        if anew:
            self._series = Series(sweep.plan, measure)
            # What came in between is for the next time: it is fresh then.
            self._series.add(run.outcomes_since(0)[: self._taken])
        elif not self._series.add(fresh) and not failed and not self._kept:
            self._mark(opened, hovered)
            return
        if self._kept and not ended and not self._series.has_shape:
            if time.monotonic() > self._since + _OUTDATED:
                self._chart.fade()
            return
        self._asked = asked
        look, pins, row = asked
        if anew or self._kept:
            self._label(sweep, look)
        self._kept = False
        x = sweep.plan.axes[0].shown
        failed_there = self._failed_now()
        row = min(row, self._series.rows - 1)
        mapped = _is_map(sweep, look)
        if mapped:
            places = [(position[1], position[0]) for position in failed_there]
            title = self._title()
            self._heat.draw(self._series.means(), title, row, places, log=look.log_y)
            failed_there = [one for one in failed_there if one[1] == row]
        self.notice = self._chart.draw(
            self._series.lines(look.spread, [row] if mapped else None),
            () if mapped else ghosts(pins, measure, sweep),
            [x[position[0]] for position in failed_there],
        )
        self.shown = Shown(sweep, run, self._series, row if mapped else None)
        self._mark(opened, hovered)

    def failed_at(self, x: float, row: int | None = None) -> Position | None:
        """Give the position of the failed simulation that is nearest to x, in shown units."""
        shown = self.shown
        if shown is None:
            return None
        axis = shown.sweep.plan.axes[0].shown
        row = shown.row if row is None else row
        failed = [one for one in self._failed_now() if row is None or one[1] == row]
        return min(failed, key=lambda one: abs(axis[one[0]] - x), default=None)

    def _mark(self, opened: Sequence[Position], hovered: Position | None) -> None:
        """Put rings around results that are drawn; on a map, also into those cells."""
        row = None if self.shown is None else self.shown.row
        if row is not None:
            self._heat.mark([(position[1], position[0]) for position in opened])
        self._chart.mark(
            [self._series.place(one) for one in opened if row is None or one[1] == row],
            [
                self._series.place(one)
                for one in (hovered,)
                if one is not None and (row is None or one[1] == row)
            ],
        )

    def send_again(self) -> None:
        """Send all of the charts once more."""
        self._chart.send_again()
        if self.shown is not None and self.shown.row is not None:
            self._heat.send_again()

    def _label(self, sweep: Sweep, look: Look) -> None:
        """Name the axes; a plain function names its results when the first one is there."""
        axis, *others = sweep.plan.axes
        mapped = _is_map(sweep, look)
        self._chart.label(axis.title, self._title(), axis.shown, look)
        self._chart.share_room(mapped)
        if mapped:
            columns, rows = ((one.title, np.asarray(one.shown)) for one in (axis, others[0]))
            self._heat.label(columns, rows, large=look.large)
        self._heat.show(on=mapped)

    def _title(self) -> str:
        return self._titles.get(self._measure.value, "")

    def _failed_now(self) -> list[Position]:
        """Give the positions at which what is drawn has no result, as it failed."""
        measure = self._measure.value
        failed = list(self._failed.items())
        return [position for position, outcome in failed if outcome.reason(measure) is not None]

    def _note_failures(self, fresh: Sequence[Outcome]) -> bool:
        """Keep what failed; say whether that changed."""
        before = list(self._failed)
        for outcome in fresh:
            self._failed.pop(outcome.job.position, None)  # a later outcome replaces it
            if outcome.failure is not None or outcome.failures:
                self._failed[outcome.job.position] = outcome
        return before != list(self._failed)

    def _offer_measures(self, fresh: Sequence[Outcome]) -> None:
        offered = {name for _, name in self._measure.options}
        found = {
            name: value
            for outcome in fresh
            for name, value in outcome.values.items()
            if not value.si.ndim
        }
        self._titles |= {name: value.title for name, value in found.items()}
        if not found.keys() <= offered:
            new = [(value.label, name) for name, value in found.items() if name not in offered]
            with answering, self._measure.hold_sync():  # or a choice in between would be undone
                chosen = self._measure.value
                # With other options, ipywidgets picks the first, but if none is picked.
                self._measure.options = [*self._measure.options, *new]
                self._measure.value = self._measure.options[0][1] if chosen is None else chosen


def _is_map(sweep: Sweep, look: Look) -> bool:
    """Whether two swept parameters are drawn as a map: also if they were too many curves."""
    return must_be_map(sweep) or (look.heat and can_be_map(sweep))


def _titles_of(sweep: Sweep) -> dict[str | None, str]:
    """Give the titles of the measures that are known before anything ran."""
    if not isinstance(sweep.model, NetworkModel):
        return {}
    return {measure.name: measure.title for measure in sweep.model.measures.values()}
