"""Folders that only their owner can write, for what will be run as a program.

A cache of binaries is a way to run code as somebody else: who can write into it
decides what its reader runs. So a folder is looked at before it is used, and
refused rather than mended, as nobody knows what is in it already.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

CACHE_VARIABLE = "BRIAN_SWEEP_CACHE"

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


class CacheRefusedError(RuntimeError):
    """The cache of builds cannot be used; the message says where, why, and what to do."""


def make_private(folder: Path) -> None:
    """Make a folder for this user alone, or look at the one that is there.

    Raises
    ------
    CacheRefusedError
        If somebody else could write into it.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):  # whatever is there is looked at
        folder.mkdir(mode=0o700)
    check_private(folder)


def check_private(folder: Path) -> None:
    """Refuse a folder that somebody else could write into, or lead elsewhere.

    Raises
    ------
    CacheRefusedError
        If it is a link or no folder, belongs to somebody else, or is writable
        for others.
    FileNotFoundError
        If there is none.
    """
    found = folder.lstat()
    if stat.S_ISLNK(found.st_mode):
        _refuse(folder, "it is a symbolic link", f"remove it, or set {CACHE_VARIABLE} to its goal")
    if not stat.S_ISDIR(found.st_mode):
        _refuse(folder, "it is no folder", f"remove it, or set {CACHE_VARIABLE} to a folder")
    if sys.platform == "win32":  # no owners of this kind; a profile is private there
        return
    if found.st_uid != os.geteuid():
        _refuse(
            folder,
            f"it belongs to user {found.st_uid}, not to you (user {os.geteuid()})",
            f"set {CACHE_VARIABLE} to a folder of yours",
        )
    if found.st_mode & _OTHERS_WRITE:
        _refuse(
            folder,
            f"others can write into it (mode {stat.S_IMODE(found.st_mode):o}, allowed: 700)",
            f"chmod 700 {folder} if all in it is yours, or set {CACHE_VARIABLE} to another folder",
        )


@contextmanager
def refusing(folder: Path, only: frozenset[int] | None = None) -> Iterator[None]:
    """Tell of a folder that cannot be read or written in words of the cache's.

    Parameters
    ----------
    folder
        Named in the message.
    only
        The numbers (`errno`) of the errors to translate; None for all. Others
        pass as they are.

    Raises
    ------
    CacheRefusedError
        In place of an `OSError` from within.
    """
    try:
        yield
    except OSError as error:
        # One without a number is not the system's: a lock that is taken.
        if error.errno is None or (only is not None and error.errno not in only):
            raise
        msg = (
            f"the cache of builds {folder} cannot be used: {error.strerror}; make it "
            f"writable, with space, or set {CACHE_VARIABLE} to a folder of yours that is"
        )
        raise CacheRefusedError(msg) from error


def _refuse(folder: Path, why: str, remedy: str) -> None:
    msg = (
        f"{folder} is refused as a place for builds: {why}. Builds are programs, and who can "
        f"change them can run code as you; {remedy}"
    )
    raise CacheRefusedError(msg)
