"""Quantities, arrays and numpy's numbers as source code that gives the same type and bits."""

from __future__ import annotations

import math
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np

from brian_sweep_widget.engines.script.errors import ScriptError
from brian_sweep_widget.models.units import (
    NO_DIMENSIONS,
    Dimensions,
    best_unit,
    dimensions_of,
)

# SI units with a name of their own, by their exponents of m, kg, s, A, K, mol, cd.
_SI_UNITS: dict[Dimensions, str] = {
    (0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0): "second",
    (0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 0.0): "hertz",
    (2.0, 1.0, -3.0, -1.0, 0.0, 0.0, 0.0): "volt",
    (0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0): "amp",
    (2.0, 1.0, -3.0, -2.0, 0.0, 0.0, 0.0): "ohm",
    (-2.0, -1.0, 3.0, 2.0, 0.0, 0.0, 0.0): "siemens",
    (-2.0, -1.0, 4.0, 2.0, 0.0, 0.0, 0.0): "farad",
    (1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0): "meter",
}
_MOST_ITEMS = 10_000  # of an array; more would be data, not a script
_NUMBERS = "biufc"
_TEXTS = "SU"
_TIMES = "mM"

#: Gives an array that has a name already, and all of another one's memory in it, with its
#: expression; None if there is none.
Whole = Callable[[np.ndarray], tuple[np.ndarray | None, str]]


class ArrayWriter(ABC):
    """Writes quantities and arrays; how all else is written is for the classes made of this one.

    Parameters
    ----------
    whole
        See `Whole`.
    """

    def __init__(self, whole: Whole) -> None:
        self._whole = whole

    @abstractmethod
    def module(self, name: str) -> str:
        """Give the expression of a module that is loaded."""

    @abstractmethod
    def write(self, value: Any, name: str) -> str:
        """Write a value; see `source_of`."""

    def quantity(self, value: Any, name: str) -> str:
        """Write a quantity, or a unit."""
        brian = self.module("brian2")
        dimensions = dimensions_of(value)
        plain = np.asarray(value)
        if type(value).__name__ == "Unit":
            return self._unit(value, plain, name)
        if plain.dtype == float and dimensions != NO_DIMENSIONS:
            short = _in_its_unit(value, plain) if not plain.ndim else ""
            if short:
                return short.replace("*", f"* {brian}.")
            unit = _SI_UNITS.get(dimensions)
            if unit:  # which is 1: multiplying by it changes no bit
                written = self.write(plain if plain.ndim else plain.item(), name)
                return f"{written} * {brian}.{unit}"
        written = self.write(plain if plain.ndim else plain[()], name)
        if plain.dtype == float and not plain.ndim:
            written = self.write(plain.item(), name)
        if dimensions == NO_DIMENSIONS:
            return f"{brian}.Quantity({written})"
        return f"{brian}.Quantity({written}, dim={self._dimension(dimensions)})"

    def _dimension(self, dimensions: Dimensions) -> str:
        exponents = ", ".join(f"{exponent!r}" for exponent in dimensions)
        return f"{self.module('brian2')}.get_or_create_dimension([{exponents}])"

    def _unit(self, value: Any, plain: np.ndarray[Any, Any], name: str) -> str:
        brian = self.module("brian2")
        symbol = str(value)
        if getattr(sys.modules["brian2"], symbol, None) is value:
            return f"{brian}.{symbol}"
        return (
            f"{brian}.Unit({self.write(plain.item(), name)}, "
            f"dim={self._dimension(dimensions_of(value))}, scale={value.scale!r}, "
            f"name={repr(value)!r}, dispname={symbol!r}, iscompound={bool(value.iscompound)!r})"
        )

    def array(self, value: np.ndarray[Any, Any], name: str) -> str:
        """Write an array with its type and its order in memory."""
        kind = value.dtype.kind
        if kind not in _NUMBERS + _TEXTS + _TIMES and not value.dtype.names:
            msg = (
                f"{name} is an array of {value.dtype}, which cannot be written into a script: "
                "make it of numbers or texts, or inside the model"
            )
            raise ScriptError(msg)
        if value.dtype == np.longdouble and value.dtype != float:
            msg = f"{name} is an array of {value.dtype}, whose digits Python cannot write"
            raise ScriptError(msg)
        view = self._view(value, name)
        if view:
            return view
        if value.size > _MOST_ITEMS:
            msg = (
                f"{name} is an array of {value.size} numbers (allowed in a script: {_MOST_ITEMS}): "
                "have the model read or compute it"
            )
            raise ScriptError(msg)
        numpy = self.module("numpy")
        # In the order in which it lies in memory: sums depend on it.
        turned = value.ndim > 1 and value.flags.f_contiguous and not value.flags.c_contiguous
        flat = (value.T if turned else value).ravel()
        if kind in _TIMES:
            times = f"{numpy}.array({flat.view(np.int64).tolist()!r}, dtype={numpy}.int64)"
            text = f"{times}.view({value.dtype.str!r})"
        else:
            items = self.write(flat.tolist(), name)
            text = f"{numpy}.array({items}, dtype={self.descriptor(value.dtype, name)})"
        if turned:
            return f"{text}.reshape({value.shape[::-1]}).T"
        return text if value.ndim == 1 else f"{text}.reshape({value.shape})"

    def _view(self, value: np.ndarray[Any, Any], name: str) -> str:
        """Write an array in the memory of one that has a name: a change in one is in both."""
        whole, reference = self._whole(value)
        if whole is None:
            return ""
        place, start = (one.__array_interface__["data"][0] for one in (value, whole))
        layout = (value.shape, self.descriptor(value.dtype, name), reference, place - start)
        return f"{self.module('numpy')}.ndarray({', '.join(map(str, layout))}, {value.strides})"

    def descriptor(self, dtype: np.dtype[Any], name: str) -> str:
        """Write the type of an array's items."""
        if dtype.names:
            if dtype != np.dtype(dtype.descr):
                msg = f"{name} has the type {dtype}, which cannot be written into a script"
                raise ScriptError(msg)
            return repr(dtype.descr)
        if dtype.kind in _NUMBERS and dtype.isnative and dtype.kind != "b":
            return f"{self.module('numpy')}.{dtype.name}"
        return repr("bool" if dtype.kind == "b" else dtype.str)

    def number_of_numpy(self, value: np.generic, name: str) -> str:
        """Write a number, a text or a time of numpy's own types."""
        numpy = self.module("numpy")
        kind = value.dtype.kind
        if kind in _TEXTS:
            return f"{numpy}.{type(value).__name__}({value.item()!r})"
        if kind in _TIMES or value.dtype.names or value.dtype == np.longdouble:
            if value.dtype == float:
                return f"{numpy}.float64({self.write(float(value), name)})"
            return f"{self.array(np.asarray([value], dtype=value.dtype), name)}[0]"
        called = "bool_" if kind == "b" else value.dtype.name
        return f"{numpy}.{called}({self.write(value.item(), name)})"


def _in_its_unit(value: Any, plain: np.ndarray[Any, Any]) -> str:
    """Write a quantity as a person would, ``10.0 *ms``; empty if that changes a bit."""
    number = float(plain)
    if not math.isfinite(number) or not number:
        return ""
    with np.errstate(all="ignore"):  # Brian compares with units that are far away
        unit = best_unit(value)
    brian: Any = getattr(sys.modules["brian2"], unit.symbol, None)
    shown = unit.show(number)
    if type(brian).__name__ != "Unit" or float(np.asarray(shown * brian)) != number:
        return ""
    return f"{shown!r} *{unit.symbol}"
