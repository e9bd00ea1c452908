"""Round values between two ends, such that every coarser choice is part of every finer one.

A curve over such values can be zoomed while most of its points are known
already: a step is 1 or 2 times a power of ten, so each divides the next.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

_SURPLUS = Fraction(13, 10)  # times the points wanted, at most, and one more
_FINEST = Fraction(1, 10**12)  # of the larger end; what is finer, a float does not tell apart
_SPAN = (1e-300, 1e300)  # beyond, multiples of round steps are no floats


def nested_grid(
    low: float, high: float, points: int, *, whole: bool = False
) -> tuple[float, ...] | tuple[int, ...]:
    """Choose round values between two ends.

    A value is the same float whatever the two ends are: it is the one nearest
    to its decimal number.

    Parameters
    ----------
    low, high
        In the unit in which the values are to be round; ``low <= high``.
    points
        How many are wanted. There are at most ``1.3 * points + 1`` of them (or
        9, if that is more, as fewer might leave no curve), and often fewer.
    whole
        Whether only whole numbers are allowed.

    Returns
    -------
    tuple
        Rising; all multiples of one step between the two ends, both included.
        The ends themselves where no two round values lie between them, and
        the lower end alone if one point is wanted.
    """
    number = int if whole else float
    if low == high or points == 1:
        return (number(low),)
    if not _SPAN[0] < high - low < _SPAN[1]:
        return (number(low), number(high))
    most = max(int(_SURPLUS * points + 1), 9)
    chosen: tuple[float, ...] = ()
    for step in _steps(low, high, whole=whole):
        first, last = math.ceil(Fraction(low) / step), math.floor(Fraction(high) / step)
        # A bound as 0.3 is a little less, or more, than its decimal number.
        first -= _nearest(first - 1, step) >= low
        last += _nearest(last + 1, step) <= high
        if last - first + 1 > most:
            break
        chosen = tuple(number(_nearest(count, step)) for count in range(first, last + 1))
    return chosen if len(chosen) > 1 else (number(low), number(high))


def _steps(low: float, high: float, *, whole: bool) -> Iterator[Fraction]:
    """Give the steps that can be meant, from one that is too coarse to the finest."""
    extent = Fraction(high) - Fraction(low)
    finest = max(extent / 10**7, _FINEST * max(abs(Fraction(low)), abs(Fraction(high))))
    if whole:
        finest = max(finest, Fraction(1))
    # Numerator and denominator are whole: their lengths give the power, however large.
    power = len(str(extent.numerator)) - len(str(extent.denominator)) + 1
    while True:
        for factor in (2, 1):
            step = factor * Fraction(10) ** power
            if step < finest:
                return
            yield step
        power -= 1


def _nearest(count: int, step: Fraction) -> float:
    """Give the float nearest to a multiple of a step; division of whole numbers is exact."""
    value = count * step
    return value.numerator / value.denominator
