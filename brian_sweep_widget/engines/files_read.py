"""Which files of the user's a job reads: what is in them decides its numbers, too.

Nobody names files, so a fingerprint does not know them. Python tells of every
file that it opens, also those that numpy reads and those that are not there,
and of every folder that it lists. A library that opens files in compiled code
of its own, past Python, is not seen, nor a question whether a file exists.
"""

from __future__ import annotations

import os
import stat
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from platformdirs import user_cache_dir

from brian_sweep_widget.engines.entropy import note_unseeded
from brian_sweep_widget.engines.file_states import ABSENT, UNSTEADY, state_of
from brian_sweep_widget.engines.installed import is_installed_file
from brian_sweep_widget.scratch import PREFIX as SCRATCH

# What changes without changing any numbers: the system's, caches, source code.
_SYSTEM = ("/proc/", "/sys/", "/dev/", "/etc/", "/usr/")
_RANDOM = frozenset({"/dev/random", "/dev/urandom"})
_MEMORY = "/dev/shm/"  # noqa: S108 - where a person may put data, too
_SOURCE = (".py", ".pyc", ".pyx", ".so", ".pyd")
_BYTE_CODE = "__pycache__"
# Brian looks for one in the folder when it is loaded; the kernel's are in force anyway.
_PREFERENCES = f"{os.sep}brian_preferences"
_WRITES = set("wax+")
_WRITE_FLAGS = os.O_WRONLY | os.O_RDWR
_EVENTS = frozenset(
    {"open", "os.listdir", "os.mkdir", "os.rename", "os.scandir", "sqlite3.connect"}
)
# They list the folders in which modules, and what was installed with them, may be.
_IMPORTS = (
    *("importlib.", "importlib_metadata", "_frozen_importlib", "pkgutil", "zipimport"),
    *("pkg_resources", "setuptools."),
)
_INSTALLED = (".dist-info", ".egg-info")  # ends what tells of a distribution


class _Watch:
    """What is being noted, if anything is."""

    hooked = False
    read: dict[str, str] | None = None
    written: ClassVar[set[str]] = set()  # files and folders that were made here, or emptied
    looks = threading.local()  # `on`: this thread works for us, not for a job


@contextmanager
def files_read() -> Iterator[dict[str, str]]:
    """Note the files that are opened for reading meanwhile, and the folders that are listed.

    Yields
    ------
    dict
        Is filled, in the end, with what was in them, by path (see `state_of`);
        without Python's and installed libraries' own, caches, temporary ones
        that are gone in the end, what was written here before, and all in
        folders that were made here. What changed between its first reading and
        the end is `UNSTEADY`.
    """
    if not _Watch.hooked:
        _Watch.hooked = True
        sys.addaudithook(_hook)
    noted: dict[str, str] = {}
    opened: dict[str, str] = {}
    _Watch.written = set()
    _Watch.read = opened
    try:
        yield noted
    finally:
        _Watch.read = None
        for path, before in list(opened.items()):
            after = state_of(path) if before else ""
            if before and not _was_temporary(path, before, after):
                noted[path] = before if after == before else UNSTEADY


@contextmanager
def unwatched() -> Iterator[None]:
    """Note nothing of what this thread does: it is our own work, beside the job's."""
    _Watch.looks.on = True
    try:
        yield
    finally:
        del _Watch.looks.on


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    # Called for every piece of code that is run, so: first what is cheapest.
    if event in _EVENTS and _Watch.read is not None and not hasattr(_Watch.looks, "on"):
        path, *how = arguments
        if isinstance(path, bytes):
            path = os.fsdecode(path)
        elif path is None:  # the folder in which the process works
            path = "."
        if not isinstance(path, str | os.PathLike):
            return
        whole = os.path.abspath(path)  # noqa: PTH100 - must not import anything
        if event == "open" and whole in _RANDOM:
            note_unseeded(whole, sys._getframe(1))  # noqa: SLF001 - inspect would import
        elif event == "open":
            _note(whole, *how)
        elif event in {"os.mkdir", "os.rename"}:
            _note_made(whole, *how)
        elif event == "sqlite3.connect" or not _imports():
            _note_read(whole)


def _imports() -> bool:
    """Whether it is Python that looks for a module; called by the hook."""
    caller = sys._getframe(2)  # noqa: SLF001 - inspect would import
    return str(caller.f_globals.get("__name__", "")).startswith(_IMPORTS)


def _note_made(path: str, target: Any, *_: Any) -> None:
    """Note a folder that is about to be made, or another name of what was made here."""
    if isinstance(target, str | bytes | os.PathLike):
        if _is_made_here(path):
            _Watch.written.add(os.path.abspath(os.fsdecode(target)))  # noqa: PTH100 - as above
    elif not os.path.lexists(path):  # or it fails, as it is there
        _Watch.written.add(path)


def _is_made_here(path: str) -> bool:
    """Whether a file, or one of the folders that it is in, was made here."""
    while path not in _Watch.written:
        path, inner = os.path.dirname(path), path  # noqa: PTH120 - called in the hook
        if path == inner:
            return False
    return True


def _was_temporary(path: str, before: str, after: str) -> bool:
    """Whether a file was there for the job alone, whoever made it for the job."""
    gone = before != ABSENT and after == ABSENT
    return gone and path.startswith(os.path.join(tempfile.gettempdir(), ""))  # noqa: PTH118


def _note_read(path: str) -> None:
    """Note what is in a file now, before it is read."""
    read = _Watch.read
    if read is not None and path not in read and not _is_made_here(path):
        with unwatched():
            read.setdefault(path, state_of(path) if _is_users(path) else "")


def _note(path: str, mode: str | None, flags: int | None) -> None:
    if mode:
        writes, reads = bool(_WRITES & set(mode)), "r" in mode or ("+" in mode and "w" not in mode)
    else:
        given = flags or 0
        writes = bool(given & _WRITE_FLAGS)
        reads = not given & (os.O_WRONLY | os.O_EXCL | os.O_TRUNC)  # or there is nothing in it
    # There is nothing to read in what is made by opening it.
    if reads and not (writes and not os.path.exists(path)):  # noqa: PTH110 - as above
        _note_read(path)
    if writes:
        _Watch.written.add(path)


def _is_users(path: str) -> bool:
    if path.startswith(_SYSTEM) and not path.startswith(_MEMORY):
        return False
    if path.endswith((*_SOURCE, _PREFERENCES)):
        return False
    home = Path.home()
    aside = (user_cache_dir(), home / ".brian", home / ".cython", home / ".config")
    if any(Path(path).is_relative_to(folder) for folder in aside):
        return False
    parts = Path(path).parts
    ours = any(part.startswith(SCRATCH) or part == _BYTE_CODE for part in parts)
    ours = ours or any(part.endswith(_INSTALLED) for part in parts)
    return not (ours or _names_no_file(path) or is_installed_file(path)) and _is_data(path)


def _names_no_file(path: str) -> bool:
    """Whether it is how Python calls code without a file: it looks for it after a syntax error."""
    name = os.path.basename(path)  # noqa: PTH119 - called in the hook
    return name.startswith("<") and name.endswith(">") and not os.path.lexists(path)


def _is_data(path: str) -> bool:
    """Whether it is a file or a folder, or nothing; pipes and devices have no contents."""
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - called in the hook
    except OSError:
        return True
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)
