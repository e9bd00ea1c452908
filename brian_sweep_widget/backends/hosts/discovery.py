"""Hosts say on the local network that they are there, and kernels hear them.

Anybody on the network can say so, of any address and as often as he wants. The
fingerprint in an announcement is a filter, so that nobody tries other people's
hosts; who a host is, is decided by the handshake of TLS, where it has to show
that it has the key. Nothing else is read but a name, until it has.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from brian_sweep_widget.backends.hosts.credentials import Credentials
from brian_sweep_widget.backends.hosts.extra import needed
from brian_sweep_widget.printable import one_line

if TYPE_CHECKING:
    from zeroconf import RecordUpdate, RecordUpdateListener, ServiceInfo, Zeroconf

_TYPE = "_brian-sweep._tcp.local."
_LONGEST_NAME = 64  # characters
_MOST_QUESTIONS = 10  # a second


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
        self._network.add_listener(_listener(self._read_message), None)
        self._questions = 0
        self._counted_since = time.monotonic()

    def close(self) -> None:
        """Listen no more."""
        self._browser.cancel()
        self._network.close()

    # zeroconf calls these three by name, from a thread that they must not hold up.

    def add_service(self, network: Zeroconf, kind: str, name: str) -> None:
        """Take note of a host that came; ask for the rest if that was not all."""
        if not self._take(network, kind, name) and self._may_ask():
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

    def _may_ask(self) -> bool:
        """Whether there were few questions lately: one message can name a hundred hosts."""
        now = time.monotonic()
        if now - self._counted_since > 1.0:
            self._questions, self._counted_since = 0, now
        self._questions += 1
        return self._questions <= _MOST_QUESTIONS

    def _read_message(self, records: Sequence[Any]) -> None:
        """Read the hosts of which one message tells all, as those of this package do.

        What zeroconf remembers has an end, and those who announce thousands push
        out of it what others have said, even within the message that says it.
        """
        zeroconf = needed("zeroconf")
        texts = {one.key: one.text for one in records if isinstance(one, zeroconf.DNSText)}
        addresses: dict[str, list[bytes]] = {}
        for one in records:
            if isinstance(one, zeroconf.DNSAddress):
                addresses.setdefault(one.key, []).append(one.address)
        for one in records:
            if not isinstance(one, zeroconf.DNSService) or not one.key.endswith(f".{_TYPE}"):
                continue
            where, text = addresses.get(one.server_key), texts.get(one.key)
            if where is None or text is None:
                continue
            with suppress(zeroconf.BadTypeInNameException):
                info = zeroconf.ServiceInfo(
                    _TYPE, one.name, one.port, properties=text, server=one.server, addresses=where
                )
                if (found := _read(info, self._fingerprint)) is not None:
                    self._appeared(one.name, found)

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


def _listener(take: Callable[[Sequence[Any]], None]) -> RecordUpdateListener:
    """Give what zeroconf tells of every message, before it keeps what is in it."""

    class Listener(needed("zeroconf").RecordUpdateListener):  # type: ignore[misc]  # not loaded before
        def async_update_records(
            self, _network: Zeroconf, _now: float, records: list[RecordUpdate]
        ) -> None:
            take([one.new for one in records if one.new.ttl])

        def async_update_records_complete(self) -> None:
            pass

    return Listener()


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
