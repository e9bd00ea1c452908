"""Round numbers for people: steps of sliders, ticks of axes."""

from __future__ import annotations

import math

import numpy as np

_MOST_TICKS = 8
_PARTS = 4  # of an axis, at least
_HEADROOM = 0.04  # of the values' extent, so that the outermost dots are whole
_LOOSE = 2.5  # how much longer than needed an axis may be before it shrinks
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


def _written(number: float) -> float:
    """Undo the rounding error of a multiple."""
    return float(f"{number:.12g}")
