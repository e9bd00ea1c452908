"""What a worker process owes its parent: not to outlive it, and to stop when told.

A notebook's interrupt goes to the kernel's whole process group; workers leave
it. A killed kernel leaves no chance to clean up; workers watch their parent.
Stop must reach a simulation that is running; workers watch the sweep's token,
and the time. And the parent must see that a worker still answers; workers show
their pulse.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

from brian_sweep_widget.backends.token import Label, StopToken, Why
from brian_sweep_widget.scratch import remove_scratch, work_within

_WATCH_INTERVAL = 0.1  # s; a fraction of the half second that Stop may take
# What does not let itself be interrupted within this time is ended with its worker.
_GRACE = 1.3  # s
# Until it is told again: what it started has to be put away meanwhile.
_TIDYING = 0.6  # s
# Where the frames of Python's own import are from.
_IMPORTING = "<frozen importlib._bootstrap>"

#: Signals that a terminal sends to all processes of a command: the parent has them held back
#: from a worker until it is guarded.
HELD_BACK = frozenset(
    getattr(signal, name) for name in ("SIGINT", "SIGHUP") if hasattr(signal, name)
)

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Ended:
    """Stands for the result of a call that was interrupted.

    Parameters
    ----------
    why
        ``"skipped"`` or ``"overdue"``.
    """

    why: Why


class _Interrupted(BaseException):
    """Raised inside a running simulation. No Exception: models must not catch it."""


@dataclass(slots=True)
class _Call:
    """What this worker is computing, and why it is to be interrupted, if it is."""

    token: StopToken
    label: Label
    time_limit: float
    began: float = field(default_factory=time.monotonic)
    why: Why | None = None
    told: float = 0.0
    raised: float = 0.0

    def look(self) -> bool:
        """Say whether it is to be interrupted."""
        if self.why is None:
            if self.token.stopped:
                self.why = "stopped"
            elif self.token.skips(self.label):
                self.why = "skipped"
            elif time.monotonic() - self.began > self.time_limit:
                self.why = "overdue"
            self.told = time.monotonic()
        return self.why is not None

    @property
    def is_deaf(self) -> bool:
        """Whether it was told long ago. A stopped sweep's workers are ended by the parent."""
        return self.why != "stopped" and time.monotonic() - self.told > _GRACE


class _Current:
    """The call that this worker is computing, if any."""

    call: _Call | None = None


def stoppable(
    token: StopToken,
    function: Callable[..., _Result],
    calls: Iterable[tuple[Label, tuple[Any, ...]]],
    time_limit: float = float("inf"),
) -> list[tuple[Label, _Result | Ended]]:
    """Call a function in a worker, again and again, until its sweep is stopped.

    Parameters
    ----------
    token
        The sweep's.
    function
        What to call.
    calls
        The label of every call, and its arguments.
    time_limit
        Seconds that one call may take.

    Returns
    -------
    list
        Label and result of the calls that ended before the sweep was stopped.
        What a call made of an interruption (it may take it for an error) is no
        result.
    """
    results: list[tuple[Label, _Result | Ended]] = []
    for label, arguments in calls:
        call = _Call(token, label, time_limit)
        if token.stopped:
            break
        if token.skips(label):
            results.append((label, Ended("skipped")))
            continue
        token.note(label)
        try:
            try:
                _Current.call = call
                result = function(*arguments)
            finally:
                _Current.call = None
        except _Interrupted:
            _Current.call = None  # where it was raised before that could be done
        if call.why == "stopped":
            break
        results.append((label, Ended(call.why) if call.why else result))
    return results


def guard(parent: int, prepare: Callable[[], None] | None, scratch: Path, pulse: Path) -> None:
    """Make this process a well-behaved worker. Runs once, when it starts.

    Parameters
    ----------
    parent
        Number of the process that started this one. It says so itself: it may
        be dead by now, and its place taken.
    prepare
        What to load before the first job. If it fails, the jobs will fail the
        same way, each with its traceback.
    scratch
        The parent's folder, see `scratch_folder`: ours is in it, and if the
        parent is killed its workers remove it.
    pulse
        A folder in which a file of this process's is touched as long as it
        answers.
    """
    if hasattr(os, "setpgid"):
        os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HELD_BACK)
    work_within(scratch)
    wake = getattr(signal, "SIGUSR1", signal.SIGTERM)
    signal.signal(wake, _interrupt)
    mine = pulse / str(os.getpid())
    threading.Thread(target=_watch, args=(parent, wake, scratch, mine), daemon=True).start()
    if prepare is not None:
        try:
            prepare()
        except Exception as error:  # noqa: BLE001 - see the docstring
            print(f"brian-sweep worker: {error!r}", file=sys.stderr)  # noqa: T201


def _interrupt(_signal: int, frame: FrameType | None) -> None:
    call, now = _Current.call, time.monotonic()
    if call is None or call.why is None or now - call.raised <= _TIDYING:
        return
    if not _must_go_on(frame):
        call.raised = now
        raise _Interrupted


def _must_go_on(frame: FrameType | None) -> bool:
    """Whether a module is being loaded, or a process started: interrupted, it is lost.

    Python forgets a package whose loading failed, but not the parts that it had
    loaded, which the package then lacks when it is loaded once more. And a process
    that runs already is one of which nobody knows, and which nobody ends.
    """
    while frame is not None:
        code = frame.f_code
        starting = code.co_name == "__init__" and code.co_filename == subprocess.__file__
        if starting or code.co_filename == _IMPORTING:
            return True
        frame = frame.f_back
    return False


def _watch(parent: int, wake: int, scratch: Path, pulse: Path) -> None:
    """Die with the parent, show a pulse, and interrupt what is to be interrupted."""
    main = threading.main_thread().ident
    while True:
        if os.getppid() != parent:
            _end_children()
            # A signal that ends a process leaves it no time for that, and it is not for a
            # library to take signals.
            remove_scratch(scratch)
            _end()
        with contextlib.suppress(OSError):  # a full disk, or a folder that somebody removed
            pulse.touch()
        time.sleep(_WATCH_INTERVAL)
        call = _Current.call
        if call is None or main is None or not call.look():
            continue
        if call.is_deaf and call.why is not None:
            call.token.leave_word(call.label, call.why)
            _end_children()
            _end()
        if hasattr(signal, "pthread_kill"):
            signal.pthread_kill(main, wake)  # also ends a wait for a child process
        elif not _must_go_on(sys._current_frames().get(main)):  # noqa: SLF001 - documented
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(main), ctypes.py_object(_Interrupted)
            )


def _end_children() -> None:
    """End what this process started and is not in its group: see `_end`."""
    import psutil  # noqa: PLC0415 - only needed at the end

    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
            if not hasattr(os, "killpg"):
                child.kill()
            elif (group := os.getpgid(child.pid)) != os.getpgid(0):
                os.killpg(group, signal.SIGKILL)  # with what it starts just now


def _end() -> None:
    """End this process, with its group.

    All at once: were a child killed first, the job that waited for it would go on,
    and start the next.
    """
    if hasattr(os, "killpg"):
        os.killpg(0, signal.SIGKILL)
    os._exit(1)
