"""What ``cluster=`` takes, and what it refuses in words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brian_sweep_widget import Cluster, Sweep, cuba
from brian_sweep_widget.backends import CredentialsError, make_credentials
from brian_sweep_widget.backends.hosts.cluster import is_loopback, read_cluster


@pytest.fixture(autouse=True)
def _mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = make_credentials(tmp_path / "mine.pem").path
    monkeypatch.setenv("BRIAN_SWEEP_CREDENTIALS", str(file))


def addresses(given: object) -> list[str]:
    cluster = read_cluster(given)
    assert cluster is not None
    return [address.address for address in cluster.addresses]


def test_nothing_is_this_computer() -> None:
    """No library of another computer is loaded for that."""
    assert read_cluster(None) is None


def test_names_get_the_usual_port_and_encryption() -> None:
    """Unless they have one of their own."""
    assert addresses(["computer1", "10.0.0.7:9000", "tls://lab.example.org"]) == [
        "tls://computer1:8786",
        "tls://10.0.0.7:9000",
        "tls://lab.example.org:8786",
    ]
    assert addresses("tls://[::1]:99") == ["tls://[::1]:99"]


def test_local_cores_take_part_beside_named_hosts_only() -> None:
    """A scheduler that was asked for is asked alone, unless it is told otherwise."""
    assert Cluster(["computer1"]).local
    assert Cluster("*").local
    assert not Cluster("tls://computer1:8786").local
    assert Cluster("tls://computer1:8786", local=True).local
    assert not Cluster(["computer1"], local=False).local


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("computer one", "is no address"),
        ("http://computer1", "is no address"),
        ("tls://computer1:99999", "is no address"),
        ("", "is no address"),
        ("tcp://computer1:8786", "could be read and changed on the way"),
        ("tcp://10.0.0.7", "could be read and changed on the way"),
        (["computer1", 7], "7 is no host"),
        ([], "is not known"),
        (3, "is not known"),
        (np.arange(3), "is not known"),
        (object(), "is not known"),
    ],
)
def test_what_is_refused(given: object, words: str) -> None:
    """The message names the value, and what is allowed."""
    with pytest.raises((TypeError, ValueError), match=words):
        Sweep(cuba, cluster=given)


def test_plain_connections_stay_on_this_computer() -> None:
    """Nobody else is on the way there."""
    assert addresses("tcp://127.0.0.1:8786") == ["tcp://127.0.0.1:8786"]
    assert is_loopback("localhost")
    assert is_loopback("[::1]")
    assert not is_loopback("0.0.0.0")
    assert not is_loopback("127.0.0.1.example.org")


@pytest.mark.parametrize(
    "options", [{"differing": "mark it"}, {"when_gone": "stop"}, {"differing": None}]
)
def test_unknown_options_are_refused(options: dict[str, object]) -> None:
    """They name what is allowed."""
    with pytest.raises(ValueError, match="is unknown .allowed: "):
        Cluster(["computer1"], **options)


def test_without_credentials_nothing_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The person is told at construction, not after half a minute."""
    monkeypatch.setenv("BRIAN_SWEEP_CREDENTIALS", "/nowhere/none.pem")
    for hosts in (["computer1"], "*", "tls://computer1"):
        with pytest.raises(CredentialsError, match="there are no credentials"):
            Sweep(cuba, cluster=hosts)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    """Never refused by another error, nor taken for a plain connection to elsewhere."""
    try:
        cluster = Cluster(text)
    except (TypeError, ValueError):
        return
    for address in cluster.addresses:
        host = address.address.partition("://")[2].rpartition(":")[0]
        assert address.security is not None or is_loopback(host)
