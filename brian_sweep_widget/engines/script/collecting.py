"""Gathers all that functions refer to: what a script imports, writes and defines."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import sys
from collections.abc import Callable, Iterable
from types import FunctionType, ModuleType
from typing import Any, Literal

import numpy as np

from brian_sweep_widget.engines.script.definitions import (
    below_decorators,
    means,
    name_of_lambda,
    names_in,
    read_definition,
    set_later,
)
from brian_sweep_widget.engines.script.errors import ScriptError
from brian_sweep_widget.engines.script.instances import (
    RESTORED,
    Restored,
    is_made_by_call,
    write_call,
)
from brian_sweep_widget.engines.script.names import (
    Import,
    Names,
    Path,
    is_builtin,
)
from brian_sweep_widget.engines.script.origins import (
    decorated_source,
    importable_from,
    is_ours,
    is_own_module,
    owner_of,
    undecorated_model,
)
from brian_sweep_widget.engines.script.parts import Part, Scope
from brian_sweep_widget.engines.script.scopes import Scopes
from brian_sweep_widget.engines.script.sources import (
    Source,
    defaults_of,
    with_defaults,
)
from brian_sweep_widget.engines.script.values import LRU_CACHE, ValueWriter
from brian_sweep_widget.engines.script.words import (
    is_for_equations,
    known_to_brian,
    words_within,
)

_FOR_CHECKERS = re.compile(r"  # noqa\b.*")
_PLAIN = (type(None), bool, int, str, bytes)
_IMMUTABLE = (type(None), bool, int, float, complex, str, bytes, range, np.generic)
# What Python sets in every module: a script has its own.
_OF_MODULES = {
    "__name__", "__doc__", "__package__", "__loader__", "__spec__", "__builtins__", "__debug__",
    "__annotations__", "__cached__", "__path__",
}  # fmt: skip

Rewrite = Callable[[Source, str], str]


class Collection:
    """The parts of a script, and the scopes in which they have names.

    Parts are made as they are referred to, beginning with what is asked for;
    where each stands and how its scope is written is for `Layout` to say.
    """

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self._scopes = Scopes()
        self._known: dict[int, Part] = {}
        self._kept: list[Any] = []  # so that no identity is used twice
        #: Words of all texts in it.
        self.words: set[str] = set()
        #: All names and attributes in its source.
        self.identifiers: set[str] = set()
        #: Modules of installed packages that have to be loaded.
        self.submodules: set[str] = set()
        self._users: list[Part] = []  # what is being written, the innermost last

    @property
    def scopes(self) -> list[Scope]:
        """All scopes that were found, the first one first."""
        return self._scopes.every

    def module(self, module: ModuleType) -> str:
        """Refer to an installed module."""
        return self._refer(module, module.__name__)

    def expression(self, value: Any, name: str) -> str:
        """Refer to a value, a function or an object that can be called.

        Raises
        ------
        ScriptError
            If it, or what it refers to, cannot be written.
        """
        text = self._written(undecorated_model(value), name)
        self._provide_words()
        return text

    def model(self, builder: Any, name: str, rewrite: Rewrite) -> str:
        """Refer to a model's function, which is written in another way than it stands.

        Raises
        ------
        ScriptError
            As `expression`; also if it is not defined by def.
        """
        if not isinstance(builder, FunctionType):
            msg = f"{name} is no plain function: define the model by def"
            raise ScriptError(msg)
        part = self._definition(builder, name, rewrite)
        self._provide_words()
        return part.reference

    # References

    def _written(self, value: Any, name: str) -> str:
        self.words |= words_within(value)
        return ValueWriter(self._refer).write(value, name)

    def _refer(self, thing: Any, name: str) -> str:
        """Give the expression of a function, a class or a module."""
        thing = undecorated_model(thing)
        if isinstance(thing, ModuleType):
            part = self._own_module(thing, ()) if is_own_module(thing) else self._import(thing)
            return self._used(part)
        if thing is Restored:
            return self._used(self._restored())
        found = None if id(thing) in self._known else importable_from(thing, name)
        if found:
            return self._used(self._import(thing, *found))
        if isinstance(thing, LRU_CACHE) and decorated_source(thing) is None:
            settings = ", ".join(f"{k}={v!r}" for k, v in thing.cache_parameters().items())
            functools = self.module(sys.modules["functools"])
            return f"{functools}.lru_cache({settings})({self._refer(thing.__wrapped__, name)})"
        if isinstance(thing, type | FunctionType):
            owner = owner_of(thing, self._scopes.of_module_of(thing).meanings)
            if owner:
                return f"{self._refer(owner[0], owner[0].__name__)}.{owner[1]}"
        return self._used(self._definition(thing, name))

    def _used(self, part: Part) -> str:
        if self._users:
            self._users[-1].eager.append(part)
        return part.reference

    def _new(
        self,
        kind: Literal["import", "module", "value", "definition"],
        scope: Scope | None,
        name: str,
        thing: Any,
    ) -> Part:
        part = Part(len(self.parts), kind, scope, name, thing)
        self.parts.append(part)
        self._kept.append(thing)
        return part

    def _import(self, thing: Any, module: str = "", path: str = "") -> Part:
        known = self._known.get(id(thing))
        if known is None:
            known = self._new("import", None, module or thing.__name__, thing)
            known.path = path
            self.identifiers |= set(path.split("."))
            self._known[id(thing)] = known
            if module:
                known.eager.append(self._import(sys.modules[module]))
        return known

    def _restored(self) -> Part:
        known = self._known.get(id(Restored))
        if known is None:
            scope = self._scopes.named(("restored",), "restored", {"restored": Restored})
            known = self._new("definition", scope, "restored", Restored)
            known.text = RESTORED
            scope.names["restored"] = known
            self._known[id(Restored)] = known
        return known

    def _own_module(self, module: ModuleType, paths: Iterable[Path]) -> Part:
        """Stand in for a module of the user's own, with what is read of it."""
        scope = self._scopes.of_module(vars(module), module.__name__)
        part = self._known.get(id(module))
        if part is None:
            part = self._new("module", scope, module.__name__, module)
            self._known[id(module)] = part
        for path in paths:
            for name in path[:1] or [one for one in vars(module) if one not in _OF_MODULES]:
                if name not in vars(module):
                    continue
                value = vars(module)[name]
                if not path and isinstance(value, ModuleType):
                    continue
                bound = self._bind(scope, name, value, {path[1:]} if path else set())
                if bound not in part.eager:
                    part.eager.append(bound)
        return part

    def _bind(self, scope: Scope, name: str, value: Any, paths: set[Path]) -> Part:
        """See to it that a name has its meaning in a scope."""
        value = undecorated_model(value)
        if isinstance(value, ModuleType):
            self._read_module(value, paths)
        known = scope.names.get(name)
        if known is not None:
            return known
        here = self._known.get(id(value))
        if here is None and _is_defined(value, name):
            part = self._defined_here(scope, name, value)
            if part is not None:
                return part
        part = self._new("value", scope, name, value)
        part.identity = not _is_immutable(value)
        scope.names[name] = part
        self._users.append(part)
        try:
            found = None if isinstance(value, _PLAIN) else importable_from(value, name)
            if here is not None and here.kind == "value" and part.identity:
                part.text = self._used(here)
            elif found and (found[1] == name or callable(value)):
                part.text = self._used(self._import(value, *found))
            else:
                part.text = self._written(value, name)
        except ScriptError:
            del scope.names[name]
            raise
        finally:
            self._users.pop()
        if part.identity and here is None:
            self._known.setdefault(id(value), part)
        return part

    def _defined_here(self, scope: Scope, name: str, value: Any) -> Part | None:
        """Write a definition; None if it has its name somewhere else."""
        if isinstance(value, LRU_CACHE) and decorated_source(value) is None:
            return None
        if isinstance(value, type | FunctionType) and owner_of(
            value, self._scopes.of_module_of(value).meanings
        ):
            return None
        part = self._definition(value, name)
        return part if part.scope is scope and part.name == name else None

    def _read_module(self, module: ModuleType, paths: set[Path]) -> None:
        if is_own_module(module):
            self._own_module(module, paths)
            return
        for path in paths:
            for length in range(1, len(path) + 1):
                name = ".".join((module.__name__, *path[:length]))
                if name in sys.modules:
                    self.submodules.add(name)

    # Definitions

    def _definition(self, thing: Any, name: str, rewrite: Rewrite | None = None) -> Part:
        """Write a definition, and all that it refers to."""
        known = self._known.get(id(thing))
        if known is not None:
            return known
        if isinstance(thing, type) and is_made_by_call(thing):
            return self._called_class(thing)
        source, plain, decorators = read_definition(thing, name)
        scope = self._scopes.of_definition(plain)
        own = source.name or name_of_lambda(thing, name, scope)
        meaning = undecorated_model(scope.meanings.get(own, thing))
        if meaning is not thing:
            scope = self._scopes.over(scope, {own: thing})
        part = self._new("definition", scope, own, thing)
        part.identity = True
        self._known[id(thing)] = part
        scope.names[own] = part
        user = f"{plain.__qualname__} of {scope.module}"
        self._users.append(part)
        try:
            if isinstance(plain, FunctionType):
                source = self._with_true_defaults(source, plain, scope)
            above = "".join(f"@{one}\n" for one in decorators)
            text = above + source.text
            if not source.name:
                text = f"{own} = {source.text}"
            elif source.text.startswith("if True:\n"):
                text = below_decorators(source.text, above)
            if rewrite is not None:
                text = rewrite(source, text)
            part.text = _FOR_CHECKERS.sub("", text) if is_ours(plain) else text
            self._follow(part, scope, names_in(source, decorators), plain)
            part.text += self._attributes(part, source.node, plain)
        except ScriptError as error:
            del scope.names[own]
            del self._known[id(thing)]
            raise error.used_by(user) from None
        finally:
            self._users.pop()
        return part

    def _called_class(self, kind: type) -> Part:
        """Write a class that was made by a call: ``namedtuple("Point", "x y")``."""
        scope = self._scopes.of_module_of(kind)
        name = next((key for key, one in scope.meanings.items() if one is kind), kind.__name__)
        part = self._new("value", scope, name, kind)
        part.identity = True
        self._known[id(kind)] = part
        scope.names[name] = part
        self._users.append(part)
        try:
            part.text = write_call(ValueWriter(self._refer), kind)
        finally:
            self._users.pop()
        return part

    def _with_true_defaults(self, source: Source, function: FunctionType, scope: Scope) -> Source:
        """Replace defaults whose expressions mean something else by now, or nothing."""
        assert not isinstance(source.node, ast.ClassDef)  # noqa: S101 - functions have defaults
        values = {
            one.name: one.default
            for one in inspect.signature(function, follow_wrapped=False).parameters.values()
            if one.default is not one.empty
        }
        written = {}
        for name, default in defaults_of(source.node).items():
            if name not in values or means(default, values[name], scope.meanings):
                continue
            written[name] = self._written(values[name], f"the default of {name}")
        return with_defaults(source, written) if written else source

    def _follow(self, part: Part, scope: Scope, names: Names, plain: Any) -> None:
        """Provide what a definition refers to."""
        for name in sorted((names.eager | names.lazy | names.assigned) - _OF_MODULES):
            needed = part.eager if name in names.eager else part.lazy
            if name in scope.meanings:
                value = scope.meanings[name]
                needed.append(self._bind(scope, name, value, names.paths.get(name, set())))
                if name in names.changed and is_own_module(value):
                    self._scopes.of_module(vars(value), value.__name__).real = True
            elif is_builtin(name):
                scope.plain.add(name)
            elif name in names.eager:
                msg = (
                    f"{name} is a local variable of the function around a class or a decorated "
                    "function: define it at the top level"
                )
                raise ScriptError(msg)
        if isinstance(plain, type):
            for name in sorted(names.annotated & scope.meanings.keys() - names.eager):
                bound_or_none = self._try_bind(scope, name)
                if bound_or_none is not None:
                    part.eager.append(bound_or_none)
        self._note(part, scope, names)
        for one in names.imports:
            self._import_within(part, scope, one, names)

    def _note(self, part: Part, scope: Scope, names: Names) -> None:
        """Note what a definition names, where that decides how others are written."""
        for name in names.assigned & scope.names.keys():
            scope.names[name].identity = True  # another module's of equal value is not it
        scope.read |= names.eager | names.lazy | names.assigned | names.annotated
        if names.recursive:
            scope.read.add(part.name)
        self.words |= names.words
        self.identifiers |= names.identifiers

    def _import_within(self, part: Part, scope: Scope, one: Import, names: Names) -> None:
        """Provide what a function of the user's imports from modules of the user's."""
        package = str(scope.meanings.get("__package__") or "")
        name = "." * one.level + one.module
        try:
            module = importlib.import_module(name, package or None)
        except ImportError:
            return  # as it will be there: this may be an import that is tried
        if not is_own_module(module):
            return
        if one.level:
            scope.real, scope.package = True, package
        paths = {(attribute,) for attribute in one.names} or names.paths.get(one.alias, {()})
        if not one.names and "." in one.module and one.alias == one.module.partition(".")[0]:
            above = len(one.module.split(".")) - 1
            paths = {path[above:] for path in paths}
        for attribute in one.names:
            inner = f"{module.__name__}.{attribute}"
            if inner in sys.modules and is_own_module(sys.modules[inner]):
                self._import_module(part, sys.modules[inner], names.paths.get(attribute, {()}))
        self._import_module(part, module, {path for path in paths if path[:1] != ("*",)})

    def _import_module(self, part: Part, module: ModuleType, paths: set[Path]) -> None:
        scope = self._scopes.of_module(vars(module), module.__name__)
        scope.real = scope.imported = True
        scope.package = str(getattr(module, "__package__", "") or "")
        part.lazy.append(self._own_module(module, paths))
        above = module.__name__.rpartition(".")[0]
        if above in sys.modules:
            self._import_module(part, sys.modules[above], {(module.__name__.rpartition(".")[2],)})

    def _attributes(self, part: Part, node: ast.AST, plain: Any) -> str:
        """Write what was set on a function or a class after it was defined."""
        if isinstance(plain, type):
            assert isinstance(node, ast.ClassDef)  # noqa: S101 - classes are defined by it
            meanings = part.scope.meanings if part.scope else {}
            later = set_later(plain, node, meanings)
            return "".join(
                f"{part.name}.{name} = {self._written(value, f'{part.name}.{name}')}\n"
                for name, value in later.items()
            )
        if plain is not part.thing:
            return ""
        return "".join(
            f"{part.name}.{name} = {self._written(value, f'{part.name}.{name}')}\n"
            for name, value in vars(plain).items()
            if not name.startswith("__")
        )

    # Words of texts, which may be names in equations

    def _provide_words(self) -> None:
        """Give words that occur in texts their meaning, in every scope that has one."""
        defaults = known_to_brian()
        done: set[tuple[int, str]] = set()
        while True:
            waiting = [
                (scope, word)
                for scope in list(self.scopes)
                for word in sorted(self.words)
                if (id(scope), word) not in done
            ]
            if not waiting:
                return
            for scope, word in waiting:
                done.add((id(scope), word))
                scope.read.add(word)
                if word in scope.meanings and word not in _OF_MODULES:
                    part = self._try_bind(scope, word)
                    if part is not None:
                        self._lend(scope, part)
                elif word in defaults:
                    scope.plain.add(word)

    def _lend(self, scope: Scope, part: Part) -> None:
        """Have a part that only texts name written with all that stands in its scope."""
        for other in scope.names.values():
            if other.kind == "definition" and other is not part and part not in other.lazy:
                other.lazy.append(part)

    def _try_bind(self, scope: Scope, name: str) -> Part | None:
        """Bind a name that may be meant; None if it cannot be, as most words are no names."""
        value = undecorated_model(scope.meanings[name])
        if isinstance(value, ModuleType):
            return None
        users, self._users = self._users, []
        try:
            return self._bind(scope, name, value, set())
        except ScriptError:
            if is_for_equations(value):
                raise
            return None
        finally:
            self._users = users


def _is_defined(value: Any, name: str) -> bool:
    """Whether a value is written as a definition, not as an expression."""
    return (
        isinstance(value, type | FunctionType | LRU_CACHE)
        or (hasattr(value, "pyfunc") and type(value).__name__ != "TimedArray")
    ) and not importable_from(value, name)


def _is_immutable(value: Any) -> bool:
    """Whether it makes no difference if two names have the same object, or equal ones."""
    if isinstance(value, tuple | frozenset):
        return all(map(_is_immutable, value))
    return isinstance(value, _IMMUTABLE) or (isinstance(value, np.ndarray) and not value.ndim)
