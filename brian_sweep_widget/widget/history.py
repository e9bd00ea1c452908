"""Undo and redo of settings."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as w

from brian_sweep_widget.widget.control import Control

_MOST = 200
_ONE_MOVE = 0.7  # s; changes of one control that follow each other faster are one step

_Settings = tuple[tuple[Any, ...], ...]


class History:
    """Remembers the settings of before; a drag of a slider is one step.

    Parameters
    ----------
    controls
        By parameter name.
    counts
        The fields for trials and seed.

    Attributes
    ----------
    widget
        Two buttons.
    """

    def __init__(self, controls: Mapping[str, Control], counts: Sequence[Any]) -> None:
        self._controls = list(controls.values())
        self._counts = list(counts)
        self._past: list[_Settings] = []
        self._future: list[_Settings] = []
        self._now = self._settings()
        self._moved: tuple[int, float] = (-1, 0.0)
        self._restoring = False
        self._undo = _button("Undo", "Take back the last change of the settings", self.undo)
        self._redo = _button("Redo", "Make the change again that was taken back", self.redo)
        self.widget = w.HBox([self._undo, self._redo])
        self.widget.add_class("bsw-history")
        for control in self._controls:
            control.observe(self._changed)
        for field in self._counts:
            field.observe(self._changed, "value")

    def undo(self) -> None:
        """Go back to the settings before the last change."""
        self._go(self._past, self._future)

    def redo(self) -> None:
        """Go on to the settings that were left by `undo`."""
        self._go(self._future, self._past)

    def _changed(self, _: Any) -> None:
        if self._restoring:
            return
        settings = self._settings()
        changed = [
            index
            for index, (before, after) in enumerate(zip(self._now, settings, strict=True))
            if before != after
        ]
        if not changed:
            return
        moved, since = self._moved
        if changed != [moved] or time.monotonic() - since > _ONE_MOVE:
            self._past = [*self._past, self._now][-_MOST:]
        self._moved = (changed[0], time.monotonic())
        self._now, self._future = settings, []
        self._paint()

    def _go(self, back: list[_Settings], forth: list[_Settings]) -> None:
        if not back:
            return
        forth.append(self._now)
        settings = back.pop()
        self._restoring = True
        try:
            for control, fields in zip(self._controls, settings, strict=False):
                control.restore(fields)
            for field, value in zip(self._counts, settings[-1], strict=True):
                field.value = value
        finally:
            self._restoring = False
        self._now, self._moved = self._settings(), (-1, 0.0)
        self._paint()

    def _settings(self) -> _Settings:
        counts = tuple(field.value for field in self._counts)
        return (*(control.settings for control in self._controls), counts)

    def _paint(self) -> None:
        self._undo.disabled, self._redo.disabled = not self._past, not self._future


def _button(text: str, help_text: str, pressed: Callable[[], None]) -> w.Button:
    button = w.Button(description=text, tooltip=help_text, disabled=True)
    button.on_click(lambda _: pressed())
    return button
