"""The source of functions and classes, and the names that it refers to."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from brian_sweep_widget.engines.script.errors import ScriptError

_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")

Definition = ast.FunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True)
class Source:
    """A definition in a file.

    Parameters
    ----------
    text
        Beginning in the first column.
    node
        Its syntax tree; lines count from the text's first.
    names
        Names that it refers to, or may: those in its texts, too, which may be
        equations. None of them is its own argument or variable.
    attributes
        For each name, the attributes that are read of it: ``measures.cv_isi``.
    """

    text: str
    node: Definition
    names: frozenset[str]
    attributes: dict[str, frozenset[str]]


def read_source(thing: Callable[..., Any] | type, *, decorators: bool) -> Source:
    """Read where a function or a class is defined.

    Parameters
    ----------
    thing
        The function or class.
    decorators
        Whether to keep what decorates it.

    Raises
    ------
    ScriptError
        If there is no source, or it is not a definition of its own (a lambda).
    """
    name = getattr(thing, "__name__", repr(thing))
    try:
        text = textwrap.dedent(inspect.getsource(thing))
        (node,) = ast.parse(text).body
    except (OSError, TypeError, SyntaxError, ValueError, IndentationError):
        msg = (
            f"the source of {name} cannot be read: define it by def, in a file or in a "
            "notebook's cell"
        )
        raise ScriptError(msg) from None
    if not isinstance(node, ast.FunctionDef | ast.ClassDef):
        msg = f"{name} is defined by a {type(node).__name__.lower()}: define it by def"
        raise ScriptError(msg)
    above = [one.lineno for one in node.decorator_list] if decorators else []
    lines = text.splitlines()[min([node.lineno, *above]) - 1 : node.end_lineno]
    plain = "\n".join(lines) + "\n"
    (bare,) = ast.parse(plain).body
    assert isinstance(bare, ast.FunctionDef | ast.ClassDef)  # noqa: S101 - as above
    return Source(plain, bare, frozenset(_names(bare)), _attributes(bare))


def scope_of(function: FunctionType) -> dict[str, Any]:
    """Give what a function's names mean: its closure over its globals."""
    closed = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            closed[name] = cell.cell_contents
        except ValueError:  # not yet bound
            continue
    return {**function.__globals__, **closed}


def returning(source: Source, lines: list[str]) -> str:
    """Rewrite a function so that it does something with what it would return.

    Parameters
    ----------
    source
        Of a function.
    lines
        What to do before the return, with the value in ``network``.
    """
    body = source.text.splitlines()
    for node in sorted(_own_returns(source.node), key=lambda one: -one.lineno):
        first, last = node.lineno - 1, (node.end_lineno or node.lineno)
        indent = body[first][: node.col_offset]
        if indent.strip():
            msg = f"{source.node.name} returns in the same line as something else: use a line more"
            raise ScriptError(msg)
        value = ast.get_source_segment(source.text, node.value) if node.value else "None"
        kept = [] if value == "network" else [f"{indent}network = {value}"]
        body[first:last] = [
            *kept,
            *(f"{indent}{line}" for line in lines),
            f"{indent}return network",
        ]
    return "\n".join(body) + "\n"


def _own_returns(node: ast.AST) -> Iterator[ast.Return]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Return):
            yield child
        elif not isinstance(
            child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef
        ):
            yield from _own_returns(child)


def _names(node: Definition) -> Iterator[str]:
    """Give the names that are read in a definition, but for annotations and docstrings."""
    skipped = {id(one) for one in _annotations(node)} | {id(one) for one in _docstrings(node)}

    def walk(inner: ast.AST) -> Iterator[str]:
        if id(inner) in skipped:
            return
        if isinstance(inner, ast.Name):
            yield inner.id
        elif isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield from _IDENTIFIER.findall(inner.value)
        for child in ast.iter_child_nodes(inner):
            yield from walk(child)

    yield from walk(node)


def _attributes(node: Definition) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for inner in ast.walk(node):
        if isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Name):
            found.setdefault(inner.value.id, set()).add(inner.attr)
    return {name: frozenset(attributes) for name, attributes in found.items()}


def _annotations(node: Definition) -> Iterator[ast.AST]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.arg) and inner.annotation is not None:
            yield inner.annotation
        elif (
            isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef) and inner.returns is not None
        ):
            yield inner.returns
        elif isinstance(inner, ast.AnnAssign):
            yield inner.annotation


def _docstrings(node: Definition) -> Iterator[ast.AST]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and (
            inner.body
            and isinstance(inner.body[0], ast.Expr)
            and isinstance(inner.body[0].value, ast.Constant)
        ):
            yield inner.body[0].value
