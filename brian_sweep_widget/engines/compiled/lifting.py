"""Lifting: literals that may differ become entries of a table."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from brian_sweep_widget.engines.compiled.literals import (
    Parsed,
    find_literals,
    is_whole,
    number_of,
)

_INT = range(-(2**31), 2**31)
_LONG = range(-(2**63), 2**63)
_LOOK_UP = {"real": "sweep_real", "int": "sweep_int", "long": "sweep_long"}
_HEADER = '#include "sweep_table.h"\n#line 1\n'
_MAIN = "main.cpp"  # seeds, and says what was written, with or without slots in it

#: An entry of a table: what a literal stands for.
Entry = float | int


class OtherShapeError(Exception):
    """A set of parameters does not fit a build: it needs another one."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A literal that is looked up in the table.

    Parameters
    ----------
    path, index
        The file, and which of its literals.
    kind
        ``"real"``, ``"int"`` or ``"long"`` (an integer too large for an int):
        the type that C++ gives the literal, and so the look-up.
    """

    path: str
    index: int
    kind: str


def kind_of(texts: Iterable[str]) -> str | None:
    """Give the kind that all these literals share; None if they have no common one."""
    texts = list(texts)
    if not all(map(is_whole, texts)):
        return None if any(map(is_whole, texts)) else "real"
    numbers = [int(text) for text in texts]
    if all(number in _INT for number in numbers):
        return "int"
    if all(number in _LONG and number not in _INT for number in numbers):
        return "long"
    return None  # C++ would change the type on the way


def slots_between(traces: Iterable[Parsed]) -> tuple[Slot, ...]:
    """Find the literals that differ among traces of one skeleton.

    Parameters
    ----------
    traces
        Two or more.

    Returns
    -------
    tuple of Slot
        In the order of the sources. Literals that change their type are not
        among them: a trace with the other type is another shape.
    """
    first, *others = traces
    slots = []
    for path, texts in first.literals.items():
        columns = zip(texts, *(other.literals[path] for other in others), strict=True)
        for index, column in enumerate(columns):
            if any(text != column[0] for text in column):
                kind = kind_of(column)
                if kind is not None:
                    slots.append(Slot(path, index, kind))
    return tuple(slots)


def lifted(sources: Mapping[str, str], slots: Iterable[Slot]) -> dict[str, str]:
    """Write the sources with look-ups in place of the slots' literals.

    Parameters
    ----------
    sources
        Of any trace of the skeleton: the literals that remain are alike in all.
    slots
        What to look up; their order is the order of the table's entries.
    """
    numbered = sorted(enumerate(slots), key=lambda item: (item[1].path, item[1].index))
    written = {**sources, _MAIN: _HEADER + sources[_MAIN]}
    for path, group in groupby(numbered, key=lambda item: item[1].path):
        source, literals = sources[path], find_literals(sources[path])
        pieces, position = [_HEADER], 0
        for entry, slot in group:
            literal = literals[slot.index]
            pieces += [source[position : literal.start], f"{_LOOK_UP[slot.kind]}({entry})"]
            position = literal.end
        written[path] = "".join([*pieces, source[position:]])
    return written


def entries_of(parsed: Parsed, base: Parsed, slots: tuple[Slot, ...]) -> tuple[Entry, ...]:
    """Read the table's entries from a trace.

    Parameters
    ----------
    parsed
        The trace.
    base
        The trace from which the build was made.
    slots
        The build's.

    Raises
    ------
    OtherShapeError
        If the trace differs from the build in anything else than the slots.
    """
    if parsed.skeleton != base.skeleton:
        msg = "the code itself differs, not only numbers in it"
        raise OtherShapeError(msg)
    looked_up: dict[str, set[int]] = {}
    for slot in slots:
        looked_up.setdefault(slot.path, set()).add(slot.index)
    for path, texts in parsed.literals.items():
        if texts == base.literals[path]:
            continue
        free = looked_up.get(path, set())
        for index, (text, expected) in enumerate(zip(texts, base.literals[path], strict=True)):
            if text != expected and index not in free:
                msg = f"{path}: {text} where the build has {expected}"
                raise OtherShapeError(msg)
    entries = []
    for slot in slots:
        text = parsed.literals[slot.path][slot.index]
        if kind_of([text]) != slot.kind:
            msg = f"{slot.path}: {text} is no {slot.kind}"
            raise OtherShapeError(msg)
        entries.append(number_of(text))
    return tuple(entries)


def table(shape: bytes, seed: int, kinds: Iterable[str], entries: Iterable[Entry]) -> bytes:
    """Write the file that the binary reads; see ``cpp/sweep_table.cpp``.

    Parameters
    ----------
    shape
        32 bytes that name the build.
    seed
        Of the run.
    kinds, entries
        As long as the build's slots.
    """
    packed = [
        struct.pack("=d" if kind == "real" else "=q", entry)
        for kind, entry in zip(kinds, entries, strict=True)
    ]
    return shape + struct.pack("=QQ", seed, len(packed)) + b"".join(packed)


def shape_of(files: Mapping[str, str]) -> bytes:
    """Name a build by all of its files: 32 bytes."""
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{len(path)} {path} {len(files[path])}\n{files[path]}".encode())
    return digest.digest()
