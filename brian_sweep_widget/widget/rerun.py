"""When a notebook cell is run again, its old widget gives way to the new one.

The old one would go on computing for nobody. JupyterLab, and other front ends
that follow its message format, say which cell a request comes from.
"""

from __future__ import annotations

import weakref
from typing import Any, Protocol

from brian_sweep_widget.runs.kernel import running_kernel


class Closable(Protocol):
    """What can give way."""

    def close(self) -> None:
        """End it."""


_by_cell: dict[str, tuple[str, weakref.WeakSet[Any]]] = {}


def replace_in_this_cell(widget: Closable) -> None:
    """Close the widgets that an earlier run of this cell made.

    Parameters
    ----------
    widget
        The new one. Widgets of the same run of the cell stay.
    """
    cell, request = _this_cell()
    if not cell:
        return
    earlier_request, widgets = _by_cell.get(cell, (request, weakref.WeakSet()))
    if earlier_request != request:
        for earlier in list(widgets):
            earlier.close()
        widgets = weakref.WeakSet()
    widgets.add(widget)
    _by_cell[cell] = (request, widgets)


def _this_cell() -> tuple[str, str]:
    """Give the cell's and the request's identifiers; empty outside a notebook."""
    kernel = running_kernel()
    if kernel is None:
        return "", ""
    parent = kernel.get_parent()
    cell = parent.get("metadata", {}).get("cellId", "")
    return cell, parent.get("header", {}).get("msg_id", "")
