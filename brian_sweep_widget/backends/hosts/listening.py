"""How a host listens: strangers get little time and few places, and no error makes it spin.

Loaded where a host serves only: it builds on Dask's own listeners, which bear
neither connections that say nothing nor a process that has no file left.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections import Counter
from collections.abc import Callable
from typing import Any

from distributed import Nanny, Worker
from distributed.comm import registry
from distributed.comm.core import Comm
from distributed.comm.tcp import TLSBackend, TLSListener
from tornado.ioloop import IOLoop
from tornado.iostream import IOStream

from brian_sweep_widget.backends.hosts.log_limit import limit_logs

#: Connections of a port that have not shown credentials yet. Each is a file, and some 50 kB.
_MOST_NEWCOMERS = 64
_HANDSHAKE = 5.0  # s, for TLS and Dask's own
_REST = 1.0  # s, after a connection that could not be accepted

_log = logging.getLogger(__name__)


class _Newcomers:
    """The connections of one port whose handshake is under way."""

    def __init__(self) -> None:
        self._under_way: dict[IOStream, tuple[str, asyncio.TimerHandle]] = {}

    def enter(self, stream: IOStream, address: str) -> None:
        """Give a connection its time, and a place: another one's if there is none.

        That is the oldest of the address that has most, so who fills all
        places keeps nobody out but himself.
        """
        if len(self._under_way) >= _MOST_NEWCOMERS:
            ((crowd, _),) = Counter(one for one, _ in self._under_way.values()).most_common(1)
            oldest = next(one for one, (of, _) in self._under_way.items() if of == crowd)
            self.leave(oldest)
            oldest.close()
        timer = asyncio.get_running_loop().call_later(_HANDSHAKE, stream.close)
        self._under_way[stream] = address, timer

    def leave(self, stream: IOStream) -> None:
        """Take note that a handshake is over, or the connection is."""
        if stream in self._under_way:
            _, timer = self._under_way.pop(stream)
            timer.cancel()


class _Entrance:
    """Accepts the connections of a socket, one in a turn of the loop, until it is closed.

    tornado tries again at once what has failed, for ever, and logs each time.
    """

    def __init__(
        self, listening: socket.socket, take: Callable[[socket.socket, Any], None]
    ) -> None:
        self._listening, self._take = listening, take
        self._loop = IOLoop.current()
        self._closed = False
        self._open()

    def close(self) -> None:
        """Accept no more."""
        self._closed = True
        self._loop.remove_handler(self._listening)

    def _open(self) -> None:
        if not self._closed:
            self._loop.add_handler(self._listening, self._accept, IOLoop.READ)

    def _accept(self, *_: object) -> None:
        try:
            connection, address = self._listening.accept()
        except (BlockingIOError, ConnectionAbortedError):  # it has gone again
            return
        except OSError as error:  # most probably, too many files are open
            _log.error("a connection could not be accepted: %s", error)
            self._loop.remove_handler(self._listening)
            self._loop.call_later(_REST, self._open)
            return
        try:
            self._take(connection, address)
        except OSError as error:  # it has gone again, and had sent something before
            _log.warning("a connection was lost before its handshake: %s", error)
            connection.close()


class _Listener(TLSListener):
    """Dask's own, with bounds for who has not shown that he has the credentials."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]
        self._newcomers = _Newcomers()

    async def start(self) -> None:
        await super().start()  # type: ignore[no-untyped-call]
        server = self.tcp_server
        assert server is not None  # noqa: S101 - it was started
        for number, listening in server._sockets.items():  # noqa: SLF001 - Dask reads them, too
            server._handlers[number]()  # noqa: SLF001 - there is no public way to accept otherwise
            entrance = _Entrance(listening, server._handle_connection)  # noqa: SLF001 - as above
            server._handlers[number] = entrance.close  # noqa: SLF001 - as above

    async def on_connection(self, comm: Comm, *args: Any, **kwargs: Any) -> None:
        await super().on_connection(comm, *args, **kwargs)
        self._newcomers.leave(comm.stream)  # type: ignore[attr-defined]

    async def _handle_stream(self, stream: IOStream, address: tuple[Any, ...]) -> None:
        self._newcomers.enter(stream, str(address[0]))
        try:
            await super()._handle_stream(stream, address)  # type: ignore[no-untyped-call]
        finally:
            self._newcomers.leave(stream)


class _Backend(TLSBackend):
    _listener_class = _Listener


def guard_process() -> None:
    """Have everything that listens in this process from now on bear strangers, and its log."""
    registry.backends["tls"] = _Backend()
    limit_logs()


class GuardedWorker(Worker):
    """A Dask worker that bears strangers."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        guard_process()
        super().__init__(*args, **kwargs)


class GuardedNanny(Nanny):
    """Starts such a worker; to be made in a process that is guarded, too."""

    def __init__(self, scheduler: str, **kwargs: Any) -> None:
        super().__init__(scheduler, worker_class=GuardedWorker, **kwargs)
