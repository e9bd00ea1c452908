"""What is written to a terminal, and how a command says that it was misused."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NoReturn

from brian_sweep_widget.printable import one_line, printable

DONE = 0
INCOMPLETE = 1
MISUSED = 2

_NAMES = {"stdin": "standard input", "stdout": "standard output", "stderr": "standard error"}


class UsageError(Exception):
    """The command line asks for something that cannot be; the message is for people."""


class _Broken:
    """Why an output cannot be written, by its name; and on which of these something is lost."""

    why: dict[str, str] = {}  # noqa: RUF012 - of this process, as its outputs are
    losses: set[str] = set()  # noqa: RUF012


@contextmanager
def outputs() -> Iterator[set[str]]:
    """Have a command go on where an output is closed, or its disk is full, and say so at the end.

    Characters that an output's encoding lacks are written as escapes.

    Yields
    ------
    set of str
        Filled with the names of the outputs on which something was lost.
    """
    _Broken.why, _Broken.losses = {}, set()
    closed = [name for name in _NAMES if getattr(sys, name) is None]
    for _ in closed:
        # Each takes the lowest free number, theirs: or files that are opened next, here or in
        # a worker, would get what is meant for a terminal.
        os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    for name in closed:
        _give_up(name, "it is closed")
    for output in (sys.stdout, sys.stderr):
        if isinstance(output, io.TextIOWrapper):  # and not what stands in for it
            output.reconfigure(errors="backslashreplace")
    try:
        yield _Broken.losses
    finally:
        for name in ("stdout", "stderr"):
            _write(name, "")  # what argparse or a model wrote may not be there yet
        if "stdout" in _Broken.losses:
            say(
                f"brian-sweep: {_NAMES['stdout']} cannot be written: {_Broken.why['stdout']}. What "
                "was to be shown is lost: repeat the command where it can be (what is in the store "
                "is not computed again)",
                error=True,
            )


def say(text: str = "", *, error: bool = False) -> None:
    """Write a line, at once; whatever is in it, the terminal obeys nothing but its ends.

    What cannot be written is lost, which `outputs` remembers.

    Parameters
    ----------
    text
        One or more lines. What others wrote, and belongs on one, goes through
        `one_line` or `aligned`.
    error
        Whether it belongs on stderr: everything that is no result does, so
        that results can be piped.
    """
    _write("stderr" if error else "stdout", f"{printable(text)}\n")


def _write(name: str, text: str) -> None:
    if name not in _Broken.why:
        try:
            output = getattr(sys, name)
            if text:  # /dev/full refuses to be written nothing
                output.write(text)
            output.flush()
        except OSError as error:
            _give_up(name, error.strerror or str(error))
            _Broken.losses.add(name)
    elif text:
        _Broken.losses.add(name)


def _give_up(name: str, why: str) -> None:
    """Have an output lead nowhere: Python would complain when it writes the rest at its end."""
    _Broken.why[name] = why
    setattr(sys, name, open(os.devnull, "r+", encoding="utf-8"))  # noqa: PTH123, SIM115 - to the end


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
