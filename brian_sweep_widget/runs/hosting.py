"""Gets hosts ready for the jobs of sweeps, and writes jobs down for them.

A host that runs compiled programs builds each for its own processor, and runs a
probe; one on which Brian's runtime computes runs a probe of that. Only if it
gives the same bits as this computer does the host get jobs; or if a person
wants them marked instead.
"""

from __future__ import annotations

import functools
import threading
import weakref
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

from brian_sweep_widget.backends import (
    Cluster,
    Ended,
    Errand,
    Host,
    HostLostError,
    Label,
    Parcel,
    Reply,
    StopToken,
    name_of,
    roster_of,
)
from brian_sweep_widget.backends.hosts.roster import differs_by
from brian_sweep_widget.engines import compiled, elsewhere, prepare
from brian_sweep_widget.engines.versions import library_versions
from brian_sweep_widget.results import OTHER_DIGITS, Outcome
from brian_sweep_widget.runs.answers import probing_pool
from brian_sweep_widget.runs.controller import errand_here
from brian_sweep_widget.runs.luggage import pressed_part
from brian_sweep_widget.runs.supply import Load, Task

_RUNTIME = "runtime ("


@dataclass(frozen=True, slots=True)
class Fitness:
    """Whether a host can compute certain jobs.

    Parameters
    ----------
    ready
        Whether it can.
    reason
        Why not; or, if it can, what is special about it.
    build
        The key of the program in its cache.
    other_digits
        Whether its numbers are not those of this computer to the last bit.
    """

    ready: bool
    reason: str = ""
    build: str = ""
    other_digits: bool = False


_BEING_LOOKED_AT = Fitness(ready=False)


class Hosting:
    """Knows which hosts can compute the jobs of one sweep.

    Parameters
    ----------
    cluster
        The hosts, and how they are to be used.
    model
        Name of the model, for people.
    """

    def __init__(self, cluster: Cluster, model: str) -> None:
        self.cluster = cluster
        self.roster = roster_of(cluster)
        self._model = model
        self._loads: dict[object, Load] = {}

    def errand(self, token: StopToken, tasks: Sequence[Task], time_limit: float) -> Errand:
        """Write down a call that computes some jobs, here or on a host."""
        self._loads.update((_need(task.load), task.load) for task in tasks)
        errand = errand_here(token, tasks, time_limit)
        errand.elsewhere = _Elsewhere(self, tasks, time_limit)
        return errand

    def fitness(self, host: Host, load: Load) -> Fitness:
        """Say whether a host can compute jobs; it begins to get ready if nobody has asked yet."""
        known = _known_of(host, load)
        if known.ready and (differs := differs_by(host)):
            known = replace(known, reason=differs, other_digits=True)
        if known.other_digits and self.cluster.differing == "leave out":
            return replace(known, ready=False)
        return known

    @property
    def notice(self) -> str:
        """Which hosts cannot compute these jobs, or compute others, and why."""
        said = []
        for host in self.roster.ready(self.cluster.differing):
            for load in list(self._loads.values()):
                known = self.fitness(host, load)
                if not known.ready and known.reason:
                    said.append(f"{host.name} takes no part in {self._model}: {known.reason}")
                elif known.other_digits:
                    said.append(
                        f"{host.name}: {known.reason}; its results are marked, and not reused"
                    )
        said += [
            f"{one.name} is not used: {one.reason}"
            for one in self.roster.standings(self.cluster.differing)
            if one.state != "ready" and one.reason
        ]
        return "\n".join(text if text.endswith("?") else f"{text}." for text in dict.fromkeys(said))


class _Elsewhere:
    """Some jobs, as they are computed on hosts."""

    def __init__(self, hosting: Hosting, tasks: Sequence[Task], time_limit: float) -> None:
        self._hosting = hosting
        self._tasks = tasks
        self._time_limit = time_limit
        self.labels = tuple(task.job.position for task in tasks)

    def fits(self, host: Host) -> bool:
        return all(self._hosting.fitness(host, task.load).ready for task in self._tasks)

    def refusal(self, host: Host) -> str:
        known = [self._hosting.fitness(host, task.load) for task in self._tasks]
        return next((one.reason for one in known if not one.ready and one.reason), "")

    def parcel(self, sweep: str, host: Host, skipped: Iterable[Label]) -> Parcel:
        left = [task for task in self._tasks if task.job.position not in skipped]
        blobs: dict[str, bytes] = {}
        calls = []
        for task in left:
            blobs.update(task.load.blobs)
            build = self._hosting.fitness(host, task.load).build
            calls.append((task.job.position, (elsewhere.Wanted(build, *task.load.blobs), task.job)))
        return Parcel(
            sweep,
            elsewhere.compute_there,
            tuple(calls),
            self._time_limit,
            prepare if left[0].load.program is None else None,
            tuple(blobs),
            blobs,
        )

    def read(
        self, host: Host, results: Iterable[tuple[Label, Outcome | Ended]]
    ) -> list[tuple[Label, Any]]:
        marked = any(self._hosting.fitness(host, task.load).other_digits for task in self._tasks)
        results = list(results)
        if any(_lacks_build(result) for _, result in results):
            for task in self._tasks:
                _forget(host, task.load)  # it is built anew, and meanwhile others compute
            results = [(label, one) for label, one in results if not _lacks_build(one)]
        return [(label, _from_host(host, result, marked=marked)) for label, result in results]


def _lacks_build(result: Outcome | Ended) -> bool:
    failure = result.failure if isinstance(result, Outcome) else None
    return failure is not None and failure.kind == elsewhere.BuildGoneError.__name__


def _forget(host: Host, load: Load) -> None:
    """Have a host looked at anew."""
    with _Known.lock:
        _Known.of.get(host, {}).pop(_need(load), None)


