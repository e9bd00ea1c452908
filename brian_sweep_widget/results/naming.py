"""Names of columns and variables, none of which may hide another, and texts that files can hold."""

from __future__ import annotations

from collections.abc import Sequence

from brian_sweep_widget.printable import one_line

_MOST_DRAWN = 120  # characters


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


def encodable(text: str) -> str:
    r"""Give a text that every file can hold: what is no Unicode in it is written as ``\udcff``.

    Python keeps the bytes of a file's name that are no UTF-8 so.
    """
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def as_drawn(text: str) -> str:
    """Give a text that matplotlib draws as it is: between dollars it would read a formula.

    Labels are no formulas on the screen, and one with a mistake, which others may have
    written, would be an error and no picture. Nor do fonts have what cannot be seen, or is
    there room for more than so many characters.
    """
    return one_line(text, _MOST_DRAWN).replace("$", r"\$")
