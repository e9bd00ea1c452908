"""The outcomes of a sweep, whole or partial, as datasets and files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from brian_sweep_widget.models import Parameter
from brian_sweep_widget.results.dataset import to_dataset
from brian_sweep_widget.results.files import write_csv, write_json, write_netcdf, write_parquet
from brian_sweep_widget.results.outcome import Outcome, Value
from brian_sweep_widget.results.page import write_page
from brian_sweep_widget.results.plot import SUFFIXES, plot
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
            As a table with one row per job (see `to_dataframe`): ``.csv``
            (units are in the column names), ``.json`` (with units and
            provenance) or ``.parquet`` (units are in the file's metadata).
            As arrays: ``.nc`` (NetCDF, see `dataset`). As a picture with its
            settings: ``.png``, ``.svg`` or ``.pdf``. As a page for any browser,
            with interactive curves, settings and numbers, which needs neither
            kernel nor network: ``.html``.

        Returns
        -------
        Path
            The file that was written.

        Raises
        ------
        ValueError
            If the suffix is none of these, or there is nothing to draw.
        ImportError
            If the library for this kind of file is not installed.
        """
        path = Path(path)
        writer = _WRITERS.get(path.suffix)
        if writer is None:
            msg = f"{path.name!r} has no known suffix (allowed: {', '.join(sorted(_WRITERS))})"
            raise ValueError(msg)
        writer(self, path)
        return path


_WRITERS: dict[str, Callable[[Results, Path], object]] = {
    ".csv": write_csv,
    ".html": write_page,
    ".json": write_json,
    ".nc": write_netcdf,
    ".parquet": write_parquet,
    **dict.fromkeys(SUFFIXES, plot),
}
