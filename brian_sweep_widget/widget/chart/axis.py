"""An axis, linear or logarithmic.

A logarithmic axis is a linear one of logarithms with other words at its ticks:
bqplot's own loses all points when one of them is zero, and its marks cannot
change their scale without flickering.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from bqplot import Axis, LinearScale

from brian_sweep_widget.widget.rounding import log_span, log_ticks, round_ticks, steady_span

Array = np.ndarray[Any, np.dtype[np.float64]]

_MARGIN = 0.02  # of a fixed axis, so that the outermost dots are whole


class ChartAxis:
    """Places numbers, and knows its ends.

    Parameters
    ----------
    **options
        Of `bqplot.Axis`.

    Attributes
    ----------
    scale, axis
        bqplot's.
    log
        Whether it is logarithmic.
    """

    def __init__(self, **options: Any) -> None:
        self.scale = LinearScale()
        self.axis = Axis(scale=self.scale, **options)
        self.log = False
        self._span: tuple[float, float] | None = None

    def name(self, title: str, *, log: bool) -> None:
        """Give it a title, and say whether it is logarithmic; the ends of before are forgotten."""
        if self.axis.label != title or self.log != log:
            self.axis.label = title
            self.log = log
            self._span = None

    def placed(self, numbers: Array) -> Array:
        """Give the places of numbers on the scale; NaN for those that have none."""
        if not self.log:
            return np.asarray(numbers, dtype=float)
        with np.errstate(divide="ignore", invalid="ignore"):
            places = np.log10(numbers)
        return np.where(np.isfinite(places), places, np.nan)

    def number_at(self, place: float) -> float:
        """Give the number at a place on the scale."""
        return float(10.0**place if self.log else place)

    def fix(self, numbers: Array) -> None:
        """Show exactly these numbers, and move no more while results come."""
        places = self.placed(numbers)
        places = places[np.isfinite(places)]
        low, high = (places.min(), places.max()) if places.size else (0.0, 1.0)
        margin = _MARGIN * (high - low) or 0.5
        self._move((low - margin, high + margin))
        self._label_ticks(low, high)

    def fit(self, numbers: Array) -> None:
        """Hold all numbers, and move as seldom as can be."""
        finite = numbers[np.isfinite(numbers) & ((numbers > 0) | (not self.log))]
        span = None
        if finite.size:
            choose = log_span if self.log else steady_span
            span = choose(float(finite.min()), float(finite.max()), self._span)
        if span == self._span and span is not None:
            return
        self._span = span
        if span is None:
            self._move((0.0, None))
            self.axis.tick_values = None
        else:
            self._move(span)
            self._label_ticks(*span)

    def _move(self, ends: tuple[float, float | None]) -> None:
        with self.scale.hold_sync():
            self.scale.min, self.scale.max = ends

    def _label_ticks(self, low: float, high: float) -> None:
        ticks = log_ticks(low, high) if self.log else round_ticks(low, high)
        # Two messages, words before places: new places take the words of that moment.
        if self.log:
            places = np.log10(ticks)
            self.axis.tick_labels = tick_words(places, ticks)
            self.axis.tick_values = places
        else:
            self.axis.tick_labels = {}
            self.axis.tick_values = ticks


def tick_words(places: Array, numbers: Array) -> dict[str, str]:
    """Give what bqplot is to write at places of a scale, in its own form."""
    return {_key(place): f"{number:,.12g}" for place, number in zip(places, numbers, strict=True)}


def _key(number: float) -> str:
    """Write a number as JavaScript does, which looks the label up by this text."""
    return "0" if number == 0 else repr(float(number)).removesuffix(".0")
