"""Gathers all that functions refer to, so that a script holds it or imports it."""

from __future__ import annotations

import builtins
import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Mapping
from types import FunctionType, ModuleType
from typing import Any

from brian_sweep_widget.engines.installed import distribution_of
from brian_sweep_widget.engines.script.errors import ScriptError
from brian_sweep_widget.engines.script.sources import Source, read_source, scope_of
from brian_sweep_widget.engines.script.values import source_of
from brian_sweep_widget.models import NetworkModel

_OURS = __name__.partition(".")[0]

_FOR_CHECKERS = re.compile(r"  # noqa\b.*")

Rewrite = Callable[[Source], str]


class Collection:
    """Imports, values and definitions of a script, in the order in which it needs them.

    Parameters
    ----------
    modules
        What the script imports for itself, by the names that it gives them.
    reserved
        Other names that the script uses itself.
    """

    def __init__(self, modules: Mapping[str, ModuleType], reserved: Iterable[str]) -> None:
        self._meaning: dict[str, Any] = {**dict.fromkeys(reserved), **modules}
        self._names: dict[int, str] = {}
        self._kept: list[Any] = []  # so that no identity is used twice
        for name, module in modules.items():
            self._remember(module, name)
        self._imports: set[str] = set()
        self._from: dict[str, set[str]] = {}
        self._attributes: set[tuple[str, str]] = set()
        self.blocks: list[str] = []

    @property
    def imports(self) -> list[str]:
        """The lines that import."""
        lines = sorted(self._imports)
        for module in sorted(self._from):
            names = ", ".join(sorted(self._from[module]))
            line = f"from {module} import {names}"
            if len(line) > 88:  # noqa: PLR2004 - as long as ours are
                body = "".join(f"    {name},\n" for name in sorted(self._from[module]))
                line = f"from {module} import (\n{body})"
            lines.append(line)
        return lines

    def import_from(self, module: str, *names: str) -> None:
        """Have names imported under which the script knows them."""
        self._from.setdefault(module, set()).update(names)

    def add(self, function: Callable[..., Any], rewrite: Rewrite | None = None) -> str:
        """Add a function of a model's, without what decorates it; give its name in the script.

        Raises
        ------
        ScriptError
            If it, or what it refers to, cannot be written.
        """
        if hasattr(function, "__wrapped__") or not isinstance(function, FunctionType):
            msg = (
                f"{getattr(function, '__name__', function)!r} is decorated, or no plain function: "
                "a script can hold functions that are defined by def alone"
            )
            raise ScriptError(msg)
        return self._define(function, function.__name__, decorators=False, rewrite=rewrite)

    def _define(
        self,
        thing: Any,
        name: str,
        *,
        decorators: bool = True,
        rewrite: Rewrite | None = None,
    ) -> str:
        """Write a definition, and before it all that it refers to."""
        known = self._names.get(id(thing))
        if known is not None:
            return known
        plain = inspect.unwrap(thing) if not isinstance(thing, type) else thing
        source = read_source(plain, decorators=decorators)
        alias = self._free(name, thing)
        self._remember(thing, alias)
        scope, own = _meaning_of(plain)
        wanted = {
            one: scope[one] for one in sorted(source.names - own) if one in scope and one != name
        }
        if alias == name:
            wanted.pop(name, None)
        # All of its own names before those of what it calls: they are the more likely
        # ones to be read in a text, which cannot be changed.
        apart = {one for one, value in wanted.items() if not self._claim(one, value)}
        local = []
        for one, value in wanted.items():
            in_text = one not in _read_by_code(plain)
            try:
                written = self._provide(one, value, source.attributes.get(one, frozenset()))
            except ScriptError:
                if not in_text:
                    raise
                continue  # most words of a text are no names
            if one in apart and written != one:
                local.append(f"{one} = {written}")
        text = source.text if rewrite is None else rewrite(source)
        if _is_ours(plain):  # what our checker is told is of no use elsewhere
            text = _FOR_CHECKERS.sub("", text)
        if alias == name and not local:
            self.blocks.append(text)
        else:
            inner = "\n".join([*local, text]) + f"\nreturn {source.node.name}\n"
            body = textwrap.indent(inner, "    ")
            self.blocks.append(
                f"def _scope_of_{alias}():\n{body}\n\n{alias} = _scope_of_{alias}()\n"
            )
        return alias

    def _provide(self, name: str, value: Any, attributes: Iterable[str]) -> str:  # noqa: PLR0911 - a kind each
        """See to it that a value is in the script; give the expression that it has there."""
        value = value.builder if isinstance(value, NetworkModel) else value
        if isinstance(value, ModuleType) and (_is_ours(value) or not distribution_of(value)):
            return self._own_module(name, value, attributes)
        known = self._names.get(id(value))
        if known is not None:
            return known
        if isinstance(value, ModuleType):
            return self._module(name, value)
        module = _importable_from(name, value)
        if module:
            if self._meaning.get(name) is value:
                self.import_from(module, name)
                return name
            alias = self._free(name, value)
            self._remember(value, alias)
            self.import_from(module, f"{name} as {alias}")
            return alias
        plain = inspect.unwrap(value) if callable(value) else value
        if isinstance(plain, FunctionType | type):
            if distribution_of(plain) and not _is_ours(plain):
                return self._import_qualified(plain, name)
            return self._define(value, name)
        return self._value(name, value)

    def _value(self, name: str, value: Any) -> str:
        written = source_of(value, name)
        alias = self._free(name, value)
        self._remember(value, alias)
        self.blocks.append(f"{alias} = {written}\n")
        return alias

    def _module(self, name: str, module: ModuleType) -> str:
        alias = self._free(name, module)
        self._remember(module, alias)
        plain = f"import {module.__name__}"
        self._imports.add(plain if module.__name__ == alias else f"{plain} as {alias}")
        return alias

    def _own_module(self, name: str, module: ModuleType, attributes: Iterable[str]) -> str:
        """Stand in for a module of the user's own: with what is read of it, and nothing else."""
        alias = self._names.get(id(module), "")
        if not alias:
            alias = self._free(name, module)
            self._remember(module, alias)
            self.import_from("types", "SimpleNamespace")
            self.blocks.append(f"{alias} = SimpleNamespace()\n")
        for attribute in sorted(attributes):
            if (alias, attribute) not in self._attributes and hasattr(module, attribute):
                self._attributes.add((alias, attribute))
                written = self._provide(attribute, getattr(module, attribute), ())
                self.blocks.append(f"{alias}.{attribute} = {written}\n")
        return alias

    def _import_qualified(self, thing: Any, name: str) -> str:
        module, path = thing.__module__, thing.__qualname__
        if _followed(module, path) is not thing:
            msg = f"{name} ({module}.{path}) cannot be imported by its name"
            raise ScriptError(msg)
        alias = self._free(name, thing)
        self._remember(thing, alias)
        first, *rest = path.split(".")
        if rest:
            self._imports.add(f"import {module}")
            self.blocks.append(f"{alias} = {module}.{path}\n")
        else:
            self.import_from(module, first if first == alias else f"{first} as {alias}")
        return alias

    def _claim(self, name: str, value: Any) -> bool:
        """Reserve a name for a value; say whether it means that value in the script."""
        value = value.builder if isinstance(value, NetworkModel) else value
        if name in self._meaning:
            return self._meaning[name] is value
        self._meaning[name] = value
        return True

    def _free(self, name: str, value: Any) -> str:
        """Give a name that means this value, the wanted one if it can be."""
        alias, number = name, 2
        while not self._claim(alias, value):
            alias, number = f"{name}_{number}", number + 1
        return alias

    def _remember(self, value: Any, name: str) -> None:
        self._names[id(value)] = name
        self._kept.append(value)


