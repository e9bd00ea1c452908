"""What a worker process owes its parent: not to outlive it, and to stop when told.

A notebook's interrupt goes to the kernel's whole process group; workers leave
it. A killed kernel leaves no chance to clean up; workers watch their parent.
Stop must reach a simulation that is running; workers watch the sweep's token.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

_WATCH_INTERVAL = 0.1  # s; a fraction of the two seconds that Stop may take

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class StopToken:
    """Tells the workers of one sweep, through a file, whether it was stopped.

    Parameters
    ----------
    path
        Exists as long as the sweep goes on: when it is gone the sweep was
        stopped, whoever removed it.
    """

    path: Path

    @classmethod
    def new(cls) -> StopToken:
        """Make the token of a sweep that begins."""
        # With this process's number, for whoever finds one and wonders.
        handle, path = tempfile.mkstemp(prefix=f"brian-sweep-{os.getpid()}-", suffix=".running")
        os.close(handle)
        return cls(Path(path))

    def stop(self) -> None:
        """Stop the sweep; doing it twice is no error."""
        self.path.unlink(missing_ok=True)

    @property
    def stopped(self) -> bool:
        """Whether the sweep was stopped."""
        return not self.path.exists()


class _Stopped(BaseException):
    """Raised inside a running simulation. No Exception: models must not catch it."""


class _Current:
    """The job that this worker is computing, if any: its token, and whether it was told to stop."""

    token: StopToken | None = None
    interrupted = False


def stoppable(
    token: StopToken, function: Callable[..., _Result], calls: Iterable[tuple[Any, ...]]
) -> list[_Result]:
    """Call a function in a worker, again and again, until its sweep is stopped.

    Parameters
    ----------
    token
        The sweep's.
    function
        What to call.
    calls
        The arguments of every call.

    Returns
    -------
    list
        What the calls returned that ended before the sweep was stopped. What
        one made of the interruption (it may take it for an error) is no result.
    """
    results: list[_Result] = []
    try:
        for arguments in calls:
            _Current.interrupted = False
            _Current.token = token
            try:
                if token.stopped:
                    break
                result = function(*arguments)
            finally:
                _Current.token = None
            if _Current.interrupted:
                break
            results.append(result)
    except _Stopped:
        pass
    return results


def guard(prepare: Callable[[], None] | None = None) -> None:
    """Make this process a well-behaved worker. Runs once, when it starts.

    Parameters
    ----------
    prepare
        What to load before the first job. If it fails, the jobs will fail the
        same way, each with its traceback.
    """
    if hasattr(os, "setpgid"):
        os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    wake = getattr(signal, "SIGUSR1", signal.SIGTERM)
    signal.signal(wake, _interrupt)
    threading.Thread(target=_watch, args=(os.getppid(), wake), daemon=True).start()
    if prepare is not None:
        try:
            prepare()
        except Exception as error:  # noqa: BLE001 - see the docstring
            print(f"brian-sweep worker: {error!r}", file=sys.stderr)  # noqa: T201


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    if _Current.token is not None and _Current.token.stopped:
        _Current.interrupted = True
        raise _Stopped


def _watch(parent: int, wake: int) -> None:
    """Die with the parent; interrupt the job of a stopped sweep."""
    main = threading.main_thread().ident
    while True:
        time.sleep(_WATCH_INTERVAL)
        if os.getppid() != parent:
            _end_with_children()
        token = _Current.token
        if token is None or not token.stopped or main is None:
            continue
        if hasattr(signal, "pthread_kill"):
            signal.pthread_kill(main, wake)  # also ends a wait for a child process
        else:
            _Current.interrupted = True
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(main), ctypes.py_object(_Stopped)
            )


def _end_with_children() -> None:
    import psutil  # noqa: PLC0415 - only needed at the end

    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
            if not hasattr(os, "getpgid") or os.getpgid(child.pid) != os.getpgid(0):
                child.kill()
    if hasattr(os, "killpg"):
        # All at once: were a child killed first, the job that waited for it would
        # go on, and start the next.
        os.killpg(0, signal.SIGKILL)
    os._exit(1)
