"""Settings of a process, written down as plain values, and put in force again."""

from __future__ import annotations

import decimal
import os
import re
import socket
import sys
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from brian_sweep_widget.engines.cells_context import as_in_cells
from brian_sweep_widget.engines.installed import is_installed_file
from brian_sweep_widget.engines.logging_state import brian_console
from brian_sweep_widget.engines.mpmath_contexts import mpmath_precision, set_mpmath_precision
from brian_sweep_widget.engines.process_state import (
    current_folder,
    decimal_context,
    write_filters,
)

#: As the package was loaded: workers inherit these, hosts have their own.
VARIABLES_AT_FIRST = dict(os.environ)
# Test runners and front ends keep notes of their own here, which change with every call.
_NOT_OURS = frozenset({"PYTEST_CURRENT_TEST", "JPY_PARENT_PID", "COLUMNS", "LINES"})
# What numpy does by itself; to call or to log it needs a function of the kernel's.
_BY_NUMPY = frozenset({"ignore", "warn", "raise", "print"})
#: As numpy sets it itself.
NUMPY_AT_FIRST = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}


class _Changed:
    """Environment variables that were once found to be others than at first."""

    names: set[str] = set()  # noqa: RUF012 - the process's own


def settings_here() -> dict[str, Any]:
    """Read the settings of this process, as values that JSON can write."""
    errors = {kind: how for kind, how in as_in_cells(np.geterr).items() if how in _BY_NUMPY}
    return {
        "host": socket.gethostname(),
        "folder": current_folder(),
        "environment": _changed_environment(),
        "prefix": sys.prefix,
        "path": [entry for entry in sys.path if isinstance(entry, str)],
        "users": [entry for entry in sys.path if not _is_installed(entry)],
        "recursion": sys.getrecursionlimit(),
        "numpy": errors,
        "decimal": as_in_cells(_decimal),
        "mpmath": mpmath_precision(),
        "filters": [_written_filter(one) for one in warnings.filters],
        "brian": _brians_messages(),
    }


def apply(about: Mapping[str, Any]) -> None:
    """Put settings in force, but for the folder.

    Parameters
    ----------
    about
        From `settings_here`, of this process or of another one's.
    """
    for name, value in about["environment"].items():
        if value is None:
            os.environ.pop(name, None)
        elif os.environ.get(name) != value:
            os.environ[name] = value
    path = _path(about)
    if path != sys.path:
        sys.path[:] = path
    if sys.getrecursionlimit() != about["recursion"]:
        sys.setrecursionlimit(about["recursion"])
    if not about["numpy"].items() <= np.geterr().items():
        np.seterr(**about["numpy"])
    if about["decimal"] != _decimal():
        _write_decimal(about["decimal"])
    set_mpmath_precision(about["mpmath"])
    filters = _read_filters(about)
    if filters != warnings.filters:
        write_filters(filters)
    if about["brian"] is not None and brian_console() is not None:
        _write_brians_messages(about["brian"])


def _changed_environment() -> dict[str, str | None]:
    """Give the variables that were changed since the package was loaded; None for removed ones.

    Also those that were changed back: workers that began meanwhile know the change.
    """
    now = dict(os.environ)
    names = now.keys() | VARIABLES_AT_FIRST.keys()
    _Changed.names |= {name for name in names if now.get(name) != VARIABLES_AT_FIRST.get(name)}
    return {name: now.get(name) for name in sorted(_Changed.names - _NOT_OURS)}


def _path(about: Mapping[str, Any]) -> list[str]:
    """Give the places of modules: those of the kernel; elsewhere its user's, and our libraries'."""
    path: list[str] = about["path"]
    if (about["host"], about["prefix"]) == (socket.gethostname(), sys.prefix):
        return path
    users: list[str] = about["users"]
    first = next((i for i, entry in enumerate(path) if entry not in users), len(path))
    own = [entry for entry in sys.path if entry not in users]
    return [*path[:first], *own, *(entry for entry in users if entry not in path[:first])]


def _is_installed(entry: object) -> bool:
    if not isinstance(entry, str):  # which Python ignores
        return True
    return bool(entry) and is_installed_file(os.path.join(entry, "_"))  # noqa: PTH118 - any text


def _decimal() -> list[Any]:
    *numbers, _flags, traps = decimal_context()
    return [*numbers, sorted(one.__name__ for one in traps)]


DECIMAL_AT_FIRST = _decimal()


def _write_decimal(about: list[Any]) -> None:
    *numbers, traps = about
    arguments: list[Any] = [*numbers, [], [getattr(decimal, name) for name in traps]]
    decimal.setcontext(decimal.Context(*arguments))


def _written_filter(one: Any) -> list[Any]:
    """Write a warnings filter down: patterns with their flags, the category by name."""
    action, message, category, module, line = one
    patterns = [
        [part.pattern, part.flags] if isinstance(part, re.Pattern) else part
        for part in (message, module)
    ]
    return [action, patterns, category.__module__, category.__qualname__, line]


_FILTERS_AT_FIRST = [_written_filter(one) for one in warnings.filters]


def makes_other_errors(filters: list[list[Any]]) -> bool:
    """Whether other warnings are made errors than at first: nothing else changes what is computed.

    Parameters
    ----------
    filters
        Of settings.
    """
    now, before = (
        [one for one in some if one[0] == "error"] for some in (filters, _FILTERS_AT_FIRST)
    )
    return now != before


def _read_filters(about: Mapping[str, Any]) -> list[Any]:
    """Give the filters whose category there is here; what is not loaded is not warned of yet."""
    filters = []
    for action, patterns, module, name, line in about["filters"]:
        category = vars(sys.modules[module]).get(name) if module in sys.modules else None
        if category is not None:
            message, place = (
                re.compile(*part) if isinstance(part, list) else part for part in patterns
            )
            filters.append((action, message, category, place, line))
    return filters


def _brians_messages() -> Any:
    """Write down which of Brian's messages are shown; None if it is not loaded."""
    handler = brian_console()
    if handler is None:
        return None
    suppressed = [
        [type(one).__name__, getattr(one, "name", "") or one.orig_filter.name]
        for one in handler.filters
        if type(one).__name__ in _SUPPRESSING
    ]
    return [handler.level, suppressed]


# Brian's filters of messages, by what makes them.
_SUPPRESSING = {"NameFilter": "suppress_name", "HierarchyFilter": "suppress_hierarchy"}


def _write_brians_messages(about: Any) -> None:
    from brian2 import BrianLogger  # noqa: PLC0415 - loaded already

    level, suppressed = about
    handler = brian_console()
    if handler.level != level:
        handler.setLevel(level)
    known = _brians_messages()[1]
    for one in suppressed:
        if one not in known:
            kind, name = one
            getattr(BrianLogger, _SUPPRESSING[kind])(name)
