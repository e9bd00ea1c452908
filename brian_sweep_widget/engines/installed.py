"""What belongs to Python or to an installed library, and what is the user's own."""

from __future__ import annotations

import functools
import os
import platform
import re
import sys
import sysconfig
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from pathlib import Path
from types import FrameType, FunctionType, ModuleType
from typing import Any, TypeGuard

_OURS = __name__.partition(".")[0]
# Of an environment's folder, in which there may be a person's own files, too.
_OF_ENVIRONMENT = (
    *("bin", "etc", "include", "lib", "lib32", "lib64", "libexec", "share", "ssl"),
    *("DLLs", "Include", "Lib", "Library", "Scripts", "tcl"),
)
_INSTALLED = (
    *(
        Path(sysconfig.get_path(name)).resolve()
        for name in ("stdlib", "platstdlib", "purelib", "platlib")
    ),
    *(
        Path(prefix).resolve() / name
        for prefix in (sys.prefix, sys.base_prefix)
        for name in _OF_ENVIRONMENT
    ),
)
# Wherever they are: a user's, those of a cluster's modules.
_FOR_PACKAGES = frozenset({"site-packages", "dist-packages"})

# What modules that Cython compiled share: the first of them makes it.
_OF_CYTHON = re.compile(r"_cython_\d\w*|cython_runtime")
_OF_PYTHON = frozenset({"built-in", "frozen"})


def is_module(thing: object) -> TypeGuard[ModuleType]:
    """Whether something is a module with a namespace of its own.

    What CFFI makes of a C library says that it is one, and lists its contents
    anew for everybody who asks.
    """
    return issubclass(type(thing), ModuleType) and vars(thing) is vars(thing)


def is_installed_file(file: str) -> bool:
    """Whether a file is a part of Python, or of an installed library.

    Parameters
    ----------
    file
        Also one that Python gives to code without a file, such as
        ``"<frozen os>"`` and, of the user's own, ``"<string>"``.
    """
    if file.startswith("<"):
        return file.startswith("<frozen ")
    return _is_installed(os.path.dirname(os.path.abspath(file)))  # noqa: PTH100, PTH120 - often


def distribution_of(thing: object) -> str:
    """Say which installed library something belongs to, such as ``"numpy 2.3.5"``.

    Parameters
    ----------
    thing
        A function, a class, a module or its name.

    Returns
    -------
    str
        Empty for what is the user's own.
    """
    name = _module_name(thing)
    module = sys.modules.get(name)
    file = getattr(module, "__file__", None)
    if name == "__main__" or (file and not is_installed_file(file)):
        return ""
    if module is None:
        return "" if thing is not name else library(name)
    if file is None and getattr(module, "__spec__", None) is None and not _by_library(name):
        return ""  # made by hand
    return library(name)


def is_ours(namespace: dict[str, Any]) -> bool:
    """Whether code with these globals is this package's."""
    return str(namespace.get("__name__") or "").partition(".")[0] == _OURS


def is_users_scope(namespace: dict[str, Any]) -> bool:
    """Whether code with these globals is the user's own: not Python's, a library's, or ours.

    Parameters
    ----------
    namespace
        The globals of a function, or all that is in a module.
    """
    name = str(namespace.get("__name__") or "")
    if name == "__main__":
        return True
    if is_ours(namespace):
        return False
    file = namespace.get("__file__")
    if file:
        return not is_installed_file(str(file))
    if getattr(namespace.get("__spec__"), "origin", None) in _OF_PYTHON:
        return False  # such as _io, which calls itself io
    module = sys.modules.get(name)
    registered = module is not None and vars(module) is namespace
    if not registered or getattr(module, "__spec__", None) is None:  # made by hand
        return not (registered and _by_library(name))
    # A package may have no file of its own.
    folders = list(getattr(module, "__path__", None) or ())
    return bool(folders) and not any(_is_installed(str(folder)) for folder in folders)


def module_of(frame: FrameType) -> str:
    """Name the module whose code a frame runs; empty if it has no name."""
    return str(frame.f_globals.get("__name__", ""))


def is_users_frame(frame: FrameType | None) -> bool:
    """Whether a frame runs code of the user's: not Python's, a library's, or ours."""
    if frame is None or is_ours(frame.f_globals):
        return False
    return not is_installed_file(frame.f_code.co_filename)


def _by_library(name: str) -> bool:
    """Whether a module that was made by hand is one that a library made for itself."""
    root = sys.modules.get(name.partition(".")[0])
    inside = is_module(root) and root.__name__ != name
    if inside and getattr(root, "__spec__", None) is not None:
        return not is_users_scope(vars(root))
    return _OF_CYTHON.fullmatch(name) is not None


def _module_name(thing: object) -> str:
    if isinstance(thing, str):
        return thing
    if is_module(thing):
        return thing.__name__
    if isinstance(thing, FunctionType):
        # Not __module__, which a decorator copies from what it decorates.
        return str(thing.__globals__.get("__name__", ""))
    return str(getattr(thing, "__module__", None) or "")


@functools.cache
def library(module: str) -> str:
    """Name the library of a module, with its version; Python for its own."""
    root = module.partition(".")[0]
    for distribution in _distributions().get(root, ()):
        try:
            return f"{distribution} {version(distribution)}"
        except PackageNotFoundError:
            continue
    return f"python {platform.python_version()}"


@functools.cache
def _distributions() -> dict[str, list[str]]:
    return {name: list(found) for name, found in packages_distributions().items()}


@functools.cache
def _is_installed(folder: str) -> bool:
    place = Path(folder).resolve()
    known = any(place.is_relative_to(parent) for parent in _INSTALLED)
    return known or not _FOR_PACKAGES.isdisjoint(place.parts)
