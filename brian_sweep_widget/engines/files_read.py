"""Which files of the user's a job reads: what is in them decides its numbers, too.

Nobody names files, so a fingerprint does not know them. Python tells of every
file that it opens, also those that numpy reads and those that are not there,
and of every folder that it lists; `file_questions` tells of questions whether a
file exists. A library that opens files in compiled code of its own, past
Python, is seen only if `file_libraries` knows it.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import source_from_cache
from pathlib import Path
from types import FrameType
from typing import Any, ClassVar

from brian_sweep_widget.engines.entropy import note_unseeded
from brian_sweep_widget.engines.file_libraries import UNKNOWN, tell_of_files
from brian_sweep_widget.engines.file_questions import questions_told
from brian_sweep_widget.engines.file_states import ABSENT, UNSTEADY, as_link, state_of
from brian_sweep_widget.engines.installed import is_users_frame, module_of
from brian_sweep_widget.engines.programs_started import note_program
from brian_sweep_widget.engines.users_files import is_users_file, place_of

_RANDOM = frozenset({"/dev/random", "/dev/urandom"})
_SOURCE = (".py", ".pyc", ".pyx")
_WRITES = set("wax+")
_WRITE_FLAGS = os.O_WRONLY | os.O_RDWR
_EVENTS = frozenset(
    {"open", "os.listdir", "os.mkdir", "os.rename", "os.scandir", "sqlite3.connect"}
    | {"ctypes.dlopen"}
)
# They list the folders in which modules, and what was installed with them, may be.
_IMPORTS = ("importlib", "_frozen_importlib", "zipimport", "pkg_resources", "setuptools.")
# They list, or read, for whoever calls them.
_PASSING = (
    *(*_IMPORTS, "pkgutil", "runpy", "pathlib", "codecs"),
    *("genericpath", "posixpath", "ntpath"),
)
_BY_IMPORT = "_find_and_load"


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
        tell_of_files(_note_library)
    noted: dict[str, str] = {}
    opened: dict[str, str] = {}
    _Watch.written = set()
    _Watch.read = opened
    try:
        with questions_told(_note_question, _note_link):
            yield noted
    finally:
        _Watch.read = None
        for path, before in list(opened.items()):
            after = state_of(path) if before else ""
            if before and not _was_the_jobs(path, before, after):
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
        whole = place_of(path, database=event == "sqlite3.connect")
        if not whole:
            return
        caller = sys._getframe(1)  # noqa: SLF001 - inspect would import
        if event == "open" and whole in _RANDOM:
            note_unseeded(whole, caller)
        elif event == "open":
            _note(whole, caller, *how)
        elif event == "ctypes.dlopen":
            # Without a folder, the system knows where it is.
            if path and os.path.dirname(path):  # noqa: PTH120 - called in the hook
                _note_read(whole, compiled=True)
        elif event in {"os.mkdir", "os.rename"}:
            _note_made(whole, *how)
        elif event == "sqlite3.connect" or not _looks_for_modules(caller):
            _note_read(whole)


def _note_library(path: str, mode: str) -> None:
    """Note a file that a library opens past Python, or the library itself."""
    if mode == UNKNOWN:
        note_program(path, sys._getframe(1))  # noqa: SLF001 - as above
    elif _Watch.read is not None and not hasattr(_Watch.looks, "on"):
        _note(os.path.abspath(path), sys._getframe(1), mode, None)  # noqa: PTH100, SLF001 - as above


def _note_question(path: str, caller: FrameType) -> None:
    """Note a file of which the user's code asks whether it is there."""
    if _Watch.read is None or hasattr(_Watch.looks, "on") or path.endswith(_SOURCE):
        return
    if _user_asks(caller):
        _note_read(os.path.abspath(path))  # noqa: PTH100 - as above


def _note_link(path: str, caller: FrameType) -> None:
    """Note a link of which the user's code asks where it points to."""
    read, path = _Watch.read, os.path.abspath(path)  # noqa: PTH100 - as above
    if read is None or hasattr(_Watch.looks, "on") or not _user_asks(caller):
        return
    if not _is_made_here(path) and is_users_file(path):
        read.setdefault(as_link(path), state_of(as_link(path)))


def _looks_for_modules(caller: FrameType) -> bool:
    """Whether a folder is listed for the modules in it, and the user did not ask for these."""
    module = module_of(caller)
    # What an import lists, and when, depends on what this process imported before.
    return module.startswith(_IMPORTS) or (module == "pkgutil" and not _user_asks(caller))


def _user_asks(caller: FrameType) -> bool:
    """Whether the user's code runs or lists code by itself, as data, or looks for a file.

    What an import statement finds is a part of the model, or told by who finds it.
    """
    frame: FrameType | None = caller
    while frame is not None and module_of(frame).startswith(_PASSING):
        if frame.f_code.co_name == _BY_IMPORT:
            return False
        frame = frame.f_back
    return is_users_frame(frame)


def _source_of(path: str) -> str:
    """Give the source file of byte code, which is looked at first."""
    with suppress(ValueError):
        return source_from_cache(path)
    return path


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


def _was_the_jobs(path: str, before: str, after: str) -> bool:
    """Whether it was there for the job alone, whoever made it for the job, or is a new folder."""
    gone = before != ABSENT and after == ABSENT
    temporary = path.startswith(os.path.join(tempfile.gettempdir(), ""))  # noqa: PTH118
    return (gone and temporary) or (path in _Watch.written and Path(path).is_dir())


def _note_read(path: str, *, compiled: bool = False) -> None:
    """Note what is in a file now, before it is read; see `is_users_file`."""
    read = _Watch.read
    if read is not None and path not in read and not _is_made_here(path):
        with unwatched():
            read.setdefault(path, state_of(path) if is_users_file(path, compiled=compiled) else "")


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
