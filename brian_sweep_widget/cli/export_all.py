"""Every simulation of a store, of whichever model, as tables in SI units."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from brian_sweep_widget.results.arrays import index_columns, index_titles, paths_beside
from brian_sweep_widget.results.naming import encodable
from brian_sweep_widget.results.replacing import replacing
from brian_sweep_widget.results.spreadsheets import defused
from brian_sweep_widget.results.store.reading import Stored

_ABOUT = ("model", "parameters", "seed")
_HOW = ("status", "error", "started", "wall_time", "engine", "host", "process", "versions")


def write_everything(rows: Sequence[Stored], path: Path) -> list[Path]:
    """Write a row per simulation, and beside it a table for every measure that gave arrays.

    Returns
    -------
    list of Path
        The files beside it.
    """
    measures = sorted({name for row in rows for name in row.values})
    beside = paths_beside(
        path, dict.fromkeys(sorted({name for row in rows for name in row.arrays}))
    )
    with ExitStack() as files:  # none takes its place before all are written
        _write(
            files.enter_context(replacing(path)),
            (*_ABOUT, *_HOW, *measures),
            (
                (*_about(row), *_how(row), *(row.values.get(name, "") for name in measures))
                for row in rows
            ),
        )
        for name, place in beside.items():
            rank = max(row.arrays[name].ndim for row in rows if name in row.arrays)
            titles = (*_ABOUT, *index_titles(rank), name)
            _write(files.enter_context(replacing(place)), titles, _numbers(rows, name, rank))
    return list(beside.values())


def _numbers(rows: Sequence[Stored], name: str, rank: int) -> Iterator[Sequence[object]]:
    """Give a row for every number of a measure."""
    for row in rows:
        if name in row.arrays:
            array = row.arrays[name]
            places = index_columns([array], rank).values()
            for *place, number in zip(*places, array.ravel(), strict=True):
                yield (*_about(row), *place, number)


def _about(row: Stored) -> Sequence[object]:
    return row.model, json.dumps(row.parameters), row.seed


def _how(row: Stored) -> Sequence[object]:
    origin = row.origin
    if origin is None:
        return row.status, encodable(row.error), *[""] * (len(_HOW) - 2)
    began = datetime.fromtimestamp(origin.started, UTC).isoformat(timespec="milliseconds")
    made_by = origin.engine, origin.host, origin.process, json.dumps(dict(origin.versions))
    return row.status, encodable(row.error), began, origin.wall_time, *made_by


def _write(path: Path, titles: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(map(defused, titles))
        table.writerows(map(defused, row) for row in rows)
