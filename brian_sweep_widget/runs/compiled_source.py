"""The source of compiled jobs: traced, looked up and written down while others run already."""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Hashable, Iterable, Sequence
from itertools import islice
from typing import NamedTuple

from brian_sweep_widget.backends import local_pool
from brian_sweep_widget.engines import UnknownError, compiled
from brian_sweep_widget.engines.sizes import check_neurons, check_synapses
from brian_sweep_widget.limits import LimitError, limits
from brian_sweep_widget.results import Failure, Outcome
from brian_sweep_widget.runs.answers import NotCompiledError, RefusedError, Stopped, StoppedError
from brian_sweep_widget.runs.checking import Checker
from brian_sweep_widget.runs.falling_back import (
    NOT_COMPILED,
    FallingBack,
    RuntimeComputesError,
    not_compiled,
)
from brian_sweep_widget.runs.last_digits import DigitsOfSweep
from brian_sweep_widget.runs.sources import Desk, ReadySource, notice_of_code
from brian_sweep_widget.runs.supply import Load
from brian_sweep_widget.runs.variants import Prepared
from brian_sweep_widget.runs.workshop import workshop_for
from brian_sweep_widget.sweeps import Job

_TRACED_AHEAD = 4  # variants that the tracing process is asked for before they are needed
_MOST_WAITING = 256  # jobs that wait for workers; more only take memory
_ASKED_AT_ONCE = 100  # jobs, of the store
_WORKER = 60e6  # bytes of a worker that runs compiled programs


