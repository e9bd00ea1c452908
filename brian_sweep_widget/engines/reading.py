"""What a measure or a plain function returned, as plain values."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any

import numpy as np

from brian_sweep_widget.engines.failing import failure_of
from brian_sweep_widget.models import AllowNan, Measure, allows_nan
from brian_sweep_widget.models.declaration import words
from brian_sweep_widget.models.names import check_name
from brian_sweep_widget.models.parameters import in_short
from brian_sweep_widget.models.units import Unit, dimensions_of, gathered, si_unit
from brian_sweep_widget.results import Failure, Value

_ALLOWED = "allowed: a real number, a Brian 2 quantity or an array of either"
_NUMERIC = "biuf"


class NotAResultError(TypeError):
    """A model returned something that is not a result."""


def read_value(
    name: str,
    returned: Any,
    label: str = "",
    unit: Unit | None = None,
    *,
    allow_nan: bool = False,
) -> Value:
    """Read one result.

    Parameters
    ----------
    name
        Of the measure, for messages.
    returned
        What it returned.
    label
        How it is called; the name in words if empty.
    unit
        In which it is shown; the SI unit if None.
    allow_nan
        Whether a single number may be NaN.

    Returns
    -------
    Value
        In SI units, float64.

    Raises
    ------
    NotAResultError
        If it is neither a number nor a quantity nor an array of these, if it
        is a single number that is not finite (but for an allowed NaN), or if
        its unit is another than the measure's.
    """
    if returned is None:
        msg = f"{name} returned None: does it end with a return statement? ({_ALLOWED})"
        raise NotAResultError(msg)
    try:
        returned = gathered(returned)
        array = np.asarray(returned)
    except (TypeError, ValueError):  # a ragged list, or one of several units
        array = np.asarray(None)
    if array.dtype.kind not in _NUMERIC:
        msg = f"{name} returned {in_short(returned)}, a {type(returned).__name__} ({_ALLOWED})"
        raise NotAResultError(msg)
    if not array.ndim and not np.isfinite(array) and not (allow_nan and np.isnan(array)):
        msg = f"{name} returned {array}: the result is not a finite number"
        if np.isnan(array):
            msg += (
                " (where there may be nothing to tell, allow it: allow_nan=True of the measure, "
                f"or allow_nan=[{name!r}] of a plain function's sweep)"
            )
        raise NotAResultError(msg)
    dimensions = dimensions_of(returned)
    if unit is None:
        unit = si_unit(dimensions)
    elif unit.dimensions != dimensions:
        msg = f"{name} returned {in_short(returned)}, which is not in units such as {unit.symbol!r}"
        raise NotAResultError(msg)
    return Value(array.astype(float), unit, label or words(name))


def read_measure(measure: Measure, network: Any) -> Value:
    """Apply a measure to a network that ran; raises as `read_value` does."""
    return read_value(
        measure.name,
        measure.function(network),
        measure.label,
        measure.unit,
        allow_nan=measure.allow_nan,
    )


def read_each(readers: Mapping[str, Callable[[], Value]]) -> dict[str, Value | Failure]:
    """Read several results, each by itself: one that fails leaves the others as they are.

    Parameters
    ----------
    readers
        Give a result, or raise; by name.
    """
    return {name: _read(reader) for name, reader in readers.items()}


def _read(reader: Callable[[], Value]) -> Value | Failure:
    try:
        return reader()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the measure is the user's code
        return failure_of(error)


def read_returned(
    function_name: str,
    returned: Any,
    reserved: Collection[str],
    *,
    allow_nan: AllowNan = False,
) -> dict[str, Value | Failure]:
    """Read what a plain function returned: one result, or several by name.

    One of several that is no result is named with what is wrong with it, and
    the others are kept.

    Parameters
    ----------
    function_name
        Names a single result.
    returned
        A number, quantity or array, or a dict of these.
    reserved
        Names that a result may not have (the parameters').
    allow_nan
        Which of them may be NaN.

    Raises
    ------
    NotAResultError
        For an empty dict, and for names that are reserved, no texts, or cannot be shown.
    """
    results = returned if isinstance(returned, Mapping) else {function_name: returned}
    if not results:
        msg = f"{function_name} returned an empty dict (allowed: at least one result by name)"
        raise NotAResultError(msg)
    for name in results:
        if not isinstance(name, str):
            msg = f"{function_name} returned a result named {name!r}; names must be texts"
            raise NotAResultError(msg)
        try:
            check_name("the name of a result", name)
        except ValueError as error:
            msg = f"{function_name} returned a result that is misnamed: {error}"
            raise NotAResultError(msg) from None
        if name in reserved:
            msg = f"{function_name} returned a result named like its parameter {name!r}: rename it"
            raise NotAResultError(msg)
    return read_each(
        {
            name: partial(read_value, name, value, allow_nan=allows_nan(allow_nan, name))
            for name, value in results.items()
        }
    )
