"""Which run is the widget's: started by a person, or following the settings."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

from brian_sweep_widget.runs import Recall, Run, Sweep
from brian_sweep_widget.widget.asking import Asked
from brian_sweep_widget.widget.screen import Screen
from brian_sweep_widget.widget.switch import LiveSwitch

# What may be wrong with settings; everything else is a defect.
_REFUSALS = (TypeError, ValueError, OSError)


class Conductor:
    """Starts, stops and replaces runs. Safe for several threads: callbacks, and Live's.

    Parameters
    ----------
    asked
        Reads the controls.
    switch
        Whether runs follow the settings.
    screen
        Shows what runs.
    wake
        Has the screen painted.
    """

    def __init__(
        self, asked: Asked, switch: LiveSwitch, screen: Screen, wake: Callable[[], None]
    ) -> None:
        #: The run that was started last, or None.
        self.run: Run | None = None
        #: What the latest run follows; None if it was asked for by Run.
        self.followed: Sweep | None = None
        #: Remembers what live runs computed.
        self.recall = Recall()
        self._asked = asked
        self._switch = switch
        self._screen = screen
        self._wake = wake
        self._lock = threading.RLock()

    def start(self) -> Run:
        """Leave Live, and run exactly what is asked for; see `SweepWidget.start`."""
        with self._lock:
            sweep = self._asked.sweep(live=False)
            self.stop()
            self.run = run = sweep.start()
            self._screen.follow(sweep, run)
        self._wake()
        return run

    def stop(self) -> None:
        """Leave Live, and stop what runs."""
        self._switch.off()
        with self._lock:  # the live thread may be about to start a run
            self._cancel()
        self._wake()

    def clicked_run(self, _: object) -> None:
        """Do what the Run button does, unless that was done already."""
        with self._lock:
            going = self.run is not None and not self.run.progress.ended
            if going and self.followed is None:
                return  # a second click, sent before the button was seen disabled
            self._try_to_start()
        self._wake()

    def go_there(self) -> None:
        """Run what is asked for, as the range was marked on the chart; Live does so itself."""
        with self._lock:
            if not self._switch.on:
                self._try_to_start()
        self._wake()

    def clicked_pause(self, _: object) -> None:
        """Pause, or go on."""
        run = self.run
        if run is not None and run.progress.state == "paused":
            run.resume()
        elif run is not None:
            run.pause()
        self._wake()

    def retry(self) -> None:
        """Compute once more what gave no result, with the settings that it was computed with."""
        with self._lock:
            run = self.run
            if run is None or self.followed is not None:
                return
            progress = run.progress
            if not progress.failed + progress.lost + progress.cancelled + progress.partial:
                return
            self.run = run.retry()
            if self.run is not run:
                self._screen.follow(self._screen.shown, self.run)
        self._wake()

    def skip(self, position: tuple[int, ...]) -> None:
        """Give up one simulation."""
        with suppress(ValueError):  # the browser may ask for a point of an earlier sweep
            if self.run is not None:
                self.run.skip(position)
        self._wake()

    def follow(self) -> Run | None:
        """Start what the controls ask for, in the live thread; see `Follower`."""
        try:
            sweep = self._asked.sweep(live=True)
        except _REFUSALS as error:
            self._refuse(error)
            return None
        with self._lock:
            if not self._switch.on:
                return None
            if self.run is not None and self._is_followed(sweep, self.run):
                self._screen.follow(self.followed or sweep, self.run, live=True)
            else:
                self._cancel()
                try:
                    self.run = sweep.start(self.recall)
                except _REFUSALS as error:
                    self._refuse(error)
                    return None
                self.followed = sweep
                self._screen.follow(sweep, self.run, live=True)
            run = self.run
        self._wake()
        return run

    def _try_to_start(self) -> None:
        try:
            self.start()
        except _REFUSALS as error:
            self._screen.refuse(str(error))

    def _cancel(self) -> None:
        self.followed = None
        if self.run is not None:
            self.run.cancel()

    def _refuse(self, error: Exception) -> None:
        """Say why the settings cannot run, and compute nothing."""
        with self._lock:
            if self._switch.on:
                self._cancel()
                self._screen.refuse(str(error))
        self._wake()

    def _is_followed(self, sweep: Sweep, run: Run) -> bool:
        """Whether a run computes, or has computed, just this: a slider moved within a grid."""
        followed = self.followed
        if followed is None or followed.plan != sweep.plan:
            return False
        state = run.progress.state
        here = followed.cluster == sweep.cluster
        return state == "finished" or (here and state in {"starting", "running"})
