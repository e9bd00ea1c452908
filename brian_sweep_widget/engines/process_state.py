"""What a job may change in its process, beyond Brian: read before it, put back after it.

A worker computes jobs of many models one after another. What one of them does
to the process (it changes the folder, sets an environment variable, turns
warnings into errors) must not reach the next.
"""

from __future__ import annotations

import decimal
import gc
import locale
import os
import signal
import socket
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

try:
    import resource
except ImportError:  # Windows has none
    resource = None  # type: ignore[assignment]

from brian_sweep_widget.engines.logging_state import (
    brians_messages,
    loggers,
    write_brians_messages,
    write_loggers,
)
from brian_sweep_widget.engines.mpmath_contexts import mpmath_precision, set_mpmath_precision
from brian_sweep_widget.scratch import scratch_folder

_SIGNALS = [
    getattr(signal, name)
    for name in (
        *("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGALRM", "SIGVTALRM", "SIGPROF"),
        *("SIGCHLD", "SIGPIPE", "SIGFPE", "SIGUSR1", "SIGUSR2"),
    )
    if hasattr(signal, name)
]
_RESOURCES = [
    getattr(resource, f"RLIMIT_{name}")
    for name in ("AS", "CPU", "DATA", "FSIZE", "NOFILE", "STACK")
    if hasattr(resource, f"RLIMIT_{name}")
]
# What is looked up by name in these modules, and is replaced by assignment.
_ATTRIBUTES: tuple[tuple[ModuleType, tuple[str, ...]], ...] = (
    (os, ("environ",)),
    (sys, ("path", "argv", "stdin", "stdout", "stderr", "excepthook", "displayhook")),
    (warnings, ("filters", "showwarning", "formatwarning")),
    (threading, ("excepthook",)),
    (tempfile, ("tempdir",)),
)


class _Part(NamedTuple):
    """A part of the state: how it is read, and how it is made what it was."""

    read: Callable[[], Any]
    write: Callable[[Any], object]


class _Unfinished:
    """What still has to be put back: an interruption may hit the very putting back."""

    state: list[Any] | None = None


@contextmanager
def state_kept() -> Iterator[None]:
    """Put back, at the end, whatever the block changed of this process's state.

    Folder, environment, ``sys.path``, warnings filters, signal handlers and
    timers, numpy's error and print settings and the kind of its global
    generator, decimal's context and mpmath's, locale, mask of new files, folder of temporary
    ones, levels and handlers of loggers, standard streams, limits of recursion,
    of digits and of resources, cores, functions that trace, garbage collection;
    matplotlib's settings, back end and figures, where it is loaded. Not: what was
    done to modules (see `libraries_changed`) or to other processes.
    """
    if _Unfinished.state is not None:
        _put_back(_Unfinished.state)
    before = _Unfinished.state = _read_all()
    try:
        yield
    finally:
        _put_back(before)
        _Unfinished.state = None


@contextmanager
def state_kept_within() -> Iterator[None]:
    """Do what `state_kept` does, for a part of its block."""
    before = _read_all()
    try:
        yield
    finally:
        _put_back(before)


def _read_all() -> list[Any]:
    return [part.read() for part in _PARTS]


def _put_back(before: list[Any]) -> None:
    for part, value in zip(_PARTS, before, strict=True):
        if part.read() != value:
            part.write(value)


def current_folder() -> str:
    """Give the folder of this process; empty if it was removed."""
    try:
        return os.getcwd()  # noqa: PTH109 - once for every job
    except FileNotFoundError:
        return ""


def _enter_folder(folder: str) -> None:
    try:
        os.chdir(folder)
    except OSError:  # it was removed meanwhile
        os.chdir(scratch_folder())


def _environment() -> Any:
    # Its own bytes: to decode all of them takes fifty times as long.
    return os.environ._data.copy()  # type: ignore[attr-defined]  # noqa: SLF001


def _write_environment(before: dict[Any, Any]) -> None:
    now = os.environ._data  # type: ignore[attr-defined]  # noqa: SLF001
    decode = os.environ.decodevalue
    for name in [name for name in now if name not in before]:
        del os.environ[decode(name)]
    for name, value in before.items():
        if now.get(name) != value:
            os.environ[decode(name)] = decode(value)
    if hasattr(time, "tzset"):
        time.tzset()  # TZ may have been among them


def write_filters(filters: list[Any]) -> None:
    """Make these the warnings filters of this process."""
    warnings.filters[:] = filters  # type: ignore[index]  # it is a list
    with warnings.catch_warnings():  # which has Python look at them anew
        pass


def _handlers() -> list[Any]:
    if threading.current_thread() is not threading.main_thread():
        return []
    timers = [signal.getitimer(signal.ITIMER_REAL)[0] > 0] if hasattr(signal, "getitimer") else []
    return [*timers, *map(signal.getsignal, _SIGNALS)]


def _write_handlers(before: list[Any]) -> None:
    if not before:
        return
    if len(before) > len(_SIGNALS):
        had_timer, *before = before
        if not had_timer:
            signal.setitimer(signal.ITIMER_REAL, 0)
    for number, handler in zip(_SIGNALS, before, strict=True):
        if handler is not None and signal.getsignal(number) is not handler:
            signal.signal(number, handler)


