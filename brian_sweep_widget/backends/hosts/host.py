"""One host, as a kernel sees it: a Dask worker that takes parcels."""

from __future__ import annotations

import asyncio
import itertools
import logging
import pickle
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any, Literal, Protocol

from brian_sweep_widget.backends.hosts import post
from brian_sweep_widget.backends.hosts.facts import LOOK, Facts, bounded_slots, own_facts, refusal
from brian_sweep_widget.backends.hosts.parcel import DamagedReplyError, Parcel, Reply, read_reply
from brian_sweep_widget.backends.hosts.tally import Traffic
from brian_sweep_widget.backends.token import Label, Place

#: ``checking``: not used yet; ``silent``: it does not answer at the moment.
HostState = Literal["checking", "ready", "refused", "silent", "gone"]

_BEAT = 1.5  # s
_MOST_ASKED = 4  # times that a parcel is sent, with what the host does not have
#: Seconds that an answer may take. What runs is given to others then.
PATIENCE = 5.0

_numbers = itertools.count()
_log = logging.getLogger(__name__)


class HostLostError(ConnectionError):
    """A host does not answer any more, or said that it cannot."""


#: Takes what came of a parcel.
Done = Callable[[Reply | HostLostError, Traffic], None]


class _Link(Protocol):
    address: str

    def tell(self) -> None: ...


