"""Results as tables and arrays in files."""

from __future__ import annotations

import io
import json
import math
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brian_sweep_widget.results.arrays import write_frame
from brian_sweep_widget.results.naming import free
from brian_sweep_widget.results.plot import SUFFIXES
from brian_sweep_widget.results.provenance import provenance

if TYPE_CHECKING:
    import xarray as xr

    from brian_sweep_widget.results.results import Results

_LIBRARIES = {
    # h5netcdf does not bring h5py along any more, and cannot write without it.
    ".nc": ("h5netcdf", "h5py"),
    ".parquet": ("pyarrow",),
    **dict.fromkeys(SUFFIXES, ("matplotlib",)),
}


def missing_libraries(suffix: str) -> list[str]:
    """Name the libraries that a kind of file needs and that are not installed."""
    return [name for name in _LIBRARIES.get(suffix, ()) if find_spec(name) is None]


def write_csv(results: Results, path: Path) -> None:
    """Write one row per job; the units are in the column names."""
    write_frame(results.to_dataframe(), path)


def write_json(results: Results, path: Path) -> None:
    """Write one row per job, with units and provenance; arrays as lists, of what they hold."""
    frame = results.to_dataframe()
    units = dict(frame.attrs["units"])
    # Not by pandas, which writes ten decimals at most.
    rows = [
        {name: _plain(value) for name, value in row.items()}
        for row in frame.to_dict(orient="records")
    ]
    taken = set(units)
    outcomes = sorted(results.outcomes, key=lambda outcome: outcome.job.position)
    for name, example in results.arrays.items():
        column = free(name, taken)
        units[column] = example.unit.symbol
        for row, outcome in zip(rows, outcomes, strict=True):
            value = outcome.values.get(name)
            row[column] = (
                None if value is None else _plain(example.unit.show_array(value.si).tolist())
            )
    document = {"attributes": provenance(results), "units": units, "rows": rows}
    path.write_text(json.dumps(document, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def _plain(value: Any) -> Any:
    """Give what JSON can write: null for NaN, "Infinity" and "-Infinity" for these."""
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if not isinstance(value, float) or math.isfinite(value):
        return value
    return None if math.isnan(value) else f"{'-' if value < 0 else ''}Infinity"


def write_parquet(results: Results, path: Path) -> None:
    """Write one row per job; pandas finds the units and provenance in ``attrs`` again.

    Raises
    ------
    ImportError
        If pyarrow is not installed.
    """
    try:
        import pyarrow  # noqa: F401, ICN001, PLC0415 - only to say what to install
    except ImportError:
        msg = (
            "writing Parquet needs pyarrow: pip install 'brian-sweep-widget[parquet]', "
            "or save as .csv or .json"
        )
        raise ImportError(msg) from None
    frame = results.to_dataframe()
    frame.attrs["provenance"] = provenance(results)
    frame.to_parquet(path, engine="pyarrow", index=False)


def write_netcdf(results: Results, path: Path) -> None:
    """Write the dataset.

    Raises
    ------
    ImportError
        If h5netcdf or h5py is not installed.
    """
    try:
        import h5netcdf  # noqa: PLC0415 - an extra
        import h5py  # noqa: F401, PLC0415 - only to say what to install
    except ImportError:
        msg = (
            "writing NetCDF needs h5netcdf and h5py: pip install 'brian-sweep-widget[netcdf]', "
            "or save as .csv or .json"
        )
        raise ImportError(msg) from None
    from xarray.backends import H5NetCDFStore  # noqa: PLC0415 - slow to import

    # In memory, as HDF5 ends the process, and a notebook's kernel, where a disk is full.
    written = io.BytesIO()
    with h5netcdf.File(written, "w") as file:
        _with_names(results.dataset).dump_to_store(H5NetCDFStore(file))
    path.write_bytes(written.getbuffer())


def _with_names(dataset: xr.Dataset) -> xr.Dataset:
    """Give a dataset with names that NetCDF can have: a slash leads to another group there."""
    names = list(dict.fromkeys(map(str, [*dataset.variables, *dataset.dims])))
    taken = set(names)
    odd = [name for name in names if "/" in name or name in {"", "."}]
    return dataset.rename(
        {name: free("_" if name == "." else name.replace("/", "_") or "_", taken) for name in odd}
    )
