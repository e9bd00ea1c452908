"""Hosts that were announced: which get a connection, however many there are."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import until

from brian_sweep_widget.backends import Credentials, make_credentials
from brian_sweep_widget.backends.hosts import candidates
from brian_sweep_widget.backends.hosts.candidates import Candidates
from brian_sweep_widget.backends.hosts.discovery import Announced


@pytest.fixture
def credentials(tmp_path: Path) -> Credentials:
    return make_credentials(tmp_path / "mine.pem")


@pytest.fixture
def true(credentials: Credentials) -> Iterator[Announced]:
    """Give a host that shows the credentials to everybody who does."""
    context = credentials.security().get_listen_args("scheduler")["ssl_context"]
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with contextlib.suppress(OSError):  # it was closed
                while True:
                    connection, _ = listening.accept()
                    with (
                        contextlib.suppress(ssl.SSLError, ConnectionError),
                        context.wrap_socket(connection, server_side=True) as secure,
                    ):
                        secure.sendall(b"welcome")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield Announced("true", f"127.0.0.1:{listening.getsockname()[1]}", ours=True)
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()


class Kept:
    """Tries candidates, and keeps what came of it."""

    def __init__(self, credentials: Credentials) -> None:
        self.proved: list[Announced] = []
        self.gone: list[Announced] = []
        self.candidates = Candidates(credentials, self.proved.append, self.gone.append)

    def forge(self, number: int, port: int, *, ours: bool = True) -> None:
        """Announce that many hosts."""
        for one in range(number):
            address = f"127.1.{one // 250}.{1 + one % 250}:{port}"
            self.candidates.appeared(f"forged{one}", Announced("forged", address, ours=ours))


@pytest.fixture
def kept(credentials: Credentials) -> Iterator[Kept]:
    made = Kept(credentials)
    yield made
    made.candidates.close()


def test_a_true_host_finds_room_among_thousands(kept: Kept, true: Announced) -> None:
    """Those that failed make way, or any; no more than a thousand are remembered."""
    kept.forge(3000, 1)  # where nothing listens
    kept.candidates.appeared("true", true)
    until(lambda: kept.proved == [true], "it is found")
    assert len(kept.candidates.unproved) < 1000
    assert kept.candidates.ignored >= 2000


def test_no_more_wait_than_are_remembered(kept: Kept) -> None:
    """Who announces hosts for ever fills no memory."""
    with socket.create_server(("", 0), backlog=400) as silent:
        kept.forge(3000, silent.getsockname()[1])
        until(lambda: kept.candidates.ignored >= 2000, "all are heard")
        assert kept.candidates._waiting.qsize() <= 1000


def test_those_who_say_nothing_keep_nobody_waiting(kept: Kept, true: Announced) -> None:
    """They are tried for short at first, and after all that were not tried yet."""
    with socket.create_server(("", 0), backlog=400) as silent:
        kept.forge(300, silent.getsockname()[1])
        kept.candidates.appeared("true", true)
        until(lambda: kept.proved == [true], "it is found")


def test_one_that_fails_is_tried_ever_more_rarely(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But always again: it may be there one day."""
    monkeypatch.setattr(candidates, "AGAIN", 1e-6)
    rests: list[float] = []
    call_later = kept.candidates._loop.call_later

    def noted(rest: float, *call: Any) -> Any:
        if call[0] == kept.candidates._wait:
            rests.append(rest)
        return call_later(rest, *call)

    monkeypatch.setattr(kept.candidates._loop, "call_later", noted)
    kept.forge(1, 1)
    until(lambda: len(rests) >= 8, "it is tried again and again")
    assert np.array(rests[:8]) / 1e-6 == pytest.approx([1, 2, 4, 8, 16, 32, 32, 32])


def test_a_name_of_others_is_not_tried_and_keeps_nobody_out(kept: Kept, true: Announced) -> None:
    """Who says first that an address is of others takes it from nobody."""
    kept.candidates.appeared("lie", true._replace(name="lie", ours=False))
    kept.forge(20, 1, ours=False)
    kept.candidates.appeared("true", true)
    until(lambda: kept.proved == [true], "it is found")
    until(lambda: len(kept.candidates.unproved) == 20, "others are known")
    assert {one.state for one in kept.candidates.unproved} == {"refused"}
    assert all(one.tries == 0 for one in kept.candidates.unproved)


def test_a_host_is_gone_with_the_last_of_its_announcements(kept: Kept, true: Announced) -> None:
    """Another one of the same address, withdrawn, is no farewell."""
    kept.candidates.appeared("true", true)
    until(lambda: kept.proved == [true], "it is found")
    kept.candidates.appeared("another", true)
    kept.candidates.disappeared("another")
    kept.candidates.appeared("next", true._replace(address="127.0.0.1:1"))
    until(lambda: kept.candidates.unproved, "all is read")
    assert kept.gone == []
    kept.candidates.disappeared("true")
    until(lambda: kept.gone == [true], "it is gone")
    assert kept.proved == [true]


def test_nobody_withdraws_a_host_before_it_was_tried(kept: Kept, true: Announced) -> None:
    """Anybody can, as soon as he hears of it; what fails is forgotten then."""
    kept.candidates.appeared("true", true)
    kept.forge(1, 1)
    for name in ("true", "forged0"):
        kept.candidates.disappeared(name)
    until(lambda: kept.proved == [true], "it is found")
    until(lambda: not kept.candidates.unproved, "the other is forgotten")
    assert kept.gone == []
