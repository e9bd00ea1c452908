"""Curves that a person has pinned, to compare others with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from brian_sweep_widget.results import Outcome
from brian_sweep_widget.runs import Sweep
from brian_sweep_widget.widget.chart import MOST_GHOSTS, Ghost, Series


@dataclass(frozen=True, slots=True)
class Pin:
    """What a sweep had given when it was pinned."""

    sweep: Sweep
    outcomes: tuple[Outcome, ...]


def ghosts(pins: Sequence[Pin], measure: str | None, now: Sweep) -> list[Ghost]:
    """Give the pinned curves of a measure, the latest ones.

    Parameters
    ----------
    pins
        The oldest first.
    measure
        Which is shown.
    now
        What is shown beside them: a label says what was different, and what was
        swept over another parameter has no place on its x axis.
    """
    found = []
    for pin in pins:
        if pin.sweep.plan.axes[0].name != now.plan.axes[0].name:
            continue
        series = Series(pin.sweep.plan, measure)
        series.add(pin.outcomes)
        different = differences(pin.sweep, now)
        for line in series.lines():
            if len(line.x):
                label = ", ".join(filter(None, [line.label, different]))
                found.append(Ghost(label or "pinned", line.x, line.mean))
    return found[-MOST_GHOSTS:]


def differences(pinned: Sweep, now: Sweep) -> str:
    """Say in which settings a pinned sweep differs from another, but for its range."""
    texts = []
    for name, value in pinned.plan.fixed.items():
        if value != now.plan.fixed.get(name):
            parameter = pinned.parameters[name]
            texts.append(f"{parameter.label} {parameter.text(value)}")
    for name in ("seed", "trials"):
        value = getattr(pinned.plan, name)
        if value != getattr(now.plan, name):
            texts.append(f"{name} {value}")
    return ", ".join(texts)
