"""Two swept parameters as a map in a file: a coloured cell for every point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from brian_sweep_widget.results.naming import as_drawn

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from brian_sweep_widget.sweeps import Axis, Plan

#: How many curves can be told apart; two parameters that make more are a map.
MOST_LINES = 6


def is_map(plan: Plan) -> bool:
    """Whether a sweep is drawn as a map: two parameters, and too many curves for the eye."""
    lengths = [len(axis) for axis in plan.axes]
    return len(lengths) == 2 and lengths[0] > 1 and lengths[1] > MOST_LINES  # noqa: PLR2004 - columns and rows


def draw_map(panel: Axes, axes: Sequence[Axis], values: Any, failed: Any, title: str) -> None:
    """Draw a map with its colours' scale.

    Parameters
    ----------
    panel
        Where to draw.
    axes
        The one that lies across, and the one that lies upwards.
    values
        Shape (upwards, across), in shown units; NaN where there is no result:
        such a cell stays empty.
    failed
        Same shape; where a cross says that a simulation failed.
    title
        Of what is measured.
    """
    columns, rows = (np.asarray(axis.shown, dtype=float) for axis in axes)
    # Values may have been given in any order; cells stand in that of their numbers.
    across, upwards = np.argsort(columns), np.argsort(rows)
    cells = panel.pcolormesh(
        cell_edges(columns[across]),
        cell_edges(rows[upwards]),
        values[np.ix_(upwards, across)],
        cmap="viridis",
        rasterized=True,  # or a drawing would have thin lines between the cells
    )
    row, column = np.nonzero(failed)
    if len(row):
        panel.plot(
            columns[column],
            rows[row],
            "X",
            markerfacecolor="white",
            markeredgecolor="black",
            label="failed",
        )
        panel.legend(fontsize="small")
    panel.set_ylabel(as_drawn(axes[1].title))
    panel.figure.colorbar(cells, ax=panel, label=as_drawn(title))


def cell_edges(values: Any) -> Any:
    """Give the ends of cells around rising values: half-way between them."""
    if len(values) == 1:
        return np.array([values[0] - 0.5, values[0] + 0.5])
    middles = (values[1:] + values[:-1]) / 2
    first, last = values[0] - (middles[0] - values[0]), values[-1] + (values[-1] - middles[-1])
    return np.concatenate([[first], middles, [last]])
