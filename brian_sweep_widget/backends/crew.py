"""A joblib backend that runs the jobs of one sweep here and on hosts, wherever there is room.

Jobs wait in one queue. The local pool takes from it when it is its turn, and
each host when it has room; so all are busy, whatever their number and speed,
and a host that comes is used at once. What was lost with a host goes back to
the head of the queue. When nothing waits any more, those with nothing to do
compute once more what the others seem to be late with, and the first result
counts: one seed, one result, whoever computes it.
"""

from __future__ import annotations

import functools
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from brian_sweep_widget.backends.admission import Turn
from brian_sweep_widget.backends.errand import Elsewhere, joined, part_of
from brian_sweep_widget.backends.guard import Ended
from brian_sweep_widget.backends.hosts.cluster import Cluster
from brian_sweep_widget.backends.hosts.host import Host, HostLostError
from brian_sweep_widget.backends.hosts.parcel import Reply
from brian_sweep_widget.backends.hosts.roster import Roster
from brian_sweep_widget.backends.hosts.tally import Tally, Traffic
from brian_sweep_widget.backends.local import Died, LocalBackend
from brian_sweep_widget.backends.pool import LocalPool
from brian_sweep_widget.backends.token import Label, Place, StopToken

_TICK = 0.2  # s
# A short job is over before the next one has come through the network, so a host has
# some that wait.
_AHEAD = 3  # for each slot
_SPARE = 256  # jobs that may wait here, for hosts that join
_FAREWELL = 1.0  # s that hosts have to hand in, after Stop, what they had finished
# Late is what takes so many times as long as half of the jobs did, and not less than this.
_LATE = 3.0
_LEAST_LATE = 1.0  # s
_LATEST = 64  # jobs
_MOST_LOSSES = 3  # times that a job's result was lost, until no host is trusted with it
#: Without any host for so long, others than those that were asked for compute.
ALONE = 8.0  # s


_HERE = None


