"""Calls that wait, and calls under way: who makes which, since when, and who is late with one."""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from statistics import median
from typing import Any, NamedTuple

from brian_sweep_widget.backends.errand import Elsewhere
from brian_sweep_widget.backends.hosts.host import Host
from brian_sweep_widget.backends.token import Label

# Late is what takes so many times as long as half of the calls did of who is free to make it,
# and not less than this.
_LATE = 3.0
_LEAST_LATE = 1.0  # s
_LATEST = 64  # calls of one maker
#: Times that a call's result may be lost, until no host is trusted with it.
MOST_LOSSES = 3

#: Who makes a call: a host, or None for this computer.
Maker = Host | None
HERE = None


@dataclass(eq=False, slots=True)
class Assignment:
    """A call, and who is making it.

    Parameters
    ----------
    future
        Waits for its result.
    function
        Makes it here.
    elsewhere
        How a host makes it; None if it cannot.
    """

    future: Future[Any]
    function: Callable[..., Any]
    elsewhere: Elsewhere | None
    makers: dict[Maker, float] = field(default_factory=dict)
    losses: int = 0

    @property
    def labels(self) -> tuple[Label, ...]:
        """Those of its jobs."""
        return () if self.elsewhere is None else self.elsewhere.labels

    def may_go_to(self, host: Host) -> bool:
        """Whether a host can make it that does not yet."""
        return (
            self.elsewhere is not None
            and self.losses < MOST_LOSSES
            and host not in self.makers
            and self.elsewhere.fits(host)
        )

    def refusal(self, host: Host) -> str:
        """Say why a host cannot make it, whatever comes; empty if it can, or may soon."""
        return "" if self.elsewhere is None else self.elsewhere.refusal(host)


class Copy(NamedTuple):
    """A late call that somebody else is to make, too.

    Attributes
    ----------
    call
        The call.
    maker
        Who is to make it.
    late
        Who began it last, and is late with it.
    """

    call: Assignment
    maker: Maker
    late: Maker


