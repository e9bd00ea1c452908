"""How much memory is left for simulations, and how much they have."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import psutil

from brian_sweep_widget.backends.control_groups import (
    CGROUPS,
    MEMBERSHIP,
    own_groups,
    read_setting,
)

# Of control groups: the hierarchy, and what the two versions call things.
_VERSIONS = (
    ("", "memory.max", "memory.current", "inactive_file"),
    ("memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
)


def free_memory(cgroups: Path = CGROUPS, membership: Path = MEMBERSHIP) -> float:
    """Give the bytes that can still be taken: on this computer, and in this control group.

    Parameters
    ----------
    cgroups, membership
        See `own_groups`.
    """
    free = float(psutil.virtual_memory().available)
    for controller, most_of, taken_of, files in _VERSIONS:
        for folder in own_groups(cgroups, membership, controller):
            most, taken = read_setting(folder / most_of), read_setting(folder / taken_of)
            if most.isdigit() and taken.isdigit():
                free = min(free, int(most) - int(taken) + _given_back(folder, files))
    return max(0.0, free)


def _given_back(folder: Path, files: str) -> int:
    """Count the bytes of files that the system keeps in memory while nobody else wants it."""
    for line in read_setting(folder / "memory.stat").splitlines():
        name, _, number = line.partition(" ")
        if name == files and number.isdigit():
            return int(number)
    return 0


def memory_of(processes: Iterable[int]) -> float:
    """Give the bytes that processes, and what they started, have in memory now."""
    total = 0.0
    for number in processes:
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(number)
            for one in (process, *process.children(recursive=True)):
                with suppress(psutil.NoSuchProcess):
                    total += one.memory_info().rss
    return total
