"""How a person wants to see the curves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Spread = Literal["none", "error", "quartiles"]


@dataclass(frozen=True, slots=True)
class Look:
    """What is drawn of the results, and on which axes.

    Parameters
    ----------
    spread
        What is shown around the mean of a point's trials: its standard error,
        the range from the first to the third quartile, or nothing.
    bars
        Whether the spread is bars instead of a band.
    trials
        Whether every single result is a dot.
    log_x, log_y
        Whether the axes are logarithmic.
    heat
        Whether two swept parameters are a map, and not curves.
    large
        Whether text is large, and needs room.
    """

    spread: Spread = "error"
    bars: bool = False
    trials: bool = False
    log_x: bool = False
    log_y: bool = False
    heat: bool = False
    large: bool = False
