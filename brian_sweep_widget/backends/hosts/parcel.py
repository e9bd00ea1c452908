"""What travels between a kernel and a host: calls there, results back."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from brian_sweep_widget.backends.guard import Ended
from brian_sweep_widget.backends.token import Label, Place, Why

_LENGTH = struct.Struct("<I")
_BYTES, _TEXT, _NOTHING, _ENDED = "bytes", "text", "nothing", "ended"
_WHYS: Mapping[str, Why] = {"skipped": "skipped", "overdue": "overdue"}


def name_of(blob: bytes) -> str:
    """Name something large by what it is: a host that has it need not be sent it again."""
    return blake2b(blob, digest_size=16).hexdigest()


#: What may come of a call: bytes, whose meaning the caller knows, a text, nothing, or that it
#: was interrupted.
Result = bytes | str | None | Ended


class DamagedReplyError(ValueError):
    """What a host sent is no reply."""


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

    results: tuple[tuple[Label, Result], ...] = ()
    died: str = ""
    suspects: frozenset[Label] = frozenset()
    missing: tuple[str, ...] = ()


def write_reply(reply: Reply) -> bytes:
    """Write a reply down, without pickles: a heading, and behind it the bytes.

    Raises
    ------
    TypeError
        If a result is of another kind than `Result` names.
    """
    blobs = [result for _, result in reply.results if isinstance(result, bytes)]
    results = [[label, *_kind_of(result)] for label, result in reply.results]
    told = [results, reply.died, sorted(reply.suspects), list(reply.missing)]
    heading = json.dumps(told).encode()
    return b"".join([_LENGTH.pack(len(heading)), heading, *blobs])


def read_reply(sent: object) -> Reply:
    """Read what `write_reply` wrote.

    Raises
    ------
    DamagedReplyError
        If it is not as it was written.
    """
    try:
        if isinstance(sent, bytes):
            return _reply_in(sent)
    except (ValueError, TypeError, KeyError, struct.error, RecursionError) as error:
        msg = f"what it sent is no reply ({type(error).__name__})"
        raise DamagedReplyError(msg) from error
    msg = f"what it sent is no reply ({type(sent).__name__})"
    raise DamagedReplyError(msg)


def _reply_in(sent: bytes) -> Reply:
    (length,) = _LENGTH.unpack_from(sent)
    at = _LENGTH.size + length
    told, died, suspects, missing = json.loads(sent[_LENGTH.size : at].decode())
    results: list[tuple[Label, Result]] = []
    for label, kind, content in told:
        result: Result = None
        if kind == _BYTES:
            result = sent[at : at + content]
            if content < 0 or len(result) != content:
                raise ValueError(content)
            at += content
        elif kind == _ENDED:
            result = Ended(_WHYS[content])
        elif kind == _TEXT:
            result = str(content)
        elif kind != _NOTHING:
            raise ValueError(kind)
        results.append((_label(label), result))
    if at != len(sent):
        raise ValueError(at)
    labels = frozenset(map(_label, suspects))
    return Reply(tuple(results), str(died), labels, tuple(map(str, missing)))


def _kind_of(result: object) -> tuple[str, object]:
    if isinstance(result, bytes):
        return _BYTES, len(result)
    if isinstance(result, str):
        return _TEXT, result
    if isinstance(result, Ended):
        return _ENDED, result.why
    if result is None:
        return _NOTHING, None
    msg = f"{type(result).__name__} does not travel (allowed: bytes, text, None, Ended)"
    raise TypeError(msg)


def _label(told: object) -> Label:
    if not isinstance(told, list) or not all(type(index) is int for index in told):
        raise TypeError(told)
    return tuple(told)


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

    def heard(
        self, asked: float, answered: float
    ) -> tuple[float, dict[str, dict[Label, Place]], dict[str, tuple[float, float]]]:
        """Give what it says, in the time of who asked.

        Parameters
        ----------
        asked, answered
            When that was, by the clock of who asked.

        Returns
        -------
        offset, places, short_of
            Seconds that the host's clock is ahead, and the rest.

        Raises
        ------
        Exception
            If it makes no sense.
        """
        offset = self.now - (asked + answered) / 2
        if not math.isfinite(offset):
            raise ValueError(offset)
        places = {
            sweep: {
                tuple(label): Place(int(process), float(began) - offset)
                for label, (process, began) in found.items()
            }
            for sweep, found in self.places.items()
        }
        short = {
            sweep: (float(free), float(needed)) for sweep, (free, needed) in self.short_of.items()
        }
        return offset, places, short
