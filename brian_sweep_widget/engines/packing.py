"""Models on their way to a worker: pickled by value.

Workers are warm processes that outlive an edit of the user's code. A function
sent by reference would be imported there once and stay as it was; so code that
is being worked on (notebook cells, scripts, helper modules beside them) travels
as it is now, and only installed libraries go by name.
"""

from __future__ import annotations

import functools
import inspect
import io
import operator
import pickle
import random
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import CodeType, FunctionType, ModuleType
from typing import Any, Protocol, TypeVar

import cloudpickle
import numpy as np

from brian_sweep_widget.engines.installed import is_installed_file
from brian_sweep_widget.engines.process_settings import (
    ProcessSettings,
    carrying_settings,
    without_settings,
)

# Of this process: what the functions of these two modules are methods of.
_GENERATORS: dict[str, Any] = {
    "python": random.seed.__self__,  # type: ignore[attr-defined]
    "numpy": np.random.randn.__self__,  # type: ignore[attr-defined]
}
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_OURS = __name__.partition(".")[0]


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
        To be unpacked with `unpack`.

    Raises
    ------
    TypeError
        If the model holds on to something that cannot be sent to another
        process.
    """
    with _by_value(_modules_at_work()):
        names = [(function, _sendable(written_names(function))) for function in thing.functions]
        try:
            return _dumps((thing, names))
        except Exception as error:  # noqa: BLE001 - any object may fail in any way to be pickled
            cause = error
    # A helper module may hold what cannot be pickled (a lock, a file) beside
    # what the model needs: then it must do for the workers to import it.
    try:
        return _dumps((thing, names))
    except Exception:  # noqa: BLE001
        msg = (
            f"the model cannot be sent to the workers: {type(cause).__name__}: {cause}. It uses "
            "an object (a file, a lock, a running network ...) that has to be made inside it"
        )
        raise TypeError(msg) from cause


def unpack(packed: bytes) -> Any:
    """Unpickle what `pack` pickled, in a worker.

    Parameters
    ----------
    packed
        From the process that started this one.
    """
    thing, names = pickle.loads(without_settings(packed))  # noqa: S301 - from our own parent process
    for function, written in names:
        for name, value in written.items():
            inspect.unwrap(function).__globals__.setdefault(name, value)
    return thing


def unpack_as(packed: bytes, kind: type[_Kind]) -> _Kind:
    """Unpickle something of a known kind; see `unpack`."""
    thing = unpack(packed)
    assert isinstance(thing, kind)  # noqa: S101 - we packed it
    return thing


def written_names(function: Callable[..., Any]) -> dict[str, Any]:
    """Find the globals of a function that its equations may mean.

    A pickled function takes the globals along that its code refers to. Brian's
    equations refer to others, in texts: the function's own, those of functions
    that it calls, and global texts that it uses.

    Parameters
    ----------
    function
        Of the user's.

    Returns
    -------
    dict
        Values by name.
    """
    found: dict[str, Any] = {}
    waiting, seen = [inspect.unwrap(function)], set()
    while waiting:
        current = waiting.pop()
        if id(current) in seen or not isinstance(current, FunctionType):
            continue
        seen.add(id(current))
        scope = current.__globals__
        texts = [text for text in _texts(current.__code__) if text != current.__doc__]
        for used in _values_used(current):
            if isinstance(used, str):
                texts.append(used)
            elif isinstance(used, FunctionType) and used.__globals__ is scope:
                waiting.append(used)
        for name in set(_IDENTIFIER.findall("\n".join(texts))) & scope.keys():
            found[name] = scope[name]
            if isinstance(scope[name], FunctionType):
                waiting.append(scope[name])
    return found


def _texts(code: CodeType) -> list[str]:
    """List the texts in a function's code, functions within it included."""
    texts = []
    for constant in code.co_consts:
        if isinstance(constant, str):
            texts.append(constant)
        elif isinstance(constant, tuple):
            texts += [text for text in constant if isinstance(text, str)]
        elif isinstance(constant, CodeType):
            texts += _texts(constant)
    return texts


