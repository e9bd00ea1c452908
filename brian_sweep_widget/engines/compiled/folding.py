"""Numbers with which a compiler may compute before the program runs.

Brian compiles with ``-ffast-math``. That allows a compiler to divide by a number
that it knows by multiplying with its inverse, or to add two of them up first: the
last digit changes. With a number that is looked up it cannot, so a lifted program
may differ there from one that was compiled for its values alone.

What a compiler really does depends on its version, its flags and the processor.
So this tells where it has no choice, whatever it is: where a number is only
stored, compared with what was stored, or added to it once, and where a whole
number only counts or addresses. Every other number may be folded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from brian_sweep_widget.engines.compiled.lifting import Slot
from brian_sweep_widget.engines.compiled.literals import find_literals

_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_TEXT = re.compile(r'"(?:\\.|[^"\\\n])*"')
_SUBSCRIPT = re.compile(r"\[[^\[\]]*\]")
_DECLARED = re.compile(r"\s*const\s+\w+\s+(\w+)\s*=\s*$")

# Arrays and their sizes, the time step, the duration: they are only stored and
# handed on to other files. No formula of a model stands in these.
_BOOKKEEPING = ("main.cpp", "objects.cpp")
_HANDED_ON = re.compile(r"[\w\s:.\[\]>-]+=\s*$|\s*network\.run\(\s*$")

_NAME = r"[A-Za-z_]\w*"
_WHOLE = r"(?:int|char|bool|long|unsigned|size_t|u?int\d+_t)"
_REAL = re.compile(r"/|\d\.|\.\d|\d[eE][+-]?\d|\b(?:double|float)\b")
# Functions that g++ replaces by one for several elements at once, of which the
# last digit is another; whether it does may depend on the number of elements.
_VECTORISED = re.compile(
    r"\b(?:a?(?:sin|cos|tan)h?|atan2|exp|exp2|expm1|exprel|log|log2|log10|log1p|_?\w*pow)\s*\("
)

_KEYWORDS = frozenset({"const", "continue", "else", "for", "if", "return"})
_ONE_BY_ONE = re.compile(r"\b_randn?\(|\.push_back\(")


def foldable(sources: Mapping[str, str], slots: Iterable[Slot]) -> frozenset[int]:
    """Find the slots with which a compiler may compute, if they are plain numbers.

    Parameters
    ----------
    sources
        Of the project, with plain numbers, by path.
    slots
        Its slots, in the order of the table's entries.

    Returns
    -------
    frozenset of int
        Numbers of entries. Of the others, a program gives the same bits whether
        it knows them or looks them up.
    """
    files = cache(lambda path: _File(sources[path]))
    return frozenset(
        entry for entry, slot in enumerate(slots) if not files(slot.path).is_fixed(slot)
    )


class _File:
    """One source, as the statements that are in it."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._literals = find_literals(source)
        # Subscripts and what stands in them are whole numbers, whatever is done there.
        code = _TEXT.sub("", _COMMENT.sub("", source))
        while (bare := _SUBSCRIPT.sub("@", code)) != code:
            code = bare
        self._statements = [" ".join(part.split()) for part in re.split(r"[;{}]", code)]
        in_loops = code.partition("for")[2]
        # Functions with a memory, as random generators are, are called one by one.
        self._may_be_vectorised = bool(
            _VECTORISED.search(in_loops) and not _ONE_BY_ONE.search(in_loops)
        )

    def is_fixed(self, slot: Slot) -> bool:
        """Whether a compiler can do nothing with a literal but what the code says."""
        literal = self._literals[slot.index]
        line = self._source.rfind("\n", 0, literal.start) + 1
        before = self._source[line : literal.start]
        if slot.path in _BOOKKEEPING:
            return slot.kind != "real" or _HANDED_ON.fullmatch(before) is not None
        declared = _DECLARED.fullmatch(before)
        if declared is None or self._source[literal.end] != ";":
            end = self._source.find("\n", literal.end)
            statement = self._source[line:end]
            return slot.kind != "real" and not self._is_real(_SUBSCRIPT.sub("@", statement))
        fixed = self._counts if slot.kind != "real" else self._passes
        return fixed(declared[1], {declared[1]})

    def _uses(self, name: str) -> Iterator[str]:
        """Give the statements with a name, but those that only declare it anew from a number."""
        word = re.compile(rf"\b{name}\b")
        declared = re.compile(rf"(?:const )?\w+ {name} = [-+\w. ]*\d[-+\w.]*")
        for statement in self._statements:
            if word.search(statement) and not declared.fullmatch(statement):
                yield statement

    def _counts(self, name: str, known: set[str]) -> bool:
        """Whether a whole number, and what is made of it, stays among whole numbers."""
        for use in self._uses(name):
            if self._is_real(use) or _VECTORISED.search(use):
                return False
            made = re.fullmatch(rf"(?:(?:const )?{_WHOLE} )?({_NAME}) [-+]?= .*", use)
            if made is not None:
                if made[1] in known:
                    continue
                if not self._is_whole(made[1]) or not self._counts(made[1], known | {made[1]}):
                    return False
            elif re.search(r"(?<![=<>!])=(?!=)", use) and not re.fullmatch(
                rf"{_NAME}@ = {_NAME}|for ?\(.*", use
            ):
                return False
            if re.search(r"[<>]", use) and self._may_be_vectorised:
                return False  # it may be how often the loop runs
        return True

    def _is_whole(self, name: str) -> bool:
        """Whether a variable is declared as a whole number."""
        declared = re.compile(rf"(?:for ?\()?(?:const )?{_WHOLE} (?:{_NAME}, ?)*{name}\b(?!\().*")
        return any(declared.fullmatch(statement) for statement in self._statements)

    def _is_real(self, statement: str) -> bool:
        """Whether something is computed in it with numbers that are not whole."""
        if _REAL.search(statement):
            return True
        names = re.findall(_NAME, statement) if "*" in statement else []
        return not all(
            name in _KEYWORDS or re.fullmatch(_WHOLE, name) or self._is_whole(name)
            for name in names
        )

    def _passes(self, name: str, known: set[str]) -> bool:
        """Whether a number is only stored, compared, or added to what was stored."""
        copied = re.compile(rf"(?:const )?(?:double )?({_NAME}) = {name}")
        added = re.compile(
            rf"(?:if ?\({_NAME}\) ?)?(?:const double )?({_NAME}) "
            rf"(?:[+-]= {name}|= {name} [+-] ({_NAME})|= ({_NAME}) [+-] {name})"
        )
        compared = re.compile(rf".*?\b({_NAME}) ?[<>]=? ?{name}\)?")
        stored = re.compile(rf"\*?{_NAME}@ [+-]?= {name}")
        made = re.compile(rf"(?:const )?(?:double )?{name}(?: = (?!.*\b{name}\b).*)?")
        for use in self._uses(name):
            if stored.fullmatch(use) or made.fullmatch(use):
                continue
            if copy := copied.fullmatch(use):
                if copy[1] not in known and not self._passes(copy[1], known | {copy[1]}):
                    return False
            elif total := added.fullmatch(use):
                other = total[2] or total[3]
                if not self._is_only_stored(total[1], use) or (
                    other and not self._is_only_loaded(other)
                ):
                    return False
            elif (test := compared.fullmatch(use)) and self._is_only_loaded(test[1]):
                if self._is_real(use):
                    return False
            else:
                return False
        return True

    def _is_only_stored(self, name: str, but_for: str) -> bool:
        """Whether a variable is loaded and stored, and nothing else is computed with it."""
        return all(
            use == but_for
            or re.fullmatch(rf"{_NAME}@ = {name}|(?:const )?double {name}(?: = {_NAME}@)?", use)
            for use in self._uses(name)
        )

    def _is_only_loaded(self, name: str) -> bool:
        """Whether a variable's value is that of an array's element, or a whole number."""
        sets = re.compile(rf"(?:const )?(?:\w+ )?{name} [-+*/]?= .*")
        loads = re.compile(rf"(?:const )?(?:double )?{name} = {_NAME}@|(?:const )?{_WHOLE} .*")
        found = [statement for statement in self._statements if sets.fullmatch(statement)]
        return bool(found) and all(map(loads.fullmatch, found))