class Assignments:
    """All calls of a sweep that have no result yet. Safe for several threads.

    The first result of a call counts. Whoever brings it takes the call out
    (`finish`), and is told who else is making it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[Assignment] = deque()
        self._open: set[Assignment] = set()
        self._load: Counter[Host] = Counter()
        self._seconds: defaultdict[Maker, deque[float]] = defaultdict(
            partial(deque, maxlen=_LATEST)
        )
        self._closed = False

    @property
    def waiting(self) -> int:
        """How many nobody makes yet."""
        return len(self._waiting)

    @property
    def busy(self) -> int:
        """How many slots of hosts are in use."""
        with self._lock:
            return sum(min(load, host.slots) for host, load in self._load.items())

    def load(self, host: Host) -> int:
        """Say how many calls a host has."""
        return self._load[host]

    def makers(self) -> list[tuple[Assignment, Host]]:
        """Give all calls that hosts are making, with the host."""
        with self._lock:
            return [(one, host) for one in self._open for host in one.makers if host is not None]

    def put(self, one: Assignment) -> bool:
        """Add a call; False if no more are taken."""
        with self._lock:
            if not self._closed:
                self._waiting.append(one)
                self._open.add(one)
            return not self._closed

    def close(self) -> list[Assignment]:
        """Take no more, and give those that nobody makes."""
        with self._lock:
            self._closed = True
            waiting, self._waiting = list(self._waiting), deque()
            self._open.difference_update(waiting)
        return waiting

    def take_here(self) -> Assignment | None:
        """Assign the next call to this computer; None if none waits."""
        with self._lock:
            one = self._waiting.popleft() if self._waiting else None
            if one is not None:
                one.makers[HERE] = time.monotonic()
            return one

    def take_also_here(self, one: Assignment) -> bool:
        """Assign a late call to this computer, too; False if that is not wanted any more.

        A call that nobody makes any more waits, and has its turn like all that wait.
        """
        with self._lock:
            late = bool(one.makers) and HERE not in one.makers
            wanted = one in self._open and late and not self._closed
            if wanted:
                one.makers[HERE] = time.monotonic()
            return wanted

    def refused(self, hosts: Sequence[Host]) -> Assignment | None:
        """Give the first call that waits although each of some hosts refuses it; None if none."""
        with self._lock:
            waiting = list(self._waiting) if hosts else []
        return next((one for one in waiting if all(map(one.refusal, hosts))), None)

    def take_for_hosts(
        self, hosts: Iterable[Host], most: Callable[[Host], int]
    ) -> dict[Host, list[Assignment]]:
        """Assign what waits to hosts, the idlest first: nobody gets all of what is left.

        Parameters
        ----------
        hosts
            Those that are ready.
        most
            How many calls a host may have.
        """
        chosen: dict[Host, list[Assignment]] = {}
        with self._lock:
            room = [host for host in hosts if self._load[host] < most(host)]
            while self._waiting and room:
                host = min(room, key=lambda one: self._load[one] / one.slots)
                found = next((one for one in self._waiting if one.may_go_to(host)), None)
                if found is None:
                    room.remove(host)
                    continue
                self._waiting.remove(found)
                self._assign(found, host)
                chosen.setdefault(host, []).append(found)
                if self._load[host] >= most(host):
                    room.remove(host)
        return chosen

    def take_late(self, hosts: Sequence[Host], free_here: int) -> list[Copy]:
        """Find calls that are late, and who else can make them: this computer first, if it can.

        Hosts are assigned; for this computer, see `take_also_here`. A copy that
        is late as well is no reason not to make another, but nobody makes a
        call twice at a time.

        Parameters
        ----------
        hosts
            Those that are ready. They have got what waits before, if they can make it.
        free_here
            How many calls more this computer can make at once.
        """
        now = time.monotonic()
        chosen: list[Copy] = []
        with self._lock:
            if self._closed or not self._seconds:
                return []
            free: list[Maker] = [HERE] * free_here
            free += [host for host in hosts for _ in range(host.slots - self._load[host])]
            if not free:
                return []
            limits = {maker: self._late_for(maker) for maker in set(free)}
            begun = [one for one in self._open if one.makers]
            for one in sorted(begun, key=lambda one: min(one.makers.values())):
                late = max(one.makers, key=lambda maker: one.makers[maker])
                seconds = now - one.makers[late]
                for maker in free:
                    if maker in one.makers or seconds <= limits[maker]:
                        continue
                    if maker is not None and not one.may_go_to(maker):
                        continue
                    free.remove(maker)
                    if maker is not None:
                        self._assign(one, maker)
                    chosen.append(Copy(one, maker, late))
                    break
        return chosen

    def _late_for(self, maker: Maker) -> float:
        """Say after how many seconds a call of somebody else's is late, for who is free."""
        every = [seconds for latest in self._seconds.values() for seconds in latest]
        return max(_LEAST_LATE, _LATE * median(self._seconds.get(maker) or every))

    def end(self, one: Assignment, maker: Maker) -> tuple[bool, float]:
        """Take note that somebody makes a call no more.

        Returns
        -------
        wanted, seconds
            Whether its result is still wanted, and how long it took.
        """
        with self._lock:
            began = one.makers.pop(maker, None)
            return one in self._open, 0.0 if began is None else time.monotonic() - began

    def lose(self, one: Assignment) -> bool:
        """Take note that a call was lost with its maker; say whether nobody else is making it."""
        with self._lock:
            one.losses += 1
            return not one.makers and one in self._open

    def put_back(self, one: Assignment) -> bool:
        """Let a call wait again, as the next; False if no more are taken."""
        with self._lock:
            if not self._closed:
                self._waiting.appendleft(one)
            return not self._closed

    def finish(self, one: Assignment) -> list[Maker]:
        """Take a call out; gives who else is making it."""
        with self._lock:
            self._open.discard(one)
            return list(one.makers)

    def note(self, maker: Maker, seconds: float) -> None:
        """Take note of how long somebody took for a call."""
        with self._lock:
            self._seconds[maker].append(seconds)

    def relieve(self, host: Host, calls: int) -> None:
        """Take note that a host has so many calls fewer."""
        with self._lock:
            self._load[host] -= calls

    def abandon(self) -> list[Assignment]:
        """Take out what hosts alone are making."""
        with self._lock:
            left = [one for one in self._open if one.makers and HERE not in one.makers]
            self._open.difference_update(left)
        return left

    def _assign(self, one: Assignment, host: Host) -> None:
        self._load[host] += 1
        one.makers[host] = time.monotonic()
