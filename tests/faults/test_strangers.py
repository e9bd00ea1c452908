"""Somebody on the network who has no key tries to join, to submit and to read."""

from __future__ import annotations

import contextlib
import resource
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from lan import PORT, Computer, Lan

from brian_sweep_widget import Cluster, Sweep
from brian_sweep_widget.backends import Roster, make_credentials, read_credentials

MOST_LOGGED = 100_000  # bytes, whatever happens
MOST_FILES = 400  # that a process of a host has open
MOST_MEMORY = 200e6  # bytes that strangers may take of a host
ENDLESS = b"\xff" * 8  # how Dask's messages begin: with their length


@pytest.fixture(scope="module")
def lan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lan]:
    """A host of ours, and a computer of somebody else's."""
    with Lan(tmp_path_factory.mktemp("lan")) as network:
        network.computer("ours").serve(1)
        network.computer("theirs", trusted=False)
        yield network


@pytest.fixture
def ours(lan: Lan) -> Computer:
    return lan.computers[0]


@pytest.fixture
def theirs(lan: Lan) -> Computer:
    return lan.computers[1]


def ports(computer: Computer) -> list[int]:
    """Give all ports that others reach: scheduler, nanny and worker."""
    found = sorted(port for address, port in computer.listening() if address != "127.0.0.1")
    assert len(found) == 3
    return found


def test_no_port_talks_to_who_shows_no_key(ours: Computer) -> None:
    """Neither in plain text, nor by TLS without a certificate, nor with another one."""
    for port in ports(ours):
        with socket.create_connection((ours.address, port), 5) as plain:
            plain.sendall(b"\x00" * 64)
            plain.settimeout(5)
            try:
                answer = plain.recv(100)
            except ConnectionResetError:
                answer = b""
            assert b"dask" not in answer.lower()
            assert len(answer) < 10  # TLS's own alert
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with (
            socket.create_connection((ours.address, port), 5) as raw,
            context.wrap_socket(raw) as wrapped,
            pytest.raises((ssl.SSLError, ConnectionError)),
        ):
            wrapped.recv(100)


