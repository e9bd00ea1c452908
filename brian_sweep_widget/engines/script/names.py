"""What a definition refers to: names, modules' attributes, words of its texts, imports."""

from __future__ import annotations

import ast
import builtins
import copy
import re
import symtable
from collections.abc import Iterator
from dataclasses import dataclass, field

IDENTIFIER = re.compile(r"[A-Za-z_]\w*")

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = ast.FunctionDef | ast.ClassDef | ast.Lambda

#: Attributes that are read of a module, step by step; none if it is used as a whole.
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Import:
    """An import within a function.

    Parameters
    ----------
    module
        As it is written; empty for ``from . import x``.
    level
        Number of dots.
    names
        What is imported from it; empty for ``import module``.
    alias
        The name that ``import module`` gives it.
    """

    module: str
    level: int
    names: tuple[str, ...]
    alias: str = ""


@dataclass(slots=True)
class Names:
    """What a definition refers to.

    Parameters
    ----------
    lazy
        Names that its code reads when it is called.
    eager
        Names that are read when it is defined: decorators, defaults, bases.
    annotated
        Names in annotations, which nothing but a decorator reads.
    words
        Words in its texts, docstrings left away: equations name variables.
    paths
        For each name, what is read of it.
    changed
        Names of which attributes are set.
    imports
        Within it.
    assigned
        Names that it makes global, to set them.
    recursive
        Whether its code reads its own name.
    identifiers
        All names and attributes in it, whatever they mean.
    """

    lazy: set[str] = field(default_factory=set)
    eager: set[str] = field(default_factory=set)
    annotated: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    paths: dict[str, set[Path]] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    imports: list[Import] = field(default_factory=list)
    assigned: set[str] = field(default_factory=set)
    recursive: bool = False
    identifiers: set[str] = field(default_factory=set)


def names_of(node: Definition) -> Names:
    """Find what a definition refers to.

    Parameters
    ----------
    node
        Its syntax tree. Decorators that a script leaves away must not be in it.
    """
    found = Names()
    bare = _Without(found).visit(copy.deepcopy(node))
    statement = ast.Expr(bare) if isinstance(bare, ast.Lambda) else bare
    module = ast.fix_missing_locations(ast.Module([statement], []))
    own = getattr(node, "name", "")
    table = symtable.symtable(ast.unparse(module), "script", "exec")
    read = set(_globals(table))
    found.recursive = own in read
    read.discard(own)
    eager = {one.id for one in _eager(bare) if isinstance(one, ast.Name)}
    found.eager = eager & read
    found.lazy = read - eager
    found.words -= {own}
    for inner in ast.walk(bare):
        if isinstance(inner, ast.Name):
            found.identifiers.add(inner.id)
        elif isinstance(inner, ast.Attribute):
            found.identifiers.add(inner.attr)
        elif isinstance(inner, ast.Import):
            found.imports += [
                Import(one.name, 0, (), one.asname or one.name.partition(".")[0])
                for one in inner.names
            ]
            found.identifiers |= {one.name for one in inner.names}
        elif isinstance(inner, ast.ImportFrom):
            names = tuple(one.name for one in inner.names)
            found.imports.append(Import(inner.module or "", inner.level, names))
            found.identifiers |= {inner.module or "", *names}
        elif isinstance(inner, ast.Global):
            found.assigned |= set(inner.names)
    _Paths(found).visit(bare)
    return found


def is_builtin(name: str) -> bool:
    """Whether Python knows a name by itself."""
    return hasattr(builtins, name)


def words_of(text: str) -> set[str]:
    """Give the words of a text that could be names."""
    return set(IDENTIFIER.findall(text))


def _globals(table: symtable.SymbolTable) -> Iterator[str]:
    """Give the names that code reads where it stands, and does not make itself."""
    for symbol in table.get_symbols():
        top = table.get_type() == "module"
        if symbol.is_referenced() and (symbol.is_global() or (top and not symbol.is_assigned())):
            yield symbol.get_name()
    for child in table.get_children():
        yield from _globals(child)


class _Without(ast.NodeTransformer):
    """Takes annotations and docstrings out of a definition, and keeps what they and texts name."""

    def __init__(self, found: Names) -> None:
        self._found = found

    def _annotation(self, node: ast.AST | None) -> None:
        if node is None:
            return
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name):
                self._found.annotated.add(inner.id)
            elif isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                self._found.annotated |= words_of(inner.value)

    def _body(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        first = node.body[0]
        if (
            isinstance(first, ast.Expr)
            and isinstance(first.value, ast.Constant)
            and isinstance(first.value.value, str)
        ):
            node.body[0] = ast.Pass()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self._annotation(node.returns)
        node.returns = None
        self._body(node)
        return self.generic_visit(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        self._annotation(node.returns)
        node.returns = None
        self._body(node)
        return self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        self._body(node)
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        self._annotation(node.annotation)
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        self._annotation(node.annotation)
        node.annotation = ast.Constant(None)
        return self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, str):
            self._found.words |= words_of(node.value)
        return node


class _Paths(ast.NodeVisitor):
    """Collects what is read of each name: of ``a.b.c``, of the name ``a`` the path b, c."""

    def __init__(self, found: Names) -> None:
        self._found = found

    def visit_Attribute(self, node: ast.Attribute) -> None:
        path: list[str] = []
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute):
            path.insert(0, inner.attr)
            inner = inner.value
        if not isinstance(inner, ast.Name):
            self.visit(inner)
            return
        self._found.paths.setdefault(inner.id, set()).add(tuple(path))
        if not isinstance(node.ctx, ast.Load):
            self._found.changed.add(inner.id)

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self._found.paths.setdefault(node.id, set()).add(())


def _eager(node: ast.AST) -> Iterator[ast.AST]:
    """Give what is evaluated when a definition is: all but the bodies of functions."""
    yield node
    for name, value in ast.iter_fields(node):
        if name == "body" and isinstance(node, Function | ast.Lambda):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _eager(child)
