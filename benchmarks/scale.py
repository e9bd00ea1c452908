"""A million jobs on a thousand slots: what the controller takes, and what breaks first.

The hosts are simulated: each answers what it is sent after the time that its
jobs would take. Everything on this side of the network is the real thing: plan,
supply, controller, joblib, crew and books.
"""

from __future__ import annotations

import heapq
import itertools
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import psutil

from benchmarks.settings import Effort
from brian_sweep_widget import Cluster, Sweep
from brian_sweep_widget.backends import (
    ADMISSION,
    CrewBackend,
    Errand,
    Parcel,
    Reply,
    StopToken,
    Traffic,
    local_pool,
)
from brian_sweep_widget.models.units import Unit
from brian_sweep_widget.results import Origin, Outcome, Value
from brian_sweep_widget.runs.books import Books
from brian_sweep_widget.runs.controller import Controller
from brian_sweep_widget.runs.supply import Load, Supply, Task
from brian_sweep_widget.sweeps import Job

_SLOTS = 10  # of a host
_SECONDS = 1.0  # that a job takes
_VERSIONS = {"python": "3", "numpy": "2"}


def main(effort: Effort) -> None:
    """Run some sizes, the largest last."""
    print(f"{'jobs':>9} {'slots':>6} {'plan':>8} {'a job':>10} {'busy':>6} {'memory a job':>13}")
    largest = 100 * effort.jobs
    for jobs, slots in ((largest // 100, 10), (largest // 100, 100), (largest, 1000)):
        _study(jobs, slots)


def _study(number: int, slots: int) -> None:
    began = time.perf_counter()
    sweep = Sweep(_nothing, x=np.arange(float(number)), store=None)
    before = psutil.Process().memory_info().rss
    jobs = sweep.jobs()
    planned = time.perf_counter() - began
    network = _Network()
    hosts = [_Host(network, f"host{index}", _SLOTS) for index in range(slots // _SLOTS)]
    books, supply, token = Books(), Supply(), StopToken.new()
    pool = local_pool(1)
    turn = ADMISSION.turn(1, pool.processes)
    cluster = Cluster("tcp://127.0.0.1:1")
    backend = CrewBackend(pool, turn, token, _Roster(hosts), cluster)  # type: ignore[arg-type]
    supply.put(Load(b"", "simulated"), jobs)
    supply.close()
    began = time.perf_counter()
    Controller(
        backend, _errand, turn, token, float("inf"), lambda outcome: books.enter([outcome]), _note
    ).drive(supply)
    seconds = time.perf_counter() - began
    backend.end()
    turn.end()
    token.remove()
    assert books.counts["done"] == number
    ideal = number * _SECONDS / slots
    memory = (psutil.Process().memory_info().rss - before) / number
    print(
        f"{number:9d} {slots:6d} {planned:6.1f} s {1e6 * seconds / number:7.0f} us "
        f"{100 * ideal / seconds:5.0f} % {memory:10.0f} B"
    )
    sys.stdout.flush()


def _nothing(x: float = 0.0) -> float:
    return x


def _note(_: int) -> None:
    pass


class _Elsewhere:
    """A call as simulated hosts make it."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        self._tasks = tasks
        self.labels = tuple(task.job.position for task in tasks)

    def fits(self, _: Any) -> bool:
        return True

    def refusal(self, _: Any) -> str:
        return ""

    def parcel(self, sweep: str, _host: Any, _skipped: Iterable[Any]) -> Parcel:
        calls = tuple((task.job.position, (task.job,)) for task in self._tasks)
        return Parcel(sweep, _nothing, calls)

    def read(self, _host: Any, results: Iterable[Any]) -> list[Any]:
        return list(results)


def _errand(_token: StopToken, tasks: Sequence[Task], _limit: float) -> Errand:
    return Errand(_nothing, (), _Elsewhere(tasks))


class _Network(threading.Thread):
    """Hands on what hosts send, when it is due."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self.start()

    def later(self, seconds: float, call: Callable[[], None]) -> None:
        with self._changed:
            due = (time.monotonic() + seconds, next(self._numbers), call)
            heapq.heappush(self._due, due)
            self._changed.notify()

    def run(self) -> None:
        while True:
            with self._changed:
                while not self._due or self._due[0][0] > time.monotonic():
                    wait = self._due[0][0] - time.monotonic() if self._due else None
                    self._changed.wait(wait)
                call = heapq.heappop(self._due)[2]
            call()


class _Host:
    """A host that only answers."""

    state, reason, facts, offset = "ready", "", None, 0.0

    def __init__(self, network: _Network, name: str, slots: int) -> None:
        self._network = network
        self.name, self.slots = name, slots

    def submit(self, parcel: Parcel, done: Callable[..., None]) -> None:
        results = tuple(
            (label, _outcome(arguments[0], self.name)) for label, arguments in parcel.calls
        )
        seconds = _SECONDS * len(results)
        self._network.later(seconds, lambda: done(Reply(results), Traffic(1000, 1000)))

    def places(self, _: str) -> dict[Any, Any]:
        return {}

    def short_of(self, _: str) -> None: ...

    def skip(self, *_: Any) -> None: ...

    def stop(self, _: str) -> None: ...


class _Roster:
    words = "simulated hosts"

    def __init__(self, hosts: list[_Host]) -> None:
        self.hosts = hosts
        self.links: list[Any] = []

    def ready(self, _: str) -> list[_Host]:
        return self.hosts

    def listen(self, _: Callable[[], None]) -> None: ...

    def ignore(self, _: Callable[[], None]) -> None: ...


def _outcome(job: Job, host: str) -> Outcome:
    value = Value(np.array(job.parameters["x"]), Unit("", 1.0, (0.0,) * 7), "nothing")
    origin = Origin("simulated", host, 1, time.time(), _SECONDS, _VERSIONS)
    return Outcome(job, "done", {"nothing": value}, None, origin)
