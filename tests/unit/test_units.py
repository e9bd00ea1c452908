"""Units as plain data: exact to and fro, readable for people."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import brian2
import numpy as np
import pytest
from brian2 import Hz, Quantity, metre, ms, mV, nS, second, volt
from hypothesis import given
from hypothesis import strategies as st

from brian_sweep_widget import network_model
from brian_sweep_widget.engines.reading import NotAResultError, read_returned
from brian_sweep_widget.models.names import check_name
from brian_sweep_widget.models.parameters import Parameter
from brian_sweep_widget.models.units import (
    NO_DIMENSIONS,
    PLAIN_NUMBER,
    Unit,
    best_unit,
    dimensions_of,
    is_quantity,
    quantity,
    si_unit,
    unit_named,
)

SHOWABLE = st.floats(min_value=-1e9, max_value=1e9, allow_subnormal=False)


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([mV, ms, nS, Hz]))
def test_a_number_survives_the_way_through_a_quantity_bit_for_bit(si: float, unit: Any) -> None:
    """What is sent to a worker as an SI number is what the model gets."""
    made = quantity(si, best_unit(unit))
    assert float(np.asarray(made)) == si
    assert made.dim is unit.dim


@given(SHOWABLE)
def test_a_person_reads_the_number_that_was_written(shown: float) -> None:
    """Twelve digits come back: 0.3*mV is shown as 0.3, not as 0.30000000000000004."""
    millivolt = Unit("mV", 1e-3, dimensions_of(mV))
    written = float(f"{shown:.9g}")
    assert millivolt.show(written * 1e-3) == written


@pytest.mark.parametrize(
    ("value", "symbol", "scale"),
    [
        (1.62 * mV, "mV", 1e-3),
        ([0, 4] * mV, "mV", 1e-3),
        (20 * ms, "ms", 1e-3),
        (5 * nS, "nS", 1e-9),
        (3, "", 1.0),
        (Quantity(3.0), "", 1.0),
    ],
)
def test_the_unit_is_the_one_brian_prints(value: Any, symbol: str, scale: float) -> None:
    """Controls and axes show the unit in which the author wrote the value."""
    unit = best_unit(value)
    assert unit.symbol == symbol
    assert unit.scale == pytest.approx(scale)


@pytest.mark.parametrize("value", [0 * mV, np.array([]) * mV])
def test_nothing_to_go_by_gives_the_si_unit(value: Any) -> None:
    """A zero or an empty array says nothing of the prefix in use."""
    unit = best_unit(value)
    assert (unit.scale, unit.dimensions) == (1.0, dimensions_of(volt))


@pytest.mark.parametrize("unit", [volt, Hz, second, metre, volt / second, mV**2])
def test_si_units_have_scale_one(unit: Any) -> None:
    """SI numbers are shown as they are, with a symbol."""
    found = si_unit(dimensions_of(unit))
    assert found.scale == 1.0
    assert found.symbol
    assert found.dimensions == dimensions_of(unit)


def test_no_dimensions_is_a_plain_number() -> None:
    """Plain numbers stay plain: the very object, no Brian involved."""
    assert si_unit(NO_DIMENSIONS) is PLAIN_NUMBER
    assert dimensions_of(3.0) == dimensions_of("text") == dimensions_of(None) == NO_DIMENSIONS
    value = 17
    assert quantity(value, PLAIN_NUMBER) is value


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1 * mV, True), ([1, 2] * mV, True), (mV, True), (np.zeros(2), False), (1.0, False)],
)
def test_quantities_are_told_from_numbers(value: object, expected: bool) -> None:
    """An array is no quantity; a unit is one."""
    assert is_quantity(value) is expected


def test_texts_have_the_symbol_only_where_there_is_one() -> None:
    """Six digits and a unit, or six digits."""
    assert Unit("mV", 1e-3, dimensions_of(mV)).text(0.00162) == "1.62 mV"
    assert PLAIN_NUMBER.text(0.1 + 0.2) == "0.3"


def test_arrays_keep_their_shape() -> None:
    """Measured arrays are shown element by element, as floats."""
    shown = Unit("mV", 1e-3, dimensions_of(mV)).show_array([[1, 2], [3, 4]])
    np.testing.assert_allclose(shown, [[1000, 2000], [3000, 4000]])
    assert shown.dtype == np.float64


def test_units_are_found_by_name() -> None:
    """The terminal and the widget take units as texts."""
    found = unit_named("mV")
    assert (found.symbol, found.dimensions) == ("mV", dimensions_of(mV))
    assert found.scale == pytest.approx(1e-3)
    with pytest.raises(ValueError, match=r"'parsec' is not a unit.*mV"):
        unit_named("parsec")


@pytest.mark.parametrize(
    ("symbol", "scale", "meant"),
    [
        ("mS/cm^2", 10.0, lambda b: b.msiemens / b.cm**2),
        ("msiemens/cm**2", 10.0, lambda b: b.msiemens / b.cm**2),
        ("S/(m^2)", 1.0, lambda b: b.siemens / b.metre**2),
        ("uA*ms/nF", 1.0, lambda b: b.uA * b.ms / b.nF),
        ("mV^0.5", 1e-3**0.5, lambda b: b.mV**0.5),
        ("Hz*ms^-1", 1e3, lambda b: b.Hz / b.ms),
    ],
)
def test_units_made_of_others_are_read(symbol: str, scale: float, meant: Any) -> None:
    """As they are typed, and as Brian prints them."""
    found = unit_named(symbol)
    assert found.symbol == symbol
    assert found.scale == pytest.approx(scale, rel=1e-14)
    assert found.dimensions == dimensions_of(meant(brian2))


IN_A_NEW_PROCESS = """
from brian2 import *
from brian_sweep_widget.models.units import best_unit
for value in (
    0.1*msiemens/cm**2, 3*uF/cm**2, 150*ohm*cm, 3*metre/second, 2*nS/mV, 2*mV/ms, 3*um/ms*um,
    3*volt*second**-0.5,
):
    print(best_unit(value).symbol)
