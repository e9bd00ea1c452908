"""Data in installed packages, as it is in this process.

A package of a laboratory's that is installed keeps parameters in its modules:
``lab.TAU = 20*ms``, ``lab.defaults["tau"] = 20*ms`` or ``lab.config.tau = 20*ms``
in a cell set them in this process alone. Nobody can tell who set what; so all
public data of such a package travels, and is in its place while a job is
computed.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import enum
import fractions
import importlib
import pathlib
import re
import sys
from collections.abc import Iterable
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from brian_sweep_widget.engines.brian_objects import is_brians
from brian_sweep_widget.engines.installed import is_module, is_ours, is_users_scope

#: In place of an attribute's name: the contents of a container, or of a record.
CONTENTS = ""

# Large ones are for everybody, and nobody keeps parameters of models there. What is set in
# some of these is known: see `library_settings`, `process_state` and `context`.
_LARGE = frozenset({"brian2", "matplotlib", "mpmath", "numpy", "pandas", "scipy", "sympy"})
_MOST_MODULES = 60
_MOST_PLACES = 2000
_MOST_PARTS = 10_000  # of one value
_MOST_BYTES = 1e6  # of one value
_MOST_BYTES_OF_PACKAGE = 10e6
_OF_PART = 50  # bytes, of each number
_DEEP = 3  # objects in objects
# What is called so goes to no other computer, and into no script, unless the model names it.
_SECRET = re.compile(r"token|passw|secret|credential|api_?key", re.IGNORECASE)
_PATHS = frozenset(
    {pathlib.PosixPath, pathlib.WindowsPath, pathlib.PurePosixPath, pathlib.PureWindowsPath}
)
_PLAIN = _PATHS | frozenset(
    {bool, int, float, complex, str, bytes, type(None), range, slice}
    | {decimal.Decimal, fractions.Fraction}
    | {dt.date, dt.datetime, dt.time, dt.timedelta}
)


class Place(NamedTuple):
    """Where something is set in a library.

    Attributes
    ----------
    module
        Its name.
    attributes
        The way from there to what has the attribute, or is the container.
    name
        Of the attribute; `CONTENTS` for those of a container, ``"()"`` for
        the library's `SETTINGS`.
    """

    module: str
    attributes: tuple[str, ...]
    name: str


def is_data(value: object) -> bool:
    """Whether something is numbers, texts, quantities, and containers or records of these.

    What is too much to be somebody's parameters is not.
    """
    return data_size(value) is not None


def data_size(value: object) -> float | None:
    """Compute about how many bytes data takes; None for what is none, or too much."""
    waiting, parts, size = [value], 0, 0.0
    while waiting:
        one: Any = waiting.pop()
        kind = type(one)
        parts += 1
        if parts > _MOST_PARTS:
            return None
        if _is_array(one):
            size += one.nbytes
        elif kind in {str, bytes}:
            size += len(one)
        elif kind in {list, tuple, set, frozenset} or _is_named_tuple(one):
            waiting += one
        elif kind is dict:
            waiting += [*one.keys(), *one.values()]
        elif is_record(one):
            waiting += vars(one).values()
        elif kind not in _PLAIN and not issubclass(kind, enum.Enum):
            return None
        size += _OF_PART
    return size if size <= _MOST_BYTES else None


def is_alike(one: Any, other: Any) -> bool:
    """Whether two pieces of data are the same, of the same kinds and in the same order."""
    kind = type(one)
    if kind is not type(other):
        return False
    if _is_array(one):
        same = one.dtype == other.dtype and one.shape == other.shape
        dimensions = getattr(one, "dim", None) is getattr(other, "dim", None)
        return same and dimensions and one.tobytes() == other.tobytes()
    if kind in {list, tuple} or _is_named_tuple(one):
        return len(one) == len(other) and all(map(is_alike, one, other))
    if kind is dict or is_record(one):
        parts = [
            list(each.items() if kind is dict else vars(each).items()) for each in (one, other)
        ]
        return is_alike(*parts)
    # As texts, what is no number is alike, too.
    return repr(one) == repr(other) if kind in {float, complex} else bool(one == other)


def thing_at(module: str, way: Iterable[str]) -> Any:
    """Load a module, and go from there to something, by names of attributes."""
    there: Any = importlib.import_module(module)
    for attribute in way:
        there = getattr(there, attribute)
    return there


def data_place(module: str, attributes: tuple[str, ...], name: str, value: object) -> Place:
    """Give the place of data that a library has under a name."""
    if has_contents(value):
        return Place(module, (*attributes, name), CONTENTS)
    return Place(module, attributes, name)


def has_contents(value: object) -> bool:
    """Whether it is a container, or a record, whose contents can be set."""
    return type(value) in {dict, list, set} or is_record(value)


def is_record(value: object) -> bool:
    """Whether it has attributes, and nothing else."""
    kind = type(value)
    if kind is SimpleNamespace:
        return True
    made = dataclasses.is_dataclass(kind) and hasattr(value, "__dict__")
    return made and not kind.__dataclass_params__.frozen  # type: ignore[attr-defined]


def is_path(value: object) -> bool:
    """Whether it is a place in the files of this computer, as another one may not have it."""
    return type(value) in {str, *_PATHS} and pathlib.PurePath(str(value)).is_absolute()


def is_users(thing: FunctionType | type) -> bool:
    """Whether a function or a class is the user's own."""
    scope = thing.__globals__ if isinstance(thing, FunctionType) else None
    name = thing.__module__ if scope is None else scope.get("__name__")
    module = sys.modules.get(str(name))
    if not is_module(module) or (scope is not None and vars(module) is not scope):
        return False  # libraries make functions in scopes of no module
    return is_users_scope(vars(module))


