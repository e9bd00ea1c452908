"""Where a sweep's jobs come from: ready at once, or one after another as they are prepared."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple, Protocol

from brian_sweep_widget.backends import LocalPool, local_pool
from brian_sweep_widget.engines import (
    Engine,
    RuntimeEngine,
    UnknownError,
    fingerprint,
    generators_notice,
    pack,
    prepare,
    runs_notice,
)
from brian_sweep_widget.engines.file_states import FileStates
from brian_sweep_widget.engines.process_settings import without_settings
from brian_sweep_widget.results import Outcome
from brian_sweep_widget.runs.answers import Stopped
from brian_sweep_widget.runs.cells import cells_named
from brian_sweep_widget.runs.supply import Load, Supply
from brian_sweep_widget.sweeps import Job

_ASKED_AT_ONCE = 500  # jobs, of the store

Record = Callable[[Outcome], None]
#: Takes jobs and their keys; gives those of which nothing is known. The outcomes of
#: the others are recorded.
Find = Callable[[Sequence[tuple[Job, bytes]]], list[Job]]


class Desk(NamedTuple):
    """Where a source puts what it has.

    Attributes
    ----------
    supply
        Takes the jobs that are ready.
    record
        Takes the outcomes of jobs that cannot be computed.
    find
        Asks the store; None if there is none.
    stopped
        Whether the sweep was stopped.
    note_read
        Is told what was in the files from which jobs were prepared.
    """

    supply: Supply
    record: Record
    find: Find | None
    stopped: Stopped
    note_read: Callable[[FileStates], None]


class Source(Protocol):
    """Supplies the jobs of one sweep.

    Attributes
    ----------
    pool
        The workers that compute them.
    label
        Of the engine that does.
    """

    pool: LocalPool
    label: str

    @property
    def notice(self) -> str:
        """What a person should know about it; empty if nothing."""
        ...

    @property
    def phase(self) -> str:
        """What is being prepared; empty if nothing."""
        ...

    @property
    def comparing(self) -> bool:
        """Whether the notice may still become another, after the end of the sweep."""
        ...

    @property
    def identity(self) -> Hashable | None:
        """Equal for equal models and measures; None if that cannot be told."""
        ...

    def fill(self, jobs: Sequence[Job], desk: Desk) -> None:
        """Put the jobs into the supply as they are ready, or leave them to the store."""
        ...

    def key(self, job: Job) -> bytes | None:
        """Name a simulation: equal only for equal results; None if that cannot be told."""
        ...

    def check(self, outcomes: Sequence[Outcome], stopped: Stopped) -> list[Job]:
        """Look, after all jobs ran, which of them have to run again."""
        ...

    def tells_of_others(self, outcome: Outcome) -> bool:
        """Tell whether a failure lets one expect that the jobs which follow fail alike.

        Not if `check` will have all of them computed in another way.
        """
        ...

    def close(self) -> None:
        """Remove what was made for this sweep alone."""
        ...


class ReadySource:
    """Jobs that need no preparation.

    Parameters
    ----------
    engine
        Computes them.
    workers
        How many at once.
    known
        The outcome of one of them, if that was computed already.
    """

    phase = ""
    comparing = False
    identity = None

    def __init__(self, engine: Engine, workers: int, known: Outcome | None = None) -> None:
        self.label = engine.label
        network = isinstance(engine, RuntimeEngine)
        self._of_code = notice_of_code(engine.functions, network=network)
        self._nothing_reused = ""
        self.pool = local_pool(workers, prepare)
        self._engine = engine
        self._load = Load(pack(engine), engine.label)
        self._name: bytes | None = None
        self._known = known

    @property
    def notice(self) -> str:
        """What a person should know of the model; see `Source`."""
        return "\n".join(filter(None, (self._of_code, self._nothing_reused)))

    def fill(self, jobs: Sequence[Job], desk: Desk) -> None:
        """Put all of them; see `Source.fill`."""
        if desk.find is not None:
            try:
                decides = self._engine.settings.deciding(without_settings(self._load.packed))
                self._name = fingerprint(self._engine.functions, *self._engine.identity, *decides)
            except UnknownError as error:
                self._nothing_reused = f"Nothing is reused: {error}"
        known, self._known = self._known, None
        if known is not None:
            desk.record(known)
            jobs = [job for job in jobs if job.position != known.job.position]
        if desk.find is None or self._name is None:
            desk.supply.put(self._load, jobs)
            return
        for start in range(0, len(jobs), _ASKED_AT_ONCE):
            keyed = [(job, self._key(job, self._name)) for job in jobs[start:][:_ASKED_AT_ONCE]]
            desk.supply.put(self._load, desk.find(keyed))

    def key(self, job: Job) -> bytes | None:
        """Name a simulation by model, parameters and seed; see `Source.key`."""
        return None if self._name is None else self._key(job, self._name)

    def _key(self, job: Job, name: bytes) -> bytes:
        return blake2b(name + job.key.encode(), digest_size=len(name)).digest()

    def check(self, _outcomes: Sequence[Outcome], _stopped: Stopped) -> list[Job]:
        """None: what ran was what was asked for."""
        return []

    def tells_of_others(self, _outcome: Outcome) -> bool:
        """Say yes: all are computed in the same way; see `Source.tells_of_others`."""
        return True

    def close(self) -> None:
        """Nothing was made."""


def notice_of_code(functions: Sequence[Callable[..., Any]], *, network: bool) -> str:
    """Say what a person should know of a model's code, whatever computes it.

    Parameters
    ----------
    functions
        The model's; of a network model, the builder first.
    network
        Whether it is one.
    """
    runs = cells_named(runs_notice(functions[0])) if network else ""
    return "\n".join(filter(None, (runs, generators_notice(functions))))
