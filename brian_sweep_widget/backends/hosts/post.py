"""What a host does for the kernels that use it: in a Dask worker's process.

The worker's threads compute nothing. Each hands its calls to a pool of the
same guarded worker processes that a kernel has on its own computer: so a
simulation that crashes, hangs, takes too long or is stopped ends there as it
does here, and Dask notices nothing of it.
"""

from __future__ import annotations

import functools
import multiprocessing
import os
import pickle
import shutil
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any

from brian_sweep_widget.backends.admission import ADMISSION, Turn
from brian_sweep_widget.backends.guard import Ended, stoppable
from brian_sweep_widget.backends.hosts.facts import own_facts
from brian_sweep_widget.backends.hosts.parcel import Beat, Parcel, Reply, write_reply
from brian_sweep_widget.backends.local import Died, LocalBackend
from brian_sweep_widget.backends.pool import LocalPool, local_pool, put_all_away
from brian_sweep_widget.backends.token import StopToken
from brian_sweep_widget.scratch import new_folder

#: Without word from its kernel for so long, a sweep is over: the kernel is gone, or cut off
#: and has given its jobs to others.
LEASE = 20.0  # s
_LOOK = 1.0  # s
_GRACE = 1.3  # s; as in a kernel: what does not stop by itself within this time is killed
_MOST_BYTES = 500e6  # of blobs
_UNUSED = 600.0  # s; a blob that was wanted within this time may be being read
_MOST_REMEMBERED = 1000  # sweeps that are over


@dataclass(slots=True)
class _Station:
    """One sweep's place on this host."""

    token: StopToken
    turn: Turn
    backend: LocalBackend
    pool: LocalPool
    results: Path
    heard: float = field(default_factory=time.monotonic)
    calls: int = 0


class Post:
    """Takes parcels, for all kernels that use this host. Safe for several threads.

    Parameters
    ----------
    slots
        Calls at once.
    """

    def __init__(self, slots: int) -> None:
        self._slots = slots
        self._folder = new_folder("post")
        self._lock = threading.Lock()
        self._stations: dict[str, _Station] = {}
        self._over: deque[str] = deque(maxlen=_MOST_REMEMBERED)
        threading.Thread(target=self._watch, name="brian-sweep-lease", daemon=True).start()

    def take(self, parcel: Parcel) -> Reply:
        """Make the calls of a parcel, and wait for them."""
        self._keep(parcel.blobs)
        missing = tuple(name for name in parcel.needed if not self._has(name))
        if missing:
            return Reply(missing=missing)
        if not parcel.sweep:
            return self._ask(parcel)
        station = self._station(parcel)
        if station is None:  # stopped while this was under way
            return Reply()
        calls = [
            (label, (self._folder, station.results, *arguments))
            for label, arguments in parcel.calls
        ]
        call = functools.partial(
            stoppable, station.token, parcel.function, calls, parcel.time_limit
        )
        try:
            results = station.backend.retrieve_result_callback(station.backend.submit(call))
        finally:
            with self._lock:
                station.calls -= 1
        if results and isinstance(results[0], Died):
            return _buried(parcel, station.token, results[0])
        return Reply(tuple(results))

    def beat(self, sweeps: Iterable[str]) -> Beat:
        """Hear from a kernel that it wants these sweeps to go on, and say how far they are."""
        with self._lock:
            stations = {name: self._stations[name] for name in sweeps if name in self._stations}
            for station in stations.values():
                station.heard = time.monotonic()
        return Beat(
            time.time(),
            {name: station.token.places() for name, station in stations.items()},
            {name: short for name, one in stations.items() if (short := one.turn.short_of)},
        )

    def skip(self, sweep: str, labels: Iterable[tuple[int, ...]]) -> None:
        """End some calls of a sweep, or do not begin them."""
        with self._lock:
            station = self._stations.get(sweep)
        if station is not None:
            for label in labels:
                station.token.skip(label)

    def forget(self, sweep: str, labels: Iterable[tuple[int, ...]]) -> None:
        """Make calls after all that were skipped before."""
        with self._lock:
            station = self._stations.get(sweep)
        if station is not None:
            station.token.forget(labels)

    def stop(self, sweep: str) -> None:
        """End a sweep: what runs is interrupted, and killed if it does not listen."""
        with self._lock:
            self._over.append(sweep)
            station = self._stations.pop(sweep, None)
        if station is not None:
            self._end(station)

    def _end(self, station: _Station) -> None:
        station.token.stop()
        station.backend.cancel_pending()
        threading.Thread(target=self._bury, args=(station,), daemon=True).start()

    def _bury(self, station: _Station) -> None:
        deadline = time.monotonic() + _GRACE
        while station.calls and time.monotonic() < deadline:
            time.sleep(_LOOK / 20)
        if station.calls:
            station.pool.kill()
        station.turn.end()
        station.token.remove()
        shutil.rmtree(station.results, ignore_errors=True)

    def _ask(self, parcel: Parcel) -> Reply:
        """Make calls that belong to no sweep."""
        pool = local_pool(self._slots, parcel.prepare)
        results = []
        for label, arguments in parcel.calls:
            try:
                answer: Future[Any] = pool.submit(
                    parcel.function, self._folder, self._folder, *arguments
                )
                results.append((label, answer.result()))
            except Exception as error:  # noqa: BLE001 - the worker died, or its answer cannot travel
                return Reply(died=f"{type(error).__name__}: {error}".partition("\n")[0])
        return Reply(tuple(results))

    def _station(self, parcel: Parcel) -> _Station | None:
        """Give a sweep's station, one call more in it; None if the sweep is over."""
        with self._lock:
            if parcel.sweep in self._over:
                return None
            station = self._stations.get(parcel.sweep)
            if station is None:
                pool = local_pool(self._slots, parcel.prepare)
                turn = ADMISSION.turn(pool.workers, pool.processes)
                station = self._stations[parcel.sweep] = _Station(
                    StopToken.new(), turn, LocalBackend(pool, turn), pool, new_folder("results")
                )
            station.calls += 1
            return station

    def _keep(self, blobs: Mapping[str, bytes]) -> None:
        for name, blob in blobs.items():
            # Whole or not at all: another thread may look for it.
            aside = self._folder / f"{name}.{threading.get_ident()}"
            aside.write_bytes(blob)
            aside.rename(self._folder / name)
        if blobs:
            self._drop_old()

    def _has(self, name: str) -> bool:
        try:
            os.utime(self._folder / name)
        except FileNotFoundError:
            return False
        return True

    def _drop_old(self) -> None:
        found = []
        for entry in os.scandir(self._folder):
            with suppress(FileNotFoundError):
                if entry.is_file():
                    found.append((entry.stat().st_mtime, entry.stat().st_size, entry.path))
        total = sum(size for _, size, _ in found)
        for used, size, path in sorted(found):
            if total <= _MOST_BYTES or used > time.time() - _UNUSED:
                return
            Path(path).unlink(missing_ok=True)
            for unpacked in self._folder.glob(f"{Path(path).name}.*"):
                shutil.rmtree(unpacked, ignore_errors=True)
            total -= size

    def _watch(self) -> None:
        while True:
            time.sleep(_LOOK)
            silent = time.monotonic() - LEASE
            # Not by `stop`: a kernel that comes back may go on, at any moment.
            with self._lock:
                over = [name for name, one in self._stations.items() if one.heard < silent]
                stations = [self._stations.pop(name) for name in over]
            for station in stations:
                self._end(station)


