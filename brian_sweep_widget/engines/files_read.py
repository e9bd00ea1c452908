"""Which files of the user's a job reads: what is in them decides its numbers, too.

Nobody names files, so a fingerprint does not know them. Python tells of every
file that it opens: also those that numpy reads. A library that opens files in
compiled code of its own, past Python, is not seen.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from platformdirs import user_cache_dir

from brian_sweep_widget.engines.installed import is_installed_file
from brian_sweep_widget.scratch import PREFIX as SCRATCH

# What changes without changing any numbers: the system's, caches, source code.
_SYSTEM = ("/proc/", "/sys/", "/dev/", "/etc/", "/usr/")
_SOURCE = (".py", ".pyc", ".pyx", ".so", ".pyd")
_WRITES = set("wax+")
_WRITE_FLAGS = os.O_WRONLY | os.O_RDWR


class _Watch:
    """What is being noted, if anything is."""

    hooked = False
    read: list[str] | None = None
    written: ClassVar[set[str]] = set()


@contextmanager
def files_read() -> Iterator[list[str]]:
    """Note the files that are opened for reading meanwhile.

    Yields
    ------
    list of str
        Is filled with their paths; without Python's and installed libraries'
        own, caches, temporary ones, and what was written here before.
    """
    if not _Watch.hooked:
        _Watch.hooked = True
        sys.addaudithook(_hook)
    noted: list[str] = []
    opened: list[str] = []
    _Watch.written = set()
    _Watch.read = opened
    try:
        yield noted
    finally:
        _Watch.read = None
        noted += [path for path in dict.fromkeys(opened) if _is_users(path)]


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    # Called for every piece of code that is run, so: first what is cheapest.
    if event == "open" and _Watch.read is not None:
        path, mode, flags = arguments
        if isinstance(path, str | os.PathLike):
            _note(os.path.abspath(path), mode, flags)  # noqa: PTH100 - must not import anything
        elif isinstance(path, bytes):
            _note(os.path.abspath(os.fsdecode(path)), mode, flags)  # noqa: PTH100


def _note(path: str, mode: str | None, flags: int | None) -> None:
    if mode:
        writes, reads = bool(_WRITES & set(mode)), "r" in mode or ("+" in mode and "w" not in mode)
    else:
        given = flags or 0
        writes = bool(given & _WRITE_FLAGS)
        reads = not given & (os.O_WRONLY | os.O_EXCL | os.O_TRUNC)  # or there is nothing in it
    if reads and path not in _Watch.written:
        assert _Watch.read is not None  # noqa: S101 - looked at by the hook
        _Watch.read.append(path)
    if writes:
        _Watch.written.add(path)


def _is_users(path: str) -> bool:
    if path.startswith(_SYSTEM) or path.endswith(_SOURCE):
        return False
    home = Path.home()
    aside = (user_cache_dir(), home / ".brian", home / ".cython", home / ".config")
    if any(Path(path).is_relative_to(folder) for folder in aside):
        return False
    ours = any(part.startswith(SCRATCH) for part in Path(path).parts)
    return not ours and not is_installed_file(path) and Path(path).is_file()
