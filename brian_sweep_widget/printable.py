"""Text that others wrote, made safe to show: nothing in it moves a cursor or forges a line."""

from __future__ import annotations

import unicodedata

_LONGEST = 300  # characters of a field


def printable(text: str) -> str:
    r"""Write out what a terminal would obey or hide, such as ``\x1b``; lines stay lines.

    That is all but letters, marks, numbers, punctuation, symbols and spaces:
    control characters, those that turn the direction of writing, and halves of
    characters, which cannot be written at all.
    """
    if text.isprintable():
        return text
    return "".join(one if _is_plain(one) or one in "\n\t" else _escaped(one) for one in text)


def one_line(text: str, longest: int = _LONGEST) -> str:
    """Do the same for a field, which is one line and no longer than a screen bears."""
    shown = text if len(text) <= longest else f"{text[: longest - 1]}…"
    if shown.isprintable():
        return shown
    return "".join(one if _is_plain(one) else _escaped(one) for one in shown)


def _is_plain(character: str) -> bool:
    # Narrow spaces and those that do not break count as not printable, and are harmless.
    return character.isprintable() or unicodedata.category(character) == "Zs"


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
