"""The files that a sweep is to write, looked at before it runs."""

from __future__ import annotations

import os
from pathlib import Path

from brian_sweep_widget.cli.terminal import refuse
from brian_sweep_widget.results.files import missing_libraries
from brian_sweep_widget.results.plot import SUFFIXES

OUTPUT_SUFFIXES = (".csv", ".json", ".nc", ".parquet")
PLOT_SUFFIXES = (".html", *SUFFIXES)

_NAMES = {".nc": "NetCDF", ".parquet": "Parquet"}


def check_output(path: Path) -> None:
    """Refuse a file for results that could not be written after the sweep.

    Raises
    ------
    UsageError
        If its suffix is unknown, its library is missing or its folder is.
    """
    _check_suffix("--output", path, OUTPUT_SUFFIXES)
    if missing := missing_libraries(path.suffix):
        refuse(
            f"--output {path}: writing {_NAMES[path.suffix]} needs {' and '.join(missing)}: "
            f"pip install {' '.join(missing)}, or give a .csv or .json file"
        )
    _check_place("--output", path)


def check_plot(path: Path) -> None:
    """Refuse a file for a chart that could not be written after the sweep.

    Raises
    ------
    UsageError
        As for `check_output`.
    """
    _check_suffix("--plot", path, PLOT_SUFFIXES)
    if missing_libraries(path.suffix):
        refuse(
            f"--plot {path}: drawing needs matplotlib: pip install 'brian-sweep-widget[plot]', "
            "or give an .html file"
        )
    _check_place("--plot", path)


def _check_suffix(option: str, path: Path, allowed: tuple[str, ...]) -> None:
    if path.suffix not in allowed:
        known = ", ".join(allowed)
        refuse(f"{option} {path}: {path.name!r} has no known suffix (allowed: {known})")


def _check_place(option: str, path: Path) -> None:
    folder = path.parent
    if not folder.is_dir():
        refuse(f"{option} {path}: there is no folder {str(folder)!r}; make it first")
    if path.is_dir():
        refuse(f"{option} {path}: this is a folder; name a file in it")
    if not os.access(path if path.exists() else folder, os.W_OK):
        refuse(f"{option} {path}: it cannot be written there; choose another place")
