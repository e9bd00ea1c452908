"""Which paths name files and folders of the user's, which may hold data."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from platformdirs import user_cache_dir

from brian_sweep_widget.engines.installed import is_installed_file
from brian_sweep_widget.scratch import PREFIX as SCRATCH

# What changes without changing any numbers: the system's, caches, compiled code.
_SYSTEM = ("/proc/", "/sys/", "/dev/", "/etc/", "/usr/")
_MEMORY = "/dev/shm/"  # noqa: S108 - where a person may put data, too
_COMPILED = (".so", ".pyd")
_BYTE_CODE = "__pycache__"
_INSTALLED = (".dist-info", ".egg-info")  # ends what tells of a distribution
# Brian looks for one in the folder when it is loaded; the kernel's are in force anyway.
_PREFERENCES = f"{os.sep}brian_preferences"


def place_of(path: Any, *, database: bool) -> str:
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


def is_users_file(path: str, *, compiled: bool = False) -> bool:
    """Whether a path names data of the user's, or nothing that is there.

    Not the system's files, Python's and installed libraries' own, caches,
    pipes and devices.

    Parameters
    ----------
    path
        Absolute.
    compiled
        Whether a library of compiled code counts, as one that the user loads.
    """
    if path.startswith(_SYSTEM) and not path.startswith(_MEMORY):
        return False
    if path.endswith(_PREFERENCES) or (path.endswith(_COMPILED) and not compiled):
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
