"""Which expressions in a source still give the values that are there, and which do not."""

from __future__ import annotations

import ast
import builtins
import collections
import dataclasses
import enum
import pickle
import random
from collections.abc import Iterator, Mapping
from types import FunctionType, ModuleType
from typing import Any, Literal, NamedTuple

import numpy as np

from brian_sweep_widget.engines.script.errors import ScriptError
from brian_sweep_widget.engines.script.instances import mangled
from brian_sweep_widget.engines.script.names import Function, is_builtin
from brian_sweep_widget.engines.script.sources import defaults_of
from brian_sweep_widget.engines.script.values import ValueWriter

_GENERATORS = (np.random.Generator, np.random.RandomState, np.random.BitGenerator, random.Random)
# Names in expressions that draw, or make a generator.
_DRAWING = frozenset({
    "random", "rand", "randn", "randint", "normal", "uniform", "shuffle", "permutation", "choice",
    "default_rng", "RandomState", "Random", "Generator", "MT19937", "PCG64", "PCG64DXSM", "Philox",
    "SFC64", "urandom", "uuid4", "secrets",
})  # fmt: skip
# To call what is in these does nothing but give a value; of Python's own, types and these.
_OF_NUMBERS = ("numpy", "math", "cmath", "brian2.units", "fractions", "decimal", "collections")
_OF_PYTHON = (abs, divmod, len, max, min, pow, round, sorted, sum)
_NAMED = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_SIMPLE = _NAMED | ast.Assign | ast.AnnAssign | ast.Expr | ast.Pass
_OF_PROTOCOLS = frozenset({"_is_protocol", "_is_runtime_protocol"})


class Change(NamedTuple):
    """An attribute that a definition's source does not give, or not for sure.

    Attributes
    ----------
    path
        Below the definition.
    value
        What it is.
    certain
        Whether it is something else than the source says; otherwise it may be.
    """

    path: str
    value: Any
    certain: bool


def still_gives(
    expression: ast.expr, value: Any, meanings: Mapping[str, Any]
) -> Literal["yes", "no", "unknown"]:
    """Say whether an expression gives a value; unknown if it calls what may do anything."""
    nodes = list(ast.walk(expression))
    names = {one.id for one in nodes if isinstance(one, ast.Name)}
    if any(name not in meanings and not is_builtin(name) for name in names):
        return "no"
    if isinstance(expression, ast.Lambda) and getattr(value, "__name__", "") == "<lambda>":
        return "yes"
    calls = [one for one in nodes if isinstance(one, ast.Call)]
    attributes = {one.attr for one in nodes if isinstance(one, ast.Attribute)}
    if calls and (names | attributes) & _DRAWING:
        if not isinstance(value, _GENERATORS):  # drawn once, and not to be drawn again
            return "no"
    elif any(isinstance(one, ast.Lambda | ast.Await) for one in nodes) or not all(
        _only_gives_a_value(one, meanings) for one in calls
    ):
        return "unknown"
    try:
        now = eval(compile(ast.Expression(expression), "", "eval"), dict(meanings))  # noqa: S307 - the user's own
    except Exception:  # noqa: BLE001 - any expression of a user's may fail in any way
        return "no"
    return _equal(now, value)


def changes_of(kind: Any, node: ast.ClassDef, meanings: Mapping[str, Any]) -> Iterator[Change]:
    """Give the attributes of a class that its body would not give it, or not for sure.

    Parameters
    ----------
    kind, node
        The class, and its definition.
    meanings
        What names mean around it.
    """
    if issubclass(kind, enum.Enum) or hasattr(kind, "_fields"):
        return
    known = {**meanings, **vars(kind)}
    yield from _changed_attributes(kind, node, known)
    for name, inner in _defined(node).items():
        value = vars(kind).get(name)
        if isinstance(inner, ast.ClassDef) and isinstance(value, type):
            if value.__qualname__ == f"{kind.__qualname__}.{name}":
                for change in changes_of(value, inner, known):
                    yield change._replace(path=f"{name}.{change.path}")
        elif isinstance(inner, ast.FunctionDef):
            yield from _changed_defaults(name, value, inner, known)


def _changed_attributes(
    kind: type, node: ast.ClassDef, meanings: Mapping[str, Any]
) -> Iterator[Change]:
    bound = collections.Counter(_bound(node))
    written = {
        mangled(name, kind): one for name, one in _assigned(node, meanings) if bound[name] == 1
    }
    plain = all(isinstance(one, _SIMPLE) for one in node.body)
    changed: set[str] = set()
    for name, value in _attributes(kind, node):
        found: Literal["yes", "no", "unknown"] = "no" if plain else "unknown"
        if name in written:
            read = {one.id for one in ast.walk(written[name]) if isinstance(one, ast.Name)}
            found = "no" if read & changed else still_gives(written[name], value, meanings)
        if found != "yes":
            changed.add(name)
            yield Change(name, value, certain=found == "no")


