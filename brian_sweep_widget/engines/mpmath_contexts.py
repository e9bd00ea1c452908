"""What mpmath computes with: contexts, of which a process has one of each, and their precision.

Its functions, ``mpmath.quad`` say, are methods of a context that cannot be
copied, nor can its constants; and how many digits they compute is set there,
as by ``mp.dps = 50``.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

# What decides numbers: of which context, which attribute.
_PRECISION = (("mp", "prec"), ("mp", "trap_complex"), ("iv", "prec"))
#: As mpmath begins.
PRECISION_AT_FIRST = [53, False, 53]


def name_in_mpmath(thing: object) -> str:
    """Name one of mpmath's own contexts and constants; empty for anything else."""
    if not str(type(thing).__module__).startswith("mpmath."):
        return ""
    own = vars(sys.modules["mpmath"])
    return next((name for name, one in own.copy().items() if one is thing), "")


def of_mpmath(name: str) -> Any:
    """Give this process's own thing of that name."""
    return getattr(importlib.import_module("mpmath"), name)


def mpmath_precision() -> list[Any]:
    """Read how exactly mpmath computes."""
    mpmath: Any = sys.modules.get("mpmath")
    if mpmath is None or not hasattr(mpmath, "iv"):  # or it is being loaded
        return PRECISION_AT_FIRST
    return [getattr(getattr(mpmath, context), name) for context, name in _PRECISION]


def set_mpmath_precision(values: list[Any]) -> None:
    """Have mpmath compute as exactly as `mpmath_precision` told."""
    if values == mpmath_precision():
        return
    for (context, name), value in zip(_PRECISION, values, strict=True):
        setattr(of_mpmath(context), name, value)
