"""Numbers that are no parameters of a model, as options of the command line."""

from __future__ import annotations

import argparse
import math

from brian_sweep_widget.models import Parameter, Unit
from brian_sweep_widget.models.numerals import NotAValueError
from brian_sweep_widget.models.syntax import read_whole
from brian_sweep_widget.models.units import TIME
from brian_sweep_widget.models.written import read_number

_TIME_LIMIT = Parameter("time_limit", "real", None, Unit("s", 1.0, TIME))


def whole_number(text: str) -> int:
    """Read a whole number; which ones are allowed is for its receiver to say.

    Raises
    ------
    ArgumentTypeError
        If it is none.
    """
    try:
        return read_whole(text)
    except NotAValueError as error:
        msg = f"{text!r} {error}"
        raise argparse.ArgumentTypeError(msg) from None


def time_limit(text: str) -> float:
    """Read seconds, or a time with its unit; ``inf`` for no limit.

    Raises
    ------
    ArgumentTypeError
        If it is none.
    """
    if text == "inf":
        return math.inf
    try:
        return float(read_number(text, _TIME_LIMIT))
    except NotAValueError as error:
        msg = f"{text!r} {error}; without a limit, write inf"
        raise argparse.ArgumentTypeError(msg) from None
