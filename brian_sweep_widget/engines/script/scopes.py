"""The scopes in which a model's definitions stand: globals of modules, and closures over them."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from types import FunctionType
from typing import Any

from brian_sweep_widget.engines.script.errors import ScriptError
from brian_sweep_widget.engines.script.parts import Scope


class Scopes:
    """Finds the scope of a definition: the same one for all that see the same meanings."""

    def __init__(self) -> None:
        self.every: list[Scope] = []
        self._scopes: dict[tuple[object, ...], Scope] = {}
        self._kept: list[Any] = []  # so that no identity is used twice

    def named(self, key: tuple[object, ...], module: str, meanings: dict[str, Any]) -> Scope:
        """Give the scope that goes by a key, made with these meanings if it is new."""
        scope = self._scopes.get(key)
        if scope is None:
            scope = Scope(module, meanings)
            self._scopes[key] = scope
            self.every.append(scope)
            self._kept.append(key)
        return scope

    def of_module(self, meanings: dict[str, Any], name: str) -> Scope:
        """Give the scope of a module's globals."""
        return self.named((id(meanings),), name, meanings)

    def of_module_of(self, thing: Any) -> Scope:
        """Give the scope of the module in which a function or a class was defined.

        Raises
        ------
        ScriptError
            If that module is not loaded any more.
        """
        if isinstance(thing, FunctionType):
            name = str(thing.__globals__.get("__name__", thing.__module__))
            return self.of_module(thing.__globals__, name)
        for member in vars(thing).values():
            function = getattr(member, "__func__", getattr(member, "fget", member))
            if isinstance(function, FunctionType) and function.__module__ == thing.__module__ and (
                function.__globals__.get("__name__") == thing.__module__
            ):  # fmt: skip
                return self.of_module_of(function)
        module = sys.modules.get(thing.__module__)
        if module is None:
            msg = f"the module {thing.__module__} of {thing.__name__} is not loaded any more"
            raise ScriptError(msg)
        return self.of_module(vars(module), module.__name__)

    def of_definition(self, thing: Any) -> Scope:
        """Give what names mean in a definition: its closure over its globals."""
        scope = self.of_module_of(thing)
        functions = [thing] if isinstance(thing, FunctionType) else list(_in_body(thing))
        closed: dict[str, Any] = {}
        for plain in functions:
            cells = zip(plain.__code__.co_freevars, plain.__closure__ or (), strict=True)
            for name, cell in cells:
                try:
                    closed[name] = cell.cell_contents
                except ValueError:  # not yet bound
                    continue
        closed.pop("__class__", None)  # Python's own, for super()
        closed.pop(getattr(thing, "__name__", ""), None)
        return self.over(scope, closed)

    def over(self, scope: Scope, closed: dict[str, Any]) -> Scope:
        """Give a scope in which some names mean something else."""
        if not closed:
            return scope
        key = (id(scope), *sorted((name, id(value)) for name, value in closed.items()))
        return self.named(key, scope.module, {**scope.meanings, **closed})


def _in_body(kind: type) -> Iterator[FunctionType]:
    """Give the functions that a class's own body defines, without what decorates them."""
    for member in vars(kind).values():
        function = getattr(member, "__func__", getattr(member, "fget", member))
        plain = inspect.unwrap(function) if callable(function) else None
        if isinstance(plain, FunctionType) and plain.__code__.co_qualname.startswith(
            f"{kind.__qualname__}."
        ):
            yield plain
