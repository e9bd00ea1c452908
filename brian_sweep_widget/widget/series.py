"""Outcomes as what a chart draws: pure arithmetic, no widgets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from brian_sweep_widget.results import Outcome
from brian_sweep_widget.sweeps import Plan

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
        Shape (results,), in the order in which they came.
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
        shape = (len(self._rest), len(self._shown))
        self._sums = np.zeros(shape)
        self._counts = np.zeros(shape)
        self._dots: list[list[tuple[float, float]]] = [[] for _ in self._rest]
        self._row = {rest: row for row, rest in enumerate(self._rest)}

    def add(self, outcomes: Iterable[Outcome]) -> bool:
        """Take outcomes in; say whether there was anything to draw among them."""
        drawn = False
        for outcome in outcomes:
            value = outcome.values.get(self.measure or "")
            if value is None or value.si.ndim:
                continue
            column = outcome.job.position[0] if self.plan.axes else 0
            row = self._row[outcome.job.position[1:-1]]
            y = value.unit.show(float(value.si))
            self._sums[row, column] += y
            self._counts[row, column] += 1
            self._dots[row].append((float(self._shown[column]), y))
            drawn = True
        return drawn

    def lines(self) -> list[Line]:
        """Give the curves as they are now, in fresh arrays."""
        return [self._line(row) for row in range(len(self._rest))]

    def _line(self, row: int) -> Line:
        present = self._counts[row] > 0
        dots = np.asarray(self._dots[row], dtype=float).reshape(-1, 2)
        return Line(
            self._label(row),
            self._shown[present],
            self._sums[row, present] / self._counts[row, present],
            dots[:, 0].copy(),
            dots[:, 1].copy(),
        )

    def _label(self, row: int) -> str:
        axes = self.plan.axes[1:]
        texts = [
            f"{axis.label} {axis.unit.text(float(axis.values[index]))}"
            for axis, index in zip(axes, self._rest[row], strict=True)
        ]
        return ", ".join(texts)
