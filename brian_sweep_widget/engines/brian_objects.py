"""Objects of Brian's that need care on their way: by name, rebuilt, or not at all."""

from __future__ import annotations

import functools
import re
import sys
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

import numpy as np

# What Brian calls them itself: one after another, so the name says nothing.
_BRIANS_NAME = re.compile(r"_timedarray(_\d+)?")


class CannotTravelError(TypeError):
    """An object makes sense in the process only in which it was made."""


def is_brians(module: str) -> bool:
    """Whether a module is Brian's own, and not of a package whose name only begins like that."""
    return module.partition(".")[0] == "brian2"


def name_in_brian(thing: object) -> str:
    """Name an object of which every process has one, such as the preferences; else empty."""
    if "brian2" not in sys.modules or not is_brians(type(thing).__module__):
        return ""
    if type(thing).__name__ == "Unit":
        symbol = str(thing)
        return symbol if _units().get(symbol) is thing else ""
    return _singletons().get(id(thing), "")


def brian_object(name: str) -> Any:
    """Give Brian's own object of a name; see `name_in_brian`."""
    import brian2  # noqa: PLC0415 - engines are imported without Brian

    unit = _units().get(name)
    return getattr(brian2, name) if unit is None else unit


def remade(thing: object) -> tuple[Any, tuple[Any, ...]] | None:  # noqa: PLR0911 - one for every kind
    """Say how an object of Brian's is made again, of what a person gave; None for all others.

    What Brian remembers in it, and the names that Brian counts, do not belong
    to it: they differ with what was done before.

    Parameters
    ----------
    thing
        Any object.

    Returns
    -------
    make
        Makes it of the arguments.
    arguments : tuple

    Raises
    ------
    CannotTravelError
        If it is a group, a monitor, a network or the like.
    """
    if "brian2" not in sys.modules:
        return None
    kinds = _kinds()
    kind = type(thing)
    one: Any = thing
    if kind is kinds.timed_array:
        name = "" if _BRIANS_NAME.fullmatch(one.name) else one.name
        return timed_array, (kinds.quantity(one.values, dim=one.dim), one.dt, name)
    if kind is kinds.equations:
        return kind, (list(one.values()),)
    if kind is kinds.equation:
        return kind, (one.type, one.varname, one.dim, one.var_type, one.expr, list(one.flags))
    if kind is kinds.expression:
        return kind, (one.code,)
    if kind is kinds.updater:
        return kind, (one._description, one.stochastic, one.custom_check)  # noqa: SLF001 - no other
    if isinstance(thing, kinds.bound):
        msg = f"a {kind.__name__} belongs to the process in which it was made"
        raise CannotTravelError(msg)
    return None


def timed_array(values: Any, step: Any, name: str) -> Any:
    """Make a ``TimedArray`` again."""
    from brian2 import TimedArray, second  # noqa: PLC0415 - engines are imported without Brian

    return TimedArray(values, dt=step * second, name=name)


def meant_by_equations(value: object) -> bool:
    """Whether a name in a text may stand for it: numbers, arrays, functions that know units."""
    if isinstance(value, bool | int | float | complex | np.ndarray | np.generic):
        return True
    brians = any(base.__module__ == "brian2.core.functions" for base in type(value).__mro__)
    return brians or (isinstance(value, FunctionType) and hasattr(value, "_arg_units"))


class _Kinds(NamedTuple):
    quantity: Any
    timed_array: type
    equations: type
    equation: type
    expression: type
    updater: type
    bound: tuple[type, ...]  # to their process


@functools.cache
def _kinds() -> _Kinds:
    from brian2 import (  # noqa: PLC0415 - loaded already
        Equations,
        ExplicitStateUpdater,
        Network,
        Quantity,
        TimedArray,
    )
    from brian2.core.names import Nameable  # noqa: PLC0415
    from brian2.equations.codestrings import Expression  # noqa: PLC0415
    from brian2.equations.equations import SingleEquation  # noqa: PLC0415

    bound = (Nameable, Network)
    made = (Equations, SingleEquation, Expression, ExplicitStateUpdater)
    return _Kinds(Quantity, TimedArray, *made, bound)


@functools.cache
def _units() -> dict[str, Any]:
    from brian2.core.namespace import DEFAULT_UNITS  # noqa: PLC0415 - engines load without Brian

    return dict(DEFAULT_UNITS)


@functools.cache
def _singletons() -> dict[int, str]:
    import brian2  # noqa: PLC0415 - loaded already

    plain = (type, FunctionType, ModuleType, brian2.Quantity)
    return {
        id(value): name
        for name, value in vars(brian2).copy().items()
        if is_brians(type(value).__module__) and not isinstance(value, plain)
    }
