"""Words of texts, which may be names in equations."""

from __future__ import annotations

from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from brian_sweep_widget.engines.installed import distribution_of
from brian_sweep_widget.engines.script.names import words_of
from brian_sweep_widget.engines.script.origins import is_function_of_brian


def words_within(value: Any) -> set[str]:
    """Give the words of all texts in a value."""
    words: set[str] = set()
    waiting, seen = [value], set()
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            words |= words_of(one)
            continue
        if id(one) in seen or isinstance(one, type | ModuleType | np.ndarray | FunctionType):
            continue
        seen.add(id(one))
        if isinstance(one, dict):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list | tuple | set | frozenset):
            waiting += one
        elif type(one).__name__ == "Equations":
            words |= words_of(str(one))
        elif not distribution_of(type(one)) or type(one).__module__ == "types":
            waiting += getattr(one, "__dict__", {}).values()
    return words


def is_for_equations(value: Any) -> bool:
    """Whether equations can use a value: then a word is a name."""
    return isinstance(value, np.ndarray | np.generic | int | float) or is_function_of_brian(value)


def known_to_brian() -> set[str]:
    """Give the names that equations know by themselves."""
    from brian2.core.namespace import (  # noqa: PLC0415 - engines are imported without Brian
        DEFAULT_CONSTANTS,
        DEFAULT_FUNCTIONS,
        DEFAULT_UNITS,
    )

    return {*DEFAULT_CONSTANTS, *DEFAULT_FUNCTIONS, *DEFAULT_UNITS}
