"""Settings of libraries that are changed by calling a function, such as ``pandas.set_option``."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple


class LibrarySettings(NamedTuple):
    """The settings of a library.

    Attributes
    ----------
    functions
        That change them, by their names.
    read
        Reads them, of the library's module: by name, if there are several.
    write
        Makes them what they were, those that are others now.
    """

    functions: frozenset[str]
    read: Callable[[ModuleType], Any]
    write: Callable[[ModuleType, Any], object]


def read_settings(library: ModuleType) -> Any:
    """Read the settings of a library that has some here."""
    with warnings.catch_warnings():  # of what goes out of use
        warnings.simplefilter("ignore")
        return SETTINGS[library.__name__].read(library)


def write_settings(library: ModuleType, before: Any) -> None:
    """Make the settings of a library what they were, if they are others."""
    with warnings.catch_warnings():  # as above
        warnings.simplefilter("ignore")
        settings = SETTINGS[library.__name__]
        now = settings.read(library)
        if not isinstance(before, dict):
            if now != before:
                settings.write(library, before)
            return
        changed = {name: value for name, value in before.items() if now[name] is not value}
        if changed:
            settings.write(library, changed)


def _options_in(options: Any, place: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in dir(options):
        value = getattr(options, name)
        if isinstance(value, type(options)):
            found |= _options_in(value, f"{place}{name}.")
        else:
            found[f"{place}{name}"] = value
    return found


def _write_pandas_options(pandas: ModuleType, changed: dict[str, Any]) -> None:
    for name, value in changed.items():
        pandas.set_option(name, value)


def _updaters(brian2: ModuleType) -> dict[str, Any]:
    updaters: dict[str, Any] = brian2.StateUpdateMethod.stateupdaters
    return updaters


def _write_updaters(brian2: ModuleType, before: tuple[tuple[str, Any], ...]) -> None:
    updaters = _updaters(brian2)
    updaters.clear()
    updaters.update(before)


def _write_colormaps(matplotlib: ModuleType, before: tuple[str, ...]) -> None:
    for name in set(matplotlib.colormaps).difference(before):
        matplotlib.colormaps.unregister(name)


#: By the modules that have them.
SETTINGS = {
    # What is registered twice is refused.
    "brian2": LibrarySettings(
        frozenset({"register"}),
        lambda module: tuple(_updaters(module).items()),
        _write_updaters,
    ),
    "matplotlib": LibrarySettings(
        frozenset({"register"}),
        lambda module: tuple(module.colormaps),
        _write_colormaps,
    ),
    "multiprocessing": LibrarySettings(
        frozenset({"set_start_method"}),
        lambda module: module.get_start_method(allow_none=True),
        lambda module, before: module.set_start_method(before, force=True),
    ),
    "pandas": LibrarySettings(
        frozenset({"set_option", "reset_option"}),
        lambda module: _options_in(module.options, ""),
        _write_pandas_options,
    ),
    "scipy.special": LibrarySettings(
        frozenset({"seterr"}),
        lambda module: module.geterr(),
        lambda module, changed: module.seterr(**changed),
    ),
    "xarray": LibrarySettings(
        frozenset({"set_options"}),
        lambda module: dict(module.get_options()),
        lambda module, changed: module.set_options(**changed),
    ),
}
