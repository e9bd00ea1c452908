"""Texts in tables that spreadsheets open: shown there, and never computed."""

from __future__ import annotations

import unicodedata

_BEGIN_FORMULAS = frozenset("=+-@")
_BEGIN_CELLS = frozenset("\t\n")
_UNSEEN = frozenset("CZ")  # of the categories of characters: control, format, space ...


def defused(value: object) -> object:
    """Give a cell that no spreadsheet takes for a formula.

    A text that begins as a formula does gets an apostrophe before it, which
    spreadsheets take for "this is a text". What is before a formula and cannot
    be seen does not hide it. Numbers, also written as texts, stay as they are.
    A carriage return, at which some programs begin another row, is a line's end.

    Parameters
    ----------
    value
        Of the cell.
    """
    if not isinstance(value, str) or not value or _is_number(value):
        return value
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    seen = next((one for one in value if unicodedata.category(one)[0] not in _UNSEEN), "")
    # Signs of full width are formulas, too, where a spreadsheet is set to Japanese or Chinese.
    formula = unicodedata.normalize("NFKC", seen) in _BEGIN_FORMULAS
    return f"'{value}" if formula or value[0] in _BEGIN_CELLS else value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