def _meaning_of(thing: Any) -> tuple[dict[str, Any], set[str]]:
    """Give what names mean in a definition, and which are its own."""
    if isinstance(thing, type):
        module = sys.modules.get(thing.__module__)
        scope = dict(vars(module)) if module is not None else {}
        own: set[str] = set()
    else:
        scope = scope_of(thing)
        code = thing.__code__
        own = set(code.co_varnames) | set(code.co_cellvars)
    # What a builtin's name means is its own affair, unless the user has changed that.
    plain = vars(builtins)
    return {
        name: value
        for name, value in scope.items()
        if name not in plain or plain[name] is not value
    }, own


def _read_by_code(thing: Any) -> set[str]:
    """Give the names that compiled code reads, and not only texts."""
    if isinstance(thing, type):
        found = set()
        for member in vars(thing).values():
            function = member.fget if isinstance(member, property) else member
            if isinstance(function, staticmethod | classmethod):
                function = function.__func__
            if isinstance(function, FunctionType):
                found |= _read_by_code(function)
        return found | {base.__name__ for base in thing.__bases__}
    waiting, found = [thing.__code__], set()
    while waiting:
        code = waiting.pop()
        found |= {*code.co_names, *code.co_freevars}
        waiting += [constant for constant in code.co_consts if hasattr(constant, "co_names")]
    return found


def _importable_from(name: str, value: Any) -> str:
    """Say from which well-known module a name can be imported; empty for none."""
    for module in ("brian2", "numpy", "math"):
        there = sys.modules.get(module)
        if there is not None and getattr(there, name, None) is value:
            return module
    return ""


def _followed(module: str, path: str) -> Any:
    thing: Any = sys.modules.get(module)
    for part in path.split("."):
        thing = getattr(thing, part, None)
    return thing


def _is_ours(thing: Any) -> bool:
    name = thing.__name__ if isinstance(thing, ModuleType) else getattr(thing, "__module__", "")
    return str(name).partition(".")[0] == _OURS
