"""What is given for a model's parameters, as the axes and the fixed values of a plan."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from brian_sweep_widget.models import Parameter, Plain
from brian_sweep_widget.models.declaration import is_axis
from brian_sweep_widget.sweeps import Axis

#: What `Sweep` takes besides, so that no parameter can be given by these names.
_SETTINGS = (
    "trials",
    "seed",
    "seeding",
    "engine",
    "workers",
    "cluster",
    "time_limit",
    "store",
    "allow_nan",
    "keep_going",
)


def check_not_settings(names: Collection[str], owner: str) -> None:
    """Refuse a model with parameters that are called like a setting of the sweep.

    Raises
    ------
    TypeError
        If there is one.
    """
    taken = [name for name in names if name in _SETTINGS]
    if taken:
        msg = (
            f"{owner} has a parameter called {taken[0]!r}, like a setting of the "
            f"sweep: rename it (taken are {', '.join(_SETTINGS)})"
        )
        raise TypeError(msg)


def read_axes(
    parameters: Mapping[str, Parameter], given: Mapping[str, Any]
) -> tuple[tuple[Axis, ...], dict[str, Plain]]:
    """Read what a caller gives for parameters.

    Parameters
    ----------
    parameters
        Of the model, by name, as it knows them with these values.
    given
        Values or axes by parameter name; the first axis is the x axis.

    Returns
    -------
    axes
        In the caller's order.
    fixed
        Of all other parameters: the value, or the default.

    Raises
    ------
    TypeError, ValueError
        If a parameter cannot have such values.
    """
    axes = []
    fixed = {
        name: parameter.read_default()
        for name, parameter in parameters.items()
        if name not in given
    }
    for name, value in given.items():
        if name not in parameters:  # None, which is its default
            continue
        parameter = parameters[name]
        if is_axis(value):
            axes.append(Axis(name, parameter.read_axis(value), parameter.unit, parameter.label))
        else:
            fixed[name] = parameter.read(value)
    return tuple(axes), fixed
