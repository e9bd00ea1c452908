"""What one command starts on a host: a Dask scheduler with one worker, for holders of a secret."""

from __future__ import annotations

import ipaddress
from importlib import import_module
from typing import Any

from brian_sweep_widget.backends.hosts.cluster import PORT
from brian_sweep_widget.backends.hosts.credentials import Credentials
from brian_sweep_widget.backends.hosts.discovery import Announcement
from brian_sweep_widget.backends.hosts.extra import needed
from brian_sweep_widget.backends.hosts.facts import SLOTS_VARIABLE

_NOBODY = "127.0.0.1:0"  # where Dask's dashboard cannot do harm

_AHEAD = 2


class ServingError(RuntimeError):
    """The host cannot serve; says why, and what to do."""


class Serving:
    """Offers this computer's cores to those who have the same credentials, until it is closed.

    The one worker has threads enough, each of which hands its calls to guarded
    processes: see `brian_sweep_widget.backends.hosts.post`. Nothing listens
    but what TLS protects, with bounds for strangers; Dask's dashboard, which
    has no protection, is off.

    Parameters
    ----------
    credentials
        Who may come.
    slots
        Simulations at once.
    host
        The address to listen at; only this computer reaches ``127.0.0.1``.
    port
        Of the scheduler.
    announce
        Whether to tell the local network.

    Raises
    ------
    ServingError
        If the address is not this computer's, or the port is taken.
    """

    def __init__(
        self,
        credentials: Credentials,
        slots: int,
        host: str = "127.0.0.1",
        port: int = PORT,
        *,
        announce: bool = False,
    ) -> None:
        _check_address(host)
        distributed = needed("distributed")
        listening = import_module("brian_sweep_widget.backends.hosts.listening")
        listening.guard_process()
        shown = f"[{host}]" if ":" in host else host
        try:
            self._cluster: Any = distributed.LocalCluster(
                n_workers=1,
                worker_class=listening.GuardedNanny,
                # So that the next call is there when a simulation ends.
                threads_per_worker=_AHEAD * slots,
                env={SLOTS_VARIABLE: str(slots)},
                protocol="tls://",
                host=host,
                scheduler_port=port,
                security=credentials.security(),
                # With None it would listen all the same, and at every address.
                dashboard_address=_NOBODY,
                worker_dashboard_address=_NOBODY,
                memory_limit=0,  # the worker's processes watch the memory themselves
            )
        except (OSError, RuntimeError) as error:
            cause: BaseException = error
            while not isinstance(cause, OSError) and (
                below := cause.__cause__ or cause.__context__
            ):
                cause = below
            msg = (
                f"{shown}:{port} cannot be listened at ({cause}): give an address of this "
                "computer with --host, and a free port with --port"
            )
            raise ServingError(msg) from error
        self.address = str(self._cluster.scheduler_address)
        self.slots = slots
        self._announcement = None
        if announce:
            taken = int(self.address.rpartition(":")[2])
            self._announcement = Announcement(credentials, host, taken)

    def close(self) -> None:
        """End it, with all that runs here."""
        if self._announcement is not None:
            self._announcement.withdraw()
        self._cluster.close()


def _check_address(host: str) -> None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        msg = f"--host {host}: is no address (allowed: one of this computer's, as 192.168.0.7)"
        raise ServingError(msg) from None
    if address.is_unspecified:
        msg = (
            f"--host {host}: would listen at every address that this computer has, public ones "
            "included (allowed: the one address at which your other computers reach it)"
        )
        raise ServingError(msg)
