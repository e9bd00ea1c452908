"""When a notebook cell is run again, its old widget gives way to the new one.

The old one would go on computing for nobody, and its results would stay in
memory. JupyterLab, and other front ends that follow its message format, say
which cell a request comes from.
"""

from __future__ import annotations

import gc
import weakref
from typing import Any, NamedTuple, Protocol

from brian_sweep_widget.results import Results
from brian_sweep_widget.runs import Run
from brian_sweep_widget.runs.kernel import running_shell
from brian_sweep_widget.widget.output_history import forget_output


class Closable(Protocol):
    """What can give way."""

    def close(self) -> None:
        """End it."""


class _Made(NamedTuple):
    """What a run of a cell made; its request, and its number in IPython's `Out`."""

    request: str
    number: int
    widgets: weakref.WeakSet[Any]


_by_cell: dict[str, _Made] = {}


def replace_in_this_cell(widget: Closable) -> None:
    """Close the widgets that an earlier run of this cell made, and free their memory.

    Parameters
    ----------
    widget
        The new one. Widgets of the same run of the cell stay.
    """
    shell = running_shell()
    cell, request = _this_cell(shell)
    if shell is None or not cell:
        return
    made = _by_cell.get(cell)
    if made is None or made.request != request:
        if made is not None:
            for earlier in list(made.widgets):
                earlier.close()
            forget_output(shell, made.number, (type(widget), Run, Results))
            _collect_after_this_cell(shell)
        made = _by_cell[cell] = _Made(request, shell.displayhook.prompt_count, weakref.WeakSet())
    made.widgets.add(widget)


def _collect_after_this_cell(shell: Any) -> None:
    """Free what the cell's variables, which are still those of its earlier run, refer to.

    The parts of a widget refer to one another, so Python would free them when it
    looks for such circles the next time. It counts objects, not bytes: by then
    there may be the results of ten more runs.
    """

    def collect(_: object) -> None:
        shell.events.unregister("post_run_cell", collect)
        gc.collect()

    shell.events.register("post_run_cell", collect)


def _this_cell(shell: Any | None) -> tuple[str, str]:
    """Give the cell's and the request's identifiers; empty outside a notebook."""
    kernel = getattr(shell, "kernel", None)
    if kernel is None:
        return "", ""
    parent = kernel.get_parent()
    cell = parent.get("metadata", {}).get("cellId", "")
    return cell, parent.get("header", {}).get("msg_id", "")
