"""Parameters of a model: name, kind, unit, default, limits and slider range.

A parameter reads what a person gives (``1.62*mV``, ``4000``, an array) into
plain SI numbers, or refuses it with a message that names the value, what is
allowed and what to do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from brian_sweep_widget.models.names import check_name
from brian_sweep_widget.models.units import (
    NO_DIMENSIONS,
    PLAIN_NUMBER,
    Unit,
    dimensions_of,
    is_quantity,
)

#: A parameter's value as plain data: SI numbers, flags and texts.
Plain = float | int | bool | str
Kind = Literal["integer", "real", "flag", "text"]
Bounds = tuple[float | None, float | None]

_LONGEST = 80  # characters of a value in a message
_NUMBERS = (int, float, np.integer, np.floating)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a model.

    Parameters
    ----------
    name
        As in the model's signature.
    kind
        ``"integer"``, ``"real"``, ``"flag"`` or ``"text"``; the first two can
        be swept.
    default
        The default in SI units, or None if the caller must give a value.
    unit
        The unit in which a person reads and writes it.
    label
        How it is called on axes and controls.
    limits
        Lowest and highest value that the model can take, in SI units, both
        included; None where there is no limit.
    range
        What a slider spans, in SI units; None for kinds without a slider.
    """

    name: str
    kind: Kind
    default: Plain | None
    unit: Unit = PLAIN_NUMBER
    label: str = ""
    limits: Bounds = (None, None)
    range: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        check_name("name", self.name)
        check_name("label", self.label)

    @property
    def sweepable(self) -> bool:
        """Whether it has numbers to sweep over."""
        return self.kind in {"integer", "real"}

    def read(self, value: Any) -> Plain:
        """Read one value into SI units.

        Parameters
        ----------
        value
            A number, a Brian quantity of the parameter's dimensions, a flag or
            a text, according to the parameter's kind.

        Raises
        ------
        TypeError
            If the value is of another kind or of other dimensions.
        ValueError
            If it is not finite, not whole, or outside the limits.
        """
        if self.kind == "flag":
            if isinstance(value, bool | np.bool_):
                return bool(value)
            raise TypeError(self._refusal(value, "is neither True nor False"))
        if self.kind == "text":
            if isinstance(value, str):
                return value
            raise TypeError(self._refusal(value, "is not a text"))
        return self._number(value)

    def read_axis(self, values: Any) -> tuple[Plain, ...]:
        """Read the values of a swept parameter into SI units.

        Parameters
        ----------
        values
            A non-empty sequence or array (one dimension), such as
            ``np.linspace(0, 4, 20)*mV`` or ``[1000, 4000]``.

        Raises
        ------
        TypeError, ValueError
            As for `read`; also if the axis is empty, has more than one
            dimension or does not rise from value to value.
        """
        if not self.sweepable:
            raise TypeError(self._refusal(values, "is a sequence, and only numbers can be swept"))
        if isinstance(values, str) or not hasattr(values, "__iter__"):
            self._number(values)  # says what is wrong with it, if it is no number at all
            complaint = "is a single value; an axis is a list or an array of values"
            raise TypeError(self._refusal(values, complaint))
        if isinstance(values, np.ndarray) and values.ndim != 1:
            shape = values.shape
            raise ValueError(self._refusal(values, f"has shape {shape}; an axis has one dimension"))
        read = tuple(self._number(value) for value in values)
        if not read:
            raise ValueError(self._refusal(values, "is empty; an axis needs at least one value"))
        for first, second in pairwise(read):
            if not first < second:
                shown = f"{self.unit.text(first)} comes before {self.unit.text(second)}"
                complaint = f"does not rise: {shown}; give every value once, the smallest first"
                raise ValueError(self._refusal(values, complaint))
        return read

    def read_default(self) -> Plain:
        """Give the default.

        Raises
        ------
        TypeError
            If there is none, so that the caller must give a value.
        """
        if self.default is None:
            msg = f"{self.name} has no default (allowed: {self.allowed()})"
            raise TypeError(msg)
        return self.default

    def within_limits(self, low: float, high: float) -> tuple[float, float]:
        """Give the part of a span, in SI units, that the model can take."""
        floor, ceiling = self.limits
        return (
            low if floor is None else max(low, floor),
            high if ceiling is None else min(high, ceiling),
        )

    def text(self, si: Plain) -> str:
        """Write a value with its unit, such as ``"1.62 mV"``."""
        return str(si) if isinstance(si, bool | str) else self.unit.text(si)

    def _number(self, value: Any) -> float | int:
        dimensions = dimensions_of(value)
        if dimensions != self.unit.dimensions:
            raise TypeError(self._refusal(value, self._unit_complaint(dimensions)))
        if is_quantity(value):
            if value.ndim:
                shape = value.shape
                raise ValueError(self._refusal(value, f"has shape {shape}, not a single value"))
            value = float(np.asarray(value))
        if isinstance(value, bool | np.bool_) or not isinstance(value, _NUMBERS):
            raise TypeError(self._refusal(value, f"is a {type(value).__name__}, not a number"))
        try:
            number = float(value) + 0.0  # -0.0 and 0.0 are one point of a sweep
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise ValueError(self._refusal(value, "is not finite"))
        self._check_limits(number)
        if self.kind == "integer":
            if not number.is_integer():
                raise ValueError(
                    self._refusal(
                        value, "is not a whole number, and the parameter's default is one"
                    )
                )
            return int(value)
        return number

    def _check_limits(self, si: float) -> None:
        low, high = self.limits
        if (low is not None and si < low) or (high is not None and si > high):
            raise ValueError(
                self._refusal(self.unit.text(si), "is outside what the model can take")
            )

    def _unit_complaint(self, dimensions: tuple[float, ...]) -> str:
        if self.unit.dimensions == NO_DIMENSIONS:
            return "has a unit, and this parameter is a plain number: leave the unit away"
        if dimensions == NO_DIMENSIONS:
            return f"has no unit: multiply it by one, such as {self.unit.symbol}"
        return f"has the wrong unit: use one such as {self.unit.symbol}"

    def allowed(self) -> str:
        """Say what the parameter takes, for error messages and controls."""
        if self.kind == "flag":
            return "True or False"
        if self.kind == "text":
            return "a text"
        noun = "a whole number" if self.kind == "integer" else "a number"
        if self.unit.symbol:
            noun += f" in units such as {self.unit.symbol}"
        low, high = self.limits
        if low is not None and high is not None:
            return f"{noun} from {self.unit.text(low)} to {self.unit.text(high)}"
        if low is not None:
            return f"{noun}, {self.unit.text(low)} or more"
        if high is not None:
            return f"{noun}, {self.unit.text(high)} or less"
        return noun

    def _refusal(self, value: Any, complaint: str) -> str:
        shown = value if isinstance(value, str) and self.kind != "text" else in_short(value)
        return f"{self.name} = {shown} {complaint} (allowed: {self.allowed()})"


def in_short(value: Any) -> str:
    """Write a value in one line, as Python would, with the middle of a long one left out."""
    text = " ".join(repr(value).split())
    return (
        text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]} ... {text[-_LONGEST // 4 :]}"
    )
