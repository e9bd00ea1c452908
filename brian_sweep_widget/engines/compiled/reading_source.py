"""Whether a builder does anything with a parameter, in Python, but hand it to Brian.

A parameter that only equations refer to can be changed in the binary's table,
without asking the builder again. One on which the builder computes, or which it
tests, cannot: the builder might build something else.
"""

from __future__ import annotations

import ast
import dis
import functools
import inspect
import textwrap
from collections.abc import Callable, Iterable
from types import CodeType
from typing import Any

from brian_sweep_widget.engines.brian_objects import is_brians

# Ways to get at a variable without writing its name.
_BACK_DOORS = frozenset(
    {
        *("locals", "vars", "eval", "exec", "globals", "sys", "_getframe", "f_locals"),
        *("inspect", "currentframe", "stack", "get_local_namespace"),
    }
)


def untouched(builder: Callable[..., Any], names: Iterable[str]) -> frozenset[str]:
    """Find the parameters that a builder leaves to equations.

    Parameters
    ----------
    builder
        The function.
    names
        Of its parameters.

    Returns
    -------
    frozenset
        Those that its Python code does not use at all, or only as a value in
        ``namespace={...}``.
    """
    function = inspect.unwrap(builder)
    code = getattr(function, "__code__", None)
    if code is None or function is not builder:  # a wrapper may do anything with what it hands on
        return frozenset()
    used = _used(code)
    if used & _BACK_DOORS:
        return frozenset()
    names = set(names)
    return frozenset(name for name in names if name not in used or _handed_on(function, name))


@functools.lru_cache(maxsize=128)
def _used(code: CodeType) -> frozenset[str]:
    return frozenset(_uses(code))


def _uses(code: CodeType) -> Iterable[str]:
    """List the names that a function's code reads or writes, functions in it included."""
    for instruction in dis.get_instructions(code):
        if instruction.opname in {"COPY_FREE_VARS", "KW_NAMES", "MAKE_CELL"}:
            continue
        argument = instruction.argval
        if isinstance(argument, str) and "CONST" not in instruction.opname:
            yield argument
        elif isinstance(argument, tuple):  # several variables at once, on Python 3.13
            yield from (name for name in argument if isinstance(name, str))
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _uses(constant)


@functools.lru_cache(maxsize=1024)
def _handed_on(function: Callable[..., Any], name: str) -> bool:
    """Whether all that is done with a parameter is ``namespace={"name": parameter}``."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, SyntaxError, TypeError):  # typed in, or a part of a larger statement
        return False
    handed = {
        id(value)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and _is_brians(call.func, function)
        for keyword in call.keywords
        if keyword.arg == "namespace" and isinstance(keyword.value, ast.Dict)
        for value in keyword.value.values
        if isinstance(value, ast.Name)
    }
    uses = [
        node
        for node in ast.walk(tree)
        if not isinstance(node, ast.arg | ast.keyword | ast.Constant)
        # Also the names that imports, functions and exceptions are given.
        and any(field == name for _, field in ast.iter_fields(node))
    ]
    # None at all: this is the source of something else (Python may find the text
    # of a whole program for a function that was made of text).
    return bool(uses) and all(id(node) in handed for node in uses)


def _is_brians(called: ast.expr, function: Callable[..., Any]) -> bool:
    """Whether what is called is a class of Brian's, and not one of the user's."""
    names = []
    while isinstance(called, ast.Attribute):
        names.append(called.attr)
        called = called.value
    if not isinstance(called, ast.Name):
        return False
    found = getattr(function, "__globals__", {}).get(called.id)
    for name in reversed(names):
        found = getattr(found, name, None)
    return isinstance(found, type) and is_brians(found.__module__)
