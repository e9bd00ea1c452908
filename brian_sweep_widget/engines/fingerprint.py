"""Names for code: equal for equal code, in any process; another one if anything changed.

Not the source is named, which may have been edited since it was loaded, but
what runs: compiled code, with all that it refers to. So a name holds for one
version of Python.
"""

from __future__ import annotations

import copyreg
import functools
import importlib.util
import inspect
import sys
from collections.abc import Callable, Sequence
from types import (
    BuiltinFunctionType,
    CodeType,
    FunctionType,
    MappingProxyType,
    MethodType,
    ModuleType,
)
from typing import Any, NoReturn

import numpy as np

from brian_sweep_widget.engines.brian_objects import CannotTravelError, name_in_brian
from brian_sweep_widget.engines.code import closed_over, code_digest, uses_of
from brian_sweep_widget.engines.digests import PLAIN, UnknownError, mixed, plain_digest
from brian_sweep_widget.engines.installed import distribution_of, is_module
from brian_sweep_widget.engines.mpmath_contexts import name_in_mpmath
from brian_sweep_widget.engines.reach import Reach
from brian_sweep_widget.engines.reducing import digest_when_loaded, global_generator_name
from brian_sweep_widget.engines.sent_modules import compiled_file
from brian_sweep_widget.engines.sent_objects import dispatched, made_again

_MOST_DEEP = 200  # objects within objects
# Of a class, what is made anew wherever it is defined.
_LEFT_OUT = frozenset(
    {"__dict__", "__weakref__", "__module__", "__doc__", "__qualname__", "__firstlineno__"}
    | {"__static_attributes__", "__annotations__", "_abc_impl"}
)
_CONTAINERS = (tuple, list, set, frozenset, dict)
_BUILT_IN = frozenset(
    {"method_descriptor", "wrapper_descriptor", "cython_function_or_method", "builtin_function"}
)


def fingerprint(functions: Sequence[Callable[..., Any]], *more: object) -> bytes:
    """Name functions and values.

    Parameters
    ----------
    functions
        Of the user's: named with all that they refer to: functions, classes
        and modules of the user's by their code, installed ones by their
        version, values by what they are.
    *more
        Values that belong to it.

    Returns
    -------
    bytes
        20 of them.

    Raises
    ------
    UnknownError
        If it cannot be told of something whether it stays the same.
    """
    namer = _Namer()
    python = f"{sys.implementation.name} {sys.version_info[0]}.{sys.version_info[1]}"
    parts = [namer.name(function, "the model") for function in functions]
    parts.append(namer.name(list(more), "the model"))
    if namer.met_code:
        parts += _reached(namer, Reach([*functions, *more]))
    return mixed("fingerprint", python, *parts)


def _reached(namer: _Namer, reach: Reach) -> list[bytes]:
    """Digest what is in namespaces, and the sources of modules that are imported later."""
    parts = []
    for scope, wanted, failed in reach:
        parts.append(mixed("namespace", scope.name))
        for name in sorted(wanted):
            by, only_text = wanted[name]
            if name in failed and (only_text or not by):
                continue  # it stays behind, and nothing can be computed with it
            where = f"{name}, which {by or 'the model'} refers to"
            value = namer.name(scope.namespace[name], where)
            parts.append(mixed("variable", name, value))
    if reach.subclasses:
        parts.append(namer.name(reach.subclasses, "a class of the model"))
    for place, thing in sorted(reach.own_in_libraries.items(), key=lambda one: one[0]):
        where = ".".join((place.module, *place.attributes, place.name))
        parts.append(mixed("in a library", where, namer.name(thing, where)))
    for name, thing in sorted(reach.replaced.items()):
        parts.append(mixed("replaced", name, namer.name(thing, name)))
    parts.append(reach.arrays.digest())
    for name, source in sorted(reach.sources.items()):
        parts.append(mixed("source", name, source.text))
    for name, file in sorted(reach.compiled.items()):
        parts.append(mixed("compiled", name, _digest_of_compiled(file)))
    return parts


def _digest_of_compiled(file: str) -> str:
    try:
        return digest_when_loaded(file)
    except CannotTravelError as error:
        raise UnknownError(str(error)) from error