def _values_used(function: FunctionType) -> list[Any]:
    """List the globals and the closed-over variables that a function's code refers to."""
    names: set[str] = set()
    codes = [function.__code__]
    while codes:
        code = codes.pop()
        names.update(code.co_names)
        codes += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    values = [function.__globals__[name] for name in names & function.__globals__.keys()]
    for cell in function.__closure__ or ():
        with suppress(ValueError):  # a variable that was not set yet
            values.append(cell.cell_contents)
    return values


def _sendable(names: dict[str, Any]) -> dict[str, Any]:
    """Leave out what cannot be pickled: a word in a text may mean something else."""
    return {name: value for name, value in names.items() if is_sendable(value)}


def is_sendable(value: object) -> bool:
    """Whether something can be pickled."""
    try:
        _dumps(value)
    except Exception:  # noqa: BLE001 - any object may fail in any way
        return False
    return True


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc]  # cloudpickle has no types
    """Sends by name what a process must have one of only.

    Brian's units: Brian warns when a name means a copy of its unit. And the
    generators behind ``random.gauss`` and ``numpy.random.randn``, which are
    their methods: a copy has the state that it had here, whatever a job's seed.
    """

    def reducer_override(self, obj: Any) -> Any:
        name = global_generator_name(obj)
        if name:
            return global_generator, (name,)
        if type(obj).__module__.startswith("brian2.units"):
            symbol = str(obj) if type(obj).__name__ == "Unit" else ""
            if symbol and brian_unit(symbol) is obj:
                return brian_unit, (symbol,)
        return super().reducer_override(obj)


def global_generator(name: str) -> Any:
    """Give this process's own global generator: ``"python"`` or ``"numpy"``."""
    return _GENERATORS[name]


def global_generator_name(thing: object) -> str:
    """Name one of these generators; empty for anything else."""
    return next((name for name, one in _GENERATORS.items() if thing is one), "")


def brian_unit(symbol: str) -> Any:
    """Give Brian's own unit object of a name; None if there is none."""
    from brian2.core.namespace import DEFAULT_UNITS  # noqa: PLC0415 - engines load without Brian

    return DEFAULT_UNITS.get(symbol)


def _dumps(value: object) -> bytes:
    buffer = io.BytesIO()
    _Pickler(buffer).dump(value)
    return buffer.getvalue()


class _Memory:
    """All loaded modules when somebody last asked, and those of them that are the user's own.

    There are thousands, and every sweep asks several times.
    """

    last: tuple[tuple[object, ...], list[ModuleType]] = ((), [])


def _modules_at_work() -> list[ModuleType]:
    """Give the loaded modules that are the user's own, not installed libraries."""
    # Values, then names: making pairs may collect garbage, and finalizers may import.
    modules = tuple(sys.modules.values())
    seen, found = _Memory.last
    if len(modules) != len(seen) or not all(map(operator.is_, modules, seen)):
        named = ((name, sys.modules.get(name)) for name in list(sys.modules))
        found = [module for name, module in named if module is not None and _is_users(name, module)]
        _Memory.last = modules, found
    return found


def _is_users(name: str, module: ModuleType) -> bool:
    if name == "__main__" or name.partition(".")[0] == _OURS:
        return False
    file = getattr(module, "__file__", None)
    if not file or getattr(module, "__spec__", None) is None:
        return False
    return _is_users_file(file)


@functools.cache
def _is_users_file(file: str) -> bool:
    return file.endswith(".py") and not is_installed_file(file)


@contextmanager
def _by_value(modules: list[ModuleType]) -> Iterator[None]:
    registered = []
    already = cloudpickle.list_registry_pickle_by_value()
    for module in modules:
        if module.__name__ not in already:
            cloudpickle.register_pickle_by_value(module)
            registered.append(module)
    try:
        yield
    finally:
        for module in registered:
            cloudpickle.unregister_pickle_by_value(module)
