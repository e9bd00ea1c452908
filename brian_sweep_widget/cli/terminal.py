"""What is written to a terminal, and how a command says that it was misused."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn

from brian_sweep_widget.printable import one_line, printable

DONE = 0
INCOMPLETE = 1
MISUSED = 2
INTERRUPTED = 130  # 128 + SIGINT, as shells count


class UsageError(Exception):
    """The command line asks for something that cannot be; the message is for people."""


def say(text: str = "", *, error: bool = False) -> None:
    """Write a line, at once; whatever is in it, the terminal obeys nothing but its ends.

    Parameters
    ----------
    text
        One or more lines. What others wrote, and belongs on one, goes through
        `one_line` or `aligned`.
    error
        Whether it belongs on stderr: everything that is no result does, so
        that results can be piped.
    """
    print(printable(text), file=sys.stderr if error else sys.stdout, flush=True)


def aligned(rows: Sequence[Sequence[str]], numbers: Sequence[int] = ()) -> str:
    """Write a table, a line for each row.

    Parameters
    ----------
    rows
        Of cells; what others wrote in them begins no line of its own.
    numbers
        Columns whose cells end at their right edge.
    """
    shown = [[one_line(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    lines = [
        "  ".join(
            cell.rjust(width) if column in numbers else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in shown
    ]
    return "\n".join(line.rstrip() for line in lines)


def refuse(message: str) -> NoReturn:
    """End the command with exit status 2 and a message, without a traceback.

    Parameters
    ----------
    message
        Names the value, what is allowed and what to do.
    """
    raise UsageError(message)
