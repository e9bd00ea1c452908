"""``brian-sweep cluster``: this computer as a host for others, and who they are."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from contextlib import closing

from brian_sweep_widget.backends import (
    Cluster,
    Credentials,
    Roster,
    Standing,
    allowed_cores,
    known_clusters,
    make_credentials,
    read_credentials,
)
from brian_sweep_widget.backends.hosts.cluster import PORT
from brian_sweep_widget.backends.hosts.extra import ExtraMissingError
from brian_sweep_widget.backends.hosts.facts import MOST_SLOTS
from brian_sweep_widget.backends.hosts.serving import Serving, ServingError
from brian_sweep_widget.cli.cluster_options import WARNING
from brian_sweep_widget.cli.terminal import DONE, INCOMPLETE, aligned, refuse, say
from brian_sweep_widget.stop_signals import StopSignals

_SEARCH = 2.5  # s: hosts on the network answer within one
_CHECK = 12.0  # s
_LOOK = 0.1  # s


def cluster(parsed: argparse.Namespace) -> int:
    """Do what the command line asks for.

    Raises
    ------
    UsageError
        If there are no credentials, or this computer cannot serve.
    """
    try:
        if parsed.what == "credentials":
            return _credentials(parsed)
        if parsed.what == "serve":
            return _serve(parsed)
        return _list(parsed)
    except (ExtraMissingError, ServingError, TypeError, ValueError) as error:
        refuse(str(error))


def _credentials(parsed: argparse.Namespace) -> int:
    if parsed.action == "new":
        made = make_credentials(parsed.credentials)
        say(f"made {made.path}, good until {made.expires:%Y-%m-%d}\n{WARNING}")
        return DONE
    _show(read_credentials(parsed.credentials))
    return DONE


def _show(found: Credentials) -> None:
    say(f"file         {found.path}")
    say(f"fingerprint  {found.fingerprint}")
    say(f"good until   {found.expires:%Y-%m-%d}")
    say(WARNING)


def _serve(parsed: argparse.Namespace) -> int:
    credentials = read_credentials(parsed.credentials)
    slots = min(allowed_cores(), MOST_SLOTS) if parsed.workers is None else parsed.workers
    if not 1 <= slots <= MOST_SLOTS:
        size = "small" if slots < 1 else "large"
        refuse(f"argument --workers: {slots} is too {size} (allowed: 1 to {MOST_SLOTS})")
    port = PORT if parsed.port is None else parsed.port
    with (
        StopSignals("SIGINT", "SIGTERM") as stop,
        closing(
            Serving(credentials, slots, parsed.host, port, announce=parsed.announce)
        ) as serving,
    ):
        address = serving.address.removeprefix("tls://")
        say(f"serving {slots} simulations at once at {address}, for holders of {credentials.path}")
        if parsed.host == "127.0.0.1":
            say("only this computer reaches that: give --host the address that others reach")
        else:
            heard = "cluster='*' or " if parsed.announce else ""
            say(f"to use it: {heard}cluster=[{address!r}]; Ctrl-C ends it")
        while not stop.wait():
            pass
    return DONE


def _list(parsed: argparse.Namespace) -> int:
    """Show the hosts that are named, or found on the network; 1 if one cannot be used."""
    named = list(parsed.hosts)
    known = len(named) == 1 and named[0] in known_clusters()
    where = named[0] if known else named or "*"
    roster = Roster(Cluster(where, credentials=parsed.credentials))
    try:
        standings = _settled(roster, _SEARCH if not named else 0.0)
        left_out = roster.left_out
    finally:
        roster.close()
    if not standings:
        say(
            "no hosts found: start 'brian-sweep cluster serve --announce --host IP' on them, or "
            "name them, where the network lets no announcements through"
        )
        return INCOMPLETE
    say(_table(standings))
    if left_out:
        say(f"{left_out} more are announced, and have not shown your credentials")
    return DONE if all(one.state == "ready" for one in standings) else INCOMPLETE


def _settled(roster: Roster, search: float) -> list[Standing]:
    """Wait until every host has answered, or does not."""
    began = time.monotonic()
    while True:
        found = roster.standings()
        pending = [one for one in found if one.state in {"connecting", "checking", "no workers"}]
        passed = time.monotonic() - began
        if passed > _CHECK or (passed > search and not pending):
            return found
        time.sleep(_LOOK)


def _table(standings: Sequence[Standing]) -> str:
    rows = [("host", "address", "state", "slots", "versions")]
    for one in standings:
        versions = ", ".join(f"{name} {version}" for name, version in one.versions.items())
        state = f"{one.state}: {one.reason}" if one.reason else one.state
        rows.append((one.name, one.address, state, str(one.slots or ""), versions))
    return aligned(rows)
