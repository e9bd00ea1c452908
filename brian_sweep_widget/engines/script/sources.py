"""The source of functions and classes, as it stands."""

from __future__ import annotations

import ast
import functools
import inspect
import linecache
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType, FunctionType

from brian_sweep_widget.engines.script.errors import ScriptError
from brian_sweep_widget.engines.script.names import Definition, Function
from brian_sweep_widget.engines.script.parts import TOKEN


@dataclass(frozen=True, slots=True)
class Source:
    """A definition in a file.

    Parameters
    ----------
    text
        Beginning in the first column, without what decorates it.
    node
        Its syntax tree; lines count from the text's first.
    decorators
        The source of each, without the @.
    """

    text: str
    node: Definition
    decorators: tuple[str, ...]

    @property
    def name(self) -> str:
        """What is defined; empty for a lambda."""
        return getattr(self.node, "name", "")


def read_function(function: FunctionType) -> Source:
    """Read where a function is defined, by def or as a lambda.

    Raises
    ------
    ScriptError
        If there is no source, or it is not what was compiled.
    """
    name, code = function.__qualname__, function.__code__
    try:
        text = "".join(inspect.findsource(code)[0])
        tree = _parsed(text)
    except (OSError, TypeError, SyntaxError, IndexError):
        raise _unreadable(name) from None
    nodes = [
        node
        for node in ast.walk(tree)
        if isinstance(node, Function | ast.Lambda) and _first_line(node) == code.co_firstlineno
    ]
    if code.co_name == "<lambda>":
        nodes = [one for one in nodes if isinstance(one, ast.Lambda) and _is_compiled_to(one, code)]
        nodes = nodes[:1] if len({ast.unparse(one) for one in nodes}) == 1 else []
    else:
        nodes = [one for one in nodes if getattr(one, "name", "") == code.co_name]
    if len(nodes) != 1:
        raise _changed(name, code.co_filename)
    (node,) = nodes
    if isinstance(node, ast.AsyncFunctionDef):
        msg = f"{name} is defined by async def: define it by def"
        raise ScriptError(msg)
    if not _is_as_compiled(text, node, code):
        raise _changed(name, code.co_filename)
    return _source(text, node)


def read_class(kind: type) -> Source:
    """Read where a class is defined.

    Raises
    ------
    ScriptError
        If there is no source.
    """
    own = list(_own_functions(kind))
    for text in _texts_of_class(kind, own):
        try:
            nodes = list(_classes(_parsed(text), kind.__qualname__))
        except SyntaxError:
            continue
        lines = [one.__code__.co_firstlineno for one in own]
        first = vars(kind).get("__firstlineno__")
        fitting = [
            node
            for node in nodes
            if all(_first_line(node) <= line <= (node.end_lineno or 0) for line in lines)
            and (first is None or _first_line(node) == first)
            and _annotated(node) == set(vars(kind).get("__annotations__", _annotated(node)))
        ]
        if fitting:
            return _source(text, fitting[-1])
    raise _unreadable(kind.__qualname__)


def returning(source: Source, text: str, lines: list[str]) -> str:
    """Rewrite a function so that it does something with what it would return.

    Parameters
    ----------
    source
        Of a function.
    text
        Its text; what comes before the source's own text are decorators.
    lines
        What to do before the return, with the value in ``network``.
    """
    if isinstance(source.node, ast.Lambda):
        msg = "the model is a lambda: define it by def"
        raise ScriptError(msg)
    body = _lines(source.text)
    above = _lines(text)[: len(_lines(text)) - len(body)]
    for node in sorted(_own_returns(source.node), key=lambda one: -one.lineno):
        first, last = node.lineno - 1, (node.end_lineno or node.lineno)
        indent = body[first].encode()[: node.col_offset].decode()
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
    return "\n".join([*above, *body]) + "\n"