class PackageData:
    """The public data of an installed package; of a larger one, of one of its modules.

    Parameters
    ----------
    module
        The module, by which code came to the package.
    """

    def __init__(self, module: str) -> None:
        #: By place.
        self.values: dict[Place, Any] = {}
        #: Containers and records, which others may hold, too: the module and the way to each.
        self.objects: dict[int, tuple[str, tuple[str, ...]]] = {}
        #: Modules that were read.
        self.modules: set[str] = {module}
        #: Modules that a package uses.
        self.uses: set[str] = set()
        self._package = module.partition(".")[0]
        self._room = _MOST_BYTES_OF_PACKAGE
        if self._package in _LARGE:
            return
        found = _modules_of(self._package)
        whole = len(found) <= _MOST_MODULES
        self.modules = {name for name in found if whole or name == module}
        for name in sorted(self.modules):
            self._read(name, (), vars(found[name]))
        if len(self.values) > _MOST_PLACES or self._room < 0:
            self.values, self.objects = {}, {}
        if not whole:
            self.uses = set()

    def _read(self, module: str, attributes: tuple[str, ...], namespace: Any) -> None:
        for name, value in namespace.copy().items():
            # Whatever is there is asked nothing that could have it do something.
            kind = type(value)
            code = kind is FunctionType or issubclass(kind, type)
            if code or issubclass(kind, ModuleType):
                self._see_used(value)
            if name.startswith("_") or _SECRET.search(name):
                continue
            way = (*attributes, name)
            size = data_size(value)
            if size is not None or (code and is_users(value)):
                self._room -= size or 0
                self.values[data_place(module, attributes, name, value)] = value
                if has_contents(value):
                    self.objects.setdefault(id(value), (module, way))
            elif self._is_own(value if issubclass(kind, type) else kind):
                self._read_object(module, way, value)

    def _read_object(self, module: str, way: tuple[str, ...], value: Any) -> None:
        """Read a class of the package, or an object of one."""
        if id(value) not in self.objects and len(way) <= _DEEP and hasattr(value, "__dict__"):
            self.objects[id(value)] = module, way
            self._read(module, way, vars(value))

    def _is_own(self, kind: type) -> bool:
        return str(kind.__module__).partition(".")[0] == self._package

    def _see_used(self, value: Any) -> None:
        name = value.__name__ if issubclass(type(value), ModuleType) else value.__module__
        self.uses.add(str(name))


def is_of_package(name: str) -> bool:
    """Whether a module of an installed package is loaded: not one of Python's, or of ours."""
    module = sys.modules.get(name)
    if name.partition(".")[0] in sys.stdlib_module_names:
        return False
    return is_module(module) and not is_ours(vars(module)) and not is_users_scope(vars(module))


def _modules_of(package: str) -> dict[str, ModuleType]:
    """Find the modules of a package that are loaded, by name."""
    inside = f"{package}."
    return {
        name: module
        for name, module in sys.modules.copy().items()
        if (name == package or name.startswith(inside)) and is_module(module)
    }


def _is_array(value: Any) -> bool:
    kind = type(value)
    if not issubclass(kind, np.ndarray | np.generic):
        return False
    quantity = is_brians(kind.__module__) and kind.__name__ == "Quantity"
    plain = kind is np.ndarray or issubclass(kind, np.generic)
    return (plain or quantity) and not value.dtype.hasobject


def _is_named_tuple(value: object) -> bool:
    return issubclass(type(value), tuple) and hasattr(type(value), "_fields")
