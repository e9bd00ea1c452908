"""Whether the programs that this process starts let all others go first.

Not the process itself: one that is ended dies as slowly as it runs, and a script
that has done its work would wait for that.
"""

from __future__ import annotations

import os
from contextlib import suppress

_LOWEST = 19


class _Programs:
    """Those that this process starts from now on."""

    last = False


def give_way() -> None:
    """Have the compilers and simulations that this process starts let every other one go first."""
    _Programs.last = True


def note_started(process: int) -> None:
    """Give a program that has just begun, and what it will start, its priority."""
    if _Programs.last and hasattr(os, "setpriority"):
        with suppress(ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, process, _LOWEST)
