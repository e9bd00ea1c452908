"""The inside of one simulation, as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from brian_sweep_widget.models.units import Unit
from brian_sweep_widget.results.outcome import Outcome

_Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Spikes:
    """What a spike monitor recorded.

    Parameters
    ----------
    neurons, times
        Of every spike, in the order of time, shape (spikes,); seconds.
    group
        Name of what they belong to.
    size
        Number of neurons that were recorded.
    populations
        Sizes of their parts by label, in order; empty for a single one.
    """

    neurons: _Array
    times: _Array
    group: str
    size: int
    populations: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Trace:
    """A variable of one neuron over time.

    Parameters
    ----------
    variable
        Its name in the equations.
    group, neuron
        Name of the group, and the neuron's number in it.
    unit
        Carries the dimensions.
    times, values
        Shape (times,); seconds, and SI units.
    """

    variable: str
    group: str
    neuron: int
    unit: Unit
    times: _Array
    values: _Array


@dataclass(frozen=True, slots=True)
class Inspection:
    """A simulation that ran once more, to be looked into.

    Parameters
    ----------
    outcome
        What it was before.
    again
        What it is now; the numbers of `outcome` are computed anew.
    spikes
        None if the model names no spike monitor.
    traces
        Empty if it names no state monitor.
    """

    outcome: Outcome
    again: Outcome
    spikes: Spikes | None = None
    traces: Sequence[Trace] = ()

    @property
    def different(self) -> list[str]:
        """Names of the measures whose numbers are not those of before, bit for bit."""
        before, now = self.outcome.values, self.again.values
        return [
            name
            for name in before
            if name not in now or not np.array_equal(before[name].si, now[name].si, equal_nan=True)
        ]