def with_defaults(source: Source, written: dict[str, str]) -> Source:
    """Replace the defaults of some of a function's arguments by other expressions."""
    node = source.node
    assert isinstance(node, ast.FunctionDef | ast.Lambda)  # noqa: S101 - classes have none
    lines = source.text.encode().splitlines(keepends=True)
    for argument, default in reversed(list(defaults_of(node).items())):
        if argument in written:
            first, last = default.lineno - 1, (default.end_lineno or default.lineno) - 1
            head = lines[first][: default.col_offset]
            tail = lines[last][default.end_col_offset :]
            lines[first : last + 1] = [head + written[argument].encode() + tail]
    text = b"".join(lines).decode()
    # References are no Python; what they stand for is known already.
    found = _parsed_definition(TOKEN.sub(r"_\1_", text))
    assert isinstance(found, ast.FunctionDef | ast.Lambda)  # noqa: S101 - as before
    for default in defaults_of(found).values():
        for inner in ast.walk(default):
            if isinstance(inner, ast.Name) and f"\0{inner.id[1:-1]}\0" in text:
                inner.id = "None"
    return Source(text, found, source.decorators)


def defaults_of(node: ast.FunctionDef | ast.Lambda) -> dict[str, ast.expr]:
    """Give the expressions of a function's defaults, in the order of the source."""
    arguments = node.args
    placed = [*arguments.posonlyargs, *arguments.args]
    found = dict(
        zip(
            [one.arg for one in placed[len(placed) - len(arguments.defaults) :]],
            arguments.defaults,
            strict=True,
        )
    )
    named = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    return found | {one.arg: default for one, default in named if default is not None}


def _lines(text: str) -> list[str]:
    """Split a text where Python does: not at form feeds, nor at what Unicode calls a line's end."""
    return text.removesuffix("\n").split("\n")


def _unreadable(name: str) -> ScriptError:
    return ScriptError(
        f"the source of {name} cannot be read: define it by def or class, in a file or in a "
        "notebook's cell"
    )


def _changed(name: str, file: str) -> ScriptError:
    return ScriptError(
        f"the source of {name} is no longer what was loaded ({file} has changed since): "
        "restart, or reload the module, and sweep again"
    )


@functools.lru_cache(maxsize=64)
def _parsed(text: str) -> ast.Module:
    return ast.parse(text)


def _parsed_definition(text: str) -> Definition:
    (node,) = ast.parse(text).body
    if isinstance(node, ast.If):  # see _source
        (node,) = node.body
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Lambda):
        return node.value
    assert isinstance(node, ast.FunctionDef | ast.ClassDef)  # noqa: S101 - one of the definitions
    return node


def _source(text: str, node: ast.AST) -> Source:
    """Cut a definition out of a text."""
    if isinstance(node, ast.Lambda):
        segment = f"({ast.get_source_segment(text, node)})\n"
        return Source(segment, _parsed_definition(segment), ())
    assert isinstance(node, ast.FunctionDef | ast.ClassDef)  # noqa: S101 - as asked for
    decorators = tuple(ast.get_source_segment(text, one) or "" for one in node.decorator_list)
    lines = _lines(text)[node.lineno - 1 : node.end_lineno]
    plain = "\n".join(lines) + "\n"
    dedented = textwrap.dedent(plain)
    bare = ast.Module([_undecorated(node)], [])
    try:
        same = ast.dump(ast.parse(dedented)) == ast.dump(bare)
    except SyntaxError:
        same = False
    # Where a text of several lines would lose spaces, the definition stays indented.
    cut = dedented if same else f"if True:\n{plain}"
    return Source(cut, _parsed_definition(cut), decorators)


def _undecorated(node: ast.FunctionDef | ast.ClassDef) -> ast.stmt:
    fields = {name: value for name, value in ast.iter_fields(node) if name != "decorator_list"}
    return type(node)(**fields, decorator_list=[], lineno=node.lineno, col_offset=0)


def _first_line(node: ast.stmt | ast.expr) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min(one.lineno for one in [node, *decorators])


