"""Which files of the user's a job reads: what is in them decides its numbers, too.

Nobody names files, so a fingerprint does not know them. Python tells of every
file that it opens, also those that numpy reads and those that are not there,
and of every folder that it lists; `file_questions` tells of questions whether a
file exists. A library that opens files in compiled code of its own, past
Python, is seen only if `file_libraries` knows it.
"""

from __future__ import annotations

import os
import stat
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import source_from_cache
from pathlib import Path
from types import FrameType
from typing import Any, ClassVar
from urllib.parse import unquote

from platformdirs import user_cache_dir

from brian_sweep_widget.engines.entropy import note_unseeded
from brian_sweep_widget.engines.file_libraries import tell_of_files
from brian_sweep_widget.engines.file_questions import questions_told
from brian_sweep_widget.engines.file_states import UNSTEADY, state_of
from brian_sweep_widget.engines.installed import is_installed_file, is_ours
from brian_sweep_widget.scratch import PREFIX as SCRATCH

# What changes without changing any numbers: the system's, caches, code that is imported.
_SYSTEM = ("/proc/", "/sys/", "/dev/", "/etc/", "/usr/")
_RANDOM = frozenset({"/dev/random", "/dev/urandom"})
_MEMORY = "/dev/shm/"  # noqa: S108 - where a person may put data, too
_SOURCE = (".py", ".pyc", ".pyx")
_COMPILED = (".so", ".pyd")
_BYTE_CODE = "__pycache__"
# Brian looks for one in the folder when it is loaded; the kernel's are in force anyway.
_PREFERENCES = f"{os.sep}brian_preferences"
_WRITES = set("wax+")
_WRITE_FLAGS = os.O_WRONLY | os.O_RDWR
_EVENTS = frozenset({"open", "os.listdir", "os.mkdir", "os.scandir", "sqlite3.connect"})
# They list the folders in which modules may be, and read these.
_IMPORTS = ("importlib", "_frozen_importlib", "zipimport")
# They list, or read, for whoever calls them.
_PASSING = (*_IMPORTS, "pkgutil", "runpy", "pathlib", "codecs", "genericpath")
_BY_IMPORT = "_find_and_load"


class _Watch:
    """What is being noted, if anything is."""

    hooked = False
    read: dict[str, str] | None = None
    written: ClassVar[set[str]] = set()
    looks = threading.local()  # `on`: this thread works for us, not for a job


@contextmanager
def files_read() -> Iterator[dict[str, str]]:
    """Note the files that are opened for reading meanwhile, and the folders that are listed.

    Yields
    ------
    dict
        Is filled, in the end, with what was in them, by path (see `state_of`);
        without Python's and installed libraries' own, caches, temporary ones,
        and what was written here before. What changed between its first
        reading and the end is `UNSTEADY`.
    """
    if not _Watch.hooked:
        _Watch.hooked = True
        sys.addaudithook(_hook)
        tell_of_files(_note_library)
    noted: dict[str, str] = {}
    opened: dict[str, str] = {}
    _Watch.written = set()
    _Watch.read = opened
    try:
        with questions_told(_note_question):
            yield noted
    finally:
        _Watch.read = None
        for path, before in list(opened.items()):
            # A folder that was not there, and that the job made, holds no data.
            if before and not (path in _Watch.written and Path(path).is_dir()):
                noted[path] = before if state_of(path) == before else UNSTEADY


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
        whole = _place(path, database=event == "sqlite3.connect")
        if not whole:
            return
        caller = sys._getframe(1)  # noqa: SLF001 - inspect would import
        if event == "open" and whole in _RANDOM:
            note_unseeded(whole, caller)
        elif event == "open":
            _note(whole, caller, *how)
        elif event == "os.mkdir":
            _Watch.written.add(whole)
        elif event == "sqlite3.connect" or not _looks_for_modules(caller):
            _note_read(whole)


def _place(path: Any, *, database: bool) -> str:
    """Give the whole path; empty for what has none: an open file, a database in memory."""
    if path is None:  # the folder in which the process works
        path = "."
    if not isinstance(path, str | bytes | os.PathLike):
        return ""
    name = os.fsdecode(path)
    if database:
        name = _database_file(name)
    return os.path.abspath(name) if name else ""  # noqa: PTH100 - must not import anything


def _database_file(name: str) -> str:
    """Give the file of a database, which may be named by an address; empty if it is in memory."""
    if name.startswith("file:"):
        place, _, ways = name.removeprefix("file:").partition("#")[0].partition("?")
        if place.startswith("//"):  # a host, which is this one
            place = f"/{place[2:].partition('/')[2]}"
        name = "" if "mode=memory" in ways.split("&") else unquote(place)
    return "" if name == ":memory:" else name


def _note_library(path: str, mode: str) -> None:
    """Note a file that a library opens past Python."""
    if _Watch.read is not None and not hasattr(_Watch.looks, "on"):
        _note(os.path.abspath(path), sys._getframe(1), mode, None)  # noqa: PTH100, SLF001 - as above


def _note_question(path: str, caller: FrameType) -> None:
    """Note a file of which the user's code asks whether it is there."""
    if _Watch.read is None or hasattr(_Watch.looks, "on") or path.endswith(_SOURCE):
        return
    if _user_asks(caller):
        _note_read(os.path.abspath(path))  # noqa: PTH100 - as above


def _looks_for_modules(caller: FrameType) -> bool:
    """Whether a folder is listed for the modules in it, and the user did not ask for these."""
    module = _module(caller)
    # What an import lists, and when, depends on what this process imported before.
    return module.startswith(_IMPORTS) or (module == "pkgutil" and not _user_asks(caller))


def _user_asks(caller: FrameType) -> bool:
    """Whether the user's code runs or lists code by itself, as data, or looks for a file.

    What an import statement finds is a part of the model, or told by who finds it.
    """
    frame: FrameType | None = caller
    while frame is not None and _module(frame).startswith(_PASSING):
        if frame.f_code.co_name == _BY_IMPORT:
            return False
        frame = frame.f_back
    if frame is None or is_ours(frame.f_globals):
        return False
    return not is_installed_file(frame.f_code.co_filename)


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


def _source_of(path: str) -> str:
    """Give the source file of byte code, which is looked at first."""
    with suppress(ValueError):
        return source_from_cache(path)
    return path


def _note_read(path: str) -> None:
    """Note what is in a file now, before it is read."""
    read = _Watch.read
    if read is not None and path not in read and path not in _Watch.written:
        with unwatched():
            read.setdefault(path, state_of(path) if _is_users(path) else "")


def _note(path: str, caller: FrameType, mode: str | None, flags: int | None) -> None:
    if path.endswith(_SOURCE):
        if not _user_asks(caller):
            return
        path = _source_of(path)
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
    if path.endswith((*_COMPILED, _PREFERENCES)):
        return False
    home = Path.home()
    aside = (user_cache_dir(), home / ".brian", home / ".cython", home / ".config")
    if any(Path(path).is_relative_to(folder) for folder in aside):
        return False
    parts = Path(path).parts
    ours = any(part.startswith(SCRATCH) or part == _BYTE_CODE for part in parts)
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
