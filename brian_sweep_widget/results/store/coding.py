"""Outcomes as what a database can keep, and back: numbers, texts and bytes, no pickles."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np

from brian_sweep_widget.models import Plain
from brian_sweep_widget.results.outcome import Failure, Origin, Outcome, Status, Value
from brian_sweep_widget.results.store.documents import (
    amount,
    guarded,
    moment,
    name,
    parsed,
    plain,
    read_unit,
    text,
    write_json,
)
from brian_sweep_widget.results.store.errors import DamagedError
from brian_sweep_widget.sweeps import Job

_NUMBERS = np.dtype("<f8")
_LENGTH = struct.Struct("<I")
_CHECK_BYTES = 8
_FAILURE_PARTS = 3  # kind, message, traceback
_STATUSES: tuple[Status, ...] = ("done", "failed", "lost")


class Row(NamedTuple):
    """One outcome as the table ``outcome`` keeps it, in the order of its columns."""

    key: bytes
    model: str
    status: str
    parameters: str
    seed: int
    measured: bytes
    failure: str | None
    origin: str | None
    process: int
    started: float
    wall_time: float
    memory: float
    files: str
    check: bytes


#: Columns of the table, in order; the origin is a number there, see `Row`.
COLUMNS = Row._fields


def to_row(key: bytes, model: str, outcome: Outcome) -> Row:
    """Write an outcome down."""
    origin, failure = outcome.origin, outcome.failure
    row = Row(
        key,
        model,
        outcome.status,
        write_json(dict(outcome.job.parameters)),
        int(outcome.job.seed),
        _measured(outcome.values),
        _failed(failure, outcome.failures),
        None if origin is None else write_json([origin.engine, origin.host, dict(origin.versions)]),
        -1 if origin is None else origin.process,
        0.0 if origin is None else origin.started,
        0.0 if origin is None else origin.wall_time,
        0.0 if origin is None else origin.memory,
        write_json([] if origin is None else list(origin.files)),
        b"",
    )
    return row._replace(check=_check(row))


def read_outcome(row: Row, job: Job) -> Outcome:
    """Read what `to_row` wrote, for a job that has these parameters and this seed.

    Raises
    ------
    DamagedError
        If anything is not as it was written.
    """

    def read() -> Outcome:
        if row.check != _check(row):
            raise ValueError(row.check)
        status = read_status(row.status)
        name(row.model)
        failure, failures = _failures(row.failure)
        values = _values(row.measured)
        return Outcome(job, status, values, failure, _origin(row), failures)

    return guarded(read)


def read_parameters(row: Row) -> dict[str, Plain]:
    """Read the parameters of an outcome, in SI units."""

    def read() -> dict[str, Plain]:
        return {name(of): plain(value) for of, value in parsed(row.parameters, dict).items()}

    return guarded(read)


def read_place(document: str) -> tuple[str, str]:
    """Read engine and host of what computed an outcome."""

    def read() -> tuple[str, str]:
        engine, host, _ = parsed(document, list)
        return name(engine), name(host)

    return guarded(read)


def read_position(written: object) -> tuple[int, ...]:
    """Read where in its sweep's grid a point is."""

    def read() -> tuple[int, ...]:
        position = tuple(map(int, text(written).split()))
        if write_position(position) != written:  # two of them could be one point
            raise ValueError(written)
        return position

    return guarded(read)


def write_position(position: Sequence[int]) -> str:
    """Write down where in its sweep's grid a point is."""
    return " ".join(map(str, position))


def read_status(written: object) -> Status:
    """Read what became of an outcome."""
    if written not in _STATUSES:
        msg = "a status makes no sense"
        raise DamagedError(msg)
    return written


def _failed(failure: Failure | None, failures: Mapping[str, Failure]) -> str | None:
    """Write why there are no results, and why measures have none; None if all is well.

    In a row that is ``done`` this says that it is partial; see `put_row`.
    """
    if failure is None and not failures:
        return None
    written = None if failure is None else _parts(failure)
    return write_json([written, {of: _parts(one) for of, one in failures.items()}])


def _parts(failure: Failure) -> list[str]:
    return [failure.kind, failure.message, failure.traceback]


def _failures(written: str | None) -> tuple[Failure | None, dict[str, Failure]]:
    if written is None:
        return None, {}
    found = parsed(written, list)
    if len(found) == _FAILURE_PARTS:  # of a store of format 1, in which measures failed together
        return _failure(found), {}
    failure, failures = found
    if failure is None and not failures:
        raise ValueError(written)
    measures = {name(of): _failure(parts) for of, parts in failures.items()}
    return None if failure is None else _failure(failure), measures


def _failure(parts: Any) -> Failure:
    if len(parts) != _FAILURE_PARTS or not all(isinstance(part, str) for part in parts):
        raise ValueError(parts)
    return Failure(*parts)


def _measured(values: Mapping[str, Value]) -> bytes:
    """Write results: a heading, and behind it the numbers."""
    heading = [
        [of, value.label, asdict(value.unit), list(value.si.shape)] for of, value in values.items()
    ]
    written = write_json(heading).encode()
    numbers = [np.ascontiguousarray(value.si, _NUMBERS).tobytes() for value in values.values()]
    return b"".join([_LENGTH.pack(len(written)), written, *numbers])


def _values(measured: bytes) -> dict[str, Value]:
    (length,) = _LENGTH.unpack_from(measured)
    start = _LENGTH.size + length
    values = {}
    for of, label, unit, shape in parsed(measured[_LENGTH.size : start].decode(), list):
        if not all(type(extent) is int and extent >= 0 for extent in shape):
            raise ValueError(shape)
        size = math.prod(shape) * _NUMBERS.itemsize
        if start + size > len(measured):
            raise ValueError(shape)
        numbers = np.frombuffer(measured, _NUMBERS, math.prod(shape), start).astype(float)
        if name(of) in values:
            raise ValueError(of)
        values[of] = Value(numbers.reshape(shape), read_unit(unit), name(label))
        start += size
    if start != len(measured):
        raise ValueError(start)
    return values


def _origin(row: Row) -> Origin | None:
    if row.origin is None:
        return None
    engine, host, versions = parsed(row.origin, list)
    files = tuple(map(text, parsed(row.files, list)))
    versions = {text(library): text(version) for library, version in versions.items()}
    return Origin(
        name(engine),
        name(host),
        row.process,
        moment(row.started),
        amount(row.wall_time),
        versions,
        amount(row.memory),
        files,
    )


def _check(row: Row) -> bytes:
    """Hash everything else in a row."""
    return blake2b(repr(row[:-1]).encode(), digest_size=_CHECK_BYTES).digest()
