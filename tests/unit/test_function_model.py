"""Plain functions as models: nothing to declare, everything checked before a worker starts."""

from __future__ import annotations

import functools
import math
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from brian2 import ms, mV

from brian_sweep_widget import Sweep, SweepWidget, cuba
from brian_sweep_widget.models import FunctionModel, as_model


def spikes(weight: Any, size: int = 100) -> float:
    """Have one parameter without a default."""
    return float(weight) * size


def test_name_label_and_repr() -> None:
    """The function's name is what a person sees."""
    model = FunctionModel(spikes)
    assert (model.name, model.label, repr(model)) == ("spikes", "spikes", "FunctionModel(spikes)")
    assert model.required() == ["weight"]
    assert dict(model.suggested_sweep) == {}


@pytest.mark.parametrize(
    "function",
    [
        lambda x=1: x,
        functools.partial(spikes, 1.0),
        functools.partial(spikes, weight=1.0),
    ],
)
def test_callables_without_a_name_are_models_too(function: Any) -> None:
    """Lambdas and partial functions can be swept."""
    model = FunctionModel(function)
    assert model.name
    assert model.label


@pytest.mark.parametrize(
    ("given", "kind", "symbol", "expected_range"),
    [
        (np.linspace(0, 4, 5) * mV, "real", "mV", (0.0, 0.004)),
        ([1, 2] * mV, "real", "mV", (0.001, 0.002)),
        ([1 * mV, 2 * mV], "real", "mV", (0.001, 0.002)),
        ([1, 2, 3], "integer", "", (1.0, 3.0)),
        (range(5), "integer", "", (0.0, 4.0)),
        (pd.Series([1.0, 2.0], index=["a", "b"]), "real", "", (1.0, 2.0)),
        ([0.5], "real", "", (0.0, 1.0)),
        (2 * mV, "real", "mV", (0.0, 0.004)),
        (0.5, "real", "", (0.0, 1.0)),
    ],
)
def test_what_is_given_tells_kind_unit_and_range(
    given: Any, kind: str, symbol: str, expected_range: tuple[float, float]
) -> None:
    """A function without defaults is as easy to sweep as one with them."""
    parameter = FunctionModel(spikes).parameters({"weight": given})["weight"]
    assert (parameter.kind, parameter.unit.symbol) == (kind, symbol)
    assert parameter.range == pytest.approx(expected_range)


@pytest.mark.parametrize(("given", "kind"), [(True, "flag"), ("text", "text")])
def test_flags_and_texts_can_be_given(given: Any, kind: str) -> None:
    """They are fixed values of the sweep."""
    parameter = FunctionModel(spikes).parameters({"weight": given})["weight"]
    assert (parameter.kind, parameter.default) == (kind, given)


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ([], "weight"),
        (None, "weight = None cannot be a parameter"),
        (math.nan, "weight = nan is not finite"),
        ([1.0, math.inf], "weight = inf is not finite"),
        (np.zeros((2, 2)), r"(?s)weight = .* has shape \(2, 2\)"),
        ([1, 1], "weight = .* does not rise"),
        (["a", "b"], "weight = .* cannot be a parameter"),
        (np.array(1.5), "weight"),
    ],
)
def test_bad_values_are_refused_by_name(given: Any, complaint: str) -> None:
    """Also where no default tells what is allowed."""
    with pytest.raises((TypeError, ValueError), match=complaint):
        FunctionModel(spikes).parameters({"weight": given})


def test_a_missing_value_is_told_at_construction_of_the_sweep() -> None:
    """Only when no value is given; the function itself is no mistake."""
    with pytest.raises(TypeError, match="spikes needs a value for 'weight'.*weight=..."):
        Sweep(spikes)
    assert len(Sweep(spikes, weight=[1, 2])) == 2


def test_a_column_of_a_table_is_swept_over() -> None:
    """Whether a default tells what is allowed or not."""
    column = pd.Series([100, 200], index=["a", "b"])
    plan = Sweep(spikes, weight=column, size=column, store=None).plan
    assert [axis.values for axis in plan.axes] == [(100, 200), (100, 200)]


