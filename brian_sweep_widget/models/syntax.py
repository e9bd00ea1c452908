"""How numbers are written in a terminal, in an address or in a field of the widget.

``0:4:20`` is 20 values from 0 to 4, and so is ``0 to 4 in 20``; ``1000,4000``
is a list, ``1.62`` one value, each with a unit behind it if wanted. Where only
one value can be meant, ``1,62`` is that one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from brian_sweep_widget.models.numerals import (
    NotAValueError,
    Numeral,
    is_computed,
    read_numeral,
    refuse,
    respelled,
    shortest,
    why_no_number,
    with_point,
)

_NUMBER = r"[+-]?(?:[0-9][0-9_']*\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_RANGE = re.compile(rf"({_NUMBER}):({_NUMBER}):([0-9]+)\s*(.*)", re.DOTALL)
_EVENLY = re.compile(rf"({_NUMBER})\s+to\s+({_NUMBER})\s+in\s+([0-9]+)\s*(.*)", re.DOTALL)
_LIST = re.compile(rf"({_NUMBER}(?:\s*,\s*{_NUMBER})*)\s*(.*)", re.DOTALL)
_UNIT = re.compile(r"[^\W\d][^\s,:]*")

#: A typing error in a range must not fill the memory with jobs.
_MOST_VALUES = 1_000_000
_ENDS = 2
#: Up to here floats tell all whole numbers apart, so that ranges of them are exact.
LARGEST_INTEGER = 2**53

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
    numeral, symbol = read_single(text, allowed)
    if symbol:
        refuse(f"has a unit, and is to be a plain number (allowed: {allowed})")
    if numeral.exact.denominator != 1:
        refuse(f"is no whole number (allowed: {allowed})")
    if numeral.exact < (-LARGEST_INTEGER if low is None else low):
        refuse(
            f"is too small (allowed: {f'{-LARGEST_INTEGER} or more' if low is None else allowed})"
        )
    if numeral.exact > (LARGEST_INTEGER if high is None else high):
        refuse(f"is too large (allowed: {f'up to {LARGEST_INTEGER}' if high is None else allowed})")
    return numeral.whole()


def read_single(text: str, allowed: str) -> tuple[Numeral, str]:
    """Read one number and the unit behind it."""
    try:
        text = with_point(respelled(text))
        numeral, symbol = read_numeral(text)
    except NotAValueError as error:
        refuse(f"{error} (allowed: {allowed})")
    _check_symbol(text, symbol, allowed)
    return numeral, symbol


def whole_numbers(written: Written) -> np.ndarray[Any, Any]:
    """Give what was written as integers.

    Raises
    ------
    NotAValueError
        If it holds something else, or one that is too large.
    """
    if max(abs(numeral.exact) for numeral in written.numerals) > LARGEST_INTEGER:
        refuse(f"is too large (allowed: up to {LARGEST_INTEGER})")
    if written.rounds:
        return np.unique(np.round(written.numbers)).astype(int)
    exact = written.numerals if len(written.numerals) == len(written.numbers) else ()
    wrong = [numeral.nearest for numeral in exact if numeral.exact.denominator != 1]
    wrong += [number for number in written.numbers.tolist() if number != int(number)]
    if wrong:
        refuse(f"holds {shortest(wrong[0])}, and only whole numbers are allowed here")
    return np.array([int(number) for number in written.numbers.tolist()])


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
    whole = numeral.as_integer and abs(numeral.exact) <= LARGEST_INTEGER
    return numeral.whole() if whole else numeral.nearest


def _range(text: str, start: float, stop: float, digits: str) -> np.ndarray[Any, Any]:
    number = read_numeral(digits)[0].exact
    if number < _ENDS:
        one = shortest(start)
        refuse(f"is a range of {digits} values (allowed: 2 or more); for one, write {one}")
    if number > _MOST_VALUES:
        refuse(f"is a range of {digits} values (allowed: up to {_MOST_VALUES}); check {text!r}")
    with np.errstate(over="ignore", invalid="ignore"):  # refused as not finite
        return np.linspace(start, stop, int(number))
