"""The Live switch: whether sweeps follow the settings."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import ipywidgets as w

from brian_sweep_widget.widget.inbox import answering


class LiveSwitch:
    """Goes on by itself when that becomes possible, unless the person has decided otherwise.

    Parameters
    ----------
    switched
        Called after every change, with whether it is on now.

    Attributes
    ----------
    widget
        What to show.
    """

    def __init__(self, switched: Callable[[bool], None]) -> None:
        self.widget = w.ToggleButton(description="Live", disabled=True)
        self.widget.add_class("bsw-live")
        self.widget.observe(self._pressed, "value")
        self._switched = switched
        self._lock = threading.Lock()
        self._on = False
        self._decided = False

    @property
    def on(self) -> bool:
        """Whether sweeps follow the settings; what is on the screen comes after."""
        return self._on

    def off(self) -> None:
        """Go off because the person pressed Run or Stop; does not come back by itself."""
        with self._lock:
            self._decided = True
            was_on, self._on = self._on, False
        if was_on:
            self._switched(False)

    def again(self) -> None:
        """Go on again after `off`, which was not the person's doing."""
        with self._lock:
            self._on = True
        self._switched(True)

    def paint(self, help_text: str, *, possible: bool) -> None:
        """Show whether it is on, and what it does or why it cannot; for the pump alone."""
        with self._lock:
            goes_on = possible and not self._decided and not self._on
            # From now on it is the person's: what was switched off stays off.
            self._decided = self._decided or goes_on
            self._on = self._on or goes_on
        with answering, self.widget.hold_sync():  # or a press in between would be undone
            self.widget.disabled = not possible
            self.widget.tooltip = help_text
            self.widget.value = self._on
        if goes_on:
            self._switched(True)

    def _pressed(self, change: Any) -> None:
        with self._lock:
            if change["new"] == self._on:  # it was we who wrote it
                return
            self._on, self._decided = change["new"], True
        self._switched(self._on)
