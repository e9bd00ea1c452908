"""A joblib backend that somebody else wrote and a person chose: used as it is.

``with joblib.parallel_config("ray"): Sweep(...).run()``. Nothing is known of
where it runs, so nothing can be asked of it but what every joblib backend does.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from joblib import Parallel, delayed
from joblib._parallel_backends import LokyBackend, MultiprocessingBackend
from joblib.parallel import get_active_backend

from brian_sweep_widget.backends.hosts.tally import Tally
from brian_sweep_widget.backends.local import Call, Died
from brian_sweep_widget.backends.token import Label, Place

_AT_ONCE = 2  # calls for each of its jobs, in one group


class DaskClient(NamedTuple):
    """A client of Dask's that joblib was given.

    Attributes
    ----------
    client
        As `Cluster` takes it.
    """

    client: Any


# An instance remembers the `Parallel` that it works for: one at a time.
_in_use = threading.Lock()


class ForeignBackend:
    """Runs calls through any joblib backend.

    Parameters
    ----------
    backend
        The backend.
    n_jobs
        As joblib takes it; None for the backend's own number.
    """

    waits = ""
    tallies: Mapping[str, Tally] = {}

    def __init__(self, backend: Any, n_jobs: int | None) -> None:
        self._backend = backend
        self._n_jobs = n_jobs
        self._cancelled = False
        self._running = 0

    @property
    def name(self) -> str:
        """What people call it."""
        return type(self._backend).__name__

    @property
    def slots(self) -> int:
        """How many calls are made at once; in threads, which share Brian's state, one."""
        return max(1, int(self._backend.effective_n_jobs(self._jobs)))

    @property
    def slots_by_host(self) -> Mapping[str, int]:
        """Nothing is known of where calls are made."""
        return {"": self.slots}

    @property
    def in_threads(self) -> bool:
        """Whether calls are made in threads of this process."""
        return bool(getattr(self._backend, "uses_threads", False))

    @property
    def _jobs(self) -> int:
        return 1 if self.in_threads else self._n_jobs or -1

    @property
    def running(self) -> int:
        """Calls under way, as far as can be known."""
        return min(self._running, self.slots)

    @property
    def group(self) -> int:
        """How many results come at once, where they do not come one by one."""
        return _AT_ONCE * self.slots

    def again(self) -> ForeignBackend:
        """Give another one like this, for another run."""
        return ForeignBackend(self._backend, self._n_jobs)

    @property
    def streams(self) -> bool:
        """Whether results come one by one, not in groups."""
        return bool(getattr(self._backend, "supports_return_generator", False))

    def stream(self, calls: Iterable[Call]) -> Iterator[Any]:
        """Run calls and give their results; see `LocalBackend.stream`."""
        waiting = iter(calls)
        with _in_use:
            if self.streams:
                yield from self._through(waiting, "generator_unordered")
                return
            while not self._cancelled:
                group = list(itertools.islice(waiting, self.group))
                if not group:
                    return
                yield from self._through(group, "list")

    def _through(self, calls: Iterable[Call], how: str) -> Iterator[Any]:
        def tasks() -> Iterator[Any]:
            for function, arguments in calls:
                if self._cancelled:
                    return
                self._running += 1
                yield delayed(function)(*arguments)

        parallel = Parallel(n_jobs=self._jobs, backend=self._backend, return_as=how, batch_size=1)
        try:
            for result in parallel(tasks()):
                self._running -= 1
                yield result
        except Exception as error:  # noqa: BLE001 - calls do not raise: a worker or its pipe did
            yield Died(f"{type(error).__name__}: {error}".partition("\n")[0])
        finally:
            self._running = 0

    def cancel_pending(self) -> None:
        """Hand out nothing more; what runs cannot be reached."""
        self._cancelled = True

    def places(self) -> Mapping[Label, tuple[str, Place]]:
        """Nothing is known of where calls are made."""
        return {}

    def skip(self, label: Label) -> None:
        """Nothing: what runs cannot be reached."""

    def forget(self, labels: Iterable[Label]) -> None:
        """Nothing was skipped there."""

    def end(self) -> None:
        """Nothing is ours to close."""


def chosen_backend() -> ForeignBackend | DaskClient | None:
    """Look whether the caller chose another backend by ``joblib.parallel_config``.

    Returns
    -------
    ForeignBackend, DaskClient or None
        Dask's client, if it is joblib's own backend for Dask, which waits for
        ever when a worker dies; None if joblib would use what it always does,
        in whose place we have a pool of our own.

    Raises
    ------
    ValueError
        If the backend copies this process as it is, with all its threads.
    """
    backend, n_jobs = get_active_backend()
    if type(backend) is LokyBackend or backend.nesting_level:
        return None
    if isinstance(backend, MultiprocessingBackend):
        msg = (
            "joblib's backend 'multiprocessing' copies a kernel with all its threads, which may "
            "then wait for each other for ever (allowed: any other; without parallel_config, "
            "processes of our own)"
        )
        raise ValueError(msg)  # noqa: TRY004 - a choice, not an argument
    if type(backend).__name__ == "DaskDistributedBackend":
        return DaskClient(backend.client)
    return ForeignBackend(backend, n_jobs)
