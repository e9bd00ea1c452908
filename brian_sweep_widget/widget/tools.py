"""The tools above the chart: how the curves look, what stays of them, zooming."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as w

from brian_sweep_widget.widget.chart import MOST_GHOSTS, Look

_SPREADS = {
    "Mean only": Look(spread="none"),
    "Standard error, band": Look(spread="error"),
    "Standard error, bars": Look(spread="error", bars=True),
    "Quartiles, band": Look(spread="quartiles"),
    "Quartiles, bars": Look(spread="quartiles", bars=True),
}


class Tools:
    """Keeps what the person chose.

    Parameters
    ----------
    changed
        Called after every change of the look.
    zoom
        Called with whether a range is to be marked on the chart.
    pin, unpin
        Called when a person wants curves to stay, or to go.
    large
        The button for large text, which is that of the whole widget.

    Attributes
    ----------
    widget
        What to show.
    """

    def __init__(
        self,
        *,
        changed: Callable[[], None],
        zoom: Callable[[bool], None],
        pin: Callable[[], None],
        unpin: Callable[[], None],
        large: w.ToggleButton,
    ) -> None:
        self._spread = w.Dropdown(
            description="Spread",
            options=list(_SPREADS),
            value="Standard error, band",
            tooltip="What is drawn around the mean where there are several trials",
        )
        self._trials = _toggle("Trials", "Every single result is a dot")
        self._log_x = _toggle("Log x", "Logarithmic x axis; what is not above zero has no place")
        self._log_y = _toggle("Log y", "Logarithmic y axis; what is not above zero has no place")
        self._heat = _toggle("Map", "Both swept parameters as a map; click a cell for its curve")
        self._zoom = _toggle(
            "Zoom", "Mark a range on the chart, and the sweep goes there; or type it on the left"
        )
        self._pin = w.Button(
            description="Pin",
            tooltip=f"These curves stay, to compare others with them; up to {MOST_GHOSTS}",
        )
        self._unpin = w.Button(
            description="Unpin", tooltip="Remove the pinned curves", disabled=True
        )
        self._large = large
        looks = (self._spread, self._trials, self._log_x, self._log_y, self._heat)
        for control in (*looks, large):
            control.observe(lambda _: changed(), "value")
        self._zoom.observe(lambda change: zoom(change["new"]), "value")
        self._pin.on_click(lambda _: pin())
        self._unpin.on_click(lambda _: unpin())
        self.widget = w.HBox([*looks, self._zoom, self._pin, self._unpin, large])
        self.widget.add_class("bsw-tools")

    @property
    def look(self) -> Look:
        """What the person wants to see."""
        chosen = _SPREADS[self._spread.value]
        return Look(
            chosen.spread,
            chosen.bars,
            self._trials.value,
            self._log_x.value,
            self._log_y.value,
            self._heat.value,
            self._large.value,
        )

    def paint(self, *, zooming: bool, pinned: bool, curves: bool, either: bool) -> None:
        """Show what holds; for the pump alone.

        Parameters
        ----------
        zooming
            Whether a range is about to be marked.
        pinned
            Whether anything is pinned.
        curves
            Whether there is anything to pin.
        either
            Whether a map can be shown, and curves as well.
        """
        display = None if either else "none"
        if self._heat.layout.display != display:
            self._heat.layout.display = display
        self._zoom.value = zooming
        self._pin.disabled = not curves
        self._unpin.disabled = not pinned


def large_text() -> w.ToggleButton:
    """Make the button for large text."""
    return _toggle("Large", "Larger text and lines, for a projector")


def _toggle(text: str, help_text: str) -> Any:
    return w.ToggleButton(description=text, tooltip=help_text)
