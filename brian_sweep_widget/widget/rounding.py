"""Round numbers for people: steps of sliders, ticks of axes."""

from __future__ import annotations

import math

import numpy as np

_MOST_TICKS = 8
_PARTS = 4  # of an axis, at least
_HEADROOM = 0.04  # of the values' extent, so that the outermost dots are whole
_LOOSE = 2.5  # how much longer than needed an axis may be before it shrinks
_FEW_DECADES = 3
_FEW_TICKS = 3
_TOLERANCE = 1e-9  # relative; what divisions of decimal fractions are off by


def round_step(least: float) -> float:
    """Give the smallest 1, 2 or 5 times a power of ten that is not below a number.

    Parameters
    ----------
    least
        Above zero.
    """
    power = 10.0 ** math.floor(math.log10(least))
    enough = least * (1 - _TOLERANCE)
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= enough)


def round_ticks(low: float, high: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Choose ticks at round numbers; bqplot divides a fixed axis into odd parts.

    Parameters
    ----------
    low, high
        What the axis must show.

    Returns
    -------
    array, shape (n,)
        At most nine multiples of a round step, within the two; the value
        itself if they are equal.
    """
    if low == high:
        return np.array([low])
    step = round_step((high - low) / _MOST_TICKS)
    first = math.ceil(low / step - _TOLERANCE)
    last = math.floor(high / step + _TOLERANCE)
    return np.array([float(f"{number * step:.12g}") for number in range(first, last + 1)])


def steady_span(low: float, high: float, before: tuple[float, float] | None) -> tuple[float, float]:
    """Choose the ends of an axis so that it seldom moves while values do.

    Parameters
    ----------
    low, high
        The values' extremes.
    before
        The ends that the axis has now; None if it is new.

    Returns
    -------
    tuple
        The ends of before if all is inside and not small in there; else round
        numbers, the lower one 0 if no value is below.
    """
    if low == high == 0:
        high = 1.0
    extent = (high - low if low < 0 else high) or abs(high)
    step = round_step(extent / _PARTS / 2)
    room = _HEADROOM * extent
    down = step * math.floor((low - room) / step) if low < 0 else 0.0
    up = step * math.ceil((high + room) / step)
    if before is None or low < before[0] or high > before[1]:
        return _written(down), _written(up)
    if before[1] - before[0] > _LOOSE * (up - down):
        return _written(down), _written(up)
    return before


def log_span(low: float, high: float, before: tuple[float, float] | None) -> tuple[float, float]:
    """Choose the ends of a logarithmic axis, as `steady_span` does.

    Parameters
    ----------
    low, high
        The values' extremes, above zero.
    before
        The ends that the axis has now, as logarithms; None if it is new.

    Returns
    -------
    tuple
        Logarithms (base 10) of the ends: of 1, 2 or 5 times a power of ten.
    """
    down = math.log10(_round_below(low * (1 - _HEADROOM)))
    up = math.log10(round_step(high * (1 + _HEADROOM)))
    if before is None or math.log10(low) < before[0] or math.log10(high) > before[1]:
        return down, up
    if before[1] - before[0] > _LOOSE * (up - down):
        return down, up
    return before


def log_ticks(low: float, high: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Choose the ticks of a logarithmic axis.

    Parameters
    ----------
    low, high
        Logarithms (base 10) of the ends.

    Returns
    -------
    array, shape (n,)
        Powers of ten, over less than three decades also twice and five times
        these; where that would be too few, as on a linear axis.
    """
    first, last = math.floor(low), math.ceil(high)
    every = max(1, math.ceil((last - first) / _MOST_TICKS))
    factors = (1, 2, 5) if high - low < _FEW_DECADES else (1,)
    ticks = [factor * 10.0**power for power in range(first, last + 1, every) for factor in factors]
    inside = [t for t in ticks if low - _TOLERANCE <= math.log10(t) <= high + _TOLERANCE]
    if len(inside) < _FEW_TICKS:
        return round_ticks(10.0**low, 10.0**high)
    return np.array([_written(tick) for tick in inside])


def _round_below(most: float) -> float:
    """Give the largest 1, 2 or 5 times a power of ten that is not above a number."""
    power = 10.0 ** math.floor(math.log10(most))
    enough = most * (1 + _TOLERANCE)
    return next(factor * power for factor in (5, 2, 1) if factor * power <= enough)


def _written(number: float) -> float:
    """Undo the rounding error of a multiple."""
    return float(f"{number:.12g}")
