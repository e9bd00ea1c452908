"""What travels between a kernel and a host: calls there, results back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from brian_sweep_widget.backends.token import Label, Place


def name_of(blob: bytes) -> str:
    """Name something large by what it is: a host that has it need not be sent it again."""
    return blake2b(blob, digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Parcel:
    """Calls of a function on a host.

    Parameters
    ----------
    sweep
        Names the sweep that they belong to; empty for none.
    function
        Called in a worker with a folder that holds the blobs, a folder for what
        it writes, and the arguments. Sent by name: the host has it.
    calls
        Label and arguments of every call.
    time_limit
        Seconds that one call may take.
    prepare
        What the workers do before their first job.
    needed
        Names of blobs.
    blobs
        Those of them that the host may not have.
    """

    sweep: str
    function: Callable[..., Any]
    calls: tuple[tuple[Label, tuple[Any, ...]], ...]
    time_limit: float = float("inf")
    prepare: Callable[[], None] | None = None
    needed: tuple[str, ...] = ()
    blobs: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of a parcel.

    Parameters
    ----------
    results
        Label and result of the calls that came to an end.
    died
        What became of the worker; empty if it lives.
    suspects
        The calls of which a worker may have died.
    missing
        Names of blobs that the host does not have; nothing was called then.
    """

    results: tuple[tuple[Label, Any], ...] = ()
    died: str = ""
    suspects: frozenset[Label] = frozenset()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Beat:
    """What a host says of itself every few seconds.

    Parameters
    ----------
    now
        Its clock, in seconds since the epoch.
    places
        Calls that its workers began last, by sweep.
    short_of
        Sweeps whose next call waits for memory there: bytes that are free, and that it needs.
    """

    now: float
    places: Mapping[str, Mapping[Label, Place]]
    short_of: Mapping[str, tuple[float, float]] = field(default_factory=dict)
