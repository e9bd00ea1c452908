"""A connection to a Dask scheduler, kept up, and the hosts behind it.

All of it runs in one event loop of ours, in a thread of its own, with clients
of ours: a person's own client may belong to another loop, and is not ours to
close.
"""

from __future__ import annotations

import asyncio
import atexit
import functools
import itertools
import logging
import threading
import weakref
from collections.abc import Callable, Coroutine, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal

from brian_sweep_widget.backends.hosts.extra import needed
from brian_sweep_widget.backends.hosts.host import PATIENCE, Host
from brian_sweep_widget.backends.hosts.knocking import in_words, knock

if TYPE_CHECKING:
    from distributed import Security

LinkState = Literal["connecting", "connected", "unreachable", "closed"]

#: Seconds that a connection may take to come about.
CONNECT = 5.0
#: Seconds until it is tried again.
AGAIN = 2.0

_SOON = 0.25  # s between looks at whether the connection is there
_LOOKS = 4  # of these, between looks at which workers there are
_MOST_MISSED = 3  # looks without an answer, until the connection is made anew

_MOST_SCOUTS = 64
_numbers = itertools.count()
_FAREWELL = 1.5  # s, at the end of this process

_THREAD = "brian-sweep-hosts"
_TALKATIVE = (
    *("distributed.batched", "distributed.client", "distributed.comm.core"),
    *("distributed.comm.tcp", "distributed.core", "distributed.protocol.pickle"),
)
_log = logging.getLogger(__name__)
_links: weakref.WeakSet[Link] = weakref.WeakSet()

Listener = Callable[[], None]


@functools.cache
def hosts_loop() -> asyncio.AbstractEventLoop:
    """Give the event loop of all links; it starts with the first."""
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda _, context: _log.debug("in Dask: %s", context))
    for name in _TALKATIVE:
        logging.getLogger(name).addFilter(_not_of_ours)
    threading.Thread(target=loop.run_forever, name=_THREAD, daemon=True).start()
    atexit.register(_close_all)
    return loop


def _not_of_ours(record: logging.LogRecord) -> bool:
    """Keep from the screen what Dask logs of our connections: a lost one is told in our words."""
    return record.threadName != _THREAD


def _close_all() -> None:
    """Take leave of all schedulers, at the end of this process."""
    links = list(_links)
    for link in links:
        link.close()
    with suppress(Exception):
        in_loop(_gathered([link.closed() for link in links])).result(_FAREWELL)


async def _gathered(works: Iterable[Coroutine[Any, Any, Any]]) -> None:
    await asyncio.gather(*works, return_exceptions=True)


def in_loop(work: Coroutine[Any, Any, Any]) -> Future[Any]:
    """Have a coroutine run in the loop of all links."""
    return asyncio.run_coroutine_threadsafe(work, hosts_loop())