def _from_host(host: Host, outcome: Outcome | Ended, *, marked: bool) -> Outcome | Ended:
    """Tell an outcome in this computer's time, and where it is from."""
    if isinstance(outcome, Ended) or outcome.origin is None:
        return outcome
    origin = outcome.origin
    engine = f"{origin.engine}{OTHER_DIGITS}" if marked else origin.engine
    started = origin.started - host.offset
    return replace(outcome, origin=replace(origin, started=started, engine=engine, host=host.name))


def _need(load: Load) -> object:
    """Name what a host must be able to do."""
    return load.label if load.program is None else load.program.shape


_ByNeed = dict[object, "Fitness"]


class _Known:
    """What is known of hosts, for all sweeps of this process."""

    lock = threading.Lock()
    of: ClassVar[weakref.WeakKeyDictionary[Host, dict[object, Fitness]]] = (
        weakref.WeakKeyDictionary()
    )


def _known_of(host: Host, load: Load) -> Fitness:
    need = _need(load)
    with _Known.lock:
        known = _Known.of.setdefault(host, {})
        found = known.get(need)
        if found is not None:
            return found
        known[need] = _BEING_LOOKED_AT
    _Examination(host, load).begin()
    return _BEING_LOOKED_AT


class _Examination:
    """Finds out whether a host can compute certain jobs; begins, and never waits."""

    def __init__(self, host: Host, load: Load) -> None:
        self._host = host
        self._load = load
        self._build = ""

    def begin(self) -> None:
        program = self._load.program
        if program is None:
            target = self._load.label.removeprefix(_RUNTIME).rstrip(")")
            target = target if self._load.label.startswith(_RUNTIME) else ""
            if target and (reason := self._other_brian()):
                self._end(Fitness(ready=False, reason=reason))
                return
            mine = _digest_here(target)
            self._ask(elsewhere.probe_runtime, (target,), (), functools.partial(self._probed, mine))
            return
        kit = pressed_part(program, "kit")
        self._ask(
            elsewhere.build_kit_there, (name_of(kit), self._host.slots), (kit,), self._was_built
        )

    def _other_brian(self) -> str:
        facts = self._host.facts
        there = "" if facts is None else facts.versions["brian2"]
        here = library_versions()["brian2"]
        if not there:
            return f"it has no Brian 2, whose runtime computes this model (here: {here})"
        return "" if there == here else f"Brian 2 is {there} there and {here} here"

    def _was_built(self, answer: Any) -> None:
        if isinstance(answer, str):
            self._end(Fitness(ready=False, reason=f"it cannot compile the model: {answer}"))
            return
        program = self._load.program
        assert program is not None  # noqa: S101 - it was built
        self._build = answer.key
        mine = _digest_of(program)
        probe = pressed_part(program, "probe")
        self._ask(
            elsewhere.probe_program_there,
            (name_of(probe), answer.key),
            (probe,),
            functools.partial(self._probed, mine),
        )

    def _probed(self, mine: Future[Any], theirs: Any) -> None:
        if isinstance(theirs, str):
            self._end(Fitness(ready=False, reason=theirs))
            return
        mine.add_done_callback(functools.partial(self._compare, theirs))

    def _compare(self, theirs: bytes | None, mine: Future[Any]) -> None:
        ours = None if mine.cancelled() or mine.exception() else mine.result()
        program = self._load.program
        same_build = program is not None and program.binary.parent.name == self._build
        if ours is not None and ours == theirs:
            self._end(Fitness(ready=True, build=self._build))
        elif (ours is None or theirs is None or isinstance(ours, str)) and same_build:
            # Too long to be compared; but it is the same program, on the same processor.
            self._end(Fitness(ready=True, build=self._build))
        else:
            reason = "the last digits of its numbers differ from those of this computer"
            if ours is None or theirs is None:
                reason = "its numbers could not be compared with those of this computer in 10 s"
            self._end(Fitness(ready=True, reason=reason, build=self._build, other_digits=True))

    def _ask(
        self,
        function: Callable[..., Any],
        arguments: tuple[Any, ...],
        blobs: tuple[bytes, ...],
        then: Callable[[Any], None],
    ) -> None:
        named = {name_of(blob): blob for blob in blobs}
        ready = prepare if self._load.program is None else None
        parcel = Parcel(
            "", function, (((0,), arguments),), prepare=ready, needed=tuple(named), blobs=named
        )

        def done(answer: Reply | HostLostError, _moved: object) -> None:
            if isinstance(answer, HostLostError):
                _forget(self._host, self._load)  # it is asked again when it is back
            elif answer.died:
                self._end(Fitness(ready=False, reason=answer.died))
            else:
                ((_, result),) = answer.results
                then(result)

        self._host.submit(parcel, done)

    def _end(self, fitness: Fitness) -> None:
        with _Known.lock:
            _Known.of.setdefault(self._host, {})[_need(self._load)] = fitness
        self._host.link.tell()


_digests: dict[object, Future[Any]] = {}


def _digest_of(program: compiled.Program) -> Future[Any]:
    """Have this computer run the probe of a program, once."""
    return _once(
        program.shape,
        lambda: probing_pool().submit(
            compiled.probe_here, compiled.Probe.of(program), program.binary
        ),
    )


def _digest_here(target: str) -> Future[Any]:
    """Have this computer run the probe of Brian's runtime, once."""
    return _once(
        target, lambda: probing_pool().submit(elsewhere.probe_runtime, Path(), Path(), target)
    )


def _once(name: object, ask: Callable[[], Future[Any]]) -> Future[Any]:
    with _Known.lock:
        found = _digests.get(name)
        if found is None or (found.done() and (found.cancelled() or found.exception())):
            found = _digests[name] = ask()
        return found
