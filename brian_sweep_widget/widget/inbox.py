"""What a browser may change: the values of controls, and nothing else.

Every trait that is shown can be written by the browser, too: the bounds of a
field, the children of a box, the word on a button. Most of that is no person's
doing. So what is no input is ignored, and what makes no sense is put right.

Messages come in two threads: JupyterLab sends a page's first ones to the
kernel's main thread, and the next ones to a subshell, where they are answered
also while a cell runs. Whoever answers one reads what holds and then writes, so
they are answered one after the other.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import ipywidgets as w
import traitlets as t

from brian_sweep_widget.runs.kernel import running_kernel
from brian_sweep_widget.widget.chart import Brush, Dots

#: What a person can change, by the kind of widget; every other kind only shows.
_INPUTS: Mapping[type[w.Widget], frozenset[str]] = {
    w.Dropdown: frozenset({"index"}),
    w.RadioButtons: frozenset({"index"}),
    w.ToggleButton: frozenset({"value"}),
    w.Checkbox: frozenset({"value"}),
    w.Text: frozenset({"value"}),
    w.IntSlider: frozenset({"value"}),
    w.FloatSlider: frozenset({"value"}),
    w.IntRangeSlider: frozenset({"value"}),
    w.FloatRangeSlider: frozenset({"value"}),
    Dots: frozenset({"hovered_point"}),
    Brush: frozenset({"selected", "brushing"}),
}
_LONGEST = 10_000  # characters of a text that a person types

#: Held by whoever answers a message, and by the pump where it writes what a person may be
#: about to change. Nobody who holds it waits for the pump.
answering = threading.RLock()


def accept_only_input(root: w.Widget) -> None:
    """Guard a widget, and all that it is made of, against what no person would send."""
    for widget in parts_of(root):
        if not isinstance(widget.set_state, _Guarded):
            widget.set_state = _Guarded(widget, widget.set_state)
            handle = widget._handle_custom_msg  # noqa: SLF001 - has no public name
            widget._handle_custom_msg = _in_turn(handle)  # noqa: SLF001
            if hasattr(widget.comm, "_reply_subshell_for"):
                widget.comm._reply_subshell_for = _as_sent  # noqa: SLF001 - has no public name


def parts_of(root: w.Widget) -> Iterator[w.Widget]:
    """Give a widget, and every widget that it refers to, once."""
    waiting, seen = [root], {id(root)}
    while waiting:
        widget = waiting.pop()
        yield widget
        for name in widget.keys:
            for part in _widgets_in(getattr(widget, name)):
                if id(part) not in seen:
                    seen.add(id(part))
                    waiting.append(part)


def close_with_parts(root: w.Widget) -> None:
    """Close a widget, and every widget that it refers to, here and in the browser."""
    for widget in list(parts_of(root)):
        widget.close()


class _Guarded:
    """Stands in for a widget's ``set_state``."""

    def __init__(self, widget: w.Widget, set_state: Callable[[dict[str, Any]], None]) -> None:
        self._widget = widget
        self._set_state = set_state
        self._inputs = _INPUTS.get(type(widget), frozenset())

    def __call__(self, sync_data: object) -> None:
        """Take what is input, and leave the rest."""
        if not isinstance(sync_data, dict):
            return
        wanted = {name: value for name, value in sync_data.items() if name in self._inputs}
        if not wanted or any(isinstance(v, str) and len(v) > _LONGEST for v in wanted.values()):
            return
        with answering:
            before = {name: getattr(self._widget, name) for name in wanted}
            try:
                self._set_state(wanted)
            except t.TraitError:
                # The browser shows what it sent: have it show what holds.
                for name, value in before.items():
                    self._widget.set_trait(name, value)
                self._widget.send_state(list(before))


def _as_sent(_data: object, subshell: str | None) -> str | None:
    """Have a message answered in the thread that it was sent to.

    ipykernel 7.4 has each widget's answered in the thread that changed it last: a
    click on Run passed the number that was typed before it, and Stop waited for
    the end of a cell. A page still names the subshell of a kernel that was
    restarted; then it is the main thread.
    """
    kernel: Any = running_kernel()
    known = kernel.shell_channel_thread.manager.list_subshell()
    return subshell if subshell in known else None


def _in_turn(handle: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """Have a widget's messages that change no trait (clicks, typed texts) wait for others."""

    def handle_in_turn(content: Any, buffers: Any) -> None:
        with answering:
            handle(content, buffers)

    return handle_in_turn


def _widgets_in(value: object) -> Iterator[w.Widget]:
    if isinstance(value, w.Widget):
        yield value
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _widgets_in(part)
    elif isinstance(value, dict):
        for part in value.values():
            yield from _widgets_in(part)
