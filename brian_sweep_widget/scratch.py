"""A folder of this process's own for what runs read and write, in memory if possible."""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import shutil
import socket
import tempfile
import time
from pathlib import Path

import psutil

_MEMORY = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a folder of our own in it
_ENOUGH = 256e6  # bytes free; containers often have 64 MB, which two runs can fill
PREFIX = "brian-sweep-scratch-"
_ATTEMPTS, _LOOK = 20, 0.05  # s: a second for processes to die that are killed


class _Given:
    """The folder of the process that this one works for, if it is a worker."""

    folder: Path | None = None


@functools.cache
def scratch_folder() -> Path:
    """Give this process's folder; it is made on the first call, and removed at the end.

    Folders that killed processes left behind are removed too.
    """
    if _Given.folder is not None:
        return Path(tempfile.mkdtemp(prefix=f"worker-{os.getpid()}-", dir=_Given.folder))
    parents = [Path(tempfile.gettempdir())]
    if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ENOUGH:
        parents.insert(0, _MEMORY)
    for parent in parents:
        _remove_leftovers(parent)
    prefix = f"{our_prefix()}{os.getpid()}-"
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parents[0]))
    atexit.register(remove_scratch, folder)
    return folder


def work_within(folder: Path) -> None:
    """Have this process's folder be in that of another one, with which it goes.

    A worker is killed when it is needed no more, and removes nothing then.
    """
    _Given.folder = folder


def remove_scratch(folder: Path) -> None:
    """Remove a process's folder, while others that are being ended may still write into it."""
    for _ in range(_ATTEMPTS):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(_LOOK)


def new_folder(kind: str) -> Path:
    """Make a new, empty folder in this process's."""
    return Path(tempfile.mkdtemp(prefix=f"{kind}-", dir=scratch_folder()))


def _remove_leftovers(parent: Path) -> None:
    for folder in parent.glob(f"{our_prefix()}*"):
        owner = folder.name.removeprefix(our_prefix()).partition("-")[0]
        if owner.isdigit() and not psutil.pid_exists(int(owner)) and _is_ours(folder):
            shutil.rmtree(folder, ignore_errors=True)


def our_prefix() -> str:
    """Return how folders begin whose names have process numbers that mean the same as here.

    Containers may share the memory and even the host's name, and count processes each
    for itself.
    """
    numbers = ""
    with contextlib.suppress(OSError):  # Linux says whose they are
        numbers = Path("/proc/self/ns/pid").readlink().name.strip("pid:[]")
    return f"{PREFIX}{socket.gethostname()}-{numbers}-"


def _is_ours(folder: Path) -> bool:
    try:
        return not hasattr(os, "getuid") or folder.lstat().st_uid == os.getuid()
    except FileNotFoundError:  # another kernel, which starts just now, has removed it
        return False
