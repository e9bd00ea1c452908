"""How a definition is read: its source, its decorators, the names in it, its defaults."""

from __future__ import annotations

import ast
import copy
import enum
import pickle
import random
from collections.abc import Iterator, Mapping
from types import FunctionType
from typing import Any

import numpy as np

from brian_sweep_widget.engines.installed import distribution_of
from brian_sweep_widget.engines.script.errors import ScriptError
from brian_sweep_widget.engines.script.instances import refusal
from brian_sweep_widget.engines.script.names import Names, is_builtin, names_of
from brian_sweep_widget.engines.script.origins import decorated_source, is_our_decorator, is_ours
from brian_sweep_widget.engines.script.parts import Scope
from brian_sweep_widget.engines.script.sources import Source, read_class, read_function
from brian_sweep_widget.engines.script.values import ValueWriter

_GENERATORS = (np.random.Generator, np.random.RandomState, np.random.BitGenerator, random.Random)
# Names in expressions that draw, or make a generator.
_DRAWING = frozenset({
    "random", "rand", "randn", "randint", "normal", "uniform", "shuffle", "permutation", "choice",
    "default_rng", "RandomState", "Random", "Generator", "MT19937", "PCG64", "PCG64DXSM", "Philox",
    "SFC64", "urandom", "uuid4", "secrets",
})  # fmt: skip
_NAMED = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_SIMPLE = _NAMED | ast.Assign | ast.AnnAssign | ast.Expr | ast.Pass


def read_definition(thing: Any, name: str) -> tuple[Source, Any, tuple[str, ...]]:
    """Read a definition: its source, what it defines without decorators, these."""
    if isinstance(thing, type):
        source = read_class(thing)
        return source, thing, source.decorators
    if hasattr(thing, "registry") and hasattr(thing, "dispatch"):
        msg = f"{name} is a single-dispatch function: write one function for each type"
        raise ScriptError(msg)
    found = decorated_source(thing)
    if found:
        plain, source = found
        scope = plain.__globals__
        return source, plain, tuple(
            one for one in source.decorators if not is_our_decorator(one, scope)
        )  # fmt: skip
    if not isinstance(thing, FunctionType):
        if hasattr(thing, "pyfunc") or hasattr(thing, "__wrapped__"):
            msg = (
                f"{name} is a {type(thing).__name__} made of a function: decorate the function "
                "where it is defined, at the top level of a file or of a cell"
            )
            raise ScriptError(msg)
        raise refusal(thing, name)
    if distribution_of(thing) and not is_ours(thing):
        msg = (
            f"{name} was made by {thing.__globals__['__name__']}, and cannot be imported from "
            "there: decorate functions at the top level of a file or of a cell"
        )
        raise ScriptError(msg)
    return read_function(thing), thing, ()


def names_in(source: Source, decorators: tuple[str, ...]) -> Names:
    """Find what a definition refers to, with those of its decorators that are written."""
    node = source.node
    if not isinstance(node, ast.Lambda):
        node = copy.copy(node)
        node.decorator_list = [ast.parse(one, mode="eval").body for one in decorators]
    try:
        return names_of(node)
    except SyntaxError as error:
        msg = (
            f"{source.name} cannot stand by itself in a script ({error.msg}). Define it at the top "
            "level of a file or of a cell"
        )
        raise ScriptError(msg) from None


def below_decorators(text: str, above: str) -> str:
    """Put decorators above a definition that stands indented below ``if True:``."""
    head, _, body = text.partition("\n")
    indent = body[: len(body) - len(body.lstrip())]
    return head + "\n" + "".join(f"{indent}{line}\n" for line in above.splitlines()) + body


def name_of_lambda(thing: Any, name: str, scope: Scope) -> str:
    """Give the name that a lambda has in its scope, or one for it."""
    for key, value in scope.meanings.items():
        if value is thing:
            return key
    return name if name.isidentifier() else f"function_{len(scope.names)}"


def means(default: ast.expr, value: Any, meanings: Mapping[str, Any]) -> bool:
    """Whether the expression of a default still gives its value, as far as one can tell."""
    nodes = list(ast.walk(default))
    names = {one.id for one in nodes if isinstance(one, ast.Name)}
    if any(name not in meanings and not is_builtin(name) for name in names):
        return False
    if any(isinstance(node, ast.Call | ast.Lambda | ast.Await) for node in nodes):
        attributes = {one.attr for one in nodes if isinstance(one, ast.Attribute)}
        if not (names | attributes) & _DRAWING:
            return True
        if not isinstance(value, _GENERATORS):  # drawn once, and not to be drawn again
            return False
    try:
        now = eval(compile(ast.Expression(default), "default", "eval"), dict(meanings))  # noqa: S307 - the user's own
        if isinstance(value, _GENERATORS):
            return pickle.dumps(now) == pickle.dumps(value)
        plain = ValueWriter(lambda thing, _: str(id(thing)))
        return now is value or plain.write(now, "it") == plain.write(value, "it")
    except Exception:  # noqa: BLE001 - any expression of a user's may fail in any way
        return False


def set_later(kind: Any, node: ast.ClassDef, meanings: Mapping[str, Any]) -> dict[str, Any]:
    """Give the attributes of a class that its body would not give it, or not with this value."""
    if issubclass(kind, enum.Enum) or hasattr(kind, "_fields"):
        return {}
    written = dict(_assigned(node))
    own = {one.name for one in node.body if isinstance(one, _NAMED)}
    known = {**meanings, **vars(kind)}
    # A body with conditions or loops is taken at its word.
    plain = all(isinstance(one, _SIMPLE) for one in node.body)
    found = {}
    for name, value in vars(kind).items():
        if name.startswith(("__", "_abc_", "_is_")) or hasattr(type(value), "__set__"):
            continue
        foreign = isinstance(value, FunctionType) and value.__name__ != name
        if hasattr(type(value), "__get__") and not foreign:
            continue
        if name in written:
            if not means(written[name], value, known):
                found[name] = value
        elif plain and name not in own:
            found[name] = value
    return found


def _assigned(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr]]:
    for one in node.body:
        if isinstance(one, ast.Assign):
            for target in one.targets:
                if isinstance(target, ast.Name):
                    yield target.id, one.value
        elif isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name) and one.value:
            yield one.target.id, one.value
