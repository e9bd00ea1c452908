"""The engine of plain functions: it calls them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brian_sweep_widget.engines.context import (
    BrianContext,
    initial_context,
    preference_files,
    seed_generators,
)
from brian_sweep_widget.engines.devices import standalone_apart
from brian_sweep_widget.engines.process_settings import ProcessSettings
from brian_sweep_widget.engines.reading import read_returned
from brian_sweep_widget.engines.sizes import within
from brian_sweep_widget.engines.versions import library_versions
from brian_sweep_widget.limits import Limits
from brian_sweep_widget.models import AllowNan, FunctionModel, Parameter
from brian_sweep_widget.models.function_model import SEED
from brian_sweep_widget.models.units import quantity
from brian_sweep_widget.results import Failure, Value
from brian_sweep_widget.sweeps import Job


class FunctionEngine:
    """Calls a function with a job's parameters, under its author's preferences.

    Parameters
    ----------
    model
        The function.
    parameters
        Its parameters by name, for their units.
    context
        Brian's settings where the sweep was made; None if Brian was not
        imported there, which means Brian's own (with the user's files).
    limits
        What an administrator allows.
    allow_nan
        Which of its results may be NaN.
    """

    label = "plain function"

    def __init__(
        self,
        model: FunctionModel,
        parameters: Mapping[str, Parameter],
        context: BrianContext | None,
        limits: Limits,
        *,
        allow_nan: AllowNan = False,
    ) -> None:
        self.functions = [model.function]
        self._model = model
        self._parameters = parameters
        self.context = context
        self.settings = ProcessSettings.here()
        self._limits = limits
        self._allow_nan = allow_nan

    @property
    def identity(self) -> tuple[object, ...]:
        """What decides the numbers besides the function; see `Engine.identity`."""
        return (
            self.label,
            self._model.name,
            [(name, parameter.unit) for name, parameter in self._parameters.items()],
            preference_files() if self.context is None else self.context,
            library_versions(),
            # Only where it is said, so that all other results keep their names.
            *([self._allow_nan] if self._allow_nan else []),
        )

    def simulate(self, job: Job) -> Mapping[str, Value | Failure]:
        """Call the function; see `Engine.simulate`."""
        (self.context or initial_context()).apply()
        seed_generators(job.seed)
        arguments: dict[str, Any] = {
            name: quantity(value, self._parameters[name].unit)
            for name, value in job.parameters.items()
        }
        if self._model.takes_seed:
            arguments[SEED] = job.seed
        with within(self._limits), standalone_apart(job.seed):
            returned = self._model.function(**arguments)
        return read_returned(self._model.name, returned, arguments, allow_nan=self._allow_nan)
