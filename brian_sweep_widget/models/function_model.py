"""A plain function as a model: it builds, runs and returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from brian_sweep_widget.models.declaration import (
    REQUIRED,
    check_names,
    declare,
    is_constant,
    learned,
    refuse_constants,
    signature_defaults,
)
from brian_sweep_widget.models.names import check_name
from brian_sweep_widget.models.parameters import Parameter

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
        check_name("name", self.name)
        self.label = self.name
        defaults = signature_defaults(function)
        self.takes_seed = SEED in defaults
        defaults.pop(SEED, None)
        self._constants = {key: value for key, value in defaults.items() if is_constant(value)}
        self._required = [key for key, value in defaults.items() if value is REQUIRED]
        self._declared = {
            name: None if default is REQUIRED or default is None else declare(name, default)
            for name, default in defaults.items()
            if name not in self._constants
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
        refuse_constants(given, self._constants, self.name)
        check_names(given, self._declared, self.name)
        for name in self._required:
            if name not in given:
                msg = (
                    f"{self.name} needs a value for {name!r}, which has no default: give one, "
                    f"such as {name}=..., or an array to sweep over"
                )
                raise TypeError(msg)
        return {
            name: parameter or learned(name, given[name])
            for name, parameter in self._declared.items()
            if parameter is not None or name in self._required or given.get(name) is not None
        }

    def required(self) -> list[str]:
        """Name the parameters that have no default."""
        return list(self._required)

    def untyped(self) -> list[str]:
        """Name the parameters of which nothing is known until a value is given."""
        return [name for name, parameter in self._declared.items() if parameter is None]
