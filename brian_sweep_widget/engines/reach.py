"""What a model's code can reach: of every namespace, the names that it may use.

Code names globals, and attributes of modules. Brian's equations are texts, and
name globals of whichever function runs them. So of every namespace that a
model's code comes from, this finds what its code names; what any text names
that the model has, and equations could mean; and of a module that code holds
itself, what occurs as a name anywhere. What is packed, and what a fingerprint
is made of, is both read from here.
"""

from __future__ import annotations

import functools
import sys
from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from brian_sweep_widget.engines.code import Uses, closed_over, identifiers, uses_of
from brian_sweep_widget.engines.dry_pickling import DryPickler
from brian_sweep_widget.engines.global_generators import LIBRARIES
from brian_sweep_widget.engines.installed import distribution_of, is_users_scope
from brian_sweep_widget.engines.later_imports import LaterImports
from brian_sweep_widget.engines.libraries_changed import (
    modules_named,
    own_in_libraries,
    places_set_by,
)
from brian_sweep_widget.engines.library_data import PackageData, Place, is_of_package
from brian_sweep_widget.engines.reached_scope import ReachedScope, Wanted
from brian_sweep_widget.engines.reducing import Scope, Scopes
from brian_sweep_widget.engines.sent_modules import Source, compiled_file
from brian_sweep_widget.engines.shared_arrays import SharedArrays

# Code that uses these may reach any attribute of a module that it holds, ...
_ANY_ATTRIBUTE = frozenset(
    {"getattr", "hasattr", "vars", "dir", "__dict__", "__getattribute__", "attrgetter"}
    | {"methodcaller", "getmembers", "getmembers_static", "getattr_static"}
)
# ... any global of its own, ...
_ANY_GLOBAL = frozenset({"globals", "eval", "exec", "locals", "vars", "_getframe", "f_globals"})
# ... and any module.
_ANY_MODULE = frozenset({"import_module", "__import__", "modules"})


