"""Files in which administrators and people set what holds here: ``brian_sweep_config``."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from platformdirs import user_config_path
from traitlets.config import Config
from traitlets.config.loader import (
    ConfigFileNotFound,
    JSONFileConfigLoader,
    PyFileConfigLoader,
)

VARIABLE = "BRIAN_SWEEP_CONFIG"
FOLDERS = (
    Path("/etc/brian-sweep"),
    Path(sys.prefix) / "etc" / "brian-sweep",
    user_config_path("brian-sweep-widget"),
)
_LOADERS = {".py": PyFileConfigLoader, ".json": JSONFileConfigLoader}
_NAMES = tuple(f"brian_sweep_config{suffix}" for suffix in _LOADERS)


class ConfigError(ValueError):
    """Something that is set cannot be read. It would not hold, so nothing starts."""


def read_section(name: str) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Read one section of all files there are.

    Files ``brian_sweep_config.py`` or ``.json`` in ``/etc/brian-sweep``, in
    ``etc/brian-sweep`` of the Python environment and in the user's own folder
    for settings, and the file that ``BRIAN_SWEEP_CONFIG`` names.

    Parameters
    ----------
    name
        Of the section, such as ``"SweepLimits"`` for ``c.SweepLimits``.

    Yields
    ------
    path, settings
        In that order.

    Raises
    ------
    ConfigError
        If a file cannot be read.
    """
    for path, config in _files(FOLDERS, os.environ.get(VARIABLE, "")):
        yield path, config.get(name, Config())


@functools.cache  # once for a process, as a sweep that follows a slider asks all the time
def _files(folders: tuple[Path, ...], named: str) -> list[tuple[Path, Config]]:
    usual = [folder / name for folder in folders for name in _NAMES]
    found = [(path, _load(path, needed=False)) for path in usual]
    if named:
        path = Path(named).expanduser().absolute()
        found.append((path, _load(path, needed=True)))
    return found


def _load(path: Path, *, needed: bool) -> Config:
    if path.suffix not in _LOADERS:
        msg = f"{VARIABLE} = {str(path)!r} has no known suffix (allowed: {', '.join(_LOADERS)})"
        raise ConfigError(msg)
    try:
        return _LOADERS[path.suffix](path.name, path=str(path.parent)).load_config()
    except ConfigFileNotFound:
        if not needed:
            return Config()
        msg = f"{VARIABLE}: there is no file {path}"
        raise ConfigError(msg) from None
    except Exception as error:
        msg = f"{path} cannot be read: {type(error).__name__}: {error}"
        raise ConfigError(msg) from error