class _Namer:
    """Digests objects; remembers those on the way, as objects may refer to each other."""

    def __init__(self) -> None:
        self._known: dict[int, bytes] = {}
        self._kept: list[object] = []  # or another object could get the number of a dead one
        self._under_way: dict[int, int] = {}
        #: Whether any code of the user's was met, whose namespaces belong to it.
        self.met_code = False

    def name(self, value: Any, where: str) -> bytes:
        """Digest any object.

        Parameters
        ----------
        value
            The object.
        where
            What refers to it, for messages.
        """
        if type(value) in PLAIN:
            return plain_digest(value)
        number = id(value)
        if number in self._under_way:  # it refers to itself: by how far above it is
            return mixed("above", str(len(self._under_way) - self._under_way[number]))
        known = self._known.get(number)
        if known is not None:
            return known
        if len(self._under_way) > _MOST_DEEP:
            self._refuse(value, where)
        self._under_way[number] = len(self._under_way)
        try:
            digest = self._digest(value, where)
        finally:
            del self._under_way[number]
        self._known[number] = digest
        self._kept.append(value)
        return digest

    def _digest(self, value: Any, where: str) -> bytes:
        generator, of_mpmath = global_generator_name(value), name_in_mpmath(value)
        if generator or of_mpmath:  # each process has its own
            kind = "generator" if generator else distribution_of("mpmath")
            return mixed(kind, generator or of_mpmath)
        if is_module(value):
            return self._module(value)
        if isinstance(value, FunctionType):
            return self._function(value)
        if isinstance(value, type):
            return self._class(value, where)
        if type(value) in _CONTAINERS:
            return self._container(value, where)
        return self._other(value, where)

    def _container(self, value: Any, where: str) -> bytes:
        parts = [self.name(part, where) for part in value]
        if isinstance(value, dict):
            inner = (self.name(one, f"{where}[{key!r}]") for key, one in value.items())
            return mixed("dict", *parts, *inner)
        if isinstance(value, set | frozenset):
            return mixed("set", *sorted(parts))
        return mixed(type(value).__name__, *parts)

    def _function(self, function: FunctionType) -> bytes:
        called = function.__name__
        if distribution_of(function):
            return self._installed_function(function)
        self.met_code = True
        # What is in its namespace is named for all functions at once.
        parts: list[bytes | str] = [code_digest(function.__code__)]
        parts.append(str(function.__globals__.get("__name__")))
        imports = uses_of(function.__code__, function.__doc__).imports
        parts += [_library_imported(one.name) for one in imports if not one.level]
        parts += self._closed_over(function)
        defaults = [function.__defaults__, function.__kwdefaults__]
        parts.append(self.name([*defaults, function.__dict__], f"a default of {called}"))
        return mixed("function", *parts)

    def _installed_function(self, function: FunctionType) -> bytes:
        """Name a library's function; a decorator's may hold one of the user's."""
        functions = dispatched(function)
        if functions is not None:
            return mixed("dispatching", self.name(functions, function.__name__))
        library = distribution_of(function)
        held = self._closed_over(function)
        return mixed("installed", library, function.__module__, function.__qualname__, *held)

    def _closed_over(self, function: FunctionType) -> list[bytes | str]:
        parts: list[bytes | str] = []
        for name, value in closed_over(function).items():
            where = f"{name}, which {function.__name__} refers to"
            parts += [name, self.name(value, where)]
        return parts

    def _class(self, kind: type, where: str) -> bytes:
        installed = distribution_of(kind)
        if installed:
            return mixed("installed", installed, kind.__module__, kind.__qualname__)
        parts: list[bytes | str] = [kind.__name__, self.name(type(kind), where)]
        parts += [self.name(base, where) for base in kind.__bases__]
        for name, value in sorted(vars(kind).items()):
            if name not in _LEFT_OUT:
                parts += [name, type(value).__name__]
                if not inspect.ismemberdescriptor(value) and not inspect.isgetsetdescriptor(value):
                    parts.append(self.name(_behind(value), f"{kind.__name__}.{name}"))
        return mixed("class", *parts)

    def _module(self, module: ModuleType) -> bytes:
        installed = distribution_of(module)
        if installed:
            return mixed("installed", installed, module.__name__)
        file = compiled_file(module)
        if file:
            return mixed("file", _digest_of_compiled(file))
        self.met_code = True
        return mixed("module", module.__name__)

    def _other(self, value: Any, where: str) -> bytes:  # noqa: PLR0911 - one for every kind
        if isinstance(value, BuiltinFunctionType | np.ufunc) or type(value).__name__ in _BUILT_IN:
            return self._built_in(value, where)
        if isinstance(value, CodeType):
            return code_digest(value)
        brians = self._of_brian(value, where)
        if brians:
            return brians
        passed_on = _passed_on(value)
        if passed_on is not None:
            return mixed(type(value).__name__, self.name(passed_on, where))
        if type(value) is np.ndarray and not value.dtype.hasobject:
            return mixed("array", value.dtype.str, repr(value.shape), value.tobytes())
        try:
            reduced = _reduced(value)
        except Exception:  # noqa: BLE001 - any object may refuse in any way
            self._refuse(value, where)
        if isinstance(reduced, str):
            library = distribution_of(value)
            if not library:
                self._refuse(value, where)
            return mixed("named", library, reduced)
        return mixed("object", *(self.name(part, where) for part in reduced))

    def _of_brian(self, value: Any, where: str) -> bytes:
        """Name an object of Brian's that goes by name, or is made anew; empty for others."""
        name = name_in_brian(value)
        if name:
            return mixed("brian", name)
        try:
            parts = made_again(value)
        except CannotTravelError:
            self._refuse(value, where)
        return b"" if parts is None else mixed("made", *(self.name(one, where) for one in parts))

    def _built_in(self, function: Any, where: str) -> bytes:
        """Name a compiled function; a method of an object with it."""
        owner = getattr(function, "__self__", None)
        of = b"" if owner is None or is_module(owner) else self.name(owner, where)
        called = getattr(function, "__qualname__", function.__name__)
        module = sys.modules.get(str(getattr(function, "__module__", None) or ""))
        if module is not None and not distribution_of(module):
            return mixed("built in", called, self.name(module, where), of)
        return mixed("built in", distribution_of(function), called, of)

    def _refuse(self, value: object, where: str) -> NoReturn:
        kind = type(value).__name__
        msg = (
            f"it cannot be told whether {where} (a {kind}) stays the same; make it inside the "
            "function, of plain values"
        )
        raise UnknownError(msg)


