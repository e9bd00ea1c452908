"""How much room text takes around a chart, of either size."""

from __future__ import annotations

from typing import Any, NamedTuple

from bqplot import Figure


class _Room(NamedTuple):
    """Pixels beside the plot, and from its axes to their titles."""

    left: int
    bottom: int
    right: int
    to_x_title: int
    to_y_title: int
    more_above: int


_NORMAL = _Room(84, 52, 20, 36, 62, 0)
_LARGE = _Room(118, 74, 30, 52, 88, 8)


def give_room(figure: Figure, x_axis: Any, y_axis: Any, above: int, *, large: bool) -> None:
    """Have the titles and ticks of a chart beside it, whole.

    Parameters
    ----------
    figure, x_axis, y_axis
        The chart's.
    above
        Pixels above the plot.
    large
        Whether text is large.
    """
    room = _LARGE if large else _NORMAL
    # Only when it differs: a figure whose margins are set is drawn anew.
    margin = {
        "top": above + room.more_above,
        "bottom": room.bottom,
        "left": room.left,
        "right": room.right,
    }
    if figure.fig_margin != margin:
        figure.fig_margin = margin
        x_axis.label_offset = f"{room.to_x_title}px"
        y_axis.label_offset = f"{room.to_y_title}px"
