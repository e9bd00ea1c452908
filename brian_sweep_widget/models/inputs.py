"""How many inputs every neuron of a randomly connected network has."""

from __future__ import annotations

from dataclasses import dataclass


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
        Name of the one that is the connection probability.
    weights
        Names of those that every input adds in proportion.
    """

    size: str
    probability: str
    weights: tuple[str, ...] = ()
