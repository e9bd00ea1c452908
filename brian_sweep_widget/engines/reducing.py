"""How single objects are taken apart for a journey: a pickler for what users write.

Code that is being worked on goes by value. Functions of one module share one
namespace there, as they do here, and so does whatever refers to the module
itself; what is in it is up to whoever sends it.
"""

from __future__ import annotations

import functools
import importlib
import random
import sys
from collections.abc import Iterator
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any

import cloudpickle
import numpy as np

from brian_sweep_widget.engines.brian_objects import (
    CannotTravelError,
    brian_object,
    name_in_brian,
    timed_array,
)
from brian_sweep_widget.engines.installed import is_module, is_ours, is_users_scope
from brian_sweep_widget.engines.mpmath_contexts import name_in_mpmath, of_mpmath
from brian_sweep_widget.engines.sent_classes import class_parts
from brian_sweep_widget.engines.sent_modules import (
    compiled_file,
    compiled_module,
    file_digest,
    make_scope,
)
from brian_sweep_widget.engines.sent_objects import (
    answering_parts,
    dispatched,
    dispatching_parts,
    in_library,
    made_again,
)
from brian_sweep_widget.engines.shared_arrays import SharedArrays

# Of this process: what the functions of these two modules are methods of.
_GENERATORS: dict[str, Any] = {
    "python": random.seed.__self__,  # type: ignore[attr-defined]
    "numpy": np.random.randn.__self__,  # type: ignore[attr-defined]
}
_GIVEN = ("__name__", "__package__", "__file__", "__path__")


class Scope:
    """A namespace of the user's: a module's, the notebook's.

    Parameters
    ----------
    namespace
        All that is in it.
    """

    def __init__(self, namespace: dict[str, Any]) -> None:
        self.namespace = namespace
        self.name = str(namespace.get("__name__") or "")
        module = sys.modules.get(self.name)
        #: Whether code that imports this name means it.
        self.known = is_module(module) and vars(module) is namespace and self.name != "__main__"

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel without contents."""
        given = {name: self.namespace[name] for name in _GIVEN if name in self.namespace}
        if "__path__" in given:
            given["__path__"] = list(given["__path__"])
        return _make_known_scope, (self.name, given, self.known)


def _make_known_scope(name: str, given: dict[str, Any], known: bool) -> ModuleType:  # noqa: FBT001
    return make_scope(name, given, known=known)


class Scopes:
    """All namespaces that were met on one journey."""

    def __init__(self) -> None:
        self._found: dict[int, Scope] = {}

    def __iter__(self) -> Iterator[Scope]:
        """Give them in the order in which they were met."""
        return iter(list(self._found.values()))

    def of(self, namespace: dict[str, Any]) -> Scope:
        """Give the scope of a namespace, the same every time."""
        found = self._found.get(id(namespace))
        if found is None:
            found = self._found[id(namespace)] = Scope(namespace)
        return found


class ModelPickler(cloudpickle.Pickler):  # type: ignore[misc]  # cloudpickle has no types
    """Takes objects apart: the user's by value, all others by name where that can be.

    What a process must have one of only goes by name, too: Brian's units
    (Brian warns when a name means a copy of its unit), its preferences,
    mpmath's contexts and constants, and the generators behind ``random.gauss``
    and ``numpy.random.randn``, which are their methods: a copy has the state
    that it had here, whatever a job's seed.
    """

    def __init__(self, file: Any, scopes: Scopes, arrays: SharedArrays) -> None:
        super().__init__(file)
        self._scopes = scopes
        self._arrays = arrays
        self._timed = 0

    def reducer_override(self, obj: Any) -> Any:  # noqa: PLR0911 - one for every kind
        """Take an object apart; see `pickle.Pickler.reducer_override`."""
        if isinstance(obj, FunctionType):
            return self._function(obj)
        if is_module(obj):
            return self._module(obj)
        if isinstance(obj, type):
            return class_parts(obj, super().reducer_override)
        if isinstance(obj, CellType):
            return _cell(obj)
        if isinstance(obj, np.ndarray):
            return self._array(obj)
        generator = global_generator_name(obj)
        if generator:
            return global_generator, (generator,)
        name = name_in_mpmath(obj)
        if name:
            return of_mpmath, (name,)
        if isinstance(obj, functools._lru_cache_wrapper):  # noqa: SLF001 - it has no other name
            return self._cache(obj)
        if isinstance(obj, functools.cached_property):  # it may hold a lock
            kept = {"attrname": obj.attrname, "__doc__": obj.__doc__}
            return functools.cached_property, (obj.func,), kept
        return self._of_brian(obj)

    def _function(self, function: FunctionType) -> Any:
        functions = dispatched(function)
        if functions is not None and not _is_found(function):
            return dispatching_parts(function, functions)
        users = is_users_scope(function.__globals__)
        if not users and _is_found(function):
            return NotImplemented  # by name
        if is_ours(function.__globals__):
            # A copy of one of our measures: its module would import Brian.
            return super().reducer_override(function)
        named = None if users else in_library(function)
        if named is not None:
            return named
        scope: object
        if function.__globals__.get("_tuple_new") is tuple.__new__:
            scope = OfNamedTuple(str(function.__globals__["__name__"]))
        else:
            scope = (
                self._scopes.of(function.__globals__) if users else Library(function.__globals__)
            )
        state = {
            "__name__": function.__name__,
            "__qualname__": function.__qualname__,
            "__module__": function.__module__,
            "__doc__": function.__doc__,
            "__defaults__": function.__defaults__,
            "__kwdefaults__": function.__kwdefaults__,
            "__annotations__": function.__annotations__,
            "__dict__": dict(function.__dict__),
        }
        parts = (function.__code__, scope, function.__closure__)
        return _make_function, parts, state, None, None, _finish_function

    def _array(self, array: np.ndarray) -> Any:
        shared = self._arrays.parts(array)
        return self._of_brian(array) if shared is NotImplemented else shared

    def _module(self, module: ModuleType) -> Any:
        if not is_users_scope(vars(module)):
            return super().reducer_override(module)
        file = compiled_file(module)
        if file:
            return compiled_module, (module.__name__, digest_when_loaded(file))
        return _itself, (self._scopes.of(vars(module)),)

    def _cache(self, cached: Any) -> Any:
        function = cached.__wrapped__
        if isinstance(function, FunctionType) and not is_users_scope(function.__globals__):
            return NotImplemented  # by name
        kept = {name: value for name, value in vars(cached).items() if name != "__wrapped__"}
        settings = cached.cache_parameters()
        return _make_cache, (function, settings["maxsize"], settings["typed"]), kept

    def _of_brian(self, thing: Any) -> Any:
        name = name_in_brian(thing)
        if name:
            return brian_object, (name,)
        parts = made_again(thing)
        if parts is None:
            answering = answering_parts(thing)
            return super().reducer_override(thing) if answering is NotImplemented else answering
        make, arguments = parts
        if make is timed_array and not arguments[-1]:
            # One that the model makes itself must not get the same name from Brian.
            self._timed += 1
            arguments = (*arguments[:-1], f"_timedarray_sent_{self._timed}")
        return make, arguments


class Library:
    """The namespace of an installed library's module; every process has its own."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self._name = str(namespace["__name__"])

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel by name."""
        return importlib.import_module, (self._name,)


class OfNamedTuple:
    """The namespace that `collections.namedtuple` makes for ``__new__``.

    There at once, as what is loaded next may make a tuple: the user's own
    namespaces are filled last.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel as what it always is."""
        return _namespace_of_named_tuple, (self._name,)


def _namespace_of_named_tuple(name: str) -> ModuleType:
    module = ModuleType(name)
    vars(module).clear()
    vars(module).update({"_tuple_new": tuple.__new__, "__builtins__": {}, "__name__": name})
    return module


def _is_found(function: FunctionType) -> bool:
    """Whether a library's function is found there by its name."""
    module = sys.modules.get(str(function.__module__))
    if module is None or is_users_scope(vars(module)):
        return False
    found: Any = module
    for name in function.__qualname__.split("."):
        found = getattr(found, name, None)
    return found is function


