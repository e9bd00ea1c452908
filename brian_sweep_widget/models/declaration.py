"""How parameters come about: from defaults in signatures, or from examples of values."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from brian_sweep_widget.models.parameters import Parameter, in_short
from brian_sweep_widget.models.units import (
    NO_DIMENSIONS,
    best_unit,
    dimensions_of,
    exact_unit,
    gathered,
    is_quantity,
)

#: Stands for the default of a parameter that has none.
REQUIRED = inspect.Parameter.empty


def words(name: str) -> str:
    """Make a label of a name: ``excitatory_weight`` is "Excitatory weight"."""
    text = name.replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def parameter_like(name: str, value: Any) -> Parameter:
    """Make a parameter from an example of its values (a default, or a swept value).

    Parameters
    ----------
    name
        The parameter's name.
    value
        A number, a Brian quantity (scalar or array), a flag or a text.

    Raises
    ------
    TypeError
        If no parameter can have such a value.
    """
    label = words(name)
    if isinstance(value, bool | np.bool_):
        return Parameter(name, "flag", None, label=label)
    if isinstance(value, str):
        return Parameter(name, "text", None, label=label)
    try:
        value = gathered(value)
        numbers = np.asarray(value)
    except (TypeError, ValueError):  # units that differ, or a ragged list
        numbers = np.asarray(None)
    if is_quantity(value):
        return Parameter(name, "real", None, best_unit(value), label)
    if numbers.dtype.kind in "iu":
        return Parameter(name, "integer", None, label=label)
    if numbers.dtype.kind == "f":  # an empty list too, which is refused when it is read
        return Parameter(name, "real", None, label=label)
    msg = (
        f"{name} = {value!r} cannot be a parameter (allowed: a number, a Brian 2 quantity "
        "such as 1.62*mV, True or False, or a text)"
    )
    raise TypeError(msg)


def is_constant(default: Any) -> bool:
    """Tell whether a default is nothing that a parameter can be, so that no sweep changes it.

    Such as a tuple, a list, a dict, an array, or a function.
    """
    if default is REQUIRED or default is None:
        return False
    if isinstance(default, list | tuple) or np.ndim(default):
        return True
    try:
        parameter_like("", default)
    except TypeError:
        return True
    return False


def learned(name: str, value: Any, **about: Any) -> Parameter:
    """Make a parameter that says nothing of itself, of what a caller gives for it.

    Parameters
    ----------
    name
        The parameter's name.
    value
        A single value, or an axis. Its first value becomes the default.
    **about
        See `declare`.

    Raises
    ------
    TypeError, ValueError
        If no parameter can have such values, or they are no axis.
    """
    if not is_axis(value):
        return declare(name, value, **about)
    parameter = parameter_like(name, value)
    read = parameter.read_axis(value)
    first = next(iter(gathered(value)))
    parameter = _described(parameter, first, **about)
    low, high = float(min(read)), float(max(read))
    if parameter.range is None and low < high:
        parameter = replace(parameter, range=(low, high))
    return with_default(parameter, first)


def is_axis(value: Any) -> bool:
    """Tell whether a parameter is swept over what is given for it, or fixed to it.

    Over lists, ranges, and whatever has dimensions as an array has: a quantity,
    or a column of a table.
    """
    if isinstance(value, str):
        return False
    return bool(getattr(value, "ndim", isinstance(value, Sequence)))


def refuse_constants(given: Iterable[str], constants: Mapping[str, Any], owner: str) -> None:
    """Refuse values for parameters whose defaults are nothing that can be swept.

    Raises
    ------
    TypeError
        Naming the parameter, its default, and what to do.
    """
    for name in given:
        if name in constants:
            msg = (
                f"{owner} keeps {name} = {in_short(constants[name])} in all simulations, as that "
                "is no single number, flag or text: to change it, write another function that "
                f"calls {owner} with it"
            )
            raise TypeError(msg)


def declare(
    name: str,
    default: Any,
    *,
    label: str | None = None,
    unit: Any = None,
    limits: Any = None,
    span: Any = None,
) -> Parameter:
    """Make a parameter of a default and of what a model says about it.

    Parameters
    ----------
    name
        The parameter's name.
    default
        A single number, quantity, flag or text; it tells kind and unit.
    label
        How it is called; the name in words if not given.
    unit
        In which it is shown, such as ``mV``; the one in which Brian would
        print it if not given.
    limits, span
        Two values each (lowest, highest), with units: what the model can take,
        and what a slider spans. Either of the limits may be None.

    Raises
    ------
    TypeError, ValueError
        If the default is no single value within the limits, the unit measures
        something else, or limits or span are not two values of its kind in
        rising order.
    """
    if np.ndim(default):
        msg = f"{name} has an array as its default: give a single value"
        raise TypeError(msg)
    parameter = parameter_like(name, default)
    parameter = _described(parameter, default, label=label, unit=unit, limits=limits, span=span)
    return with_default(parameter, default)


def _described(
    parameter: Parameter,
    default: Any,
    *,
    label: str | None = None,
    unit: Any = None,
    limits: Any = None,
    span: Any = None,
) -> Parameter:
    """Add what a model says about a parameter; see `declare`."""
    name = parameter.name
    if label is not None:
        parameter = replace(parameter, label=label)
    if unit is not None:
        if dimensions_of(unit) != parameter.unit.dimensions:
            msg = f"unit of {name} = {unit!r} is not one of its default, {default!r}"
            raise ValueError(msg)
        parameter = replace(parameter, unit=exact_unit(unit))
    if limits is not None:
        parameter = replace(parameter, limits=_pair(parameter, "limits", limits))
    if span is not None:
        low, high = _pair(parameter, "range", span)
        if low is None or high is None:
            msg = f"range of {name} = {span!r} has an open end: a slider needs two"
            raise ValueError(msg)
        parameter = replace(parameter, range=(low, high))
        if unit is None and parameter.unit.dimensions != NO_DIMENSIONS:
            # The default may be zero, which says nothing of the unit in use.
            parameter = replace(parameter, unit=best_unit(gathered(span)))
    return parameter


def with_default(parameter: Parameter, value: Any) -> Parameter:
    """Give a parameter its default and, if it has none yet, a slider range."""
    default = parameter.read(value)
    parameter = replace(parameter, default=default)
    if parameter.sweepable and parameter.range is None:
        parameter = replace(parameter, range=range_around(float(default), parameter))
    return parameter


def range_around(default: float, parameter: Parameter) -> tuple[float, float]:
    """Span from zero to twice the default, within the limits: wide enough to play."""
    if parameter.kind == "integer" and default > 0:
        low, high = max(1.0, default // 10), 2 * default
    elif default == 0:
        low, high = 0.0, parameter.unit.scale
    else:
        low, high = sorted((0.0, 2 * default))
    return parameter.within_limits(low, high)


def _pair(parameter: Parameter, what: str, values: Any) -> tuple[Any, Any]:
    try:
        low, high = values
    except (TypeError, ValueError):
        msg = f"{what} of {parameter.name} = {values!r} are not two values (lowest, highest)"
        raise ValueError(msg) from None
    low, high = (None if value is None else float(parameter.read(value)) for value in (low, high))
    if low is not None and high is not None and not low < high:
        msg = f"{what} of {parameter.name} = {values!r} are not in rising order (lowest, highest)"
        raise ValueError(msg)
    return low, high


def signature_defaults(function: Callable[..., Any]) -> dict[str, Any]:
    """Read the names and defaults of a model's parameters from its signature.

    Returns
    -------
    dict
        Name to default, in the signature's order; `REQUIRED` where there is
        none.

    Raises
    ------
    TypeError
        If the signature has ``*args``, ``**kwargs`` or positional-only
        parameters: those have no names to sweep over.
    """
    found: dict[str, Any] = {}
    for name, declared in inspect.signature(function).parameters.items():
        if declared.kind not in {declared.POSITIONAL_OR_KEYWORD, declared.KEYWORD_ONLY}:
            owner = getattr(function, "__name__", repr(function))
            msg = (
                f"{owner} takes {declared}: a model's parameters must all have names "
                "(no *args, **kwargs or positional-only parameters)"
            )
            raise TypeError(msg)
        found[name] = declared.default
    return found


def check_names(given: Iterable[str], known: Iterable[str], owner: str) -> None:
    """Refuse names that are not among the known ones.

    Raises
    ------
    TypeError
        Naming the unknown one and those that exist.
    """
    allowed = list(known)
    for name in given:
        if name not in allowed:
            msg = f"{owner} has no parameter {name!r} (it has: {', '.join(allowed) or 'none'})"
            raise TypeError(msg)