def _is_as_compiled(text: str, node: ast.AST, code: CodeType) -> bool:
    """Whether a file still holds what a function was compiled from."""
    if any(isinstance(one, ast.Assert) for one in ast.walk(node)):
        return True  # test runners compile these in ways of their own
    allowed = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT  # as in a notebook's cell
    compiled = compile(text, code.co_filename, "exec", flags=allowed, dont_inherit=True)
    return any(
        one.co_firstlineno == code.co_firstlineno and _alike(one, code) for one in _codes(compiled)
    )


def _is_compiled_to(node: ast.Lambda, code: CodeType) -> bool:
    compiled = compile(ast.Expression(node), code.co_filename, "eval", dont_inherit=True)
    (inner,) = [one for one in compiled.co_consts if isinstance(one, CodeType)]
    # Closed-over variables are read as globals here: so names are compared, not instructions.
    names = {*code.co_names, *code.co_freevars, *code.co_varnames}
    constants = [
        [repr(c) for c in one.co_consts if type(c) is not CodeType] for one in (inner, code)
    ]
    return {*inner.co_names, *inner.co_varnames} == names and constants[0] == constants[1]


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _alike(one: CodeType, other: CodeType) -> bool:
    """Whether two codes do the same; how annotations are treated does not matter."""
    if (one.co_name, one.co_varnames, one.co_freevars, one.co_names) != (
        other.co_name, other.co_varnames, other.co_freevars, other.co_names
    ):  # fmt: skip
        return False
    pairs = list(zip(one.co_consts, other.co_consts, strict=False))
    return len(one.co_consts) == len(other.co_consts) and all(
        _alike(a, b) if isinstance(a, CodeType) and isinstance(b, CodeType) else repr(a) == repr(b)
        for a, b in pairs
        if not (isinstance(a, frozenset) and a == b)
    )


def _own_functions(kind: type) -> Iterator[FunctionType]:
    """Give the functions that were defined in a class's own body."""
    for member in vars(kind).values():
        candidates = [
            member,
            getattr(member, "__func__", None),
            getattr(member, "func", None),
            *(getattr(member, one, None) for one in ("fget", "fset", "fdel")),
        ]
        for candidate in candidates:
            plain = inspect.unwrap(candidate) if callable(candidate) else None
            if (
                isinstance(plain, FunctionType)
                and plain.__qualname__ == f"{kind.__qualname__}.{plain.__name__}"
                and plain.__module__ == kind.__module__
                and not plain.__code__.co_filename.startswith("<string")
            ):
                yield plain


def _texts_of_class(kind: type, own: list[FunctionType]) -> Iterator[str]:
    """Give the texts in which a class may be defined, the likeliest first."""
    for function in own:
        try:
            yield "".join(inspect.findsource(function.__code__)[0])
        except (OSError, TypeError, IndexError):
            continue
        return
    file = getattr(sys.modules.get(kind.__module__), "__file__", None)
    if file:
        linecache.checkcache(file)
        yield "".join(linecache.getlines(file))
        return
    # Cells of a notebook are in no file; the last that defines a class has defined it.
    for name, entry in reversed(list(linecache.cache.items())):
        if len(entry) > 2 and entry[1] is None:  # noqa: PLR2004 - not an entry to be read yet
            yield "".join(linecache.getlines(name))


def _classes(tree: ast.AST, qualname: str) -> Iterator[ast.ClassDef]:
    """Give the definitions of a class by its qualified name."""
    first, _, rest = qualname.partition(".")
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.ClassDef | Function):
            if child.name != first:
                continue
            if isinstance(child, ast.ClassDef) and not rest:
                yield child
            elif rest:
                yield from _classes(child, rest.removeprefix("<locals>."))
        else:
            yield from _classes(child, qualname)


def _annotated(node: ast.ClassDef) -> set[str]:
    return {
        one.target.id
        for one in node.body
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
    }


def _own_returns(node: ast.AST) -> Iterator[ast.Return]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Return):
            yield child
        elif not isinstance(child, Function | ast.Lambda | ast.ClassDef):
            yield from _own_returns(child)
