"""Libraries that only clusters need: loaded when they are, or named if they are missing."""

from __future__ import annotations

import sys
from importlib import import_module
from random import Random
from typing import Any

# Their threads draw from Python's generator how long they wait before they connect or ask again:
# whoever seeds that in a notebook, and draws from it, would get other numbers each time.
_DRAWING = {
    "distributed": ("distributed.comm.core", "distributed.utils_comm"),
    "zeroconf": ("zeroconf._core", "zeroconf._listener", "zeroconf._services.browser"),
}


class ExtraMissingError(ImportError):
    """A library for clusters is not installed; says how to get it."""


def needed(name: str) -> Any:
    """Load a library of the extra ``cluster``; it leaves Python's random generator alone.

    Raises
    ------
    ExtraMissingError
        If it is not installed.
    """
    try:
        library = import_module(name)
    except ImportError as error:
        msg = (
            f"other computers need the library {name}, which cannot be loaded ({error}): "
            "pip install 'brian-sweep-widget[cluster]'"
        )
        raise ExtraMissingError(msg) from error
    for module in _DRAWING.get(name, ()):
        if module in sys.modules:  # they are not what a library promises
            vars(sys.modules[module])["random"] = Random()  # noqa: S311 - for pauses
    return library
