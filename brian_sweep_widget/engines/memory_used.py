"""How much memory a job takes: of its worker, and of the program that it runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


@dataclass(slots=True)
class Used:
    """What one job took.

    Parameters
    ----------
    most
        The most that was in memory at once, in bytes; known at its end.
    program
        Of this the program's, if the job ran one.
    """

    most: float = 0.0
    program: float = 0.0


class _Current:
    used = Used()


@contextmanager
def memory_used() -> Iterator[Used]:
    """Learn what is used meanwhile; where the system does not tell the most, what is at the end."""
    used = _Current.used = Used()
    with suppress(OSError):  # not Linux
        _RESET.write_text("5")  # forget the most that there ever was
    try:
        yield used
    finally:
        used.most = _most() + used.program


def note_program(peak: float) -> None:
    """Take note of what a program took that ran for the current job, in bytes."""
    _Current.used.program = max(_Current.used.program, peak)


def _most() -> float:
    with suppress(OSError):
        for line in _STATUS.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return float(line.split()[1]) * 1024
    return float(psutil.Process().memory_info().rss)
