"""Round numbers for people: steps of sliders, ticks of axes."""

from __future__ import annotations

import math

import numpy as np

_MOST_TICKS = 8
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
