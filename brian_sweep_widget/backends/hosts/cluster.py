"""What a person says of where a sweep is to run, read or refused with words."""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from brian_sweep_widget.backends.hosts.credentials import Credentials, read_credentials
from brian_sweep_widget.backends.hosts.extra import needed
from brian_sweep_widget.backends.hosts.known import known_clusters

#: Of a scheduler, if nothing else is said: Dask's own.
PORT = 8786
EVERYWHERE = "*"
_LAST_PORT = 65535

_ALLOWED = (
    "None for this computer; 'tls://host:port' for a scheduler; ['computer1', 'computer2'] for "
    "hosts that run 'brian-sweep cluster serve'; '*' for all of them that are found on the "
    "network; a name from a file of settings; a distributed.Client or cluster; or a Cluster "
    "with options"
)
_HOST = re.compile(r"(?P<host>\[[0-9A-Fa-f:.%\w]+\]|[\w.-]+)(?::(?P<port>\d{1,5}))?")

Differing = Literal["leave out", "mark"]
WhenGone = Literal["local", "wait"]


class Address(NamedTuple):
    """Where a scheduler is.

    Attributes
    ----------
    name
        What the person called it.
    address
        As Dask writes it.
    security
        How it is encrypted; None for not.
    key
        Equal for equal connections.
    """

    name: str
    address: str
    security: Any
    key: object


@dataclass(frozen=True)
class Cluster:
    """Where a sweep runs, besides this computer or instead of it.

    Parameters
    ----------
    where
        ``"tls://host:port"``: a Dask scheduler. A list of names, with ports if
        they are not 8786: hosts that run ``brian-sweep cluster serve``.
        ``"*"``: all such hosts that are found on the network, as they come and
        go. A name from a file of settings. A ``distributed.Client`` or a
        cluster object of Dask's: it is used, and never closed.
    local
        Whether the cores of this computer compute, too. If not given, they do
        beside named and discovered hosts, and not beside a scheduler.
    differing
        What becomes of hosts that compute other last digits than this
        computer: ``"leave out"`` them, or ``"mark"`` their results, which are
        then not reused.
    when_gone
        What becomes of a sweep whose hosts are all gone: the ``"local"`` cores
        go on with it, or it has to ``"wait"`` for a host.
    credentials
        The file that the hosts share with this computer; see
        ``brian-sweep cluster credentials``. If not given, your own.

    Raises
    ------
    TypeError, ValueError
        If anything of this is unknown or not allowed, or there are no
        credentials.
    """

    where: Any
    local: bool | None = None
    differing: Differing = "leave out"
    when_gone: WhenGone = "local"
    credentials: str | os.PathLike[str] | None = None
    #: Schedulers that are known.
    addresses: tuple[Address, ...] = field(init=False, repr=False, compare=False)
    #: With which others are found; None if none are looked for.
    found_by: Credentials | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        _one_of("differing", self.differing, ("leave out", "mark"))
        _one_of("when_gone", self.when_gone, ("local", "wait"))
        needed("distributed")
        where = self.where
        if isinstance(where, str):
            where = known_clusters().get(where, where)
        addresses: tuple[Address, ...] = ()
        found_by = None
        named = isinstance(where, list | tuple | set | frozenset)
        if isinstance(where, str) and where == EVERYWHERE:
            needed("zeroconf")
            found_by = read_credentials(self.credentials)
        elif isinstance(where, str):
            addresses = (self._read(where),)
        elif named and where:
            addresses = tuple(self._read(name) for name in where)
        else:
            addresses = (_of_dask(where),)
        object.__setattr__(self, "addresses", addresses)
        object.__setattr__(self, "found_by", found_by)
        if self.local is None:
            object.__setattr__(self, "local", found_by is not None or named)

    @property
    def words(self) -> str:
        """What the person called it."""
        if self.found_by is not None:
            return "hosts on the network"
        if isinstance(self.where, str):
            return self.where
        return ", ".join(address.name for address in self.addresses)

    def _read(self, given: Any) -> Address:
        if not isinstance(given, str):
            msg = f"cluster: {given!r} is no host (allowed: a name such as 'computer1')"
            raise TypeError(msg)
        protocol, _, rest = given.rpartition("://")
        found = _HOST.fullmatch(rest)
        if (
            found is None
            or protocol not in {"", "tls", "tcp"}
            or int(found["port"] or 1) > _LAST_PORT
        ):
            msg = f"cluster = {given!r} is no address (allowed: {_ALLOWED})"
            raise ValueError(msg)
        address = f"{found['host']}:{found['port'] or PORT}"
        if protocol == "tcp":
            if not is_loopback(found["host"]):
                msg = (
                    f"cluster = {given!r}: what is sent there could be read and changed on the "
                    "way, and is code that runs (allowed: tls://, or tcp:// on this computer)"
                )
                raise ValueError(msg)
            return Address(given, f"tcp://{address}", None, ("tcp", address))
        credentials = read_credentials(self.credentials)
        return address_of(given, address, credentials)


def address_of(name: str, address: str, credentials: Credentials) -> Address:
    """Give the address of a host that has these credentials."""
    key = ("tls", address, credentials.fingerprint)
    return Address(name, f"tls://{address}", credentials.security(), key)


def read_cluster(given: Any) -> Cluster | None:
    """Read what was given for ``cluster=``.

    Raises
    ------
    TypeError, ValueError
        See `Cluster`.
    """
    return given if given is None or isinstance(given, Cluster) else Cluster(given)


def is_loopback(host: str) -> bool:
    """Whether an address is this computer's own, that nobody else reaches."""
    bare = host.strip("[]")
    if bare == "localhost":
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False


def _of_dask(given: Any) -> Address:
    """Give the address of a client's scheduler, or of a cluster's."""
    scheduler = getattr(given, "scheduler", None)
    address = getattr(given, "scheduler_address", None) or getattr(scheduler, "address", None)
    if not isinstance(address, str):
        if type(given).__module__.startswith(("distributed", "dask")):
            msg = f"cluster = {given!r} is not connected to a scheduler any more: make a new one"
            raise ValueError(msg)
        msg = f"cluster = {given!r} is not known (allowed: {_ALLOWED})"
        raise TypeError(msg)
    security = getattr(given, "security", None)
    name = f"{type(given).__name__} {address}"
    return Address(name, address, security, (address, id(security)))


def _one_of(name: str, given: object, allowed: tuple[str, ...]) -> None:
    if given not in allowed:
        msg = f"{name} = {given!r} is unknown (allowed: {', '.join(map(repr, allowed))})"
        raise ValueError(msg)
