"""Settings of the kernel's process, carried to the processes that compute for it.

A simulation gives there what it would give if it were called here: in the same
folder, with the same environment variables, places of modules, and what is
taken for an error. Beside Brian's own settings (see `context`), and like them
as they were when the sweep was made.
"""

from __future__ import annotations

import decimal
import functools
import json
import os
import re
import socket
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from tempfile import TemporaryDirectory
from typing import Any, ParamSpec, Protocol, TypeVar

import numpy as np

from brian_sweep_widget.engines.installed import is_installed_file
from brian_sweep_widget.engines.process_state import (
    brian_console,
    current_folder,
    decimal_context,
    state_kept,
    write_filters,
)
from brian_sweep_widget.engines.variables_read import is_named
from brian_sweep_widget.results import Failure
from brian_sweep_widget.scratch import scratch_folder

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")

# As the package was loaded: workers inherit these, hosts have their own.
_AT_FIRST = dict(os.environ)
# Test runners and front ends keep notes of their own here, which change with every call.
_NOT_OURS = frozenset({"PYTEST_CURRENT_TEST", "JPY_PARENT_PID", "COLUMNS", "LINES"})
# What numpy does by itself; to call or to log it needs a function of the kernel's.
_BY_NUMPY = frozenset({"ignore", "warn", "raise", "print"})
_BY_NUMPY_ITSELF = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}
_END = b"\n"
# Code that reads environment variables names one of these.
_WAYS_TO_VARIABLES = (b"environ", b"getenv")
# These say where things are on one computer, and of whom it is: elsewhere they would be wrong.
_OF_A_COMPUTER = frozenset({
    "APPDATA", "CONDA_PREFIX", "DISPLAY", "DYLD_LIBRARY_PATH", "HOME", "HOSTNAME",
    "LD_LIBRARY_PATH", "LOCALAPPDATA", "LOGNAME", "OLDPWD", "PATH", "PWD", "PYTHONHOME",
    "PYTHONPATH", "SHELL", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "USER", "USERNAME",
    "USERPROFILE", "VIRTUAL_ENV",
})  # fmt: skip


class Carrier(Protocol):
    """What travels with the settings under which it is to work."""

    settings: ProcessSettings


@dataclass(frozen=True, slots=True)
class Computing:
    """Settings that decide numbers, where they are not those with which Python begins.

    Parameters
    ----------
    environment
        Variables; None for one that was removed.
    numpy
        Arguments of ``numpy.seterr``.
    decimal
        Arguments of ``decimal.Context``, the flags left away, traps by name.
    of_the_computer
        Variables that are read, and that each computer has to have its own of.
    """

    environment: dict[str, str | None]
    numpy: dict[str, str]
    decimal: list[Any]
    of_the_computer: tuple[str, ...] = ()


class _Changed:
    """Environment variables that were once found to be others than at first."""

    names: set[str] = set()  # noqa: RUF012 - the process's own


class _Missing:
    """The folder that a job should have, if it is not there; whether this is another computer."""

    folder = ""
    away = False


