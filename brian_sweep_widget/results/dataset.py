"""Outcomes as an xarray dataset."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from brian_sweep_widget.results.arrays import of_rank
from brian_sweep_widget.results.naming import encodable, free
from brian_sweep_widget.results.outcome import Value
from brian_sweep_widget.results.provenance import provenance

if TYPE_CHECKING:
    import xarray as xr

    from brian_sweep_widget.results.results import Results

TRIAL = "trial"

_MOST_EMPTY = 1_000_000_000  # bytes, of an array of which less than a hundredth is filled
_LEAST_FILLED = 100


def to_dataset(results: Results) -> xr.Dataset:
    """Make a dataset of results; see `Results.dataset` for what it holds."""
    import xarray as xr  # noqa: PLC0415 - importing it takes longer than a sweep

    plan = results.plan
    names = {axis.name for axis in plan.axes}
    trial = free(TRIAL, names)
    dimensions = (*(axis.name for axis in plan.axes), trial)
    coordinates: dict[str, Any] = {
        axis.name: (axis.name, _shown(axis.shown, axis.values), _attributes(axis))
        for axis in plan.axes
    }
    coordinates[trial] = (trial, np.arange(plan.trials), {"long_name": "Trial"})

    taken = set(dimensions)
    variables: dict[str, Any] = {}
    for name, example in results.measures.items():
        array = _measured(results, name, example)
        free_name = free(name, taken)
        extra = [free(f"{free_name}_{axis}", taken) for axis in range(array.ndim - len(dimensions))]
        described = {"units": example.unit.symbol, "long_name": example.label}
        variables[free_name] = ((*dimensions, *extra), array, described)
    for name in results.unmeasured:
        described = {"long_name": f"{name}, which failed everywhere"}
        variables[free(name, taken)] = (dimensions, np.full(plan.shape, np.nan), described)
    for name, (array, described) in _bookkeeping(results).items():
        variables[free(name, taken)] = (dimensions, array, described)
    return xr.Dataset(variables, coordinates, provenance(results))


def _shown(shown: list[float], values: Any) -> list[Any]:
    """Keep whole-number parameters whole."""
    return list(values) if all(isinstance(value, int) for value in values) else shown


def _attributes(described: Any) -> dict[str, str]:
    return {"units": described.unit.symbol, "long_name": described.label or described.name}


def _measured(results: Results, name: str, example: Value) -> np.ndarray[Any, Any]:
    """Place one measure on the grid; NaN where there is nothing (yet).

    Arrays of differing sizes (spike times, say) are filled up with NaN to the
    largest.
    """
    found = [
        (outcome.job.position, outcome.values[name])
        for outcome in results.outcomes
        if name in outcome.values
    ]
    rank = max(value.si.ndim for _, value in found)
    shapes = [of_rank(value.si, rank).shape for _, value in found]
    extent = tuple(map(max, zip(*shapes, strict=True)))
    shape = (*results.plan.shape, *extent)
    _check_room(name, math.prod(shape), sum(value.si.size for _, value in found))
    array = np.full(shape, np.nan)
    for position, value in found:
        shown = of_rank(example.unit.show_array(value.si), rank)
        within: list[Any] = [*position, *(slice(size) for size in shown.shape)]
        array[tuple(within)] = shown
    return array


def _check_room(name: str, cells: int, numbers: int) -> None:
    """Refuse an array that a small file could make larger than the memory.

    Raises
    ------
    ValueError
    """
    size = cells * np.dtype(float).itemsize
    if size > _MOST_EMPTY and numbers < cells / _LEAST_FILLED:
        msg = (
            f"{name} would be an array of {size / 1e9:.3g} GB, in which {numbers} numbers are "
            "something else than empty: take `outcomes` or `to_dataframe()`, or save as .json or "
            ".csv"
        )
        raise ValueError(msg)


def _bookkeeping(results: Results) -> dict[str, tuple[Any, dict[str, str]]]:
    shape = results.plan.shape
    # Texts as objects: in an array of texts each takes as much room as the longest.
    status = np.full(shape, "pending", dtype=object)
    host = np.full(shape, "", dtype=object)
    error = np.full(shape, "", dtype=object)
    wall_time = np.full(shape, np.nan)
    process = np.full(shape, -1, dtype=np.int64)
    seed = np.full(shape, -1, dtype=np.int64)
    for outcome in results.outcomes:
        at = outcome.job.position
        status[at] = outcome.status
        seed[at] = outcome.job.seed
        error[at] = encodable(outcome.error)
        if outcome.origin is not None:
            host[at] = outcome.origin.host
            process[at] = outcome.origin.process
            wall_time[at] = outcome.origin.wall_time
    return {
        "status": (status.astype(str), {"long_name": "Status of the job"}),
        "seed": (seed, {"long_name": "Seed of the job (-1: not computed yet)"}),
        "wall_time": (wall_time, {"units": "s", "long_name": "Wall time of the job"}),
        "host": (host, {"long_name": "Host of the worker"}),
        "process": (process, {"long_name": "Process number of the worker (-1: none)"}),
        "error": (error, {"long_name": "What failed, and why"}),
    }
