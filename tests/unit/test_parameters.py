"""Parameters read what people write, or refuse it so that they know what to write."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from brian2 import Quantity, metre, ms, mV, second, volt
from hypothesis import assume, given
from hypothesis import strategies as st

from brian_sweep_widget.models.declaration import (
    REQUIRED,
    check_names,
    declare,
    parameter_like,
    signature_defaults,
    words,
)
from brian_sweep_widget.models.parameters import Parameter

FINITE = st.floats(allow_nan=False, allow_infinity=False)
WEIGHT = declare("weight", 1.62 * mV)
SIZE = declare("size", 4000, limits=(2, None))
PROBABILITY = declare("probability", 0.02, limits=(0, 1))
HELD = declare("held", default=True)
RULE = declare("rule", "hebb")


@given(FINITE)
def test_any_finite_quantity_is_read_exactly(number: float) -> None:
    """The SI number is the one that Brian has, bit for bit."""
    value = number * mV
    assert WEIGHT.read(value) == float(np.asarray(value))


@given(FINITE)
def test_any_finite_number_is_read_exactly(number: float) -> None:
    """A plain parameter takes any number as it is."""
    plain = declare("plain", 1.0)
    assert plain.read(number) == number
    assert type(plain.read(np.float64(number))) is float


@given(st.integers(2, 2**53))
def test_whole_numbers_may_be_written_in_any_type(number: int) -> None:
    """4000, 4000.0 and numpy's integers are one size, an int."""
    for value in (number, float(number), np.int64(number), np.float64(number)):
        read = SIZE.read(value)
        assert read == number
        assert type(read) is int


@pytest.mark.parametrize("value", [-0.0, -0.0 * mV, np.float64(-0.0) * mV])
def test_minus_zero_is_zero(value: Any) -> None:
    """A sweep from -1 to 1 has one point in the middle, with one seed."""
    parameter = WEIGHT if isinstance(value, Quantity) else PROBABILITY
    assert math.copysign(1.0, parameter.read(value)) == 1.0  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("parameter", "value", "error", "allowed"),
    [
        (WEIGHT, 3, TypeError, "mV"),
        (WEIGHT, 3 * ms, TypeError, "mV"),
        (WEIGHT, 3 * metre, TypeError, "mV"),
        (WEIGHT, "3 mV", TypeError, "mV"),
        (WEIGHT, None, TypeError, "mV"),
        (WEIGHT, [1, 2] * mV, ValueError, "mV"),
        (WEIGHT, math.nan * mV, ValueError, "mV"),
        (WEIGHT, math.inf * mV, ValueError, "mV"),
        (WEIGHT, -math.inf * mV, ValueError, "mV"),
        (PROBABILITY, 0.5 * mV, TypeError, "leave the unit away"),
        (PROBABILITY, 1.5, ValueError, "from 0 to 1"),
        (PROBABILITY, -0.1, ValueError, "from 0 to 1"),
        (PROBABILITY, math.nan, ValueError, "a number"),
        (PROBABILITY, True, TypeError, "a number"),
        (PROBABILITY, 1j, TypeError, "a number"),
        (PROBABILITY, Fraction(1, 2), TypeError, "a number"),
        (PROBABILITY, np.zeros(3), TypeError, "a number"),
        (SIZE, 2.5, ValueError, "a whole number"),
        (SIZE, 1, ValueError, "2 or more"),
        (SIZE, math.inf, ValueError, "a whole number"),
        (SIZE, False, TypeError, "a whole number"),
        pytest.param(SIZE, 10**400, ValueError, "a whole number", id="huge"),
        (HELD, 1, TypeError, "True or False"),
        (HELD, "yes", TypeError, "True or False"),
        (RULE, 1, TypeError, "a text"),
        (RULE, None, TypeError, "a text"),
    ],
)
def test_refusals_name_parameter_value_and_what_is_allowed(
    parameter: Parameter, value: Any, error: type[Exception], allowed: str
) -> None:
    """A person can correct the value from the message alone."""
    with pytest.raises(error) as caught:
        parameter.read(value)
    message = str(caught.value)
    assert parameter.name in message
    assert allowed in message
    assert "allowed:" in message
    assert _appears(value, message)


