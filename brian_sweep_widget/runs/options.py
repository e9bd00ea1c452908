"""What is asked of a sweep besides its parameters: read, or refused with words."""

from __future__ import annotations

import math
from collections.abc import Collection
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np

from brian_sweep_widget.backends import allowed_cores
from brian_sweep_widget.limits import Limits
from brian_sweep_widget.models import AllowNan, FunctionModel, Model
from brian_sweep_widget.models.units import TIME, dimensions_of, is_quantity

_TIMES = "allowed: seconds above zero, such as 60 or inf, a time with its unit, or None"


def read_time_limit(given: Any, allowed: Limits) -> float:
    """Read the time that a simulation may take; infinite if nobody said anything."""
    most = allowed.max_job_seconds
    if given is None:
        return math.inf if most is None else most.most
    seconds = _seconds(given)
    if most is not None:
        most.check(seconds, f"time_limit = {seconds:g} s", "give a shorter time, or none")
    return seconds


def read_allow_nan(given: Any, model: Model) -> AllowNan:
    """Read which results of a plain function may be NaN.

    Raises
    ------
    TypeError
        If it is neither a truth value nor names, or the model is a network.
    """
    allowed: AllowNan
    if isinstance(given, bool):
        allowed = given
    else:
        names = [given] if isinstance(given, str) else given
        if not isinstance(names, Collection) or not all(isinstance(name, str) for name in names):
            msg = f"allow_nan = {given!r} is no choice of results (allowed: True, or names: ['cv'])"
            raise TypeError(msg)
        allowed = tuple(sorted(set(names)))
    if allowed and not isinstance(model, FunctionModel):
        msg = (
            f"allow_nan = {given!r} is for plain functions: a measure of {model.name} says so "
            "itself, @model.measure(allow_nan=True)"
        )
        raise TypeError(msg)
    return allowed


def read_workers(workers: int | None, allowed: Limits) -> int:
    """Read the number of workers; as many as there are cores if nobody said anything."""
    most = allowed.max_workers
    if workers is None:
        return allowed_cores() if most is None else int(min(allowed_cores(), most.most))
    if isinstance(workers, bool) or not isinstance(workers, int | np.integer) or workers < 1:
        msg = f"workers = {workers!r} is not a number of processes (allowed: 1 or more, or None)"
        raise ValueError(msg)
    if most is not None:
        most.check(workers, f"workers = {workers}", "ask for fewer, or for None")
    return int(workers)


def _seconds(limit: Any) -> float:
    if is_quantity(limit) and dimensions_of(limit) != TIME:
        msg = f"time_limit = {limit!r} is not a time ({_TIMES})"
        raise TypeError(msg)
    if isinstance(limit, np.ndarray) and not limit.ndim:
        limit = np.asarray(limit).item()  # of a quantity, in seconds
    if isinstance(limit, bool) or not isinstance(limit, Real | Decimal):
        msg = f"time_limit = {limit!r} is no number of seconds ({_TIMES})"
        raise TypeError(msg)
    try:
        seconds = float(limit)
    except OverflowError:
        msg = f"time_limit is a number of more than 300 digits, too large to be a time ({_TIMES})"
        raise ValueError(msg) from None
    if not seconds > 0:
        msg = f"time_limit = {limit!r} is not above zero ({_TIMES})"
        raise ValueError(msg)
    return seconds
