"""Classes of the user's on their way to a worker: made again as they are in the kernel."""

from __future__ import annotations

import sys
import threading
import types
import typing
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import MemberDescriptorType, ModuleType
from typing import Any

import cloudpickle

from brian_sweep_widget.engines.installed import distribution_of, is_module, is_users_scope

_registering = threading.Lock()
# Of this process: Python forgets a class to which only its base refers.
_kept: list[type] = []


def class_parts(kind: type, reduce: Callable[[type], Any]) -> Any:
    """Take a class apart: a library's by name, the user's by value.

    Parameters
    ----------
    kind
        The class.
    reduce
        Cloudpickle's way.
    """
    module = sys.modules.get(kind.__module__)
    # A module may have put another object into its place.
    users = is_module(module) and is_users_scope(vars(module))
    if module is not None and users and kind.__module__ != "__main__":
        with _by_value(module):
            reduced = reduce(kind)
    else:
        reduced = reduce(kind)
    if not isinstance(reduced, tuple) or not reduced[0].__name__.startswith("_make_skeleton"):
        return reduced
    # Cloudpickle gives classes a number, and a process that knows it keeps its
    # class, with what an earlier job put into it. Every job gets a new one.
    if reduced[0].__name__ == "_make_skeleton_class":
        _, (*names, contents, _, _), (attributes, slots), *rest = reduced
        own = _slots_of(kind)
        if own is not None:
            contents = {**contents, "__slots__": own}
            attributes = {name: attributes[name] for name in attributes if name not in own}
        return (_make_class, (*names, contents), (attributes, slots), *rest)
    return _enum_parts(kind, reduced)


def _slots_of(kind: type) -> tuple[str, ...] | None:
    """Name the slots of a class itself, which it has to be made with; None if it has a dict.

    Cloudpickle makes a class without them, and looks for private ones by the
    names that they have in the source.
    """
    there = vars(kind)
    # Whoever makes named tuples sees to it.
    if "__slots__" not in there or typing.NamedTuple in there.get("__orig_bases__", ()):
        return None
    own = [
        name
        for name, one in there.items()
        if isinstance(one, MemberDescriptorType)
        and (one.__objclass__, one.__name__) == (kind, name)  # no other name of one
    ]
    return (*own, *(name for name in ("__dict__", "__weakref__") if name in there))


def _enum_parts(kind: Any, reduced: tuple[Any, ...]) -> tuple[Any, ...]:
    """Take an enum apart: cloudpickle keeps its members' values, and nothing else of them."""
    make, (*names, _, module, _, extra), (attributes, slots), *_, fill = reduced
    members = kind.__members__  # other names of one, and flags of several, too
    kept = {name: value for name, value in attributes.items() if name not in members}
    values = {name: member.value for name, member in members.items()}
    own = {
        name: {one: value for one, value in vars(member).items() if one not in _OF_ENUMS}
        for name, member in members.items()
    }
    state = (kept, slots, own, fill)
    return make, (*names, values, module, None, extra), state, None, None, _fill_enum


# What Python gives each member.
_OF_ENUMS = frozenset({"_value_", "_name_", "__objclass__", "_sort_order_"})


def _fill_enum(kind: Any, state: tuple[Any, ...]) -> None:
    attributes, slots, own, fill = state
    fill(kind, (attributes, slots))
    for name, attributes in own.items():
        vars(kind.__members__[name]).update(attributes)


@contextmanager
def _by_value(module: ModuleType) -> Iterator[None]:
    """Have cloudpickle take classes of a module by value; one thread at a time."""
    with _registering:
        if module.__name__ in cloudpickle.list_registry_pickle_by_value():
            yield
            return
        cloudpickle.register_pickle_by_value(module)
        try:
            yield
        finally:
            cloudpickle.unregister_pickle_by_value(module)


def _make_class(kind: Any, name: str, bases: tuple[Any, ...], contents: dict[str, Any]) -> type:
    """Make a class that is still empty.

    What its author lets happen whenever a class is made, in a metaclass or in
    ``__init_subclass__``, happened in the kernel: what it did travels, and it
    must not be done twice.
    """
    with _without_hooks(types.resolve_bases(bases)):
        if distribution_of(kind):
            return types.new_class(
                name, bases, {"metaclass": kind}, lambda now: now.update(contents)
            )
        inherited: Any = next(one for one in kind.__mro__ if distribution_of(one))
        resolved = types.resolve_bases(bases)
        given = {} if resolved is bases else {"__orig_bases__": bases}
        made: type = inherited.__new__(kind, name, resolved, {**contents, **given})
        return made


@contextmanager
def _without_hooks(bases: Sequence[type]) -> Iterator[None]:
    """Have no ``__init_subclass__`` of the user's called."""
    hooks = {
        one: vars(one)["__init_subclass__"]
        for base in bases
        for one in base.__mro__
        if "__init_subclass__" in vars(one) and not distribution_of(one)
    }
    for one in hooks:
        type.__delattr__(one, "__init_subclass__")
    try:
        yield
    finally:
        for one, hook in hooks.items():
            type.__setattr__(one, "__init_subclass__", hook)


class Subclasses:
    """Classes that code finds by asking their base for them.

    Parameters
    ----------
    classes
        In the order in which they were made.
    """

    def __init__(self, classes: Sequence[type]) -> None:
        self._classes = list(classes)

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel, and be kept there."""
        return _keep, (self._classes,)


def _keep(classes: list[type]) -> None:
    _kept[:] = classes
