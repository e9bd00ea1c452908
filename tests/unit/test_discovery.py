"""Announcements of hosts: what is read of them, by real messages on this computer's network.

Others may announce theirs on it meanwhile.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
from helpers import until
from zeroconf import DNSOutgoing, DNSPointer, DNSText, ServiceInfo, Zeroconf
from zeroconf.const import _CLASS_IN, _FLAGS_AA, _FLAGS_QR_RESPONSE, _TYPE_PTR, _TYPE_TXT

from brian_sweep_widget.backends import Credentials, make_credentials
from brian_sweep_widget.backends.hosts.discovery import Announced, Discovery

KIND = "_brian-sweep._tcp.local."


class Heard:
    """Listens, and keeps what is told."""

    def __init__(self, credentials: Credentials) -> None:
        self.found: dict[str, Announced] = {}
        self.discovery = Discovery(credentials, self.found.__setitem__, self.found.pop)


@pytest.fixture
def credentials(tmp_path: Path) -> Credentials:
    return make_credentials(tmp_path / "mine.pem")


@pytest.fixture
def heard(credentials: Credentials) -> Iterator[Heard]:
    listening = Heard(credentials)
    yield listening
    listening.discovery.close()


@pytest.fixture
def network() -> Iterator[Zeroconf]:
    """Give somebody's way to say anything."""
    opened = Zeroconf(interfaces=["127.0.0.1"])
    yield opened
    opened.close()


def service(
    name: str, address: str, fingerprint: str, /, port: int = 8786, **told: str
) -> ServiceInfo:
    return ServiceInfo(
        KIND, f"{name}.{KIND}", parsed_addresses=[address], port=port,
        properties={"fp": fingerprint, **told}, server=f"{name}.local.",
    )  # fmt: skip


def pointer(name: str) -> DNSOutgoing:
    """Say that there is a service, and nothing of it."""
    said = DNSOutgoing(_FLAGS_QR_RESPONSE | _FLAGS_AA)
    said.add_answer_at_time(DNSPointer(KIND, _TYPE_PTR, _CLASS_IN, 4500, f"{name}.{KIND}"), 0)
    return said


def test_what_makes_no_sense_is_not_believed_and_ends_nothing(
    credentials: Credentials, heard: Heard, network: Zeroconf
) -> None:
    """Groups and nobody's addresses, no port, names that cannot be."""
    network.send(pointer("a\x01b"))
    fingerprint = credentials.fingerprint
    said = [
        service("group", "224.0.0.251", fingerprint),
        service("nobody", "0.0.0.0", fingerprint),
        service("all", "255.255.255.255", fingerprint),
        service("closed", "10.0.0.1", fingerprint, port=0),
        service("other", "10.0.0.2", "another", name="\x1b[2Jother\n"),
        service("long", "10.0.0.3", fingerprint, name="n" * 200),
        service("true", "10.0.0.4", fingerprint, name="true", slots="999999999999999999"),
    ]

    def told() -> bool:
        for one in said:
            network.send(network.generate_service_broadcast(one, None))
        return {f"{name}.{KIND}" for name in ("other", "long", "true")} <= heard.found.keys()

    until(told, "all are heard", tell=lambda: heard.found)
    assert {one.name: heard.found[one.name] for one in said if one.name in heard.found} == {
        f"other.{KIND}": Announced("\\x1b[2Jother\\n", "10.0.0.2:8786", ours=False),
        f"long.{KIND}": Announced("n" * 63 + "…", "10.0.0.3:8786", ours=True),
        f"true.{KIND}": Announced("true", "10.0.0.4:8786", ours=True),
    }


def test_a_host_that_says_too_little_is_asked(
    credentials: Credentials, heard: Heard, network: Zeroconf
) -> None:
    """And what it answers is read."""
    late = service("late", "10.0.0.5", credentials.fingerprint, name="late")

    def told() -> bool:
        assert network.loop is not None
        network.loop.call_soon_threadsafe(network.async_send, pointer("late"))
        if not network.registry.async_get_service_infos():
            network.loop.call_soon_threadsafe(network.registry.async_add, late)
        return late.name in heard.found

    until(told, "it is heard", tell=lambda: heard.found)
    assert heard.found[f"late.{KIND}"] == Announced("late", "10.0.0.5:8786", ours=True)


def test_asking_leaves_pythons_generator_alone(heard: Heard, network: Zeroconf) -> None:
    """Whatever a stranger says: a person may have seeded it."""
    random.seed(1)
    before = random.getstate()
    asking = heard.discovery._network
    with mock.patch.object(asking, "async_send", wraps=asking.async_send) as sent:

        def asked() -> bool:
            network.send(pointer("silent"))
            return any(b"silent" in b"".join(call.args[0].packets()) for call in sent.mock_calls)

        until(asked, "it is asked")
    assert random.getstate() == before


def test_a_host_is_heard_where_others_have_said_too_much(
    credentials: Credentials, heard: Heard, network: Zeroconf
) -> None:
    """More than zeroconf remembers, and for longer than a host's address holds."""
    answers = []
    for first in range(0, 30_000, 50):
        said = DNSOutgoing(_FLAGS_QR_RESPONSE | _FLAGS_AA)
        for number in range(first, first + 50):
            name = f"filling{number}.local."
            said.add_answer_at_time(DNSText(name, _TYPE_TXT, _CLASS_IN, 2**31 - 1, b"\0"), 0)
        answers.append(said)
    known = heard.discovery._network.cache

    def filled() -> bool:
        for said in answers:
            network.send(said)
        return len(known.names()) > 9_000

    until(filled, "zeroconf remembers no more", tell=lambda: len(known.names()))
    true = service("true", "10.0.0.4", credentials.fingerprint, name="true")

    def told() -> bool:
        network.send(answers[0])
        network.send(network.generate_service_broadcast(true, None))
        return true.name in heard.found

    until(told, "it is heard", tell=lambda: heard.found)
    assert heard.found[true.name] == Announced("true", "10.0.0.4:8786", ours=True)


def test_few_are_asked_however_many_are_named(heard: Heard) -> None:
    """Or anybody could have this computer send a hundred messages for one of his."""
    asking = heard.discovery._network
    began = time.monotonic()
    with mock.patch.object(asking, "send", wraps=asking.send) as sent:
        for number in range(300):
            heard.discovery.add_service(asking, KIND, f"silent{number}.{KIND}")
        asked = [call for call in sent.mock_calls if b"silent" in call.args[0].packets()[0]]
    assert 0 < len(asked) <= 10 * (time.monotonic() - began + 1)
