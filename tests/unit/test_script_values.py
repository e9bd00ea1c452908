"""Values as source code: evaluated, they are the same to the last bit."""

from __future__ import annotations

import struct
from typing import Any

import brian2
import numpy as np
import pytest
from brian2 import Quantity, mV, nS
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_strategies

from brian_sweep_widget.engines.script.errors import ScriptError
from brian_sweep_widget.engines.script.values import source_of

FLOATS = st.floats(allow_nan=True, allow_infinity=True, allow_subnormal=True)
PLAIN = st.none() | st.booleans() | st.integers() | FLOATS | st.text() | st.binary()
KEYS = st.text() | st.integers() | st.booleans()
NESTED = st.recursive(
    PLAIN,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(KEYS, inner, max_size=3)
    ),
    max_leaves=8,
)


def evaluated(value: Any) -> Any:
    return eval(source_of(value, "it"), {"np": np, "brian2": brian2})


def bits(number: float) -> bytes:
    return struct.pack("d", number)


def same(one: Any, other: Any) -> bool:
    """Compare types and bits; NaN is NaN."""
    if type(one) is not type(other):
        return False
    if isinstance(one, float):
        return bits(one) == bits(other) or bool(np.isnan(one) and np.isnan(other))
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    return bool(one == other)


@given(NESTED)
def test_plain_values(value: Any) -> None:
    assert same(evaluated(value), value)


@given(FLOATS, st.sampled_from([mV, nS, brian2.Hz, brian2.pF, brian2.mole, mV / nS**2]))
def test_quantities(number: float, unit: Any) -> None:
    value = number * unit
    back = evaluated(value)
    assert isinstance(back, Quantity)
    assert back.dim is value.dim
    assert same(float(np.asarray(back)), float(np.asarray(value)))


@given(
    numpy_strategies.arrays(
        st.sampled_from([np.float64, np.float32, np.int32, np.uint8, np.bool_, np.complex128]),
        numpy_strategies.array_shapes(max_dims=3, max_side=3) | st.just(()),
    )
)
def test_arrays(value: Any) -> None:
    back = evaluated(value)
    assert back.dtype == value.dtype
    assert back.shape == value.shape
    np.testing.assert_array_equal(back, value)


def test_arrays_with_units() -> None:
    value = np.linspace(0, 1, 4) * mV
    back = evaluated(value)
    assert back.dim is value.dim
    np.testing.assert_array_equal(np.asarray(back), np.asarray(value))


@pytest.mark.parametrize("value", [np.float32(0.1), np.int8(3), np.bool_(1)], ids=repr)
def test_numbers_of_numpy_keep_their_type(value: Any) -> None:
    assert type(evaluated(value)) is type(value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (object(), "it is a object, which cannot be written"),
        (np.zeros(10_001), "10001 numbers"),
        (np.array([object()]), "array of object"),
        ([1, open], r"it\[1\] is a builtin_function_or_method"),
    ],
    ids=["object", "large", "objects", "nested"],
)
def test_what_cannot_be_written_is_refused(value: Any, message: str) -> None:
    with pytest.raises(ScriptError, match=message):
        source_of(value, "it")
