"""Whether users other than root can run this Python, as those of a hub have to."""

from __future__ import annotations

import stat
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from brian_sweep_widget.cli.findings import Finding, ok, warning


def can_run(found: str) -> Finding:
    """Look whether others can run this Python and read this package.

    Parameters
    ----------
    found
        Names the Python.
    """
    closed = closed_to_others((Path(sys.executable), Path(__file__)))
    if closed is None:
        return ok(found)
    mode = stat.filemode(closed.stat().st_mode)
    told = f"{found}; other users cannot run it: {closed} is closed to them ({mode})"
    prefix = Path(sys.prefix).resolve()
    if prefix in {closed, *closed.parents}:
        return warning(told, f"chmod -R a+rX {prefix}")
    return warning(
        told,
        "if others are to use it (a JupyterHub's users), make the environment in a folder that "
        "they can enter, such as /opt, of a Python that they can run, such as /usr/bin/python3",
    )


def closed_to_others(files: Iterable[Path]) -> Path | None:
    """Give the first folder or file that lacks the permissions which others need, or None.

    Parameters
    ----------
    files
        Of each, others need to enter all folders on the way; to read it; and
        to execute it if its owner can.
    """
    for part in (part for file in files for part in _on_the_way(file)):
        mode = part.stat().st_mode
        needed = stat.S_IXOTH if part.is_dir() else stat.S_IROTH
        if mode & stat.S_IXUSR:
            needed |= stat.S_IXOTH
        if mode & needed != needed:
            return part.resolve()
    return None


def _on_the_way(path: Path) -> Iterator[Path]:
    """List all folders that are entered to get at a file, by way of links, and the file."""
    path = path.absolute()
    while path.is_symlink():
        yield from reversed(path.parents)
        path = path.parent / path.readlink()
    path = path.resolve()
    yield from reversed(path.parents)
    yield path
