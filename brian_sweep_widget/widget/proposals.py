"""What a parameter begins with when it becomes the x axis, or gets several curves, or one value.

All in SI units. What a person asked for before, or the model suggests, is
better than any of this and goes first, see `Controls`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from brian_sweep_widget.models import Parameter, Plain
from brian_sweep_widget.sweeps.nested import nested_grid

_POINTS = 20


def range_near(parameter: Parameter, values: Sequence[Plain]) -> tuple[Plain, ...]:
    """Propose an x axis.

    Parameters
    ----------
    parameter
        One that can be swept.
    values
        What it has now: one value or several, rising.

    Returns
    -------
    tuple
        From end to end of the values; from about half to twice a single one.
    """
    low, high = _ends(parameter, values)
    if parameter.kind == "integer":  # others would not be evenly spaced
        return nested_grid(low, high, _POINTS, whole=True)
    return tuple(np.linspace(low, high, _POINTS).tolist())


def list_near(parameter: Parameter, values: Sequence[Plain]) -> tuple[Plain, ...]:
    """Propose a few values with a curve each.

    Parameters
    ----------
    parameter, values
        As for `range_near`.

    Returns
    -------
    tuple
        Both ends and what is between them: the middle of several values, and a
        single value itself.
    """
    low, high = _ends(parameter, values)
    middle = (low + high) / 2 if len(values) > 1 else float(values[0])
    if parameter.kind == "integer":
        return tuple(sorted({int(low), round(middle), int(high)}))
    return tuple(sorted({low, middle, high}))


def value_near(parameter: Parameter, values: Sequence[Plain]) -> Plain:
    """Propose a single value.

    Parameters
    ----------
    parameter, values
        As for `range_near`.

    Returns
    -------
    float or int
        The default if it is among them, or between them; else one in their middle.
    """
    default = parameter.default
    if default is not None and values[0] <= default <= values[-1]:  # type: ignore[operator]  # numbers
        return default
    return values[len(values) // 2]


def _ends(parameter: Parameter, values: Sequence[Plain]) -> tuple[float, float]:
    low, high = float(values[0]), float(values[-1])
    if low < high:
        return low, high
    if not low:
        return parameter.range or (0.0, parameter.unit.scale)
    low, high = sorted((low / 2, low * 2))
    if parameter.kind == "integer":
        low, high = (float(np.trunc(low)) or 1.0, high) if low > 0 else (low, np.trunc(high))
    return parameter.within_limits(low, high)
