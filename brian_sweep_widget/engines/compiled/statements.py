"""Brian's abstract code: which variables its statements name, and which they write to."""

from __future__ import annotations

import ast
import copy
from typing import Any, TypeGuard


def with_one_name_each(
    code: dict[Any, str], variables: dict[str, Any], indices: dict[str, Any]
) -> tuple[dict[Any, str], dict[str, Any]]:
    """Call a variable by one name: Brian's C++ reads each name once, before all statements.

    In ``v += 10; w = v_post`` it would give ``w`` what ``v`` was before; also if
    the second name is in a subexpression.
    """
    from brian2.core.variables import ArrayVariable, Subexpression  # noqa: PLC0415 - only traces have Brian
    from brian2.utils.stringtools import get_identifiers, word_substitute  # noqa: PLC0415

    used: set[str] = set()
    found = set().union(*map(get_identifiers, code.values())) & variables.keys()
    while found:
        used |= found
        inside = [variables[name] for name in found if isinstance(variables[name], Subexpression)]
        found = set().union(*(one.identifiers for one in inside)) & variables.keys() - used
    first: dict[Any, str] = {}
    other = {}
    # Brian begins the names that it makes for subexpressions with an underscore.
    for name in sorted(used, key=lambda name: (name.startswith("_"), name)):
        if isinstance(variables[name], ArrayVariable):
            kept = first.setdefault((variables[name], indices[name]), name)
            if kept != name:
                other[name] = kept
    if not other:
        return code, variables
    renamed = dict(variables)
    for name in used:
        if (
            isinstance(variables[name], Subexpression)
            and variables[name].identifiers & other.keys()
        ):
            renamed[name] = one = copy.copy(variables[name])
            one.expr = word_substitute(one.expr, other)
            one.identifiers = get_identifiers(one.expr)
    return {block: word_substitute(text, other) for block, text in code.items()}, renamed


def assigned_in(code: dict[Any, str]) -> set[str]:
    """Give the names that statements write to, as Brian lets them do to constants, too."""
    lines = [line.strip() for text in code.values() for line in text.splitlines()]
    return {part.id for part in ast.walk(ast.parse("\n".join(lines))) if _is_target(part)}


def _is_target(part: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
