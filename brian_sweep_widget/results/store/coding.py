"""Outcomes as what a database can keep, and back: numbers, texts and bytes, no pickles.

What comes back may have been written by anybody. So everything is checked, and
what is not as it was written raises `DamagedError`.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable, Mapping
from dataclasses import asdict
from hashlib import blake2b
from typing import Any, NamedTuple, TypeVar

import numpy as np

from brian_sweep_widget.models import Parameter, Plain
from brian_sweep_widget.models.units import Unit
from brian_sweep_widget.results.outcome import Failure, Origin, Outcome, Status, Value
from brian_sweep_widget.results.store.errors import DamagedError
from brian_sweep_widget.sweeps import Axis, Job, Plan

_NUMBERS = np.dtype("<f8")
_LENGTH = struct.Struct("<I")
_CHECK_BYTES = 8
_FAILURE_PARTS = 3  # kind, message, traceback
_STATUSES: tuple[Status, ...] = ("done", "failed", "lost")

_Read = TypeVar("_Read")


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
        _json(dict(outcome.job.parameters)),
        int(outcome.job.seed),
        _measured(outcome.values),
        _failed(failure, outcome.failures),
        None if origin is None else _json([origin.engine, origin.host, dict(origin.versions)]),
        -1 if origin is None else origin.process,
        0.0 if origin is None else origin.started,
        0.0 if origin is None else origin.wall_time,
        0.0 if origin is None else origin.memory,
        _json([] if origin is None else list(origin.files)),
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
        if row.status not in _STATUSES:
            raise ValueError(row.status)
        failure, failures = _failures(row.failure)
        values = _values(row.measured)
        return Outcome(job, row.status, values, failure, _origin(row), failures)

    return _guarded(read)


def read_parameters(row: Row) -> dict[str, Plain]:
    """Read the parameters of an outcome, in SI units."""

    def read() -> dict[str, Plain]:
        parameters: dict[str, Plain] = _parsed(row.parameters, dict)
        if not all(isinstance(value, float | int | bool | str) for value in parameters.values()):
            raise ValueError(row.parameters)
        return parameters

    return _guarded(read)


def read_place(document: str) -> tuple[str, str]:
    """Read engine and host of what computed an outcome."""

    def read() -> tuple[str, str]:
        engine, host, _ = _parsed(document, list)
        return str(engine), str(host)

    return _guarded(read)


def read_position(written: str) -> tuple[int, ...]:
    """Read where in its sweep's grid a point is."""
    return _guarded(lambda: tuple(map(int, written.split())))


def describe_sweep(parameters: Mapping[str, Parameter], plan: Plan) -> str:
    """Write down what a sweep asks for, so that it can be read without the model."""
    return _json(
        {
            "parameters": [asdict(parameter) for parameter in parameters.values()],
            "axes": [asdict(axis) for axis in plan.axes],
            "fixed": dict(plan.fixed),
            "trials": int(plan.trials),
            "seed": int(plan.seed),
            "seeding": plan.seeding,
        }
    )


def read_sweep(description: str) -> tuple[dict[str, Parameter], Plan]:
    """Read what `describe_sweep` wrote.

    Raises
    ------
    DamagedError
        If it is not as it was written.
    """

    def read() -> tuple[dict[str, Parameter], Plan]:
        found = _parsed(description, dict)
        parameters = [_parameter(written) for written in found["parameters"]]
        axes = tuple(_axis(written) for written in found["axes"])
        plan = Plan(axes, found["fixed"], found["trials"], found["seed"], found["seeding"])
        return {parameter.name: parameter for parameter in parameters}, plan

    return _guarded(read)


def _parameter(written: dict[str, Any]) -> Parameter:
    written = {**written, "unit": _unit(written["unit"])}
    for name in ("limits", "range"):
        written[name] = None if written[name] is None else tuple(written[name])
    return Parameter(**written)


def _axis(written: dict[str, Any]) -> Axis:
    return Axis(
        str(written["name"]),
        tuple(written["values"]),
        _unit(written["unit"]),
        str(written["label"]),
    )