def _make_function(
    code: CodeType, scope: ModuleType, closure: tuple[CellType, ...] | None
) -> FunctionType:
    return FunctionType(code, vars(scope), None, None, closure)


def _finish_function(function: FunctionType, state: dict[str, Any]) -> None:
    function.__dict__.update(state.pop("__dict__"))
    for name, value in state.items():
        setattr(function, name, value)


def _cell(cell: CellType) -> Any:
    """Take a closed-over variable apart: functions that share one still share it there."""
    try:
        value = cell.cell_contents
    except ValueError:  # it was not set yet
        return CellType, ()
    return CellType, (), (value,), None, None, _fill_cell


def _fill_cell(cell: CellType, contents: tuple[Any]) -> None:
    cell.cell_contents = contents[0]


def _make_cache(function: Any, size: int | None, typed: bool) -> Any:  # noqa: FBT001
    return functools.lru_cache(size, typed)(function)


def _itself(thing: Any) -> Any:
    return thing


@functools.cache
def _first_digest(file: str) -> str:
    return file_digest(file)


def digest_when_loaded(file: str) -> str:
    """Digest the file of a compiled module, which must be as it was when asked first.

    Raises
    ------
    CannotTravelError
        If it is gone, or changed: this process runs what it loaded before, and workers would not.
    """
    try:
        first, now = _first_digest(file), file_digest(file)
    except OSError as error:
        msg = f"the compiled module {file} cannot be read ({error.strerror}): put it there again"
        raise CannotTravelError(msg) from error
    if now != first:
        msg = f"the compiled module {file} changed after it was loaded: restart the kernel"
        raise CannotTravelError(msg)
    return first


def global_generator(name: str) -> Any:
    """Give this process's own global generator: ``"python"`` or ``"numpy"``."""
    return _GENERATORS[name]


def global_generator_name(thing: object) -> str:
    """Name one of these generators; empty for anything else."""
    return next((name for name, one in _GENERATORS.items() if thing is one), "")
