"""Objects of Python's own library, and of classes of the user's, that pickle cannot make again."""

from __future__ import annotations

import functools
import importlib
import sys
import typing
from contextlib import suppress
from types import FunctionType
from typing import Any

from brian_sweep_widget.engines.brian_objects import remade
from brian_sweep_widget.engines.installed import distribution_of, is_module, is_users_scope
from brian_sweep_widget.engines.sent_modules import compiled_file


def made_again(thing: object) -> tuple[Any, tuple[Any, ...]] | None:
    """Say how an object is made again, or found, that pickle would make a wrong copy of.

    Raises
    ------
    CannotTravelError
        If it is one of Brian's that belongs to a process; see `remade`.
    """
    return remade(thing) or of_typing(thing) or _cffi_parts(thing) or _marker_parts(thing)


def of_typing(thing: object) -> tuple[Any, tuple[Any, ...]] | None:
    """Say how a type variable or a new type of the user's is made again; None for all others.

    By name it would be looked for in a module that is still empty.
    """
    one: Any = thing
    if type(thing).__module__ != "typing" or not isinstance(thing, _OF_TYPING):
        return None
    if distribution_of(thing):
        return None
    if isinstance(thing, typing.TypeVar):
        ways = (one.__bound__, one.__covariant__, one.__contravariant__)
        return _type_variable, (one.__name__, one.__constraints__, *ways)
    if isinstance(thing, typing.NewType):
        return typing.NewType, (one.__name__, one.__supertype__)
    return type(thing), (one.__name__,)


_OF_TYPING = (typing.TypeVar, typing.ParamSpec, typing.TypeVarTuple, typing.NewType)


def _type_variable(
    name: str,
    constraints: tuple[Any, ...],
    bound: Any,
    covariant: bool,  # noqa: FBT001 - pickled by position
    contravariant: bool,  # noqa: FBT001
) -> Any:
    ways = {"bound": bound, "covariant": covariant, "contravariant": contravariant}
    return typing.TypeVar(name, *constraints, **ways)


def _cffi_parts(thing: object) -> tuple[Any, tuple[Any, str]] | None:
    """Say in which module CFFI keeps what it made of a C library; None for all others."""
    if type(thing).__module__ != "_cffi_backend":
        return None
    for module in list(sys.modules.values()):
        if is_module(module):
            for name in ("lib", "ffi"):
                if vars(module).get(name) is thing and compiled_file(module):
                    return getattr, (module, name)
    return None


def _marker_parts(thing: object) -> tuple[Any, tuple[str, str]] | None:
    """Say how a library's marker is found: an object that is nothing but itself.

    A copy of one is another thing: matplotlib takes such a copy of what stands
    for "not chosen yet" for the name of a back end, and fails.

    Parameters
    ----------
    thing
        Any object.

    Returns
    -------
    tuple or None
        None for all others.
    """
    kind = type(thing)
    own = kind.__reduce_ex__ is object.__reduce_ex__ and kind.__reduce__ is object.__reduce__
    if not own or not distribution_of(kind):
        return None
    with suppress(TypeError):  # one that cannot be taken apart, such as a lock
        parts: Any = thing.__reduce_ex__(5)
        if parts[1] != (kind,) or any(parts[2:]):
            return None
    everywhere = kind is object
    for module in list(sys.modules.values()) if everywhere else [sys.modules[kind.__module__]]:
        if is_module(module) and not is_users_scope(vars(module)):
            for name, value in vars(module).copy().items():
                if value is thing:
                    return _found_in, (module.__name__, name)
    return None


def in_library(function: FunctionType) -> tuple[Any, tuple[str, str]] | None:
    """Say how a library's function is found that does not know its name there.

    Brian wraps numpy's ``exp``, and all copies of the wrapper call themselves
    ``f``: in a model with ``from brian2 import *``, Brian takes a copy for
    another function than its own, and warns.

    Parameters
    ----------
    function
        Any function of a library's.

    Returns
    -------
    tuple or None
        None if it is in none of the library's modules, as one is not that was
        made by a decorator of the library's.
    """
    root = str(function.__module__).partition(".")[0]
    for called, module in sys.modules.copy().items():
        library = called.partition(".")[0] == root and is_module(module)
        if library and not is_users_scope(vars(module)):
            for name, value in vars(module).copy().items():
                if value is function:
                    return _found_in, (called, name)
    return None


def _found_in(module: str, name: str) -> Any:
    return getattr(importlib.import_module(module), name)


def dispatched(function: FunctionType) -> dict[type, Any] | None:
    """Give the functions among which one of `functools.singledispatch` chooses, by class.

    Parameters
    ----------
    function
        Any function.

    Returns
    -------
    dict or None
        None if it is another kind of function.
    """
    if function.__globals__ is not vars(functools) or "registry" not in vars(function):
        return None
    return dict(vars(function)["registry"])


def dispatching_parts(function: FunctionType, functions: dict[type, Any]) -> Any:
    """Take such a function apart: without its cache, which depends on what was called before."""
    own = {"registry", "dispatch", "register", "_clear_cache"}
    kept = {name: value for name, value in vars(function).items() if name not in own}
    names = (function.__module__, function.__name__, function.__qualname__, function.__doc__)
    return _make_dispatching, (), (functions, kept, names), None, None, _fill_dispatching


def _make_dispatching() -> Any:
    return functools.singledispatch(_set_state)


def _fill_dispatching(function: Any, state: tuple[Any, ...]) -> None:
    functions, kept, names = state
    for kind, one in functions.items():
        function.register(kind, one)
    vars(function).update(kept)
    function.__module__, function.__name__, function.__qualname__, function.__doc__ = names


def answering_parts(thing: object) -> Any:
    """Take an object apart that answers for attributes it does not have.

    Pickle asks a new, empty object for ``__setstate__``; a ``__getattr__`` of
    the user's then looks for what is not there yet.

    Returns
    -------
    tuple or NotImplemented
        The latter for all others.
    """
    kind = type(thing)
    if not hasattr(kind, "__getattr__") or hasattr(kind, "__setstate__") or distribution_of(kind):
        return NotImplemented
    reduced = thing.__reduce_ex__(5)
    if isinstance(reduced, str) or len(reduced) > _MOST_PARTS:
        return reduced
    return (*reduced, *[None] * (_MOST_PARTS - len(reduced)), _set_state)


_MOST_PARTS = 5  # without a function that sets the state


def _set_state(thing: Any, state: Any) -> None:
    attributes, slots = state if isinstance(state, tuple) else (state, None)
    if attributes:
        object.__getattribute__(thing, "__dict__").update(attributes)
    for name, value in (slots or {}).items():
        object.__setattr__(thing, name, value)
