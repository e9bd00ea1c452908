"""Libraries that only clusters need: loaded when they are, or named if they are missing."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class ExtraMissingError(ImportError):
    """A library for clusters is not installed; says how to get it."""


def needed(name: str) -> Any:
    """Load a library of the extra ``cluster``.

    Raises
    ------
    ExtraMissingError
        If it is not installed.
    """
    try:
        return import_module(name)
    except ImportError as error:
        msg = (
            f"other computers need the library {name}, which cannot be loaded ({error}): "
            "pip install 'brian-sweep-widget[cluster]'"
        )
        raise ExtraMissingError(msg) from error
