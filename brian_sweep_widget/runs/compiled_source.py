"""The source of compiled jobs: traced, looked up and written down while others run already."""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Hashable, Sequence
from typing import NamedTuple

from brian_sweep_widget.backends import local_pool
from brian_sweep_widget.engines import Engine, UnknownError, compiled
from brian_sweep_widget.engines.sizes import check_neurons, check_synapses
from brian_sweep_widget.limits import LimitError, limits
from brian_sweep_widget.results import Failure, Outcome
from brian_sweep_widget.runs.answers import NotCompiledError, RefusedError, Stopped, StoppedError
from brian_sweep_widget.runs.checking import Checker
from brian_sweep_widget.runs.sources import Desk, ReadySource
from brian_sweep_widget.runs.supply import Load
from brian_sweep_widget.runs.variants import Prepared
from brian_sweep_widget.runs.workshop import workshop_for
from brian_sweep_widget.sweeps import Job

_TRACED_AHEAD = 4  # variants that the tracing process is asked for before they are needed
_MOST_WAITING = 256  # jobs that wait for workers; more only take memory
_ASKED_AT_ONCE = 100  # jobs, of the store
_NOT_COMPILED = "NotCompiled"  # kind of failure
_WORKER = 60e6  # bytes of a worker that runs compiled programs