def _library_imported(name: str) -> bytes:
    """Digest which library is imported when the code runs; the user's own are read elsewhere."""
    root = name.partition(".")[0]
    there = root in sys.modules or importlib.util.find_spec(root) is not None
    return mixed("imported", name, distribution_of(root) if there else "missing")


def _passed_on(value: Any) -> list[Any] | None:
    """Give what an object only passes calls on to; None if it is no such object."""
    if isinstance(value, MethodType):
        return [value.__func__, value.__self__]
    if isinstance(value, functools.partial):
        return [value.func, value.args, value.keywords]
    if isinstance(value, MappingProxyType):
        return [dict(value)]
    if type(value).__module__ == "functools" and hasattr(value, "__wrapped__"):  # a cache
        return [value.__wrapped__]
    return None


def _behind(attribute: Any) -> Any:
    """Give what is behind a class's attribute that only passes on."""
    if isinstance(attribute, property):
        return [attribute.fget, attribute.fset, attribute.fdel]
    if isinstance(attribute, functools.cached_property):
        return attribute.func
    return attribute.__func__ if isinstance(attribute, staticmethod | classmethod) else attribute


def _reduced(value: Any) -> Any:
    """Take an object apart as pickle would; iterators as lists."""
    reduce = copyreg.dispatch_table.get(type(value))
    reduced = reduce(value) if reduce is not None else value.__reduce_ex__(4)
    if isinstance(reduced, str):
        return reduced
    function, arguments, *rest = reduced
    state, items, pairs = (*rest, None, None, None)[:3]
    return [function, arguments, state, *(list(one) if one else None for one in (items, pairs))]
