"""Whether the calls of a sweep wait for hosts in vain, since when, and why, in words."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from brian_sweep_widget.backends.assignments import Assignment
from brian_sweep_widget.backends.hosts.cluster import Cluster
from brian_sweep_widget.backends.hosts.host import Host
from brian_sweep_widget.backends.hosts.roster import Roster

_CALL = 2.0  # s between calls for workers, where there are none
# Without any host that computes for so long, others than those that were asked for do.
_ALONE = 8.0  # s


class Waiting:
    """Watches whether there are hosts for a sweep's calls. Safe for several threads.

    Parameters
    ----------
    roster
        The hosts.
    cluster
        How they are to be used.
    sweep
        Names the sweep to them.
    """

    def __init__(self, roster: Roster, cluster: Cluster, sweep: str) -> None:
        self._roster = roster
        self._cluster = cluster
        self._sweep = sweep
        self._lock = threading.Lock()
        self._refused: Assignment | None = None
        self._since: float | None = time.monotonic()
        self._called = -_CALL

    def note_refused(self, refused: Assignment | None) -> None:
        """Take note of a call that no host takes; None if there is none."""
        self._refused = refused

    def note_ready(self, ready: Sequence[Host], calls: int) -> bool:
        """Take note of which hosts are ready, while so many calls wait.

        Returns
        -------
        bool
            Whether none computes for so long that this computer has to go on.
        """
        now = time.monotonic()
        with self._lock:
            if ready and self._refused is None:
                self._since = None
                return False
            if self._since is None:
                self._since = now
            if not ready and now - self._called > _CALL:
                self._called = now
                for link in self._roster.links:
                    link.call_for_workers(calls)
            return now - self._since > _ALONE and self._cluster.when_gone == "local"

    def words(self, ready: Sequence[Host]) -> str:
        """Say what is waited for, and why; empty if nothing is."""
        refused = self._refused
        if not ready and self._since is not None:
            standings = self._roster.standings(self._cluster.differing)
            reasons = [f"{one.name}: {one.reason}" for one in standings if one.reason]
            why = "; ".join(reasons) or "none was found"
        elif refused is not None:
            reasons = [f"{one.name}: {reason}" for one in ready if (reason := refused.refusal(one))]
            which = ", ".join(map(str, refused.labels))
            why = f"none takes simulation {which}: {'; '.join(reasons)}"
        else:
            why = "; ".join(
                f"{one.name} has {short[0] / 1e9:.2g} GB of memory free, and another simulation "
                f"needs about {short[1] / 1e9:.2g} GB"
                for one in ready
                if (short := one.short_of(self._sweep)) is not None
            )
        return f"Waiting for {self._roster.words} ({why})." if why else ""
