"""Where a simulation is in a plan, and what is next to it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from brian_sweep_widget.models.parameters import Plain
from brian_sweep_widget.sweeps.plan import Plan


def number_of(plan: Plan, position: tuple[int, ...]) -> int:
    """Give the number of a simulation, from 0: the trial counts fastest, the first axis slowest."""
    return int(np.ravel_multi_index(position, plan.shape))


def position_of(plan: Plan, number: int) -> tuple[int, ...] | None:
    """Give the position of a numbered simulation; None if there is none of this number."""
    if not 0 <= number < len(plan):
        return None
    return tuple(int(index) for index in np.unravel_index(number, plan.shape))


def next_along_curve(plan: Plan, position: tuple[int, ...], by: int) -> tuple[int, ...] | None:
    """Give the simulation before (-1) or after (1) on the same curve, then on the next curve.

    A curve runs along the first axis; at every point of it the trials follow one
    another. None beyond the first and the last one.
    """
    first, *rest, trial = position if plan.axes else (0, *position)
    x_points = plan.shape[0] if plan.axes else 1
    order = (*plan.shape[1:-1], x_points, plan.shape[-1])
    number = int(np.ravel_multi_index((*rest, first, trial), order)) + by
    if not 0 <= number < len(plan):
        return None
    *rest, first, trial = (int(index) for index in np.unravel_index(number, order))
    return (first, *rest, trial) if plan.axes else (trial,)


def nearest(plan: Plan, parameters: Mapping[str, Plain], trial: int) -> tuple[int, ...]:
    """Give the simulation of a plan whose swept parameters are nearest to some values."""
    indices = [
        int(np.argmin(np.abs(np.asarray(axis.values, float) - float(parameters[axis.name]))))
        for axis in plan.axes
    ]
    return (*indices, min(trial, plan.trials - 1))
