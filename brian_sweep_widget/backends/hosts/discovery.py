"""Hosts say on the local network that they are there, and kernels hear them.

Anybody on the network can say so, of any address and as often as he wants. The
fingerprint in an announcement is a filter, so that nobody tries other people's
hosts; who a host is, is decided by the handshake of TLS, where it has to show
that it has the key. Nothing else is read but a name, until it has.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from brian_sweep_widget.backends.hosts.credentials import Credentials
from brian_sweep_widget.backends.hosts.extra import needed
from brian_sweep_widget.printable import one_line

if TYPE_CHECKING:
    from zeroconf import ServiceInfo, Zeroconf

_TYPE = "_brian-sweep._tcp.local."
_LONGEST_NAME = 64  # characters


class Announced(NamedTuple):
    """A host that said that it is there.

    Attributes
    ----------
    name
        What it calls itself, in characters that can be shown.
    address
        Host and port.
    ours
        Whether it names our credentials.
    """

    name: str
    address: str
    ours: bool


class Announcement:
    """Says that this host is there, until it is withdrawn.

    Parameters
    ----------
    credentials
        Whose hosts are meant.
    address, port
        Where it listens.
    """

    def __init__(self, credentials: Credentials, address: str, port: int) -> None:
        zeroconf = needed("zeroconf")
        name = socket.gethostname()
        self._network: Zeroconf = zeroconf.Zeroconf(interfaces=[address])
        self._service: ServiceInfo = zeroconf.ServiceInfo(
            _TYPE,
            f"{name}-{address.replace('.', '-').replace(':', '-')}-{port}.{_TYPE}",
            parsed_addresses=[address],
            port=port,
            properties={"fp": credentials.fingerprint, "name": name},
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

    # zeroconf calls these three by name, from a thread that they must not hold up.

    def add_service(self, network: Zeroconf, kind: str, name: str) -> None:
        """Take note of a host that came; ask for the rest if that was not all."""
        if not self._take(network, kind, name):
            # What comes is told as an update. zeroconf's own way of asking waits for it, and
            # draws from Python's random generator, which a person may have seeded.
            zeroconf, const = needed("zeroconf"), needed("zeroconf.const")
            question = zeroconf.DNSOutgoing(const._FLAGS_QR_QUERY)  # noqa: SLF001 - DNS's, in fact
            for what in (const._TYPE_SRV, const._TYPE_TXT):  # noqa: SLF001 - as above
                question.add_question(zeroconf.DNSQuestion(name, what, const._CLASS_IN))  # noqa: SLF001 - as above
            network.send(question)

    def update_service(self, network: Zeroconf, kind: str, name: str) -> None:
        """Take note of a host that has changed."""
        self._take(network, kind, name)

    def remove_service(self, _network: Zeroconf, _kind: str, name: str) -> None:
        """Take note of a host that went."""
        self._disappeared(name)

    def _take(self, network: Zeroconf, kind: str, name: str) -> bool:
        """Read what is known of a host; says whether that is all, or all that makes sense."""
        zeroconf = needed("zeroconf")
        try:
            info: ServiceInfo = zeroconf.ServiceInfo(kind, name)
        except zeroconf.BadTypeInNameException:
            return True
        whole = info.load_from_cache(network)
        if whole and (found := _read(info, self._fingerprint)) is not None:
            self._appeared(name, found)
        return whole


def _read(info: ServiceInfo, fingerprint: bytes) -> Announced | None:
    """Read an announcement, of which nothing can be believed; None if it makes no sense."""
    told = {key: value or b"" for key, value in info.properties.items()}
    addresses = filter(_can_be, map(ipaddress.ip_address, info.parsed_addresses()))
    address = next(addresses, None)
    if address is None or not info.port:
        return None
    shown = f"[{address}]" if address.version == 6 else str(address)  # noqa: PLR2004 - IPv6
    name = one_line(told.get(b"name", b"").decode("utf-8", errors="replace"), _LONGEST_NAME)
    ours = told.get(b"fp") == fingerprint
    return Announced(name or shown, f"{shown}:{info.port}", ours)


def _can_be(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address can be one computer's."""
    nobody = address.is_multicast or address.is_unspecified
    return not nobody and not (address.version == 4 and address.is_reserved)  # noqa: PLR2004 - IPv4
