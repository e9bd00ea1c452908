"""Where a sweep can run: what there is to choose from, and how it stands."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import NamedTuple

from brian_sweep_widget.backends import (
    Cluster,
    DaskClient,
    ForeignBackend,
    Standing,
    chosen_backend,
    credentials_path,
    known_clusters,
    read_cluster,
    roster_of,
)
from brian_sweep_widget.engines.versions import library_versions

Place = Cluster | ForeignBackend | None

#: Names of choices that there always are, or that nobody gave.
THIS_COMPUTER = "This computer"
NETWORK = "Hosts on the network"
_VERSIONS = {"python": "Python", "brian2": "Brian 2", "numpy": "numpy"}


def read_place(given: object) -> Place:
    """Read what a person said of where to run, or chose by ``joblib.parallel_config``.

    Raises
    ------
    TypeError, ValueError
        If it is unknown or not allowed; see `Cluster` and `chosen_backend`.
    """
    chosen = chosen_backend() if given is None else given
    if isinstance(chosen, ForeignBackend):
        if chosen.in_threads:
            # Where it is imported it handles interrupts, which threads may not.
            import_module("brian2")
        return chosen
    return read_cluster(chosen.client if isinstance(chosen, DaskClient) else chosen)


class Choice(NamedTuple):
    """Somewhere to run.

    Attributes
    ----------
    name
        For people.
    place
        As `Sweep` takes it for ``cluster``.
    """

    name: str
    place: Place


class Places:
    """Finds them. A choice that was there once stays where it is, also if it is gone.

    Parameters
    ----------
    given
        What a person named; beside it there is this computer, and what is
        found.

    Attributes
    ----------
    problem
        Why nothing is found, and what to do; empty if nothing is wrong.
    """

    def __init__(self, given: Place) -> None:
        self.problem = ""
        self._choices = [Choice(THIS_COMPUTER, None)]
        self._addresses: set[str] = set()
        self._network: Cluster | None = None
        self._searched = False
        if given is not None:
            named = given.words if isinstance(given, Cluster) else f"joblib's {given.name}"
            self._add(named, given)

    def look(self) -> Sequence[Choice]:
        """Give all choices that there are now, with hosts that were found meanwhile."""
        if self._network is not None:
            for one in roster_of(self._network).standings():
                # What has told nothing may be anybody's, and a choice stays.
                if one.versions and one.address not in self._addresses:
                    self._addresses.add(one.address)
                    self._add(one.name, Cluster([one.address]))
        return tuple(self._choices)

    def search(self, found: Callable[[], None]) -> None:
        """Begin to look for clusters that have names here, and for hosts on the network.

        Parameters
        ----------
        found
            Called when there are more to choose from, from some thread.
        """
        if not self._searched:
            self._searched = True
            threading.Thread(
                target=self._search, args=(found,), name="brian-sweep-places", daemon=True
            ).start()

    def standings(self, choice: Choice) -> Sequence[Standing]:
        """Say how the hosts of a choice stand; none for what has no hosts that are known."""
        if not isinstance(choice.place, Cluster):
            return ()
        return roster_of(choice.place).standings(choice.place.differing)

    def _add(self, name: str, place: Place) -> None:
        if all(one.place != place for one in self._choices):
            self._choices.append(Choice(name, place))

    def _search(self, found: Callable[[], None]) -> None:
        try:
            for name in known_clusters():
                self._add(name, Cluster(name))
            if credentials_path().exists():
                network = Cluster("*")
                self._add(NETWORK, network)
                self._network = network  # from now on `look` adds, in another thread
            else:
                self.problem = (
                    "Other computers of yours can help: 'brian-sweep cluster credentials new' "
                    "is the first step."
                )
        except (ImportError, TypeError, ValueError) as error:
            self.problem = str(error)
        found()


def in_brief(standings: Sequence[Standing]) -> str:
    """Say in a few words what the hosts of a cluster can do."""
    ready = [one for one in standings if one.state == "ready"]
    if ready:
        slots = sum(one.slots for one in ready)
        hosts = f"{len(ready)} hosts, " if len(ready) > 1 else ""
        return f"{hosts}{slots} at once"
    if not standings:
        return "none found yet"
    state = standings[0].state
    return {"refused": "cannot be used", "left out": "cannot be used"}.get(state, state)


def in_full(standing: Standing) -> str:
    """Say what a host can do, what it has, and why it cannot be used."""
    said = []
    if standing.state == "ready":
        said.append(f"{standing.slots} at once")
    if standing.reason:
        said.append(standing.reason)
    elif standing.state != "ready":
        said.append(standing.state)
    versions = _in_words(standing.versions)
    return f"{standing.name}: {'; '.join(said)}{versions}"


def this_computer_in_full(workers: int) -> str:
    """Say the same of this computer."""
    return f"{THIS_COMPUTER}: {workers} at once{_in_words(library_versions())}"


def _in_words(versions: dict[str, str]) -> str:
    found = [f"{name} {versions[key]}" for key, name in _VERSIONS.items() if versions.get(key, "")]
    return f" ({', '.join(found)})" if found else ""