def _appears(value: Any, message: str) -> bool:
    """Whether a value, as Python writes it or as a plain number, is in a message."""
    candidates = [repr(value), str(value)]
    if isinstance(value, int):
        candidates += [f"{float(value):g}"] if value < 10**300 else ["1000000"]
    elif np.ndim(value) == 0 and isinstance(value, float | np.ndarray):
        candidates.append(f"{float(np.asarray(value)):g}")
    return any(text in message for text in candidates)


@given(st.one_of(st.text(), st.none(), st.lists(FINITE), st.dictionaries(st.text(), FINITE)))
def test_nothing_but_numbers_is_a_number(value: Any) -> None:
    """Whatever else is given is refused, never read as some number."""
    with pytest.raises((TypeError, ValueError), match="probability"):
        PROBABILITY.read(value)


@given(st.integers(-3, 3), st.integers(-3, 3), st.integers(-3, 3))
def test_only_the_own_dimensions_are_taken(length: int, time: int, volts: int) -> None:
    """Any combination of units but volt itself is refused."""
    assume((length, time, volts) != (0, 0, 1))
    value = Quantity(1.0) * metre**length * second**time * volt**volts
    with pytest.raises(TypeError, match="weight.*unit"):
        WEIGHT.read(value)


def test_limits_are_included_and_written_with_units() -> None:
    """The lowest and the highest value are allowed; the message has the unit."""
    delay = declare("delay", 1 * ms, limits=(0 * ms, 10 * ms))
    assert (delay.read(0 * ms), delay.read(10 * ms)) == (0.0, pytest.approx(0.01))
    with pytest.raises(ValueError, match=r"delay = 10\.1 ms .*from 0 ms to 10 ms"):
        delay.read(10.1 * ms)
    with pytest.raises(ValueError, match=r"2 ms is outside.*1 ms or less"):
        declare("delay", 1 * ms, limits=(None, 1 * ms)).read(2 * ms)


def test_the_unit_is_brians_unless_one_is_named() -> None:
    assert declare("weight", 0.1 * mV).unit.symbol == "uV"
    named = declare("weight", 0.1 * mV, unit=mV, span=[0, 500] * mV)
    assert named.unit.symbol == "mV"
    assert named.unit.show(named.read_default()) == pytest.approx(0.1)
    for wrong in (ms, 1.0):
        with pytest.raises(ValueError, match=r"unit of weight = .* is not one of its default"):
            declare("weight", 0.1 * mV, unit=wrong)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, unique=True))
def test_axes_rise(numbers: list[float]) -> None:
    """Rising values are read exactly; any other order is refused, not sorted silently."""
    volts = np.asarray(np.array(numbers) * mV)
    assume(len(set(volts.tolist())) == len(volts))
    rising = WEIGHT.read_axis(np.sort(volts) * volt)
    assert rising == tuple(np.sort(volts).tolist())
    if not (np.diff(volts) > 0).all():
        with pytest.raises(ValueError, match="(?s)weight = .* does not rise"):
            WEIGHT.read_axis(volts * volt)


@pytest.mark.parametrize(
    "values", [[1 * mV, 2 * mV], (1 * mV, 2 * mV), [1, 2] * mV, np.array([1, 2]) * mV]
)
def test_an_axis_may_be_written_in_several_ways(values: Any) -> None:
    """A list of quantities and a quantity of a list are the same axis."""
    assert WEIGHT.read_axis(values) == pytest.approx((0.001, 0.002))


def test_whole_axes_may_be_ranges() -> None:
    """``range`` and integer arrays give ints."""
    assert SIZE.read_axis(range(100, 400, 100)) == (100, 200, 300)
    assert all(type(value) is int for value in SIZE.read_axis(np.array([100.0, 200.0])))


