"""Objects of Brian's that need care on their way: by name, rebuilt, or not at all."""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

# What Brian calls them itself: one after another, so the name says nothing.
_BRIANS_NAME = re.compile(r"_timedarray(_\d+)?")


class CannotTravelError(TypeError):
    """An object makes sense in the process only in which it was made."""


def name_in_brian(thing: object) -> str:
    """Name an object of which every process has one, such as the preferences; else empty."""
    if "brian2" not in sys.modules or not type(thing).__module__.startswith("brian2"):
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


def parts_of(thing: object) -> tuple[Any, Any, str] | None:
    """Give the values, the time step and the name of a ``TimedArray``; None for anything else.

    Parameters
    ----------
    thing
        Any object.

    Returns
    -------
    values, step
        Quantities.
    name : str
        Empty if Brian gave it.

    Raises
    ------
    CannotTravelError
        If it is a group, a monitor, a network or the like.
    """
    if "brian2" not in sys.modules:
        return None
    import brian2  # noqa: PLC0415 - loaded already
    from brian2.core.names import Nameable  # noqa: PLC0415

    if isinstance(thing, brian2.Network) or (
        isinstance(thing, Nameable) and type(thing) is not brian2.TimedArray
    ):
        msg = f"a {type(thing).__name__} belongs to the process in which it was made"
        raise CannotTravelError(msg)
    if type(thing) is not brian2.TimedArray:
        return None
    array: Any = thing
    name = "" if _BRIANS_NAME.fullmatch(array.name) else array.name
    return brian2.Quantity(array.values, dim=array.dim), array.dt * brian2.second, name


def timed_array(values: Any, step: Any, name: str) -> Any:
    """Make a ``TimedArray`` again."""
    from brian2 import TimedArray  # noqa: PLC0415 - engines are imported without Brian

    return TimedArray(values, dt=step, name=name)


def meant_by_equations(value: object) -> bool:
    """Whether a name in a text may stand for it: numbers, functions, arrays."""
    return isinstance(value, bool | int | float | complex | FunctionType) or (
        not isinstance(value, type | ModuleType)
        and (hasattr(value, "__array__") or _is_function(value))
    )


def _is_function(value: object) -> bool:
    kind: type = type(value)
    brians = any(base.__module__ == "brian2.core.functions" for base in kind.__mro__)
    return brians or (isinstance(value, Callable) and hasattr(value, "_arg_units"))  # type: ignore[arg-type]


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
        for name, value in vars(brian2).items()
        if type(value).__module__.startswith("brian2") and not isinstance(value, plain)
    }
