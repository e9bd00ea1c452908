"""What every engine can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from brian_sweep_widget.engines.context import BrianContext
from brian_sweep_widget.engines.process_settings import ProcessSettings
from brian_sweep_widget.results import Failure, Value
from brian_sweep_widget.sweeps import Job


class Engine(Protocol):
    """Computes jobs of one model. It travels to workers by pickle.

    Attributes
    ----------
    label
        How results of this engine are marked, such as ``"runtime (numpy)"``.
        Engines may draw random numbers differently, so results of two labels
        do not belong in one curve.
    functions
        The functions of the user's that it calls.
    settings
        Of the process where the sweep was made, under which it works.
    """

    label: str
    functions: list[Callable[..., Any]]
    settings: ProcessSettings

    @property
    def context(self) -> BrianContext | None:
        """Brian's settings where the sweep was made; None for Brian's own."""
        ...

    @property
    def identity(self) -> tuple[object, ...]:
        """What decides the numbers besides these functions, parameters and seed: plain values."""
        ...

    def simulate(self, job: Job) -> Mapping[str, Value | Failure]:
        """Simulate one job and measure.

        Parameters
        ----------
        job
            Its parameters and its seed decide everything.

        Returns
        -------
        mapping
            Results by name, at least one; of a measure that failed, why.

        Raises
        ------
        Exception
            Whatever the model raises before anything is measured.
        """
        ...
