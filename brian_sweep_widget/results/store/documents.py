"""Parts of what a store holds, written as JSON and read with suspicion.

What comes back may have been written by anybody. So everything is checked, and
what is not as it was written raises `DamagedError`.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable
from typing import Any, TypeVar

from brian_sweep_widget.models.names import check_name
from brian_sweep_widget.models.parameters import Plain
from brian_sweep_widget.models.units import Unit
from brian_sweep_widget.results.store.errors import DamagedError

# Lists take twenty times the memory of their text, and no record has so many.
_MOST_CONTAINERS = 1_000_000
_LARGEST_INTEGER = 2**63  # in arrays, and in files
_LARGEST_AMOUNT = 1e18
_LATEST = 250_000_000_000.0  # s since the epoch: almost the year 10000, where dates end

# What reading something else than was written raises, whatever it is.
_NO_SENSE = (ValueError, TypeError, LookupError, AttributeError, OverflowError, struct.error)

_Read = TypeVar("_Read")


def write_json(value: object) -> str:
    """Write a document."""
    # Lone surrogates, which a failure's message may have, are escaped so.
    return json.dumps(value, separators=(",", ":"), ensure_ascii=True)


def parsed(written: str, kind: type[Any]) -> Any:
    """Read a document that is to be of some kind; to be called within `guarded`."""
    if written.count("[") + written.count("{") > _MOST_CONTAINERS:
        raise MemoryError
    found = json.loads(written)
    if not isinstance(found, kind):
        raise ValueError(written)  # noqa: TRY004 - all of these are the same: damage
    return found


def guarded(read: Callable[[], _Read]) -> _Read:
    """Read something, and take whatever goes wrong for damage.

    Raises
    ------
    DamagedError
    """
    try:
        return read()
    except DamagedError:
        raise
    except _NO_SENSE as error:
        msg = f"a record makes no sense ({type(error).__name__})"
        raise DamagedError(msg) from error
    except (RecursionError, MemoryError) as error:
        msg = "a record is far too large"
        raise DamagedError(msg) from error


def name(value: object) -> str:
    """Take a name, a label or a symbol; raises ValueError for what cannot be shown."""
    found = text(value)
    check_name("a name", found)
    return found


def text(value: object) -> str:
    """Take a text of any kind; raises ValueError for anything else."""
    if not isinstance(value, str):
        raise ValueError(value)  # noqa: TRY004 - as above
    return value


def number(value: object) -> float:
    """Take a number that is finite; raises ValueError for anything else."""
    if isinstance(value, bool) or not isinstance(value, float | int) or not math.isfinite(value):
        raise ValueError(value)
    return value


def amount(value: object) -> float:
    """Take seconds or bytes, of which millions can be added; raises ValueError otherwise."""
    found = number(value)
    if abs(found) > _LARGEST_AMOUNT:
        raise ValueError(value)
    return found


def moment(value: object) -> float:
    """Take a time in seconds since the epoch that is a date; raises ValueError otherwise."""
    found = number(value)
    if not 0 <= found <= _LATEST:
        raise ValueError(value)
    return float(found)


def plain(value: object) -> Plain:
    """Take a parameter's value; raises ValueError for anything else."""
    if isinstance(value, bool | str):
        return value
    found = number(value)
    if isinstance(found, int) and abs(found) >= _LARGEST_INTEGER:
        raise ValueError(value)
    return found


def read_unit(written: dict[str, Any]) -> Unit:
    """Read a unit; raises ValueError for what is none."""
    dimensions = tuple(float(number(power)) for power in written["dimensions"])
    return Unit(text(written["symbol"]), float(number(written["scale"])), dimensions)
