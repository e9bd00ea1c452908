"""A call that may be made here or on a host, and several of them on one journey."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, Protocol

from brian_sweep_widget.backends.hosts.host import Host, HostLostError
from brian_sweep_widget.backends.hosts.parcel import Parcel, Reply
from brian_sweep_widget.backends.token import Label


class Elsewhere(Protocol):
    """What a host must know to make a call."""

    @property
    def labels(self) -> tuple[Label, ...]:
        """Those of the call's jobs."""
        ...

    def fits(self, host: Host) -> bool:
        """Whether a host can make it now; if it cannot, perhaps it will soon."""
        ...

    def refusal(self, host: Host) -> str:
        """Say why a host cannot make it, whatever comes; empty if it can, or may soon."""
        ...

    def parcel(self, sweep: str, host: Host, skipped: Iterable[Label]) -> Parcel:
        """Write it down for a host that fits, without the jobs that were skipped."""
        ...

    def read(self, host: Host, results: Iterable[tuple[Label, Any]]) -> list[tuple[Label, Any]]:
        """Give results of a host's as results from here."""
        ...


class Errand:
    """A call that may be made here or on a host.

    Parameters
    ----------
    function, arguments
        As it is called here.
    elsewhere
        How it is called on a host.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        arguments: tuple[Any, ...],
        elsewhere: Elsewhere | None = None,
    ) -> None:
        self._function = function
        self._arguments = arguments
        self.elsewhere = elsewhere

    def __call__(self) -> Any:
        """Make it here."""
        return self._function(*self._arguments)

    def __reduce__(self) -> tuple[Any, ...]:
        # Workers here need not know what hosts do.
        return Errand, (self._function, self._arguments)


def joined(parcels: Sequence[Parcel]) -> Parcel:
    """Make one parcel of several of a sweep's, for one host."""
    first, *others = parcels
    blobs = {name: blob for parcel in parcels for name, blob in parcel.blobs.items()}
    return replace(
        first,
        calls=(*first.calls, *(call for parcel in others for call in parcel.calls)),
        needed=tuple(blobs),
        blobs=blobs,
    )


def part_of(answer: Reply | HostLostError, labels: Iterable[Label]) -> Reply | HostLostError:
    """Give what came of some calls of a parcel."""
    if isinstance(answer, HostLostError):
        return answer
    labels = frozenset(labels)
    results = tuple(result for result in answer.results if result[0] in labels)
    return replace(answer, results=results, suspects=answer.suspects & labels)
