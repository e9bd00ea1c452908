"""What cannot be written."""

from __future__ import annotations


class ScriptError(ValueError):
    """A simulation cannot be written as a script."""