def _mask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _matplotlib() -> Any:
    matplotlib, pyplot = sys.modules.get("matplotlib"), sys.modules.get("matplotlib.pyplot")
    if matplotlib is None or not hasattr(matplotlib, "rcParams"):  # or it is being loaded
        return None
    # All of its settings have names of its own, in one order; a copy takes thirty times as long.
    settings = list(dict.values(matplotlib.rcParams))
    return settings, [] if pyplot is None else pyplot.get_fignums()


def _write_matplotlib(before: Any) -> None:
    matplotlib, pyplot = sys.modules["matplotlib"], sys.modules.get("matplotlib.pyplot")
    if before is None:  # it was loaded meanwhile
        original = matplotlib.rcParamsOrig
        before = [dict.get(original, name) for name in dict.keys(matplotlib.rcParams)], []
    values, figures = before
    settings = dict(zip(dict.keys(matplotlib.rcParams), values, strict=True))
    changed = dict.get(matplotlib.rcParams, "backend") != settings["backend"]
    dict.update(matplotlib.rcParams, settings)
    if pyplot is None:
        return
    for number in set(pyplot.get_fignums()).difference(figures):
        pyplot.close(number)
    if changed:
        # One that needs a screen cannot be loaded without, and was not before.
        with suppress(ImportError):
            pyplot.switch_backend(matplotlib.get_backend())


def _attributes() -> list[Any]:
    return [vars(module).get(name) for module, names in _ATTRIBUTES for name in names]


def _write_attributes(before: list[Any]) -> None:
    owners = [(module, name) for module, names in _ATTRIBUTES for name in names]
    for (module, name), value in zip(owners, before, strict=True):
        setattr(module, name, value)


def _collection() -> tuple[bool, tuple[int, int, int]]:
    return gc.isenabled(), gc.get_threshold()


def _write_collection(before: tuple[bool, tuple[int, int, int]]) -> None:
    (gc.enable if before[0] else gc.disable)()
    gc.set_threshold(*before[1])


def _tracing() -> list[Any]:
    return [sys.gettrace(), sys.getprofile(), sys.getswitchinterval()]


def _write_tracing(before: list[Any]) -> None:
    trace, profile, interval = before
    sys.settrace(trace)
    sys.setprofile(profile)
    sys.setswitchinterval(interval)


def _limits() -> list[tuple[int, int]]:
    return [] if resource is None else [resource.getrlimit(which) for which in _RESOURCES]


def _write_limits(before: list[tuple[int, int]]) -> None:
    for which, (soft, hard) in zip(_RESOURCES, before, strict=True):
        try:
            resource.setrlimit(which, (soft, hard))
        except (OSError, ValueError):  # a hard one cannot be raised again
            _, lowered = resource.getrlimit(which)
            resource.setrlimit(which, (lowered, lowered))


def _cores() -> Any:
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None


def decimal_context() -> Any:
    """Take decimal's context apart: what makes an equal one."""
    return decimal.getcontext().__reduce__()[1]


def _write_sys_path(before: list[str]) -> None:
    sys.path[:] = before


# Attributes come first, as others look into what they are. The folder comes last: the way
# to it needs nothing else, and others may look at it.
_PARTS = (
    _Part(_attributes, _write_attributes),
    _Part(_environment, _write_environment),
    _Part(lambda: sys.path[:], _write_sys_path),
    _Part(lambda: warnings.filters[:], write_filters),
    _Part(_handlers, _write_handlers),
    _Part(sys.getrecursionlimit, sys.setrecursionlimit),
    _Part(sys.get_int_max_str_digits, sys.set_int_max_str_digits),
    _Part(np.geterr, lambda before: np.seterr(**before)),
    _Part(np.geterrcall, np.seterrcall),
    _Part(np.get_printoptions, lambda before: np.set_printoptions(**before)),
    # Of the global generator, which each job seeds as it finds it.
    _Part(
        np.random.get_bit_generator,  # type: ignore[attr-defined]  # numpy's types lack it
        np.random.set_bit_generator,  # type: ignore[attr-defined]
    ),
    _Part(decimal_context, lambda before: decimal.setcontext(decimal.Context(*before))),
    _Part(mpmath_precision, set_mpmath_precision),
    _Part(
        lambda: locale.setlocale(locale.LC_ALL),
        lambda before: locale.setlocale(locale.LC_ALL, before),
    ),
    _Part(_mask, os.umask),
    _Part(loggers, write_loggers),
    _Part(brians_messages, write_brians_messages),
    _Part(_matplotlib, _write_matplotlib),
    _Part(_collection, _write_collection),
    _Part(_tracing, _write_tracing),
    _Part(_limits, _write_limits),
    _Part(_cores, lambda before: os.sched_setaffinity(0, before)),
    _Part(socket.getdefaulttimeout, socket.setdefaulttimeout),
    _Part(current_folder, _enter_folder),
)
