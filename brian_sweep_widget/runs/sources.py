"""Where a sweep's jobs come from: ready at once, or one after another as they are prepared."""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from typing import Protocol

from brian_sweep_widget.backends import LocalPool, local_pool
from brian_sweep_widget.engines import Engine, compiled, pack, prepare
from brian_sweep_widget.results import Failure, Outcome
from brian_sweep_widget.runs.answers import NotCompiledError, RefusedError, Stopped, StoppedError
from brian_sweep_widget.runs.checking import Checker
from brian_sweep_widget.runs.supply import Supply
from brian_sweep_widget.runs.variants import Prepared
from brian_sweep_widget.runs.workshop import workshop_for
from brian_sweep_widget.sweeps import Job

_TRACED_AHEAD = 4  # variants that the tracing process is asked for before they are needed
_MOST_WAITING = 256  # jobs that wait for workers; more only take memory

Record = Callable[[Outcome], None]


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
    def identity(self) -> Hashable | None:
        """Equal for equal models and measures; None if that cannot be told."""
        ...

    def fill(self, jobs: Sequence[Job], supply: Supply, record: Record, stopped: Stopped) -> None:
        """Put the jobs into the supply as they are ready.

        Jobs that cannot be computed get their outcome here.
        """
        ...

    def check(self, outcomes: Sequence[Outcome], stopped: Stopped) -> list[Job]:
        """Look, after all jobs ran, which of them have to run again."""
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
    """

    phase = ""
    notice = ""
    identity = None

    def __init__(self, engine: Engine, workers: int) -> None:
        self.label = engine.label
        self.pool = local_pool(workers, prepare)
        self._packed = pack(engine)

    def fill(self, jobs: Sequence[Job], supply: Supply, _record: Record, _stopped: Stopped) -> None:
        """Put all of them; see `Source.fill`."""
        supply.put(self._packed, jobs)

    def check(self, _outcomes: Sequence[Outcome], _stopped: Stopped) -> list[Job]:
        """None: what ran was what was asked for."""
        return []

    def close(self) -> None:
        """Nothing was made."""


class CompiledSource:
    """Jobs that run as compiled programs: prepared while others run already.

    Parameters
    ----------
    compilation
        The model.
    workers
        How many jobs run at once.
    time_limit
        Of one job, in seconds.
    """

    def __init__(self, compilation: compiled.Compilation, workers: int, time_limit: float) -> None:
        self.label = compilation.label
        self._fell_back = ""
        self.pool = local_pool(workers)
        self._workers = workers
        self._compilation = compilation
        self._time_limit = time_limit
        self._workshop = workshop_for(compilation, workers)
        self._measures = compilation.packed_measures()
        self._results = compiled.new_folder("results")
        self._packed: dict[Hashable, bytes] = {}
        self._shapes: set[bytes] = set()
        self._folded = False  # whether other numbers than those compared may be folded
        self._checker = Checker(self._workshop)
        self._ready: ReadySource | None = None
        self._workshop.in_use(+1)

    @property
    def phase(self) -> str:
        """What is being prepared; empty if nothing."""
        phase = self._workshop.preparation.phase
        return phase if phase in {"tracing", "compiling"} else ""

    @property
    def notice(self) -> str:
        """Why it is not compiled, or what to know of the compiled model."""
        preparation = self._workshop.preparation
        if self._fell_back:
            return self._fell_back
        if preparation.seeds:
            return (
                f"{self._compilation.model.name} calls seed() itself, so all trials of a point "
                "are the same: remove that call, every simulation is seeded anyway."
            )
        if self._folded or any(
            self._workshop.same_digits(shape) is False for shape in list(self._shapes)
        ):
            return (
                "The last digit may differ from that of a program that is compiled for these "
                "values alone."
            )
        return ""

    @property
    def identity(self) -> Hashable | None:
        """Equal for equal models and measures, while predictions hold; see `Source`."""
        if self.label != self._compilation.label:  # it fell back
            return None
        return self._workshop.identity, self._measures

    def fill(self, jobs: Sequence[Job], supply: Supply, record: Record, stopped: Stopped) -> None:
        """Prepare the jobs, variant by variant; see `Source.fill`."""
        if self._ready is not None:
            self._ready.fill(jobs, supply, record, stopped)
            return
        groups = deque(_grouped(jobs, self._compilation.untouched))
        started = False
        try:
            while groups:
                for later in list(groups)[:_TRACED_AHEAD]:
                    self._workshop.trace_soon(later[0].parameters, later[0].seed)
                group = groups.popleft()
                try:
                    self._prepared(group, supply, stopped)
                except RefusedError as error:
                    for job in group:
                        record(Outcome(job, "failed", failure=error.failure))
                    continue
                except NotCompiledError as error:
                    if started:
                        raise
                    self._not_compiled(str(error), jobs, supply, record, stopped)
                    return
                started = True
        except StoppedError:
            for group in list(groups)[:_TRACED_AHEAD]:
                self._workshop.give_up(group[0].parameters, group[0].seed)

    def check(self, outcomes: Sequence[Outcome], stopped: Stopped) -> list[Job]:
        """Compare predicted tables with traces; see `Source.check`.

        If a measure asked for something that only Brian's own objects have,
        Brian's runtime computes all jobs again: engines are never mixed.
        """
        jobs = [outcome.job for outcome in outcomes]
        unreadable = next(filter(_unreadable, outcomes), None)
        if self._ready is None and self._compilation.fallback and unreadable and not stopped():
            assert unreadable.failure is not None  # noqa: S101 - that is how it was found
            self._fall_back(self._compilation.fallback, unreadable.failure.message)
            return jobs
        try:
            return self._checker.refuted(stopped)
        except StoppedError:
            return []

    def close(self) -> None:
        """Remove the folder of the results."""
        self._workshop.in_use(-1)
        shutil.rmtree(self._results, ignore_errors=True)

    def _prepared(self, group: Sequence[Job], supply: Supply, stopped: Stopped) -> None:
        """Put jobs that probably share a variant."""
        for job in group:
            prepared = self._workshop.prepare(job.parameters, job.seed, stopped)
            self._note_digits(prepared, job)
            key = prepared.program.key(job.parameters, job.seed)
            packed = self._packed.get(key)
            if packed is None:
                recipe = compiled.Recipe.of(
                    prepared.program,
                    prepared.variant,
                    prepared.inputs,
                    self._results,
                    self._time_limit,
                )
                self._packed.clear()  # another variant's jobs seldom come back
                packed = self._packed[key] = self._compilation.packed_engine(recipe)
            supply.wait_for_room(_MOST_WAITING, stopped)
            supply.put(packed, [job])
            self._checker.note(job, prepared.program)

    def _note_digits(self, prepared: Prepared, job: Job) -> None:
        """Take note of whether the last digit of a job may depend on how it is compiled."""
        program = prepared.program
        self._shapes.add(program.shape)
        self._folded = self._folded or not program.folds_as_made(prepared.variant, job.parameters)

    def _not_compiled(
        self, reason: str, jobs: Sequence[Job], supply: Supply, record: Record, stopped: Stopped
    ) -> None:
        """Have Brian's runtime compute the jobs, or say why they cannot be computed."""
        if self._compilation.fallback is not None:
            self._fall_back(self._compilation.fallback, reason).fill(jobs, supply, record, stopped)
            return
        message = f"{reason} (with engine='auto' Brian's runtime would compute it)"
        for job in jobs:
            record(Outcome(job, "failed", failure=Failure("NotCompiled", message)))

    def _fall_back(self, engine: Engine, reason: str) -> ReadySource:
        self._ready = ReadySource(engine, self._workers)
        self._fell_back = f"Not compiled: {reason}"
        self.label, self.pool = self._ready.label, self._ready.pool
        return self._ready


def _unreadable(outcome: Outcome) -> bool:
    return outcome.failure is not None and outcome.failure.kind == compiled.UnreadableError.__name__


def _grouped(jobs: Sequence[Job], untouched: frozenset[str]) -> list[list[Job]]:
    """Put jobs together that probably share a variant, in the order of their first."""
    groups: dict[Hashable, list[Job]] = {}
    for job in jobs:
        key = tuple(item for item in job.parameters.items() if item[0] not in untouched)
        groups.setdefault(key, []).append(job)
    return list(groups.values())
