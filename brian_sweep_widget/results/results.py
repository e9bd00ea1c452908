"""The outcomes of a sweep, whole or partial, as datasets and files."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from brian_sweep_widget.models import Parameter
from brian_sweep_widget.printable import printable
from brian_sweep_widget.results.arrays import paths_of_arrays, remark_on, write_array
from brian_sweep_widget.results.curves import counted
from brian_sweep_widget.results.dataset import to_dataset
from brian_sweep_widget.results.files import write_csv, write_json, write_netcdf, write_parquet
from brian_sweep_widget.results.outcome import Outcome, Value
from brian_sweep_widget.results.page import write_page
from brian_sweep_widget.results.plot import SUFFIXES, plot
from brian_sweep_widget.results.replacing import replacing
from brian_sweep_widget.results.summary import first_measure, summary
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
        return printable(f"<Results of {self.model}{self._said()}>")

    def _repr_html_(self) -> str | None:
        """Show the first curve, and its numbers; nothing but words if there is no curve."""
        measure = first_measure(self)
        if measure is None:
            return None
        others = [name for name in self.measures if name != measure]
        rest = f". Not shown: {', '.join(others)}" if others else ""
        return summary(self, measure, "bsw-results", f"{self._said()}{rest}")

    def _said(self) -> str:
        counts = counted(self) or "nothing yet"
        notice = f". {self.notice}" if self.notice else ""
        return f": {counts}, of {len(self.plan)} jobs{notice}"

    def counts(self) -> dict[str, int]:
        """Count the outcomes by status; statuses that do not occur are left out."""
        found: dict[str, int] = {}
        for outcome in self.outcomes:
            found[outcome.status] = found.get(outcome.status, 0) + 1
        return found

    @property
    def failures(self) -> list[Outcome]:
        """The outcomes that lack a result although they were to have it: failed, lost, partial."""
        return [one for one in self.outcomes if one.failure is not None or one.failures]

    @property
    def measures(self) -> dict[str, Value]:
        """One example of every measured result, by name, for its label and unit.

        Of a measure that gives single numbers here and arrays there, an array.
        """
        found: dict[str, Value] = {}
        for outcome in self.outcomes:
            for name, value in outcome.values.items():  # noqa: PD011 - not a frame
                if value.si.ndim > found.setdefault(name, value).si.ndim:
                    found[name] = value
        return found

    @property
    def arrays(self) -> dict[str, Value]:
        """Those of `measures` that are arrays, which tables with a row per job cannot hold."""
        return {name: value for name, value in self.measures.items() if value.si.ndim}

    @property
    def unmeasured(self) -> list[str]:
        """Names of measures that failed wherever they were to give a result."""
        measured, failed = self.measures, [name for one in self.outcomes for name in one.failures]
        return [name for name in dict.fromkeys(failed) if name not in measured]

    @property
    def dataset(self) -> xr.Dataset:
        """The results as an xarray dataset.

        Its dimensions are named after the swept parameters, plus ``trial``.
        Every measure is a variable (NaN where there is no result yet), in its
        unit, with ``units`` and ``long_name`` as attributes; so are
        ``wall_time`` (s), ``seed``, ``status``, ``host``, ``process`` and
        ``error`` of every job, which names the measures that failed. Model,
        fixed parameters, seed, engine and versions are attributes of the dataset.

        Raises
        ------
        ValueError
            If a measure would be an array of gigabytes that is almost empty.
        """
        return to_dataset(self)

    def to_dataframe(self) -> pd.DataFrame:
        """Give one row per job, in the order of the grid.

        Returns
        -------
        DataFrame
            Columns: every parameter (in its unit), ``trial``, ``seed``, every
            measure with a single value (in its unit; NaN where it failed,
            which ``error`` says), ``status``, ``error``,
            ``wall_time`` (s), ``engine``, ``host`` and ``process``. The units
            are in ``DataFrame.attrs["units"]``, by column.
        """
        return to_dataframe(self)

    def save(self, path: str | Path) -> Path:
        """Write the results to a file; the suffix says which kind.

        A warning says what is beside that file, as arrays are beside tables,
        and what this kind of file cannot hold. A file that is there is replaced
        once all of the new one is on disk, and stays if that cannot be.

        Parameters
        ----------
        path
            As a table with one row per job (see `to_dataframe`): ``.csv``
            (units are in the column names), ``.json`` (with units and
            provenance, and arrays as lists) or ``.parquet`` (units are in the
            file's metadata). Of a ``.csv`` or ``.parquet`` file, every measure
            that gives arrays has a table beside it, such as
            ``curve.counts.csv``, with a row per number.
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
            If the suffix is none of these, there is nothing to draw, or a
            dataset cannot be made.
        ImportError
            If the library for this kind of file is not installed.
        """
        written = self.write(path)
        if written.remark:
            warnings.warn(written.remark, stacklevel=2)
        return written.paths[0]

    def write(self, path: str | Path) -> Written:
        """Do what `save` does, and give all files and the remark, instead of a warning."""
        path = Path(path)
        writer = _WRITERS.get(path.suffix)
        if writer is None:
            msg = f"{path.name!r} has no known suffix (allowed: {', '.join(sorted(_WRITERS))})"
            raise ValueError(msg)
        beside = paths_of_arrays(self, path)
        with ExitStack() as files:  # none takes its place before all are written
            writer(self, files.enter_context(replacing(path)))
            for name, place in beside.items():
                write_array(self, name, files.enter_context(replacing(place)))
        return Written((path, *beside.values()), remark_on(self, path, beside))


class Written(NamedTuple):
    """What was written.

    Attributes
    ----------
    paths
        The files; the one that was named is the first.
    remark
        What is in which, and what in none; empty if all is in the first.
    """

    paths: tuple[Path, ...]
    remark: str


_WRITERS: dict[str, Callable[[Results, Path], object]] = {
    ".csv": write_csv,
    ".html": write_page,
    ".json": write_json,
    ".nc": write_netcdf,
    ".parquet": write_parquet,
    **dict.fromkeys(SUFFIXES, plot),
}