@dataclass(frozen=True, slots=True)
class ProcessSettings:
    """What decides how a process works, as far as a person sets it while it runs.

    Parameters
    ----------
    written
        The settings as JSON: equal texts for equal settings, and no code that
        would have to be loaded. Without any, a process stays as it is.
    """

    written: str = "{}"

    @classmethod
    def here(cls) -> ProcessSettings:
        """Read the settings of this process."""
        errors = {kind: how for kind, how in np.geterr().items() if how in _BY_NUMPY}
        about = {
            "host": socket.gethostname(),
            "folder": current_folder(),
            "environment": _changed_environment(),
            "prefix": sys.prefix,
            "path": [entry for entry in sys.path if isinstance(entry, str)],
            "users": [entry for entry in sys.path if not _is_installed(entry)],
            "recursion": sys.getrecursionlimit(),
            "numpy": errors,
            "decimal": _decimal(),
            "filters": [_written_filter(one) for one in warnings.filters],
            "brian": _brians_messages(),
        }
        return cls(json.dumps(about, sort_keys=True))

    def __reduce__(self) -> tuple[type[ProcessSettings], tuple[()]]:
        """Travel in front of what is packed, and not once more within."""
        return ProcessSettings, ()

    def deciding(self, packed: bytes) -> list[Any]:
        """Give what decides the numbers of a packed model beyond its code: plain values.

        Environment variables that the model's own code names (if it reads none,
        those only that were changed since the package was loaded); decimal's
        context, if it computes with that; what numpy, and Python, take for an
        error that code may catch.
        """
        about = _read(self.written)
        changed: dict[str, str | None] = about.get("environment", {})
        if not any(way in packed for way in _WAYS_TO_VARIABLES):
            variables = {n: one for n, one in changed.items() if one != _AT_FIRST.get(n)}
        else:
            variables = {**_AT_FIRST, **changed}
        decides: list[Any] = [
            [name, variables[name]] for name in sorted(variables) if is_named(name, packed)
        ]
        if b"decimal" in packed and about["decimal"] != _DECIMAL_AT_FIRST:
            decides.append(about["decimal"])
        if about.get("numpy", _NUMPY_AT_FIRST) != _NUMPY_AT_FIRST:
            decides.append(about["numpy"])
        if _errors(about.get("filters", _FILTERS_AT_FIRST)) != _errors(_FILTERS_AT_FIRST):
            decides.append(about["filters"])
        return decides

    def beside_defaults(
        self, names: AbstractSet[str], words: AbstractSet[str], read: AbstractSet[str]
    ) -> Computing:
        """Give what a script must set to compute as under these settings.

        Parameters
        ----------
        names
            All names in the model's source: if it reads environment variables,
            those count that were set before the kernel started, too; decimal's
            context does if there is ``decimal``.
        words
            Words of the model's texts, environment variables among them.
        read
            Environment variables that were read under names which the source
            does not hold.
        """
        about = _read(self.written)
        if not about:
            return Computing({}, {}, [])
        changed: dict[str, str | None] = about["environment"]
        own = {name for name, value in changed.items() if value != _AT_FIRST.get(name)}
        asked = own & (names | words)
        variables = {name: value for name, value in changed.items() if name in asked}
        elsewhere = []
        if not names.isdisjoint(way.decode() for way in _WAYS_TO_VARIABLES):
            found = {**_AT_FIRST, **changed}
            named = sorted(found.keys() & (words | read))
            elsewhere = [name for name in named if name in _OF_A_COMPUTER - own]
            variables |= {name: found[name] for name in named if name not in elsewhere}
        usual = about["decimal"] == _DECIMAL_AT_FIRST or "decimal" not in names
        errors = {} if about["numpy"].items() <= _BY_NUMPY_ITSELF.items() else about["numpy"]
        return Computing(variables, errors, [] if usual else about["decimal"], tuple(elsewhere))

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """Have the process work under these settings meanwhile; what is changed is put back."""
        with state_kept(), ExitStack() as stack:
            _Missing.folder, _Missing.away = "", False
            about = _read(self.written)
            if about:
                _Missing.away = about["host"] != socket.gethostname()
                _apply(about)
                if not _entered(about["folder"]):
                    # A new one: nobody's files are mistaken there for those of the model.
                    os.chdir(stack.enter_context(TemporaryDirectory(dir=scratch_folder())))
                    _Missing.folder = about["folder"] or "which was removed"
            yield


def carrying_settings(pack: Callable[[Any], bytes]) -> Callable[[Any], bytes]:
    """Have the settings of what is packed travel in front of it: they hold while it is unpacked."""

    @functools.wraps(pack)
    def packed(thing: Carrier) -> bytes:
        return thing.settings.written.encode() + _END + pack(thing)

    return packed


def without_settings(packed: bytes) -> bytes:
    """Give what was packed without the settings in front of it."""
    return packed.partition(_END)[2]


def under_its_settings(
    function: Callable[_Arguments, _Result],
) -> Callable[_Arguments, _Result]:
    """Have a function work under the settings of its first argument, which was packed."""

    @functools.wraps(function)
    def call(*arguments: _Arguments.args, **options: _Arguments.kwargs) -> _Result:
        packed: Any = arguments[0]
        with ProcessSettings(packed.partition(_END)[0].decode()).in_force():
            return function(*arguments, **options)

    return call


def missing_folder_told(failure: Failure) -> Failure:
    """Add to a failure, if that may be why, that a host lacks the file, or the sweep's folder."""
    if failure.kind != FileNotFoundError.__name__ or not (_Missing.folder or _Missing.away):
        return failure
    lacks = "the file is not there"
    if _Missing.folder:
        lacks = f"the folder of the sweep, {_Missing.folder}, is not there"
    message = (
        f"{failure.message}: on the computer {socket.gethostname()} {lacks}. Put it there, or "
        "read it outside of the model and hand over what was read"
    )
    return replace(failure, message=message)