@pytest.mark.parametrize(
    ("parameter", "values", "error", "complaint"),
    [
        (WEIGHT, [] * mV, ValueError, "is empty"),
        (SIZE, [], ValueError, "is empty"),
        (WEIGHT, np.ones((2, 2)) * mV, ValueError, r"has shape \(2, 2\)"),
        (SIZE, [[10, 20], [30, 40]], TypeError, r"\[10, 20\] is a list, not a number"),
        (SIZE, [[10, 20], [30]], (TypeError, ValueError), "size"),
        (WEIGHT, [1, 2, 1] * mV, ValueError, "does not rise: 2 mV comes before 1 mV"),
        (PROBABILITY, [0.0, -0.0], ValueError, "does not rise: 0 comes before 0"),
        (SIZE, [10, 10.0], ValueError, "does not rise: 10 comes before 10"),
        (WEIGHT, [1, math.nan] * mV, ValueError, "is not finite"),
        (PROBABILITY, [0.1, math.inf], ValueError, "is not finite"),
        (WEIGHT, [1, 2], TypeError, "has no unit"),
        (WEIGHT, [1 * mV, 2 * ms], TypeError, "wrong unit"),
        (PROBABILITY, [0.1, 2], ValueError, "outside"),
        (SIZE, [10, 10.5], ValueError, "not a whole number"),
        (SIZE, ["10", "20"], TypeError, "is a str, not a number"),
        (SIZE, "10", TypeError, "is a str, not a number"),
        (SIZE, [10, None], TypeError, "is a NoneType, not a number"),
        (HELD, [True, False], TypeError, "only numbers can be swept"),
        (RULE, ["hebb", "oja"], TypeError, "only numbers can be swept"),
        (SIZE, 10, (TypeError, ValueError), "size = 10"),
    ],
)
def test_bad_axes_are_refused(
    parameter: Parameter, values: Any, error: Any, complaint: str
) -> None:
    """An axis is checked as a whole, and the message names the parameter."""
    with pytest.raises(error, match=complaint) as caught:
        parameter.read_axis(values)
    assert parameter.name in str(caught.value)


@pytest.mark.parametrize(
    ("default", "kind"),
    [
        (1, "integer"),
        (np.int32(1), "integer"),
        (1.0, "real"),
        (1 * mV, "real"),
        (True, "flag"),
        (np.True_, "flag"),
        ("text", "text"),
    ],
)
def test_the_default_tells_the_kind(default: Any, kind: str) -> None:
    """Nothing is declared twice: the signature's default says it all."""
    parameter = declare("x", default)
    assert parameter.kind == kind
    assert parameter.sweepable is (kind in {"integer", "real"})
    assert (parameter.range is None) is (kind in {"flag", "text"})


@pytest.mark.parametrize("default", [None, 1j, {}, object(), len, b"bytes"])
def test_other_defaults_are_refused(default: Any) -> None:
    """What cannot be shown as a control cannot be a parameter."""
    with pytest.raises(TypeError, match="x = .* cannot be a parameter"):
        declare("x", default)


@pytest.mark.parametrize("default", [[1, 2] * mV, [1, 2], np.zeros(3), np.zeros((1, 1))])
def test_arrays_are_no_default(default: Any) -> None:
    """A parameter has one value by default."""
    with pytest.raises(TypeError, match="x has an array as its default"):
        declare("x", default)


def test_a_default_outside_its_limits_is_refused() -> None:
    """The author hears of it at once, not at the first run."""
    with pytest.raises(ValueError, match="size = 1 is outside"):
        declare("size", 1, limits=(2, None))


@pytest.mark.parametrize("pair", [(3, 1), (2, 2), (1,), (1, 2, 3), 5])
@pytest.mark.parametrize("what", ["limits", "span"])
def test_limits_and_ranges_are_two_rising_values(what: str, pair: Any) -> None:
    """Anything else is refused with the parameter's name."""
    with pytest.raises(ValueError, match="x = "):
        declare("x", 2.0, **{what: pair})


@pytest.mark.parametrize("pair", [(0, 10), (0 * mV, 10 * mV)])
@pytest.mark.parametrize("what", ["limits", "span"])
def test_limits_and_ranges_have_the_parameters_unit(what: str, pair: Any) -> None:
    """A forgotten or a wrong unit is refused, and the message tells the right one."""
    with pytest.raises(TypeError, match="delay.*ms"):
        declare("delay", 2 * ms, **{what: pair})


@pytest.mark.parametrize("pair", [[0, 10] * ms, (0 * ms, 10 * ms), [0 * ms, 10 * ms]])
@pytest.mark.parametrize("default", [2 * ms, 0 * ms])
def test_ranges_may_be_written_like_limits(default: Any, pair: Any) -> None:
    """Two quantities are as good as a quantity of two."""
    parameter = declare("delay", default, span=pair, limits=(0 * ms, None))
    assert parameter.range == pytest.approx((0.0, 0.01))
    assert parameter.unit.symbol == "ms"


