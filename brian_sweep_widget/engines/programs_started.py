"""Other programs that a job starts: nobody knows which files they read, or what else they do.

What a library starts for itself, such as a compiler, is no part of the model.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import Any

from brian_sweep_widget.engines.installed import is_ours, is_users_frame, module_of

# They start a program for whoever calls them.
_PASSING = frozenset(
    {"asyncio", "concurrent", "multiprocessing", "os", "pathlib", "pty", "subprocess"}
    | {"ibis", "invoke", "joblib", "pexpect", "plumbum", "psutil", "ptyprocess", "sh"}
)
_COPY = "a process of its own"
_SHELL = ("sh", "bash", "cmd.exe")
_start_process = BaseProcess.start
# Of joblib, whose processes wait for other work when one job has ended.
_POOLS = "joblib.externals.loky.process_executor"


class _Watch:
    """What is being noted, if anything is."""

    hooked = False
    started: dict[str, None] | None = None


@contextmanager
def programs_started() -> Iterator[dict[str, None]]:
    """Note the programs, and the copies of this process, that the user's code starts meanwhile.

    Yields
    ------
    dict
        Is filled with names, such as ``"cat in load_weights"``.
    """
    if not _Watch.hooked:
        _Watch.hooked = True
        sys.addaudithook(_hook)
    started = _Watch.started = {}
    BaseProcess.start = _told_start  # type: ignore[method-assign]
    try:
        with _submissions_told():
            yield started
    finally:
        BaseProcess.start = _start_process  # type: ignore[method-assign]
        _Watch.started = None


@contextmanager
def _submissions_told() -> Iterator[None]:
    """Tell of work for processes that an earlier job may have started."""
    pools: Any = sys.modules.get(_POOLS)
    if pools is None:  # then no such process is there
        yield
        return
    submit = pools.ProcessPoolExecutor.submit

    @functools.wraps(submit)
    def tell_and_submit(self: Any, *args: Any, **options: Any) -> Any:
        _note(sys._getframe(1), _copy)  # noqa: SLF001 - inspect would import
        return submit(self, *args, **options)

    pools.ProcessPoolExecutor.submit = tell_and_submit
    try:
        yield
    finally:
        pools.ProcessPoolExecutor.submit = submit


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    # Called for every piece of code that is run, so: first what is cheapest.
    if event in _EVENTS and _Watch.started is not None:
        caller = sys._getframe(1)  # noqa: SLF001 - inspect would import
        _note(caller, _EVENTS[event], *arguments)


def _told_start(self: BaseProcess) -> None:
    """Stand for `BaseProcess.start`: Python tells of none that is no copy of this process."""
    _note(sys._getframe(1), _copy)  # noqa: SLF001 - as above
    _start_process(self)


def note_program(name: str, caller: FrameType) -> None:
    """Take note, if the user's code calls it, of what reads files that nobody knows.

    Parameters
    ----------
    name
        Of a library.
    caller
        A frame of this package, which is called in its place.
    """
    frame: FrameType | None = caller
    while frame is not None and is_ours(frame.f_globals):
        frame = frame.f_back
    if frame is not None:
        _note(frame, lambda: name)


def _note(caller: FrameType, name: Callable[..., str], *arguments: Any) -> None:
    frame: FrameType | None = caller
    while frame is not None and module_of(frame).partition(".")[0] in _PASSING:
        frame = frame.f_back
    if _Watch.started is not None and frame is not None and is_users_frame(frame):
        _Watch.started[f"{name(*arguments)} in {frame.f_code.co_name}"] = None


def _copy(*_: Any) -> str:
    return _COPY


def _of_path(path: Any, *_: Any) -> str:
    return os.path.basename(os.fsdecode(path))  # noqa: PTH119 - called in the hook


def _of_spawn(_mode: int, path: Any, arguments: Any, *_: Any) -> str:
    return _of_arguments(path, arguments)


def _of_command(command: Any) -> str:
    words = os.fsdecode(command).split()
    return _of_path(words[0]) if words else "a shell"


def _of_arguments(executable: Any, arguments: Any, *_: Any) -> str:
    if isinstance(arguments, str | bytes | os.PathLike):
        return _of_command(arguments)
    words = [os.fsdecode(word) for word in arguments]
    if len(words) > 2 and _of_path(words[0]) in _SHELL and words[1] in {"-c", "/c"}:  # noqa: PLR2004
        return _of_command(words[2])
    return _of_path(words[0] if words else executable)


_EVENTS: dict[str, Callable[..., str]] = {
    "subprocess.Popen": _of_arguments,
    "os.system": _of_command,
    "os.posix_spawn": _of_arguments,
    "os.exec": _of_arguments,
    "os.spawn": _of_spawn,
    "os.startfile": _of_path,
    "os.fork": _copy,
    "os.forkpty": _copy,
}
