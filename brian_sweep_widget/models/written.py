"""Values as they are written in a terminal, in an address or in a field of the widget.

``0:4:20`` is 20 values from 0 to 4, and so is ``0 to 4 in 20``; ``1000,4000``
is a list, ``1.62`` one value, each with a unit behind it or in the parameter's
own unit. Where only one value can be meant, ``1,62`` is that one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from brian_sweep_widget.models.numerals import (
    NotAValueError,
    Numeral,
    is_computed,
    read_numeral,
    refuse,
    respelled,
    why_no_number,
    with_point,
)
from brian_sweep_widget.models.parameters import Parameter
from brian_sweep_widget.models.units import PLAIN_NUMBER, Unit, quantity, unit_named

__all__ = [
    "SYNTAX",
    "NotAValueError",
    "Written",
    "read_list",
    "read_number",
    "read_numbers",
    "read_value",
    "read_whole",
]

_NUMBER = r"[+-]?(?:[0-9][0-9_']*\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_RANGE = re.compile(rf"({_NUMBER}):({_NUMBER}):([0-9]+)\s*(.*)", re.DOTALL)
_EVENLY = re.compile(rf"({_NUMBER})\s+to\s+({_NUMBER})\s+in\s+([0-9]+)\s*(.*)", re.DOTALL)
_LIST = re.compile(rf"({_NUMBER}(?:\s*,\s*{_NUMBER})*)\s*(.*)", re.DOTALL)
_UNIT = re.compile(r"[^\W\d][^\s,:]*")
_FLAGS = {"true": True, "false": False}

#: A typing error in a range must not fill the memory with jobs.
_MOST_VALUES = 1_000_000
_ENDS = 2
#: Up to here floats tell all whole numbers apart, so that ranges of them are exact.
_LARGEST_INTEGER = 2**53

SYNTAX = (
    "one value (1.62), a list (1000,4000) or a range (0:4:20 is 20 values from 0 to 4), "
    "with a unit behind it if wanted (0:4:20mV)"
)


@dataclass(frozen=True, slots=True)
class Written:
    """Numbers as they were written, in a unit that is not looked up yet.

    Parameters
    ----------
    numbers
        One or more; integers where no number has a point or an exponent.
    sweeps
        Whether it was a list or a range, not a single value.
    symbol
        Of the unit; empty if none was written.
    numerals
        What was written: the numbers, or the two ends of a range.
    rounds
        Whether numbers between two whole ones are rounded where only whole ones
        are allowed.
    """

    numbers: np.ndarray[Any, Any]
    sweeps: bool
    symbol: str
    numerals: tuple[Numeral, ...]
    rounds: bool = False


def read_numbers(text: str) -> Written:
    """Read a range, a list or a single number.

    Parameters
    ----------
    text
        Such as ``"0:4:20"``, ``"0 to 4 in 20"``, ``"1000,4000"`` or ``"100 ms"``.

    Raises
    ------
    NotAValueError
        If it is none of these.
    """
    text = respelled(text)
    if found := _RANGE.fullmatch(text) or _EVENLY.fullmatch(text):
        start, stop, number, symbol = found.groups()
        ends = _numeral(start), _numeral(stop)
        values = _range(text, ends[0].nearest, ends[1].nearest, number)
        written = Written(values, True, symbol, ends, found.re is _EVENLY)
    elif found := _LIST.fullmatch(text):
        items, symbol = found.groups()
        numerals = tuple(_numeral(item.strip(), items) for item in items.split(","))
        values = np.array([_number(numeral) for numeral in numerals])
        written = Written(values, len(numerals) > 1, symbol, numerals)
    else:
        refuse(f"is not a value: it {why_no_number(text)} (allowed: {SYNTAX})")
    _check_symbol(text, written.symbol, SYNTAX)
    if not np.isfinite(written.numbers).all():
        refuse("is too large to be a number; write a smaller one")
    if len(set(written.numbers.tolist())) < len(written.numbers):
        refuse("gives the same value twice; give each value once")
    if (np.diff(written.numbers) < 0).any():
        refuse("does not rise from value to value; write the smallest first")
    return written


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
        values = _whole(written)
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
        numbers = [int(number) for number in _whole(written)]
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
    numeral, symbol = _single(text, parameter.allowed())
    numeral = _times(numeral, _factor(_unit(symbol, parameter), parameter.unit))
    try:
        # -0.0 and 0.0 are one point of a sweep.
        number = numeral.whole() if parameter.kind == "integer" else numeral.nearest + 0.0
    except NotAValueError as error:
        refuse(f"{error} (allowed: {parameter.allowed()})")
    if abs(number) > _LARGEST_INTEGER and parameter.kind == "integer":
        refuse(f"is too large (allowed: up to {_LARGEST_INTEGER})")
    _check(parameter, _with_unit(number, parameter.unit), swept=False)
    return number


def read_whole(text: str, low: int | None = None, high: int | None = None) -> int:
    """Read a whole number that is no parameter of a model.

    Parameters
    ----------
    text
        Such as ``"20"`` or ``"1e3"``.
    low, high
        The smallest and the largest that is allowed; None where there is no limit but
        that of what a float is sure to keep whole.

    Raises
    ------
    NotAValueError
        If it is not a whole number between these.
    """
    allowed = "a whole number"
    if low is not None:
        allowed += f", {low} or more" if high is None else f" from {low} to {high}"
    low = -_LARGEST_INTEGER if low is None else low
    high = _LARGEST_INTEGER if high is None else high
    numeral, symbol = _single(text, allowed)
    if symbol:
        refuse(f"has a unit, and is to be a plain number (allowed: {allowed})")
    if numeral.exact.denominator != 1:
        refuse(f"is no whole number (allowed: {allowed})")
    if not low <= numeral.exact <= high:
        refuse(f"is too {'small' if numeral.exact < low else 'large'} (allowed: {allowed})")
    return numeral.whole()


def _single(text: str, allowed: str) -> tuple[Numeral, str]:
    """Read one number and the unit behind it."""
    try:
        text = with_point(respelled(text))
        numeral, symbol = read_numeral(text)
    except NotAValueError as error:
        refuse(f"{error} (allowed: {allowed})")
    _check_symbol(text, symbol, allowed)
    return numeral, symbol


def _check(parameter: Parameter, values: Any, *, swept: bool) -> None:
    """Refuse what the parameter refuses."""
    try:
        _ = parameter.read_axis(values) if swept else parameter.read(values)
    except (TypeError, ValueError) as error:
        refuse(f"cannot be used: {error}")


def _check_symbol(text: str, symbol: str, allowed: str) -> None:
    """Refuse what stands behind the numbers, if it is no unit."""
    if not symbol or _UNIT.fullmatch(symbol):
        return
    if is_computed(text):
        refuse(f"{why_no_number(text)} (allowed: {allowed})")
    if symbol[0].isdigit():
        refuse(f"has a gap before {symbol!r}: close it, or write a comma (allowed: {allowed})")
    refuse(f"ends in {symbol!r}, which is no unit (allowed: {allowed})")


def _numeral(text: str, among: str = "") -> Numeral:
    numeral, _ = read_numeral(text)
    if among != text and len(text) > 1 and text[0] == "0" and text.isdigit():
        refuse(
            f"has {text}, which begins with 0: commas stand between values, so write a number "
            "without them, with a point before decimals"
        )
    return numeral


def _number(numeral: Numeral) -> float | int:
    whole = numeral.as_integer and abs(numeral.exact) <= _LARGEST_INTEGER
    return numeral.whole() if whole else numeral.nearest


def _range(text: str, start: float, stop: float, digits: str) -> np.ndarray[Any, Any]:
    number = read_whole(digits, 0, 10**9)
    if number < _ENDS:
        refuse(f"is a range of {number} values (allowed: 2 or more); for one, write {start:g}")
    if number > _MOST_VALUES:
        refuse(f"is a range of {number} values (allowed: up to {_MOST_VALUES}); check {text!r}")
    with np.errstate(over="ignore", invalid="ignore"):  # refused as not finite
        return np.linspace(start, stop, number)


def _whole(written: Written) -> np.ndarray[Any, Any]:
    if max(abs(numeral.exact) for numeral in written.numerals) > _LARGEST_INTEGER:
        refuse(f"is too large (allowed: up to {_LARGEST_INTEGER})")
    if written.rounds:
        return np.unique(np.round(written.numbers)).astype(int)
    exact = written.numerals if len(written.numerals) == len(written.numbers) else ()
    wrong = [numeral.nearest for numeral in exact if numeral.exact.denominator != 1]
    wrong += [number for number in written.numbers.tolist() if number != int(number)]
    if wrong:
        refuse(f"holds {wrong[0]:.6g}, and only whole numbers are allowed here")
    return np.array([int(number) for number in written.numbers.tolist()])


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
