"""C++ sources as text with holes: the numeric literals apart from all else.

Two projects that Brian generates for one model with different parameters differ
in numeric literals only. What is left when those are taken out is the model's
*skeleton*; equal skeletons can share one build.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

# Comments, strings and characters are stepped over, as are digits inside of
# names. A minus that nothing stands before (after an opening bracket, an
# operator, `return`) is the number's own sign: a parameter may cross zero
# without changing the code. `lead` is what shows that.
_NUMBER = re.compile(
    r"""
    (?P<comment> //[^\n]* | /\*.*?\*/ ) | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*'
    | (?: (?P<lead> [=(,\[{?:<>*/%&|!] | (?<!\+)\+ | \breturn\b ) [ \t]* (?P<sign> -[ \t]*)? )?
      (?<![\w.])
      (?P<number> (?: 0[xX][0-9a-fA-F]+ | (?: \d+\.?\d* | \.\d+ ) (?: [eE][+-]?\d+ )? ) )
      (?P<suffix> \w* )
    """,
    re.VERBOSE | re.DOTALL,
)
_WHOLE = re.compile(r"-?(?:0|[1-9]\d*)")
# What stands for a literal; sources are text, which has no such characters.
_HOLE = {True: b"\x00i", False: b"\x00r"}
_MOST_REMEMBERED = 256  # files


@dataclass(frozen=True, slots=True)
class Literal:
    """One numeric literal in a source.

    Parameters
    ----------
    text
        As written, with its sign, without blanks.
    start, end
        Where it stands, sign included.
    """

    text: str
    start: int
    end: int

    @property
    def whole(self) -> bool:
        """Whether C++ takes it for an integer."""
        return is_whole(self.text)


def is_whole(text: str) -> bool:
    """Whether C++ takes a literal for an integer."""
    return _WHOLE.fullmatch(text) is not None


def find_literals(source: str) -> list[Literal]:
    """Find the literals of a C++ source that could be looked up instead.

    Parameters
    ----------
    source
        The text. Literals with a suffix (``1.0f``), in hexadecimal or octal
        keep the type that they say, so they are not among the found.

    Returns
    -------
    list of Literal
        In the order of the text.
    """
    return [literal for literal, _ in _walk(source) if literal is not None]


def _walk(source: str) -> Iterator[tuple[Literal | None, tuple[int, int]]]:
    """Step from literal to literal, and from comment to comment (no literal, where it stands)."""
    for match in _NUMBER.finditer(source):
        if match["comment"] is not None:
            yield None, match.span("comment")
        number = match["number"]
        if number is None or match["suffix"] or number[:2] in {"0x", "0X"}:
            continue
        if number.isdigit() and number[0] == "0" and len(number) > 1:
            continue
        sign = match["sign"] is not None
        start, end = match.start("sign" if sign else "number"), match.end("number")
        yield Literal(f"-{number}" if sign else number, start, end), (start, end)


def number_of(text: str) -> float | int:
    """Give the value of a literal, as exact as the compiler would read it."""
    return int(text) if is_whole(text) else float(text)


@dataclass(frozen=True, slots=True)
class Parsed:
    """The sources of one project, taken apart.

    Parameters
    ----------
    skeleton
        Digest of all that is not a literal: of every file's path, its text
        between the literals, and which of these are integers.
    literals
        The literals' texts by file, in the order of the file.
    """

    skeleton: str
    literals: Mapping[str, tuple[str, ...]]


def parse(sources: Mapping[str, str]) -> Parsed:
    """Take the sources of a project apart.

    Parameters
    ----------
    sources
        Texts by path.
    """
    digest = hashlib.sha256()
    literals = {}
    for path in sorted(sources):
        skeleton, literals[path] = _taken_apart(sources[path])
        digest.update(f"\n{path}\n{skeleton}".encode())
    return Parsed(digest.hexdigest(), literals)


@functools.lru_cache(_MOST_REMEMBERED)  # most files are the same from trace to trace
def _taken_apart(source: str) -> tuple[str, tuple[str, ...]]:
    """Give the digest of a file's skeleton, and its literals."""
    digest = hashlib.sha256()
    found = []
    position = 0
    for literal, (start, end) in _walk(source):
        # The blanks before a number go with it: "= 1" and "= -1" are alike.
        digest.update(source[position:start].rstrip(" \t").encode())
        position = end
        if literal is not None:
            found.append(literal.text)
            digest.update(_HOLE[literal.whole])
    digest.update(source[position:].encode())
    return digest.hexdigest(), tuple(found)
