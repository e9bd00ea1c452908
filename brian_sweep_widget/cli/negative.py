"""Negative numbers on the command line."""

from __future__ import annotations

import re
from collections.abc import Iterable

_OPTION = re.compile(r"--[^\W\d][^=]*")
_NEGATIVE = re.compile(r"-(\d|\.\d|inf|nan)", re.IGNORECASE)


def keep_negative_numbers(arguments: Iterable[str]) -> list[str]:
    """Join every option with the negative value that follows it.

    argparse takes ``-9`` for a value but ``-12:-6:4`` and ``-9mV`` for options.

    Parameters
    ----------
    arguments
        Of the command line.

    Returns
    -------
    list of str
        With ``--weight=-9mV`` for ``--weight``, ``-9mV``.
    """
    joined: list[str] = []
    for argument in arguments:
        if joined and _NEGATIVE.match(argument) and _OPTION.fullmatch(joined[-1]):
            joined[-1] += f"={argument}"
        else:
            joined.append(argument)
    return joined
