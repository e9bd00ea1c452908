"""What a store holds: its sweeps, their results, and a summary; all without the models."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from brian_sweep_widget.models import Plain
from brian_sweep_widget.results.outcome import Origin, Outcome
from brian_sweep_widget.results.results import Results
from brian_sweep_widget.results.store.coding import (
    Row,
    read_outcome,
    read_parameters,
    read_place,
    read_position,
    read_status,
)
from brian_sweep_widget.results.store.connecting import bounded, connect
from brian_sweep_widget.results.store.database import look_at
from brian_sweep_widget.results.store.descriptions import Sweep, read_sweep, sweep_from
from brian_sweep_widget.results.store.documents import amount, guarded, moment
from brian_sweep_widget.results.store.errors import DamagedError
from brian_sweep_widget.results.store.rows import find_rows, row_from, rows_from
from brian_sweep_widget.results.store.translating import translating
from brian_sweep_widget.sweeps import Job, Plan, is_within


@dataclass(frozen=True, slots=True)
class SweepRecord:
    """A sweep that was recorded.

    Parameters
    ----------
    number
        From 1, in the order in which they began.
    name
        16 bytes.
    model
        The model's label.
    started
        In seconds since the epoch.
    jobs
        How many it asked for.
    counts
        How many of these are stored, by status.
    """

    number: int
    name: bytes
    model: str
    started: float
    jobs: int
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class StoreInfo:
    """What a store holds.

    Parameters
    ----------
    path
        The file.
    size, limit
        Bytes that it has, and may have (None for no limit).
    counts
        Outcomes by status.
    sweeps
        The recorded sweeps, the oldest first.
    engines, hosts
        Which computed them.
    first, last
        When the first and the last one began, in seconds since the epoch; None
        if there is none.
    """

    path: Path
    size: int
    limit: int | None
    counts: Mapping[str, int]
    sweeps: tuple[SweepRecord, ...]
    engines: tuple[str, ...]
    hosts: tuple[str, ...]
    first: float | None
    last: float | None


def sweeps(connection: sqlite3.Connection) -> list[SweepRecord]:
    """List the recorded sweeps; see `Store.sweeps`."""
    counts: dict[int, dict[str, int]] = {}
    for number, status, count in connection.execute(
        "SELECT sweep, status, COUNT(*) FROM point JOIN outcome USING (key) GROUP BY sweep, status"
    ):
        counts.setdefault(number, {})[read_status(status)] = count
    return [
        SweepRecord(
            place,
            sweep.name,
            sweep.model,
            sweep.started,
            len(read_sweep(sweep.description)[1]),
            counts.get(number, {}),
        )
        for place, (number, sweep) in enumerate(_recorded(connection), start=1)
    ]


def _recorded(connection: sqlite3.Connection) -> Iterator[tuple[int, Sweep]]:
    """Give the recorded sweeps with their numbers in the table, the oldest first."""
    last = None
    for number, *values in connection.execute(
        "SELECT number, name, started, model, description, notice FROM sweep ORDER BY number"
    ):
        if last is not None and number <= last:
            msg = "its sweeps are not in their order"
            raise DamagedError(msg)
        last = number
        yield number, sweep_from(*values)


def info(connection: sqlite3.Connection, path: Path, limit: int | None) -> StoreInfo:
    """Say what a store holds; see `Store.info`."""
    counts: dict[str, int] = {
        read_status(status): number
        for status, number in connection.execute(
            "SELECT status, COUNT(*) FROM outcome GROUP BY status"
        )
    }
    first, last = connection.execute(
        "SELECT MIN(started), MAX(started) FROM outcome WHERE origin IS NOT NULL"
    ).fetchone()
    origins = [
        read_place(document)
        # Those that differ only: pages that lead to each other would be a list without end.
        for (document,) in connection.execute("SELECT DISTINCT document FROM origin")
    ]
    return StoreInfo(
        path,
        path.stat().st_size,
        limit,
        counts,
        tuple(sweeps(connection)),
        tuple(sorted({engine for engine, _ in origins if engine})),
        tuple(sorted({host for _, host in origins})),
        *(None if time is None else guarded(partial(moment, time)) for time in (first, last)),
    )


def results(connection: sqlite3.Connection, which: int) -> Results:
    """Give the results of one recorded sweep.

    Parameters
    ----------
    which
        Its number, from 1; or counted from the last, which is -1.

    Raises
    ------
    LookupError
        If there is no such sweep.
    DamagedError
        If what is there is not as it was written.
    """
    recorded = list(_recorded(connection))
    if not (1 <= which <= len(recorded) or 1 <= -which <= len(recorded)):
        msg = f"sweep {which} is not there (recorded are {len(recorded)}, numbered from 1)"
        raise LookupError(msg)
    number, sweep = recorded[which - 1 if which > 0 else which]
    parameters, plan = read_sweep(sweep.description)
    places: dict[tuple[int, ...], bytes] = {}
    for written, key in connection.execute(
        "SELECT position, key FROM point WHERE sweep = ?", (number,)
    ):
        position = read_position(written)
        if not is_within(position, plan.shape) or position in places or type(key) is not bytes:
            msg = f"a point of sweep {which} is outside its grid, twice there or without a name"
            raise DamagedError(msg)
        places[position] = key
    wanted: dict[bytes, list[Job]] = {}
    # Not all of the plan's, which a stranger may have made far larger than the file.
    for job in plan.jobs_at(places):
        wanted.setdefault(places[job.position], []).append(job)
    outcomes: list[Outcome] = []
    for row in find_rows(connection, list(wanted)):
        stored = read_parameters(row)
        for job in wanted[row.key]:
            if stored != job.parameters or row.seed != job.seed:
                msg = f"a point of sweep {which} has another's result"
                raise DamagedError(msg)
            outcomes.append(read_outcome(row, job))
    return Results(sweep.model, parameters, plan, outcomes, sweep.notice)


def last_pace(connection: sqlite3.Connection, model: str) -> tuple[Plan, float] | None:
    """Say how long a simulation of a model took the last time; see `Store.last_pace`."""
    number, description, seconds = connection.execute(
        "SELECT sweep.number, description, AVG(wall_time) "
        "FROM sweep JOIN point ON point.sweep = sweep.number JOIN outcome USING (key) "
        "WHERE sweep.number = (SELECT MAX(number) FROM sweep WHERE model = ?) "
        "AND status = 'done'",
        (model,),
    ).fetchone()
    if number is None:
        return None
    return read_sweep(description)[1], float(guarded(partial(amount, seconds)))


class Stored(NamedTuple):
    """One simulation of any model.

    Attributes
    ----------
    model
        The model's label.
    parameters
        SI values by name.
    seed, status, error, origin
        See `Job` and `Outcome`.
    values
        Single numbers that were measured, in SI units, by name.
    arrays
        Arrays that were measured, likewise.
    """

    model: str
    parameters: Mapping[str, Plain]
    seed: int
    status: str
    error: str
    origin: Origin | None
    values: Mapping[str, float]
    arrays: Mapping[str, np.ndarray[Any, Any]]


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a store without changing, or making, anything.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    StoreUnusableError, DamagedError
        If it is no store, or cannot be read.
    """
    if not path.is_file():
        msg = f"there is no store {path}"
        raise FileNotFoundError(msg)
    with translating(path), closing(connect(path, writing=False)) as connection:
        connection.execute("BEGIN")
        with bounded(connection, path):
            look_at(connection, path)
            yield connection


def open_results(path: Path, which: int) -> Results:
    """Open the results of one sweep; see `Results.open`."""
    with reading(path) as connection:
        return results(connection, which)


def open_info(path: Path) -> StoreInfo:
    """Say what a store holds; see `reading`."""
    with reading(path) as connection:
        return info(connection, path, None)


def open_everything(path: Path) -> list[Stored]:
    """List all simulations in a store; see `reading`."""
    with reading(path) as connection:
        return [_stored(row_from(values)) for _, values in rows_from(connection, 0)]


def _stored(row: Row) -> Stored:
    parameters = read_parameters(row)
    outcome = read_outcome(row, Job((0,), parameters, row.seed))
    numbers = {name: float(value.si) for name, value in outcome.values.items() if not value.si.ndim}
    arrays = {name: value.si for name, value in outcome.values.items() if value.si.ndim}
    about = row.model, parameters, row.seed, row.status, outcome.error, outcome.origin
    return Stored(*about, numbers, arrays)
