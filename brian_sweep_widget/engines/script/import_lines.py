"""The lines of a script that import."""

from __future__ import annotations

import sys
from collections.abc import Iterator

LONGEST_LINE = 88


class ImportLines:
    """Holds what a script imports, and under which names."""

    def __init__(self) -> None:
        self._modules: set[str] = set()
        self._from: dict[str, set[str]] = {}

    def module(self, module: str, name: str) -> None:
        """Import a module under a name."""
        self._modules.add(f"import {module}" + _renamed(module, name))

    def name(self, module: str, path: str, name: str) -> None:
        """Import something from a module under a name."""
        self._from.setdefault(module, set()).add(path + _renamed(path, name))

    def __iter__(self) -> Iterator[str]:
        """Give the lines in order."""
        yield from sorted(self._modules, key=_place)
        for module in sorted(self._from, key=lambda one: _place(f"import {one}")):
            names = sorted(self._from[module])
            line = f"from {module} import {', '.join(names)}"
            if len(line) > LONGEST_LINE:
                body = "".join(f"    {name},\n" for name in names)
                line = f"from {module} import (\n{body})"
            yield line


def _renamed(one: str, name: str) -> str:
    return f" as {name}" if name != one else ""


def _place(line: str) -> tuple[bool, str]:
    """Sort a line that imports: what is Python's before what is installed."""
    return line.split()[1].partition(".")[0] not in sys.stdlib_module_names, line
