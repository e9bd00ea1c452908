"""Looks into the simulations that a person points at, one or two at a time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import partial

import ipywidgets as w

from brian_sweep_widget.runs import Looking, Run, Sweep
from brian_sweep_widget.sweeps import nearest
from brian_sweep_widget.widget.inbox import accept_only_input
from brian_sweep_widget.widget.inspector.pane import Found, Pane, Target, written
from brian_sweep_widget.widget.pump import soonest

_LONG = 0.5  # s after which a simulation that nobody waits for any more is stopped

_log = logging.getLogger(__name__)


class Inspector:
    """Two panes, of which the first is usually the only one.

    A point that is opened goes to the last pane that is open, and that pane
    follows the runs; while two are compared, the first stays as it is.

    Parameters
    ----------
    wake
        Has the screen painted.

    Attributes
    ----------
    widget
        What to show.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._panes = (Pane(self._show), Pane(self._show))
        self._lock = threading.RLock()
        self._asked = threading.Event()
        self._closed = threading.Event()
        self._looking: Looking | None = None
        self._since = 0.0
        self.widget = w.HBox()
        self.widget.add_class("bsw-inspectors")
        self._thread = threading.Thread(target=self._loop, name="brian-sweep-look", daemon=True)
        self._thread.start()

    def open(self, sweep: Sweep, run: Run, position: tuple[int, ...]) -> None:
        """Show a simulation, if it has an outcome; returns at once."""
        outcome = run.outcome(position)
        if outcome is not None and outcome.status != "cancelled":
            with self._lock:
                self._aim(self._active, Target(sweep, run, outcome))

    def follow(self, sweep: Sweep, run: Run) -> None:
        """Show of a run what was shown of the one before: the simulation with nearest values."""
        with self._lock:
            pane = self._active
            before = pane.target
            if before is None or before.sweep.model is not sweep.model:
                return
            position = before.position
            if before.run is not run:
                position = nearest(sweep.plan, before.outcome.job.parameters, before.position[-1])
            outcome = run.outcome(position)
            if outcome is None or outcome.status == "cancelled" or outcome is before.outcome:
                return
            self._aim(pane, Target(sweep, run, outcome))

    def marked(self, run: Run | None) -> list[tuple[int, ...]]:
        """Give the positions of a run's simulations that are shown."""
        with self._lock:
            shown = [pane.target for pane in self._panes if pane.target is not None]
        return [target.position for target in shown if target.run is run]

    def stop(self) -> None:
        """Stop what is computed for the inspector."""
        with self._lock:
            if self._looking is not None:
                self._looking.cancel()

    def close(self) -> None:
        """Stop, and end the thread; returns at once."""
        self._closed.set()
        self._asked.set()
        self.stop()

    def paint(self) -> float | None:
        """Show what is known; for the pump alone, see there."""
        compared = self._panes[1].target is not None
        again = [pane.paint(comparable=not compared) for pane in self._panes]
        return soonest(again)

    def _show(self, pane: Pane) -> None:
        """Take in the view of a pane that is needed for the first time."""
        assert pane.view is not None  # noqa: S101 - it has just been made
        pane.view.on_ask(
            step=partial(self._step, pane),
            script=partial(self._write_script, pane),
            compare=self._compare,
            close=partial(self._close_pane, pane),
        )
        accept_only_input(pane.view)
        self.widget.children = [one.view for one in self._panes if one.view is not None]

    @property
    def _active(self) -> Pane:
        return self._panes[1] if self._panes[1].target is not None else self._panes[0]

    def _aim(self, pane: Pane, target: Target) -> None:
        pane.target = target
        known = pane.found
        if known is not None and _same(known.target, target):
            pane.found = Found(target, known.inspection, known.reason)
        elif self._looking is not None and time.monotonic() - self._since > _LONG:
            self._looking.cancel()
        self._asked.set()
        self._wake()

    def _step(self, pane: Pane, by: int) -> None:
        with self._lock:
            following = None if pane.target is None else pane.target.next(by)
            if following is not None:
                self._aim(pane, following)

    def _write_script(self, pane: Pane) -> None:
        def write(target: Target) -> None:
            pane.script = written(target)
            self._wake()

        if pane.target is not None:
            threading.Thread(
                target=write, args=(pane.target,), name="brian-sweep-script", daemon=True
            ).start()

    def _compare(self) -> None:
        first, second = self._panes
        with self._lock:
            if second.target is None:
                second.target, second.found = first.target, first.found
        self._wake()

    def _close_pane(self, pane: Pane) -> None:
        first, second = self._panes
        with self._lock:
            if pane is first:
                first.target, first.found = second.target, second.found
            second.target = second.found = None
        self._wake()

    def _loop(self) -> None:
        while True:
            self._asked.wait()
            if self._closed.is_set():
                return
            self._asked.clear()
            for pane in self._panes:
                target = pane.target
                if target is not None and not _is_known(pane, target):
                    found = self._look(target)
                    with self._lock:
                        pane.found = found
                    self._wake()

    def _look(self, target: Target) -> Found:
        """Look into a simulation; whatever goes wrong is the reason why one sees nothing."""
        try:
            looking = target.sweep.look(target.outcome)
            with self._lock:
                self._looking, self._since = looking, time.monotonic()
            inspection = looking.wait()
        except (ValueError, TypeError, OSError, RuntimeError) as error:
            return Found(target, reason=str(error))
        except Exception as error:  # noqa: BLE001 - logged whole; the next one may be seen
            _log.exception("a simulation could not be looked into")
            return Found(target, reason=f"{type(error).__name__}: {error}")
        finally:
            with self._lock:
                self._looking = None
        if inspection.again.failure is not None:
            return Found(target, reason=f"Computed again, it failed: {inspection.again.failure}")
        if inspection.again.status != "done":
            return Found(target, reason="It was stopped before it was computed again.")
        return Found(target, inspection)


def _is_known(pane: Pane, target: Target) -> bool:
    found = pane.found
    return target.outcome.failure is not None or (found is not None and found.target is target)


def _same(one: Target, other: Target) -> bool:
    """Whether two targets are the same simulation with the same numbers."""
    return (
        one.sweep.engine.label == other.sweep.engine.label
        and one.outcome.job.key == other.outcome.job.key
        and one.outcome.status == other.outcome.status
        and one.outcome.values.keys() == other.outcome.values.keys()
        and one.outcome.failures == other.outcome.failures
    )
