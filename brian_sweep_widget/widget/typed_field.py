"""A field for numbers, of which Python reads what was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anywidget
import traitlets as t

from brian_sweep_widget.bundle import bundle_text
from brian_sweep_widget.models.numerals import NotAValueError, refuse
from brian_sweep_widget.models.parameters import in_short

_LONGEST = 10_000  # characters of a text that a person types
_STEPS = {1, -1}


class TypedField(anywidget.AnyWidget):
    """Show a value as text, and take another one that a person types.

    The browser writes no trait: it sends what was typed as a message. What
    makes no value is refused with words beside the field, which shows the value
    that holds.

    Parameters
    ----------
    read
        Makes a value of a text, or raises `NotAValueError`.
    show
        Writes a value so that `read` gives this very value.
    step
        Gives the value before (-1) or after (1) a value, for the arrow keys;
        None if there is no such.
    **traits
        Value, description, tooltip.

    Attributes
    ----------
    value
        What holds; observe it.
    """

    _esm = bundle_text("typed_field.js")
    _css = bundle_text("typed_field.css")

    description = t.Unicode("", help="Name of the field.").tag(sync=True)
    text = t.Unicode("", help="The value that holds, as it is written.").tag(sync=True)
    problem = t.Unicode(
        "", help='Why what was typed last was refused, as plain text; "" if it was not.'
    ).tag(sync=True)
    answered = t.Int(0, help="How many texts and steps have been read.").tag(sync=True)
    steps = t.Bool(False, help="Whether arrow keys go to a next value.").tag(sync=True)
    value = t.Any("")

    def __init__(
        self,
        read: Callable[[str], Any] = str,
        show: Callable[[Any], str] = str,
        step: Callable[[Any, int], Any] | None = None,
        **traits: Any,
    ) -> None:
        self._read, self._show, self._step = read, show, step
        super().__init__(steps=step is not None, **traits)
        self.on_msg(self._received)

    @t.observe("value")
    def _changed(self, change: Any) -> None:
        with self.hold_sync():
            self.text, self.problem = self._show(change["new"]), ""

    def _received(self, _: object, content: object, __: object) -> None:
        """Look at what a browser sends, which can be anything."""
        if not isinstance(content, dict):
            return
        kind, text, by = content.get("kind"), content.get("text"), content.get("by")
        if kind == "typed" and isinstance(text, str):
            self._take(text)
        elif kind == "step" and type(by) is int and by in _STEPS and self._step is not None:
            # What was typed before the step was not sent yet.
            if isinstance(text, str) and not self._take(text):
                return
            self._take(self._show(self._step(self.value, by)))

    def _take(self, text: str) -> bool:
        """Read a text; if it makes no value, say why and leave things as they are."""
        try:
            value = self._value_of(text)
        except NotAValueError as error:
            with self.hold_sync():
                self.problem = f"{in_short(text)} {error}. {self.text} stays."
                self.answered += 1
            return False
        with self.hold_sync():
            self.text, self.problem = self._show(value), ""
            self.answered += 1
        self.value = value
        return True

    def _value_of(self, text: str) -> Any:
        if len(text) > _LONGEST:
            refuse(f"is longer than {_LONGEST} characters")
        return self._read(text)