@given(
    st.one_of(st.integers(-1000, 1000), st.floats(-1e6, 1e6, allow_subnormal=False)),
    st.one_of(st.none(), st.integers(0, 500)),
    st.one_of(st.none(), st.integers(0, 500)),
)
def test_every_slider_has_somewhere_to_go(
    default: float, below: int | None, above: int | None
) -> None:
    """Without a given range one is made that holds the default and keeps to the limits."""
    assume(below != 0 or above != 0)
    low = None if below is None else default - below
    high = None if above is None else default + above
    assume(low is None or high is None or low < high)
    parameter = declare("x", default, limits=(low, high))
    assert parameter.range is not None
    start, end = parameter.range
    assert start < end
    assert start <= default <= end
    assert low is None or start >= low
    assert high is None or end <= high


def test_allowed_says_what_a_control_takes() -> None:
    """The same words in messages and on controls."""
    assert SIZE.allowed() == "a whole number, 2 or more"
    assert PROBABILITY.allowed() == "a number from 0 to 1"
    assert WEIGHT.allowed() == "a number in units such as mV"
    assert HELD.allowed() == "True or False"
    assert RULE.allowed() == "a text"
    assert declare("x", 1.0, limits=(None, 3)).allowed() == "a number, 3 or less"


def test_texts_of_values() -> None:
    """Values are written for people with their unit; flags and texts as they are."""
    assert WEIGHT.text(0.00162) == "1.62 mV"
    assert SIZE.text(4000) == "4000"
    assert HELD.text(si=True) == "True"
    assert RULE.text("hebb") == "hebb"


def test_labels() -> None:
    """A label is the name in words unless one is given."""
    assert words("excitatory_weight") == "Excitatory weight"
    assert words("tau_E") == "Tau E"
    assert words("") == ""
    assert declare("tau_E", 1 * ms).label == "Tau E"
    assert declare("tau_E", 1 * ms, label="Time constant").label == "Time constant"


def test_a_parameter_is_learnt_from_swept_values() -> None:
    """Functions without defaults learn kind and unit from what is given."""
    assert parameter_like("w", [0, 4] * mV).unit.symbol == "mV"
    assert parameter_like("n", [10, 20]).kind == "integer"
    assert parameter_like("n", [10, 20.5]).kind == "real"
    learnt = parameter_like("w", [1 * mV, 2 * mV])
    assert learnt.read_axis([1 * mV, 2 * mV]) == pytest.approx((0.001, 0.002))


@pytest.mark.parametrize("value", [None, ["a", "b"], [None], {}, [1, None], [[1], [1, 2]]])
def test_nothing_is_learnt_from_what_is_no_number(value: Any) -> None:
    """The message names the parameter and what is allowed."""
    with pytest.raises(TypeError, match=r"w = .* cannot be a parameter.*allowed"):
        parameter_like("w", value)


def test_signatures_are_read_in_order() -> None:
    """Keyword-only parameters are parameters; those without default are required."""

    def model(b: Any, a: int = 1, *, c: float = 2.0) -> None:
        """Have three parameters."""

    found = signature_defaults(model)
    assert list(found) == ["b", "a", "c"]
    assert found["b"] is REQUIRED
    assert (found["a"], found["c"]) == (1, 2.0)


def test_parameters_without_names_are_refused() -> None:
    """A sweep needs names."""
    for model, offender in (
        (lambda *args: args, r"\*args"),
        (lambda **options: options, r"\*\*options"),
        (lambda x, /: x, "x"),
    ):
        with pytest.raises(TypeError, match=f"takes {offender}: .* must all have names"):
            signature_defaults(model)


def test_unknown_names_are_told_with_the_known_ones() -> None:
    """A typing mistake is found by reading the message."""
    check_names(["a"], ["a", "b"], "model")
    with pytest.raises(TypeError, match=r"model has no parameter 'c' \(it has: a, b\)"):
        check_names(["a", "c"], ["a", "b"], "model")
    with pytest.raises(TypeError, match=r"it has: none"):
        check_names(["c"], [], "model")
