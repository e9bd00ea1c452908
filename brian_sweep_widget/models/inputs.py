"""How many inputs every neuron of a randomly connected network has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Inputs:
    """The parameters on which it depends.

    At a fixed connection probability, a neuron's number of inputs (its
    in-degree) grows with the network. What was a change of size is then one of
    drive, too, so a person should know, and be able to hold it.

    Parameters
    ----------
    size
        Name of the parameter that is the number of neurons.
    probability
        Name of the one that is the connection probability; None if there is none.
    weights
        Names of those that every input adds in proportion.
    number
        Name of the one that is the number of inputs itself, where that does not
        grow with the network.
    """

    size: str
    probability: str | None = None
    weights: tuple[str, ...] = ()
    number: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all these parameters."""
        return (self.size, *filter(None, (self.probability, self.number)), *self.weights)

    def synapses(self, values: Mapping[str, Any]) -> float | None:
        """Give the expected number of synapses.

        Parameters
        ----------
        values
            SI values by parameter name.

        Returns
        -------
        float or None
            None if the number of inputs is not known.
        """
        size = float(values[self.size])
        if self.number is not None:
            return size * float(values[self.number])
        return None if self.probability is None else size * size * float(values[self.probability])
