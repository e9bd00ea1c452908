"""Files in which administrators and people set what holds here: ``brian_sweep_config``."""

from __future__ import annotations

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
    for path in (folder / file for folder in FOLDERS for file in _NAMES):
        yield path, _load(path, needed=False).get(name, Config())
    if named := os.environ.get(VARIABLE, ""):
        path = Path(named).expanduser().absolute()
        yield path, _load(path, needed=True).get(name, Config())


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