class _Prepared(NamedTuple):
    """What the jobs of one variant share."""

    load: Load
    contents: compiled.Contents | None


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
        self._limits = limits()
        self._workshop = workshop_for(compilation, workers)
        self._measures = compilation.packed_measures()
        self._measured_by: bytes | None = None
        self._nothing_reused = ""
        self._keys: dict[tuple[int, ...], bytes] = {}
        self._results = compiled.new_folder("results")
        self._tasks: dict[Hashable, _Prepared] = {}
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
        return "\n".join(filter(None, (self._notice_of_program(), self._nothing_reused)))

    def _notice_of_program(self) -> str:
        preparation = self._workshop.preparation
        if self._ready is not None:
            return "\n".join(filter(None, (self._fell_back, self._ready.notice)))
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

    def fill(self, jobs: Sequence[Job], desk: Desk) -> None:
        """Prepare the jobs, variant by variant; see `Source.fill`."""
        if self._ready is not None:
            self._ready.fill(jobs, desk)
            return
        if desk.find is not None:
            self._look_at_measures()
        self._fill_by_variant(jobs, desk)

    def check(self, outcomes: Sequence[Outcome], stopped: Stopped) -> list[Job]:
        """Compare predicted tables with traces; see `Source.check`.

        If a measure asked for something that only Brian's own objects have,
        Brian's runtime computes all jobs again: engines are never mixed.
        """
        jobs = [outcome.job for outcome in outcomes]
        unreadable = next(filter(None, map(_unreadable, outcomes)), None)
        if self._ready is None and self._compilation.fallback and unreadable and not stopped():
            self._fall_back(self._compilation.fallback, unreadable.message)
            return jobs
        try:
            return self._checker.refuted(stopped)
        except StoppedError:
            return []

    def tells_of_others(self, outcome: Outcome) -> bool:
        """Whether a failure lets one expect others; see `Source.tells_of_others`."""
        if outcome.failure is not None and outcome.failure.kind == _NOT_COMPILED:
            return False  # all are refused at once, which costs nothing
        falls_back = self._ready is None and self._compilation.fallback is not None
        return not (falls_back and _unreadable(outcome))

    def close(self) -> None:
        """Remove the folder of the results."""
        self._workshop.in_use(-1)
        shutil.rmtree(self._results, ignore_errors=True)

    def _fill_by_variant(self, jobs: Sequence[Job], desk: Desk) -> None:
        groups = deque(_grouped(jobs, self._compilation.untouched))
        started = False
        try:
            while groups:
                for later in list(groups)[:_TRACED_AHEAD]:
                    self._workshop.trace_soon(later[0].parameters, later[0].seed)
                group = groups.popleft()
                try:
                    self._prepared(group, desk)
                except RefusedError as error:
                    for job in group:
                        desk.record(Outcome(job, "failed", failure=error.failure))
                    continue
                except NotCompiledError as error:
                    if started:
                        raise
                    self._not_compiled(str(error), jobs, desk)
                    return
                started = True
        except StoppedError:
            for group in list(groups)[:_TRACED_AHEAD]:
                self._workshop.give_up(group[0].parameters, group[0].seed)

    def key(self, job: Job) -> bytes | None:
        """Name a simulation by what its program was given; see `Source.key`."""
        return self._keys.get(job.position) if self._ready is None else self._ready.key(job)

    def _look_at_measures(self) -> None:
        try:
            self._measured_by = self._compilation.measures_fingerprint()
        except UnknownError as error:
            self._nothing_reused = f"Nothing is reused: {error}"

    def _prepared(self, group: Sequence[Job], desk: Desk) -> None:
        """Put jobs that probably share a variant."""
        alike: list[Job] = []
        before: _Prepared | None = None
        for job in group:
            task = self._task_for(job, desk)
            if alike and (task is not before or len(alike) >= _ASKED_AT_ONCE):
                self._put(alike, before, desk)
                alike = []
            alike.append(job)
            before = task
        self._put(alike, before, desk)

    def _task_for(self, job: Job, desk: Desk) -> _Prepared:
        prepared = self._workshop.prepare(job.parameters, job.seed, desk.stopped)
        self._refuse_what_is_too_large(prepared)
        self._note_digits(prepared, job)
        self._checker.note(job, prepared.program)
        key = prepared.program.key(job.parameters, job.seed)
        task = self._tasks.get(key)
        if task is None:
            recipe = compiled.Recipe.of(
                prepared.program,
                prepared.variant,
                prepared.inputs,
                self._results,
                self._time_limit,
            )
            contents = None
            if desk.find is not None and self._measured_by is not None:
                contents = compiled.Contents(recipe, prepared.variant, self._measured_by)
            self._tasks.clear()  # another variant's jobs seldom come back
            load = Load(
                self._compilation.packed_engine(recipe),
                self._compilation.label,
                _WORKER + prepared.variant.structure.memory,
                prepared.program,
                prepared.variant.static_arrays,
            )
            task = self._tasks[key] = _Prepared(load, contents)
        return task

    def _put(self, jobs: list[Job], task: _Prepared | None, desk: Desk) -> None:
        """Put jobs of one variant, those that the store does not know."""
        if task is None:
            return
        if desk.find is not None and task.contents is not None:
            keyed = [(job, task.contents.key(job)) for job in jobs]
            self._keys.update((job.position, key) for job, key in keyed)
            jobs = desk.find(keyed)
        for job in jobs:
            desk.supply.wait_for_room(_MOST_WAITING, desk.stopped)
            desk.supply.put(task.load, [job])

    def _refuse_what_is_too_large(self, prepared: Prepared) -> None:
        structure = prepared.variant.structure
        try:
            check_neurons(self._limits.max_neurons, structure.neurons)
            check_synapses(self._limits.max_synapses, structure.synapses)
        except LimitError as error:
            raise RefusedError(Failure(type(error).__name__, str(error))) from None

    def _note_digits(self, prepared: Prepared, job: Job) -> None:
        """Take note of whether the last digit of a job may depend on how it is compiled."""
        program = prepared.program
        self._shapes.add(program.shape)
        self._folded = self._folded or not program.folds_as_made(prepared.variant, job.parameters)

    def _not_compiled(self, reason: str, jobs: Sequence[Job], desk: Desk) -> None:
        """Have Brian's runtime compute the jobs, or say why they cannot be computed."""
        if self._compilation.fallback is not None:
            self._fall_back(self._compilation.fallback, reason).fill(jobs, desk)
            return
        message = f"{reason} (with engine='auto' Brian's runtime would compute it)"
        for job in jobs:
            desk.record(Outcome(job, "failed", failure=Failure(_NOT_COMPILED, message)))

    def _fall_back(self, engine: Engine, reason: str) -> ReadySource:
        self._ready = ReadySource(engine, self._workers)
        self._fell_back = f"Not compiled: {reason}"
        self.label, self.pool = self._ready.label, self._ready.pool
        return self._ready


def _unreadable(outcome: Outcome) -> Failure | None:
    """Give the failure of a measure that asked for what only Brian's own objects have."""
    kind = compiled.UnreadableError.__name__
    return next((one for one in outcome.failures.values() if one.kind == kind), None)


def _grouped(jobs: Sequence[Job], untouched: frozenset[str]) -> list[list[Job]]:
    """Put jobs together that probably share a variant, in the order of their first."""
    groups: dict[Hashable, list[Job]] = {}
    for job in jobs:
        key = tuple(item for item in job.parameters.items() if item[0] not in untouched)
        groups.setdefault(key, []).append(job)
    return list(groups.values())
