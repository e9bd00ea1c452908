"""What is read from a network after it ran."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from brian_sweep_widget.models.units import Unit


@dataclass(frozen=True, slots=True)
class Measure:
    """A number (or an array) that a function reads from a network after it ran.

    Parameters
    ----------
    name
        The function's name: what the result is called in datasets.
    function
        Takes the network, returns a number, a quantity or an array of either.
    label
        How it is called on the chart's axis.
    unit
        The unit in which it is shown; None for the SI unit of what the
        function returns.
    allow_nan
        Whether it may give NaN, as there may be nothing to tell.
    """

    name: str
    function: Callable[[Any], Any]
    label: str
    unit: Unit | None = None
    allow_nan: bool = False

    @property
    def title(self) -> str:
        """Label with unit, where it was declared: "Mean firing rate (Hz)"."""
        return f"{self.label} ({self.unit.symbol})" if self.unit else self.label
