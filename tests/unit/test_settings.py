"""Undo and redo, presets, the number of inputs: whatever changes several settings at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from brian2 import ms, mV

from brian_sweep_widget import Sweep, adex, brunel, coba, cuba, network_model
from brian_sweep_widget.models import Inputs
from brian_sweep_widget.widget import history as history_module
from brian_sweep_widget.widget.control import Control
from brian_sweep_widget.widget.controls import Controls
from brian_sweep_widget.widget.history import History
from brian_sweep_widget.widget.in_degree import InDegree
from brian_sweep_widget.widget.layout import count_field
from brian_sweep_widget.widget.presets import Presets


def controls(model: Any = cuba, **parameters: Any) -> Controls:
    return Controls(Sweep(model, **(parameters or dict(model.suggested_sweep))))


def settings(made: Mapping[str, Control]) -> dict[str, tuple[Any, ...]]:
    return {name: control.settings for name, control in made.items()}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Stop the clock of the history; its first element is the time."""
    time = [0.0]
    monkeypatch.setattr(history_module.time, "monotonic", lambda: time[0])
    return time


def test_changes_are_taken_back_and_made_again(clock: list[float]) -> None:
    made = controls()
    trials = count_field("Trials", 1, 1, 100)
    history = History(made, [trials])
    undo, redo = history.widget.children
    assert undo.disabled
    assert redo.disabled
    states = [(settings(made), trials.value)]
    for change in (
        lambda: setattr(made["size"].field, "value", 2000),  # type: ignore[attr-defined]
        lambda: made["excitatory_weight"].zoom(1.0, 2.0),
        lambda: setattr(trials, "value", 5),
    ):
        clock[0] += 10
        change()
        states.append((settings(made), trials.value))
    for state in states[-2::-1]:
        history.undo()
        assert (settings(made), trials.value) == state
    assert undo.disabled
    for state in states[1:]:
        history.redo()
        assert (settings(made), trials.value) == state
    assert redo.disabled
    assert not undo.disabled


def test_what_was_given_is_given_again_to_the_last_bit() -> None:
    made = controls(excitatory_weight=[0.1, 0.3, 1 / 3] * mV)
    given = made["excitatory_weight"].value()
    history = History(made, [])
    made["excitatory_weight"].zoom(0.1, 0.2)
    history.undo()
    np.testing.assert_array_equal(made["excitatory_weight"].value(), given)


def test_a_drag_is_one_step(clock: list[float]) -> None:
    made = controls()
    history = History(made, [])
    before = settings(made)
    for size in range(1000, 2000, 10):
        clock[0] += 0.05
        made["size"].put(size)
    clock[0] += 5
    made["size"].put(3000)
    history.undo()
    assert made["size"].settings == (1990,)
    history.undo()
    assert settings(made) == before


def test_a_change_after_undo_forgets_what_was_taken_back() -> None:
    made = controls()
    history = History(made, [])
    made["size"].put(2000)
    history.undo()
    made["size"].put(3000)
    history.redo()
    assert made["size"].settings == (3000,)


def test_nothing_to_take_back_is_no_error() -> None:
    made = controls()
    before = settings(made)
    history = History(made, [])
    history.undo()
    history.redo()
    assert settings(made) == before


@pytest.mark.parametrize("model", [cuba, coba, brunel, adex], ids=lambda model: model.name)
def test_presets_of_the_catalogue_can_be_run(model: Any) -> None:
    made = controls(model)
    presets = Presets(model.presets, made)
    for name in model.presets:
        presets.widget.value = name
        assert presets.widget.value == ""
        assert Sweep(model, **{name: control.value() for name, control in made.items()})


def test_a_preset_goes_to_its_values_and_the_rest_to_where_it_began() -> None:
    made = controls(adex)
    before = settings(made)
    presets = Presets(adex.presets, made)
    made["slope"].put(3 * mV)
    presets.widget.value = "Bursting"
    assert made["reset"].settings == (-45.4,)
    assert made["adaptation_time"].settings == (20.0,)
    assert made["slope"].settings == before["slope"]
    presets.widget.value = "Regular spiking"
    assert settings(made) == before


def test_a_preset_of_a_range_is_the_range() -> None:
    made = controls()
    presets = Presets({"Narrow": {"excitatory_weight": np.linspace(1, 2, 11) * mV}}, made)
    presets.widget.value = "Narrow"
    assert made["excitatory_weight"].settings == (1.0, 2.0, 11)


def test_models_without_presets_show_no_choice() -> None:
    assert Presets({}, controls()).widget.layout.display == "none"


@pytest.mark.parametrize(
    ("presets", "message"),
    [
        ({"Fast": {"sise": 100}}, "has no parameter 'sise'"),
        ({"Fast": {"size": 100 * mV}}, "size"),
    ],
)
def test_presets_that_cannot_be_are_refused(presets: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):

        @network_model(duration=10 * ms, presets=presets)
        def some(size: int = 10) -> None:
            del size


def test_inputs_of_unknown_parameters_are_refused() -> None:
    with pytest.raises(TypeError, match="has no parameter 'p'"):

        @network_model(duration=10 * ms, inputs=Inputs("size", "p"))
        def some(size: int = 10) -> None:
            del size


def test_the_number_of_inputs_is_told_when_the_size_changes() -> None:
    made = controls()
    line = InDegree(cuba.inputs, made)
    text, keep, scale = line.widget.children
    assert text.value == "80 inputs per neuron"
    assert keep.layout.display == scale.layout.display == "none"
    made["size"].put(8000)
    assert text.value == "160 inputs per neuron (80 at size 4000)"
    assert keep.description == "Keep 80"
    assert keep.layout.display is scale.layout.display is None


def test_the_number_of_inputs_can_be_kept() -> None:
    made = controls()
    line = InDegree(cuba.inputs, made)
    made["size"].put(8000)
    line.keep()
    assert made["connection_probability"].settings == (0.01,)
    assert line.widget.children[0].value == "80 inputs per neuron"
    made["size"].put(10)
    line.keep()
    assert made["connection_probability"].settings == (1.0,)  # no network has more


def test_weights_can_be_scaled_also_those_that_are_swept() -> None:
    made = controls()
    line = InDegree(cuba.inputs, made)
    made["size"].put(8000)
    line.scale()
    assert made["excitatory_weight"].settings == (0.0, 2.0, 20)
    assert made["inhibitory_weight"].settings == (-4.5,)
    assert line.widget.children[0].value == "160 inputs per neuron"


@pytest.mark.parametrize(
    "swept", [{"size": [1000, 2000]}, {"connection_probability": [0.01, 0.02]}], ids=str
)
def test_there_is_no_line_where_there_is_not_one_number(swept: Any) -> None:
    assert InDegree(cuba.inputs, controls(**swept)).widget.layout.display == "none"
    assert InDegree(None, controls()).widget.layout.display == "none"
