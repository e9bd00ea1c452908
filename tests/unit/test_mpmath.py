"""Models compute with mpmath as in the notebook: by any of its names, as exactly as set there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import pytest
from mpmath import fp, iv, matrix, mp, mpf, pi, quad, sin

from brian_sweep_widget.engines import pack, script_of
from brian_sweep_widget.engines.choice import engine_for
from brian_sweep_widget.engines.fingerprint import fingerprint
from brian_sweep_widget.engines.process_settings import ProcessSettings
from brian_sweep_widget.engines.worker import compute
from brian_sweep_widget.models import as_model
from brian_sweep_widget.sweeps import Job

THIRD = mpf(1) / 3
UNIT = matrix([[1, 0], [0, 1]])


def by_function(x: float = 1.0) -> float:
    return float(quad(sin, [0, x]))


def by_context(x: float = 1.0) -> float:
    return float(mp.sqrt(x) + fp.sqrt(x))


def by_constant(x: float = 1.0) -> float:
    return float(x * pi)


def by_interval(x: float = 1.0) -> float:
    return float(iv.mpf(x).mid)


def by_number(x: float = 1.0) -> float:
    return float(x * THIRD + UNIT[0, 0])


def by_module(x: float = 1.0) -> float:
    return float(x * mpmath.zeta(2))


def digits(x: float = 1.0) -> float:
    return x * mp.dps + mpmath.mp.dps


WAYS = [by_function, by_context, by_constant, by_interval, by_number, by_module, digits]


def computed(function: Callable[..., Any], x: float = 1.0) -> Any:
    model = as_model(function)
    outcome = compute(pack(engine_for("auto", model, model.parameters({}))), Job((0,), {"x": x}, 1))
    assert not outcome.error
    return outcome.values[function.__name__].si


@pytest.mark.parametrize("function", WAYS, ids=lambda one: one.__name__)
def test_what_mpmath_has_travels_by_name(function: Callable[..., float]) -> None:
    """Its functions are methods of one context, which no process has twice."""
    assert computed(function, 2.0) == function(2.0)


def test_as_many_digits_as_in_the_notebook() -> None:
    """Nor does one job change them for the next."""

    def fine(x: float = 1.0) -> float:
        if x > 1:
            mp.dps = 70
        return float(mp.dps)

    assert [computed(fine, x) for x in (1.0, 2.0, 1.0)] == [15, 70, 15]
    with mpmath.workdps(50):
        assert computed(digits) == 100
        assert computed(fine) == 50


@pytest.mark.parametrize("function", WAYS, ids=lambda one: one.__name__)
def test_it_names_results(function: Callable[..., float]) -> None:
    """Whatever mpmath keeps of what it computed before."""
    name = fingerprint([function])
    function(3.0)
    assert fingerprint([function]) == name


def test_a_script_sets_them() -> None:
    """If the model computes with mpmath."""
    job = Job((0,), {"x": 1.0}, 1)

    def script(function: Callable[..., float]) -> str:
        model = as_model(function)
        parameters, settings = model.parameters({}), ProcessSettings.here()
        return script_of(model, parameters, job, "plain function", None, settings, {}, ())

    assert ".prec" not in script(by_function)
    with mpmath.workprec(200):
        for function in (by_function, by_context, by_module):
            assert "mpmath.mp.prec = 200" in script(function)
