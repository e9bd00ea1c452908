"""Numbers with units for workers that have not imported Brian 2.

A light quantity does the arithmetic that measures are made of exactly as a
Brian quantity does it, and refuses everything else. A refusal is no failure:
whoever evaluates a measure imports Brian then and begins again.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Any, ClassVar, NoReturn

import numpy as np

from brian_sweep_widget.models.units import NO_DIMENSIONS, Dimensions, Unit, quantity

Array = np.ndarray[Any, Any]

_NUMERIC = "biuf"

_PRESERVING = {np.absolute, np.negative, np.positive}
_SCALING = {np.sqrt: 0.5, np.square: 2.0, np.reciprocal: -1.0}
_DIVIDING = {np.true_divide, np.floor_divide}
_MATCHING = {np.add, np.subtract, np.maximum, np.minimum}
_COMPARING = {np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal}
_PLAIN = {np.isnan, np.isfinite, np.isinf}
_REDUCING = {np.add, np.maximum, np.minimum}

# By which factor a function of one array multiplies the exponents; None: no quantity.
_FUNCTIONS: dict[Any, float | None] = {
    **dict.fromkeys(
        (np.sum, np.mean, np.max, np.amax, np.min, np.amin, np.std, np.ptp, np.sort, np.diff), 1.0
    ),
    **dict.fromkeys((np.cumsum, np.ravel, np.reshape, np.transpose), 1.0),
    np.var: 2.0,
    **dict.fromkeys((np.argmax, np.argmin, np.argsort, np.shape, np.ndim, np.size), None),
}
_OPTIONS = {"axis", "keepdims", "ddof", "kind", "n"}
# What numpy itself adds when it takes the mean of something that becomes an array.
_CALL_OPTIONS = {"out", "casting", "subok"}
_REDUCE_DEFAULTS = {"dtype": None, "out": None, "where": True}

_INHERITED = {
    "T", "copy", "dtype", "flags", "flatten", "itemsize", "nbytes", "ndim", "ravel", "reshape",
    "shape", "size", "sort", "strides",
}  # fmt: skip


class NotLightError(TypeError):
    """Something was asked of a light quantity that only Brian's can answer.

    Every one that is made is counted, so that a measure that catches it is
    noticed too.
    """

    made: ClassVar[int] = 0

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} needs Brian's quantities")
        NotLightError.made += 1


@dataclass(frozen=True, slots=True)
class LightDimension:
    """SI exponents, where Brian keeps them."""

    _dims: Dimensions


def brian_is_loaded() -> bool:
    """Whether this process has imported Brian 2, so that its quantities cost nothing."""
    return "brian2" in sys.modules


def dimension(dimensions: Dimensions) -> Any:
    """Give what Brian's quantities have as ``dim``; a light one while Brian is not loaded."""
    if not brian_is_loaded():
        return LightDimension(dimensions)
    from brian2.units.fundamentalunits import (  # noqa: PLC0415 - loaded already
        get_or_create_dimension,
    )

    return get_or_create_dimension(dimensions)


def to_quantity(array: Any, dimensions: Dimensions) -> Any:
    """Give SI numbers their unit.

    Parameters
    ----------
    array
        A number, or an array of any shape; its memory is shared.
    dimensions
        SI exponents.

    Returns
    -------
    Quantity, LightQuantity, array or number
        What was given if there are no dimensions; Brian's quantity if this
        process has imported Brian, else a light one.
    """
    if dimensions == NO_DIMENSIONS:
        return array
    if brian_is_loaded():
        return quantity(array, Unit("", 1.0, dimensions))
    return _light(array, dimensions)


def _light(array: Any, dimensions: Dimensions) -> Any:
    """Make a light quantity; where dimensions cancel, plain numbers as Brian makes them."""
    array = np.asarray(array)
    if dimensions == NO_DIMENSIONS:
        return array if array.ndim else array.item()
    light = array.view(LightQuantity)
    light.dim = LightDimension(dimensions)
    return light


def _exponents(value: Any) -> Dimensions:
    """Give an operand's SI exponents; refuse what is neither light nor a plain number."""
    dim = getattr(value, "dim", None)
    if isinstance(dim, LightDimension):
        return dim._dims  # noqa: SLF001 - named as Brian names it
    plain = type(value) is np.ndarray or isinstance(value, int | float | np.number | np.bool_)
    if plain and np.asarray(value).dtype.kind in _NUMERIC:
        return NO_DIMENSIONS
    msg = f"arithmetic with a {type(value).__name__}"
    raise NotLightError(msg)


def _agree(left: Any, right: Any) -> None:
    """Refuse operands of different units; a plain zero has any unit, as for Brian."""
    first, second = _exponents(left), _exponents(right)
    if first == second:
        return
    for value, dimensions in ((left, first), (right, second)):
        if dimensions == NO_DIMENSIONS and np.all(np.asarray(value) == 0):
            return
    msg = "combining different units"
    raise NotLightError(msg)


def _scaled(dimensions: Dimensions, factor: float) -> Dimensions:
    return tuple(exponent * factor for exponent in dimensions)


def _result_dimensions(ufunc: Any, inputs: tuple[Any, ...], own: Dimensions) -> Dimensions | None:
    """Give the exponents of a ufunc's result; None where it is no quantity."""
    exponents = [_exponents(value) for value in inputs]
    result: Dimensions | None = own
    if ufunc in _MATCHING or ufunc in _COMPARING:
        _agree(*inputs)
    if ufunc in _PLAIN or ufunc in _COMPARING:
        result = None
    elif ufunc in _SCALING:
        result = _scaled(own, _SCALING[ufunc])
    elif ufunc is np.multiply:
        result = tuple(a + b for a, b in zip(*exponents, strict=True))
    elif ufunc in _DIVIDING:
        result = tuple(a - b for a, b in zip(*exponents, strict=True))
    # Other kinds of exponents change how Brian rounds the units.
    elif ufunc is np.power and type(inputs[1]) in {int, float, np.float64} and isfinite(inputs[1]):
        result = _scaled(exponents[0], float(inputs[1]))
    elif ufunc not in _PRESERVING and ufunc not in _MATCHING:
        msg = f"numpy.{ufunc.__name__}"
        raise NotLightError(msg)
    return result