def test_a_stranger_can_neither_submit_nor_read(ours: Computer, theirs: Computer) -> None:
    """Dask's own client is refused, with other credentials and with none."""
    key = str(theirs.folder / "credentials.pem")
    other = (
        f"Security(tls_ca_file={key!r}, tls_client_cert={key!r}, tls_client_key={key!r}, "
        "require_encryption=True)"
    )
    for security in (other, "None"):
        protocol = "tcp" if security == "None" else "tls"
        code = (
            "from distributed import Client, Security\n"
            f"client = Client('{protocol}://{ours.address}:{PORT}', timeout=4, "
            f"security={security})\n"
            "print('joined', client.scheduler_info())\n"
        )
        tried = subprocess.run(
            ["ip", "netns", "exec", theirs.space, sys.executable, "-c", code],
            capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        assert tried.returncode != 0
        assert "joined" not in tried.stdout
        assert "Comm" in tried.stderr, tried.stderr  # refused on the way, not for another reason


def test_a_stranger_cannot_join_as_a_worker(lan: Lan, ours: Computer, theirs: Computer) -> None:
    """The scheduler knows of no worker but its own."""
    key = str(theirs.folder / "credentials.pem")
    tried = subprocess.run(
        ["ip", "netns", "exec", theirs.space, sys.executable, "-m", "distributed.cli.dask_worker",
         f"tls://{ours.address}:{PORT}", "--no-nanny", "--death-timeout", "5", "--tls-ca-file", key,
         "--tls-cert", key, "--tls-key", key, "--no-dashboard"],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert "Registered to" not in tried.stderr + tried.stdout
    roster = Roster(Cluster([ours.address], credentials=lan.credentials))
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not roster.ready("mark"):
            time.sleep(0.1)
        assert [one.name for one in roster.standings()] == ["ours"]
    finally:
        roster.close()


def test_a_host_of_somebody_else_gets_no_word_of_ours(
    lan: Lan, theirs: Computer, tmp_path: Path
) -> None:
    """If one names it by mistake, nothing but a handshake passes."""
    theirs.serve(1)
    roster = Roster(Cluster([theirs.address], credentials=lan.credentials))
    try:
        time.sleep(4)
        (found,) = roster.standings()
        assert found.state == "unreachable"
        assert "other credentials" in found.reason
    finally:
        roster.close()
        theirs.stop()
    assert make_credentials(tmp_path / "third.pem").fingerprint


@contextlib.contextmanager
def crowd(computer: Computer, *waiting: tuple[int, int]) -> Iterator[list[socket.socket]]:
    """Open connections, so many at each of some ports, and keep them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = soft + sum(number for number, _ in waiting)
    enough = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (enough, hard))
    with contextlib.ExitStack() as stack:
        stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        yield [
            stack.enter_context(socket.create_connection((computer.address, port), 60))
            for number, port in waiting
            for _ in range(number)
        ]


def computes(computer: Computer, lan: Lan) -> bool:
    """Whether a host computes for who has its credentials, and nobody else has to help."""
    cluster = Cluster(
        [computer.address], local=False, when_gone="wait", credentials=lan.credentials
    )
    run = Sweep(lambda x: 2 * x, x=np.arange(3.0), store=None, cluster=cluster).start()
    try:
        run.wait(120)
        return run.progress.done == 3
    finally:
        run.cancel()


def files(computer: Computer) -> int:
    """Say how many files are open in the process of a host that has most."""
    found = [0]
    for one in computer.processes():
        with contextlib.suppress(psutil.NoSuchProcess):
            found.append(one.num_fds())
    return max(found)


def memory(computer: Computer) -> int:
    """Say how many bytes a host's processes use."""
    found = 0
    for one in computer.processes():
        with contextlib.suppress(psutil.NoSuchProcess):
            found += one.memory_info().rss
    return found


def test_idle_connections_keep_nobody_out(lan: Lan, ours: Computer) -> None:
    """More than a process can have open; they neither stop a host nor fill its disk."""
    others = [(500, port) for port in ports(ours) if port != PORT]
    with crowd(ours, (1500, PORT), *others):
        assert computes(ours, lan)
        assert files(ours) < MOST_FILES
        assert ours.log.stat().st_size < MOST_LOGGED
    assert computes(ours, lan)
    assert ours.log.stat().st_size < MOST_LOGGED


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost: ours\r\n\r\n" * 20,
        ENDLESS * 100,
        # A handshake of TLS that says 16 kB will come, and goes on for ever.
        b"\x16\x03\x01\x40\x00\x01\xff\xff\xff" + b"a" * 1000,
    ],
    ids=["other protocol", "endless message", "endless handshake"],
)
def test_rubbish_from_many_is_borne(lan: Lan, ours: Computer, sent: bytes) -> None:
    """It costs a host no memory to speak of, and few lines of its log."""
    assert computes(ours, lan)  # with workers that stay
    before = memory(ours)
    with crowd(ours, *[(300, port) for port in ports(ours)]) as connections:
        for one in connections:
            with contextlib.suppress(ConnectionError):  # it was closed already
                one.sendall(sent)
        assert computes(ours, lan)
        assert files(ours) < MOST_FILES
    assert memory(ours) - before < MOST_MEMORY
    assert ours.log.stat().st_size < MOST_LOGGED


def test_nothing_is_read_by_dask_before_the_certificate(lan: Lan, ours: Computer) -> None:
    """Who shows none, and sends one of Dask's messages all the same, is not heard."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    before = memory(ours)
    for port in ports(ours):
        # By TLS 1.3 the client takes the handshake for done, and may send at once.
        with (
            socket.create_connection((ours.address, port), 60) as raw,
            context.wrap_socket(raw) as wrapped,
        ):
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                wrapped.sendall(ENDLESS * 10_000)
            with pytest.raises((ConnectionError, ssl.SSLError)):
                wrapped.recv(100)
    assert memory(ours) - before < MOST_MEMORY
    told = ours.told()
    assert "MemoryError" not in told
    assert "while reading" not in told
    assert computes(ours, lan)


@pytest.mark.parametrize("encrypted", [False, True], ids=["TLS", "Dask's own"])
def test_a_handshake_has_an_end(lan: Lan, ours: Computer, encrypted: bool) -> None:
    """Who says nothing in one is hung up on, also with credentials."""
    security = read_credentials(lan.credentials).security()
    context = security.get_connection_args("client")["ssl_context"]
    for port in ports(ours):
        with contextlib.ExitStack() as stack:
            one = stack.enter_context(socket.create_connection((ours.address, port), 60))
            if encrypted:
                one = stack.enter_context(context.wrap_socket(one))
            while one.recv(10_000):  # until it ends; a time-out is an error
                pass
