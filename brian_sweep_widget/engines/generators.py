"""Random generators that a model refers to, and that were made outside of it.

They travel with the state that they have: every simulation begins with the same
one, whatever its seed, and draws the same numbers. That is what is asked for,
or a mistake that no number tells; so it is said.
"""

from __future__ import annotations

import functools
import inspect
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import FunctionType, MethodType
from typing import Any

import numpy as np

from brian_sweep_widget.engines.code import closed_over, codes_in
from brian_sweep_widget.engines.installed import distribution_of, is_module
from brian_sweep_widget.engines.reducing import global_generator_name

_GENERATORS = (
    np.random.Generator,
    np.random.RandomState,
    np.random.BitGenerator,
    random.Random,
)
_MOST = 2000  # objects that are looked at; a model with more holds data


def generators_notice(functions: Sequence[Callable[..., Any]]) -> str:
    """Say which random generators functions of the user's refer to; empty if none.

    Parameters
    ----------
    functions
        A model's.
    """
    found = generators_of(functions)
    if not found:
        return ""
    names = " and ".join(found)
    return (
        f"{names}: a random generator that was made outside starts in the same state in every "
        "simulation, so all trials draw the same numbers. Make it inside the function, by "
        "np.random.default_rng(): there it follows the simulation's seed."
    )


def generators_of(functions: Sequence[Callable[..., Any]]) -> list[str]:
    """List the random generators that functions refer to, such as ``"rng in weights"``."""
    found: dict[str, None] = {}
    seen: dict[int, Any] = {}
    waiting: list[tuple[str, Any]] = [("", function) for function in functions]
    while waiting and len(seen) < _MOST:
        name, thing = waiting.pop()
        if id(thing) in seen or global_generator_name(thing):
            continue
        seen[id(thing)] = thing  # kept: another could get the number of a dead one
        if isinstance(thing, _GENERATORS) and not isinstance(thing, random.SystemRandom):
            found[name] = None
        else:
            waiting += _parts(name, thing)
    return sorted(found)


def _parts(name: str, thing: Any) -> Iterator[tuple[str, Any]]:
    """List what an object of the user's refers to."""
    held = _held(thing)
    if held is not None:
        yield from ((name, inner) for inner in held)
    elif isinstance(thing, FunctionType):
        if not distribution_of(thing):
            yield from _used_by(thing)
        yield name, thing.__dict__.get("__wrapped__")
    elif isinstance(thing, type):
        if not distribution_of(thing):
            yield from ((f"{thing.__name__}.{key}", one) for key, one in vars(thing).copy().items())
    elif not is_module(thing) and not distribution_of(type(thing)):
        yield name, type(thing)
        called = name or type(thing).__name__
        own = dict(getattr(thing, "__dict__", {}))
        yield from ((f"{called}.{key}", one) for key, one in own.items())


def _held(thing: Any) -> Iterable[Any] | None:
    """Give what containers, and what only passes calls on, hold; None for anything else."""
    if isinstance(thing, dict):
        return thing.values()
    if isinstance(thing, list | tuple | set | frozenset):
        return thing
    if isinstance(thing, functools.partial):
        return thing.func, *thing.args, *thing.keywords.values()
    if isinstance(thing, MethodType):
        return thing.__func__, thing.__self__
    if inspect.isbuiltin(thing) and not is_module(thing.__self__):
        return (thing.__self__,)  # rng.normal, kept by itself
    return None


def _used_by(function: FunctionType) -> Iterator[tuple[str, Any]]:
    called = function.__name__
    words = {name for code in codes_in(function.__code__) for name in code.co_names}
    for word in sorted(words & function.__globals__.keys()):
        value = function.__globals__[word]
        if is_module(value) and not distribution_of(value):
            inside = words & vars(value).keys()
            yield from ((f"{word}.{inner} in {called}", vars(value)[inner]) for inner in inside)
        else:
            yield f"{word} in {called}", value
    yield from ((f"{word} in {called}", value) for word, value in closed_over(function).items())
    defaults = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
    yield from ((f"a default of {called}", value) for value in defaults)
