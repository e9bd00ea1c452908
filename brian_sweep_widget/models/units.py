"""Units as plain data.

Everything outside a simulation works on SI numbers and on these units, so that
sweeps, results and the widget need no Brian 2. The functions that turn a Brian
quantity into plain data, or back, live here too; they only touch Brian 2 when
a quantity with dimensions is involved.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from math import inf, isfinite
from typing import Any

import numpy as np

from brian_sweep_widget.models.names import check_name

#: Exponents of the seven SI base units: m, kg, s, A, K, mol, cd.
Dimensions = tuple[float, ...]
NO_DIMENSIONS: Dimensions = (0.0,) * 7
TIME: Dimensions = (0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0)

# One unit in the last of these digits is far below what any parameter means,
# and far above the rounding error of a division by the unit's scale.
_SHOWN_DIGITS = 12
_LARGEST_POWER = 12

_FIRST = (
    *("siemens", "farad", "amp", "volt", "ohm", "coulomb", "hertz", "joule", "watt", "newton"),
    *("mole", "kilogram", "metre", "second"),
)
_SECOND = ("metre", "second", "volt")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit in which numbers are shown to a person.

    Parameters
    ----------
    symbol
        As it is written, such as ``"mV"``; empty for a plain number.
    scale
        The SI value of one unit, such as ``0.001`` for mV.
    dimensions
        The unit's SI exponents.

    Raises
    ------
    ValueError
        If the scale is not positive and finite, or the symbol cannot be shown.
    """

    symbol: str = ""
    scale: float = 1.0
    dimensions: Dimensions = NO_DIMENSIONS

    def __post_init__(self) -> None:
        check_name("unit", self.symbol)
        whole = len(self.dimensions) == len(NO_DIMENSIONS) and all(map(isfinite, self.dimensions))
        if not (0 < self.scale < inf) or not whole:
            msg = f"{self!r} is no unit: nothing can be shown in it"
            raise ValueError(msg)

    def show(self, si: float) -> float:
        """Give an SI number in this unit, without the division's rounding error."""
        return float(f"{si / self.scale:.{_SHOWN_DIGITS}g}")

    def show_array(self, si: Any) -> np.ndarray[Any, Any]:
        """Give an array of SI numbers in this unit (shape kept, float64)."""
        return np.asarray(si, dtype=float) / self.scale

    def text(self, si: float) -> str:
        """Write an SI number in this unit, such as ``"1.62 mV"``."""
        number = f"{self.show(si):.6g}"
        return f"{number} {self.symbol}" if self.symbol else number


PLAIN_NUMBER = Unit()


def is_quantity(value: object) -> bool:
    """Whether a value is a Brian quantity (a scalar or an array with dimensions)."""
    return isinstance(value, np.ndarray) and hasattr(value, "dim")


def gathered(value: Any) -> Any:
    """Make one quantity of a list of quantities; anything else stays as it is.

    Raises
    ------
    TypeError
        If the list's quantities are not all of one unit.
    """
    if not isinstance(value, list | tuple) or not any(map(is_quantity, value)):
        return value
    from brian2 import DimensionMismatchError, Quantity  # noqa: PLC0415 - loaded already

    try:
        return Quantity(value)
    except (DimensionMismatchError, TypeError, ValueError) as error:
        msg = f"{value!r} cannot be one array of quantities: {error}"
        raise TypeError(msg) from None


def dimensions_of(value: Any) -> Dimensions:
    """Give the SI exponents of a value; a plain number has none."""
    if not is_quantity(value):
        return NO_DIMENSIONS
    return tuple(float(exponent) for exponent in value.dim._dims)  # noqa: SLF001 - no public reader exists


def best_unit(quantity: Any) -> Unit:
    """Find the unit in which Brian would print a quantity.

    Parameters
    ----------
    quantity
        A Brian quantity, scalar or array, or a plain number.

    Returns
    -------
    Unit
        For instance millivolt for ``1.62*mV``. A quantity of size zero, or of
        value zero, gives the SI unit itself. What has no name is a product or a
        quotient of two units, if it can be, such as S/m^2.
    """
    dimensions = dimensions_of(quantity)
    if dimensions == NO_DIMENSIONS:
        return PLAIN_NUMBER
    best = quantity.get_best_unit()
    # What is no unit of Brian's is written as a number of some unit, or of base units.
    named = hasattr(best, "dispname")
    symbol = str(best) if named else _of_two_units(dimensions) or str(best.dim)
    return Unit(symbol, float(np.asarray(best)), dimensions)


