"""How a definition is read: its source, its decorators, the names in it, its defaults."""

from __future__ import annotations

import ast
import copy
from types import FunctionType
from typing import Any

from brian_sweep_widget.engines.installed import distribution_of
from brian_sweep_widget.engines.script.errors import ScriptError
from brian_sweep_widget.engines.script.instances import refusal
from brian_sweep_widget.engines.script.names import Names, names_of
from brian_sweep_widget.engines.script.origins import (
    attribute,
    decorated_source,
    is_function_of_brian,
    is_our_decorator,
    is_ours,
)
from brian_sweep_widget.engines.script.parts import Scope
from brian_sweep_widget.engines.script.sources import Source, read_class, read_function


def read_definition(thing: Any, name: str) -> tuple[Source, Any, tuple[str, ...]]:
    """Read a definition: its source, what it defines without decorators, these."""
    if isinstance(thing, type):
        source = read_class(thing)
        return source, thing, source.decorators
    if attribute(thing, "registry") and attribute(thing, "dispatch"):
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
        if is_function_of_brian(thing) or attribute(thing, "__wrapped__"):
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
