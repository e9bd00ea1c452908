"""Measures that are arrays, for files that hold a row per job: as long tables beside them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from brian_sweep_widget.results.naming import free, joined
from brian_sweep_widget.results.provenance import provenance
from brian_sweep_widget.results.spreadsheets import defused
from brian_sweep_widget.results.table import shown

if TYPE_CHECKING:
    import pandas as pd

    from brian_sweep_widget.results.results import Results

#: The kinds of file that have tables of arrays beside them, and those that hold arrays.
BESIDE = (".csv", ".parquet")
HOLDING = (".json", ".nc")

_MOST_CHARACTERS = 60  # of a measure's name in that of a file


def to_long_table(results: Results, name: str) -> pd.DataFrame:
    """Make a table with a row for every number of a measure.

    Parameters
    ----------
    results
        Of a sweep.
    name
        Of a measure that gives arrays.

    Returns
    -------
    DataFrame
        Columns: the swept parameters (in their units), ``trial``, an ``index``
        for every dimension of the arrays, and the measure (in its unit). The
        units are in ``DataFrame.attrs["units"]``, by column.
    """
    import pandas as pd  # noqa: PLC0415 - importing it takes longer than a sweep

    example = results.arrays[name]
    outcomes = [one for one in results.outcomes if name in one.values]  # noqa: PD011 - no frame
    outcomes.sort(key=lambda outcome: outcome.job.position)
    arrays = [outcome.values[name].si for outcome in outcomes]  # noqa: PD011 - no frame
    sizes = [array.size for array in arrays]
    taken: set[str] = set()
    columns: dict[str, Any] = {}
    units: dict[str, str] = {}

    def add(title: str, values: Any, unit: str = "") -> None:
        column = free(title, taken)
        columns[column], units[column] = values, unit

    for axis in results.plan.axes:
        settings = [shown(results, axis.name, outcome) for outcome in outcomes]
        add(axis.name, np.repeat(settings, sizes), axis.unit.symbol)
    add("trial", np.repeat([outcome.job.trial for outcome in outcomes], sizes))
    for title, values in index_columns(arrays, example.si.ndim).items():
        add(title, values)
    numbers = np.concatenate([array.ravel() for array in arrays])
    add(name, example.unit.show_array(numbers), example.unit.symbol)
    frame = pd.DataFrame(columns)
    frame.attrs["units"] = units
    return frame


def index_columns(arrays: list[Any], rank: int) -> dict[str, Any]:
    """Count the elements of arrays, one array after another, along every dimension."""
    indices = [np.indices(of_rank(array, rank).shape).reshape(rank, -1) for array in arrays]
    return dict(zip(index_titles(rank), np.concatenate(indices, axis=1), strict=True))


def of_rank(array: Any, rank: int) -> Any:
    """Give an array so many dimensions: one of fewer than the others lies along their last ones."""
    return np.reshape(array, (1,) * (rank - array.ndim) + array.shape)


def index_titles(rank: int) -> list[str]:
    """Name the columns that number the elements of arrays of so many dimensions."""
    return ["index"] if rank == 1 else [f"index_{axis}" for axis in range(rank)]


def paths_beside(path: Path, names: Mapping[str, Any]) -> dict[str, Path]:
    """Name the files of some measures beside a file: ``curve.counts.csv`` beside ``curve.csv``."""
    taken: set[str] = set()
    found = {}
    for name in names:
        plain = re.sub(r"[^\w-]+", "_", name)[:_MOST_CHARACTERS] or "_"
        while plain.casefold() in taken:  # not all file systems tell small letters from capitals
            plain += "_"
        taken.add(plain.casefold())
        found[name] = path.with_name(f"{path.stem}.{plain}{path.suffix}")
    return found


def paths_of_arrays(results: Results, path: Path) -> dict[str, Path]:
    """Name the files beside a file of a kind that cannot hold arrays, by measure."""
    return paths_beside(path, results.arrays) if path.suffix in BESIDE else {}


def write_array(results: Results, name: str, path: Path) -> None:
    """Write a measure that gives arrays as a table of its own; see `to_long_table`."""
    frame = to_long_table(results, name)
    if path.suffix == ".csv":
        write_frame(frame, path)
    else:
        frame.attrs["provenance"] = provenance(results)
        frame.to_parquet(path, engine="pyarrow", index=False)


def write_frame(frame: pd.DataFrame, path: Path) -> None:
    """Write a table whose columns' names carry their units."""
    import pandas as pd  # noqa: PLC0415 - as above
    from pandas.api.types import is_string_dtype  # noqa: PLC0415

    units = frame.attrs["units"]
    cells = pd.DataFrame(
        {
            name: column.map(defused) if is_string_dtype(column) else column
            for name, column in frame.items()
        }
    )
    titles = {name: defused(f"{name} ({units[name]})" if units[name] else name) for name in units}
    cells.rename(columns=titles).to_csv(path, index=False)


def remark_on(results: Results, path: Path, beside: Mapping[str, Path]) -> str:
    """Say where the arrays are, if they are not in a file that was written."""
    arrays = results.arrays
    if not arrays or path.suffix in HOLDING:
        return ""
    if beside:
        where = joined([f"{place.name} ({name})" for name, place in beside.items()])
        return f"{path.name} holds single numbers; arrays are in {where}."
    return f"{path.name} shows single numbers. {not_drawn(results)}"


def not_drawn(results: Results) -> str:
    """Say which measures pictures and pages do not show, and what holds them; empty if none."""
    arrays = results.arrays
    if not arrays:
        return ""
    one = len(arrays) == 1
    return (
        f"{joined(list(arrays))} {'is an array' if one else 'are arrays'}, which no curve shows: "
        f"save {'it' if one else 'them'} as .csv, .json, .nc or .parquet."
    )
