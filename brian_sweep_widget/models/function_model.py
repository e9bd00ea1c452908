"""A plain function as a model: it builds, runs and returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from brian_sweep_widget.models.declaration import (
    REQUIRED,
    check_names,
    declare,
    parameter_like,
    range_around,
    signature_defaults,
    with_default,
)
from brian_sweep_widget.models.parameters import Parameter
from brian_sweep_widget.models.units import is_quantity

#: A parameter of this name is not the user's to sweep: it receives the job's seed.
SEED = "seed"


class FunctionModel:
    """Any function that simulates and returns a number, or a dict of numbers.

    It is called in a worker, with the parameters by name, after every random
    generator was seeded with the job's seed. A parameter called ``seed``
    receives that seed too, for functions with generators of their own.

    Parameters
    ----------
    function
        Returns a number, a quantity, an array of either, or a dict of these by
        name.

    Raises
    ------
    TypeError
        If its signature cannot be swept over (``*args`` and the like).
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.name = getattr(function, "__name__", type(function).__name__)
        self.label = self.name
        defaults = signature_defaults(function)
        self.takes_seed = SEED in defaults
        self._declared = {
            name: None if default is REQUIRED else declare(name, default)
            for name, default in defaults.items()
            if name != SEED
        }
        #: Functions suggest no sweep of their own (network models may).
        self.suggested_sweep: Mapping[str, Any] = {}

    def __repr__(self) -> str:
        return f"FunctionModel({self.name})"

    def parameters(self, given: Mapping[str, Any]) -> dict[str, Parameter]:
        """Give the parameters, learning kind and unit of those without a default.

        Parameters
        ----------
        given
            Values or axes by parameter name, as the caller gave them.

        Raises
        ------
        TypeError
            If a name is unknown, or a parameter has neither default nor value.
        """
        check_names(given, self._declared, self.name)
        return {name: self._parameter(name, given) for name in self._declared}

    def required(self) -> list[str]:
        """Name the parameters that have no default."""
        return [name for name, parameter in self._declared.items() if parameter is None]

    def _parameter(self, name: str, given: Mapping[str, Any]) -> Parameter:
        declared = self._declared[name]
        if declared is not None:
            return declared
        if name not in given:
            msg = (
                f"{self.name} needs a value for {name!r}, which has no default: give one, "
                f"such as {name}=..., or an array to sweep over"
            )
            raise TypeError(msg)
        value = given[name]
        parameter = parameter_like(name, value)
        if isinstance(value, bool | str) or not _is_axis(value):
            return with_default(parameter, value)
        read = parameter.read_axis(value)
        low, high = float(min(read)), float(max(read))
        return replace(parameter, range=(low, high) if low < high else range_around(low, parameter))


def _is_axis(value: Any) -> bool:
    if is_quantity(value):
        return bool(value.ndim)
    return hasattr(value, "__len__")
