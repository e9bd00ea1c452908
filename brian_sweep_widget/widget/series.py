"""Outcomes as what a chart draws: pure arithmetic, no widgets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from brian_sweep_widget.results import Outcome
from brian_sweep_widget.sweeps import Plan

_SHAPE = 5  # points: both ends, the middle and the quarters are the first to come

Array = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Line:
    """One curve: the mean at every point that has a result, and every single result.

    Parameters
    ----------
    label
        Values of the other axes, such as "Network size 4000"; empty if there
        are none.
    x, mean
        Shape (points with a result,), rising in x, in shown units.
    dots_x, dots_y
        Shape (results,), rising in x, and by trial where x is the same.
    """

    label: str
    x: Array
    mean: Array
    dots_x: Array
    dots_y: Array


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

    @property
    def has_shape(self) -> bool:
        """Whether every curve has enough points to tell what it will look like."""
        present = (~np.isnan(self._values)).any(axis=2)
        return bool((present.sum(axis=1) >= min(_SHAPE, len(self._shown))).all())

    def lines(self) -> list[Line]:
        """Give the curves as they are now, in fresh arrays."""
        return [self._line(row) for row in range(len(self._rest))]

    def _line(self, row: int) -> Line:
        values = self._values[row]
        there = ~np.isnan(values)
        present = there.any(axis=1)
        columns, _ = np.nonzero(there)
        return Line(
            self._label(row),
            self._shown[present],
            np.nanmean(values[present], axis=1),
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
