"""What is in the files that numbers depend on, told so that any change is noticed."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import ClassVar

#: What is in a file, or in a folder, by its absolute path.
FileStates = Mapping[str, str]

#: Of what changed while it was read: equal to no state, itself included.
UNSTEADY = "changed while it was read"
#: Of what is not there.
ABSENT = "absent"

_LINK = "the link "

# Python makes this folder beside modules that are imported.
_BYTE_CODE = "__pycache__"

# Larger ones are told by size and times alone: they may be mapped into memory, of
# which a job reads a part.
_MOST_READ = 256e6  # bytes
# A file system's clock ticks every few milliseconds, some every two seconds: what was
# written since the last tick may be written again without another time.
_TICK = 2e9  # ns
_MOST_KNOWN = 1024  # digests


class _Digests:
    """Digests of files that were at rest, by path: looked at anew costs a microsecond."""

    known: ClassVar[dict[str, tuple[tuple[int, ...], str]]] = {}


def as_link(path: str) -> str:
    """Give the name of a link itself, of which the state is where it points to."""
    return f"{_LINK}{path}"


def state_of(path: str) -> str:
    """Describe what is in a file, or which names are in a folder.

    Parameters
    ----------
    path
        Absolute; or from `as_link`.

    Returns
    -------
    str
        Equal for equal contents, whenever they were written; `UNSTEADY` if they
        change right now.
    """
    try:
        if path.startswith(_LINK):
            return f"link to {os.readlink(path.removeprefix(_LINK))}"  # noqa: PTH115 - see below
        found = os.stat(path)  # noqa: PTH116 - called for every job, twice as fast as Path
        if stat.S_ISDIR(found.st_mode):
            return _listing(path)
        return _contents(path, found)
    except OSError:
        return ABSENT


def states_of(paths: Iterable[str]) -> dict[str, str]:
    """Describe what is in some files; see `state_of`."""
    return {path: state_of(path) for path in paths}


def is_current(states: FileStates) -> bool:
    """Whether all files are still as they were."""
    return all(state != UNSTEADY and state_of(path) == state for path, state in states.items())


def merged(many: Iterable[FileStates]) -> dict[str, str]:
    """Put together what was in files at several times; what differs is unsteady."""
    together: dict[str, str] = {}
    for states in many:
        for path, state in states.items():
            together[path] = state if together.get(path, state) == state else UNSTEADY
    return together


def listed(files: Iterable[str]) -> str:
    """Name some files in a sentence: the first, and how many more."""
    first, *others = sorted(files)
    return f"{first} and {len(others)} more" if others else first


def _listing(path: str) -> str:
    with os.scandir(path) as entries:
        names = sorted(
            (entry.name, entry.is_dir()) for entry in entries if entry.name != _BYTE_CODE
        )
    return f"folder {blake2b(repr(names).encode(), digest_size=20).hexdigest()}"


def _contents(path: str, found: os.stat_result) -> str:
    signature = _signature(found)
    if found.st_size > _MOST_READ or not stat.S_ISREG(found.st_mode):
        return f"file {signature}"
    known = _Digests.known.get(path)
    if known is not None and known[0] == signature:
        return known[1]
    began = time.time_ns()
    with Path(path).open("rb") as file:
        digest = blake2b(digest_size=20)
        while part := file.read(1 << 20):
            digest.update(part)
        if _signature(os.fstat(file.fileno())) != signature:
            return UNSTEADY
    state = f"file {digest.hexdigest()}"
    if began - max(found.st_mtime_ns, found.st_ctime_ns) > _TICK:
        if len(_Digests.known) >= _MOST_KNOWN:
            _Digests.known.clear()
        _Digests.known[path] = signature, state
    return state


def _signature(found: os.stat_result) -> tuple[int, ...]:
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
