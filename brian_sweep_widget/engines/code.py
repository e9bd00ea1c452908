"""Compiled code: what it is, what it calls things, what it imports."""

from __future__ import annotations

import dis
import functools
import re
from contextlib import suppress
from types import CodeType, FunctionType, MethodType
from typing import Any, NamedTuple

from brian_sweep_widget.engines.digests import mixed, plain_digest

_IDENTIFIER = re.compile(r"[^\W\d]\w*")
# Of nested functions, classes and lambdas, Python looks names up in different ways.
_GLOBAL = frozenset(
    {"LOAD_GLOBAL", "STORE_GLOBAL", "DELETE_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS"}
)


class Import(NamedTuple):
    """One import statement in code.

    Attributes
    ----------
    name
        Of the module, as it is written.
    level
        Number of dots before it.
    parts
        What is imported from it.
    """

    name: str
    level: int
    parts: tuple[str, ...]


class Uses(NamedTuple):
    """What code, with all functions and classes in it, refers to.

    Attributes
    ----------
    variables
        Names of globals.
    names
        All names: of globals and of attributes.
    texts
        Without the description of the function itself.
    imports
        That are made when it runs.
    """

    variables: frozenset[str]
    names: frozenset[str]
    texts: tuple[str, ...]
    imports: tuple[Import, ...]


@functools.lru_cache(maxsize=4096)
def uses_of(code: CodeType, description: str | None) -> Uses:
    """Read what code refers to.

    Parameters
    ----------
    code
        Of a function, or of a module.
    description
        Of the function, which is for people.
    """
    codes = codes_in(code)
    variables = {name for one in codes for name in _variables(one)}
    names = {name for one in codes for name in one.co_names}
    texts = [text for one in codes for text in texts_in(one.co_consts) if text != description]
    imports = [one for code in codes for one in _imports(code)]
    return Uses(frozenset(variables), frozenset(names), tuple(texts), tuple(imports))


def function_behind(called: Any) -> Any:
    """Give the function whose code runs at last when something is called.

    Parameters
    ----------
    called
        A function, perhaps decorated; a method, a partial function, or an
        object that can be called.
    """
    while True:
        if isinstance(called, functools.partial):
            called = called.func
        elif isinstance(called, MethodType):
            called = called.__func__
        elif hasattr(called, "__wrapped__"):
            called = called.__wrapped__
        else:
            behind = getattr(type(called), "__call__", None)  # noqa: B004 - it is wanted itself
            if isinstance(called, FunctionType | type) or not isinstance(behind, FunctionType):
                return called
            called = behind


def closed_over(function: FunctionType) -> dict[str, Any]:
    """Give what a function closes over, by variable; without those that were not set yet."""
    found = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        with suppress(ValueError):
            found[name] = cell.cell_contents
    return found


def identifiers(text: str) -> list[str]:
    """List what could be names in a text."""
    return _IDENTIFIER.findall(text)


def codes_in(code: CodeType) -> list[CodeType]:
    """List a function's code and that of all functions in it."""
    found = [code]
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found += codes_in(constant)
    return found


def _variables(code: CodeType) -> set[str]:
    return {
        str(instruction.argval)
        for instruction in dis.get_instructions(code)
        if instruction.opname in _GLOBAL
    }


def texts_in(constants: Any) -> list[str]:
    """List the texts among constants, and in tuples and sets of them."""
    texts = []
    for constant in constants:
        if isinstance(constant, str):
            texts.append(constant)
        elif isinstance(constant, tuple | frozenset):
            texts += texts_in(constant)
    return texts


def _imports(code: CodeType) -> list[Import]:
    found = []
    before: list[Any] = [None, None]
    for instruction in dis.get_instructions(code):
        if instruction.opname == "EXTENDED_ARG":
            continue
        if instruction.opname == "IMPORT_NAME":  # after its level, and what is imported from it
            level, parts = before
            found.append(Import(str(instruction.argval), level or 0, tuple(parts or ())))
        before = [before[1], instruction.argval]
    return found


@functools.lru_cache(maxsize=4096)
def code_digest(code: CodeType) -> bytes:
    """Digest what runs: without the names of files and the numbers of lines."""
    shape = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags)
    names = (code.co_name, code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    constants = [_constant(constant) for constant in code.co_consts]
    table = code.co_exceptiontable
    return mixed("code", repr(shape), repr(names), code.co_code, table, *constants)


def _constant(constant: Any) -> bytes:
    if isinstance(constant, CodeType):
        return code_digest(constant)
    if isinstance(constant, tuple):
        return mixed("tuple", *map(_constant, constant))
    if isinstance(constant, frozenset):
        return mixed("set", *sorted(map(_constant, constant)))
    return plain_digest(constant)
