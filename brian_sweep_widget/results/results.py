"""The outcomes of a sweep, whole or partial, as datasets and files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brian_sweep_widget.models import Parameter
from brian_sweep_widget.results.dataset import to_dataset
from brian_sweep_widget.results.outcome import Outcome, Value
from brian_sweep_widget.results.table import to_dataframe
from brian_sweep_widget.sweeps import Plan

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


class Results:
    """What a sweep has given so far; partial results are valid results.

    Parameters
    ----------
    model
        The model's label.
    parameters
        The model's parameters by name.
    plan
        What was asked for.
    outcomes
        What there is, in the order in which it came.
    notice
        What a person should know about how it was computed; empty if nothing.
    """

    def __init__(
        self,
        model: str,
        parameters: Mapping[str, Parameter],
        plan: Plan,
        outcomes: Sequence[Outcome],
        notice: str = "",
    ) -> None:
        self.model = model
        self.parameters = parameters
        self.plan = plan
        self.outcomes = tuple(outcomes)
        self.notice = notice

    @classmethod
    def open(cls, store: str | Path, which: int = -1) -> Results:
        """Open the results of a sweep that a store recorded, without running anything.

        The model is not needed, and the file is not changed.

        Parameters
        ----------
        store
            The file.
        which
            Number of the sweep, from 1, as ``brian-sweep store info`` lists
            them; or counted from the last, which is -1.

        Raises
        ------
        FileNotFoundError, LookupError
            If there is no such file, or sweep.
        StoreUnusableError, DamagedError
            If the file is no store, or not as it was written.
        """
        from brian_sweep_widget.results.store.reading import open_results  # noqa: PLC0415 - it makes these

        return open_results(Path(store).expanduser(), which)

    def __len__(self) -> int:
        return len(self.outcomes)

    def __repr__(self) -> str:
        counts = ", ".join(f"{number} {status}" for status, number in self.counts().items())
        said = f". {self.notice}" if self.notice else ""
        jobs = len(self.plan)
        return f"<Results of {self.model}: {counts or 'nothing yet'}, of {jobs} jobs{said}>"

    def counts(self) -> dict[str, int]:
        """Count the outcomes by status; statuses that do not occur are left out."""
        found: dict[str, int] = {}
        for outcome in self.outcomes:
            found[outcome.status] = found.get(outcome.status, 0) + 1
        return found

    @property
    def failures(self) -> list[Outcome]:
        """The outcomes that gave no result although they were to: failed and lost."""
        return [outcome for outcome in self.outcomes if outcome.failure is not None]

    @property
    def measures(self) -> dict[str, Value]:
        """One example of every measured result, by name, for its label and unit."""
        found: dict[str, Value] = {}
        for outcome in self.outcomes:
            for name, value in outcome.values.items():  # noqa: PD011 - not a frame
                found.setdefault(name, value)
        return found

    @property
    def dataset(self) -> xr.Dataset:
        """The results as an xarray dataset.

        Its dimensions are named after the swept parameters, plus ``trial``.
        Every measure is a variable (NaN where there is no result yet), in its
        unit, with ``units`` and ``long_name`` as attributes; so are
        ``wall_time`` (s), ``seed``, ``status``, ``host``, ``process`` and
        ``error`` of every job. Model, fixed parameters, seed, engine and
        versions are attributes of the dataset.
        """
        return to_dataset(self)

    def to_dataframe(self) -> pd.DataFrame:
        """Give one row per job, in the order of the grid.

        Returns
        -------
        DataFrame
            Columns: every parameter (in its unit), ``trial``, ``seed``, every
            measure with a single value (in its unit), ``status``, ``error``,
            ``wall_time`` (s), ``engine``, ``host`` and ``process``. The units
            are in ``DataFrame.attrs["units"]``, by column.
        """
        return to_dataframe(self)

    def save(self, path: str | Path) -> Path:
        """Write the results to a file; the suffix says which kind.

        Parameters
        ----------
        path
            ``.csv`` (one row per job, see `to_dataframe`; units are in the
            column names), ``.nc`` (NetCDF, see `dataset`; needs h5netcdf) or
            ``.json`` (the table's rows, with units and provenance).

        Returns
        -------
        Path
            The file that was written.

        Raises
        ------
        ValueError
            If the suffix is none of these.
        ImportError
            If NetCDF is asked for and h5netcdf is not installed.
        """
        path = Path(path)
        writers = {".csv": self._to_csv, ".json": self._to_json, ".nc": self._to_netcdf}
        if path.suffix not in writers:
            msg = f"{path.name!r} has no known suffix (allowed: {', '.join(sorted(writers))})"
            raise ValueError(msg)
        writers[path.suffix](path)
        return path

    def _to_csv(self, path: Path) -> None:
        frame = self.to_dataframe()
        units = frame.attrs["units"]
        titles = {name: f"{name} ({units[name]})" for name in units if units[name]}
        frame.rename(columns=titles).to_csv(path, index=False)

    def _to_json(self, path: Path) -> None:
        frame = self.to_dataframe()
        document: dict[str, Any] = {
            "attributes": self.dataset.attrs,
            "units": frame.attrs["units"],
            # Not by pandas, which writes ten decimals at most.
            "rows": [
                {name: None if value != value else value for name, value in row.items()}  # noqa: PLR0124 - NaN
                for row in frame.to_dict(orient="records")
            ],
        }
        path.write_text(json.dumps(document, indent=1, allow_nan=False) + "\n", encoding="utf-8")

    def _to_netcdf(self, path: Path) -> None:
        try:
            import h5netcdf  # noqa: F401, PLC0415 - only to say what to install
            import h5py  # noqa: F401, PLC0415
        except ImportError:
            msg = (
                "writing NetCDF needs h5netcdf and h5py: pip install 'brian-sweep-widget[netcdf]', "
                "or save as .csv or .json"
            )
            raise ImportError(msg) from None
        self.dataset.to_netcdf(path, engine="h5netcdf")
