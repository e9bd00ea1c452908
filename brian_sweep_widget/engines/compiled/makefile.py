"""What Brian's makefile says, and a makefile of our own that takes less time.

Brian's first works out which file includes which, for which it reads all of
them; a project that is compiled once needs no such list.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

_VARIABLE = re.compile(r"^(\w+)\s*:?=\s*(.*)$", re.MULTILINE)
_REFERENCE = re.compile(r"\$[({](\w+)[)}]")
_INCLUDED = re.compile(r'^\s*#\s*include\s*"(/[^"]+)"', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Toolchain:
    """How a project is compiled.

    Parameters
    ----------
    sources
        Files to compile.
    flags, link_flags
        Of the compiler and of the linker.
    outside
        Digests of files elsewhere that the project uses (a function of the
        user's in C++, say), by path: when one changes, so does the build.
    """

    sources: tuple[str, ...]
    flags: str
    link_flags: str
    outside: Mapping[str, str]


def read_makefile(makefile: str, texts: Iterable[str]) -> Toolchain:
    """Take from Brian's makefile what is Brian's and the user's choice.

    Parameters
    ----------
    makefile
        Its text.
    texts
        Of the project's sources.
    """
    variables = dict(_VARIABLE.findall(makefile))

    def expanded(name: str) -> str:
        text = variables.get(name, "")
        return _REFERENCE.sub(lambda match: expanded(match[1]), text).strip()

    sources = tuple(variables.get("SRCS", "").split())
    outside = [source for source in sources if Path(source).is_absolute()]
    for text in texts:
        outside += _INCLUDED.findall(text)
    digests = {
        path: hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in sorted(set(outside))
    }
    return Toolchain(sources, expanded("CXXFLAGS"), expanded("LFLAGS"), digests)


def header_flags(flags: Iterable[str]) -> tuple[str, ...]:
    """Choose the compiler's flags that a precompiled header depends on.

    Parameters
    ----------
    flags
        Of a project.

    Returns
    -------
    tuple of str
        Without warnings and folders of the project, which make no difference.
    """
    return tuple(flag for flag in flags if flag != "-c" and not flag.startswith(("-I", "-W", "-w")))


def write_makefile(
    sources: Iterable[str],
    toolchain: Toolchain,
    compiler: str,
    extra_flags: str,
    extra_link_flags: str,
) -> str:
    """Write the makefile of a project with the table of literals.

    Parameters
    ----------
    sources
        Files to compile, in the order in which that begins.
    toolchain
        From `read_makefile`.
    compiler
        How it is called.
    extra_flags, extra_link_flags
        Put before all others.
    """
    link_flags = f"{extra_link_flags} {toolchain.link_flags}"
    return "\n".join(
        [
            f"SOURCES = {' '.join(sources)}",
            "OBJECTS = $(SOURCES:.cpp=.o)",
            f"main: $(OBJECTS)\n\t{compiler} $(OBJECTS) -o main {link_flags}",
            f"%.o: %.cpp\n\t{compiler} {extra_flags} {toolchain.flags} $< -o $@",
            "",
        ]
    )