def _of_two_units(dimensions: Dimensions) -> str:
    """Write an SI unit that has no name as a product or quotient; empty if it is none."""
    from brian2.core.namespace import DEFAULT_UNITS  # noqa: PLC0415 - see the module's docstring

    powers = {name: np.array(dimensions_of(DEFAULT_UNITS[name])) for name in (*_FIRST, *_SECOND)}
    for power, second, first in product((-1, 1, -2, 2, -3, 3), _SECOND, _FIRST):
        if np.array_equal(powers[first] + power * powers[second], dimensions):
            a, b = (str(DEFAULT_UNITS[name]) for name in (first, second))
            exponent = f"^{abs(power)}" if abs(power) > 1 else ""
            return f"{a}{'*' if power > 0 else '/'}{b}{exponent}"
    return ""


def exact_unit(unit: Any) -> Unit:
    """Take a Brian unit as it is: ``mV``, whatever the values."""
    return Unit(str(unit), float(np.asarray(unit)), dimensions_of(unit))


def si_unit(dimensions: Dimensions) -> Unit:
    """Give the SI unit of some dimensions, such as hertz for (0, 0, -1, 0 ...)."""
    if dimensions == NO_DIMENSIONS:
        return PLAIN_NUMBER
    return best_unit(quantity(1.0, Unit("", 1.0, dimensions)))


def quantity(si: Any, unit: Unit) -> Any:
    """Turn an SI number (or array) into what a user's model expects.

    Parameters
    ----------
    si
        The value in SI units; any shape.
    unit
        Carries the dimensions; its scale plays no part.

    Returns
    -------
    Quantity or number
        A Brian quantity, or the number itself where there are no dimensions.
    """
    if unit.dimensions == NO_DIMENSIONS:
        return si
    from brian2 import Quantity  # noqa: PLC0415 - see the module's docstring
    from brian2.units.fundamentalunits import get_or_create_dimension  # noqa: PLC0415

    return Quantity(si, dim=get_or_create_dimension(unit.dimensions))


def unit_named(symbol: str) -> Unit:
    """Look a unit up by the name that Brian gives it.

    Parameters
    ----------
    symbol
        Such as ``"mV"``, ``"ms"`` or ``"Hz"``, or made of these: ``"mS/cm^2"``,
        ``"nS*ms"``.

    Raises
    ------
    ValueError
        If Brian knows no such unit.
    """
    from brian2.core.namespace import DEFAULT_UNITS  # noqa: PLC0415

    # Brian's names of units are not always what it prints: uvolt, but uV.
    known = {str(unit): unit for unit in DEFAULT_UNITS.values()} | DEFAULT_UNITS
    found = known.get(symbol)
    if found is None:
        try:
            found = _made_of(ast.parse(symbol.replace("^", "**"), mode="eval").body, known)
        except (SyntaxError, LookupError):
            msg = (
                f"{symbol!r} is not a unit that Brian 2 knows: write for instance mV, ms, nS, Hz "
                "or mS/cm^2"
            )
            raise ValueError(msg) from None
    return Unit(symbol, float(np.asarray(found)), dimensions_of(found))


def _made_of(node: ast.AST, known: Mapping[str, Any]) -> Any:
    """Compute a unit that is written as a product, a quotient or a power of others."""
    match node:
        case ast.Name(id=name):
            return known[name]
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return _made_of(left, known) * _made_of(right, known)
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return _made_of(left, known) / _made_of(right, known)
        case ast.BinOp(left=left, op=ast.Pow(), right=ast.Constant(value=int() | float() as power)):
            if abs(power) <= _LARGEST_POWER:
                return _made_of(left, known) ** power
        case ast.BinOp(left=left, op=ast.Pow(), right=ast.UnaryOp(op=ast.USub(), operand=number)):
            return 1 / _made_of(ast.BinOp(left, ast.Pow(), number), known)
    raise LookupError
