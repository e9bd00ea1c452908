"""A joblib backend that runs the jobs of one sweep here and on hosts, wherever there is room.

Calls wait in one queue. The local pool takes from it when it is its turn, and
each host when it has room; so all are busy, whatever their number and speed,
and a host that comes is used at once. What was lost with a host goes back to
the head of the queue. When nothing waits any more, those with nothing to do
make calls once more that others seem to be late with, and the first result
counts: one seed, one result, whoever computes it.
"""

from __future__ import annotations

import functools
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from typing import Any
from uuid import uuid4

from brian_sweep_widget.backends.admission import Turn
from brian_sweep_widget.backends.assignments import (
    HERE,
    MOST_LOSSES,
    Assignment,
    Assignments,
    Maker,
)
from brian_sweep_widget.backends.errand import joined, part_of
from brian_sweep_widget.backends.guard import Ended
from brian_sweep_widget.backends.hosts.cluster import Cluster
from brian_sweep_widget.backends.hosts.host import Host, HostLostError
from brian_sweep_widget.backends.hosts.parcel import Reply
from brian_sweep_widget.backends.hosts.roster import Roster
from brian_sweep_widget.backends.hosts.tally import Tally, Traffic
from brian_sweep_widget.backends.local import Died, LocalBackend
from brian_sweep_widget.backends.pool import LocalPool
from brian_sweep_widget.backends.token import Label, Place, StopToken
from brian_sweep_widget.backends.waiting import Waiting

_TICK = 0.2  # s
# A short call is over before the next one has come through the network, so a host has
# some that wait.
_AHEAD = 3  # for each slot
_SPARE = 256  # calls that may wait here, for hosts that join
_FAREWELL = 1.0  # s that hosts have to hand in, after Stop, what they had finished


