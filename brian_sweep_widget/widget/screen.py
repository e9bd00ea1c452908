"""What is on the screen: drawn by the pump's thread alone.

Other threads leave word here of what is to be shown (`follow`, `preview`,
`refuse`); `paint` reads it and is the only one that writes to widgets.
"""

from __future__ import annotations

import threading
from typing import Any

import ipywidgets as w

from brian_sweep_widget.models import NetworkModel
from brian_sweep_widget.results import Outcome
from brian_sweep_widget.runs import Progress, Run, Sweep
from brian_sweep_widget.widget.chart import Chart
from brian_sweep_widget.widget.series import Series
from brian_sweep_widget.widget.status import StatusStrip

_FRAME = 0.05  # s between two drawings of a sweep that runs
_ERRORS_SHOWN = 5
_ACTIVE = ("starting", "running", "stopping")


class Screen:
    """The chart, the status strip and the buttons, as one picture of one sweep.

    Parameters
    ----------
    chart, status, measure, run_button, stop_button
        What to write to.
    sweep
        What would run first.
    """

    def __init__(
        self,
        chart: Chart,
        status: StatusStrip,
        measure: w.Dropdown,
        run_button: w.Button,
        stop_button: w.Button,
        sweep: Sweep,
    ) -> None:
        self._chart = chart
        self._status = status
        self._measure = measure
        self._run_button = run_button
        self._stop_button = stop_button
        self._lock = threading.Lock()
        # Left by other threads:
        self._titles: dict[Any, str] = titles_of(sweep)
        self._settings = sweep
        self._refusal = ""
        self._run: Run | None = None
        self._run_sweep = sweep
        # Known to paint alone:
        self._drawn: Run | None = None
        self._series = Series(sweep.plan, None)
        self._taken = 0
        self._errors: list[dict[str, str]] = []
        self._settled = False

    def follow(self, sweep: Sweep, run: Run) -> None:
        """Show this run from now on; nothing of an earlier one is drawn any more."""
        with self._lock:
            self._settings = self._run_sweep = sweep
            self._run, self._refusal = run, ""

    def preview(self, sweep: Sweep) -> None:
        """Say what would run with the settings as they are now."""
        with self._lock:
            self._settings, self._refusal = sweep, ""

    def refuse(self, message: str) -> None:
        """Say why the settings, as they are now, cannot run."""
        with self._lock:
            self._refusal = message

    def paint(self) -> float | None:
        """Draw the latest state; see `Pump`."""
        with self._lock:
            run, sweep = self._run, self._run_sweep
            settings, refusal = self._settings, self._refusal
        if run is None:
            self._label(settings)
            self._tell("idle", Progress("starting", len(settings)), settings, refusal)
            return None
        # Progress first: what has ended by then is among the outcomes read next.
        progress = run.progress
        self._draw(run, sweep)
        notice = refusal
        if progress.state == "crashed":
            notice = f"The sweep stopped: {run.error}. What was finished is kept; press Run again."
        elif progress.ended and settings is not sweep and not refusal:
            notice = f"Settings changed: Run makes {_simulations(len(settings))}."
        self._tell(progress.state, progress, sweep, notice)
        if not progress.ended:
            self._settled = False
            return _FRAME
        if not self._settled:
            self._settled = True
            self._chart.send_again()
            self._status.send_state()
        return None

    def _draw(self, run: Run, sweep: Sweep) -> None:
        if run is not self._drawn:
            self._drawn, self._taken, self._errors = run, 0, []
        fresh = run.outcomes_since(self._taken)
        self._taken += len(fresh)
        self._offer_measures(fresh)
        for outcome in fresh:
            if outcome.failure is not None and len(self._errors) < _ERRORS_SHOWN:
                self._errors = [*self._errors, _described(outcome, sweep)]
        measure = self._measure.value
        if self._series.plan is not sweep.plan or self._series.measure != measure:
            self._series = Series(sweep.plan, measure)
            self._label(sweep)
            # What came in between is for the next time, or it would count twice.
            self._series.add(run.outcomes_since(0)[: self._taken])
            self._chart.draw(self._series.lines())
        elif self._series.add(fresh):
            self._chart.draw(self._series.lines())

    def _label(self, sweep: Sweep) -> None:
        """Name the axes; a plain function names its results when the first one is there."""
        axis = sweep.plan.axes[0]
        self._chart.label(axis.title, self._titles.get(self._measure.value, ""), axis.shown)

    def _offer_measures(self, fresh: list[Outcome]) -> None:
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
            self._measure.options = [*self._measure.options, *new]
            if self._measure.value is None:
                self._measure.value = self._measure.options[0][1]

    def _tell(self, state: str, progress: Progress, sweep: Sweep, notice: str) -> None:
        """Write the status strip, in one message, and the buttons."""
        active = state in _ACTIVE
        if self._refused(notice) and not active:
            state = "invalid"
        self._run_button.disabled = active
        self._stop_button.disabled = not active or state == "stopping"
        with self._status.hold_sync():
            self._status.state = state
            self._status.total = progress.total
            self._status.done = progress.done
            self._status.failed = progress.failed
            self._status.lost = progress.lost
            self._status.cancelled = progress.cancelled
            self._status.running = progress.running
            self._status.workers = sweep.workers
            self._status.elapsed = round(progress.elapsed, 1)
            self._status.eta = None if progress.eta is None else round(progress.eta, 1)
            self._status.engine = sweep.engine.label
            self._status.notice = notice
            self._status.errors = self._errors

    def _refused(self, notice: str) -> bool:
        return bool(notice) and notice == self._refusal


def titles_of(sweep: Sweep) -> dict[Any, str]:
    """Give the titles of the measures that are known before anything ran."""
    if not isinstance(sweep.model, NetworkModel):
        return {}
    return {measure.name: measure.title for measure in sweep.model.measures.values()}


def _simulations(number: int) -> str:
    return "1 simulation" if number == 1 else f"{number} simulations"


def _described(outcome: Outcome, sweep: Sweep) -> dict[str, str]:
    """Say which point failed and why, as plain text."""
    where = [
        f"{axis.label} {axis.unit.text(float(axis.values[index]))}"
        for axis, index in zip(sweep.plan.axes, outcome.job.position, strict=False)
    ]
    if sweep.plan.trials > 1:
        where.append(f"trial {outcome.job.trial + 1}")
    failure = outcome.failure
    return {
        "point": ", ".join(where),
        "message": str(failure),
        "traceback": failure.traceback if failure else "",
    }
