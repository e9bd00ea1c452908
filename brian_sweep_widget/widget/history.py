"""Undo and redo of settings."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import ipywidgets as w

from brian_sweep_widget.widget.controls import Controls, Settings

_MOST = 200
_ONE_MOVE = 0.7  # s; changes of one control that follow each other faster are one step


class _State(NamedTuple):
    settings: Settings
    counts: tuple[Any, ...]

    def differences(self, other: _State) -> set[str]:
        """Name the controls that hold something else; "" is which ones are swept, or a count."""
        here, there = self.settings, other.settings
        found = {name for name, held in here.fields.items() if held != there.fields[name]}
        return found | ({""} if (here.swept, self.counts) != (there.swept, other.counts) else set())


class History:
    """Remembers the settings of before; a drag of a slider is one step.

    Parameters
    ----------
    controls
        Of the parameters.
    counts
        The fields for trials and seed.

    Attributes
    ----------
    widget
        Two buttons.
    """

    def __init__(self, controls: Controls, counts: Sequence[Any]) -> None:
        self._controls = controls
        self._counts = list(counts)
        self._past: list[_State] = []
        self._future: list[_State] = []
        self._now = self._state()
        self._moved: tuple[set[str], float] = (set(), 0.0)
        self._restoring = False
        self._undo = _button("Undo", "Take back the last change of the settings", self.undo)
        self._redo = _button("Redo", "Make the change again that was taken back", self.redo)
        self.widget = w.HBox([self._undo, self._redo])
        self.widget.add_class("bsw-history")
        controls.observe(self._changed)
        for field in self._counts:
            field.observe(self._changed, "value")

    def undo(self) -> None:
        """Go back to the settings before the last change."""
        self._go(self._past, self._future)

    def redo(self) -> None:
        """Go on to the settings that were left by `undo`."""
        self._go(self._future, self._past)

    def _changed(self, _: Any = None) -> None:
        if self._restoring:
            return
        state = self._state()
        changed = self._now.differences(state)
        if not changed:
            return
        moved, since = self._moved
        if changed != moved or time.monotonic() - since > _ONE_MOVE:
            self._past = [*self._past, self._now][-_MOST:]
        self._moved = (changed, time.monotonic())
        self._now, self._future = state, []
        self._paint()

    def _go(self, back: list[_State], forth: list[_State]) -> None:
        if not back:
            return
        forth.append(self._now)
        state = back.pop()
        self._restoring = True
        try:
            with self._controls.at_once():
                self._controls.restore(state.settings)
                for field, value in zip(self._counts, state.counts, strict=True):
                    field.value = value
        finally:
            self._restoring = False
        self._now, self._moved = self._state(), (set(), 0.0)
        self._paint()

    def _state(self) -> _State:
        return _State(self._controls.settings, tuple(field.value for field in self._counts))

    def _paint(self) -> None:
        self._undo.disabled, self._redo.disabled = not self._past, not self._future


def _button(text: str, help_text: str, pressed: Callable[[], None]) -> w.Button:
    button = w.Button(description=text, tooltip=help_text, disabled=True)
    button.on_click(lambda _: pressed())
    return button
