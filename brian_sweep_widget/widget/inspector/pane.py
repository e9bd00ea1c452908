"""One simulation in the inspector: which one, what is known of it, what is shown."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from brian_sweep_widget.models.network_model import DURATION
from brian_sweep_widget.results import Inspection, Outcome
from brian_sweep_widget.runs import Run, Sweep
from brian_sweep_widget.sweeps import next_along_curve
from brian_sweep_widget.widget.inspector.facts import differences, facts, title
from brian_sweep_widget.widget.inspector.picture import no_spikes, no_traces, picture, remark
from brian_sweep_widget.widget.inspector.view import InspectorView
from brian_sweep_widget.widget.wording import why_it_failed

_PATIENCE = 0.15  # s before a picture of before is said to be out of date


@dataclass(frozen=True, slots=True)
class Target:
    """A simulation that a person wants to see, of a run."""

    sweep: Sweep
    run: Run
    outcome: Outcome

    @property
    def position(self) -> tuple[int, ...]:
        """Of its job."""
        return self.outcome.job.position

    def next(self, by: int) -> Target | None:
        """Give the simulation with an outcome that comes before (-1) or after (1) on the curve."""
        position: tuple[int, ...] | None = self.position
        while position is not None:
            position = next_along_curve(self.sweep.plan, position, by)
            outcome = None if position is None else self.run.outcome(position)
            if outcome is not None and outcome.status != "cancelled":
                return Target(self.sweep, self.run, outcome)
        return None


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of a target.

    Parameters
    ----------
    target
        The target.
    inspection
        None if it could not be looked into.
    reason
        Why it could not be.
    """

    target: Target
    inspection: Inspection | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """A script of a target's simulation, or why there is none."""

    target: Target
    text: str = ""
    name: str = ""
    problem: str = ""


def written(target: Target) -> Script:
    """Write a script of a target's simulation."""
    try:
        text = target.sweep.script(target.outcome)
    except ValueError as error:
        return Script(target, problem=str(error))
    return Script(target, text, f"{target.sweep.model.name}.py")


class Pane:
    """A view, and what it is to show. `paint` is for the pump alone.

    Parameters
    ----------
    made
        Called with the pane when it has got its view.

    Attributes
    ----------
    view
        The widget; None until there is something to show, as a page is there
        sooner without it.
    target, found, script
        Replaced by other threads; the next `paint` looks at them.
    """

    def __init__(self, made: Callable[[Pane], None]) -> None:
        self._made = made
        self.view: InspectorView | None = None
        self.target: Target | None = None
        self.found: Found | None = None
        self.script: Script | None = None
        self._painted: tuple[Any, ...] = ()
        self._since = 0.0

    def paint(self, *, comparable: bool) -> float | None:
        """Show what is known; see `Pump` for what is returned."""
        target, found, script = self.target, self.found, self.script
        known = found if found is not None and found.target is target else None
        if self._painted[:1] != (target,):
            self._since = time.monotonic()
        waits = target is not None and target.outcome.failure is None and known is None
        late = waits and time.monotonic() - self._since > _PATIENCE
        state = (target, known, script, comparable, late)
        if state == self._painted:
            return _PATIENCE if waits and not late else None
        self._painted = state
        if self.view is None:
            if target is None:
                return None
            self.view = InspectorView()
            self._made(self)
        view = self.view
        if waits and not late and view.state != "empty":
            return _PATIENCE  # the picture of before stays for the blink of an eye
        traits = self._traits(target, known)
        written = script if script is not None and script.target is target else None
        # An empty view would take the half of the row.
        view.layout.display = None if target is not None else "none"
        with view.hold_sync():
            for name, value in traits.items():
                setattr(view, name, value)
            view.comparable = comparable and target is not None
            view.script = written.text if written else ""
            view.script_name = written.name if written else ""
            view.script_problem = written.problem if written else ""
        return _PATIENCE if waits and not late else None

    def _traits(self, target: Target | None, known: Found | None) -> dict[str, Any]:
        if target is None:
            return {"state": "empty", **no_spikes(), **no_traces()}
        outcome = target.outcome
        traits: dict[str, Any] = {
            "title": title(target.sweep, outcome),
            "before": target.next(-1) is not None,
            "after": target.next(+1) is not None,
        }
        traits |= why_it_failed(outcome)
        if outcome.failure is not None:
            return traits | {
                "state": "failed",
                "facts": facts(target.sweep, outcome),
                "notice": "",
            }
        if known is None:
            return traits | {"state": "loading"}
        traits |= {"state": "ready", "facts": facts(target.sweep, outcome), "notice": known.reason}
        if known.inspection is None:
            return traits | {**no_spikes(), **no_traces()}
        duration = float(outcome.job.parameters[DURATION])
        notices = [differences(known.inspection), remark(known.inspection)]
        return traits | {
            **picture(known.inspection, duration),
            "notice": " ".join(filter(None, notices)),
        }
