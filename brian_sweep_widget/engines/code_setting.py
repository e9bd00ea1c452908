"""What code sets: attributes, and contents of containers, by the way to them.

As in ``scipy.stats.norm.random_state = 3``: from a global, or from what the
code imports itself, by the names of attributes.
"""

from __future__ import annotations

import dis
import functools
from types import CodeType
from typing import Any, NamedTuple

from brian_sweep_widget.engines.code import codes_in, identifiers, texts_in

# Functions that set what their arguments name.
_BY_NAME = frozenset({"setattr", "delattr", "__setattr__", "__delattr__", "patch", "monkeypatch"})
# Methods that change the container of which they are asked.
_CHANGING = frozenset(
    {"append", "extend", "insert", "remove", "sort", "reverse", "add", "discard", "update"}
    | {"pop", "popitem", "clear", "setdefault"}
)
_IGNORED = frozenset(
    {"CACHE", "COPY", "COPY_FREE_VARS", "EXTENDED_ARG", "NOP", "NOT_TAKEN", "PRECALL"}
    | {"PUSH_NULL", "RESUME", "SWAP"}
)
# Variables that are not the function's own; those of a function around it are perhaps.
_FREE = frozenset(
    {"LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS"}
    | {"LOAD_DEREF", "LOAD_CLASSDEREF", "LOAD_FROM_DICT_OR_DEREF"}
)
_STORING = ("STORE_FAST", "STORE_DEREF", "STORE_NAME", "STORE_GLOBAL")


class Way(NamedTuple):
    """The way from a variable, or from a module, to something.

    Attributes
    ----------
    root
        The name of a global or of a variable that is closed over; of a module
        if `imported`.
    attributes
        From there on.
    imported
        Whether the code imports the root itself.
    """

    root: str
    attributes: tuple[str, ...] = ()
    imported: bool = False

    def to(self, attribute: str) -> Way:
        """Go one step further."""
        return self._replace(attributes=(*self.attributes, attribute))


class Setting(NamedTuple):
    """What code sets.

    Attributes
    ----------
    attributes
        Ways to what is certainly set, or deleted.
    names
        Attributes of anything that may be set.
    ways
        All ways that the code goes.
    contents
        Ways to what may be containers in which something is set.
    """

    attributes: frozenset[Way]
    names: frozenset[str]
    ways: frozenset[Way]
    contents: frozenset[Way]


@functools.lru_cache(maxsize=4096)
def setting_of(code: CodeType) -> Setting:
    """Read what code sets, with all functions and classes in it."""
    reader = _Reader()
    codes = codes_in(code)
    for one in codes:
        reader.read(one)
    called = {name for one in codes for name in one.co_names}
    if _BY_NAME & called:
        for text in (text for one in codes for text in texts_in(one.co_consts)):
            reader.read_text(text)
    contents = reader.ways if reader.sets_contents else reader.changed
    return Setting(
        frozenset(reader.attributes),
        frozenset(reader.names),
        frozenset(reader.ways),
        frozenset(contents),
    )


class _Reader:
    """Follows the ways that code goes, instruction by instruction."""

    def __init__(self) -> None:
        self.attributes: set[Way] = set()
        self.names: set[str] = set()
        self.ways: set[Way] = set()
        self.changed: set[Way] = set()  # by a method of theirs
        self.sets_contents = False
        self._variables: dict[str, Way] = {}  # of the code's own

    def read_text(self, text: str) -> None:
        """Read the name of an attribute, or a way that a text describes."""
        words = identifiers(text)
        if words and ".".join(words) == text:
            self.names.add(words[-1])
            if len(words) > 1:
                self.attributes.add(Way(words[0], tuple(words[1:]), imported=True))

    def read(self, code: CodeType) -> None:
        """Read a piece of code."""
        here: Way | None = None  # where the code is
        imported: list[Any] = [None, None]  # constants in front of an import
        for instruction in dis.get_instructions(code):
            kind, name = instruction.opname, instruction.argval
            if kind in _IGNORED:
                continue
            if kind in {"STORE_ATTR", "DELETE_ATTR"}:
                self.names.add(name)
                if here is not None:
                    self.attributes.add(here.to(name))
            elif kind in {"STORE_SUBSCR", "DELETE_SUBSCR"}:
                self.sets_contents = True
            elif kind.startswith(_STORING) and here is not None:
                self._variables[name if isinstance(name, str) else name[0]] = here
            went = self._went(kind, name, here, imported)
            if went is not None:
                self.ways.add(went)
                if went.attributes and went.attributes[-1] in _CHANGING:
                    self.changed.add(went._replace(attributes=went.attributes[:-1]))
            imported = [imported[1], name]
            here = went

    def _went(self, kind: str, name: Any, here: Way | None, imported: list[Any]) -> Way | None:
        """Say where the code is after an instruction; None if on no way."""
        if kind in _FREE:
            return self._variables.get(name, Way(name))
        if kind.startswith("LOAD_FAST"):
            return self._variables.get(name if isinstance(name, str) else name[-1])
        if kind == "IMPORT_NAME":
            level, parts = imported
            if level:
                return None  # of the user's own package
            return Way(name if parts else name.partition(".")[0], (), imported=True)
        if kind in {"LOAD_ATTR", "LOAD_METHOD", "IMPORT_FROM"} and here is not None:
            return here.to(name)
        return None
