"""Libraries that open files in compiled code of their own, of which Python does not tell."""

from __future__ import annotations

import functools
import importlib.abc
import os
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

#: How a file is opened: its path as it was given, and a mode as for Python's `open`.
Note = Callable[[str, str], None]

# By their modules: functions whose first argument is a path, and what they do with the file.
_OPENING = {"h5py.h5f": {"open": "r", "create": "w"}}


def tell_of_files(note: Note) -> None:
    """Have these libraries tell, from now on, whenever they are loaded.

    Parameters
    ----------
    note
        Is told, before the file is opened.
    """
    sys.meta_path.insert(0, _Finder(note))
    for name in _OPENING.keys() & sys.modules.keys():
        _wrap(sys.modules[name], note)


def _wrap(module: ModuleType, note: Note) -> None:
    for name, mode in _OPENING[module.__name__].items():
        setattr(module, name, _telling(getattr(module, name), mode, note))


def _telling(function: Callable[..., Any], mode: str, note: Note) -> Callable[..., Any]:
    @functools.wraps(function)
    def tell_and_open(path: Any, *args: Any, **options: Any) -> Any:
        note(os.fsdecode(path), mode)
        return function(path, *args, **options)

    return tell_and_open


class _Finder(importlib.abc.MetaPathFinder):
    """Finds these modules as Python does, and has them tell once they are loaded."""

    def __init__(self, note: Note) -> None:
        self._note = note

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find one; see `importlib.abc.MetaPathFinder`."""
        spec = PathFinder.find_spec(fullname, path, target) if fullname in _OPENING else None
        if spec is None or spec.loader is None:
            return None
        load = spec.loader.exec_module

        def load_and_wrap(module: ModuleType) -> None:
            load(module)
            _wrap(module, self._note)

        spec.loader.exec_module = load_and_wrap  # type: ignore[method-assign]
        return spec
