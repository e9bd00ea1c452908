"""Somebody on the network announces hosts that are none: hundreds, with names that are no names."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import numpy as np
import pytest
from helpers import until
from lan import Computer, Lan

from brian_sweep_widget import Cluster, Sweep
from brian_sweep_widget.backends import Roster, read_credentials, roster_of
from brian_sweep_widget.cli import main
from brian_sweep_widget.runs.places import NETWORK, Places

FORGED = 300
MOST_THREADS = 20
# Each at an address that refuses, at one that nobody has, at the group of all computers, at none.
FORGE = """
import sys, time
from zeroconf import DNSOutgoing, DNSPointer, ServiceInfo, Zeroconf
from zeroconf.const import _CLASS_IN, _FLAGS_AA, _FLAGS_QR_RESPONSE, _TYPE_PTR
fingerprint, mine, nobody, number = sys.argv[1:]
kind = "_brian-sweep._tcp.local."
network = Zeroconf(interfaces=[mine])
odd = DNSOutgoing(_FLAGS_QR_RESPONSE | _FLAGS_AA)
odd.add_answer_at_time(DNSPointer(kind, _TYPE_PTR, _CLASS_IN, 4500, "a\\x01b." + kind), 0)
forged = []
for one in range(int(number)):
    name = f"\\x1b[2J\\x9b2Ka{one}\\nours  tls://10.9.9.9:8786  ready  64\\u202e"
    slots = "8" if one % 2 else "999999999999999999"
    address = (mine, nobody, "224.0.0.1", "0.0.0.0")[one // 2 % 4]
    told = {"fp": fingerprint, "slots": slots, "name": name}
    forged.append(ServiceInfo(
        kind, f"host{one}.{kind}", parsed_addresses=[address], port=1 + one, properties=told,
        server=f"host{one}.local.",
    ))
for one in forged:
    network.registry.async_add(one)
while True:
    network.send(odd)
    for one in forged:
        network.send(network.generate_service_broadcast(one, None))
    print("forged", flush=True)
    time.sleep(1)
"""


@pytest.fixture(scope="module")
def lan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lan]:
    """A host of ours, and a computer that announces others all the time."""
    with Lan(tmp_path_factory.mktemp("lan")) as network:
        ours, theirs = network.computer("ours"), network.computer("theirs", trusted=False)
        nobody = ours.address.rpartition(".")[0] + ".250"
        fingerprint = read_credentials(network.credentials).fingerprint
        told = theirs.start(
            theirs.python, "-c", FORGE, fingerprint, theirs.address, nobody, str(FORGED)
        )
        try:
            until(lambda: "forged" in theirs.told(), "hosts are forged", tell=theirs.told)
            ours.serve(1, "--announce")
            yield network
        finally:
            os.killpg(told.pid, signal.SIGKILL)
            told.wait()


@pytest.fixture
def ours(lan: Lan, monkeypatch: pytest.MonkeyPatch) -> Computer:
    monkeypatch.setenv("BRIAN_SWEEP_CREDENTIALS", str(lan.credentials))
    return lan.computers[0]


def test_the_true_host_is_found_among_forged_ones(ours: Computer) -> None:
    """It alone gets a connection; the others cost neither links nor threads."""
    before = threading.active_count()
    roster = Roster(Cluster("*"))
    try:
        until(lambda: roster.ready("mark"), "it is found", tell=roster.standings)
        assert [one.name for one in roster.ready("mark")] == ["ours"]
        # Those with so many slots, at no address, or at all, are not even remembered.
        until(lambda: len(roster.standings()) > 10, "others are heard of", tell=roster.standings)
        assert [link.address for link in roster.links] == [f"tls://{ours.address}:8786"]
        assert threading.active_count() - before < MOST_THREADS
        assert len(roster.standings()) < 30
        assert all(one.slots <= 8 for one in roster.standings())
        assert all(one.name.isprintable() for one in roster.standings())
        until(lambda: roster.left_out > 30, "they are counted", tell=lambda: roster.left_out)
        assert len(roster.links) == 1
    finally:
        roster.close()


def test_it_computes_among_them(ours: Computer) -> None:
    """A sweep that looks for hosts gets that one, and the widget offers no other."""
    cluster = Cluster("*", local=False, when_gone="wait")
    run = Sweep(lambda x: 2 * x, x=np.arange(5.0), store=None, cluster=cluster).start()
    assert run.wait(120).counts() == {"done": 5}, run.progress
    assert {one.origin.host for one in run.results.outcomes if one.origin} == {"ours"}
    places = Places(None)
    places.search(lambda: None)
    until(lambda: places.look()[-1].name == "ours", "it is offered", tell=places.look)
    until(lambda: len(roster_of(cluster).standings()) > 10, "others are heard of")
    assert [one.name for one in places.look()] == ["This computer", NETWORK, "ours"]


def test_what_they_call_themselves_does_nothing_to_a_terminal(
    ours: Computer, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each is one row of the list, with its control characters written out."""
    assert main(["cluster", "list"]) == 1
    told = capsys.readouterr().out
    lines = told.splitlines()
    assert all(character == "\n" or character.isprintable() for character in told)
    assert len([line for line in lines if line.startswith("ours ")]) == 1
    assert "\\x1b[2J" in told
    assert "99999" not in told
    assert len(lines) < 30
    assert "more are announced" in lines[-1]


FAREWELL = """
import sys, time
from zeroconf import DNSOutgoing, DNSPointer, Zeroconf
from zeroconf.const import _CLASS_IN, _FLAGS_AA, _FLAGS_QR_RESPONSE, _TYPE_PTR
kind, network = "_brian-sweep._tcp.local.", Zeroconf(interfaces=[sys.argv[1]])
said = DNSOutgoing(_FLAGS_QR_RESPONSE | _FLAGS_AA)
said.add_answer_at_time(DNSPointer(kind, _TYPE_PTR, _CLASS_IN, 0, f"{sys.argv[2]}.{kind}"), 0)
while True:
    network.send(said)
    time.sleep(1)
"""


def test_nobody_says_farewell_for_another(lan: Lan, ours: Computer) -> None:
    """A host that is connected stays, whatever is announced; when it has gone, it is gone."""
    theirs = lan.computers[1]
    name = f"ours-{ours.address.replace('.', '-')}-8786"
    roster = Roster(Cluster("*"))
    said = None
    try:
        until(lambda: roster.ready("mark"), "it is found", tell=roster.standings)
        before = roster.ready("mark")
        said = theirs.start(theirs.python, "-c", FAREWELL, theirs.address, name)
        until(lambda: roster._withdrawn, "it is said to go", tell=theirs.told)
        assert roster.ready("mark") == before
        ours.stop()
        until(lambda: not roster.links, "it has gone", tell=roster.standings)
    finally:
        roster.close()
        if said is not None:
            os.killpg(said.pid, signal.SIGKILL)
            said.wait()
        ours.serve(1, "--announce")
