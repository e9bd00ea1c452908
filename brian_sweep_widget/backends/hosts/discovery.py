"""Hosts say on the local network that they are there, and kernels hear them.

Anybody on the network can say so. The fingerprint in an announcement is a
filter, so that nobody tries other people's hosts; who a host is, is decided by
the handshake of TLS, where it has to show that it has the key.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from brian_sweep_widget.backends.hosts.credentials import Credentials
from brian_sweep_widget.backends.hosts.extra import needed

if TYPE_CHECKING:
    from zeroconf import ServiceInfo, Zeroconf

_TYPE = "_brian-sweep._tcp.local."
_ANSWER = 3.0  # s


class Announced(NamedTuple):
    """A host that said that it is there.

    Attributes
    ----------
    name
        What it calls itself.
    address
        Host and port.
    slots
        Simulations at once.
    ours
        Whether it names our credentials.
    """

    name: str
    address: str
    slots: int
    ours: bool


class Announcement:
    """Says that this host is there, until it is withdrawn.

    Parameters
    ----------
    credentials
        Whose hosts are meant.
    address, port
        Where it listens.
    slots
        Simulations at once.
    """

    def __init__(self, credentials: Credentials, address: str, port: int, slots: int) -> None:
        zeroconf = needed("zeroconf")
        name = socket.gethostname()
        self._network: Zeroconf = zeroconf.Zeroconf(interfaces=[address])
        self._service: ServiceInfo = zeroconf.ServiceInfo(
            _TYPE,
            f"{name}-{address.replace('.', '-').replace(':', '-')}-{port}.{_TYPE}",
            parsed_addresses=[address],
            port=port,
            properties={"fp": credentials.fingerprint, "slots": str(slots), "name": name},
            server=f"{name}.local.",
        )
        self._network.register_service(self._service, allow_name_change=True)

    def withdraw(self) -> None:
        """Say that it goes."""
        self._network.unregister_service(self._service)
        self._network.close()


class Discovery:
    """Listens for hosts, until it is closed.

    Parameters
    ----------
    credentials
        Whose hosts are ours.
    appeared, disappeared
        Called with a host that came, and with the name of its announcement
        that went, from a thread.
    """

    def __init__(
        self,
        credentials: Credentials,
        appeared: Callable[[str, Announced], None],
        disappeared: Callable[[str], None],
    ) -> None:
        zeroconf = needed("zeroconf")
        self._fingerprint = credentials.fingerprint.encode()
        self._appeared, self._disappeared = appeared, disappeared
        self._network: Zeroconf = zeroconf.Zeroconf()
        self._browser = zeroconf.ServiceBrowser(self._network, _TYPE, listener=self)

    def close(self) -> None:
        """Listen no more."""
        self._browser.cancel()
        self._network.close()

    # zeroconf calls these three by name.

    def add_service(self, network: Zeroconf, kind: str, name: str) -> None:
        """Take note of a host that came."""
        info = network.get_service_info(kind, name, timeout=int(_ANSWER * 1000))
        if info is not None and (found := _read(info, self._fingerprint)) is not None:
            self._appeared(name, found)

    def update_service(self, network: Zeroconf, kind: str, name: str) -> None:
        """Take note of a host that has changed."""
        self.add_service(network, kind, name)

    def remove_service(self, _network: Zeroconf, _kind: str, name: str) -> None:
        """Take note of a host that went."""
        self._disappeared(name)


def _read(info: ServiceInfo, fingerprint: bytes) -> Announced | None:
    """Read an announcement, of which nothing can be believed; None if it makes no sense."""
    told = {key: value or b"" for key, value in info.properties.items()}
    try:
        slots = int(told.get(b"slots", b"0"))
        addresses = [ipaddress.ip_address(one) for one in info.parsed_addresses()]
    except ValueError:
        return None
    if not addresses or not info.port:
        return None
    address = str(addresses[0]) if addresses[0].version == 4 else f"[{addresses[0]}]"  # noqa: PLR2004 - IPv4
    name = told.get(b"name", b"").decode("utf-8", errors="replace")[:64]
    ours = told.get(b"fp") == fingerprint
    return Announced(name or address, f"{address}:{info.port}", slots, ours)
