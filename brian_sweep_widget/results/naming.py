"""Names of columns and variables, none of which may hide another."""

from __future__ import annotations

from collections.abc import Sequence


def joined(names: Sequence[str]) -> str:
    """List names as a sentence does: "a, b and c"."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def free(name: str, taken: set[str]) -> str:
    """Give a name that is not taken yet, and take it.

    Parameters
    ----------
    name
        The name to have.
    taken
        The names there are; gets one more.

    Returns
    -------
    str
        The name, with as many underscores after it as it needs.
    """
    while name in taken:
        name += "_"
    taken.add(name)
    return name