class Link:
    """Keeps connected to one scheduler; begins when it is made.

    Parameters
    ----------
    address
        Of the scheduler, as Dask writes it.
    security
        How it is encrypted; None for not.
    name
        What a person called it.

    Attributes
    ----------
    hosts : dict
        By address of their Dask worker.
    state, reason
        How it stands, and why it is not connected.
    """

    def __init__(self, address: str, security: Security | None, name: str) -> None:
        self.address = address
        self.name = name
        self.hosts: Mapping[str, Host] = {}
        self.state: LinkState = "connecting"
        self.reason = ""
        self._security = security
        self._client: Any = None
        self._scouts: list[Any] = []
        self._listeners: set[Listener] = set()
        # Apart from the loop, which must go on while joblib hands out the next job.
        self._arrivals = ThreadPoolExecutor(1, thread_name_prefix="brian-sweep-arrivals")
        self._closed: asyncio.Task[None] | None = None
        _links.add(self)
        in_loop(self._begin())

    def listen(self, listener: Listener) -> None:
        """Have something called when a host comes, goes, or is ready."""
        self._listeners.add(listener)

    def ignore(self, listener: Listener) -> None:
        """Have it called no more."""
        self._listeners.discard(listener)

    def tell(self) -> None:
        """Call all that listen."""
        with suppress(RuntimeError):  # this process ends
            self._arrivals.submit(self._call_listeners)

    def call_for_workers(self, calls: int) -> None:
        """Say that so many calls wait: a cluster that grows by demand sees none in what we pin."""
        hosts_loop().call_soon_threadsafe(self._call, calls)

    def _call(self, calls: int) -> None:
        if self._client is None:
            return
        # Those of before are let go of: what is wanted is told anew.
        self._scouts = [
            self._client.submit(int, key=f"brian-sweep-scout-{next(_numbers)}", pure=False)
            for _ in range(min(calls, _MOST_SCOUTS))
        ]

    def close(self) -> None:
        """Let go of the scheduler, for good; returns at once."""
        hosts_loop().call_soon_threadsafe(self._cancel)

    async def closed(self) -> None:
        """Wait until it is closed."""
        if self._closed is not None:
            await asyncio.wait([self._closed])

    async def _begin(self) -> None:
        self._closed = asyncio.create_task(self._keep_up())

    def _cancel(self) -> None:
        if self._closed is not None:
            self._closed.cancel()

    def _call_listeners(self) -> None:
        for listener in list(self._listeners):
            listener()

    def _enter(self, state: LinkState, reason: str = "") -> None:
        if (state, reason) != (self.state, self.reason):
            self.state, self.reason = state, reason
            self.tell()

    async def _keep_up(self) -> None:
        distributed = needed("distributed")
        try:
            while True:
                reason = await knock(self.address, self._security, CONNECT)
                if not reason:
                    try:
                        client = await distributed.Client(
                            self.address,
                            security=self._security,
                            asynchronous=True,
                            set_as_default=False,
                            timeout=CONNECT,
                            name="brian-sweep",
                        )
                    except Exception as error:  # noqa: BLE001 - Dask raises what the network does
                        reason = in_words(error)
                    else:
                        reason = await self._attend(client)
                self._enter("unreachable", reason)
                await asyncio.sleep(AGAIN)
        finally:
            self._enter("closed")
            self._arrivals.shutdown(wait=False)

    async def _attend(self, client: Any) -> str:
        """Follow which workers there are, until the connection is lost; says why it is."""
        self._enter("connected")
        self._client = client
        tasks: dict[str, asyncio.Task[None]] = {}
        missed = 0
        try:
            # Dask would try to connect again by itself, and meanwhile answer nothing.
            while missed < _MOST_MISSED and client.status == "running":
                try:
                    async with asyncio.timeout(PATIENCE):
                        slots = await client.scheduler.ncores()
                except Exception:  # noqa: BLE001 - lost, or late
                    missed += 1
                    await asyncio.sleep(_SOON)
                    continue
                missed = 0
                self._follow(client, slots, tasks)
                for _ in range(_LOOKS):
                    await asyncio.sleep(_SOON)
                    if client.status != "running":
                        break
        finally:
            self._client, self._scouts = None, []
            for address in list(tasks):
                self._leave(address, tasks)
            with suppress(Exception):
                async with asyncio.timeout(PATIENCE):
                    await client.close()
        return "the connection was lost"

    def _follow(
        self, client: Any, slots: Mapping[str, int], tasks: dict[str, asyncio.Task[None]]
    ) -> None:
        for address in tasks.keys() - slots.keys():
            self._leave(address, tasks)
        for address in slots.keys() - tasks.keys():
            host = Host(self, client, address, slots[address], self._arrivals)
            self.hosts = {**self.hosts, address: host}
            tasks[address] = asyncio.create_task(host.attend())
            self.tell()

    def _leave(self, address: str, tasks: dict[str, asyncio.Task[None]]) -> None:
        tasks.pop(address).cancel()
        host = self.hosts[address]
        self.hosts = {other: one for other, one in self.hosts.items() if other != address}
        host.lose("gone", "it left")
        self.tell()