made = mS/cm**2, ohm*cm
print([best_unit(0 * unit).symbol for unit in made], best_unit(3 * made[0]).symbol)
"""


def test_units_without_a_name_of_their_own_are_written_for_people() -> None:
    """Brian writes 0.1 mS/cm^2 in ``1. m^-4 kg^-1 s^3 A^2``, until somebody makes such a unit."""
    found = subprocess.run(
        [sys.executable, "-c", IN_A_NEW_PROCESS], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    typed = ["S/m^2", "F/m^2", "ohm*m", "m/s", "S/V", "V/s", "Hz*m^2"]
    # Of nothing Brian takes no unit, also where somebody made one.
    assert found == [*typed, "m^2.0 kg s^-3.5 A^-1.0", "['S/m^2', 'ohm*m'] mS/(cm^2)"]
    assert {unit_named(symbol).scale for symbol in typed} == {1.0}


@pytest.mark.parametrize("symbol", ["mS/parsec", "mS/", "mV+mV", "mV^ms", "mV^99", "mV(2)", "mV/2"])
def test_what_is_made_of_no_units_is_refused(symbol: str) -> None:
    with pytest.raises(ValueError, match="is not a unit that Brian 2 knows"):
        unit_named(symbol)


def test_units_go_by_the_name_that_is_shown() -> None:
    """What a message or an axis calls uV can be written as uV (Brian's own name is uvolt)."""
    assert unit_named("uV") == Unit("uV", 1e-6, unit_named("mV").dimensions)


@pytest.mark.parametrize("scale", [0.0, -1.0, float("inf"), float("nan")])
def test_nothing_is_shown_in_units_without_size(scale: float) -> None:
    """Nor in those of which something is missing."""
    with pytest.raises(ValueError, match="is no unit: nothing can be shown in it"):
        Unit("mV", scale)
    with pytest.raises(ValueError, match="is no unit"):
        Unit("mV", 1.0, (scale,))


@pytest.mark.parametrize("odd", ["a\nb", "\x1b[31m", "\ud800", "x" * 1001])
def test_names_that_cannot_be_shown_are_refused_where_they_are_given(odd: str) -> None:
    """They would be refused when results are read from a store."""
    with pytest.raises(ValueError, match="cannot be shown|has 1001 characters"):
        Unit(odd)
    with pytest.raises(ValueError, match="cannot be shown|has 1001 characters"):
        Parameter("x", "real", 1.0, label=odd)
    with pytest.raises(ValueError, match="cannot be shown|has 1001 characters"):
        network_model(duration=10 * ms, label=odd)(lambda size=10: None)
    with pytest.raises(NotAResultError, match="misnamed: the name of a result"):
        read_returned("f", {odd: 1.0}, ())
    check_name("label", "Mean rate (Hz),\N{NO-BREAK SPACE}\N{GREEK SMALL LETTER DELTA}t \u200d")
