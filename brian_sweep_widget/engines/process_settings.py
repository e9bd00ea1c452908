"""Settings of the kernel's process, carried to the processes that compute for it.

A simulation gives there what it would give if it were called here: in the same
folder, with the same environment variables, places of modules, and what is
taken for an error. Beside Brian's own settings (see `context`), and like them
as they were when the sweep was made.
"""

from __future__ import annotations

import functools
import json
import os
import socket
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from tempfile import TemporaryDirectory
from typing import Any, ParamSpec, Protocol, TypeVar

from brian_sweep_widget.engines.mpmath_contexts import PRECISION_AT_FIRST
from brian_sweep_widget.engines.process_state import current_folder, state_kept
from brian_sweep_widget.engines.variables_read import is_named
from brian_sweep_widget.engines.written_settings import (
    DECIMAL_AT_FIRST,
    NUMPY_AT_FIRST,
    VARIABLES_AT_FIRST,
    apply,
    makes_other_errors,
    settings_here,
)
from brian_sweep_widget.results import Failure
from brian_sweep_widget.scratch import scratch_folder

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")

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
    mpmath
        Its precision; see `mpmath_precision`.
    of_the_computer
        Variables that are read, and that each computer has to have its own of.
    """

    environment: dict[str, str | None]
    numpy: dict[str, str]
    decimal: list[Any]
    mpmath: list[Any]
    of_the_computer: tuple[str, ...] = ()


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
        return cls(json.dumps(settings_here(), sort_keys=True))

    def __reduce__(self) -> tuple[type[ProcessSettings], tuple[()]]:
        """Travel in front of what is packed, and not once more within."""
        return ProcessSettings, ()

    def deciding(self, packed: bytes) -> list[Any]:
        """Give what decides the numbers of a packed model beyond its code: plain values.

        Environment variables that the model's own code names (if it reads none,
        those only that were changed since the package was loaded); decimal's
        context and mpmath's precision, if it computes with these; what numpy,
        and Python, take for an error that code may catch.
        """
        about = _read(self.written)
        if not about:
            return []
        changed: dict[str, str | None] = about["environment"]
        if not any(way in packed for way in _WAYS_TO_VARIABLES):
            variables = {n: one for n, one in changed.items() if one != VARIABLES_AT_FIRST.get(n)}
        else:
            variables = {**VARIABLES_AT_FIRST, **changed}
        decides: list[Any] = [
            [name, variables[name]] for name in sorted(variables) if is_named(name, packed)
        ]
        if b"decimal" in packed and about["decimal"] != DECIMAL_AT_FIRST:
            decides.append(about["decimal"])
        if b"mpmath" in packed and about["mpmath"] != PRECISION_AT_FIRST:
            decides.append(["mpmath", *about["mpmath"]])
        if not about["numpy"].items() <= NUMPY_AT_FIRST.items():
            decides.append(about["numpy"])
        if makes_other_errors(about["filters"]):
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
            context does if there is ``decimal``, mpmath's precision if there
            is ``mpmath``.
        words
            Words of the model's texts, environment variables among them.
        read
            Environment variables that were read under names which the source
            does not hold.
        """
        about = _read(self.written)
        if not about:
            return Computing({}, {}, [], [])
        changed: dict[str, str | None] = about["environment"]
        own = {name for name, value in changed.items() if value != VARIABLES_AT_FIRST.get(name)}
        asked = own & (names | words)
        variables = {name: value for name, value in changed.items() if name in asked}
        elsewhere = []
        if not names.isdisjoint(way.decode() for way in _WAYS_TO_VARIABLES):
            found = {**VARIABLES_AT_FIRST, **changed}
            named = sorted(found.keys() & (words | read))
            elsewhere = [name for name in named if name in _OF_A_COMPUTER - own]
            variables |= {name: found[name] for name in named if name not in elsewhere}
        usual = about["decimal"] == DECIMAL_AT_FIRST or "decimal" not in names
        errors = {} if about["numpy"].items() <= NUMPY_AT_FIRST.items() else about["numpy"]
        context = [] if usual else about["decimal"]
        usual = about["mpmath"] == PRECISION_AT_FIRST or "mpmath" not in names
        precision = [] if usual else about["mpmath"]
        return Computing(variables, errors, context, precision, tuple(elsewhere))

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """Have the process work under these settings meanwhile; what is changed is put back."""
        with state_kept(), ExitStack() as stack:
            _Missing.folder, _Missing.away = "", False
            about = _read(self.written)
            if about:
                _Missing.away = about["host"] != socket.gethostname()
                apply(about)
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


def is_away() -> bool:
    """Whether this is another computer than the one where the sweep was made."""
    return _Missing.away


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


def _entered(folder: str) -> bool:
    with suppress(OSError):
        if folder != current_folder():
            os.chdir(folder)
        return True
    return False


@functools.lru_cache(maxsize=64)
def _read(written: str) -> Any:
    return json.loads(written)