def _buried(parcel: Parcel, token: StopToken, died: Died) -> Reply:
    """Say what a dead worker left behind of a parcel."""
    if not died.reason:  # cancelled
        return Reply()
    labels = [label for label, _ in parcel.calls]
    words = {label: word for label in labels if (word := token.word(label))}
    suspects = frozenset() if words else frozenset(labels) & token.places().keys()
    results = tuple((label, Ended(word)) for label, word in words.items())
    return Reply(results, died.reason, suspects)


class _Mine:
    """The post of this process."""

    lock = threading.Lock()
    post: Post | None = None


def _post(worker: Any) -> Post:
    with _Mine.lock:
        if _Mine.post is None:
            _allow_children()
            _Mine.post = Post(own_facts().slots or worker.state.nthreads)
        return _Mine.post


def _allow_children() -> None:
    """Let this process start others: Dask's nanny made it one that multiprocessing forbids to.

    It fears for orphans; our workers watch their parent. And for a process that waits for
    its children at its end; so they are ended just before.
    """
    Finalize(None, put_all_away, exitpriority=1)
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]  # noqa: SLF001 - no public way


# What a kernel has Dask call here. Written by us: Dask would pickle the reply, and count
# other bytes.


def take(packed: bytes) -> bytes:
    """Take a `Parcel`, as a task of Dask's; gives the `Reply`, see `write_reply`."""
    from distributed import get_worker  # noqa: PLC0415 - only on hosts

    parcel: Parcel = pickle.loads(packed)  # noqa: S301 - from a holder of the credentials
    return write_reply(_post(get_worker()).take(parcel))


def tell(word: str, *arguments: Any, dask_worker: Any) -> Any:
    """Have a method of the `Post` called, from Dask's event loop: it must not take long.

    Dask hands over its worker by this name.
    """
    method: Callable[..., Any] = getattr(_post(dask_worker), word)
    return method(*arguments)
