"""Where functions, classes and modules of a model come from."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Callable, Iterable, Iterator
from types import FunctionType
from typing import Any

from brian_sweep_widget.engines.installed import distribution_of, is_module
from brian_sweep_widget.engines.script.sources import Source, read_function
from brian_sweep_widget.models import FunctionModel, NetworkModel

_OURS = __name__.partition(".")[0]

# Modules of which a name says best where something comes from, the likeliest first.
_WELL_KNOWN = ("brian2", "numpy", "math", "builtins", "random", "numpy.random")


def undecorated_model(value: Any) -> Any:
    """Give the function of one of our models; anything else as it is."""
    if isinstance(value, NetworkModel):
        return value.builder
    return value.function if isinstance(value, FunctionModel) else value


def is_ours(thing: Any) -> bool:
    """Whether something belongs to this package."""
    name = thing.__name__ if is_module(thing) else getattr(thing, "__module__", "")
    return str(name).partition(".")[0] == _OURS


def is_own_module(thing: Any) -> bool:
    """Whether something is a module that scripts must do without."""
    return is_module(thing) and (is_ours(thing) or not distribution_of(thing))


def attribute(thing: Any, name: str) -> Any:
    """Give an attribute; None if there is none, also of objects that answer in an odd way."""
    try:
        return getattr(thing, name, None)
    except Exception:  # noqa: BLE001 - such as dicts whose items are attributes, and raise KeyError
        return None


def is_function_of_brian(value: Any) -> bool:
    """Whether something is a function for equations, with code of its own, or a timed array."""
    return type(value).__module__.startswith("brian2.") and hasattr(value, "pyfunc")


def importable_from(thing: Any, name: str) -> tuple[str, str] | None:
    """Say from which installed module something can be imported, and by which name there."""
    if is_module(thing):  # from itself, whatever else holds it
        return None
    for module in _WELL_KNOWN:
        there = sys.modules.get(module)
        if there is not None and name and getattr(there, name, None) is thing:
            return module, name
    if is_ours(thing):
        return None
    home = str(attribute(thing, "__module__") or "__main__")
    path = str(attribute(thing, "__qualname__") or attribute(thing, "__name__") or "")
    if path and home != "__main__" and _followed(home, path) is thing and distribution_of(home):
        return _public(home, path, thing), path
    held_by: tuple[str, ...] = ()
    if not isinstance(thing, type | FunctionType):
        held_by = (home, *_WELL_KNOWN) if distribution_of(home) else _WELL_KNOWN  # os.environ
    elif distribution_of(thing):  # a library may make functions, and offer them itself
        package = home.partition(".")[0]
        held_by = (*_WELL_KNOWN, package) if distribution_of(home) else _WELL_KNOWN
    return next(_holding(thing, held_by), None)


def _holding(thing: Any, modules: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Give the modules that hold something, and its names there."""
    for module in modules:
        for name, one in vars(sys.modules.get(module, builtins)).items():
            if one is thing:
                yield module, name


def _public(home: str, path: str, thing: Any) -> str:
    """Give the module above a private one that has the same thing: other versions have it, too."""
    steps = home.split(".")
    private = next((n for n, step in enumerate(steps) if step.startswith("_")), len(steps))
    for length in range(private, 0, -1):
        above = ".".join(steps[:length])
        if _followed(above, path) is thing:
            return above
    return home


def owner_of(thing: Any, scope: dict[str, Any]) -> tuple[type, str] | None:
    """Give the class in which a function or a class is defined, and its name there."""
    path = getattr(thing, "__qualname__", "")
    if "." not in path or "<locals>" in path:
        return None
    *above, name = path.split(".")
    owner: Any = scope.get(above[0])
    for part in above[1:]:
        owner = getattr(owner, part, None)
    if isinstance(owner, type) and getattr(owner, name, None) is thing:
        return owner, name
    return None


def function_within(thing: Any) -> tuple[FunctionType | None, int]:
    """Look for the function that decorators were given, and count the objects around it."""
    layers = 0
    while not (isinstance(thing, FunctionType) and not _wrapped(thing)):
        inner = _wrapped(thing)
        if inner is None:
            return None, layers
        thing, layers = inner, layers + 1
    return thing, layers


def decorated_source(thing: Any) -> tuple[FunctionType, Source] | None:
    """Read the definition whose decorators made something, if there is one for sure.

    Raises
    ------
    ScriptError
        If its source cannot be read.
    """
    plain, layers = function_within(thing)
    if plain is None or not layers or "<locals>" in plain.__qualname__:
        return None
    bound = plain.__globals__.get(plain.__code__.co_name)
    if undecorated_model(bound) is not thing or "." in plain.__qualname__:
        return None
    source = read_function(plain)
    others = [one for one in source.decorators if not is_our_decorator(one, plain.__globals__)]
    return (plain, source) if layers <= len(others) else None


def is_our_decorator(text: str, scope: dict[str, Any]) -> bool:
    """Whether a decorator is this package's: a script is without it."""
    node: ast.AST = ast.parse(text, mode="eval").body
    while isinstance(node, ast.Call | ast.Attribute):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            owner = scope.get(node.value.id)
            if is_module(owner) and is_ours(owner):
                return True
        node = node.func if isinstance(node, ast.Call) else node.value
    thing = scope.get(node.id) if isinstance(node, ast.Name) else None
    return is_ours(thing) or is_ours(type(thing))


def _wrapped(thing: Any) -> Any:
    """Give what was decorated, where a decorator tells or holds nothing else of that kind."""
    for name in ("__wrapped__", "_orig_func", "pyfunc"):
        inner = attribute(thing, name)
        if callable(inner):
            return inner
    if isinstance(thing, FunctionType):
        return next(_enclosed(thing), None)
    return None


def _enclosed(thing: FunctionType) -> Iterator[Callable[..., Any]]:
    """Give functions that a function closes over and in whose place it stands."""
    for cell in thing.__closure__ or ():
        try:
            inner = cell.cell_contents
        except ValueError:  # not yet bound
            continue
        if (
            isinstance(inner, FunctionType)
            and undecorated_model(inner.__globals__.get(inner.__code__.co_name)) is thing
        ):
            yield inner


def _followed(module: str, path: str) -> Any:
    thing: Any = sys.modules.get(module)
    for part in path.split("."):
        thing = getattr(thing, part, None)
    return thing