def _unit(written: dict[str, Any]) -> Unit:
    dimensions = tuple(float(power) for power in written["dimensions"])
    return Unit(str(written["symbol"]), float(written["scale"]), dimensions)


def _failed(failure: Failure | None, failures: Mapping[str, Failure]) -> str | None:
    """Write why there are no results, and why measures have none; None if all is well.

    In a row that is ``done`` this says that it is partial; see `put_row`.
    """
    if failure is None and not failures:
        return None
    written = None if failure is None else _parts(failure)
    return _json([written, {name: _parts(one) for name, one in failures.items()}])


def _parts(failure: Failure) -> list[str]:
    return [failure.kind, failure.message, failure.traceback]


def _failures(written: str | None) -> tuple[Failure | None, dict[str, Failure]]:
    if written is None:
        return None, {}
    found = _parsed(written, list)
    if len(found) == _FAILURE_PARTS:  # of a store of format 1, in which measures failed together
        return _failure(found), {}
    failure, failures = found
    if failure is None and not failures:
        raise ValueError(written)
    measures = {str(name): _failure(parts) for name, parts in failures.items()}
    return None if failure is None else _failure(failure), measures


def _failure(parts: Any) -> Failure:
    if len(parts) != _FAILURE_PARTS or not all(isinstance(part, str) for part in parts):
        raise ValueError(parts)
    return Failure(*parts)


def _measured(values: Mapping[str, Value]) -> bytes:
    """Write results: a heading, and behind it the numbers."""
    heading = [
        [name, value.label, asdict(value.unit), list(value.si.shape)]
        for name, value in values.items()
    ]
    written = _json(heading).encode()
    numbers = [np.ascontiguousarray(value.si, _NUMBERS).tobytes() for value in values.values()]
    return b"".join([_LENGTH.pack(len(written)), written, *numbers])


def _values(measured: bytes) -> dict[str, Value]:
    (length,) = _LENGTH.unpack_from(measured)
    start = _LENGTH.size + length
    values = {}
    for name, label, unit, shape in _parsed(measured[_LENGTH.size : start].decode(), list):
        if not all(type(extent) is int and extent >= 0 for extent in shape):
            raise ValueError(shape)
        size = math.prod(shape) * _NUMBERS.itemsize
        if start + size > len(measured):
            raise ValueError(shape)
        numbers = np.frombuffer(measured, _NUMBERS, math.prod(shape), start).astype(float)
        values[str(name)] = Value(numbers.reshape(shape), _unit(unit), str(label))
        start += size
    if start != len(measured):
        raise ValueError(start)
    return values


def _origin(row: Row) -> Origin | None:
    if row.origin is None:
        return None
    engine, host, versions = _parsed(row.origin, list)
    files = tuple(map(str, _parsed(row.files, list)))
    versions = {str(name): str(version) for name, version in versions.items()}
    return Origin(
        str(engine),
        str(host),
        int(row.process),
        float(row.started),
        float(row.wall_time),
        versions,
        float(row.memory),
        files,
    )


def _check(row: Row) -> bytes:
    """Hash everything else in a row."""
    return blake2b(repr(row[:-1]).encode(), digest_size=_CHECK_BYTES).digest()


def _json(value: object) -> str:
    # Lone surrogates, which a failure's message may have, are escaped so.
    return json.dumps(value, separators=(",", ":"), ensure_ascii=True)


def _parsed(written: str, kind: type[Any]) -> Any:
    found = json.loads(written)
    if not isinstance(found, kind):
        raise ValueError(written)  # noqa: TRY004 - all of these are the same: damage
    return found


def _guarded(read: Callable[[], _Read]) -> _Read:
    try:
        return read()
    except DamagedError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, struct.error) as error:
        msg = f"a record makes no sense ({type(error).__name__})"
        raise DamagedError(msg) from error
    except (RecursionError, MemoryError) as error:
        msg = "a record is far too large"
        raise DamagedError(msg) from error
