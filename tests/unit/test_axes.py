"""Which parameters are swept, as chosen on the screen."""

from __future__ import annotations

import threading
from itertools import pairwise
from typing import Any

import ipywidgets as w
import numpy as np
import pytest
from brian2 import mV
from helpers import type_into
from hypothesis import given
from hypothesis import strategies as st

from brian_sweep_widget import Sweep, adex, brunel, coba, cuba
from brian_sweep_widget.models import Parameter
from brian_sweep_widget.models.declaration import declare
from brian_sweep_widget.widget.axes_choice import AxesChoice
from brian_sweep_widget.widget.control_panel import ControlPanel
from brian_sweep_widget.widget.controls import Controls
from brian_sweep_widget.widget.history import History
from brian_sweep_widget.widget.in_degree import InDegree
from brian_sweep_widget.widget.list_control import ListControl
from brian_sweep_widget.widget.pins import Pin, ghosts
from brian_sweep_widget.widget.presets import Presets
from brian_sweep_widget.widget.proposals import list_near, range_near, value_near


def line(x: float = 2.0, slope: float = 1.0, size: int = 100, fast: bool = True) -> float:
    return slope * x * size * fast


def controls(model: Any = cuba, **parameters: Any) -> Controls:
    return Controls(Sweep(model, **(parameters or dict(model.suggested_sweep))))


def asked(made: Controls, model: Any = cuba) -> Sweep:
    return Sweep(model, **made.asked(live=False))


def names(sweep: Sweep) -> list[str]:
    return [axis.name for axis in sweep.plan.axes]


def test_another_x_axis_is_near_what_was_set() -> None:
    made = controls()
    made["size"].put(3000)
    AxesChoice(made).widget.children[0].value = "size"
    sweep = asked(made)
    assert names(sweep) == ["size"]
    values = sweep.plan.axes[0].values
    assert 1500 <= values[0] <= 1600
    assert values[-1] == 6000
    assert len({high - low for low, high in pairwise(values)}) == 1
    assert sweep.plan.fixed["excitatory_weight"] == cuba.parameters({})["excitatory_weight"].default


def test_what_was_swept_comes_back_as_it_was_left() -> None:
    made = controls()
    made["excitatory_weight"].zoom(1.0, 2.0)
    before = made.settings
    across, _ = AxesChoice(made).widget.children
    across.value = "size"
    across.value = "excitatory_weight"
    assert made.settings == before


def test_a_parameter_with_several_curves_is_the_second_axis() -> None:
    made = controls()
    _, curves = AxesChoice(made).widget.children
    curves.value = ("size",)
    assert names(asked(made)) == ["excitatory_weight", "size"]
    assert asked(made).plan.axes[1].values == (2000, 4000, 8000)
    curves.value = ()
    assert names(asked(made)) == ["excitatory_weight"]
    assert asked(made).plan.fixed["size"] == 4000


def test_x_axis_and_curves_change_places() -> None:
    made = controls(excitatory_weight=np.linspace(0, 4, 5) * mV, size=[1000, 4000])
    across, curves = AxesChoice(made).widget.children
    assert (across.value, curves.value) == ("excitatory_weight", ("size",))
    across.value = "size"
    assert (across.value, curves.value) == ("size", ("excitatory_weight",))
    sweep = asked(made)
    assert names(sweep) == ["size", "excitatory_weight"]
    assert (sweep.plan.axes[0].values[0], sweep.plan.axes[0].values[-1]) == (1000, 4000)
    np.testing.assert_allclose(sweep.plan.axes[1].shown, [0, 2, 4])


def test_the_x_axis_is_not_offered_for_curves() -> None:
    made = controls()
    across, curves = AxesChoice(made).widget.children
    assert ("excitatory_weight",) not in dict(map(reversed, curves.options))
    across.value = "size"
    offered = dict(map(reversed, curves.options))
    assert ("excitatory_weight",) in offered
    assert ("size",) not in offered


def test_more_curves_than_can_be_chosen_stay_on_offer() -> None:
    made = controls(line, x=[1.0, 2.0], slope=[1.0, 2.0], size=[10, 20])
    _, curves = AxesChoice(made).widget.children
    assert curves.value == ("slope", "size")
    curves.value = ("size",)
    assert names(asked(made, line)) == ["x", "size"]
    curves.value = ("slope", "size")
    assert names(asked(made, line)) == ["x", "slope", "size"]


def test_a_choice_of_one_is_none() -> None:
    def single(x: float = 1.0, fast: bool = True) -> float:
        return x * fast

    assert AxesChoice(controls(single, x=[1.0, 2.0])).widget.layout.display == "none"
    assert AxesChoice(controls(line, x=[1.0, 2.0])).widget.layout.display is None


