"""The cores of this computer as a joblib backend of our own.

joblib's own loky backend shares one pool with the whole process: a sweep in
the background and the user's own ``Parallel`` would wait for each other for
ever, and an aborted call kills all warm workers. So this backend submits to a
private pool, cancels what is pending, and leaves the workers warm.
"""

from __future__ import annotations

import functools
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

from joblib import Parallel, delayed, register_parallel_backend
from joblib.parallel import ParallelBackendBase

from brian_sweep_widget.backends.admission import ADMISSION, Turn
from brian_sweep_widget.backends.cores import allowed_cores
from brian_sweep_widget.backends.hosts.tally import Tally
from brian_sweep_widget.backends.pool import LocalPool, local_pool
from brian_sweep_widget.backends.token import Label, Place

NAME = "brian-sweep-local"

#: A function and its arguments.
Call = tuple[Callable[..., Any], tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Died:
    """Stands for the result of a job that came to no end.

    Parameters
    ----------
    reason
        What became of the worker; empty if the job was cancelled before it
        started.
    suspects
        Calls of which it may have died, if that is known: on another host.
    """

    reason: str = ""
    suspects: frozenset[Label] = frozenset()


class LocalBackend(ParallelBackendBase):  # type: ignore[misc]  # joblib has no types
    """Runs the jobs of one sweep on a `LocalPool`.

    Parameters
    ----------
    pool
        Shared between sweeps; never shut down from here.
    turn
        The sweep's place among others; None for one of its own.
    **options
        What joblib hands to every backend.
    """

    supports_retrieve_callback = True

    def __init__(
        self, pool: LocalPool | None = None, turn: Turn | None = None, **options: Any
    ) -> None:
        super().__init__(**options)
        self._pool = pool
        self._turn = turn
        self._pending: dict[Future[Any], Future[Any] | None] = {}
        self._cancelled = False
        self._lock = threading.Lock()
        self._arrived: SimpleQueue[list[Any] | None] | None = None

    @property
    def pre_dispatch(self) -> int:
        """How many jobs joblib hands out before any is done."""
        return 2 * self.effective_n_jobs(None)

    @property
    def slots(self) -> int:
        """How many jobs run at once, as far as is known now."""
        return 0 if self._turn is None else self._turn.workers

    @property
    def slots_by_host(self) -> Mapping[str, int]:
        """How many jobs run at once, by the name of the host that computes them."""
        return {socket.gethostname(): self.slots}

    @property
    def running(self) -> int:
        """Jobs under way."""
        return 0 if self._turn is None else min(self._turn.running, self._turn.workers)

    @property
    def waits(self) -> str:
        """Why nothing can be computed; empty if something can."""
        return ""

    @property
    def tallies(self) -> Mapping[str, Tally]:
        """What was moved to other hosts and lost with them, by name."""
        return {}

    def places(self) -> Mapping[Label, tuple[str, Place]]:
        """Give the calls that workers of other hosts began last, with the host."""
        return {}

    def skip(self, label: Label) -> None:
        """End a call that another host may be making."""

    def forget(self, labels: Iterable[Label]) -> None:
        """Make calls after all that were skipped before."""

    def effective_n_jobs(self, n_jobs: int | None) -> int:
        """Say how many jobs run at once; never 1, which joblib runs in the caller."""
        if self._pool is None:
            cores = allowed_cores()
            self._pool = local_pool(cores if n_jobs is None or n_jobs < 1 else n_jobs)
        if self._turn is None:
            self._turn = ADMISSION.turn(self._pool.workers, self._pool.processes)
        return max(2, self._pool.workers)

    def submit(
        self, func: Callable[..., Any], callback: Callable[[Future[Any]], None] | None = None
    ) -> Future[Any]:
        """Start a job, now or when it is its turn and a worker is free."""
        assert self._turn is not None  # noqa: S101 - joblib asks for effective_n_jobs first
        future: Future[Any] = Future()
        if callback is not None:
            future.add_done_callback(callback)
        with self._lock:
            # joblib looks one job ahead: a pool that was killed must not start anew for it.
            cancelled = self._cancelled
            if not cancelled:
                self._pending[future] = None
        if cancelled:
            future.cancel()
        else:
            self._turn.enter(functools.partial(self._start, self._turn, future, func))
        return future

    def _start(self, turn: Turn, future: Future[Any], func: Callable[..., Any]) -> None:
        """Hand a job to the pool."""
        assert self._pool is not None  # noqa: S101 - see `submit`
        if not future.set_running_or_notify_cancel():
            turn.leave()
            return
        try:
            answer = self._pool.submit(func)
        except BaseException as error:  # noqa: BLE001 - told by the future, as all that fails
            self._finish(turn, future, error=error)
            return
        with self._lock:
            self._pending[future] = answer
            cancelled = self._cancelled
        answer.add_done_callback(functools.partial(self._finish, turn, future))
        if cancelled:
            answer.cancel()

    def _finish(
        self,
        turn: Turn,
        future: Future[Any],
        answer: Future[Any] | None = None,
        error: BaseException | None = None,
    ) -> None:
        """Pass on what came of a job; the next one first, as a worker is free."""
        with self._lock:
            self._pending.pop(future, None)
        turn.leave()
        if answer is not None and answer.cancelled():
            error = CancelledError()
        elif answer is not None:
            error = answer.exception()
        if error is not None:
            future.set_exception(error)
        elif answer is not None:
            future.set_result(answer.result())

    def retrieve_result_callback(self, future: Future[Any]) -> Any:
        """Give a batch's results; a batch that came to no end is one `Died`."""
        results: list[Any]
        try:
            results = future.result()
        except CancelledError:
            results = [Died()]
        except BaseException as error:  # noqa: BLE001 - jobs do not raise: the worker or its pipe did
            results = [Died(f"{type(error).__name__}: {error}".partition("\n")[0])]
        if self._arrived is not None:
            self._arrived.put(results)
        return results

    def stream(self, calls: Iterable[Call]) -> Iterator[Any]:
        """Run calls through joblib and give their results as they come.

        Parameters
        ----------
        calls
            Drawn from one at a time, a few ahead of the workers. The iterator
            must not wait: joblib holds a lock meanwhile.

        Yields
        ------
        result
            Of one call; a `Died` for a call that came to no end.
        """
        # joblib looks for results a hundred times a second, which is too seldom where
        # a simulation takes ten milliseconds: they are taken from the callback.
        arrived: SimpleQueue[list[Any] | None] = SimpleQueue()
        self._arrived = arrived
        driving = _Driving(self, calls, arrived)
        number = 0
        while not driving.is_over_after(number):
            results = arrived.get()
            if results is None:
                driving.raise_error()
                return
            number += 1
            yield from results

    def cancel_pending(self) -> None:
        """Cancel what has not started, for good; running jobs are the stop token's."""
        with self._lock:
            self._cancelled = True
            pending = list(self._pending.items())
        if self._turn is not None:
            self._turn.withdraw()
        for future, answer in pending:
            if answer is not None:
                answer.cancel()
            else:
                future.cancel()

    def end(self) -> None:
        """Nothing but the turn is held, and that is the sweep's."""

    def abort_everything(self, ensure_ready: bool = True) -> None:  # noqa: ARG002, FBT001, FBT002 - joblib's
        """Stop without killing the workers."""
        self.cancel_pending()


class _Driving:
    """joblib at work on some calls, in a thread of its own; puts None behind the results."""

    def __init__(
        self,
        backend: LocalBackend,
        calls: Iterable[Call],
        arrived: SimpleQueue[list[Any] | None],
    ) -> None:
        self._backend = backend
        self._calls = calls
        self._arrived = arrived
        self._taken = 0
        self._all_taken = False
        self._error: BaseException | None = None
        threading.Thread(target=self._drive, name="brian-sweep-joblib", daemon=True).start()

    def is_over_after(self, number: int) -> bool:
        """Whether nothing more can come when so many results have; joblib notices later."""
        return self._all_taken and number == self._taken

    def raise_error(self) -> None:
        """Raise what went wrong in joblib, if anything did."""
        if self._error is not None:
            raise self._error

    def _drive(self) -> None:
        parallel = Parallel(
            n_jobs=self._backend.effective_n_jobs(None),
            backend=self._backend,
            return_as="generator_unordered",
            batch_size=1,  # larger batches would let the chart jump, and Stop wait
            pre_dispatch=self._backend.pre_dispatch,
        )
        try:
            for _ in parallel(self._tasks()):
                pass  # it was taken from the callback
        except BaseException as error:  # noqa: BLE001 - see raise_error
            self._error = error
        self._arrived.put(None)

    def _tasks(self) -> Iterator[Any]:
        for function, args in self._calls:
            self._taken += 1
            yield delayed(function)(*args)
        self._all_taken = True


register_parallel_backend(NAME, LocalBackend)