class Host:
    """A host that a kernel knows. Its public face may be used from any thread.

    Parameters
    ----------
    link
        The connection that it is behind.
    client
        The connection's.
    address
        Of the Dask worker.
    slots
        Calls that it makes at once.
    arrivals
        A thread in which results are handed on.

    Attributes
    ----------
    state, reason
        How it is, and why not ready.
    facts
        What it says of itself; None until it did.
    offset
        Seconds that its clock is ahead of this computer's.
    """

    def __init__(
        self, link: _Link, client: Any, address: str, slots: int, arrivals: ThreadPoolExecutor
    ) -> None:
        self.link = link
        self.address = address
        self.slots = bounded_slots(slots)
        self.state: HostState = "checking"
        self.reason = ""
        self.facts: Facts | None = None
        self.offset = 0.0
        self._client = client
        self._arrivals = arrivals
        self._loop = asyncio.get_running_loop()
        self._has: set[str] = set()
        self._under_way: dict[asyncio.Task[None], Done] = {}
        self._sweeps: set[str] = set()
        self._places: Mapping[str, Mapping[Label, Place]] = {}
        self._short_of: Mapping[str, tuple[float, float]] = {}
        self._lost = 0

    @property
    def name(self) -> str:
        """What it calls itself, or where it is: until it has told, or if that is our name, too."""
        if self.facts is None:
            return self.address
        name = self.facts.hostname
        return name if name != own_facts().hostname else f"{name} ({_place(self.link.address)})"

    def submit(self, parcel: Parcel, done: Done) -> None:
        """Send a parcel; what came of it is handed on in a thread of the link's."""
        self._loop.call_soon_threadsafe(self._send, parcel, done)

    def places(self, sweep: str) -> Mapping[Label, Place]:
        """Give the calls of a sweep that its workers began last, in this computer's time."""
        return self._places.get(self._station(sweep), {})

    def short_of(self, sweep: str) -> tuple[float, float] | None:
        """Give the bytes that are free, and that a sweep's next call needs, if it waits there."""
        return self._short_of.get(self._station(sweep))

    def skip(self, sweep: str, labels: Iterable[Label]) -> None:
        """End some calls, or do not begin them."""
        self._tell("skip", self._station(sweep), tuple(labels))

    def forget(self, sweep: str, labels: Iterable[Label]) -> None:
        """Make calls after all that were skipped before."""
        self._tell("forget", self._station(sweep), tuple(labels))

    def stop(self, sweep: str) -> None:
        """End a sweep there."""
        self._loop.call_soon_threadsafe(self._stop, sweep)

    def _stop(self, sweep: str) -> None:
        if sweep in self._sweeps:
            self._sweeps.discard(sweep)
            self._tell("stop", self._station(sweep))

    def lose(self, state: HostState, reason: str) -> None:
        """Give up what is under way there."""
        self.state, self.reason = state, reason
        self._places, self._short_of = {}, {}
        self._lost += 1
        under_way, self._under_way = self._under_way, {}
        for task, done in under_way.items():
            task.cancel()
            self._hand_on(done, HostLostError(f"{self.name}: {reason}"), Traffic())

    async def attend(self) -> None:
        """Check the host, then look after it."""
        while self.state == "checking":
            try:
                async with asyncio.timeout(PATIENCE):
                    told = await self._run(eval, LOOK)
                self.facts = Facts.read(told)
                self.slots = self.facts.slots or self.slots
                reason = refusal(self.facts, own_facts())
                self._enter("refused" if reason else "ready", reason)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is no answer
                self._enter("checking", f"it does not answer ({type(error).__name__})")
                await asyncio.sleep(_BEAT)
        while self.state != "refused":
            await self._beat()
            await asyncio.sleep(_BEAT)

    async def _beat(self) -> None:
        before, sweeps = self._lost, tuple(map(self._station, self._sweeps))
        asked = time.time()
        try:
            async with asyncio.timeout(PATIENCE):
                beat = await self._run(post.tell, "beat", sweeps)
            heard = beat.heard(asked, time.time())
        except Exception as error:  # noqa: BLE001 - as above
            if self.state == "ready":
                self.lose("silent", f"it does not answer ({type(error).__name__})")
                self.link.tell()
            return
        self.offset, self._places, self._short_of = heard
        if self.state == "silent":
            for sweep in self._sweeps:  # what it was left with is computed elsewhere by now
                self._tell("stop", f"{sweep}.{before - 1}")
            self._enter("ready", "")

    def _station(self, sweep: str) -> str:
        """Name a sweep there: another name after every loss, so that what was lost stays lost."""
        return f"{sweep}.{self._lost}"

    def _enter(self, state: HostState, reason: str) -> None:
        if (state, reason) != (self.state, self.reason):
            self.state, self.reason = state, reason
            self.link.tell()

    def _tell(self, word: str, *arguments: Any) -> None:
        async def tell() -> None:
            with suppress(Exception):  # it is gone, and will notice by itself
                async with asyncio.timeout(PATIENCE):
                    await self._run(post.tell, word, *arguments)

        asyncio.run_coroutine_threadsafe(tell(), self._loop)

    async def _run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        answers = await self._client.run(function, *arguments, workers=[self.address])
        return answers[self.address]

    def _send(self, parcel: Parcel, done: Done) -> None:
        if self.state != "ready":
            self._hand_on(done, HostLostError(f"{self.name}: {self.reason or 'gone'}"), Traffic())
            return
        if parcel.sweep:
            self._sweeps.add(parcel.sweep)
            parcel = replace(parcel, sweep=self._station(parcel.sweep))
        task = asyncio.create_task(self._deliver(parcel, done))
        self._under_way[task] = done

    async def _deliver(self, parcel: Parcel, done: Done) -> None:
        moved = Traffic()
        blobs = {name: blob for name, blob in parcel.blobs.items() if name not in self._has}
        answer: Reply | HostLostError
        try:
            for _ in range(_MOST_ASKED):
                packed = pickle.dumps(replace(parcel, blobs=blobs))
                future = self._client.submit(
                    post.take,
                    packed,
                    key=f"brian-sweep-{id(self):x}-{next(_numbers)}",
                    workers=[self.address],
                    pure=False,
                )
                try:
                    given = await future
                finally:
                    future.release()
                answer = read_reply(given)
                moved += Traffic(len(packed), len(given))
                if not answer.missing:
                    break
                blobs = {name: parcel.blobs[name] for name in answer.missing}
            else:
                msg = "it asks again and again for what it was sent"
                raise DamagedReplyError(msg)  # noqa: TRY301 - told as all that Dask raises
            self._has.update(parcel.needed)
        except asyncio.CancelledError:
            if asyncio.current_task() not in self._under_way:  # given up, see `lose`
                raise
            # Somebody restarted the cluster, or Dask forgot it: that is no word of ours.
            answer = HostLostError(f"{self.name}: its scheduler has cancelled the call")
        except Exception as error:  # noqa: BLE001 - Dask's, or of what does not travel
            answer = HostLostError(f"{self.name}: {type(error).__name__}: {error}")
        me = asyncio.current_task()
        if me in self._under_way:
            del self._under_way[me]
            self._hand_on(done, answer, moved)

    def _hand_on(self, done: Done, answer: Reply | HostLostError, moved: Traffic) -> None:
        with suppress(RuntimeError):  # the link was closed
            self._arrivals.submit(_call, done, answer, moved)


def _place(address: str) -> str:
    return address.partition("://")[2]


def _call(done: Done, answer: Reply | HostLostError, moved: Traffic) -> None:
    try:
        done(answer, moved)
    except Exception:  # noqa: BLE001 - nobody waits for this thread's answer
        _log.exception("what a host sent could not be taken")
