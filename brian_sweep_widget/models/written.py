"""Values of a model's parameters as they are written, read in the parameter's kind and unit."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from brian_sweep_widget.models.numerals import NotAValueError, Numeral, refuse
from brian_sweep_widget.models.parameters import Parameter
from brian_sweep_widget.models.syntax import (
    LARGEST_INTEGER,
    read_numbers,
    read_single,
    whole_numbers,
)
from brian_sweep_widget.models.units import PLAIN_NUMBER, Unit, quantity, unit_named

_FLAGS = {"true": True, "false": False}


def read_value(text: str, parameter: Parameter, *, declared: bool = True) -> Any:
    """Read what was given for a parameter.

    Parameters
    ----------
    text
        As written.
    parameter
        Says the kind and the unit of a value without one.
    declared
        False if the parameter has no default, so that nothing is known of it:
        then the written unit is its unit, and without one it is a number.

    Returns
    -------
    value
        What a notebook would hand to `Sweep`: ``0:4:20`` of a voltage in mV is
        ``np.linspace(0, 4, 20)*mV``, to the last bit.

    Raises
    ------
    NotAValueError
        If the parameter cannot have this value.
    """
    if declared and parameter.kind == "text":
        return text
    if declared and parameter.kind == "flag":
        flag = _FLAGS.get(text.strip().lower())
        if flag is None:
            refuse("is no flag (allowed: true, false)")
        return flag
    written = read_numbers(text)
    unit = _unit(written.symbol, parameter if declared else None)
    if unit.symbol:
        values = quantity(written.numbers * unit.scale, unit)
    elif declared and parameter.kind == "integer":
        values = whole_numbers(written)
    else:
        values = written.numbers
    if not written.sweeps:
        values = values[0] if unit.symbol else values[0].item()
    if declared:
        _check(parameter, values, swept=written.sweeps)
    return values


def read_list(text: str, parameter: Parameter) -> list[Any]:
    """Read the values of a swept parameter, in the parameter's own unit.

    Parameters
    ----------
    text
        A list, a range, or one value.
    parameter
        That is swept.

    Raises
    ------
    NotAValueError
        If the parameter cannot be swept over these values.
    """
    written = read_numbers(text)
    factor = _factor(_unit(written.symbol, parameter), parameter.unit)
    numbers: list[Any]
    if parameter.kind == "integer":
        numbers = [int(number) for number in whole_numbers(written)]
    elif factor == 1:
        numbers = [float(number) for number in written.numbers]
    elif len(written.numerals) == len(written.numbers):
        numbers = [_times(numeral, factor).nearest for numeral in written.numerals]
    else:
        low, high = (_times(numeral, factor).nearest for numeral in written.numerals)
        numbers = [float(number) for number in np.linspace(low, high, len(written.numbers))]
    _check(parameter, _with_unit(np.array(numbers), parameter.unit), swept=True)
    return numbers


def read_number(text: str, parameter: Parameter) -> Any:
    """Read one value of a parameter, in the parameter's own unit.

    Parameters
    ----------
    text
        Such as ``"1.62"``, ``"1,62"``, ``"4 000"`` or ``"1620 uV"``.
    parameter
        Whose value it is.

    Returns
    -------
    int or float
        According to the parameter's kind; the number that is nearest to what is
        written, also in another unit.

    Raises
    ------
    NotAValueError
        If the parameter cannot have this value.
    """
    numeral, symbol = read_single(text, parameter.allowed())
    numeral = _times(numeral, _factor(_unit(symbol, parameter), parameter.unit))
    try:
        # -0.0 and 0.0 are one point of a sweep.
        number = numeral.whole() if parameter.kind == "integer" else numeral.nearest + 0.0
    except NotAValueError as error:
        refuse(f"{error} (allowed: {parameter.allowed()})")
    if abs(number) > LARGEST_INTEGER and parameter.kind == "integer":
        refuse(f"is too large (allowed: up to {LARGEST_INTEGER})")
    _check(parameter, _with_unit(number, parameter.unit), swept=False)
    return number


def _check(parameter: Parameter, values: Any, *, swept: bool) -> None:
    """Refuse what the parameter refuses."""
    try:
        _ = parameter.read_axis(values) if swept else parameter.read(values)
    except (TypeError, ValueError) as error:
        refuse(f"cannot be used: {error}")


def _unit(symbol: str, parameter: Parameter | None) -> Unit:
    """Give the unit in which a value is meant; of unknown parameters none is wrong."""
    own = parameter.unit if parameter else PLAIN_NUMBER
    if symbol in {"", own.symbol}:
        return own
    try:
        unit = unit_named(symbol)
    except ValueError as error:
        refuse(f"cannot be used: {error}")
    if parameter and unit.dimensions != own.dimensions:
        refuse(f"has the wrong unit {symbol} (allowed: {parameter.allowed()})")
    return unit


def _factor(unit: Unit, own: Unit) -> Fraction:
    """Give what a number in one unit is multiplied by for another, as decimals say it."""
    return Fraction(repr(unit.scale)) / Fraction(repr(own.scale))


def _times(numeral: Numeral, factor: Fraction) -> Numeral:
    return replace(numeral, exact=numeral.exact * factor)


def _with_unit(numbers: Any, unit: Unit) -> Any:
    return quantity(numbers * unit.scale, unit) if unit.symbol else numbers
