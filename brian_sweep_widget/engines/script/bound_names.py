"""Names that mean something in a scope: modules, values and definitions bound to them."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from brian_sweep_widget.engines.installed import is_module
from brian_sweep_widget.engines.script.collected_parts import CollectedParts
from brian_sweep_widget.engines.script.errors import ScriptError
from brian_sweep_widget.engines.script.names import Path
from brian_sweep_widget.engines.script.origins import (
    decorated_source,
    importable_from,
    is_function_of_brian,
    is_own_module,
    owner_of,
    undecorated_model,
)
from brian_sweep_widget.engines.script.parts import Part, Scope
from brian_sweep_widget.engines.script.values import LRU_CACHE
from brian_sweep_widget.engines.script.words import is_for_equations

_PLAIN = (type(None), bool, int, str, bytes)
_IMMUTABLE = (type(None), bool, int, float, complex, str, bytes, range, np.generic)
#: What Python sets in every module: a script has its own.
OF_MODULES = {
    "__name__", "__doc__", "__package__", "__loader__", "__spec__", "__builtins__", "__debug__",
    "__annotations__", "__cached__", "__path__",
}  # fmt: skip


class BoundNames(CollectedParts):
    """Gives names their meaning in a scope."""

    def own_module(self, module: ModuleType, paths: Iterable[Path] = ()) -> Part:
        """Stand in for a module of the user's own, with what is read of it."""
        scope = self._scopes.of_module(vars(module), module.__name__)
        part = self.known.get(id(module))
        if part is None:
            part = self.new("module", scope, module.__name__, module)
            self.known[id(module)] = part
        for path in paths:
            for name in path[:1] or [one for one in vars(module) if one not in OF_MODULES]:
                if name not in vars(module):
                    continue
                value = vars(module)[name]
                if not path and is_module(value):
                    continue
                bound = self.bind(scope, name, value, {path[1:]} if path else set())
                if bound not in part.eager:
                    part.eager.append(bound)
        return part

    def bind(self, scope: Scope, name: str, value: Any, paths: set[Path]) -> Part:
        """See to it that a name has its meaning in a scope."""
        value = undecorated_model(value)
        if is_module(value):
            self._read_module(value, paths)
        known = scope.names.get(name)
        if known is not None:
            return known
        here = self.known.get(id(value))
        if here is None and _is_defined(value, name):
            part = self._defined_here(scope, name, value)
            if part is not None:
                return part
        part = self.new("value", scope, name, value)
        part.identity = not _is_immutable(value)
        scope.names[name] = part
        self.users.append(part)
        try:
            found = None if isinstance(value, _PLAIN) else importable_from(value, name)
            if here is not None and here.kind == "value" and part.identity:
                part.text = self.used(here)
            elif found and (found[1] == name or callable(value)):
                part.text = self.used(self.imported(value, *found))
            else:
                part.text = self.written(value, name)
        except ScriptError:
            del scope.names[name]
            raise
        finally:
            self.users.pop()
        if part.identity and here is None:
            self.known.setdefault(id(value), part)
        return part

    def try_bind(self, scope: Scope, name: str) -> Part | None:
        """Bind a name that may be meant; None if it cannot be, as most words are no names."""
        value = undecorated_model(scope.meanings[name])
        if is_module(value):
            return None
        users, self.users = self.users, []
        try:
            return self.bind(scope, name, value, set())
        except ScriptError:
            if is_for_equations(value):
                raise
            return None
        finally:
            self.users = users

    def import_while_running(self, part: Part, module: ModuleType, paths: set[Path]) -> None:
        """Have a module of the user's there when a function imports from it."""
        scope = self._scopes.of_module(vars(module), module.__name__)
        scope.real = scope.imported = True
        scope.package = str(getattr(module, "__package__", "") or "")
        part.lazy.append(self.own_module(module, paths))
        above = module.__name__.rpartition(".")[0]
        if above in sys.modules:
            child = module.__name__.rpartition(".")[2]
            self.import_while_running(part, sys.modules[above], {(child,)})

    def _defined_here(self, scope: Scope, name: str, value: Any) -> Part | None:
        """Write a definition; None if it has its name somewhere else."""
        if isinstance(value, LRU_CACHE) and decorated_source(value) is None:
            return None
        if isinstance(value, type | FunctionType) and owner_of(
            value, self._scopes.of_module_of(value).meanings
        ):
            return None
        part = self.definition(value, name)
        return part if part.scope is scope and part.name == name else None

    def _read_module(self, module: ModuleType, paths: set[Path]) -> None:
        if is_own_module(module):
            self.own_module(module, paths)
            return
        for path in paths:
            for length in range(1, len(path) + 1):
                name = ".".join((module.__name__, *path[:length]))
                if name in sys.modules:
                    self.submodules.add(name)


def _is_defined(value: Any, name: str) -> bool:
    """Whether a value is written as a definition, not as an expression."""
    return (
        isinstance(value, type | FunctionType | LRU_CACHE)
        or (is_function_of_brian(value) and type(value).__name__ != "TimedArray")
    ) and not importable_from(value, name)


def _is_immutable(value: Any) -> bool:
    """Whether it makes no difference if two names have the same object, or equal ones."""
    if isinstance(value, tuple | frozenset):
        return all(map(_is_immutable, value))
    return isinstance(value, _IMMUTABLE) or (isinstance(value, np.ndarray) and not value.ndim)