@dataclass(eq=False, slots=True)
class _Job:
    """A batch of joblib's, and where it is being computed."""

    future: Future[Any]
    function: Callable[..., Any]
    elsewhere: Elsewhere | None
    attempts: dict[Host | None, float] = field(default_factory=dict)
    losses: int = 0

    @property
    def labels(self) -> tuple[Label, ...]:
        return () if self.elsewhere is None else self.elsewhere.labels


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
        self._token = token
        self._roster = roster
        self._cluster = cluster
        self._name = uuid4().hex
        self._here = bool(cluster.local)
        self._alone_since: float | None = time.monotonic()
        self._queue: deque[_Job] = deque()
        self._jobs: set[_Job] = set()
        self._load: Counter[Host] = Counter()
        self._seconds: deque[float] = deque(maxlen=_LATEST)
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
        """Say how many jobs run at once, as far as is known now."""
        return super().effective_n_jobs(n_jobs) + self._host_slots

    @property
    def pre_dispatch(self) -> int:
        """How many jobs joblib hands out before any is done."""
        slots = self._host_slots
        assert self._turn is not None  # noqa: S101 - see `submit`
        return 2 * self._turn.workers + max(_SPARE, (1 + _AHEAD) * slots)

    @property
    def slots(self) -> int:
        """How many jobs run at once, as far as is known now."""
        return (super().slots if self._here else 0) + self._host_slots

    @property
    def running(self) -> int:
        """Jobs under way, here and on hosts."""
        with self._lock:
            busy = sum(min(load, host.slots) for host, load in self._load.items())
        return super().running + busy

    @property
    def tallies(self) -> dict[str, Tally]:
        """What each host did so far, by name."""
        with self._lock:
            return dict(self._tallies)

    @property
    def waits(self) -> str:
        """Why nothing is computed; empty if something is, or could be."""
        if self._here or self._alone_since is None:
            return ""
        reasons = [
            f"{one.name}: {one.reason}"
            for one in self._roster.standings(self._cluster.differing)
            if one.reason
        ]
        told = "; ".join(reasons) or "none was found"
        return f"Waiting for {self._roster.words} ({told})."

    def places(self) -> dict[Label, tuple[str, Place]]:
        """Give the calls that hosts' workers began last, with the host."""
        found: dict[Label, tuple[str, Place]] = {}
        with self._lock:
            jobs = [(job, host) for job in self._jobs for host in job.attempts if host is not None]
        for job, host in jobs:
            places = host.places(self._name)
            found.update(
                (label, (host.name, places[label])) for label in job.labels if label in places
            )
        return found

    def submit(
        self, func: Callable[..., Any], callback: Callable[[Future[Any]], None] | None = None
    ) -> Future[Any]:
        """Put a job into the queue."""
        assert self._turn is not None  # noqa: S101 - joblib asks for effective_n_jobs first
        future: Future[Any] = Future()
        if callback is not None:
            future.add_done_callback(callback)
        ((errand, _, _),) = func.items  # type: ignore[attr-defined]  # joblib's BatchedCalls
        job = _Job(future, func, getattr(errand, "elsewhere", None))
        with self._lock:
            cancelled = self._cancelled
            if not cancelled:
                self._queue.append(job)
                self._jobs.add(job)
            here = self._here
        if cancelled:
            future.cancel()
            return future
        if here:
            self._turn.enter(self._start_here)
        self._look()
        return future

    def skip(self, label: Label) -> None:
        """End a call that a host may be making."""
        with self._lock:
            hosts = {
                host for job in self._jobs if label in job.labels for host in job.attempts if host
            }
        for host in hosts:
            host.skip(self._name, [label])

    def forget(self, labels: Iterable[Label]) -> None:
        """Make calls after all that were skipped before."""
        labels = tuple(labels)
        for host in self._ready:
            host.forget(self._name, labels)

    def cancel_pending(self) -> None:
        """Cancel what has not started, for good, and stop what runs on hosts."""
        with self._lock:
            self._stopped_at = self._stopped_at or time.monotonic()
            queue, self._queue = self._queue, deque()
            self._jobs.difference_update(queue)
        super().cancel_pending()
        for host in self._ready:
            host.stop(self._name)
        for job in queue:
            job.future.cancel()

    def end(self) -> None:
        """Let go of the hosts: the sweep is over."""
        self._over.set()
        self._roster.ignore(self._look)
        for host in self._ready:
            host.stop(self._name)

    # Here.

    def _start_here(self) -> None:
        """Hand the next job to the pool, which has room: it may be gone by now."""
        assert self._turn is not None  # noqa: S101 - see `submit`
        with self._lock:
            job = self._queue.popleft() if self._queue else None
            if job is not None:
                job.attempts[_HERE] = time.monotonic()
        if job is None:
            self._turn.leave()
        else:
            self._hand_to_pool(self._turn, job)

    def _hand_to_pool(self, turn: Turn, job: _Job) -> None:
        assert self._pool is not None  # noqa: S101 - see `submit`
        try:
            answer = self._pool.submit(job.function)
        except BaseException as error:  # noqa: BLE001 - told by the future, as all that fails
            self._came_here(turn, job, error=error)
            return
        with self._lock:
            self._pending[job.future] = answer
            cancelled = self._cancelled
        answer.add_done_callback(functools.partial(self._came_here, turn, job))
        if cancelled:
            answer.cancel()

    def _came_here(
        self,
        turn: Turn,
        job: _Job,
        answer: Future[Any] | None = None,
        error: BaseException | None = None,
    ) -> None:
        with self._lock:
            self._pending.pop(job.future, None)
            began = job.attempts.pop(_HERE, None)
            late = job not in self._jobs
            others = bool(job.attempts)
            if not late and not others:
                self._jobs.discard(job)
        turn.leave()
        if late:  # a host was first, and this was told to end
            self._token.forget(job.labels)
            return
        if answer is not None and answer.cancelled():
            if not others:
                job.future.cancel()
            return
        if answer is not None:
            error = answer.exception()
        if error is None and answer is not None:
            self._take_result(job, answer.result(), began)
        elif not others and error is not None:
            self._settle(job)
            with suppress(Exception):
                job.future.set_exception(error)

    # On hosts.

    def _look(self) -> None:
        """Give what waits to hosts that have room."""
        assert self._turn is not None  # noqa: S101 - see `submit`
        if self._turn.held or self._over.is_set():
            return
        ready = self._ready
        self._note_alone(ready)
        chosen: dict[Host, list[_Job]] = {}
        with self._lock:
            if self._cancelled:
                return
            # The idlest first, one after another: nobody gets all of what is left.
            room = [host for host in ready if self._has_room(host)]
            while self._queue and room:
                host = min(room, key=lambda one: self._load[one] / one.slots)
                job = next((one for one in self._queue if self._may(one, host)), None)
                if job is None:
                    room.remove(host)
                    continue
                self._queue.remove(job)
                self._begin(job, host)
                chosen.setdefault(host, []).append(job)
                if not self._has_room(host):
                    room.remove(host)
        for host, jobs in chosen.items():
            for _ in jobs:
                self._turn.give_up(self._start_here)
            # As few journeys as keep all its slots busy.
            together = max(1, min(self._turn.together, self._load[host] // host.slots))
            for start in range(0, len(jobs), together):
                self._send(jobs[start : start + together], host)

    def _may(self, job: _Job, host: Host) -> bool:
        return (
            job.elsewhere is not None
            and job.losses < _MOST_LOSSES
            and host not in job.attempts
            and job.elsewhere.fits(host)
        )

    def _has_room(self, host: Host) -> bool:
        assert self._turn is not None  # noqa: S101 - see `submit`
        each = max(1 + _AHEAD, 2 * self._turn.together) if self._turn.are_short else 1
        return self._load[host] < host.slots * each

    def _begin(self, job: _Job, host: Host) -> None:
        self._load[host] += 1
        job.attempts[host] = time.monotonic()

    def _send(self, jobs: Sequence[_Job], host: Host) -> None:
        skipped = [label for job in jobs for label in job.labels if self._token.skips(label)]
        parcels = []
        for job in jobs:
            assert job.elsewhere is not None  # noqa: S101 - that is how it was chosen
            if not set(job.labels) <= set(skipped):
                parcels.append(job.elsewhere.parcel(self._name, host, skipped))
        came = functools.partial(self._came_back, jobs, host, skipped)
        if parcels:
            host.submit(joined(parcels), came)
        else:
            came(Reply(), Traffic())

    def _came_back(
        self,
        jobs: Sequence[_Job],
        host: Host,
        skipped: Sequence[Label],
        answer: Reply | HostLostError,
        moved: Traffic,
    ) -> None:
        with self._lock:
            self._note(host, Tally(moved))
        for job in jobs:
            ended = [label for label in job.labels if label in skipped]
            try:
                self._take_back(job, host, ended, part_of(answer, job.labels))
            except Exception as error:  # noqa: BLE001 - never a sweep that waits for it
                # A result that cannot be read, or a mistake of ours.
                self._settle(job)
                with suppress(Exception):
                    job.future.set_exception(error)
        # Only now, all at once: what comes next travels together, too.
        with self._lock:
            self._load[host] -= len(jobs)
        self._look()

    def _take_back(
        self,
        job: _Job,
        host: Host,
        skipped: list[Label],
        answer: Reply | HostLostError,
    ) -> None:
        now = time.monotonic()
        with self._lock:
            began = job.attempts.pop(host, now)
            late = job not in self._jobs
            lost = isinstance(answer, HostLostError) or (
                not answer.results and not answer.died and not skipped
            )
            others = bool(job.attempts)
            if lost and not late:
                job.losses += 1
                self._note(host, Tally(losses=1, time_lost=now - began))
                if not others and not self._cancelled:
                    self._queue.appendleft(job)
        if late:
            pass
        elif not lost and isinstance(answer, Reply):
            assert job.elsewhere is not None  # noqa: S101 - that is how it was chosen
            ended: list[Any] = [(label, Ended("skipped")) for label in skipped]
            results: list[Any] = [[*ended, *job.elsewhere.read(host, answer.results)]]
            if answer.died:
                results.append(Died(f"{host.name}: {answer.died}", answer.suspects))
            self._take_result(job, results, began)
        elif self._cancelled and not others:
            self._settle(job)
            job.future.cancel()
        elif not others:
            self._again(job)

    def _again(self, job: _Job) -> None:
        """Have a lost job computed by whoever can."""
        assert self._turn is not None  # noqa: S101 - see `submit`
        if job.losses >= _MOST_LOSSES and not self._here:
            with self._lock:
                self._here = True
        if self._here:
            self._turn.enter(self._start_here)

    def _take_result(self, job: _Job, results: list[Any], began: float | None) -> None:
        """Take the first result of a job, and have others stop computing it."""
        with self._lock:
            others = list(job.attempts)
            self._jobs.discard(job)
            if began is not None:
                self._seconds.append(time.monotonic() - began)
        with suppress(Exception):  # somebody else's was there a moment before
            job.future.set_result(results)
        for other in others:
            if other is not None:
                other.skip(self._name, job.labels)
            else:
                for label in job.labels:
                    self._token.skip(label)

    def _settle(self, job: _Job) -> None:
        with self._lock:
            self._jobs.discard(job)

    def _note(self, host: Host, tally: Tally) -> None:
        self._tallies[host.name] = self._tallies.get(host.name, Tally()) + tally

    # From time to time.

    def _tick(self) -> None:
        while not self._over.wait(_TICK):
            if self._stopped_at is not None:
                if time.monotonic() - self._stopped_at > _FAREWELL:
                    self._give_up_hosts()
                continue
            self._look()
            self._look_for_late()

    def _note_alone(self, ready: list[Host]) -> None:
        """Notice that there is no host, and for how long; then go on here, if that is wanted."""
        assert self._turn is not None  # noqa: S101 - see `submit`
        if ready:
            self._alone_since = None
            return
        now = time.monotonic()
        with self._lock:
            if self._alone_since is None:
                self._alone_since = now
            alone = now - self._alone_since > ALONE
            take_over = alone and not self._here and self._cluster.when_gone == "local"
            if not take_over:
                return
            self._here = True
            waiting = len(self._queue)
        for _ in range(waiting):
            self._turn.enter(self._start_here)

    def _give_up_hosts(self) -> None:
        """Wait for hosts no longer: they were told to stop, and have not answered."""
        with self._lock:
            jobs = [job for job in self._jobs if job.attempts and _HERE not in job.attempts]
            self._jobs.difference_update(jobs)
        for job in jobs:
            job.future.cancel()

    def _look_for_late(self) -> None:
        """Have jobs computed twice that are late, by those who have nothing else to do."""
        assert self._turn is not None  # noqa: S101 - see `submit`
        now = time.monotonic()
        chosen: list[tuple[_Job, Host | None]] = []
        with self._lock:
            if self._queue or self._cancelled or not self._seconds:
                return
            usual = sorted(self._seconds)[len(self._seconds) // 2]
            late = max(_LEAST_LATE, _LATE * usual)
            free: list[Host | None] = [
                host for host in self._ready for _ in range(host.slots - self._load[host])
            ]
            if self._here:
                free += [_HERE] * max(0, self._turn.workers - self._turn.running)
            jobs = [
                job
                for job in self._jobs
                if len(job.attempts) == 1 and now - next(iter(job.attempts.values())) > late
            ]
            jobs.sort(key=lambda job: next(iter(job.attempts.values())))
            for job in jobs:
                (slow,) = job.attempts
                place = next((one for one in free if one is not slow and self._can(job, one)), slow)
                if place is slow:
                    continue
                free.remove(place)
                if slow is not None:
                    self._note(slow, Tally(again=1))
                if place is not None:
                    self._begin(job, place)
                chosen.append((job, place))
        for job, place in chosen:
            if place is not None:
                self._send([job], place)
            else:
                self._turn.enter(functools.partial(self._start_also_here, self._turn, job))

    def _can(self, job: _Job, place: Host | None) -> bool:
        return place is None or self._may(job, place)

    def _start_also_here(self, turn: Turn, job: _Job) -> None:
        with self._lock:
            wanted = job in self._jobs and _HERE not in job.attempts and not self._cancelled
            if wanted:
                job.attempts[_HERE] = time.monotonic()
        if wanted:
            self._hand_to_pool(turn, job)
        else:
            turn.leave()
