"""Somebody on the network who has no key tries to join, to submit and to read."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from lan import PORT, Computer, Lan

from brian_sweep_widget import Cluster
from brian_sweep_widget.backends import Roster, make_credentials


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
