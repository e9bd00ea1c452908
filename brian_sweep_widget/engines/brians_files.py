"""Files that Brian writes for itself: logs, a copy of the script, what compilers print.

It removes them when its process ends, which a worker that is killed never does.
So they are in our folder, which goes with the process that workers work for.
"""

from __future__ import annotations

import functools
import importlib.abc
import sys
import tempfile
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

from brian_sweep_widget.scratch import new_folder


@functools.cache
def keep_brians_files() -> None:
    """Have Brian, whenever it is loaded in this process, write into our folder."""
    # The folder is made now: whoever looks for room for it reads the system's folder for
    # temporary files, which is none that a job reads.
    sys.meta_path.insert(0, _Finder(new_folder("brian")))


class _Finder(importlib.abc.MetaPathFinder):
    """Finds Brian as Python does, and gives it a folder for temporary files while it is loaded."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find it; see `importlib.abc.MetaPathFinder`."""
        spec = PathFinder.find_spec(fullname, path, target) if fullname == "brian2" else None
        if spec is None or spec.loader is None:
            return None
        load = spec.loader.exec_module

        def load_here(module: ModuleType) -> None:
            before = tempfile.tempdir
            tempfile.tempdir = str(self._folder)
            try:
                load(module)
                from brian2.utils.logger import std_silent  # noqa: PLC0415 - it is there now

                std_silent()  # which opens its files, once for all
            finally:
                tempfile.tempdir = before

        spec.loader.exec_module = load_here  # type: ignore[method-assign]
        return spec
