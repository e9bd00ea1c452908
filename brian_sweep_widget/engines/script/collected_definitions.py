"""Functions and classes as parts of a script, with all that their code refers to."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

from brian_sweep_widget.engines.installed import distribution_of, is_module
from brian_sweep_widget.engines.script.bound_names import OF_MODULES, BoundNames
from brian_sweep_widget.engines.script.current_values import Change, changes_of, still_gives
from brian_sweep_widget.engines.script.definitions import (
    below_decorators,
    name_of_lambda,
    names_in,
    read_definition,
)
from brian_sweep_widget.engines.script.errors import ScriptError
from brian_sweep_widget.engines.script.inner_imports import import_within
from brian_sweep_widget.engines.script.instances import is_made_by_call, write_call
from brian_sweep_widget.engines.script.names import Names, is_builtin
from brian_sweep_widget.engines.script.origins import is_ours, is_own_module, undecorated_model
from brian_sweep_widget.engines.script.parts import Part, Scope
from brian_sweep_widget.engines.script.sources import Source, defaults_of, with_defaults
from brian_sweep_widget.engines.script.values import ValueWriter

_FOR_CHECKERS = re.compile(r"  # noqa\b.*")

# Modules in which data classes look for what their annotations name.
_OF_ANNOTATIONS = frozenset({"dataclasses", "typing"})

Rewrite = Callable[[Source, str], str]


class CollectedDefinitions(BoundNames):
    """Writes definitions, and provides what they refer to."""

    def definition(self, thing: Any, name: str, rewrite: Rewrite | None = None) -> Part:
        """Write a definition, and all that it refers to."""
        known = self.known.get(id(thing))
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
        part = self.new("definition", scope, own, thing)
        part.identity = True
        self.known[id(thing)] = part
        scope.names[own] = part
        user = f"{plain.__qualname__} of {scope.module}"
        self.users.append(part)
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
            for change in self._changes(part, source.node, plain):
                self._change(part, change)
        except ScriptError as error:
            del scope.names[own]
            del self.known[id(thing)]
            raise error.used_by(user) from None
        finally:
            self.users.pop()
        return part

    def _called_class(self, kind: type) -> Part:
        """Write a class that was made by a call: ``namedtuple("Point", "x y")``."""
        scope = self._scopes.of_module_of(kind)
        name = next((key for key, one in scope.meanings.items() if one is kind), kind.__name__)
        part = self.new("value", scope, name, kind)
        part.identity = True
        self.known[id(kind)] = part
        scope.names[name] = part
        self.users.append(part)
        try:
            part.text = write_call(ValueWriter(self.refer), kind)
        finally:
            self.users.pop()
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
            found = "yes"
            if name in values:
                found = still_gives(default, values[name], scope.meanings)
            needed = len(self.users[-1].eager)
            try:
                if found != "yes":
                    written[name] = self.written(values[name], f"the default of {name}")
            except ScriptError:
                if found == "no":
                    raise
                del self.users[-1].eager[needed:]  # it stays as the source makes it
        return with_defaults(source, written) if written else source

    def _follow(self, part: Part, scope: Scope, names: Names, plain: Any) -> None:
        """Provide what a definition refers to."""
        for name in sorted((names.eager | names.lazy | names.assigned) - OF_MODULES):
            needed = part.eager if name in names.eager else part.lazy
            if name in scope.meanings:
                value = scope.meanings[name]
                needed.append(self.bind(scope, name, value, names.paths.get(name, set())))
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
            self._annotations(part, scope, names)
        self._note(part, scope, names)
        for one in names.imports:
            import_within(self, part, scope, one, names)

    def _annotations(self, part: Part, scope: Scope, names: Names) -> None:
        """Provide what a class's annotations name: decorators may look at it."""
        for name in sorted(names.annotated & scope.meanings.keys() - names.eager):
            value = scope.meanings[name]
            if is_module(value):
                if value.__name__ in _OF_ANNOTATIONS:
                    part.eager.append(self.bind(scope, name, value, set()))
                continue
            bound = self.try_bind(scope, name)
            if bound is not None:  # classes may name each other, and themselves
                own = isinstance(value, type) and not distribution_of(value)
                (part.lazy if own else part.eager).append(bound)

    def _note(self, part: Part, scope: Scope, names: Names) -> None:
        """Note what a definition names, where that decides how others are written."""
        for name in names.assigned & scope.names.keys():
            scope.names[name].identity = True  # another module's of equal value is not it
        scope.read |= names.eager | names.lazy | names.assigned | names.annotated
        if names.recursive:
            scope.read.add(part.name)
        self.words |= names.words
        self.identifiers |= names.identifiers

    def _changes(self, part: Part, node: ast.AST, plain: Any) -> Iterator[Change]:
        """Give what was set on a function or a class after it was defined."""
        if isinstance(plain, type):
            assert isinstance(node, ast.ClassDef)  # noqa: S101 - classes are defined by it
            yield from changes_of(plain, node, part.scope.meanings if part.scope else {})
        elif plain is part.thing:
            for name, value in vars(plain).items():
                if not name.startswith("__"):
                    yield Change(name, value, certain=True)

    def _change(self, definition: Part, change: Change) -> None:
        """Write what was set, below the definition and below what the value needs."""
        path, value, certain = change
        part = self.new("change", definition.scope, definition.name, value)
        target = f"{definition.reference}.{path}"
        self.users.append(part)
        try:
            part.text = f"{target} = {self.written(value, f'{definition.name}.{path}')}\n"
        except ScriptError:
            if certain:
                raise
            part.eager.clear()
            part.text = (
                f"# {target} is made anew here, whatever was changed in it since:"
                f" a {type(value).__name__} cannot be written\n"
            )
        finally:
            self.users.pop()
        part.eager.insert(0, definition)
        definition.lazy.append(part)
