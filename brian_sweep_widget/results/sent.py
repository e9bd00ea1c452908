"""Outcomes as bytes that another computer sends, and back: numbers and texts, no pickles.

Written like rows of the store, with what the store does not keep. What comes
back is believed no further than it can be checked.
"""

from __future__ import annotations

import json
import math
import struct
from dataclasses import replace
from typing import Any

from brian_sweep_widget.results.outcome import Outcome
from brian_sweep_widget.results.store.coding import Row, read_outcome, to_row
from brian_sweep_widget.results.store.errors import DamagedError
from brian_sweep_widget.sweeps import Job

_LENGTH = struct.Struct("<I")
#: Lists of an origin that the store does not keep.
_BESIDES = ("contents", "unseeded", "threads", "programs")


def write_sent(outcome: Outcome) -> bytes:
    """Write an outcome down: a heading, and behind it the numbers."""
    row, origin = to_row(b"", "", outcome), outcome.origin
    besides = {} if origin is None else {name: getattr(origin, name) for name in _BESIDES}
    told = [*row[1:-1], row.check.hex()]
    told[Row._fields.index("measured") - 1] = None
    heading = json.dumps([told, besides]).encode()
    return b"".join([_LENGTH.pack(len(heading)), heading, row.measured])


def read_sent(sent: object, job: Job, engine: str) -> Outcome:
    """Read what another computer wrote of a job.

    Parameters
    ----------
    sent
        From `write_sent`, or from anybody.
    job
        That it was asked to compute.
    engine
        That it was to use.

    Raises
    ------
    DamagedError
        If it is not as it was written, or of another job or engine.
    """
    if not isinstance(sent, bytes):
        msg = f"it makes no sense ({type(sent).__name__})"
        raise DamagedError(msg)
    try:
        (length,) = _LENGTH.unpack_from(sent)
        start = _LENGTH.size + length
        told, besides = json.loads(sent[_LENGTH.size : start].decode())
        row = Row(b"", *told)
        row = row._replace(measured=sent[start:], check=bytes.fromhex(str(row.check)))
        lists: dict[str, Any] = {name: tuple(map(str, besides.get(name, ()))) for name in _BESIDES}
    except (ValueError, TypeError, AttributeError, struct.error, RecursionError) as error:
        msg = f"it makes no sense ({type(error).__name__})"
        raise DamagedError(msg) from error
    outcome = read_outcome(row, job)
    asked = to_row(b"", "", Outcome(job, "failed"))
    if (row.parameters, row.seed) != (asked.parameters, asked.seed):
        msg = (
            f"it is of {row.parameters} with seed {row.seed}, not of {asked.parameters} with seed "
            f"{asked.seed}"
        )
        raise DamagedError(msg)
    whole = outcome.values if outcome.status == "done" else outcome.failure
    if not whole or outcome.status == "lost":
        msg = f"it is {outcome.status}, without saying what came of it"
        raise DamagedError(msg)
    origin = outcome.origin
    if origin is None:
        if outcome.status == "done":
            msg = "it does not say what computed it"
            raise DamagedError(msg)
        return outcome
    if outcome.status == "done" and origin.engine != engine:
        msg = f"{origin.engine!r} computed it (asked for: {engine!r})"
        raise DamagedError(msg)
    for name in ("started", "wall_time", "memory"):
        number = getattr(origin, name)
        if not (math.isfinite(number) and number >= 0):
            msg = f"{name} is {number} (allowed: 0 and more)"
            raise DamagedError(msg)
    return replace(outcome, origin=replace(origin, **lists))
