"""Projects, and compiling several of their files at once.

Brian writes a file for each of its code objects: 13 for the network of the
demonstration. To begin with a file takes the compiler longer than what is in most
of them, so the files are compiled in a few units, each of which includes several.
What two files may both define stands in their unnamed namespaces, which are put
into namespaces of their own.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from brian_sweep_widget.engines.compiled.compiler import STANDARD_HEADERS

_MOST_FILES = 8  # in a unit: with more, other cores would have nothing to do
_CODE_OBJECTS = "code_objects/"

_INCLUDE = re.compile(r"^[ \t]*#[ \t]*include[ \t]*(.+?)[ \t]*$", re.MULTILINE)
_DEFINE = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)", re.MULTILINE)
_BRIANS_HEADER = re.compile(
    r'"(?:(?:code_objects|brianlib)/\w+|network|objects|run|sweep_shape|sweep_table'
    r'|synapses_classes)\.h"'
)
# The last one is of sweep_table.cpp.
_KNOWN_HEADERS = frozenset(f"<{name}>" for name in (*STANDARD_HEADERS, "sys/prctl.h"))
_BRIANS_DEFINES = frozenset({"Clock_epsilon", "_brian_pow"})
_GLOBAL_NAME = re.compile(r"(?<![\w>])::")

# Brian indents what is in the namespace.
_SUPPORT = re.compile(
    r"^(////// SUPPORT CODE ///////\n)(namespace \{\n(?:[ \t#].*\n|\n)*\})$", re.MULTILINE
)
_USING = "using namespace brian;"


@dataclass(frozen=True, slots=True)
class Project:
    """What is to be compiled.

    Parameters
    ----------
    files
        Every file by path, but the one that holds the project's own name.
    sources
        Those that the compiler is called with, by path; it takes longest for
        the first.
    """

    files: Mapping[str, str]
    sources: tuple[str, ...]


def file_by_file(files: Mapping[str, str], sources: Iterable[str]) -> Project:
    """Compile each source on its own, as Brian does.

    Parameters
    ----------
    files
        By path.
    sources
        Brian's; some are outside of the project, and of empty ones nothing is made.
    """
    there = [path for path in sources if files.get(path, "(outside)")]
    return Project(files, tuple(sorted(there, key=lambda path: -len(files.get(path, "")))))


def in_units(project: Project) -> Project:
    """Compile several sources at once.

    Parameters
    ----------
    project
        From `file_by_file`. Files that include a user's headers, or that define
        macros, are left alone: they may change what another file means.

    Returns
    -------
    Project
        The same program. Lines keep their numbers.
    """
    written = dict(project.files)
    code, others = [], []
    for number, path in enumerate(project.sources):
        if not _is_plain(project.files.get(path)):
            continue
        if path.startswith(_CODE_OBJECTS):
            separate = _in_namespace(project.files[path], f"sweep_unit_{number}")
            if separate is not None:
                written[path] = separate
                code.append(path)
        elif path != "objects.cpp":  # as much as a unit
            others.append(path)
    units = [unit for unit in (*_divided(code), others) if len(unit) > 1]
    names = []
    for number, unit in enumerate(units):
        names.append(f"sweep_unit_{number}.cpp")
        written[names[-1]] = "".join(f'#include "{path}"\n' for path in unit)
    left = [path for path in project.sources if not any(path in unit for unit in units)]
    # The first is objects.cpp, as long as all of a unit, unless a user's is longer.
    return Project(written, (*left[:1], *names, *left[1:]))


def _is_plain(text: str | None) -> bool:
    """Whether a file can neither change what another one means, nor be changed."""
    return (
        text is not None
        and set(_DEFINE.findall(text)) <= _BRIANS_DEFINES
        and not _GLOBAL_NAME.search(text)
        and all(
            header in _KNOWN_HEADERS or _BRIANS_HEADER.fullmatch(header)
            for header in _INCLUDE.findall(text)
        )
    )


def _in_namespace(text: str, name: str) -> str | None:
    """Put a code object's own definitions into a namespace; None if it looks unusual."""
    separate, found = _SUPPORT.subn(rf"\1namespace {name} {{ \2 }}", text)
    if found != 1 or _USING not in text:
        return None
    return separate.replace(_USING, f"{_USING} using namespace {name};")


def _divided(paths: list[str]) -> list[list[str]]:
    """Divide files into units; neighbours are alike, and share what they take from Brian."""
    units = max(1, math.ceil(len(paths) / _MOST_FILES))
    size = math.ceil(len(paths) / units)
    return [paths[number * size : (number + 1) * size] for number in range(units)]
