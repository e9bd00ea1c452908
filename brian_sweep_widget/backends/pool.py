"""Worker processes that only we use: started when needed, kept warm, put away at the end."""

from __future__ import annotations

import functools
import os
import signal
import threading
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, nullcontext, suppress
from multiprocessing.resource_tracker import ensure_running
from queue import Empty
from typing import Any, ClassVar

from joblib.externals.loky.process_executor import BrokenProcessPool, ProcessPoolExecutor
from joblib.parallel import ParallelBackendBase

from brian_sweep_widget.backends.guard import HELD_BACK, guard
from brian_sweep_widget.backends.process_trees import end_trees
from brian_sweep_widget.backends.pulse import PulseWatch
from brian_sweep_widget.scratch import scratch_folder
from brian_sweep_widget.stop_signals import StopSignals

_IDLE_SECONDS = 300.0


class LocalPool:
    """Guarded worker processes, started when needed and kept warm.

    Parameters
    ----------
    workers
        How many, 1 or more.
    prepare
        What every worker does before its first job.
    """

    def __init__(self, workers: int, prepare: Callable[[], None] | None = None) -> None:
        self.workers = workers
        self._prepare = prepare
        self._lock = threading.Lock()
        self._executor: ProcessPoolExecutor | None = None
        self._pulses: PulseWatch | None = None
        self._registered = False
        _pools.add(self)

    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        """Submit a call; a pool that is gone or broken is replaced first.

        While this process ends, calls are not answered: who waits for them is a
        thread that ends with it.
        """
        with self._lock:
            if _ThisProcess.ends:
                return Future()
            try:
                starts = len(self.processes()) < self.workers
                with _signals_held_back() if starts else nullcontext():
                    future = self._submit(function, *args)
            except RuntimeError:
                # Half of a pool, as this process ends, or can have no more threads.
                self._kill_started()
                raise
            if not self._registered:
                _put_away_at_exit()
                self._registered = True
        return future

    def _submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        future: Future[Any]
        try:
            future = self._running().submit(function, *args)
        except BrokenProcessPool:
            # It broke after it was looked at; a new one has no such past.
            future = self._running(replace=True).submit(function, *args)
        return future

    def warm(self) -> None:
        """Start the workers in the background, so that the first job need not wait."""
        for _ in range(self.workers):
            self.submit(int)

    def processes(self) -> list[int]:
        """Give the process numbers of the workers that are alive."""
        executor = self._executor
        return [] if executor is None else list(executor._processes or {})  # noqa: SLF001

    def kill(self) -> None:
        """End all workers at once, with whatever they started."""
        with self._lock:
            processes = self.processes()
            executor, self._executor = self._executor, None
        if executor is not None:
            if _ThisProcess.ends:
                workers = list(executor._processes.values())  # noqa: SLF001 - no public way
                _ThisProcess.remains.append((vars(executor).copy(), workers))
            end_trees(processes)
            _end(executor)

    def _kill_started(self) -> None:
        for process in self.processes():
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self._executor = None

    def _running(self, *, replace: bool = False) -> ProcessPoolExecutor:
        broken = self._executor is not None and self._executor._flags.broken  # noqa: SLF001
        if self._executor is None or broken or replace:
            if self._executor is not None:
                self._executor.shutdown(wait=False, kill_workers=True)
            if self._pulses is None:
                self._pulses = PulseWatch(self.processes)
            self._registered = False
            self._executor = ProcessPoolExecutor(
                self.workers,
                timeout=_IDLE_SECONDS,
                env=_environment(),
                initializer=guard,
                initargs=(os.getpid(), self._prepare, scratch_folder(), self._pulses.folder),
            )
        return self._executor


@contextmanager
def _signals_held_back() -> Iterator[None]:
    """Start processes meanwhile that no Ctrl-C and no closed terminal ends.

    Workers let signals through when they are guarded. The trackers of loky and
    multiprocessing, which remove what is left when this process has ended, let
    through what they ignore.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, HELD_BACK)
    ensure_running()  # which lets interrupts through again if it starts one
    signal.pthread_sigmask(signal.SIG_BLOCK, HELD_BACK)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_pools: weakref.WeakSet[LocalPool] = weakref.WeakSet()


class _ThisProcess:
    """Whether it ends, as threads may still make pools then; and what pools leave then.

    That is semaphores, which the main thread removes at last. The thread that feeds
    a pool would, if it let go of them last, and Python may stop it in the midst of that.
    """

    ends = False
    remains: ClassVar[list[object]] = []


def _end(executor: ProcessPoolExecutor) -> None:
    """End workers that may be busy, while calls wait for them."""
    # loky stumbles over calls that it forgot, but did not take from this queue.
    with suppress(Empty):
        while True:
            waiting = executor._work_ids.get(block=False)  # noqa: SLF001 - no public way
            item = executor._pending_work_items.pop(waiting, None)  # noqa: SLF001
            if item is not None:
                item.future.cancel()
                item.future.set_running_or_notify_cancel()
    executor.shutdown(wait=False, kill_workers=True)


def _put_away_at_exit() -> None:
    """Have all pools put away when this process ends, before loky waits for running jobs.

    What was registered last is called first, and loky registers with the first call of
    each executor, not only of the first one: it takes what it gets then, None, for nothing.
    """
    threading._register_atexit(put_all_away)  # type: ignore[attr-defined]  # noqa: SLF001 - as loky does


def put_all_away() -> None:
    """End all workers of this process, for good: it ends.

    Whatever signals come meanwhile: Python would leave out what comes after them.
    """
    with StopSignals("SIGINT", "SIGTERM", "SIGHUP"):
        _ThisProcess.ends = True
        for pool in list(_pools):
            pool.kill()


def _environment() -> dict[str, str]:
    """Make workers alike, in every kernel.

    One thread each for linear algebra, unless the variable that says so is set
    here: the workers are the parallelism. And sets in the same order: what
    Brian generates depends on that here and there.
    """
    threads = {name: os.environ.get(name, "1") for name in ParallelBackendBase.MAX_NUM_THREADS_VARS}
    return {**threads, "PYTHONHASHSEED": "0"}


@functools.cache
def local_pool(workers: int, prepare: Callable[[], None] | None = None) -> LocalPool:
    """Give this process's pool of so many workers; sweeps share it."""
    return LocalPool(workers, prepare)
