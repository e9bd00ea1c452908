"""Hosts that were announced, until they have shown our credentials: anybody can announce any.

All of it runs in the loop of all links.
"""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from brian_sweep_widget.backends.hosts.credentials import Credentials
from brian_sweep_widget.backends.hosts.discovery import Announced
from brian_sweep_widget.backends.hosts.knocking import client_context, shake_hands
from brian_sweep_widget.backends.hosts.link import AGAIN, CONNECT, hosts_loop

_MOST_KNOWN = 1000
_MOST_NAMES = 8  # of announcements of one address
_MOST_AT_ONCE = 64
# A host is tried for a second first, and again after two; for and after twice as long each time,
# up to these, so that forged ones neither hold up others nor take this computer's time.
_SHORT = 1.0  # s
_MOST_DOUBLINGS = 5

_OTHERS = "it names other credentials"


@dataclass(slots=True, eq=False)
class Candidate:
    """An address that was announced.

    Attributes
    ----------
    found
        What was said of it first.
    reason
        Why it cannot be used; empty while nobody knows.
    proved
        Whether it has shown our credentials.
    """

    found: Announced
    reason: str = ""
    proved: bool = False
    names: set[str] = field(default_factory=set)
    tries: int = 0

    @property
    def state(self) -> str:
        """How it stands, in a word; see `Standing`."""
        if not self.found.ours:
            return "refused"
        return "unreachable" if self.reason else "connecting"


class Candidates:
    """Tries them, those first that were tried least often, few at once, and ever more rarely.

    Parameters
    ----------
    credentials
        That they have to show.
    proved, gone
        Called with the one that did, and with one of these that is not
        announced any more, in the loop of all links.
    """

    def __init__(
        self,
        credentials: Credentials,
        proved: Callable[[Announced], None],
        gone: Callable[[Announced], None],
    ) -> None:
        self._context = client_context(credentials.security())
        self._proved, self._gone = proved, gone
        self._known: dict[str, Candidate] = {}
        self._ignored = 0
        self._chance = random.Random()  # noqa: S311 - not of this process's, which may be seeded
        self._numbers = itertools.count()
        self._waiting: asyncio.PriorityQueue[tuple[int, int, Candidate]] = asyncio.PriorityQueue()
        self._tasks: list[asyncio.Task[None]] = []
        self._loop = hosts_loop()
        self._loop.call_soon_threadsafe(self._begin)

    @property
    def unproved(self) -> list[Candidate]:
        """Those that have not shown our credentials: first those that may, and say that they do."""
        found = [one for one in list(self._known.values()) if not one.proved]
        return sorted(found, key=lambda one: (not one.found.ours, bool(one.reason)))

    @property
    def ignored(self) -> int:
        """How many announcements there was no room for."""
        return self._ignored

    def appeared(self, name: str, found: Announced) -> None:
        """Take note of an announcement; from any thread."""
        self._loop.call_soon_threadsafe(self._enter, name, found)

    def disappeared(self, name: str) -> None:
        """Take note that it was withdrawn; from any thread."""
        self._loop.call_soon_threadsafe(self._leave, name)

    def close(self) -> None:
        """Try no more; returns at once."""
        self._loop.call_soon_threadsafe(self._end)

    def _begin(self) -> None:
        self._tasks = [self._loop.create_task(self._try_out()) for _ in range(_MOST_AT_ONCE)]

    def _end(self) -> None:
        for task in self._tasks:
            task.cancel()

    def _enter(self, name: str, found: Announced) -> None:
        known = self._known.get(found.address)
        if known is not None and (known.found.ours or not found.ours):
            if len(known.names) < _MOST_NAMES:
                known.names.add(name)
            return
        if known is None and len(self._known) >= _MOST_KNOWN:
            self._ignored += 1
            if not self._make_room():
                if found.ours:
                    self._replace_any(name, found)
                return
        # Who says first that an address is of others keeps it from nobody.
        candidate = Candidate(found, "" if found.ours else _OTHERS, names={name})
        self._known[found.address] = candidate
        if found.ours:
            self._wait(candidate)

    def _make_room(self) -> bool:
        """Forget one that cannot be used."""
        for address, one in self._known.items():
            if one.reason:
                del self._known[address]
                return True
        return False

    def _replace_any(self, name: str, found: Announced) -> None:
        """Have one that was not tried yet give its place, and its turn, to another.

        By chance: however many are forged, none that comes meanwhile is kept out
        for good, and no more wait.
        """
        one = self._chance.choice(list(self._known.values()))
        if not one.proved:
            del self._known[one.found.address]
            one.found, one.names = found, {name}
            self._known[found.address] = one

    def _leave(self, name: str) -> None:
        for address, one in list(self._known.items()):
            if name not in one.names:
                continue
            one.names.discard(name)
            # Anybody can say it, also the moment that a host comes: that one is tried first.
            if not one.names and (one.proved or one.reason):
                del self._known[address]
                if one.proved:
                    self._gone(one.found)

    def _wait(self, candidate: Candidate) -> None:
        self._waiting.put_nowait((candidate.tries, next(self._numbers), candidate))

    async def _try_out(self) -> None:
        while True:
            _, _, candidate = await self._waiting.get()
            address = candidate.found.address
            if self._known.get(address) is not candidate:
                continue
            longer = 2 ** min(candidate.tries, _MOST_DOUBLINGS)
            patience = min(CONNECT, _SHORT * longer)
            reason = await shake_hands(address, self._context, patience)
            if candidate.found.address != address:  # it has given its place
                self._wait(candidate)
                continue
            candidate.tries += 1
            if self._known.get(address) is not candidate:
                continue
            if reason and not candidate.names:  # it was withdrawn meanwhile
                del self._known[address]
            elif reason:
                candidate.reason = reason
                self._loop.call_later(AGAIN * longer, self._wait, candidate)
            else:
                candidate.reason, candidate.proved = "", True
                self._proved(candidate.found)