class CrewBackend(LocalBackend):
    """Runs the jobs of one sweep on the local pool and on the hosts of a roster.

    Parameters
    ----------
    pool, turn
        Of this computer; see `LocalBackend`.
    token
        The sweep's.
    roster
        The hosts.
    cluster
        How they are to be used.
    """

    def __init__(
        self, pool: LocalPool, turn: Turn, token: StopToken, roster: Roster, cluster: Cluster
    ) -> None:
        super().__init__(pool, turn)
        self._local_pool, self._local_turn = pool, turn
        self._token = token
        self._roster = roster
        self._cluster = cluster
        self._name = uuid4().hex
        self._here = bool(cluster.local)
        self._calls = Assignments()
        self._waiting = Waiting(roster, cluster, self._name)
        self._tallies: dict[str, Tally] = {}
        self._stopped_at: float | None = None
        self._over = threading.Event()
        self._roster.listen(self._look)
        threading.Thread(target=self._tick, name="brian-sweep-crew", daemon=True).start()

    @property
    def _ready(self) -> list[Host]:
        return self._roster.ready(self._cluster.differing)

    @property
    def _host_slots(self) -> int:
        return sum(host.slots for host in self._ready)

    def effective_n_jobs(self, n_jobs: int | None) -> int:
        """Say how many calls are made at once, as far as is known now."""
        return super().effective_n_jobs(n_jobs) + self._host_slots

    @property
    def pre_dispatch(self) -> int:
        """How many calls joblib hands out before any is done."""
        return 2 * self._local_turn.workers + max(_SPARE, (1 + _AHEAD) * self._host_slots)

    @property
    def slots(self) -> int:
        """How many calls are made at once, as far as is known now."""
        return (super().slots if self._here else 0) + self._host_slots

    @property
    def slots_by_host(self) -> Mapping[str, int]:
        """How many calls are made at once, by the name of the host; without those that make none.

        A host that is ready may still be building the program.
        """
        known = self.tallies.keys()
        hosts = [host for host in self._ready if host.name in known or self._calls.load(host)]
        here = {socket.gethostname(): self._local_turn.workers} if self._here else {}
        return {**here, **{host.name: host.slots for host in hosts}}

    @property
    def running(self) -> int:
        """Calls under way, here and on hosts."""
        return super().running + self._calls.busy

    @property
    def tallies(self) -> dict[str, Tally]:
        """What each host did so far, by name."""
        with self._lock:
            return dict(self._tallies)

    @property
    def waits(self) -> str:
        """Why nothing is computed; empty if something is, or could be."""
        return "" if self._here else self._waiting.words(self._ready)

    def places(self) -> dict[Label, tuple[str, Place]]:
        """Give the calls that hosts' workers began last, with the host."""
        found: dict[Label, tuple[str, Place]] = {}
        for call, host in self._calls.makers():
            places = host.places(self._name)
            found.update(
                (label, (host.name, places[label])) for label in call.labels if label in places
            )
        return found

    def submit(
        self, func: Callable[..., Any], callback: Callable[[Future[Any]], None] | None = None
    ) -> Future[Any]:
        """Put a call into the queue."""
        future: Future[Any] = Future()
        if callback is not None:
            future.add_done_callback(callback)
        ((errand, _, _),) = func.items  # type: ignore[attr-defined]  # joblib's BatchedCalls
        if not self._calls.put(Assignment(future, func, getattr(errand, "elsewhere", None))):
            future.cancel()
            return future
        if self._here:
            self._local_turn.enter(self._start_here)
        self._look()
        return future

    def skip(self, label: Label) -> None:
        """End a call that a host may be making."""
        for host in {host for call, host in self._calls.makers() if label in call.labels}:
            host.skip(self._name, [label])

    def forget(self, labels: Iterable[Label]) -> None:
        """Make calls after all that were skipped before."""
        labels = tuple(labels)
        for host in self._roster.hosts:
            host.forget(self._name, labels)

    def cancel_pending(self) -> None:
        """Cancel what has not started, for good, and stop what runs on hosts."""
        self._stopped_at = self._stopped_at or time.monotonic()
        waiting = self._calls.close()
        super().cancel_pending()
        for host in self._roster.hosts:
            host.stop(self._name)
        for call in waiting:
            call.future.cancel()

    def end(self) -> None:
        """Let go of the hosts: the sweep is over."""
        self._over.set()
        self._roster.ignore(self._look)
        for host in self._roster.hosts:
            host.stop(self._name)

    # Here.

    def _start_here(self) -> None:
        """Hand the next call to the pool, which has room: it may be gone by now."""
        call = self._calls.take_here()
        if call is None:
            self._local_turn.leave()
        else:
            self._hand_to_pool(call)

    def _start_also_here(self, call: Assignment) -> None:
        if self._calls.take_also_here(call):
            self._hand_to_pool(call)
        else:
            self._local_turn.leave()

    def _hand_to_pool(self, call: Assignment) -> None:
        try:
            answer = self._local_pool.submit(call.function)
        except BaseException as error:  # noqa: BLE001 - told by the future, as all that fails
            self._came_here(call, error=error)
            return
        with self._lock:
            self._pending[call.future] = answer
            cancelled = self._cancelled
        answer.add_done_callback(functools.partial(self._came_here, call))
        if cancelled:
            answer.cancel()

    def _came_here(
        self,
        call: Assignment,
        answer: Future[Any] | None = None,
        error: BaseException | None = None,
    ) -> None:
        with self._lock:
            self._pending.pop(call.future, None)
        wanted, seconds = self._calls.end(call, HERE)
        self._local_turn.leave()
        if not wanted:  # a host was first, and this was told to end
            self._token.forget(call.labels)
            return
        cancelled = answer is not None and answer.cancelled()
        if answer is not None and not cancelled:
            error = answer.exception()
            if error is None:
                self._take_result(call, answer.result(), HERE, seconds)
                return
        if call.makers:  # a host is making it, too
            return
        self._calls.finish(call)
        with suppress(Exception):  # it was cancelled meanwhile
            if cancelled or error is None:
                call.future.cancel()
            else:
                call.future.set_exception(error)

    # On hosts.

    def _look(self) -> None:
        """Give what waits to hosts that have room."""
        if self._local_turn.held or self._over.is_set():
            return
        ready = self._ready
        self._note_ready(ready)
        for host, calls in self._calls.take_for_hosts(ready, self._most).items():
            for _ in calls:
                self._local_turn.give_up(self._start_here)
            # As few journeys as keep all its slots busy.
            together = min(self._local_turn.together, self._calls.load(host) // host.slots)
            for start in range(0, len(calls), max(1, together)):
                self._send(calls[start : start + max(1, together)], host)

    def _most(self, host: Host) -> int:
        """Say how many calls a host may have."""
        turn = self._local_turn
        return host.slots * (max(1 + _AHEAD, 2 * turn.together) if turn.are_short else 1)

    def _send(self, calls: Sequence[Assignment], host: Host) -> None:
        skipped = {label for call in calls for label in call.labels if self._token.skips(label)}
        parcels = [
            call.elsewhere.parcel(self._name, host, skipped)
            for call in calls
            if call.elsewhere is not None and not skipped.issuperset(call.labels)
        ]
        came = functools.partial(self._came_back, calls, host, skipped)
        if parcels:
            host.submit(joined(parcels), came)
        else:
            came(Reply(), Traffic())

    def _came_back(
        self,
        calls: Sequence[Assignment],
        host: Host,
        skipped: set[Label],
        answer: Reply | HostLostError,
        moved: Traffic,
    ) -> None:
        self._note(host, Tally(moved))
        for call in calls:
            try:
                self._take_back(call, host, skipped, part_of(answer, call.labels))
            except Exception as error:  # noqa: BLE001 - never a sweep that waits for it
                # A result that cannot be read, or a mistake of ours.
                self._calls.finish(call)
                with suppress(Exception):
                    call.future.set_exception(error)
        # Only now, all at once: what comes next travels together, too.
        self._calls.relieve(host, len(calls))
        self._look()

    def _take_back(
        self, call: Assignment, host: Host, skipped: set[Label], answer: Reply | HostLostError
    ) -> None:
        wanted, seconds = self._calls.end(call, host)
        if not wanted:
            return
        results: list[Any] = [
            (label, Ended("skipped")) for label in call.labels if label in skipped
        ]
        died = []
        if isinstance(answer, Reply) and call.elsewhere is not None:
            results += call.elsewhere.read(host, answer.results)
            if answer.suspects:
                died = [Died(f"{host.name}: {answer.died}", answer.suspects)]
        if results or died:
            self._take_result(call, [results, *died], host, seconds)
            return
        if self._stopped_at is None:
            self._note(host, Tally(losses=1, time_lost=seconds))
        if not self._calls.lose(call):
            return
        trusted = call.losses < MOST_LOSSES
        if not (trusted or self._here) and self._cluster.when_gone == "wait":
            # It has nowhere to go, and may be the reason: the controller runs it alone.
            self._calls.finish(call)
            told = str(answer) if isinstance(answer, HostLostError) else answer.died
            told = told or f"{host.name} sent no result of it"
            call.future.set_result([Died(told)])
        elif not self._calls.put_back(call):
            self._calls.finish(call)
            call.future.cancel()
        elif self._here or not trusted:
            self._local_turn.enter(self._start_here)

    def _take_result(
        self, call: Assignment, results: list[Any], maker: Maker, seconds: float
    ) -> None:
        """Take the first result of a call, and have others stop making it."""
        self._calls.note(maker, seconds)
        others = self._calls.finish(call)
        with suppress(Exception):  # somebody else's was there a moment before
            call.future.set_result(results)
        for other in others:
            if other is not None:
                other.skip(self._name, call.labels)
            else:
                for label in call.labels:
                    self._token.skip(label)

    def _note(self, host: Host, tally: Tally) -> None:
        with self._lock:
            self._tallies[host.name] = self._tallies.get(host.name, Tally()) + tally

    # From time to time.

    def _tick(self) -> None:
        while not self._over.wait(_TICK):
            if self._stopped_at is None:
                self._waiting.note_refused(None if self._here else self._calls.refused(self._ready))
                self._look()
                self._look_for_late()
            elif time.monotonic() - self._stopped_at > _FAREWELL:
                # They were told to stop, and have not answered.
                for call in self._calls.abandon():
                    call.future.cancel()

    def _note_ready(self, ready: list[Host]) -> None:
        """Go on here if that is wanted, as no host computes."""
        if not self._waiting.note_ready(ready, self._calls.waiting):
            return
        with self._lock:
            if self._here:
                return
            self._here = True
        for _ in range(self._calls.waiting):
            self._local_turn.enter(self._start_here)

    def _look_for_late(self) -> None:
        """Have calls made once more that are late, by those who have nothing else to do."""
        turn = self._local_turn
        idle = self._here and not turn.waiting
        free_here = max(0, turn.workers - turn.running) if idle else 0
        for call, maker, late in self._calls.take_late(self._ready, free_here):
            if late is not None:
                self._note(late, Tally(again=1))
            if maker is None:
                turn.enter(functools.partial(self._start_also_here, call))
            else:
                self._send([call], maker)
