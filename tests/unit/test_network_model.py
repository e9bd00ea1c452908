"""Network models: what the decorator takes, refuses, and makes."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest
from brian2 import Hz, Network, NeuronGroup, ms, mV, nS

from brian_sweep_widget import Sweep, cuba, network_model
from brian_sweep_widget.models import NetworkModel


def build_neurons(size: int = 10, weight: Any = 1.62 * mV) -> Network:
    """Build a few neurons."""
    neurons = NeuronGroup(size, "v : volt", name="neurons")
    neurons.v = weight
    return Network(neurons)


def test_a_model_is_still_the_function() -> None:
    """It can be called, has its documentation and its name, and says what it is."""
    model = network_model(duration=10 * ms)(build_neurons)
    network = model(size=7)
    assert isinstance(network, Network)
    assert len(network["neurons"]) == 7
    assert len(model(3)["neurons"]) == 3
    assert model.__doc__ == "Build a few neurons."
    assert (model.__name__, model.__module__) == ("build_neurons", __name__)
    assert repr(model) == "NetworkModel(build_neurons)"
    assert model.label == "Build neurons"
    assert model.required() == []


def test_the_signature_and_the_duration_are_the_parameters() -> None:
    """In order, with kinds and units; the duration comes last."""
    parameters = network_model(duration=10 * ms)(build_neurons).parameters({})
    assert list(parameters) == ["size", "weight", "duration"]
    assert parameters["size"].kind == "integer"
    assert parameters["weight"].unit.symbol == "mV"
    assert parameters["duration"].default == pytest.approx(0.01)


def test_labels_limits_ranges_and_sweep_are_kept() -> None:
    """What the author says about the parameters is what the controls show."""
    model = network_model(
        duration=10 * ms,
        label="Few neurons",
        labels={"size": "Network size"},
        limits={"size": (2, None), "duration": (0 * ms, None)},
        ranges={"weight": [0, 5] * mV, "duration": [1, 50] * ms},
        sweep={"weight": [0, 1, 2] * mV},
    )(build_neurons)
    parameters = model.parameters({})
    assert model.label == "Few neurons"
    assert parameters["size"].label == "Network size"
    assert parameters["size"].limits == (2, None)
    assert parameters["weight"].range == pytest.approx((0, 0.005))
    assert parameters["duration"].range == pytest.approx((0.001, 0.05))
    assert list(model.suggested_sweep) == ["weight"]


@pytest.mark.parametrize("word", ["labels", "units", "limits", "ranges", "sweep"])
def test_unknown_names_are_refused_wherever_they_stand(word: str) -> None:
    """A typing mistake in any of the mappings is told with the names that exist."""
    options: dict[str, Any] = {word: {"wieght": None}}
    decorate: Any = network_model(duration=10 * ms, **options)
    with pytest.raises(TypeError, match=r"has no parameter 'wieght' \(it has: size, weight, dur"):
        decorate(build_neurons)


@pytest.mark.parametrize(
    "mapping",
    [
        {"limits": {"weight": (0, 1)}},
        {"limits": {"size": (20, None)}},
        {"limits": {"size": (3, 2)}},
        {"ranges": {"weight": [0, 5]}},
        {"ranges": {"weight": [0, 5] * ms}},
        {"ranges": {"size": (100,)}},
        {"ranges": {"size": (1, None)}},
        {"sweep": {"weight": [0, 5]}},
        {"sweep": {"weight": [] * mV}},
        {"sweep": {"weight": 5 * mV}},
        {"sweep": {"size": [1, 1]}},
    ],
)
def test_bad_limits_ranges_and_sweeps_are_refused_at_decoration(mapping: dict[str, Any]) -> None:
    """The author hears of it where it is written, with the parameter's name."""
    name = next(iter(next(iter(mapping.values()))))
    with pytest.raises((TypeError, ValueError), match=name):
        network_model(duration=10 * ms, **mapping)(build_neurons)


def test_every_parameter_needs_a_default() -> None:
    """The widget starts with a network that works."""
    with pytest.raises(TypeError, match="no default for weight, size.*such as weight=1.62"):

        @network_model(duration=10 * ms)
        def model(weight: Any, size: int) -> Any:
            """Have no defaults."""


@pytest.mark.parametrize(
    "function", [lambda *sizes: sizes, lambda **sizes: sizes, lambda size, /: size]
)
def test_parameters_need_names(function: Any) -> None:
    """Refused at decoration."""
    with pytest.raises(TypeError, match="must all have names"):
        network_model(duration=10 * ms)(function)


