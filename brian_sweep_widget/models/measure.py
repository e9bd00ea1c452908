"""What is read from a network after it ran."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from brian_sweep_widget.models.names import check_name
from brian_sweep_widget.models.units import Unit

#: Which results may be NaN: all, none, or those of some names.
AllowNan = bool | tuple[str, ...]


def allows_nan(allowed: AllowNan, name: str) -> bool:
    """Tell whether a result may be NaN."""
    return allowed if isinstance(allowed, bool) else name in allowed


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

    def __post_init__(self) -> None:
        check_name("name", self.name)
        check_name("label", self.label)

    @property
    def identity(self) -> tuple[object, ...]:
        """What decides, beside the function, what comes out: plain values."""
        # Only where it is said, so that results without such measures keep their names.
        return (self.name, self.label, self.unit, *(("allow_nan",) if self.allow_nan else ()))

    @property
    def title(self) -> str:
        """Label with unit, where it was declared: "Mean firing rate (Hz)"."""
        return f"{self.label} ({self.unit.symbol})" if self.unit else self.label
