"""Ending processes with all that they started."""

from __future__ import annotations

import os
import signal
from collections.abc import Collection
from contextlib import suppress

import psutil


def end_trees(processes: Collection[int]) -> None:
    """End processes at once, with their descendants.

    A compiler that is called by another program, and that by ``make``, would go on
    for minutes if one of these were not seen as it just started; so all of a group
    end together, and nothing is started while they are looked for.

    Parameters
    ----------
    processes
        Numbers of children of this process's. Those in its own group (they have
        just begun, and not left it) are ended one by one.
    """
    if not hasattr(os, "killpg"):  # on Windows, loky's own way has to do
        return
    for process in processes:
        _signal(process, signal.SIGSTOP)
    for process in _with_descendants(processes):
        _signal(process, signal.SIGKILL)


def _signal(process: int, number: signal.Signals) -> None:
    """Send a signal to a process's group, or to it alone if the group is ours."""
    with suppress(ProcessLookupError, PermissionError):
        group = os.getpgid(process)
        if group == os.getpgid(0):
            os.kill(process, number)
        else:
            os.killpg(group, number)


def _with_descendants(processes: Collection[int]) -> set[int]:
    children: dict[int, list[int]] = {}
    for one in psutil.process_iter(["ppid"]):
        children.setdefault(one.info["ppid"], []).append(one.pid)
    found: set[int] = set()
    left = list(processes)
    while left:
        process = left.pop()
        found.add(process)
        left += children.get(process, [])
    return found
