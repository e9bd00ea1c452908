"""What can be unfolded beneath the chart: the jobs over time, and the results as a table."""

from __future__ import annotations

import time
from collections.abc import Callable

import ipywidgets as w

from brian_sweep_widget.runs import Run, Sweep
from brian_sweep_widget.sweeps import number_of, position_of
from brian_sweep_widget.widget.inbox import accept_only_input
from brian_sweep_widget.widget.jobs import JobsTimeline, hosts, timeline
from brian_sweep_widget.widget.pointing import on_pointed
from brian_sweep_widget.widget.table import ResultsTable, rows

_PACE = 0.5  # s between two pictures of jobs while a sweep runs
_SHARE = 20  # the most of its time that the pump gives to them is one part in so many

Position = tuple[int, ...]


class Panels:
    """Two panels, each with a button that unfolds it.

    Parameters
    ----------
    open_point
        Called with the position of a simulation that a person opens.
    hover
        Called with the position of a simulation under the mouse; None for none.
    changed
        Called when a panel is folded or unfolded.

    Attributes
    ----------
    widget
        What to show.
    """

    def __init__(
        self,
        *,
        open_point: Callable[[Position], None],
        hover: Callable[[Position | None], None],
        changed: Callable[[], None],
    ) -> None:
        self._open_point = open_point
        self._hover = hover
        self._buttons = {
            "jobs": _button("Jobs", "Which worker computed what, and when"),
            "table": _button("Results table", "Every result as a number; open one to look inside"),
        }
        for button in self._buttons.values():
            button.observe(lambda _: changed(), "value")
        # Made when they are unfolded first: a page is there sooner without them.
        self._timeline: JobsTimeline | None = None
        self._table: ResultsTable | None = None
        row = w.HBox(list(self._buttons.values()))
        row.add_class("bsw-panel-buttons")
        self.widget = w.VBox([row])
        self.widget.add_class("bsw-panels")
        self._sweep: Sweep | None = None
        self._run: Run | None = None
        self._phases: list[tuple[str, float, float]] = []
        self._next = 0.0
        self._last: tuple[object, ...] = ()

    def paint(
        self, sweep: Sweep, run: Run, opened: Position | None, hovered: Position | None
    ) -> float | None:
        """Show a run; for the pump alone, see there.

        Parameters
        ----------
        sweep, run
            What to show.
        opened, hovered
            Positions of what is open elsewhere, and of what is under the mouse;
            None for none.
        """
        if run is not self._run:
            self._sweep, self._run, self._phases, self._next = sweep, run, [], 0.0
        self._note_phase(run)
        shown = {name for name, button in self._buttons.items() if button.value}
        self._unfold(shown)
        if self._timeline is not None:
            self._timeline.hovered = _number(sweep, hovered)
        if self._table is not None:
            self._table.selected = _number(sweep, opened)
        if not shown:
            return None
        ended = run.progress.ended
        state = (run, ended, shown, len(run.outcomes_since(0)))
        begun = time.monotonic()
        if state == self._last and ended:
            return None
        if begun < self._next and not ended:
            return self._next - begun
        self._last = state
        self._draw(sweep, run, shown, ended=ended)
        cost = time.monotonic() - begun
        self._next = begun + max(_PACE, _SHARE * cost)
        return None if ended else _PACE

    def _unfold(self, shown: set[str]) -> None:
        """Have the panels on the screen that a person wants to see, and no others."""
        if "jobs" in shown and self._timeline is None:
            self._timeline = JobsTimeline()
            on_pointed(self._timeline, "point", hover=self._hovered, open_one=self._opened)
            self._place(self._timeline)
        if "table" in shown and self._table is None:
            self._table = ResultsTable()
            on_pointed(self._table, "row", hover=self._hovered, open_one=self._opened)
            self._place(self._table)
        for name, panel in (("jobs", self._timeline), ("table", self._table)):
            display = None if name in shown else "none"
            if panel is not None and panel.layout.display != display:
                panel.layout.display = display
                self._last = ()

    def _place(self, made: w.Widget) -> None:
        """Take a panel in; the jobs are above the table, whichever was made first."""
        accept_only_input(made)
        panels = (self._timeline, self._table)
        self.widget.children = (self.widget.children[0], *filter(None, panels))
        self._last = ()

    def _draw(self, sweep: Sweep, run: Run, shown: set[str], *, ended: bool) -> None:
        outcomes = run.results.outcomes
        if "jobs" in shown and self._timeline is not None:
            progress = run.progress
            with self._timeline.hold_sync():
                traits = timeline(run, sweep.plan, outcomes) | hosts(run.statistics)
                for name, value in traits.items():
                    setattr(self._timeline, name, value)
                self._timeline.phases = [
                    {"name": name, "start": start, "length": end - start}
                    for name, start, end in self._phases
                ]
                self._timeline.now = progress.elapsed
                self._timeline.running = not ended
                self._timeline.total = len(sweep)
                self._timeline.queued = max(
                    0, len(sweep) - len(outcomes) - (0 if ended else progress.running)
                )
        if "table" in shown and self._table is not None:
            with self._table.hold_sync():
                for name, value in rows(sweep, outcomes).items():
                    setattr(self._table, name, value)

    def _note_phase(self, run: Run) -> None:
        """Remember when something was prepared, as far as the pump was there to see."""
        progress = run.progress
        name, now = progress.phase, progress.elapsed
        if not name:
            return
        if self._phases and self._phases[-1][0] == name:
            self._phases[-1] = (name, self._phases[-1][1], now)
        else:
            start = self._phases[-1][2] if self._phases else 0.0
            self._phases.append((name, start, now))

    def _position(self, number: int) -> Position | None:
        sweep = self._sweep
        return None if sweep is None else position_of(sweep.plan, number)

    def _opened(self, number: int) -> None:
        position = self._position(number)
        if position is not None:
            self._open_point(position)

    def _hovered(self, number: int) -> None:
        self._hover(self._position(number))


def _number(sweep: Sweep, position: Position | None) -> int:
    return -1 if position is None else number_of(sweep.plan, position)


def _button(text: str, help_text: str) -> w.ToggleButton:
    return w.ToggleButton(description=text, tooltip=help_text)
