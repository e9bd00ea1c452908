"""Settings that belong to a context: what numpy takes for an error, and decimal's precision.

What a cell sets holds in the cells after it. The kernel's other threads, which
answer a browser or follow a slider, have contexts of their own, where nobody
has set it.
"""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from typing import TypeVar

_Read = TypeVar("_Read")


class _Latest:
    """The context of the cell that ran last, where cells are followed."""

    context: contextvars.Context | None = None


def note_context(*_: object) -> None:
    """Take note of the context of the cell that runs, or has just ended."""
    if threading.current_thread() is threading.main_thread():
        _Latest.context = contextvars.copy_context()


def as_in_cells(read: Callable[[], _Read]) -> _Read:
    """Read something as a cell would read it now, in whatever thread this is."""
    if _Latest.context is None or threading.current_thread() is threading.main_thread():
        return read()
    return _Latest.context.copy().run(read)