def test_undo_and_redo_go_over_the_choice_of_axes() -> None:
    made = controls()
    choice = AxesChoice(made)
    across, curves = choice.widget.children
    history = History(made, [])
    states = [made.settings]
    made["size"].put(2000)
    states.append(made.settings)
    across.value = "size"
    states.append(made.settings)
    curves.value = ("excitatory_weight",)
    states.append(made.settings)
    for state in states[-2::-1]:
        history.undo()
        assert made.settings == state
        assert across.value == made.swept[0]
        assert curves.value == made.swept[1:]
    for state in states[1:]:
        history.redo()
        assert made.settings == state


def test_a_change_of_several_settings_is_told_once() -> None:
    made = controls()
    told: list[list[str]] = []
    made.observe(lambda: told.append(names(asked(made))))
    AxesChoice(made).widget.children[0].value = "size"
    assert told == [["size"]]
    with made.at_once():
        made["size"].restore((1000, 2000, 3))
        made["inhibitory_weight"].put(-8 * mV)
    assert len(told) == 2


def test_who_reads_meanwhile_finds_no_half_of_a_change() -> None:
    made = controls()
    over = threading.Event()
    found: set[tuple[str, ...]] = set()

    def read() -> None:
        while not over.is_set():
            values = made.asked(live=True)
            found.add(tuple(name for name, value in values.items() if np.ndim(value)))

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(200):
        made.put_across("size")
        made.put_across("excitatory_weight")
    over.set()
    reader.join()
    assert found <= {("size",), ("excitatory_weight",)}


def test_a_preset_with_several_values_is_what_is_swept() -> None:
    made = controls()
    presets = Presets({"Sizes": {"size": [100, 200]}, "As it was": {}}, made)
    presets.widget.value = "Sizes"
    assert names(asked(made)) == ["size"]
    assert asked(made).plan.axes[0].values == (100, 200)
    presets.widget.value = "As it was"
    assert names(asked(made)) == ["excitatory_weight"]


def test_the_line_on_inputs_goes_and_comes_back() -> None:
    made = controls()
    text = InDegree(cuba.inputs, made)
    made.put_across("size")
    assert text.widget.layout.display == "none"
    text.keep()
    text.scale()  # no button is seen; nothing happens
    made.put_across("excitatory_weight")
    assert text.widget.layout.display is None
    assert text.widget.children[0].value == "80 inputs per neuron"


def test_scaling_the_weights_scales_those_with_a_curve_each() -> None:
    made = controls()
    made.sweep_over(["inhibitory_weight", "excitatory_weight"])
    made["excitatory_weight"].put([1, 2, 4] * mV)
    made["excitatory_weight"].scale(0.5)
    np.testing.assert_allclose(asked(made).plan.axes[1].shown, [0.5, 1, 2])


def test_every_parameter_has_its_place_in_the_panel() -> None:
    made = controls()
    panel = ControlPanel(
        made,
        axes=AxesChoice(made).widget,
        counts=[],
        place=w.HBox(),
        moves=[],
        in_degree=InDegree(None, made).widget,
    )
    _, _, swept, _, _, others, _ = panel.widget.children
    made.sweep_over(["size", "refractory"])
    assert list(swept.children) == [made["size"].widget, made["refractory"].widget]
    assert list(others.children) == [
        made[name].widget for name in cuba.parameters({}) if name not in made.swept
    ]


def test_a_control_that_is_made_late_takes_nothing_but_input() -> None:
    made = controls()
    made.put_across("size")
    field = made["size"].widget.children[2].children[0]
    field.set_state({"description": "<b>", "text": "1234", "value": 1234})
    assert (field.description, field.text) == ("from", str(field.value))
    type_into(field, "1234")
    assert (field.description, field.value) == ("from", 1234)


def test_nothing_that_was_pinned_is_drawn_over_another_axis() -> None:
    weights, sizes = (
        Sweep(cuba, excitatory_weight=[0, 1] * mV),
        Sweep(cuba, size=[100, 200]),
    )
    assert ghosts([Pin(weights, ())], "spikes", sizes) == []


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1, 2,4", (1.0, 2.0, 4.0)),
        ("1 to 3 in 5", (1.0, 1.5, 2.0, 2.5, 3.0)),
        (" -1 to 1e0  in 3 ", (-1.0, 0.0, 1.0)),
    ],
)
def test_lists_are_typed(text: str, values: tuple[float, ...]) -> None:
    made = controls(line, x=[1.0, 2.0], slope=[1.0, 2.0])
    type_into(made["slope"]._fields[0], text)
    assert asked(made, line).plan.axes[1].values == values