class _Prepared(NamedTuple):
    """What the jobs of one variant share."""

    load: Load
    contents: compiled.Contents | None
    draws: bool


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
        self._of_code = notice_of_code(compilation.functions, network=True)
        self._keys: dict[tuple[int, ...], bytes] = {}
        self._results = compiled.new_folder("results")
        self._latest: tuple[Prepared, _Prepared] | None = None
        self._digits = DigitsOfSweep(self._workshop.digits)
        self._checker = Checker(self._workshop)
        self._ready: ReadySource | None = None
        self._falling_back = FallingBack(compilation, time_limit)
        self._desk: Desk | None = None
        self._supplied = False
        self._left: list[Job] = []  # when it fell back while others ran already
        self._workshop.in_use(+1)

    @property
    def phase(self) -> str:
        """What is being prepared; empty if nothing."""
        phase = self._workshop.preparation.phase
        return phase if phase in {"tracing", "compiling"} else ""

    @property
    def notice(self) -> str:
        """Why it is not compiled, or what to know of the compiled model."""
        if self._ready is not None:
            return "\n".join(filter(None, (self._fell_back, self._ready.notice)))
        said = (self._notice_of_program(), self._of_code, self._nothing_reused)
        return "\n".join(filter(None, said))

    def _notice_of_program(self) -> str:
        preparation = self._workshop.preparation
        said = []
        if preparation.seeds:
            said.append(
                f"{self._compilation.model.name} calls seed() itself, so all trials of a point "
                "are the same: remove that call, every simulation is seeded anyway."
            )
        return "\n".join(filter(None, (*said, self._digits.notice)))

    @property
    def comparing(self) -> bool:
        """Whether it is still to be found out if last digits differ; see `Source.comparing`."""
        return self._ready is None and self._digits.comparing

    @property
    def identity(self) -> Hashable | None:
        """Equal for equal models and measures, while predictions hold; see `Source`."""
        identity = self._workshop.identity
        if self.label != self._compilation.label or identity is None:  # it fell back; reads files
            return None
        return identity, self._measures

    def fill(self, jobs: Sequence[Job], desk: Desk) -> None:
        """Prepare the jobs, variant by variant; see `Source.fill`."""
        if self._ready is not None:
            self._ready.fill(jobs, desk)
            return
        if desk.find is not None:
            self._look_at_measures()
        self._desk, self._supplied = desk, False
        self._falling_back.look_at(jobs)
        try:
            self._fill_by_variant(jobs, desk)
        except RuntimeComputesError as computes:
            ready = self._fall_back(computes.reason, computes.outcome)
            if self._supplied:  # by other workers: what is under way goes on to its end
                desk.supply.drop()
                self._left = list(jobs)
            else:
                ready.fill(jobs, desk)

    def check(self, outcomes: Sequence[Outcome], stopped: Stopped) -> list[Job]:
        """Compare predicted tables with traces; see `Source.check`.

        If a program ended as no program should, or a measure asked for
        something that only Brian's own objects have, and Brian's runtime can
        compute that, it computes all jobs again: engines are never mixed.
        """
        left, self._left = self._left, []
        if left or self._ready is not None:
            return left
        try:
            for outcome in self._falling_back.explained(outcomes, stopped):
                assert self._desk is not None  # noqa: S101 - it had them computed
                self._desk.record(outcome)
            return self._checker.refuted(stopped)
        except RuntimeComputesError as computes:
            self._fall_back(computes.reason, computes.outcome)
            return [outcome.job for outcome in outcomes]
        except StoppedError:
            return []

    def tells_of_others(self, outcome: Outcome) -> bool:
        """Tell whether a failure lets one expect others; see `Source.tells_of_others`."""
        if outcome.failure is not None and outcome.failure.kind == NOT_COMPILED:
            return False  # all are refused at once, which costs nothing
        return self._ready is not None or not self._falling_back.may_compute(outcome)

    def close(self) -> None:
        """Remove the folder of the results."""
        self._workshop.in_use(-1)
        shutil.rmtree(self._results, ignore_errors=True)

    def _fill_by_variant(self, jobs: Sequence[Job], desk: Desk) -> None:
        groups = deque(_grouped(jobs, self._compilation.untouched))
        try:
            while groups:
                self._trace_soon(group[0] for group in islice(groups, _TRACED_AHEAD))
                try:
                    self._prepared(groups[0], desk)
                except NotCompiledError as error:
                    # There is no program yet: all that came before was refused by the model.
                    self._not_compiled(str(error), [job for group in groups for job in group], desk)
                    return
                groups.popleft()
        except StoppedError:
            self._give_up(group[0] for group in islice(groups, _TRACED_AHEAD))

    def _trace_soon(self, jobs: Iterable[Job]) -> None:
        for job in jobs:
            self._workshop.trace_soon(job.parameters, job.seed)

    def _give_up(self, jobs: Iterable[Job]) -> None:
        for job in jobs:
            self._workshop.give_up(job.parameters, job.seed)

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
        waiting = deque(group)
        while waiting:
            job = waiting.popleft()
            if before is not None and before.draws:  # each of them has a variant of its own
                self._trace_soon([job, *islice(waiting, _TRACED_AHEAD - 1)])
            try:
                task = self._task_for(job, desk)
            except RefusedError as error:
                refused = self._refused_with(job, waiting, error, desk.stopped)
                positions = {other.position for other in refused}
                waiting = deque(other for other in waiting if other.position not in positions)
                failed = self._falling_back.refused([job, *refused], error.failure, desk.stopped)
                for outcome in failed:
                    desk.record(outcome)
                continue
            except BaseException:
                self._give_up([job, *islice(waiting, _TRACED_AHEAD - 1)])
                raise
            if alike and (task is not before or len(alike) >= _ASKED_AT_ONCE):
                self._put(alike, before, desk)
                alike = []
            alike.append(job)
            before = task
        self._put(alike, before, desk)

    def _refused_with(
        self, job: Job, others: Sequence[Job], error: RefusedError, stopped: Stopped
    ) -> list[Job]:
        """Find the jobs that are refused like one of their group.

        They differ in their seeds, and in parameters that the builder does not
        look at: all are refused, if the group is with the defaults of these.
        """
        if error.drew:
            return []
        defaults = {
            name: self._compilation.parameters[name].read_default()
            for name in self._compilation.untouched
        }
        usual = {**job.parameters, **defaults}
        if others and usual != job.parameters:
            try:
                self._workshop.prepare(usual, job.seed, stopped)
            except RefusedError:
                return list(others)
        return [other for other in others if other.parameters == job.parameters]

    def _task_for(self, job: Job, desk: Desk) -> _Prepared:
        if desk.stopped():  # nothing has to be waited for where it was traced ahead
            raise StoppedError
        prepared = self._workshop.prepare(job.parameters, job.seed, desk.stopped)
        self._refuse_what_is_too_large(prepared)
        self._digits.note(prepared.program, prepared.variant, job.parameters)
        desk.note_read(prepared.variant.read)
        if not prepared.variant.draws:
            self._checker.note(job, prepared.program)
        latest, task = self._latest or (None, None)
        if task is None or latest is not prepared:
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
            load = Load(
                self._compilation.packed_engine(recipe, self._measures),
                self._compilation.label,
                _WORKER + prepared.variant.structure.memory,
                prepared.program,
                prepared.variant.static_arrays,
            )
            task = _Prepared(load, contents, prepared.variant.draws)
            self._latest = prepared, task  # another variant's jobs seldom come back
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
            self._supplied = True

    def _refuse_what_is_too_large(self, prepared: Prepared) -> None:
        structure = prepared.variant.structure
        try:
            check_neurons(self._limits.max_neurons, structure.neurons)
            check_synapses(self._limits.max_synapses, structure.synapses)
        except LimitError as error:
            raise RefusedError(Failure(type(error).__name__, str(error))) from None

    def _not_compiled(self, reason: str, jobs: Sequence[Job], desk: Desk) -> None:
        """Have Brian's runtime compute all, or say why these jobs cannot be computed."""
        if self._compilation.fallback is not None:
            raise RuntimeComputesError(reason, None)
        for job in jobs:
            desk.record(Outcome(job, "failed", failure=not_compiled(reason)))

    def _fall_back(self, reason: str, known: Outcome | None) -> ReadySource:
        engine = self._compilation.fallback
        assert engine is not None  # noqa: S101 - whoever falls back has looked
        self._ready = ReadySource(engine, self._workers, known)
        self._fell_back = f"Not compiled: {reason}"
        self.label, self.pool = self._ready.label, self._ready.pool
        return self._ready


def _grouped(jobs: Sequence[Job], untouched: frozenset[str]) -> list[list[Job]]:
    """Put jobs together that probably share a variant, in the order of their first."""
    groups: dict[Hashable, list[Job]] = {}
    for job in jobs:
        key = tuple(item for item in job.parameters.items() if item[0] not in untouched)
        groups.setdefault(key, []).append(job)
    return list(groups.values())
