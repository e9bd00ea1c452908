"""Whether the programs that this process starts let all others go first.

Not the process itself: one that is ended dies as slowly as it runs, and a script
that has done its work would wait for that.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence


class _Programs:
    """Those that this process starts from now on."""

    last = False


def give_way() -> None:
    """Have the compilers and simulations that this process starts let every other one go first."""
    _Programs.last = shutil.which("nice") is not None


def with_priority(command: Sequence[str]) -> list[str]:
    """Give a command as it is to be started, so that all that it starts goes last, too."""
    return ["nice", "-n", "19", *command] if _Programs.last else list(command)
