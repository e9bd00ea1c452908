"""Light quantities do what Brian's do, to the last bit, or refuse."""

from __future__ import annotations

import operator
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from brian2 import Quantity
from brian2.units.fundamentalunits import get_or_create_dimension
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from brian_sweep_widget.engines.compiled.quantities import (
    LightQuantity,
    NotLightError,
    _light,
    to_quantity,
)
from brian_sweep_widget.models.units import dimensions_of, is_quantity

VOLT = (2.0, 1.0, -3.0, -1.0, 0.0, 0.0, 0.0)
SECOND = (0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0)
HERTZ = (0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 0.0)

shapes = array_shapes(min_dims=0, max_dims=2, max_side=4) | st.just((0,))
halves = st.integers(-8, 8).map(lambda number: number / 2)
values = (
    arrays(np.float64, shapes, elements=halves, fill=st.nothing())
    | arrays(np.float32, shapes, elements=halves, fill=st.nothing())
    | arrays(np.int32, shapes, elements=st.integers(-4, 4), fill=st.nothing())
    | arrays(np.float64, st.integers(1, 40))
)
dimensions = st.sampled_from([VOLT, SECOND, HERTZ])
numbers = st.sampled_from([0, 1, 2, -1, 0.5, 3.7, True, np.inf, np.nan, np.float64(2), np.int32(3)])
BINARY = [
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.pow,
    operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne, operator.mod,
    operator.iadd, operator.imul, np.maximum, np.minimum, np.less, np.hypot, np.matmul,
    np.multiply, np.divide, np.logaddexp, np.dot, np.append, np.where, np.isclose, np.searchsorted,
    operator.contains, divmod, operator.matmul, np.fmod, np.convolve, np.histogram, np.clip,
]  # fmt: skip
UNARY = [
    operator.neg, operator.pos, abs, np.sqrt, np.square, np.reciprocal, np.isnan, np.isfinite,
    np.isinf, np.exp, np.sign, np.floor, np.log, float, int, bool, len, list, np.asarray, np.array,
    sum, max, min, sorted, np.copy, np.unique, np.median, np.nanmean, np.round, np.sum, np.mean,
    np.max, np.min, np.std, np.var, np.ptp, np.argmax, np.argmin, np.argsort, np.sort, np.diff,
    np.cumsum, np.cumprod, np.prod, np.ravel, np.transpose, np.shape, np.size, np.any, np.all,
    np.zeros_like, np.ones_like, np.concatenate, np.stack, np.nonzero, np.percentile, np.average,
    np.atleast_1d, np.squeeze, np.trace, np.flip, np.tile, np.add.accumulate, np.add.reduce,
    np.multiply.reduce, np.maximum.reduce, complex, str, round, hash,
]  # fmt: skip
METHODS = [
    "sum", "mean", "max", "min", "std", "var", "ptp", "argmax", "argmin", "argsort", "cumsum",
    "copy", "flatten", "ravel", "prod", "all", "item", "tolist", "round", "astype", "T", "shape",
    "size", "ndim", "clip", "nonzero", "in_unit", "is_dimensionless", "dot", "trace", "diagonal",
]  # fmt: skip
KEYS: list[Any] = [0, -1, slice(1, 3), slice(None), [0, 0], np.array([True]), (0, 0), ..., None]


def light(array: Any, unit: Any) -> Any:
    return _light(np.array(array), unit)


def real(array: Any, unit: Any) -> Any:
    return Quantity(np.array(array), dim=get_or_create_dimension(unit))


def described(value: Any) -> Any:
    """Everything about a value: its kind, bits, shape and unit."""
    if isinstance(value, list | tuple):
        return [described(item) for item in value]
    array = np.asarray(value)
    kind = "quantity" if is_quantity(value) else type(value).__name__
    unit = dimensions_of(value)
    return kind, array.dtype.str, array.shape, array.tobytes(), unit


def outcome(function: Any) -> Any:
    """What a call gives, or that it fails."""
    try:
        with np.errstate(all="ignore"):
            return described(function())
    except NotLightError:
        return "refused"
    except Exception as error:
        return f"failed: {type(error).__name__}"


def assert_same(do_light: Any, do_real: Any) -> None:
    """Either the same, or a refusal; an error is a refusal too, as it is tried again."""
    got = outcome(do_light)
    if not isinstance(got, str):
        assert got == outcome(do_real)