def _function(function: Any) -> Callable[..., Any]:
    """Make a method of one of the functions."""

    def method(self: LightQuantity, *arguments: Any, **options: Any) -> Any:
        return self.__array_function__(function, (), (self, *arguments), options)

    return method


def _comparison(compare: Callable[[Any, Any], Any]) -> Any:
    """Make an operator; unlike the ufunc, it lets anything be compared with infinity."""

    def method(self: LightQuantity, other: Any) -> Any:
        if not isinstance(other, np.ndarray) and hasattr(other, "dim"):
            return NotImplemented  # a recorded variable compares itself
        scalar = _exponents(other) == NO_DIMENSIONS and not np.ndim(other)
        if not (scalar and np.isinf(other)):
            _agree(self, other)
        return compare(np.asarray(self), np.asarray(other))

    return method


def _refusal(what: str) -> Any:
    """Make a method that refuses."""

    def method(*_: Any, **__: Any) -> NoReturn:
        raise NotLightError(what)

    return method


class LightQuantity(np.ndarray[Any, Any]):
    """SI numbers with their exponents; made by `to_quantity`.

    Parameters
    ----------
    dim
        The exponents; never those of a plain number.
    """

    dim: LightDimension
    # As Brian's, on which depends whose operator numpy calls.
    __array_priority__ = 1000
    __hash__ = None

    def __array_finalize__(self, source: Any) -> None:
        """Hand the unit on to views and copies."""
        self.dim = getattr(source, "dim", LightDimension(NO_DIMENSIONS))

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        """Do what Brian's quantity does with numpy's elementwise functions, or refuse."""
        own = self.dim._dims  # noqa: SLF001
        if method == "reduce" and ufunc in _REDUCING:
            refused = _unusual(options)
            result: Dimensions | None = own
        elif method == "__call__":
            refused = set(options) - _CALL_OPTIONS
            result = _result_dimensions(ufunc, inputs, own)
        else:
            refused, result = {method}, None
        if refused:
            msg = f"numpy.{ufunc.__name__} with {', '.join(sorted(refused))}"
            raise NotLightError(msg)
        out = options.pop("out", None)
        if out is not None and self.ndim:  # a single quantity never changes, as Brian's
            options["out"] = tuple(map(np.asarray, out))
        values = getattr(ufunc, method)(*map(np.asarray, inputs), **options)
        return values if result is None else _light(values, result)

    def __array_function__(self, function: Any, types: Any, arguments: Any, options: Any) -> Any:
        """Apply one of numpy's functions of a single array, or refuse."""
        del types
        array, *rest = arguments
        usual = len(rest) <= 1 and not set(options) - _OPTIONS and isinstance(array, LightQuantity)
        parameters = [*rest, *options.values()]
        if function not in _FUNCTIONS or not usual or any(hasattr(p, "dim") for p in parameters):
            msg = f"numpy.{function.__name__} in this form"
            raise NotLightError(msg)
        values = function(np.asarray(array), *rest, **options)
        factor = _FUNCTIONS[function]
        own = array.dim._dims  # noqa: SLF001
        return values if factor is None else _light(values, _scaled(own, factor))

    def __getitem__(self, key: Any) -> Any:
        """Give elements, which keep their unit even if single."""
        return _light(np.asarray(self)[key], self.dim._dims)  # noqa: SLF001

    def __iter__(self) -> Iterator[Any]:
        return (self[index] for index in range(len(self)))

    def __repr__(self) -> str:
        return f"LightQuantity({np.asarray(self)!r}, {self.dim})"

    def __getattr__(self, name: str) -> NoReturn:
        """Brian's quantities have more to them, such as ``in_unit``."""
        if not name.startswith("__"):
            NotLightError(name)  # counted; `hasattr` must still be answered
        raise AttributeError(name)

    __lt__ = _comparison(operator.lt)
    __le__ = _comparison(operator.le)
    __gt__ = _comparison(operator.gt)
    __ge__ = _comparison(operator.ge)
    __eq__ = _comparison(operator.eq)
    __ne__ = _comparison(operator.ne)

    sum = _function(np.sum)
    mean = _function(np.mean)
    max = _function(np.max)
    min = _function(np.min)
    std = _function(np.std)
    var = _function(np.var)
    cumsum = _function(np.cumsum)
    argmax = _function(np.argmax)
    argmin = _function(np.argmin)
    argsort = _function(np.argsort)


def _unusual(options: dict[str, Any]) -> set[str]:
    """Name the options of a reduction that are neither whitelisted nor numpy's defaults."""
    return {
        name
        for name, value in options.items()
        if name not in _OPTIONS and value is not _REDUCE_DEFAULTS.get(name, options)
    }


def _close() -> None:
    """Make every other method of numpy's arrays refuse, also those of future versions."""
    converting = ("float", "int", "index", "complex", "str", "format", "setitem")
    copying = ("reduce", "reduce_ex", "copy", "deepcopy")
    names = {name for name in dir(np.ndarray) if not name.startswith("_")}
    names -= _INHERITED | set(vars(LightQuantity))
    for name in names:
        setattr(LightQuantity, name, property(_refusal(name)))
    for name in converting + copying:
        setattr(LightQuantity, f"__{name}__", _refusal(name))


_close()
