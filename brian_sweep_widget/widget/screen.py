"""What is on the screen: drawn by the pump's thread alone.

Other threads leave word here of what is to be shown (`follow`, `preview`,
`refuse`); `paint` reads it and is the only one that writes to widgets.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import ipywidgets as w

from brian_sweep_widget.runs import Progress, Run, Sweep
from brian_sweep_widget.sweeps import Plan
from brian_sweep_widget.widget.asking import can_be_map, must_be_map
from brian_sweep_widget.widget.details import Details
from brian_sweep_widget.widget.drawing import Drawing
from brian_sweep_widget.widget.estimate import estimated
from brian_sweep_widget.widget.inbox import answering
from brian_sweep_widget.widget.pump import soonest
from brian_sweep_widget.widget.readiness import POLL, Readiness
from brian_sweep_widget.widget.status import StatusStrip
from brian_sweep_widget.widget.tools import Tools
from brian_sweep_widget.widget.wording import (
    about,
    described,
    described_point,
    engine_in_words,
    simulations,
)

_FRAME = 0.05  # s between two drawings of a sweep that runs
_REST = 0.5  # s after a live run's end, in which the next one often begins
_ERRORS_SHOWN = 5
_ACTIVE = ("starting", "running", "paused", "stopping")
_LONG = 3.0  # s after which a simulation is listed, so that it can be skipped


class Followed(NamedTuple):
    """What is shown: a run, the sweep that it is of, and whether it follows the settings."""

    sweep: Sweep
    run: Run | None = None
    live: bool = False


class Screen:
    """The chart, its tools, the status strip and the buttons, as one picture of one sweep.

    Parameters
    ----------
    drawing, tools, details, status, run_button, pause_button, stop_button
        What to write to.
    readiness
        Shows, and knows, how far the model's preparation is.
    sweep
        What would run first.
    """

    def __init__(
        self,
        drawing: Drawing,
        tools: Tools,
        details: Details,
        status: StatusStrip,
        run_button: w.Button,
        pause_button: w.Button,
        stop_button: w.Button,
        readiness: Readiness,
        sweep: Sweep,
    ) -> None:
        self._drawing = drawing
        self._tools = tools
        self._details = details
        self._status = status
        self._run_button = run_button
        self._pause_button = pause_button
        self._stop_button = stop_button
        self._readiness = readiness
        self._lock = threading.Lock()
        # Left by other threads:
        self._settings = sweep
        self._refusal = ""
        self._followed = Followed(sweep)
        self._last_pace: tuple[Plan, float] | None = None
        # Known to paint alone:
        self._settled = False

    def follow(self, sweep: Sweep, run: Run, *, live: bool = False) -> None:
        """Show this run from now on; nothing of an earlier one is drawn any more.

        If it is live, the curve of before stays until this run's has a shape,
        so that nothing flickers while a slider moves; then it is drawn faintly.
        """
        with self._lock:
            self._settings = sweep
            self._followed, self._refusal = Followed(sweep, run, live), ""

    @property
    def shown(self) -> Sweep:
        """The sweep that is shown."""
        with self._lock:
            return self._followed.sweep

    def preview(self, sweep: Sweep) -> None:
        """Say what would run with the settings as they are now."""
        with self._lock:
            self._settings, self._refusal = sweep, ""

    def remember(self, pace: tuple[Plan, float] | None) -> None:
        """Estimate times by what a simulation took in an earlier sweep, before any ran here."""
        with self._lock:
            self._last_pace = pace

    def refuse(self, message: str) -> None:
        """Say why the settings, as they are now, cannot run."""
        with self._lock:
            self._refusal = message

    def paint(self) -> float | None:
        """Draw the latest state; see `Pump`."""
        with self._lock:
            followed, settings, refusal = self._followed, self._settings, self._refusal
        again = (
            self._paint_sweep(followed, settings, refusal),
            self._details.paint(followed.sweep, followed.run),
        )
        return soonest(again)

    def _paint_sweep(self, followed: Followed, settings: Sweep, refusal: str) -> float | None:
        sweep, run, live = followed
        if run is None:
            self._readiness.look(settings, soon=False)
            self._drawing.prepare(settings)
            waits = Progress(
                "starting",
                len(settings),
                phase=self._readiness.phase,
                eta=self._estimated_before(settings),
                engine=settings.engine.label if self._readiness.ready else "",
                notice=self._readiness.reason,
            )
            self._tell("idle", waits, settings, refusal)
            return POLL if waits.phase else None
        # Progress first: what has ended by then is among the outcomes read next.
        progress = run.progress
        self._readiness.look(settings, soon=not progress.ended)
        if progress.ended and self._readiness.phase:  # it was stopped, the preparation goes on
            progress = replace(progress, phase=self._readiness.phase)
        # While Live is on, a run that was cancelled is about to have a successor.
        replaced = progress.state == "cancelled" and self._readiness.live
        self._drawing.draw(
            run,
            sweep,
            self._details.opened(run),
            self._details.hovered(run),
            keep=live,
            ended=progress.ended and not replaced,
        )
        notice = refusal
        if progress.state == "crashed":
            notice = f"The sweep stopped: {run.error}. What was finished is kept; press Run again."
        elif progress.ended and settings is not sweep and not refusal:
            seconds = estimated(settings, sweep.plan, run.time_per_job, self._readiness.costs)
            notice = f"Settings changed: Run makes {simulations(len(settings))}{about(seconds)}."
        self._tell(progress.state, progress, sweep, notice, long_ones(run, sweep))
        if not progress.ended:
            self._settled = False
            return _FRAME
        settling = self._settle(self._drawing.age, live=live)
        return POLL if progress.phase or progress.comparing else settling

    def _estimated_before(self, settings: Sweep) -> float | None:
        with self._lock:
            pace = self._last_pace
        return None if pace is None else estimated(settings, *pace, self._readiness.costs)

    def _settle(self, seconds: float, *, live: bool) -> float | None:
        """Send everything once more at the end; servers drop messages of busy kernels."""
        if self._settled:
            return None
        if live and seconds < _REST:
            return _REST
        self._settled = True
        self._drawing.send_again()
        self._status.send_state()
        return None

    def _tell(
        self,
        state: str,
        progress: Progress,
        sweep: Sweep,
        notice: str,
        under_way: Sequence[dict[str, Any]] = (),
    ) -> None:
        """Write the status strip, in one message, and the buttons."""
        active, live = state in _ACTIVE, self._readiness.live
        shown = [notice, self._readiness.remark, progress.notice, self._drawing.notice]
        if self._refused(notice) and not active:
            # What is to be known of the results is nothing that is wrong with the settings.
            state, shown = "invalid", [notice]
        # While Live is on, Run leaves it, and so does Stop.
        self._run_button.disabled = active and not live
        # A run that follows the settings is paused only to ask whether to go on.
        pausable = {"paused"} if live else {"starting", "running", "paused"}
        self._pause_button.disabled = state not in pausable
        self._pause_button.description = "Resume" if state == "paused" else "Pause"
        self._stop_button.disabled = not live and (not active or state == "stopping")
        with answering:  # or a press of Zoom in between would be undone
            self._tools.paint(
                zooming=self._drawing.zooming,
                pinned=bool(self._drawing.pins),
                curves=self._drawing.has_curves,
                either=can_be_map(sweep) and not must_be_map(sweep),
            )
        with self._status.hold_sync():
            self._status.state = state
            self._status.phase = progress.phase
            self._status.phase_seconds = self._readiness.seconds_of(progress.phase)
            self._status.live = live
            self._status.total = progress.total
            self._status.done = progress.done
            self._status.failed = progress.failed
            self._status.lost = progress.lost
            self._status.cancelled = progress.cancelled
            self._status.partial = progress.partial
            self._status.recalled = progress.recalled
            self._status.running = progress.running
            self._status.workers = progress.workers or sweep.workers
            self._status.elapsed = round(progress.elapsed, 1)
            self._status.eta = None if progress.eta is None else round(progress.eta, 1)
            self._status.engine = engine_in_words(progress.engine)
            self._status.notice = "\n".join(filter(None, shown))
            self._status.waits = progress.waits
            self._status.under_way = list(under_way)
            first = self._drawing.failed[:_ERRORS_SHOWN]
            self._status.errors = [described(outcome, sweep) for outcome in first]

    def _refused(self, notice: str) -> bool:
        return bool(notice) and notice == self._refusal


def long_ones(run: Run, sweep: Sweep) -> list[dict[str, Any]]:
    """List the simulations that a person may want to skip."""
    return [
        {
            "point": described_point(sweep, one.position),
            "position": list(one.position),
            "seconds": float(int(one.seconds)),
        }
        for one in run.under_way
        if one.seconds > _LONG
    ]
