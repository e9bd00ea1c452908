"""Results as curves, for whatever draws them; and their settings in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from brian_sweep_widget.results.arrays import not_drawn

if TYPE_CHECKING:
    from brian_sweep_widget.results.outcome import Value
    from brian_sweep_widget.results.results import Results
    from brian_sweep_widget.sweeps import Plan

#: More take minutes to draw, though a small file can ask for them.
MOST_CURVES = 10_000


def check_axes(results: Results) -> None:
    """Refuse results of a single point, and of more curves than a picture bears.

    Raises
    ------
    ValueError
        If nothing was swept, or far too much.
    """
    if not results.plan.axes:
        msg = (
            "nothing is swept, so there is no curve to draw: sweep a parameter over several values"
        )
        raise ValueError(msg)
    if (curves := number_of_curves(results)) > MOST_CURVES:
        msg = f"these are {curves} curves (allowed: {MOST_CURVES}): save as .csv or .json"
        raise ValueError(msg)


def number_of_curves(results: Results) -> int:
    """Count the curves, or the rows of a map."""
    return math.prod(len(axis) for axis in results.plan.axes[1:])


def drawable(results: Results, measure: str | None) -> dict[str, Value]:
    """Give the measures that can be drawn, or the one that is asked for.

    Raises
    ------
    ValueError
        If there is none, or not that one.
    """
    scalars = {name: one for name, one in results.measures.items() if name not in results.arrays}
    if not results.measures:
        msg = "no simulation has given a result, so there is nothing to draw"
        raise ValueError(msg)
    if not scalars:
        arrays = ", ".join(results.measures)
        msg = (
            f"only single numbers can be drawn, and all results are arrays ({arrays}): save them "
            "as .csv, .json, .nc or .parquet"
        )
        raise ValueError(msg)
    if measure is None:
        return scalars
    if measure not in scalars:
        msg = f"measure = {measure!r} cannot be drawn (allowed: {', '.join(scalars)})"
        raise ValueError(msg)
    return {measure: scalars[measure]}


def lines(results: Results, name: str, example: Value) -> Any:
    """Give a measure by line, point and trial; NaN where there is no result.

    The first axis lies across; every combination of values of the other axes
    is a line of its own, in the order of `line_labels`.
    """
    plan = results.plan
    values = np.full(plan.shape, np.nan)
    for outcome in results.outcomes:
        value = outcome.values.get(name)
        if value is not None and not value.si.ndim:
            values[outcome.job.position] = example.unit.show(float(value.si))
    return np.moveaxis(values, 0, -2).reshape(-1, plan.shape[0], plan.trials)


def means(values: Any) -> Any:
    """Average a line over its trials, which are the last axis; NaN where there is none."""
    found = np.isfinite(values)
    number = found.sum(axis=-1)
    sums = np.where(found, values, 0.0).sum(axis=-1)
    return np.divide(sums, number, out=np.full(number.shape, np.nan), where=number > 0)


def failures(results: Results, measure: str) -> Any:
    """Tell by line and point whether a measure has no result of a trial although it was to."""
    plan = results.plan
    failed = np.zeros(plan.shape[:-1], dtype=bool)
    for outcome in results.outcomes:
        failed[outcome.job.position[:-1]] |= outcome.reason(measure) is not None
    return np.moveaxis(failed, 0, -1).reshape(-1, plan.shape[0])


def line_labels(plan: Plan) -> list[str]:
    """Name the lines by the values of the axes that do not lie across."""
    texts = [
        [f"{axis.label or axis.name} = {axis.unit.text(float(value))}" for value in axis.values]
        for axis in plan.axes[1:]
    ]
    return [", ".join(corner) for corner in product(*texts)]


def settings(results: Results) -> list[tuple[str, str]]:
    """Say in words what was computed, how, and how much of it is there.

    Returns
    -------
    list of (str, str)
        What it is and its value, parameters with their units.
    """
    plan, origins = results.plan, [one.origin for one in results.outcomes if one.origin]
    said = [("Model", results.model)]
    for axis in plan.axes:
        shown = f"{_range(axis)}, {len(axis.values)} values"
        said.append((axis.label or axis.name, shown))
    for name, value in plan.fixed.items():
        parameter = results.parameters.get(name)
        label = (parameter.label if parameter else "") or name
        said.append((label, parameter.text(value) if parameter else str(value)))
    said += [("Trials", str(plan.trials)), ("Seed", f"{plan.seed} ({plan.seeding})")]
    said.append(("Simulations", f"{counted(results) or 'none yet'}, of {len(plan)}"))
    said.append(("Engine", _listed(origin.engine for origin in origins)))
    versions = {f"{name} {of}" for origin in origins for name, of in origin.versions.items()}
    said.append(("Versions", _listed(versions)))
    said.append(("Hosts", _listed(origin.host for origin in origins)))
    said.append(("Not shown", not_drawn(results)))
    said.append(("Notice", results.notice))
    return [(name, text) for name, text in said if text]


def counted(results: Results) -> str:
    """Say how many simulations became what; empty if there is none yet."""
    counts = ", ".join(f"{number} {status}" for status, number in results.counts().items())
    partial = sum(outcome.partial for outcome in results.outcomes)
    return f"{counts} ({partial} of them partial)" if partial else counts


def _range(axis: Any) -> str:
    ends = min(axis.values), max(axis.values)
    return " to ".join(axis.unit.text(float(end)) for end in ends)


def _listed(texts: Any) -> str:
    found: Sequence[str] = sorted(set(texts))
    return ", ".join(found)
