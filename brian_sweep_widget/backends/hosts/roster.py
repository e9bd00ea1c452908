"""The hosts of one cluster, as they come and go."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import NamedTuple

from brian_sweep_widget.backends.hosts.candidates import Candidates
from brian_sweep_widget.backends.hosts.cluster import Address, Cluster, Differing, address_of
from brian_sweep_widget.backends.hosts.discovery import Announced, Discovery
from brian_sweep_widget.backends.hosts.facts import differences, own_facts
from brian_sweep_widget.backends.hosts.host import Host
from brian_sweep_widget.backends.hosts.link import Link

_MOST_SHOWN = 20  # that are announced, and have not shown our credentials


class Standing(NamedTuple):
    """How a host stands, for people.

    Attributes
    ----------
    name
        Of the host; what a person called it until it has told its own.
    address
        Of its scheduler.
    state
        ``"ready"``, or what is in the way.
    reason
        Why it is not ready; or, if it is, what differs there.
    slots
        Simulations at once.
    versions
        Of what it has, by name.
    """

    name: str
    address: str
    state: str
    reason: str
    slots: int
    versions: dict[str, str]


class Roster:
    """Knows the hosts of one cluster; for all sweeps of this process that use it.

    Parameters
    ----------
    cluster
        Which hosts.
    """

    def __init__(self, cluster: Cluster) -> None:
        self.words = cluster.words
        self._found_by = cluster.found_by
        self._lock = threading.Lock()
        self._links: dict[object, Link] = {}
        self._listeners: set[Callable[[], None]] = set()
        self._withdrawn: set[object] = set()
        self._closed = False
        for address in cluster.addresses:
            self._add(address)
        self._discovery = self._candidates = None
        if cluster.found_by is not None:
            self._candidates = Candidates(cluster.found_by, self._proved, self._gone)
            self._discovery = Discovery(
                cluster.found_by, self._candidates.appeared, self._candidates.disappeared
            )

    @property
    def links(self) -> list[Link]:
        """The connections to its schedulers."""
        with self._lock:
            return list(self._links.values())

    @property
    def hosts(self) -> list[Host]:
        """All hosts, also those that cannot compute now."""
        return [host for link in self.links for host in link.hosts.values()]

    def ready(self, differing: Differing) -> list[Host]:
        """Give the hosts that may compute.

        Parameters
        ----------
        differing
            What is to be done with those that have other versions; see `Cluster`.
        """
        return [host for host in self.hosts if not refusal(host, differing)]

    def listen(self, listener: Callable[[], None]) -> None:
        """Have something called when anything changes, from some thread."""
        with self._lock:
            self._listeners.add(listener)
            links = list(self._links.values())
        for link in links:
            link.listen(listener)

    def ignore(self, listener: Callable[[], None]) -> None:
        """Have it called no more."""
        with self._lock:
            self._listeners.discard(listener)
            links = list(self._links.values())
        for link in links:
            link.ignore(listener)

    def standings(self, differing: Differing = "mark") -> list[Standing]:
        """Say how each host stands, and each scheduler behind which there is none."""
        found = []
        for link in self.links:
            hosts = list(link.hosts.values())
            if not hosts:
                state = "no workers" if link.state == "connected" else link.state
                reason = link.reason if link.state != "connected" else "no worker has joined it"
                found.append(Standing(link.name, link.address, state, reason, 0, {}))
            for host in hosts:
                refused = refusal(host, differing)
                shown = "left out" if refused and host.state == "ready" else host.state
                facts = host.facts
                versions = {} if facts is None else {"python": facts.python, **facts.versions}
                found.append(
                    Standing(
                        link.name if facts is None else host.name,
                        link.address,
                        shown,
                        refused or differs_by(host),
                        host.slots,
                        versions,
                    )
                )
        return found + self._unproved[:_MOST_SHOWN]

    @property
    def left_out(self) -> int:
        """How many more hosts are announced than `standings` tells of."""
        ignored = 0 if self._candidates is None else self._candidates.ignored
        return ignored + len(self._unproved[_MOST_SHOWN:])

    @property
    def _unproved(self) -> list[Standing]:
        """How those stand that are announced, and have not shown our credentials."""
        if self._candidates is None:
            return []
        return [
            Standing(one.found.name, f"tls://{one.found.address}", one.state, one.reason, 0, {})
            for one in self._candidates.unproved
        ]

    def close(self) -> None:
        """Let go of all."""
        if self._discovery is not None and self._candidates is not None:
            self._discovery.close()
            self._candidates.close()
        with self._lock:
            self._closed = True
            links, self._links = self._links, {}
        for link in links.values():
            link.close()

    def _add(self, address: Address) -> None:
        with self._lock:
            if self._closed or address.key in self._links:
                return
            link = self._links[address.key] = Link(address.address, address.security, address.name)
            listeners = list(self._listeners)
        for listener in listeners:
            link.listen(listener)

    def _proved(self, found: Announced) -> None:
        """Connect to a host that was announced, and has shown our credentials."""
        address = self._address(found)
        self._withdrawn.discard(address.key)
        self._add(address)
        with self._lock:
            link = self._links.get(address.key)
        if link is not None:
            link.listen(self._clear)

    def _gone(self, found: Announced) -> None:
        """Take note that it is not announced any more; anybody can say that, too."""
        self._withdrawn.add(self._address(found).key)
        self._clear()

    def _clear(self) -> None:
        """Let go of hosts that are neither announced any more nor connected."""
        with self._lock:
            gone = [key for key in self._withdrawn if not self._is_connected(key)]
            links = [self._links.pop(key, None) for key in gone]
            self._withdrawn.difference_update(gone)
            listeners = list(self._listeners)
        for link in links:
            if link is not None:
                link.close()
        if gone:
            for listener in listeners:
                listener()

    def _is_connected(self, key: object) -> bool:
        link = self._links.get(key)
        return link is not None and link.state == "connected"

    def _address(self, found: Announced) -> Address:
        assert self._found_by is not None  # noqa: S101 - it is what is looked for
        return address_of(found.name, found.address, self._found_by)


def refusal(host: Host, differing: Differing) -> str:
    """Say why a host is not used now; empty if it is."""
    if host.state != "ready":
        return host.reason or "it is being looked at"
    if differing == "leave out" and (differs := differs_by(host)):
        return f"it is left out, as its numbers may differ: {differs}"
    return ""


def differs_by(host: Host) -> str:
    """Say what could make a host's numbers others; empty if nothing."""
    return "" if host.facts is None else differences(host.facts, own_facts())


_rosters: dict[tuple[object, ...], Roster] = {}
_choosing = threading.Lock()


def roster_of(cluster: Cluster) -> Roster:
    """Give this process's roster of a cluster: the same one for the same hosts."""
    found_by = None if cluster.found_by is None else cluster.found_by.fingerprint
    key = (*(address.key for address in cluster.addresses), found_by)
    with _choosing:
        found = _rosters.get(key)
        if found is None:
            found = _rosters[key] = Roster(cluster)
        return found
