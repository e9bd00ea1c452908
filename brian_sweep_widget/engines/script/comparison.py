"""How a script compares its numbers with the sweep's, bit for bit or up to rounding."""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any

import numpy as np

from brian_sweep_widget.results import Value


def expected_text(value: Value, *, rounded: bool) -> str:
    """Write a number; of an array its shape, and a digest of its numbers or two sums of them."""
    if not value.si.ndim:
        number = float(value.si)
        return repr(number) if math.isfinite(number) else f'float("{number}")'
    if rounded:
        return f"({value.si.shape}, {sums_of(value.si)!r})"
    return f"({value.si.shape}, {digest_of(value.si)!r})"


def digest_of(numbers: np.ndarray[Any, Any]) -> str:
    """Give the digest that tells arrays apart; scripts compute the same."""
    plain = np.where(np.isnan(numbers), np.nan, numbers).astype("<f8")
    return hashlib.sha256(plain.tobytes()).hexdigest()


def sums_of(numbers: np.ndarray[Any, Any]) -> tuple[float, float]:
    """Give two sums that tell arrays apart up to rounding; scripts compute the same."""
    plain = np.nan_to_num(numbers.astype(float)).ravel()
    return float(plain.sum()), float(plain @ np.cos(np.arange(plain.size)))


def comparison(system: list[str], *, rounded: bool) -> str:
    """Write the lines that compare, and say what is the case.

    Parameters
    ----------
    system
        What may have asked the system for random numbers: no seed decides these.
    rounded
        Whether numbers that differ by rounding are the same.
    """
    told = (
        f"{' and '.join(system)}: the model may ask the system for random numbers, which nothing "
        "repeats"
    )
    said = [f"print({json.dumps(told)})"] if system else []
    lines, verdict = (_CLOSE, _SAME_OR_CLOSE) if rounded else (_EQUAL, _SAME)
    return "\n".join([_VERSIONS + lines, *said, verdict]) + "\n"


_VERSIONS = """\
here = {
    "python": \1platform.python_version(),
    "brian2": \1brian2.__version__,
    "numpy": \1np.__version__,
}
for name, version in \1VERSIONS.items():
    if here[name] != version:
        print(f"{name} is {here[name]} here; the numbers were computed with {version}")
same = True
for name, wanted in \1EXPECTED.items():
    value = \1results[name]
    number = \1np.asarray(value, dtype=float)
"""

_EQUAL = """\
    if number.ndim:
        plain = \1np.where(\1np.isnan(number), \1np.nan, number).astype("<f8")
        equal = (number.shape, \1hashlib.sha256(plain.tobytes()).hexdigest()) == wanted
        print(f"{name}: {value}" + ("" if equal else " (expected: other numbers)"))
    else:
        equal = bool(number == wanted or (\1np.isnan(number) and \1np.isnan(wanted)))
        print(f"{name}: {float(number)!r}" + ("" if equal else f" (expected: {wanted!r})"))
    same = same and equal"""
_SAME = 'print("the same, bit for bit" if same else "NOT the same")'

_CLOSE = """\
    if number.ndim:
        plain = \1np.nan_to_num(number).ravel()
        sums = plain.sum(), plain @ \1np.cos(\1np.arange(plain.size))
        error = 1e-9 * abs(plain).sum()
        equal = number.shape == wanted[0] and \1np.allclose(sums, wanted[1], rtol=0, atol=error)
        print(f"{name}: {value}" + ("" if equal else " (expected: other numbers)"))
    else:
        equal = bool(\1np.isclose(number, wanted, rtol=1e-9, atol=0, equal_nan=True))
        print(f"{name}: {float(number)!r}" + ("" if equal else f" (expected: {wanted!r})"))
    same = same and equal"""
_SAME_OR_CLOSE = """\
if same:
    print("the same up to rounding")
else:
    print("NOT the same; random numbers of the simulation itself are others in Brian's runtime")"""