def test_the_duration_is_given_once() -> None:
    """In the decorator or in the signature, not twice and not never."""

    def timed(duration: Any = 20 * ms) -> Network:
        return build_neurons()

    assert network_model()(timed).parameters({})["duration"].default == pytest.approx(0.02)
    with pytest.raises(TypeError, match="has a parameter 'duration' itself"):
        network_model(duration=10 * ms)(timed)
    with pytest.raises(TypeError, match=r"needs to know how long to run.*duration=100\*ms"):
        network_model()(build_neurons)


@pytest.mark.parametrize("duration", [100, 0.1, 100 * mV, "100 ms", True])
def test_the_duration_is_a_time(duration: Any) -> None:
    """A number without unit would fail in every single job: it is refused at decoration."""
    with pytest.raises(TypeError, match="duration"):
        network_model(duration=duration)(build_neurons)


def test_unknown_parameters_of_a_sweep_are_refused() -> None:
    """With the names that exist, duration among them."""
    with pytest.raises(TypeError, match=r"cuba has no parameter 'weight' .*excitatory_weight.*dur"):
        Sweep(cuba, weight=1 * mV)


def test_measures_are_registered_with_label_and_unit() -> None:
    """In the order of writing; the function stays a function."""
    model = network_model(duration=10 * ms)(build_neurons)

    @model.measure(label="How many", unit=Hz)
    def spike_count(network: Network) -> int:
        return len(network["neurons"])

    @model.measure()
    def mean_rate(network: Network) -> int:
        return 0

    assert list(model.measures) == ["spike_count", "mean_rate"]
    assert model.measures["spike_count"].label == "How many"
    assert model.measures["spike_count"].unit is not None
    assert model.measures["spike_count"].unit.symbol == "Hz"
    assert model.measures["mean_rate"].label == "Mean rate"
    assert model.measures["mean_rate"].unit is None
    assert spike_count(model(4)) == 4


def test_a_cell_can_be_run_again() -> None:
    """A second measure of the same name replaces the first, in its place."""
    model = network_model(duration=10 * ms)(build_neurons)
    for label in ("first", "second"):

        @model.measure(label=label)
        def count(network: Network) -> int:
            return 1

    assert [measure.label for measure in model.measures.values()] == ["second"]


@pytest.mark.parametrize(
    ("function", "good"),
    [
        (lambda network: 1, True),
        (lambda network, more=2: 1, True),
        (lambda *anything: 1, True),
        (lambda: 1, False),
        (lambda network, more: 1, False),
        (lambda *, network: 1, False),
    ],
)
def test_a_measure_takes_the_network(function: Any, good: bool) -> None:
    """Anything that can be called with one argument; the rest is refused at once."""
    model = network_model(duration=10 * ms)(build_neurons)
    if good:
        assert model.measure()(function) is function
    else:
        with pytest.raises(TypeError, match="must take one argument, the network"):
            model.measure()(function)


def test_two_models_do_not_share_measures() -> None:
    """Measures belong to their model."""
    first = network_model(duration=10 * ms)(build_neurons)
    second = network_model(duration=10 * ms)(build_neurons)
    first.measure()(lambda network: 1)
    assert len(first.measures) == 1
    assert not second.measures


def test_wrapped_builders_keep_their_signature() -> None:
    """A decorator below ours is fine if it uses functools.wraps."""

    @functools.wraps(build_neurons)
    def wrapped(*args: Any, **kwargs: Any) -> Network:
        return build_neurons(*args, **kwargs)

    model = network_model(duration=10 * ms)(wrapped)
    assert list(model.parameters({})) == ["size", "weight", "duration"]


def test_the_catalogue_holds_the_seeds_network() -> None:
    """Parameters, limits and suggested sweep of the demonstration."""
    assert isinstance(cuba, NetworkModel)
    parameters = cuba.parameters({})
    assert list(parameters) == [
        "size",
        "excitatory_weight",
        "inhibitory_weight",
        "connection_probability",
        "refractory",
        "duration",
    ]
    assert parameters["size"].default == 4000
    np.testing.assert_allclose(
        [parameters[name].default for name in parameters if name != "size"],
        [1.62e-3, -9e-3, 0.02, 0.0, 0.1],
    )
    swept = parameters["excitatory_weight"].read_axis(cuba.suggested_sweep["excitatory_weight"])
    np.testing.assert_allclose(swept, np.linspace(0, 4e-3, 20))
    for parameter in parameters.values():
        assert parameter.range is not None
        assert parameter.range[0] <= parameter.default <= parameter.range[1]
    with pytest.raises(TypeError, match="excitatory_weight"):
        parameters["excitatory_weight"].read(1 * nS)
