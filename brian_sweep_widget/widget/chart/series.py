"""Outcomes as what a chart draws: pure arithmetic, no widgets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from brian_sweep_widget.results import Outcome
from brian_sweep_widget.sweeps import Plan
from brian_sweep_widget.widget.chart.look import Spread

_SHAPE = 5  # points: both ends, the middle and the quarters are the first to come

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Line:
    """One curve: at every point that has a result the mean, its spread, every single result.

    Parameters
    ----------
    label
        Values of the other axes, such as "Network size 4000"; empty if there
        are none.
    x, mean, low, high
        Shape (points with a result,), rising in x, in shown units. Low and
        high are the spread's ends; NaN where there is none.
    dots_x, dots_y
        Shape (results,), rising in x, and by trial where x is the same.
    """

    label: str
    x: Array
    mean: Array
    low: Array
    high: Array
    dots_x: Array
    dots_y: Array


@dataclass(frozen=True, slots=True)
class Ghost:
    """A curve of earlier settings.

    Parameters
    ----------
    label
        What was different then.
    x, mean
        Shape (points,), rising in x, in shown units.
    """

    label: str
    x: Array
    mean: Array


class Series:
    """Collects one measure of a sweep along its first axis, one line per rest.

    Parameters
    ----------
    plan
        The sweep's; its first axis is the chart's x axis.
    measure
        Name of the measure; None for none yet.
    """

    def __init__(self, plan: Plan, measure: str | None) -> None:
        self.plan = plan
        self.measure = measure
        axes = plan.axes
        self._shown = np.asarray(axes[0].shown if axes else [0.0])
        self._rest = list(np.ndindex(*(len(axis) for axis in axes[1:])))
        self._row = {rest: row for row, rest in enumerate(self._rest)}
        # Whatever has no result, or none any more, is NaN.
        self._values = np.full((len(self._rest), len(self._shown), plan.trials), np.nan)

    def add(self, outcomes: Iterable[Outcome]) -> bool:
        """Take outcomes in; a later one of the same job takes the place of an earlier one.

        Returns
        -------
        bool
            Whether this changes what is drawn.
        """
        changed = False
        for outcome in outcomes:
            *first, trial = outcome.job.position
            place = (self._row[tuple(first[1:])], first[0] if first else 0, trial)
            value = outcome.values.get(self.measure or "")
            y = np.nan
            if value is not None and not value.si.ndim:
                y = value.unit.show(float(value.si))
            if not np.isnan(y) or not np.isnan(self._values[place]):
                self._values[place] = y
                changed = True
        return changed

    def at(self, row: int, x: float, y: float | None = None) -> tuple[int, ...] | None:
        """Give the position of the result that is nearest to a place on a curve.

        Parameters
        ----------
        row
            Number of the curve.
        x, y
            In shown units; without y it is the point's first result.

        Returns
        -------
        tuple of int or None
            None if there is no result.
        """
        if not 0 <= row < len(self._rest):
            return None
        column = int(np.argmin(np.abs(self._shown - x)))
        values = self._values[row, column]
        there = np.flatnonzero(~np.isnan(values))
        if not len(there):
            return None
        trial = there[0] if y is None else there[np.argmin(np.abs(values[there] - y))]
        return (column, *self._rest[row], int(trial))

    def place(self, position: tuple[int, ...]) -> tuple[float, float]:
        """Give x and y of a result, in shown units; NaN if there is none."""
        first, *rest, trial = position
        return float(self._shown[first]), float(self._values[self._row[tuple(rest)], first, trial])

    @property
    def rows(self) -> int:
        """Number of curves."""
        return len(self._rest)

    @property
    def has_shape(self) -> bool:
        """Whether every curve has enough points to tell what it will look like."""
        present = (~np.isnan(self._values)).any(axis=2)
        return bool((present.sum(axis=1) >= min(_SHAPE, len(self._shown))).all())

    def lines(self, spread: Spread = "none", rows: Iterable[int] | None = None) -> list[Line]:
        """Give the curves as they are now, in fresh arrays; all, or those of some numbers."""
        return [self._line(row, spread) for row in rows or range(len(self._rest))]

    def means(self) -> Array:
        """Give the mean of every point, shape (curves, points); NaN where nothing is known."""
        known = ~np.isnan(self._values)
        count = known.sum(axis=2)
        total = np.where(known, self._values, 0.0).sum(axis=2)
        return np.where(count > 0, total / np.maximum(count, 1), np.nan)

    def _line(self, row: int, spread: Spread) -> Line:
        values = self._values[row]
        there = ~np.isnan(values)
        present = there.any(axis=1)
        columns, _ = np.nonzero(there)
        mean = np.nanmean(values[present], axis=1)
        low, high = _ends(values[present], mean, spread)
        return Line(
            self._label(row),
            self._shown[present],
            mean,
            low,
            high,
            self._shown[columns],
            values[there],
        )

    def _label(self, row: int) -> str:
        axes = self.plan.axes[1:]
        texts = [
            f"{axis.label} {axis.unit.text(float(axis.values[index]))}"
            for axis, index in zip(axes, self._rest[row], strict=True)
        ]
        return ", ".join(texts)


def _ends(values: Array, mean: Array, spread: Spread) -> tuple[Array, Array]:
    """Give the spread's two ends at every point.

    Parameters
    ----------
    values
        Shape (points, trials), NaN where there is no result.
    mean
        Shape (points,).
    spread
        See `Look`.

    Returns
    -------
    low, high : array, shape (points,)
        NaN where there are less than two results.
    """
    count = (~np.isnan(values)).sum(axis=1)
    several = np.where(count > 1, 0.0, np.nan)
    if spread == "error":
        deviation = np.sqrt(
            np.nansum((values - mean[:, None]) ** 2, axis=1) / np.maximum(count - 1, 1)
        )
        error = deviation / np.sqrt(count) + several
        return mean - error, mean + error
    if spread == "quartiles":
        rising = np.sort(values, axis=1)  # NaN comes last
        return _quantile(rising, count, 0.25) + several, _quantile(rising, count, 0.75) + several
    nothing = np.full(len(mean), np.nan)
    return nothing, nothing


def _quantile(rising: Array, count: Array, fraction: float) -> Array:
    """Interpolate as numpy does, row by row of differing lengths; numpy's own is slow for NaN."""
    place = fraction * (count - 1)
    before = np.floor(place).astype(int)
    after = np.minimum(before + 1, count - 1)
    rows = np.arange(len(rising))
    below, above = rising[rows, before], rising[rows, after]
    return np.asarray(below + (place - before) * (above - below))
