"""The parts of a script as they are made: each thing once, whoever refers to it."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import FunctionType, ModuleType
from typing import Any, Literal

import numpy as np

from brian_sweep_widget.engines.installed import is_module
from brian_sweep_widget.engines.script.instances import RESTORED, Restored
from brian_sweep_widget.engines.script.origins import (
    decorated_source,
    importable_from,
    is_own_module,
    owner_of,
    undecorated_model,
)
from brian_sweep_widget.engines.script.parts import Part, Scope
from brian_sweep_widget.engines.script.scopes import Scopes
from brian_sweep_widget.engines.script.values import LRU_CACHE, ValueWriter
from brian_sweep_widget.engines.script.words import words_within
from brian_sweep_widget.engines.shared_arrays import bounds


class CollectedParts(ABC):
    """Keeps the parts, and gives references to them.

    What is in modules and definitions is for the classes made of this one to say.

    Parameters
    ----------
    library_objects
        Objects of installed packages by identity: the module that has each, and
        the way from there.
    """

    def __init__(self, library_objects: Mapping[int, tuple[str, tuple[str, ...]]]) -> None:
        #: Objects of installed packages; see `DataSet`.
        self._library_objects = library_objects
        self.parts: list[Part] = []
        self._scopes = Scopes()
        #: The part that is a thing's, by the thing's identity.
        self.known: dict[int, Part] = {}
        self._kept: list[Any] = []  # so that no identity is used twice
        #: Words of all texts in it.
        self.words: set[str] = set()
        #: All names and attributes in its source.
        self.identifiers: set[str] = set()
        #: Modules of installed packages that have to be loaded.
        self.submodules: set[str] = set()
        #: What is being written, the innermost last.
        self.users: list[Part] = []

    @property
    def scopes(self) -> list[Scope]:
        """All scopes that were found, the first one first."""
        return self._scopes.every

    @abstractmethod
    def own_module(self, module: ModuleType) -> Part:
        """Stand in for a module of the user's own."""

    @abstractmethod
    def definition(self, thing: Any, name: str) -> Part:
        """Write a definition, and all that it refers to."""

    def module(self, module: ModuleType) -> str:
        """Refer to an installed module."""
        return self.refer(module, module.__name__)

    def written(self, value: Any, name: str) -> str:
        """Give the expression of a value."""
        self.words |= words_within(value)
        return ValueWriter(self.refer, self._named, self._whole).write(value, name)

    def _named(self, value: Any) -> str:
        """Give the reference of a value that has a name: there it is the same object."""
        place = self._library_objects.get(id(value))
        if place is not None:
            return self.used(self.imported(value, place[0], ".".join(place[1])))
        part = self.known.get(id(value))
        if part is None or part.kind != "value" or part in self.users:
            return ""
        return self.used(part)

    def _whole(self, value: np.ndarray) -> tuple[np.ndarray | None, str]:
        """Give an array that has a name, and all of another one's memory in it."""
        first, end = bounds(value)
        for part in self.parts:
            one = part.thing
            if part.kind == "value" and part.text and type(one) is np.ndarray and one.flags.forc:
                start, last = bounds(one)
                if start <= first < end <= last and not one.dtype.hasobject:
                    return one, self.used(part)
        return None, ""

    def refer(self, thing: Any, name: str) -> str:
        """Give the expression of a function, a class or a module."""
        thing = undecorated_model(thing)
        if is_module(thing):
            part = self.own_module(thing) if is_own_module(thing) else self.imported(thing)
            return self.used(part)
        if thing is Restored:
            return self.used(self._restored())
        found = None if id(thing) in self.known else importable_from(thing, name)
        if found:
            return self.used(self.imported(thing, *found))
        if isinstance(thing, LRU_CACHE) and decorated_source(thing) is None:
            settings = ", ".join(f"{k}={v!r}" for k, v in thing.cache_parameters().items())
            functools = self.module(sys.modules["functools"])
            return f"{functools}.lru_cache({settings})({self.refer(thing.__wrapped__, name)})"
        if isinstance(thing, type | FunctionType):
            owner = owner_of(thing, self._scopes.of_module_of(thing).meanings)
            if owner:
                return f"{self.refer(owner[0], owner[0].__name__)}.{owner[1]}"
        return self.used(self.definition(thing, name))

    def used(self, part: Part) -> str:
        """Give a part's reference, and have it stand above what is being written."""
        if self.users:
            self.users[-1].eager.append(part)
        return part.reference

    def new(
        self,
        kind: Literal["import", "module", "value", "definition", "change"],
        scope: Scope | None,
        name: str,
        thing: Any,
    ) -> Part:
        """Make a part."""
        part = Part(len(self.parts), kind, scope, name, thing)
        self.parts.append(part)
        self._kept.append(thing)
        return part

    def imported(self, thing: Any, module: str = "", path: str = "") -> Part:
        """Give the part that imports a module, or what has this path in one."""
        known = self.known.get(id(thing))
        if known is None:
            known = self.new("import", None, module or thing.__name__, thing)
            known.path = path
            self.identifiers |= set(path.split("."))
            self.known[id(thing)] = known
            if module:
                known.eager.append(self.imported(sys.modules[module]))
        return known

    def _restored(self) -> Part:
        known = self.known.get(id(Restored))
        if known is None:
            scope = self._scopes.named(("restored",), "restored", {"restored": Restored})
            known = self.new("definition", scope, "restored", Restored)
            known.text = RESTORED
            scope.names["restored"] = known
            self.known[id(Restored)] = known
        return known
