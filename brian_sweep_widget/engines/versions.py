"""The versions of what decides the numbers of a simulation."""

from __future__ import annotations

import functools
import platform
from importlib.metadata import version

_LIBRARIES = ("brian-sweep-widget", "brian2", "numpy")


@functools.cache
def library_versions() -> dict[str, str]:
    """Give the versions of Python and of the libraries that decide the numbers, by name."""
    return {
        "python": platform.python_version(),
        **{name: version(name) for name in _LIBRARIES},
    }
