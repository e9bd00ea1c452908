"""Values of parameters as they are written in a terminal, or in an address.

``0:4:20`` is 20 values from 0 to 4, ``1000,4000`` a list, ``1.62`` one value,
each with a unit behind it or in the parameter's own unit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from brian_sweep_widget.models.parameters import Parameter
from brian_sweep_widget.models.units import PLAIN_NUMBER, Unit, quantity, unit_named

_NUMBER = r"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
_RANGE = re.compile(rf"\s*({_NUMBER}):({_NUMBER}):(\d+)\s*(.*?)\s*", re.DOTALL)
_LIST = re.compile(rf"\s*({_NUMBER}(?:\s*,\s*{_NUMBER})*)\s*(.*?)\s*", re.DOTALL)
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


class NotAValueError(ValueError):
    """A text is no value of its parameter; the message goes on where the text ends."""


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
    """

    numbers: np.ndarray[Any, Any]
    sweeps: bool
    symbol: str


def read_numbers(text: str) -> Written:
    """Read a range, a list or a single number.

    Parameters
    ----------
    text
        Such as ``"0:4:20"``, ``"1000,4000"`` or ``"100 ms"``.

    Raises
    ------
    NotAValueError
        If it is none of these.
    """
    if found := _RANGE.fullmatch(text):
        start, stop, number, symbol = found.groups()
        values = _range(text, float(start), float(stop), int(number))
        written = Written(values, sweeps=True, symbol=symbol)
    elif found := _LIST.fullmatch(text):
        items, symbol = found.groups()
        parts = [part.strip() for part in items.split(",")]
        written = Written(np.array([_number(part) for part in parts]), len(parts) > 1, symbol)
    else:
        _refuse(f"is not a value (allowed: {SYNTAX})")
    if written.symbol and not _UNIT.fullmatch(written.symbol):
        _refuse(f"ends in {written.symbol!r}, which is no unit (allowed: {SYNTAX})")
    if not np.isfinite(written.numbers).all():
        _refuse("is too large to be a number; write a smaller one")
    if len(set(written.numbers.tolist())) < len(written.numbers):
        _refuse("gives the same value twice; give each value once")
    if (np.diff(written.numbers) < 0).any():
        _refuse("does not rise from value to value; write the smallest first")
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
            _refuse("is no flag (allowed: true, false)")
        return flag
    written = read_numbers(text)
    unit = _unit(written.symbol, parameter if declared else None)
    if unit.symbol:
        values = quantity(written.numbers * unit.scale, unit)
    elif declared and parameter.kind == "integer":
        values = _whole(written.numbers)
    else:
        values = written.numbers
    if not written.sweeps:
        values = values[0] if unit.symbol else values[0].item()
    if declared:
        try:
            _ = parameter.read_axis(values) if written.sweeps else parameter.read(values)
        except (TypeError, ValueError) as error:
            _refuse(f"cannot be used: {error}")
    return values


def _number(text: str) -> float | int:
    whole = text.lstrip("+-").isdigit() and abs(int(text)) <= _LARGEST_INTEGER
    return int(text) if whole else float(text)


def _range(text: str, start: float, stop: float, number: int) -> np.ndarray[Any, Any]:
    if number < _ENDS:
        _refuse(f"is a range of {number} values (allowed: 2 or more); for one, write {start:g}")
    if number > _MOST_VALUES:
        _refuse(f"is a range of {number} values (allowed: up to {_MOST_VALUES}); check {text!r}")
    with np.errstate(over="ignore", invalid="ignore"):  # refused as not finite
        return np.linspace(start, stop, number)


def _whole(numbers: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    wrong = [number for number in numbers.tolist() if number != int(number)]
    if wrong:
        _refuse(f"holds {wrong[0]:.6g}, and only whole numbers are allowed here")
    if np.abs(numbers).max() > _LARGEST_INTEGER:
        _refuse(f"is too large (allowed: up to {_LARGEST_INTEGER})")
    return np.array([int(number) for number in numbers.tolist()])


def _unit(symbol: str, parameter: Parameter | None) -> Unit:
    """Give the unit in which a value is meant; of unknown parameters none is wrong."""
    own = parameter.unit if parameter else PLAIN_NUMBER
    if symbol in {"", own.symbol}:
        return own
    try:
        unit = unit_named(symbol)
    except ValueError as error:
        _refuse(f"cannot be used: {error}")
    if parameter and unit.dimensions != own.dimensions:
        _refuse(f"has the wrong unit {symbol} (allowed: {parameter.allowed()})")
    return unit


def _refuse(message: str) -> NoReturn:
    raise NotAValueError(message)
