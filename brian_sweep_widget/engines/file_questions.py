"""Questions whether a file is there, such as ``Path.exists()``, and where links point to.

Python tells of files that are opened, but of no such question; so what answers
them is replaced while a job is watched.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_stat, _access, _readlink = os.stat, os.access, os.readlink
# What functions are able to do, as Python tells others.
_ABLE: tuple[set[Any], ...] = (
    *(os.supports_dir_fd, os.supports_fd),
    *(os.supports_effective_ids, os.supports_follow_symlinks),
)
# Of `os.path` and `Path`: they ask for folders, and folders are no data.
_WHETHER_FOLDER = frozenset({"isdir", "is_dir"})


class _Listener:
    """Who wants to know of questions, if anybody does."""

    note: Callable[[str, FrameType], None] | None = None
    note_link: Callable[[str, FrameType], None] | None = None


@contextmanager
def questions_told(
    note: Callable[[str, FrameType], None], note_link: Callable[[str, FrameType], None]
) -> Iterator[None]:
    """Tell of each question about a file, or about what is not there; folders are no data.

    Parameters
    ----------
    note
        Called with the path, as it was given but a text, and the frame that asks.
    note_link
        Called in the same way where it is asked where a link points to, as by
        ``Path.resolve()``.
    """
    _Listener.note, _Listener.note_link = note, note_link
    os.stat, os.access, os.readlink = _told_stat, _told_access, _told_readlink
    try:
        yield
    finally:
        os.stat, os.access, os.readlink = _stat, _access, _readlink
        _Listener.note = _Listener.note_link = None


def _told_stat(path: Any, *args: Any, **options: Any) -> os.stat_result:
    """Stand for `os.stat`."""
    caller = sys._getframe(1)  # noqa: SLF001 - inspect.stack takes 10 ms
    # One in a folder that has only a number has no name here.
    told = not options.get("dir_fd") and not _whether_folder(caller)
    try:
        found = _stat(path, *args, **options)
    except OSError:
        if told:
            _tell(path, caller)
        raise
    if told and stat.S_ISREG(found.st_mode):
        _tell(path, caller)
    return found


def _told_access(path: Any, *args: Any, **options: Any) -> bool:
    """Stand for `os.access`."""
    if not options.get("dir_fd") and not _is_folder(path):
        _tell(path, sys._getframe(1))  # noqa: SLF001 - as above
    return _access(path, *args, **options)


def _told_readlink(path: Any, *, dir_fd: int | None = None) -> Any:
    """Stand for `os.readlink`."""
    target = _readlink(path, dir_fd=dir_fd)
    if _Listener.note_link is not None and dir_fd is None:
        _Listener.note_link(os.fsdecode(path), sys._getframe(1))  # noqa: SLF001 - as above
    return target


def _whether_folder(caller: FrameType) -> bool:
    outer = caller.f_back  # `Path.is_dir` may ask by `Path.stat`
    names = {caller.f_code.co_name, "" if outer is None else outer.f_code.co_name}
    return not names.isdisjoint(_WHETHER_FOLDER)


def _is_folder(path: Any) -> bool:
    try:
        return stat.S_ISDIR(_stat(path).st_mode)
    except OSError:
        return False


def _tell(path: Any, caller: FrameType) -> None:
    if _Listener.note is not None and isinstance(path, str | bytes | os.PathLike):
        _Listener.note(os.fsdecode(path), caller)


for _functions in _ABLE:
    for _one, _told in ((_stat, _told_stat), (_access, _told_access), (_readlink, _told_readlink)):
        if _one in _functions:
            _functions.add(_told)
