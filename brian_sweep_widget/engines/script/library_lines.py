"""How a script sets the data of installed packages that cells have set."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from brian_sweep_widget.engines.data_set import DataSet
from brian_sweep_widget.engines.library_data import CONTENTS, is_alike


def lines_setting(
    data: DataSet, module: Callable[[Any], str], write: Callable[[Any, str], str]
) -> Iterator[str]:
    """Write lines that set data.

    Parameters
    ----------
    data
        What is set, and where.
    module
        Gives the expression of an installed module.
    write
        Gives the expression of a value, of which it is told the name.
    """
    for place, value in sorted(data.values.items(), key=lambda one: one[0]):
        way = ".".join((module(sys.modules[place.module]), *place.attributes))
        name = ".".join((place.module, *place.attributes))  # for messages
        before = data.at_first.get(place)
        if place.name != CONTENTS:
            yield f"{way}.{place.name} = {write(value, f'{name}.{place.name}')}"
        elif type(before) is not type(value):
            # A copy, as the object itself is written by its name.
            yield f"{way} = {write(copy.copy(value), name)}"
        elif isinstance(value, list):
            yield f"{way}[:] = {write(list(value), name)}"
        elif isinstance(value, set):
            yield f"{way}.clear()"
            yield f"{way}.update({write(set(value), name)})"
        elif isinstance(value, dict):
            gone, changed = _changed(before, value)
            yield from [f"{way}.clear()"] * gone
            for key, one in changed.items():
                yield f"{way}[{write(key, name)}] = {write(one, name)}"
        else:
            gone, changed = _changed(vars(before), vars(value))
            yield from [f"vars({way}).clear()"] * gone
            for attribute, one in changed.items():
                yield f"{way}.{attribute} = {write(one, f'{name}.{attribute}')}"


def _changed(before: Any, now: Mapping[Any, Any]) -> tuple[bool, Mapping[Any, Any]]:
    """Tell whether anything is gone, and what is otherwise now: all of it then."""
    if before.keys() - now.keys():
        return True, now
    return False, {
        key: one for key, one in now.items() if key not in before or not is_alike(before[key], one)
    }
