"""Finds out which hosts can compute certain jobs, and whether they give this computer's numbers.

A host that runs compiled programs builds each for its own processor, and runs a
probe. Of a plain function it computes a point. Where Brian's runtime computes,
or a point cannot be compared, it runs a probe of that. Nothing that a host
computes counts before.
"""

from __future__ import annotations

import functools
import math
import threading
import time
import weakref
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4

from brian_sweep_widget.backends import (
    Host,
    HostLostError,
    Parcel,
    Reply,
    StopToken,
    name_of,
    stoppable,
)
from brian_sweep_widget.engines import compiled, elsewhere, prepare
from brian_sweep_widget.engines.versions import library_versions
from brian_sweep_widget.runs.answers import attempting_pool, probing_pool
from brian_sweep_widget.runs.luggage import pressed_part
from brian_sweep_widget.runs.supply import Load, Task
from brian_sweep_widget.sweeps import Job

_RUNTIME = "runtime ("
_LONGEST = 10.0  # s that a point may take which is only compared; as a program's probe
_MOST_ASKED = 3  # times for a point, of which nothing came
_LATE = 120.0  # s, until a person is told that a host does not come to an end
_NO_ANSWER = "what it answered makes no sense: start its server anew, or leave it out"
_UNLIKE = "the last digits of its numbers differ from those of this computer"


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
    asked
        When it was, where that is not known yet; by `time.monotonic`.
    """

    ready: bool
    reason: str = ""
    build: str = ""
    other_digits: bool = False
    asked: float = math.inf

    @property
    def told(self) -> Fitness:
        """What a person is told: who is asked for very long has a reason not to be ready, too."""
        if self.ready or self.reason or time.monotonic() - self.asked < _LATE:
            return self
        late = f"it has not compiled and compared this model within {_LATE:g} s"
        return replace(self, reason=late)


_NOT_ASKED = Fitness(ready=False)


class _Known:
    """What is known of hosts, for all sweeps of this process."""

    lock = threading.Lock()
    of: ClassVar[weakref.WeakKeyDictionary[Host, dict[object, Fitness]]] = (
        weakref.WeakKeyDictionary()
    )
    #: What this computer gave, by what was asked.
    here: ClassVar[dict[object, Future[Any]]] = {}
    #: The point of each function that is compared.
    points: ClassVar[dict[object, Job]] = {}
    #: Those who compare points now, and what stops this computer's part of it.
    comparing: ClassVar[set[_Examination]] = set()
    tokens: ClassVar[dict[object, StopToken]] = {}


def fitness_of(host: Host, task: Task) -> Fitness:
    """Say whether a host can compute jobs like one; it is looked at if nobody has asked yet."""
    need = need_of(task.load)
    with _Known.lock:
        known = _Known.of.setdefault(host, {})
        found = known.get(need)
        if found is not None:
            return found.told
        asked = known[need] = Fitness(ready=False, asked=time.monotonic())
    _Examination(host, task).begin()
    return asked


def known_of(host: Host, load: Load) -> Fitness:
    """Say what is known of a host by now, without looking at it."""
    with _Known.lock:
        return _Known.of.get(host, {}).get(need_of(load), _NOT_ASKED).told


def forget(host: Host, load: Load) -> None:
    """Have a host looked at anew."""
    with _Known.lock:
        _Known.of.get(host, {}).pop(need_of(load), None)


def abandon(load: Load) -> None:
    """Stop comparing a point of a function, here and on hosts; who still wants that asks anew."""
    need = need_of(load)
    with _Known.lock:
        found = [one for one in _Known.comparing if one.need == need]
        _Known.comparing.difference_update(found)
        token = _Known.tokens.pop(need, None)
        if token is not None:
            _Known.here.pop(("point", need), None)
            token.stop()
    for one in found:
        one.abandon()


def need_of(load: Load) -> object:
    """Name what a host must be able to do."""
    if load.program is not None:
        return load.program.shape
    return load.label if load.label.startswith(_RUNTIME) else next(iter(load.blobs))


class _Examination:
    """Finds out whether a host can compute certain jobs; begins, and never waits."""

    def __init__(self, host: Host, task: Task) -> None:
        self._host = host
        self._load = task.load
        self._job = task.job
        self._build = ""
        self.need = need_of(task.load)
        # A sweep of its own: so what it computes there can be interrupted, as any job.
        self._sweep = ""
        self._abandoned = False
        self._asked = 0

    def begin(self) -> None:
        program = self._load.program
        if program is not None:
            kit = pressed_part(program, "kit")
            arguments = (name_of(kit), self._host.slots)
            self._ask(elsewhere.build_kit_there, arguments, (kit,), self._was_built)
        elif not self._load.label.startswith(_RUNTIME):
            self._compare_point()
        elif reason := self._other_brian():
            self._end(Fitness(ready=False, reason=reason))
        else:
            self._probe_runtime(self._load.label.removeprefix(_RUNTIME).rstrip(")"))

    def abandon(self) -> None:
        """Stop comparing a point."""
        self._abandoned = True
        self._host.stop(self._sweep)
        forget(self._host, self._load)

    # A program.

    def _was_built(self, answer: Any) -> None:
        if isinstance(answer, str):
            self._end(Fitness(ready=False, reason=f"it cannot compile the model: {answer}"))
            return
        if not isinstance(answer, bytes) or not answer.isascii():
            self._end(Fitness(ready=False, reason=_NO_ANSWER))
            return
        program = self._load.program
        assert program is not None  # noqa: S101 - it was built
        self._build = answer.decode()
        mine = _digest_of(program)
        probe = pressed_part(program, "probe")
        self._ask(
            elsewhere.probe_program_there,
            (name_of(probe), self._build),
            (probe,),
            functools.partial(self._probed, mine),
        )

    # A point of a plain function.

    def _compare_point(self) -> None:
        with _Known.lock:
            self._job = _Known.points.setdefault(self.need, self._job)
            _Known.comparing.add(self)
        self._asked += 1
        self._sweep = f"point-{uuid4().hex}"
        mine = _once(("point", self.need), self._point_here)
        blobs = self._load.blobs
        call = (self._job.position, (elsewhere.Wanted("", *blobs), self._job))
        function = elsewhere.digest_point_there
        parcel = Parcel(self._sweep, function, (call,), _LONGEST, prepare, tuple(blobs), blobs)

        def done(answer: Reply | HostLostError, _moved: object) -> None:
            self._host.stop(self._sweep)
            if isinstance(answer, HostLostError) or self._abandoned:
                with _Known.lock:
                    _Known.comparing.discard(self)
                forget(self._host, self._load)  # it is asked again when it is back
                return
            if not (answer.results or answer.died):  # it had not heard from here for long
                if self._asked < _MOST_ASKED:
                    self._compare_point()
                else:
                    self._end(Fitness(ready=False, reason=_NO_ANSWER))
                return
            theirs = answer.results[0][1] if answer.results else None
            mine.add_done_callback(functools.partial(self._compare_points, theirs))

        self._host.submit(parcel, done)

    def _point_here(self) -> Future[Any]:
        """Have this computer compute the point, in the process that tries simulations."""
        token = _Known.tokens[self.need] = StopToken.new()
        call = (self._job.position, (self._load.packed, self._job))
        asked: Future[Any] = attempting_pool().submit(
            stoppable, token, elsewhere.digest_point, [call], _LONGEST
        )
        asked.add_done_callback(functools.partial(self._end_point, token))
        return asked

    def _end_point(self, token: StopToken, _: object) -> None:
        token.remove()
        if _Known.tokens.get(self.need) is token:
            _Known.tokens.pop(self.need, None)

    def _compare_points(self, theirs: object, mine: Future[Any]) -> None:
        ours = _point_in(mine)
        if self._abandoned:
            return
        if not (isinstance(theirs, bytes) and theirs and ours):
            # It failed, or took too long: there are no numbers to be compared.
            self._probe_runtime("")
        elif ours == theirs:
            self._end(Fitness(ready=True))
        else:
            again = self._point_here()
            again.add_done_callback(functools.partial(self._compare_again, theirs, ours))

    def _compare_again(self, theirs: bytes, ours: bytes, again: Future[Any]) -> None:
        """See whether what differs there is the same here each time."""
        if self._abandoned:
            return
        if _point_in(again) != ours:
            self._probe_runtime("")
            return
        reason = elsewhere.point_differs(theirs, ours)
        self._end(Fitness(ready=True, reason=reason, other_digits=True))

    # Brian's runtime, and numpy's functions.

    def _other_brian(self) -> str:
        facts = self._host.facts
        there = "" if facts is None else facts.versions["brian2"]
        here = library_versions()["brian2"]
        if not there:
            return f"it has no Brian 2, whose runtime computes this model (here: {here})"
        return "" if there == here else f"Brian 2 is {there} there and {here} here"

    def _probe_runtime(self, target: str) -> None:
        mine = _digest_here(target)
        self._ask(elsewhere.probe_runtime, (target,), (), functools.partial(self._probed, mine))

    def _probed(self, mine: Future[Any], theirs: Any) -> None:
        if isinstance(theirs, str):
            self._end(Fitness(ready=False, reason=theirs))
            return
        if not isinstance(theirs, bytes | None):
            self._end(Fitness(ready=False, reason=_NO_ANSWER))
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
            reason = _UNLIKE
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
                forget(self._host, self._load)  # it is asked again when it is back
            elif answer.died:
                self._end(Fitness(ready=False, reason=answer.died))
            elif len(answer.results) != 1:
                self._end(Fitness(ready=False, reason=_NO_ANSWER))
            else:
                ((_, result),) = answer.results
                then(result)

        self._host.submit(parcel, done)

    def _end(self, fitness: Fitness) -> None:
        with _Known.lock:
            _Known.comparing.discard(self)
            _Known.of.setdefault(self._host, {})[self.need] = fitness
        self._host.link.tell()


def _point_in(asked: Future[Any]) -> bytes:
    """Give the digests of a point that this computer computed; empty if there are none."""
    if asked.cancelled() or asked.exception():
        return b""
    found = [result for _, result in asked.result() if isinstance(result, bytes)]
    return found[0] if found else b""


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
        found = _Known.here.get(name)
        if found is None or (found.done() and (found.cancelled() or found.exception())):
            found = _Known.here[name] = ask()
        return found
