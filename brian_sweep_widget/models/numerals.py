"""One number as a person writes it: read as meant, or refused in words.

``int()`` and ``float()`` take what nobody means (``1_0``, digits of other
scripts, ``nan``) and give another number where one does not fit (``1e-400`` is
0.0, and ``9007199254740993`` as a float ends in 2). Here a text is the number
that it says, or an error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NoReturn

_DIGITS = r"[0-9]+"
_GROUPED = r"[1-9][0-9]{0,2}(?:(?P<gap>[_' ])[0-9]{3})(?:(?P=gap)[0-9]{3})*"
_NUMERAL = re.compile(
    rf"(?P<sign>[+-]?)(?:(?P<whole>{_GROUPED}|{_DIGITS})(?:\.(?P<part>[0-9]*))?"
    r"|\.(?P<alone>[0-9]+))(?:[eE](?P<power>[+-]?[0-9]+))?"
)
_COMMA = re.compile(r"([+-]?)([0-9]*),([0-9]+)((?:[eE][+-]?[0-9]+)?)(?![0-9,.])")
_GROUP = 3  # digits between two separators of thousands
_SPELLINGS = str.maketrans(
    {
        "\N{MINUS SIGN}": "-",
        "\N{NO-BREAK SPACE}": " ",
        "\N{NARROW NO-BREAK SPACE}": " ",
        "\N{THIN SPACE}": " ",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{MICRO SIGN}": "u",
        "\N{GREEK SMALL LETTER MU}": "u",
    }
)
_EXPRESSION = re.compile(r"[0-9)]\s*[-+*/^×·(]|√")  # noqa: RUF001 - as people type it
_HEXADECIMAL = re.compile(r"[+-]?0[xXoObB][0-9a-fA-F]")
_NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity|∞)", re.IGNORECASE)
#: Digits of a power of ten; with more of them it is beyond all floats.
_MOST_POWER_DIGITS = 3
_TOO_LARGE = "is too large to be a number; write a smaller one"
_TOO_SMALL = "is too small to be told from 0; write 0, or a larger number"


class NotAValueError(ValueError):
    """A text is no value; the message goes on where the text ends."""


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number as it was written.

    Parameters
    ----------
    exact
        The number that the digits say.
    as_integer
        Whether it was written without a point and without an exponent.
    negative
        Whether it was written with a minus, as zero may be.
    """

    exact: Fraction
    as_integer: bool
    negative: bool

    @property
    def nearest(self) -> float:
        """The nearest float.

        Raises
        ------
        NotAValueError
            If there is none that is near.
        """
        try:
            number = float(self.exact)
        except OverflowError:
            refuse(_TOO_LARGE)
        if number == 0 and self.exact != 0:
            refuse(_TOO_SMALL)
        return -0.0 if number == 0 and self.negative else number

    def whole(self) -> int:
        """Give the whole number that it is, however it was written.

        Raises
        ------
        NotAValueError
            If it is none.
        """
        if self.exact.denominator != 1:
            refuse("is no whole number")
        return self.exact.numerator


def respelled(text: str) -> str:
    """Write the signs that have a twin on no keyboard as those on keyboards, and strip the ends."""
    return text.translate(_SPELLINGS).strip()


def read_numeral(text: str) -> tuple[Numeral, str]:
    """Read a number, and leave what is behind it.

    Parameters
    ----------
    text
        Such as ``"1.62 mV"``, ``"4 000"`` or ``"1e3"``; see `respelled`.

    Returns
    -------
    Numeral
        The number.
    str
        The rest of the text; empty if there is nothing.

    Raises
    ------
    NotAValueError
        If the text does not begin with a number, or with one that is none.
    """
    found = _NUMERAL.match(text)
    if found is None or _HEXADECIMAL.match(text):
        refuse(why_no_number(text))
    whole = re.sub("[_' ]", "", found["whole"] or "")
    part = found["part"] or found["alone"] or ""
    rest = text[found.end() :]
    if rest[:1].isdigit() or rest[:1] in {"_", "'", "."} or re.match(r"\s+[0-9]", rest):
        refuse(why_no_number(text))
    digits = Decimal(f"{found['sign']}{whole or '0'}.{part or '0'}")
    power = found["power"] or "0"
    if digits == 0:
        power = "0"
    elif len(power.lstrip("+-").lstrip("0")) > _MOST_POWER_DIGITS:
        refuse(_TOO_SMALL if power.startswith("-") else _TOO_LARGE)
    as_integer = found["part"] is None and found["alone"] is None and found["power"] is None
    exact = Fraction(digits) * Fraction(10) ** int(power)
    return Numeral(exact, as_integer, found["sign"] == "-"), rest.strip()


def with_point(text: str) -> str:
    """Write a decimal comma as a point, in a text that is one number and no list.

    Parameters
    ----------
    text
        See `respelled`.

    Raises
    ------
    NotAValueError
        If the comma may also be one between thousands, or is none of both.
    """
    if "," not in text:
        return text
    found = _COMMA.match(text)
    if found is None:
        refuse("is not one number: write it with a point and without commas, such as 1234.5")
    sign, whole, part, power = found.groups()
    pointed = f"{sign}{whole or '0'}.{part}{power}"
    if len(part) == _GROUP and whole.strip("0"):
        refuse(f"may be {pointed} or {sign}{whole}{part}{power}: write it without the comma")
    return pointed + text[found.end() :]


def why_no_number(text: str) -> str:
    """Say in which way a text is no number; the message goes on where the text ends."""
    reasons = [
        (not text, "is empty: write a number"),
        (_NOT_FINITE.match(text), "is not finite: write a number with digits"),
        (
            any(sign.isdigit() and not sign.isascii() for sign in text),
            "has digits of another script: write 0 to 9",
        ),
        (_HEXADECIMAL.match(text), "is not decimal: write the digits 0 to 9"),
        (is_computed(text), "is to be computed, and only numbers are read: write the result"),
        (_NUMERAL.match(text), "is not one number: write its digits without gaps, such as 4000"),
    ]
    others = "is not a number: write digits, such as 1.62 or 1e3"
    return next((words for holds, words in reasons if holds), others)


def is_computed(text: str) -> bool:
    """Tell whether a text is an expression, such as ``2*1.62``."""
    return bool(_EXPRESSION.search(text))


def shortest(number: float) -> str:
    """Write a number with the fewest digits that are read back as this very number."""
    if isinstance(number, int):
        return str(number)
    return repr(float(number) + 0.0).removesuffix(".0")


def refuse(message: str) -> NoReturn:
    """Raise a `NotAValueError`."""
    raise NotAValueError(message)
