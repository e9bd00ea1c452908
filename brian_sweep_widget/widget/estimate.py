"""How long settings will take to run, by what earlier ones took."""

from __future__ import annotations

from collections.abc import Mapping

from brian_sweep_widget.models.network_model import DURATION
from brian_sweep_widget.runs import Sweep
from brian_sweep_widget.sweeps import Axis, Plan


def estimated(
    asked: Sweep, before: Plan, time_per_job: float | None, costs: Mapping[str, str]
) -> float | None:
    """Estimate the seconds that a sweep takes.

    Parameters
    ----------
    asked
        The sweep.
    before
        Of one that ran.
    time_per_job
        Of that one, in seconds; None if not known.
    costs
        What another value of a parameter costs, by name: where that is not
        "instant", simulations may take longer or shorter, and nobody knows,
        unless all values are between those that were swept before.

    Returns
    -------
    float or None
        None if nothing can be said.
    """
    if time_per_job is None:
        return None
    new = asked.plan
    if {axis.name for axis in before.axes} != {axis.name for axis in new.axes}:
        return None
    if before.fixed.keys() != new.fixed.keys():  # the model has changed since
        return None
    moved = {name for name, value in new.fixed.items() if before.fixed[name] != value}
    moved |= {
        axis.name
        for axis, other in zip(new.axes, before.axes, strict=True)
        if costs.get(axis.name) != "instant" and not _is_within(axis, other)
    }
    if any(costs.get(name) != "instant" for name in moved):
        return None
    longer = 1.0
    if DURATION in moved and before.fixed[DURATION]:
        longer = float(new.fixed[DURATION]) / float(before.fixed[DURATION])
    return len(asked) * time_per_job * longer / max(1, min(asked.workers, len(asked)))


def _is_within(axis: Axis, other: Axis) -> bool:
    inside, around = axis.shown, other.shown  # both rise
    return around[0] <= inside[0] and inside[-1] <= around[-1]
