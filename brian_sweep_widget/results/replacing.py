"""Files for people, written whole: what was there stays until all of the new one is on disk."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_MOST_LINKS = 40  # as many as Linux follows


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give where to write a file; what was written takes the file's place at the end.

    It is written beside the file, under another name of the same kind, so that
    a full disk, or whoever interrupts it, leaves the file as it was. A link
    stays and leads to the new file, which has the old one's owner and mode.

    What cannot be replaced is written directly: pipes, terminals, what
    ``/dev/stdout`` leads to, and a file in a folder that takes no other.

    Parameters
    ----------
    path
        The file to be.
    """
    goal = _followed(path)
    if goal is None:
        yield path
        return
    found = goal.stat() if goal.exists() else None
    beside = _empty_file(goal)
    try:
        if found is not None:
            _own_alike(beside, found)
        yield beside
        with beside.open("r+b") as file:
            os.fsync(file.fileno())
        beside.replace(goal)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _followed(path: Path) -> Path | None:
    """Give the file that a path leads to, or is to make; None if it cannot be replaced."""
    for _ in range(_MOST_LINKS):
        path = path.parent.resolve() / path.name
        if path.is_relative_to("/proc"):  # an open file of a process, whatever its name was
            return None
        if not path.is_symlink():
            break
        path = path.parent / path.readlink()
    replaceable = not path.exists() or (
        stat.S_ISREG(path.stat().st_mode) and os.access(path.parent, os.W_OK)
    )
    return path if replaceable else None


def _empty_file(goal: Path) -> Path:
    """Make a file beside another, with the mode that any new file has here."""
    beside = goal.with_name(f".{secrets.token_hex(8)}{goal.suffix}")
    # Not by tempfile, which keeps the new file from everybody else.
    os.close(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    return beside


def _own_alike(beside: Path, found: os.stat_result) -> None:
    if hasattr(os, "chown"):
        with suppress(PermissionError):  # only the administrator gives files to others
            os.chown(beside, found.st_uid, found.st_gid)
    beside.chmod(stat.S_IMODE(found.st_mode))