def test_lists_of_whole_numbers_stay_whole() -> None:
    made = controls(line, x=[1.0, 2.0], size=[1, 2])
    type_into(made["size"]._fields[0], "1 to 4 in 7")
    assert asked(made, line).plan.axes[1].values == (1, 2, 3, 4)


def test_more_values_than_any_sweep_has_are_refused_and_not_cut_off() -> None:
    made = controls(line, x=[1.0, 2.0], slope=[1.0, 2.0])
    field = made["slope"]._fields[0]
    type_into(field, "1 to 2 in 50000")
    assert "gives 50000 values (allowed: up to 9999)" in field.problem
    assert asked(made, line).plan.axes[1].values == (1.0, 2.0)


@pytest.mark.parametrize(
    "text", ["a to 3 in 5", "1 to 3", "1; 2", "1 to inf in 3", "1,,2", "1, 2,", "", "1, nan"]
)
def test_lists_that_are_none_are_refused_with_words(text: str) -> None:
    made = controls(line, x=[1.0, 2.0], slope=[1.0, 2.0])
    control = made["slope"]
    assert isinstance(control, ListControl)
    type_into(control._fields[0], text)
    assert control._fields[0].problem.startswith(repr(text))
    assert control._fields[0].problem.endswith("1, 2 stays.")
    assert asked(made, line).plan.axes[1].values == (1.0, 2.0)


numbers = st.floats(-1e6, 1e6).filter(lambda one: one == 0 or abs(one) > 1e-6)


@st.composite
def parameters(draw: st.DrawFn) -> tuple[Parameter, list[Any]]:
    """A parameter with limits, and one or two values within them."""
    whole = draw(st.booleans())
    kind: Any = st.integers(-10_000, 10_000) if whole else numbers
    values = sorted(draw(st.lists(kind, min_size=1, max_size=3, unique=True)))
    low = draw(st.none() | kind.filter(lambda one: one <= values[0]))
    high = draw(st.none() | kind.filter(lambda one: one >= values[-1]))
    if low is not None and low == high:
        low = None
    return declare("p", values[0], limits=(low, high)), values


@given(parameters())
def test_what_is_proposed_can_be_swept(case: tuple[Parameter, list[Any]]) -> None:
    parameter, values = case
    for proposed in (range_near(parameter, values), list_near(parameter, values)):
        assert parameter.read_axis(proposed) == tuple(proposed)
        assert len(proposed) > 1
    assert parameter.read(value_near(parameter, values)) is not None


@given(st.sampled_from([cuba, coba, brunel, adex]), st.data())
def test_whatever_is_chosen_is_a_sweep_and_can_be_taken_back(
    model: Any, data: st.DataObject
) -> None:
    made = controls(model)
    across, curves = AxesChoice(made).widget.children
    history, before = History(made, []), made.settings
    for _ in range(data.draw(st.integers(1, 5))):
        choice = across if data.draw(st.booleans()) else curves
        choice.value = data.draw(st.sampled_from([value for _, value in choice.options]))
        sweep = asked(made, model)
        assert names(sweep) == [across.value, *curves.value] == list(made.swept)
        assert Sweep(model, **made.asked(live=True))
    while made.settings != before:
        history.undo()


def test_the_choice_of_axes_tells_what_each_costs_and_changes_nothing_by_it() -> None:
    made = controls(brunel, relative_inhibition=np.linspace(3, 7, 5), external_rate=[1.0, 2.0])
    choice = AxesChoice(made)
    across, curves = choice.widget.children
    told: list[int] = []
    made.observe(lambda: told.append(1))
    before = made.settings
    choice.show_costs(
        {"relative_inhibition": "instant", "external_rate": "0.2 s", "size": "compiles, 3 s"}
    )
    assert made.settings == before
    assert not told
    offered = {name: label for label, name in across.options}
    label = brunel.parameters({})["size"].label
    assert offered["size"] == f"{label} (compiles, 3 s)"
    assert across.value == "relative_inhibition"
    assert curves.value == ("external_rate",)
    assert curves.label.endswith("(0.2 s)")
    # What is along x has no curves.
    assert all("instant" not in label for label, _ in curves.options)
    across.value = "size"  # they still choose
    assert made.swept == ("size", "external_rate")
    assert across.label == f"{label} (compiles, 3 s)"


def test_what_a_person_chooses_while_costs_are_told_is_chosen() -> None:
    made = controls()
    choice = AxesChoice(made)
    across = choice.widget.children[0]
    for number in range(50):
        telling = threading.Thread(target=choice.show_costs, args=({"size": f"{number} s"},))
        telling.start()
        wanted = ("size", "excitatory_weight")[number % 2]
        across.value = wanted
        telling.join()
        assert made.swept == (wanted,), number
        assert across.value == wanted