def test_unknown_names_are_refused() -> None:
    """With the names that exist."""
    with pytest.raises(TypeError, match=r"spikes has no parameter 'wieght' \(it has: weight, size"):
        Sweep(spikes, wieght=1.0)


@pytest.mark.parametrize("function", [lambda *args: args, lambda **named: named])
def test_signatures_without_names_are_refused(function: Any) -> None:
    """There is nothing to sweep by name."""
    with pytest.raises(TypeError, match="must all have names"):
        Sweep(function)


def test_seed_belongs_to_the_sweep() -> None:
    """A parameter called seed receives the job's seed; it is neither required nor swept."""

    def draw(seed: int, width: float = 1.0) -> float:
        return np.random.default_rng(seed).normal(0, width)

    model = FunctionModel(draw)
    assert model.takes_seed
    assert list(model.parameters({})) == ["width"]
    assert model.required() == []
    assert not FunctionModel(spikes).takes_seed


def test_as_model_takes_models_and_functions() -> None:
    """Models pass through; functions are wrapped; the rest is refused by name."""
    wrapped = as_model(spikes)
    assert isinstance(wrapped, FunctionModel)
    assert as_model(wrapped) is wrapped
    assert as_model(cuba) is cuba
    with pytest.raises(TypeError, match=r"3 is not a model: give a function"):
        as_model(3)


@pytest.mark.parametrize(("text", "named"), [("brunel", "brunel"), ("izhikevich", "cuba")])
def test_a_models_name_is_refused_with_how_to_get_the_model(text: str, named: str) -> None:
    """A text is no model, but says which one is meant."""
    how = re.escape(f"without quotes, after 'from brian_sweep_widget import {named}'")
    said = f"{text!r} is a text.*cuba, coba, brunel, adex.*{how}"
    for take in (Sweep, SweepWidget, as_model):
        with pytest.raises(TypeError, match=said):
            take(text)


@pytest.mark.parametrize("default", [[1, 2] * ms, (1, 2), [3, 4], {"a": 1}, np.sin, np.ones(2)])
def test_a_default_that_is_no_parameter_stays_what_it_is(default: Any) -> None:
    """Others are swept all the same; a value for it is refused, with what to do."""

    def model(rate: float = 1.0, table: Any = default) -> float:
        return rate * bool(table is default)

    sweep = Sweep(model, rate=[1.0, 2.0])
    assert list(sweep.parameters) == ["rate"]
    wanted = r"model keeps table = .* in all simulations.*write another function that calls model"
    with pytest.raises(TypeError, match=wanted):
        Sweep(model, table=3)


def test_a_default_of_none_takes_whatever_is_given() -> None:
    """And is no parameter while nothing is."""

    def model(rate: float = 1.0, noise: Any = None, kind: str = "exp") -> float:
        return rate

    assert list(Sweep(model).parameters) == ["rate", "kind"]
    assert list(Sweep(model, noise=None).plan.fixed) == ["rate", "kind"]
    fixed = Sweep(model, noise=2 * mV)
    assert list(fixed.parameters) == ["rate", "noise", "kind"]
    assert fixed.plan.fixed["noise"] == 0.002
    assert fixed.parameters["noise"].unit.symbol == "mV"
    swept = Sweep(model, noise=[0.5, 1])
    assert [axis.values for axis in swept.plan.axes] == [(0.5, 1.0)]
    assert FunctionModel(model).required() == []
    assert FunctionModel(model).untyped() == ["noise"]
    with pytest.raises(TypeError, match="noise = .* cannot be a parameter"):
        Sweep(model, noise=object())


def test_a_parameter_may_be_called_model() -> None:
    """As the sweep's own has no name."""

    def function(model: int = 3, self: float = 1.0) -> float:
        return model * self

    sweep = Sweep(function, model=[1, 2], self=2.0)
    assert [axis.name for axis in sweep.plan.axes] == ["model"]
    assert sweep.plan.fixed == {"self": 2.0}
