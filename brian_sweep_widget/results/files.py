"""Results as tables and arrays in files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from brian_sweep_widget.results.results import Results


def write_csv(results: Results, path: Path) -> None:
    """Write one row per job; the units are in the column names."""
    frame = results.to_dataframe()
    units = frame.attrs["units"]
    titles = {name: f"{name} ({units[name]})" for name in units if units[name]}
    frame.rename(columns=titles).to_csv(path, index=False)


def write_json(results: Results, path: Path) -> None:
    """Write one row per job, with units and provenance."""
    frame = results.to_dataframe()
    document: dict[str, Any] = {
        "attributes": results.dataset.attrs,
        "units": frame.attrs["units"],
        # Not by pandas, which writes ten decimals at most.
        "rows": [
            {name: None if value != value else value for name, value in row.items()}  # noqa: PLR0124 - NaN
            for row in frame.to_dict(orient="records")
        ],
    }
    path.write_text(json.dumps(document, indent=1, allow_nan=False) + "\n", encoding="utf-8")


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
    frame.attrs["provenance"] = results.dataset.attrs
    frame.to_parquet(path, engine="pyarrow", index=False)


def write_netcdf(results: Results, path: Path) -> None:
    """Write the dataset.

    Raises
    ------
    ImportError
        If h5netcdf or h5py is not installed.
    """
    try:
        import h5netcdf  # noqa: F401, PLC0415 - only to say what to install
        import h5py  # noqa: F401, PLC0415
    except ImportError:
        msg = (
            "writing NetCDF needs h5netcdf and h5py: pip install 'brian-sweep-widget[netcdf]', "
            "or save as .csv or .json"
        )
        raise ImportError(msg) from None
    results.dataset.to_netcdf(path, engine="h5netcdf")