def _apply(about: Mapping[str, Any]) -> None:
    for name, value in about["environment"].items():
        if value is None:
            os.environ.pop(name, None)
        elif os.environ.get(name) != value:
            os.environ[name] = value
    path = _path(about)
    if path != sys.path:
        sys.path[:] = path
    if sys.getrecursionlimit() != about["recursion"]:
        sys.setrecursionlimit(about["recursion"])
    if not about["numpy"].items() <= np.geterr().items():
        np.seterr(**about["numpy"])
    if about["decimal"] != _decimal():
        _write_decimal(about["decimal"])
    filters = _read_filters(about)
    if filters != warnings.filters:
        write_filters(filters)
    if about["brian"] is not None and brian_console() is not None:
        _write_brians_messages(about["brian"])


def _entered(folder: str) -> bool:
    with suppress(OSError):
        if folder != current_folder():
            os.chdir(folder)
        return True
    return False


@functools.lru_cache(maxsize=64)
def _read(written: str) -> Any:
    return json.loads(written)


def _changed_environment() -> dict[str, str | None]:
    """Give the variables that were changed since the package was loaded; None for removed ones.

    Also those that were changed back: workers that began meanwhile know the change.
    """
    now = dict(os.environ)
    names = now.keys() | _AT_FIRST.keys()
    _Changed.names |= {name for name in names if now.get(name) != _AT_FIRST.get(name)}
    return {name: now.get(name) for name in sorted(_Changed.names - _NOT_OURS)}


def _path(about: Mapping[str, Any]) -> list[str]:
    """Give the places of modules: those of the kernel; elsewhere its user's, and our libraries'."""
    path: list[str] = about["path"]
    if (about["host"], about["prefix"]) == (socket.gethostname(), sys.prefix):
        return path
    users: list[str] = about["users"]
    first = next((i for i, entry in enumerate(path) if entry not in users), len(path))
    own = [entry for entry in sys.path if entry not in users]
    return [*path[:first], *own, *(entry for entry in users if entry not in path[:first])]


@functools.lru_cache(maxsize=256)
def _is_installed(entry: object) -> bool:
    if not isinstance(entry, str):  # which Python ignores
        return True
    return bool(entry) and is_installed_file(os.path.join(entry, "_"))  # noqa: PTH118 - any text


def _decimal() -> list[Any]:
    *numbers, _flags, traps = decimal_context()
    return [*numbers, sorted(one.__name__ for one in traps)]


_DECIMAL_AT_FIRST = _decimal()
# As numpy sets it itself.
_NUMPY_AT_FIRST = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}


def _write_decimal(about: list[Any]) -> None:
    *numbers, traps = about
    arguments: list[Any] = [*numbers, [], [getattr(decimal, name) for name in traps]]
    decimal.setcontext(decimal.Context(*arguments))


def _written_filter(one: Any) -> list[Any]:
    """Write a warnings filter down: patterns with their flags, the category by name."""
    action, message, category, module, line = one
    patterns = [
        [part.pattern, part.flags] if isinstance(part, re.Pattern) else part
        for part in (message, module)
    ]
    return [action, patterns, category.__module__, category.__qualname__, line]


_FILTERS_AT_FIRST = [_written_filter(one) for one in warnings.filters]


def _errors(filters: list[list[Any]]) -> list[list[Any]]:
    """Give the warnings filters that make errors: no others change what is computed."""
    return [one for one in filters if one[0] == "error"]


def _read_filters(about: Mapping[str, Any]) -> list[Any]:
    """Give the filters whose category there is here; what is not loaded is not warned of yet."""
    filters = []
    for action, patterns, module, name, line in about["filters"]:
        category = vars(sys.modules[module]).get(name) if module in sys.modules else None
        if category is not None:
            message, place = (
                re.compile(*part) if isinstance(part, list) else part for part in patterns
            )
            filters.append((action, message, category, place, line))
    return filters


def _brians_messages() -> Any:
    """Write down which of Brian's messages are shown; None if it is not loaded."""
    handler = brian_console()
    if handler is None:
        return None
    suppressed = [
        [type(one).__name__, getattr(one, "name", "") or one.orig_filter.name]
        for one in handler.filters
        if type(one).__name__ in _SUPPRESSING
    ]
    return [handler.level, suppressed]


# Brian's filters of messages, by what makes them.
_SUPPRESSING = {"NameFilter": "suppress_name", "HierarchyFilter": "suppress_hierarchy"}


def _write_brians_messages(about: Any) -> None:
    from brian2 import BrianLogger  # noqa: PLC0415 - loaded already

    level, suppressed = about
    handler = brian_console()
    if handler.level != level:
        handler.setLevel(level)
    known = _brians_messages()[1]
    for one in suppressed:
        if one not in known:
            kind, name = one
            getattr(BrianLogger, _SUPPRESSING[kind])(name)