class Reach:
    """What functions can reach.

    Parameters
    ----------
    roots
        The functions, and whatever else travels with them.
    """

    def __init__(self, roots: Iterable[Any]) -> None:
        self.scopes = Scopes()
        self.arrays = SharedArrays()
        self._known: dict[int, ReachedScope] = {}
        self._words: set[str] = set()  # in texts
        self._names: set[str] = set()  # in code
        self._dynamic = False
        #: Files of compiled modules of the user's, by the module's name.
        self.compiled: dict[str, str] = {}
        self._classes: dict[int, type] = {}  # of the user's
        #: Classes that code finds by asking their base for them.
        self.subclasses: list[type] = []
        #: What the code sets in installed libraries.
        self.places: set[Place] = set()
        #: The user's functions and classes that it finds in them, and data.
        self.own_in_libraries: dict[Place, Any] = {}
        #: Objects of theirs by identity, with the module that has each, and the way from there.
        self.library_objects: dict[int, tuple[str, tuple[str, ...]]] = {}
        self._of_libraries: set[str] = set()  # modules that were read
        #: Libraries whose generators have to be seeded, and that code may load when it runs.
        self.loaded_first: frozenset[str] = frozenset()
        #: Objects that stand for modules which are imported when the code runs, by name.
        self.replaced: dict[str, Any] = {}
        self._unseen: list[Any] = []  # of these, and of what is in libraries
        self._imports = LaterImports(self)
        self._pickler = DryPickler(self)
        self._root_failure: Exception | None = None
        roots = list(roots)
        for root in roots:
            failure = self._look_at(root)
            self._root_failure = self._root_failure or failure
        while self._look_further():
            pass

    def __iter__(self) -> Iterator[tuple[Scope, dict[str, Wanted], dict[str, Exception]]]:
        """Give namespaces, their names that are wanted, and which of these cannot be sent."""
        found = sorted(self._known.values(), key=lambda known: known.scope.name)
        return iter([(known.scope, known.wanted, known.failed) for known in found])

    @property
    def sources(self) -> dict[str, Source]:
        """Modules that are imported when the code runs, by name."""
        return self._imports.sources

    def problem(self, functions: Iterable[Callable[..., Any]]) -> str:
        """Say in words what cannot be sent that functions certainly use; empty if nothing.

        Parameters
        ----------
        functions
            That are called.
        """
        waiting: list[Any] = list(functions)
        seen = set()
        while waiting:
            current = _plain(waiting.pop())
            if not isinstance(current, FunctionType) or id(current) in seen:
                continue
            seen.add(id(current))
            for name, value in closed_over(current).items():
                waiting.append(value)
                failure = None if self._root_failure is None else self._look_at(value)
                if failure is not None:
                    return _words(name, value, current.__name__, "", failure)
            if not is_users_scope(current.__globals__):
                continue
            known = self._of(current.__globals__)
            for name in sorted(uses_of(current.__code__, current.__doc__).variables):
                if name in known.failed:
                    return self.words(known.scope, name)
                waiting.append(known.scope.namespace.get(name))
        if self._root_failure is not None:
            return _reason(self._root_failure)
        return ""

    def words(self, scope: Scope, name: str) -> str:
        """Say in words why a name of a namespace cannot be sent."""
        known = self._of(scope.namespace)
        by = known.named.get(name, "")
        where = "" if scope.name in {"", "__main__"} else f" of {scope.name}"
        return _words(name, scope.namespace.get(name), by, where, known.failed[name])

    def _of(self, namespace: dict[str, Any]) -> ReachedScope:
        scope = self.scopes.of(namespace)
        known = self._known.get(id(namespace))
        if known is None:
            known = self._known[id(namespace)] = ReachedScope(scope)
            if scope.known:
                self._enter_parent(scope)
        return known

    def _enter_parent(self, scope: Scope) -> None:
        parent, _, child = scope.name.rpartition(".")
        module = sys.modules.get(parent)
        if module is not None and is_users_scope(vars(module)):
            known = self._of(vars(module))
            if child in known.scope.namespace:
                known.named.setdefault(child, "")

    def _look_further(self) -> bool:
        """Look at what is wanted that was not looked at yet; whether there was any."""
        anything = False
        for known in list(self._known.values()):
            wanted = known.names_wanted(self._names, self._words, any_attribute=self._dynamic)
            for name in sorted(wanted):
                before = known.wanted.get(name)
                known.wanted[name] = wanted[name]
                if before is None:
                    anything = True
                    failure = self._look_at(known.scope.namespace[name])
                    if failure is not None:
                        known.failed[name] = failure
        while self._unseen:
            anything = True
            self._root_failure = self._look_at(self._unseen.pop()) or self._root_failure
        return self._look_at_subclasses() or anything

    def _look_at_subclasses(self) -> bool:
        """Look at classes that code may ask their base for; whether there was another one."""
        if "__subclasses__" not in self._names:
            return False
        found = {id(one): one for base in self._classes.values() for one in _subclasses(base)}
        new = len(found) > len(self.subclasses)
        self.subclasses = list(found.values())
        if new:
            self._root_failure = self._root_failure or self._look_at(self.subclasses)
        return new

    def _look_at(self, value: Any) -> Exception | None:
        """Look at all that would travel with a value; give what prevents it."""
        self.read_texts(value)
        try:
            self._pickler.dump(value)
        except Exception as error:  # noqa: BLE001 - any object may fail in any way to be pickled
            self._pickler.clear_memo()
            return error
        return None

    def read_texts(self, value: Any) -> None:
        """Take note of what could be names in a text, and in texts in containers."""
        waiting, seen = [value], set()
        while waiting:
            one = waiting.pop()
            if isinstance(one, str):
                self._read_text(one)
            elif isinstance(one, list | tuple | set | frozenset | dict) and id(one) not in seen:
                seen.add(id(one))
                waiting += one
                if isinstance(one, dict):
                    waiting += [value for name, value in one.items() if name != "__doc__"]

    def _read_text(self, text: str) -> None:
        self._words.update(identifiers(text))

    def see_module(self, module: ModuleType) -> None:
        """Take note that code holds a module of the user's."""
        file = compiled_file(module)
        if file:
            self.compiled[module.__name__] = file
        else:
            self._of(vars(module)).held = True

    def see_function(self, function: FunctionType) -> None:
        """Take note of what a function refers to."""
        uses = uses_of(function.__code__, function.__doc__)
        self.read_texts([function.__defaults__, function.__kwdefaults__, function.__dict__])
        if not is_users_scope(function.__globals__):
            return
        self.see_setting(function.__code__, ChainMap(closed_over(function), function.__globals__))
        known = self._of(function.__globals__)
        for name in sorted(uses.variables & known.scope.namespace.keys()):
            known.named.setdefault(name, function.__name__)
        known.whole = known.whole or bool(_ANY_GLOBAL & uses.variables)
        self.see_code(uses, known.scope.namespace)

    def see_code(self, uses: Uses, namespace: dict[str, Any]) -> None:
        """Take note of what code refers to that runs in a namespace."""
        self._names |= uses.names
        for text in uses.texts:
            self._read_text(text)
        self._dynamic = self._dynamic or bool(_ANY_ATTRIBUTE & uses.names)
        if _ANY_MODULE & uses.names:
            self._dynamic = True
            self._imports.see_any(uses.texts)
        for imported in uses.imports:
            self.loaded_first |= LIBRARIES & {imported.name.partition(".")[0]}
            self._imports.see(imported, namespace)

    def see_setting(self, code: CodeType, variables: Mapping[str, Any]) -> None:
        """Take note of what code sets in installed libraries, and of the user's in them."""
        self.places |= places_set_by(code, variables)
        self._see_in_libraries(own_in_libraries(code, variables))
        for module in sorted(modules_named(code, variables)):
            self._see_library(module)

    def _see_in_libraries(self, things: Mapping[Place, Any]) -> None:
        new = {place: one for place, one in things.items() if place not in self.own_in_libraries}
        self.own_in_libraries |= new
        self._unseen += new.values()

    def _see_library(self, module: str) -> None:
        if module not in self._of_libraries and is_of_package(module):
            data = PackageData(module)
            self._of_libraries |= data.modules
            self._see_in_libraries(data.values)
            self.library_objects |= data.objects
            for other in sorted(data.uses):
                self._see_library(other)

    def see_replaced(self, name: str, thing: object) -> None:
        """Take note of an object that stands for a module."""
        self.replaced[name] = thing
        self._unseen.append(thing)

    def see_class(self, kind: type) -> None:
        """Take note of a class."""
        if not distribution_of(kind):
            self._classes[id(kind)] = kind

    def see_whole(self, module: ModuleType) -> None:
        """Take note that anything in a module of the user's may be used."""
        self._of(vars(module)).whole = True


def _subclasses(base: type) -> list[type]:
    """List the user's classes that are made of one, in the order in which they were made."""
    found: list[type] = type.__subclasses__(base)
    return [one for one in found if not distribution_of(one)]


def _plain(thing: Any) -> Any:
    """Give the function behind a method, a partial function or a cache."""
    while True:
        if isinstance(thing, MethodType):
            thing = thing.__func__
        elif isinstance(thing, functools.partial):
            thing = thing.func
        elif isinstance(thing, functools._lru_cache_wrapper):  # noqa: SLF001 - it has no other name
            thing = thing.__wrapped__
        else:
            return thing


def _words(name: str, value: object, by: str, where: str, failure: Exception) -> str:
    uses = f", which {by} uses" if by else ""
    kind = type(value).__name__
    return f"{name}{where} is a {kind}{uses}, and cannot be sent ({_reason(failure)})"


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
