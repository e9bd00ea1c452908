"""What is written to a terminal, and how a command says that it was misused."""

from __future__ import annotations

import sys
from typing import NoReturn

DONE = 0
INCOMPLETE = 1
MISUSED = 2
INTERRUPTED = 130  # 128 + SIGINT, as shells count


class UsageError(Exception):
    """The command line asks for something that cannot be; the message is for people."""


def say(text: str = "", *, error: bool = False) -> None:
    """Write a line, at once.

    Parameters
    ----------
    text
        One or more lines.
    error
        Whether it belongs on stderr: everything that is no result does, so
        that results can be piped.
    """
    print(text, file=sys.stderr if error else sys.stdout, flush=True)


def refuse(message: str) -> NoReturn:
    """End the command with exit status 2 and a message, without a traceback.

    Parameters
    ----------
    message
        Names the value, what is allowed and what to do.
    """
    raise UsageError(message)