def _attributes(kind: type, node: ast.ClassDef) -> Iterator[tuple[str, Any]]:
    """Give a class's attributes, without the functions and classes that its body defines."""
    defined = _defined(node)
    for name, value in vars(kind).items():
        if name.startswith(("__", "_abc_")) or name in _OF_PROTOCOLS:
            continue
        if isinstance(value, FunctionType):
            if value.__name__ == name and name in defined:
                continue
        elif hasattr(type(value), "__get__") or hasattr(type(value), "__set__"):
            continue
        if not (isinstance(value, type) and name in defined):
            yield name, value


def _changed_defaults(
    name: str, method: Any, node: ast.FunctionDef, meanings: Mapping[str, Any]
) -> Iterator[Change]:
    """Give the defaults of a method if their expressions do not give them, or not for sure."""
    plain = getattr(method, "__func__", method)
    if not isinstance(plain, FunctionType) or plain.__name__ != name:
        return
    path = f"{name}.__func__" if isinstance(method, classmethod) else name
    placed = [one.arg for one in (*node.args.posonlyargs, *node.args.args)]
    given = plain.__defaults__ or ()
    values = dict(zip(placed[len(placed) - len(given) :], given, strict=True))
    of_keywords = plain.__kwdefaults__ or {}
    expressions = defaults_of(node)
    for attribute, value, held in (
        ("__defaults__", given, values),
        ("__kwdefaults__", of_keywords, of_keywords),
    ):
        found = {
            still_gives(expressions[one], default, meanings) if one in expressions else "no"
            for one, default in held.items()
        }
        if found - {"yes"}:
            yield Change(f"{path}.{attribute}", value, certain="no" in found)


def _equal(now: Any, value: Any) -> Literal["yes", "no", "unknown"]:
    if isinstance(value, _GENERATORS):
        return "yes" if pickle.dumps(now) == pickle.dumps(value) else "no"
    if now is value:
        return "yes"
    if type(now) is not type(value):
        return "no"
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufc":  # of any size
        same = (now.dtype, now.shape, now.tobytes()) == (value.dtype, value.shape, value.tobytes())
        return "yes" if same and getattr(now, "dim", 0) is getattr(value, "dim", 0) else "no"
    plain = ValueWriter(lambda thing, _: str(id(thing)))
    try:
        return "yes" if plain.write(now, "it") == plain.write(value, "it") else "no"
    except ScriptError:
        return "unknown"


def _only_gives_a_value(call: ast.Call, meanings: Mapping[str, Any]) -> bool:
    """Whether a call reads and changes nothing beside its arguments, for all one can tell."""
    steps: list[str] = []
    node: ast.expr = call.func
    while isinstance(node, ast.Attribute):
        steps.insert(0, node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return bool(steps)  # a method of what was made just now
    thing = meanings.get(node.id, getattr(builtins, node.id, None))
    for step in steps:
        if not isinstance(thing, ModuleType | type):
            return False
        thing = getattr(thing, step, None)
    if isinstance(thing, type):
        made_by_fields = dataclasses.is_dataclass(thing) and not hasattr(thing, "__post_init__")
        if made_by_fields or issubclass(thing, enum.Enum) or hasattr(thing, "_fields"):
            return True
    elif any(thing is one for one in _OF_PYTHON):
        return True
    module = str(getattr(thing, "__module__", None) or type(thing).__module__)
    of_numbers = any(f"{module}.".startswith(f"{one}.") for one in _OF_NUMBERS)
    return of_numbers or (module == "builtins" and isinstance(thing, type))


def _defined(node: ast.ClassDef) -> dict[str, ast.stmt]:
    """Give the functions and classes that a body defines, also under conditions."""
    return {one.name: one for one in _statements(node) if isinstance(one, _NAMED)}


def _bound(node: ast.ClassDef) -> Iterator[str]:
    """Give each name as often as a body binds it."""
    for one in _statements(node):
        if isinstance(one, _NAMED):
            yield one.name
        else:
            yield from (
                inner.id
                for inner in ast.walk(one)
                if isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Load)
            )


def _statements(node: ast.stmt) -> Iterator[ast.stmt]:
    """Give the statements of a class's body, without those in functions and classes there."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            yield child
            if not isinstance(child, _NAMED | Function):
                yield from _statements(child)


def _assigned(node: ast.ClassDef, meanings: Mapping[str, Any]) -> Iterator[tuple[str, ast.expr]]:
    for one in node.body:
        if isinstance(one, ast.Assign):
            for target in one.targets:
                if isinstance(target, ast.Name):
                    yield target.id, one.value
        elif isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name) and one.value:
            default = _default_of_field(one.value, meanings)
            if default is not None:
                yield one.target.id, default


def _default_of_field(value: ast.expr, meanings: Mapping[str, Any]) -> ast.expr | None:
    """Give the default in ``field(default=...)``; other expressions as they are."""
    if isinstance(value, ast.Call):
        called = value.func
        thing = meanings.get(called.id) if isinstance(called, ast.Name) else None
        if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
            thing = getattr(meanings.get(called.value.id), called.attr, None)
        if thing is dataclasses.field:
            return next((one.value for one in value.keywords if one.arg == "default"), None)
    return value
