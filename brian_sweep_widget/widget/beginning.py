"""What a widget begins with: what nobody asked for ends at an administrator's limits."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from math import prod
from typing import Any

import numpy as np

from brian_sweep_widget.limits import Limit, Limits, limits
from brian_sweep_widget.models import Inputs, Model, Parameter
from brian_sweep_widget.models.units import quantity
from brian_sweep_widget.runs.allowed import inputs_of, largest_of
from brian_sweep_widget.runs.axes import read_axes
from brian_sweep_widget.sweeps import Axis, Plan


def begin_within_limits(
    model: Model, suggested: Mapping[str, Any], given: Mapping[str, Any], trials: int
) -> tuple[dict[str, Any], str]:
    """Choose the values that a widget begins with.

    Parameters
    ----------
    model
        What is swept.
    suggested
        What it suggests to sweep, by parameter name.
    given
        What a person gave; that stays as it is, and is refused if it is too much.
    trials
        Of every point.

    Returns
    -------
    values
        As `Sweep` takes them, by parameter name.
    remark
        What is not as the model declares it, and why; often empty.

    Raises
    ------
    TypeError, ValueError
        If a parameter cannot have what it is given.
    """
    values = {**suggested, **given}
    parameters = model.parameters(values)
    plan = Plan(*read_axes(parameters, values), trials)
    allowed = limits()
    remarks = []
    inputs = inputs_of(model)
    if inputs is not None and inputs.size not in given:
        parameter, size = parameters[inputs.size], float(largest_of(plan)[inputs.size])
        most, why = _most_neurons(inputs, parameter, plan, allowed)
        if most < size:
            values[inputs.size] = _ended_at(most, parameter, plan)
            remarks.append(f"{why}; {parameter.text(most)} is shown.")
            number = inputs.number
            if number is not None and number not in values and float(plan.fixed[number]) > most:
                parameter, before = parameters[number], float(plan.fixed[number])
                values[number] = most_of(parameter, before * most / size)
                text = f"{parameter.label}: {parameter.text(before)} is above the number of neurons"
                remarks.append(f"{text}; {parameter.text(values[number])} is shown.")
            plan = Plan(*read_axes(parameters, values), trials)
    for parameter, numbers, remark in _fewer_points(plan, set(suggested) - set(given), parameters):
        values[parameter.name] = quantity(np.asarray(numbers), parameter.unit)
        remarks.append(remark)
    return values, " ".join(remarks)


def ended_in_words(parameter: Parameter, number: float, limit: float) -> str:
    """Say that a value was above a limit, and what is shown now."""
    shown = parameter.text(most_of(parameter, limit))
    return f"{_above(parameter, number, limit)}; {shown} is shown."


def limits_by_name(model: Model) -> dict[str, Limit]:
    """Give the limits of parameters by name, as far as a model says what its parameters are."""
    inputs, limit = inputs_of(model), limits().max_neurons
    return {} if inputs is None or limit is None else {inputs.size: limit}


def most_of(parameter: Parameter, most: float) -> float:
    """Give the largest value that is allowed, and that the model can take."""
    low, _ = parameter.within_limits(most, most)
    return int(low) if parameter.kind == "integer" else low


def _above(parameter: Parameter, number: float, limit: float) -> str:
    return (
        f"{parameter.label}: {parameter.text(number)} is above the limit of {limit:.12g} "
        "that is set here"
    )


def _most_neurons(
    inputs: Inputs, parameter: Parameter, plan: Plan, allowed: Limits
) -> tuple[float, str]:
    """Give the largest size that is allowed, up to the one asked for, and why no larger one is."""
    largest = largest_of(plan)
    size = most = float(largest[inputs.size])
    why = ""
    if allowed.max_neurons is not None and size > allowed.max_neurons.most:
        most = most_of(parameter, allowed.max_neurons.most)
        why = _above(parameter, size, allowed.max_neurons.most)
    if allowed.max_synapses is not None:
        limit = allowed.max_synapses.most

        def synapses(neurons: float) -> float:
            return inputs.synapses({**largest, inputs.size: neurons}) or 0.0

        if synapses(most) > limit:
            most = most_of(parameter, bisect_right(range(int(most)), limit, key=synapses) - 1)
            why = (
                f"{parameter.label}: {parameter.text(size)} makes about {synapses(size):.3g} "
                f"synapses, above the limit of {limit:.12g} that is set here"
            )
    return most, why


def _ended_at(most: float, parameter: Parameter, plan: Plan) -> Any:
    """Give what is asked for of a parameter, and nothing above a number."""
    for axis in plan.axes:
        if axis.name == parameter.name:
            kept = [value for value in axis.values if float(value) < most]
            return quantity(np.asarray([*kept, most]), parameter.unit)
    return quantity(most, parameter.unit)


def _fewer_points(
    plan: Plan, names: set[str], parameters: Mapping[str, Parameter]
) -> Iterator[tuple[Parameter, Any, str]]:
    """Give axes with as many points as are allowed, if those with these names have more."""
    limit = limits().max_jobs
    if limit is None or len(plan) <= limit.most:
        return
    lengths = {axis.name: len(axis) for axis in plan.axes}
    for axis in plan.axes:
        before = lengths[axis.name]
        others = plan.trials * prod(lengths.values()) // before
        points = max(1, int(limit.most) // others)
        if axis.name in names and points < before:
            parameter = parameters[axis.name]
            lengths[axis.name] = points
            remark = (
                f"{parameter.label}: {before} points make {before * others} simulations, above "
                f"the limit of {limit.most:.12g} that is set here; {points} "
                f"{'is' if points == 1 else 'are'} shown."
            )
            yield parameter, _spread(axis, points, whole=parameter.kind == "integer"), remark


def _spread(axis: Axis, points: int, *, whole: bool) -> Any:
    """Spread points evenly from end to end of an axis."""
    numbers = np.linspace(float(axis.values[0]), float(axis.values[-1]), points)
    return np.unique(np.round(numbers)).astype(int) if whole else numbers
