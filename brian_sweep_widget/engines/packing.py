"""Models on their way to a worker: pickled by value.

Workers are warm processes that outlive an edit of the user's code. A function
sent by reference would be imported there once and stay as it was; so code that
is being worked on (notebook cells, scripts, helper modules beside them) travels
as it is now, and only installed libraries go by name.
"""

from __future__ import annotations

import functools
import io
import pickle
import sys
from collections.abc import Callable, Mapping
from types import FunctionType, MethodType, ModuleType
from typing import Any, Protocol, TypeVar

from brian_sweep_widget.engines.brian_objects import CannotTravelError
from brian_sweep_widget.engines.global_generators import load_libraries
from brian_sweep_widget.engines.installed import is_users_scope
from brian_sweep_widget.engines.libraries_changed import (
    object_in_library,
    read_places,
    set_places,
)
from brian_sweep_widget.engines.library_data import Place
from brian_sweep_widget.engines.not_sent import NotSent
from brian_sweep_widget.engines.process_settings import (
    ProcessSettings,
    carrying_settings,
    without_settings,
)
from brian_sweep_widget.engines.reach import Reach
from brian_sweep_widget.engines.reducing import ModelPickler, Scope, digest_when_loaded
from brian_sweep_widget.engines.sent_classes import Subclasses
from brian_sweep_widget.engines.sent_modules import (
    Source,
    compiled_module,
    fill_scope,
    in_kernel,
    receive,
    replace_modules,
)

_REMEDY = (
    "Make it inside the function that uses it; what belongs to a process (a file, a lock, a "
    "running network ...) has to be made inside it"
)


class Packable(Protocol):
    """What can travel: it says which functions of the user's go with it, and how they work."""

    functions: list[Callable[..., Any]]
    settings: ProcessSettings


_Kind = TypeVar("_Kind")


@carrying_settings
def pack(thing: Packable) -> bytes:
    """Pickle an engine, or a tracer, with its model.

    Parameters
    ----------
    thing
        What is to travel.

    Returns
    -------
    bytes
        To be unpacked with `unpack`; equal as long as the objects are.

    Raises
    ------
    TypeError
        If the model holds on to something that cannot be sent to another
        process.
    """
    in_kernel()
    reach = Reach([thing])
    problem = reach.problem(thing.functions)
    compiled = []
    try:
        compiled = [_Compiled(name, file) for name, file in sorted(reach.compiled.items())]
    except CannotTravelError as error:
        problem = problem or str(error)
    if problem:
        msg = f"the model cannot be sent to the workers: {problem}. {_REMEDY}"
        raise TypeError(msg)
    stages: tuple[list[_Filling], ...] = ([], [], [])
    for scope, wanted, failed in reach:
        contents = {
            name: _in_library(reach, scope.namespace[name])
            for name in sorted(wanted.keys() - failed.keys())
        }
        for name in sorted(failed):
            if not wanted[name].text:  # where a word of a text may have meant something else
                contents[name] = NotSent(f"{reach.words(scope, name)}. {_REMEDY}")
        kinds = {name: _stage(value) for name, value in contents.items()}
        for stage, filling in enumerate(stages):
            filling.append(
                _Filling(scope, {n: v for n, v in contents.items() if kinds[n] == stage})
            )
    buffer = io.BytesIO()
    sources = dict(sorted(reach.sources.items()))
    ModelPickler(buffer, reach.scopes, reach.arrays).dump(
        (
            _LoadedFirst(sorted(reach.loaded_first)),
            _Places(sorted(reach.places)),
            _Sources(sources),
            compiled,
            Subclasses(reach.subclasses),
            stages,
            _Own(sorted(reach.own_in_libraries.items(), key=lambda one: one[0])),
            _Replaced(reach.replaced),
            thing,
        )
    )
    return buffer.getvalue()


def unpack(packed: bytes) -> Any:
    """Unpickle what `pack` pickled, in a worker.

    Modules of the user's that the worker knows are forgotten: those that were
    sent along take their place, and others are imported anew.

    Parameters
    ----------
    packed
        From the process that started this one.
    """
    *_, thing = pickle.loads(without_settings(packed))  # noqa: S301 - from our own parent process
    return thing


def unpack_as(packed: bytes, kind: type[_Kind]) -> _Kind:
    """Unpickle something of a known kind; see `unpack`."""
    thing = unpack(packed)
    assert isinstance(thing, kind)  # noqa: S101 - we packed it
    return thing


def _stage(value: object) -> int:
    """Say when a value is made: after all that its own code may need to make it."""
    if isinstance(value, FunctionType | ModuleType | type):
        return 0
    made_by = sys.modules.get(type(value).__module__)
    if made_by is None or is_users_scope(vars(made_by)) or isinstance(value, _HOLDING):
        return 2
    return 1


_HOLDING = (list, tuple, dict, set, frozenset, functools.partial, MethodType)


class _LoadedFirst:
    """Libraries whose generators a job seeds."""

    def __init__(self, names: list[str]) -> None:
        self._names = names

    def __reduce__(self) -> tuple[Any, ...]:
        return load_libraries, (self._names,)


class _Places:
    """What the code sets in libraries, which is read before any of it runs."""

    def __init__(self, places: list[Place]) -> None:
        self._places = [tuple(place) for place in places]

    def __reduce__(self) -> tuple[Any, ...]:
        return read_places, (self._places,)


class _Own:
    """Functions of the user's, and data, in libraries, once these are there."""

    def __init__(self, things: list[tuple[Place, Any]]) -> None:
        self._things = things

    def __reduce__(self) -> tuple[Any, ...]:
        return set_places, (self._things,)


class _InLibrary:
    """An object that a library has, too: there, both are one."""

    def __init__(self, place: tuple[str, tuple[str, ...]], thing: Any) -> None:
        self._parts = (*place, thing)

    def __reduce__(self) -> tuple[Any, ...]:
        return object_in_library, self._parts


def _in_library(reach: Reach, thing: Any) -> Any:
    place = reach.library_objects.get(id(thing))
    return thing if place is None or isinstance(thing, type) else _InLibrary(place, thing)


class _Sources:
    """Sources of modules, which arrive before all that needs them."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self._sources = sources

    def __reduce__(self) -> tuple[Any, ...]:
        return receive, (self._sources,)


class _Replaced:
    """Objects that stand for modules."""

    def __init__(self, things: Mapping[str, Any]) -> None:
        self._things = things

    def __reduce__(self) -> tuple[Any, ...]:
        return replace_modules, (self._things,)


class _Compiled:
    """A compiled module, which must be the same one there."""

    def __init__(self, name: str, file: str) -> None:
        self._parts = name, digest_when_loaded(file)

    def __reduce__(self) -> tuple[Any, ...]:
        return compiled_module, self._parts


class _Filling:
    """Contents of a namespace, which arrive there."""

    def __init__(self, scope: Scope, contents: dict[str, Any]) -> None:
        self._scope = scope
        self._contents = contents

    def __reduce__(self) -> tuple[Any, ...]:
        return fill_scope, (self._scope, self._contents)