@pytest.mark.parametrize("function", UNARY)
@settings(max_examples=8)
@given(array=values, unit=dimensions)
def test_functions_of_one_quantity(function: Any, array: Any, unit: Any) -> None:
    assert_same(lambda: function(light(array, unit)), lambda: function(real(array, unit)))


@pytest.mark.parametrize("function", BINARY)
@settings(max_examples=8)
@given(array=values, other=values, unit=dimensions, second=dimensions, number=numbers)
def test_functions_of_two(
    function: Any, array: Any, other: Any, unit: Any, second: Any, number: Any
) -> None:
    """Quantities with quantities, arrays and numbers, from either side."""
    for change in (0, 1):
        for partner in (lambda make: make(other, second), lambda _: other.copy(), lambda _: number):

            def call(make: Any, change: int = change, partner: Any = partner) -> Any:
                pair = [make(array, unit), partner(make)]
                return function(*(pair[::-1] if change else pair))

            assert_same(lambda: call(light), lambda: call(real))


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("options", [{}, {"axis": 0}, {"axis": 0, "keepdims": True}, {"ddof": 1}])
@settings(max_examples=4)
@given(array=values, unit=dimensions)
def test_methods(name: str, options: Any, array: Any, unit: Any) -> None:
    def call(quantity: Any) -> Any:
        found = getattr(quantity, name)
        return found(**options) if callable(found) else found

    assert_same(lambda: call(light(array, unit)), lambda: call(real(array, unit)))


@given(array=values, unit=dimensions, key=st.sampled_from(KEYS))
def test_elements_keep_their_unit(array: Any, unit: Any, key: Any) -> None:
    assert_same(lambda: light(array, unit)[key], lambda: real(array, unit)[key])


@given(array=values, unit=dimensions)
def test_what_measures_do_is_not_refused(array: Any, unit: Any) -> None:
    """Else every worker would import Brian."""
    quantity = light(array, unit)
    for function in (
        np.sqrt, np.square, abs, operator.neg, np.isnan, list if array.ndim else abs,
        lambda q: 3 / q, lambda q: q * 2, lambda q: q / q, lambda q: q - q, lambda q: q + 0,
        lambda q: q > 0, lambda q: q < np.inf, lambda q: q**2, lambda q: q**0.5, np.sum, np.std,
        lambda q: np.mean(q, axis=-1) if q.ndim else q, lambda q: q.var(), np.sort if array.ndim
        else abs, lambda q: q.reshape(-1), lambda q: q.T,
    ):  # fmt: skip
        with np.errstate(all="ignore"), np.testing.suppress_warnings() as quiet:
            quiet.filter(RuntimeWarning)
            function(quantity)


def test_no_other_method_is_open() -> None:
    """A view of another type, or bytes, would lose the unit."""
    quantity = light([1.0, 2.0], VOLT)
    for name in ("view", "tobytes", "astype", "tolist", "item", "dot", "round", "fill", "clip"):
        with pytest.raises(NotLightError, match=name):
            getattr(quantity, name)
    with pytest.raises(NotLightError):
        quantity[0] = 3.0
    with pytest.raises(NotLightError):
        f"{quantity}"
    made = NotLightError.made
    assert not hasattr(quantity, "in_unit")
    assert NotLightError.made == made + 1, "it is noticed"


def test_with_brian_they_are_brians() -> None:
    """Which answer everything; without a unit there is nothing to wrap."""
    assert type(to_quantity(1.0, VOLT)) is Quantity
    plain = np.ones(3)
    assert to_quantity(plain, (0.0,) * 7) is plain
    assert isinstance(light(1.0, VOLT), LightQuantity)


def test_reading_needs_no_brian() -> None:
    """Neither plain numbers nor quantities in a unit that is given."""
    code = """
import sys
import numpy as np
from brian_sweep_widget.engines.compiled.quantities import to_quantity
from brian_sweep_widget.engines.reading import read_value, read_returned
from brian_sweep_widget.models.units import Unit
hertz = (0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 0.0)
second = (0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0)
rate = np.int32(7) / 4 / to_quantity(0.1, second)
value = read_value("mean_rate", rate, unit=Unit("Hz", 1.0, hertz))
assert float(value.si) == 7 / 4 / 0.1 and value.unit.symbol == "Hz"
read_value("x", to_quantity(np.ones(3), hertz), unit=Unit("Hz", 1.0, hertz))
read_value("n", np.int32(3))
read_returned("f", {"a": 1.0, "b": [1, 2]}, ())
assert "brian2" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=300)
