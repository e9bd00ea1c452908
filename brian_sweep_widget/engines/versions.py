"""The versions of what decides the numbers of a simulation."""

from __future__ import annotations

import functools
import platform
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version

_LIBRARIES = ("brian-sweep-widget", "brian2", "numpy")


@functools.cache
def library_versions() -> dict[str, str]:
    """Give the versions of Python and of the libraries that decide the numbers, by name.

    A host that only runs compiled programs may have no Brian.
    """
    found = {"python": platform.python_version()}
    for name in _LIBRARIES:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found
