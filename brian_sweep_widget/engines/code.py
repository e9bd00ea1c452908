"""Compiled code: what it is, what it calls things, what it imports."""

from __future__ import annotations

import dis
import re
from types import CodeType
from typing import Any

from brian_sweep_widget.engines.digests import mixed, plain_digest

_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")


def codes_in(code: CodeType) -> list[CodeType]:
    """List a function's code and that of all functions in it."""
    found = [code]
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found += codes_in(constant)
    return found


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


def words_in(code: CodeType) -> set[str]:
    """List what code calls things, in its texts too."""
    texts = [constant for constant in code.co_consts if isinstance(constant, str)]
    return {*code.co_names, *_IDENTIFIER.findall("\n".join(texts))}


def imports_in(code: CodeType) -> set[str]:
    """List the modules that code imports when it runs."""
    return {
        str(instruction.argval)
        for instruction in dis.get_instructions(code)
        if instruction.opname == "IMPORT_NAME" and instruction.argval
    }
