"""Names and labels that can be shown anywhere: in a terminal, on a chart, in a file."""

from __future__ import annotations

import unicodedata

MOST_CHARACTERS = 1000
# Control characters, halves of characters, ends of lines and of paragraphs.
_NOT_SHOWN = frozenset({"Cc", "Cs", "Zl", "Zp"})


def check_name(what: str, text: str) -> None:
    """Refuse a name or a label that would not be shown as it is.

    Parameters
    ----------
    what
        Such as ``"label"``, for the message.
    text
        The name.

    Raises
    ------
    ValueError
        If it holds control characters, line ends or what is no Unicode, or is
        far too long.
    """
    if len(text) > MOST_CHARACTERS:
        msg = f"{what} has {len(text)} characters (allowed: {MOST_CHARACTERS}): shorten it"
        raise ValueError(msg)
    if text.isprintable():
        return
    odd = [one for one in text if unicodedata.category(one) in _NOT_SHOWN]
    if odd:
        msg = f"{what} = {text!r} holds {odd[0]!a}, which cannot be shown in a line: leave it out"
        raise ValueError(msg)
