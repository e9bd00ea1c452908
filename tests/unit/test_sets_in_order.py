"""A network is traced as the same program every time, whatever the order of Brian's sets."""

from __future__ import annotations

from string import ascii_lowercase
from typing import Any

import pytest
from brian2 import Network, NeuronGroup, SpikeMonitor, Synapses, ms
from brian2.devices.cpp_standalone.codeobject import CPPStandaloneCodeObject

from brian_sweep_widget import network_model
from brian_sweep_widget.engines.compiled.model_traces import ModelTraces
from brian_sweep_widget.engines.compiled.sets_in_order import sets_in_order
from brian_sweep_widget.engines.compiled.tracing import Tracer
from brian_sweep_widget.engines.context import BrianContext

# Eight pairs that are told apart by case alone, as U and u often are.
NAMES = [name for letter in ascii_lowercase[:8] for name in (f"x{letter}", f"X{letter}")]


@network_model(duration=1 * ms)
def variables_alike() -> Network:
    """Synapses with many variables."""
    neurons = NeuronGroup(3, "v : 1", threshold="v > 1", reset="v = 0", name="neurons")
    equations = "\n".join(f"{name} : 1" for name in NAMES)
    listed = Synapses(neurons, neurons, equations, name="listed")
    listed.connect(i=[0, 1], j=[1, 2])
    generated = Synapses(neurons, neurons, equations, name="generated")
    generated.connect(j="i")
    return Network(neurons, listed, generated)


@network_model(duration=1 * ms)
def objects_alike() -> Network:
    """Many synapses."""
    neurons = NeuronGroup(3, "v : 1", threshold="v > 1", reset="v = 0", name="neurons")
    network = Network(neurons, SpikeMonitor(neurons, name="spikes"))
    for name in NAMES:
        synapses = Synapses(neurons, neurons, on_pre="v += 1", name=name)
        synapses.connect(i=0, j=1)
        network.add(synapses)
    return network


@pytest.mark.parametrize("model", [variables_alike, objects_alike], ids=lambda model: model.name)
def test_names_that_differ_by_case_are_always_in_the_same_order(model: Any) -> None:
    traces = ModelTraces(lambda: Tracer(model, model.parameters({}), BrianContext()))
    first, second = (traces.trace({"duration": 1e-3}, 0) for _ in range(2))
    assert first.parsed == second.parsed


def test_brians_sorts_do_not_leave_an_order_to_chance() -> None:
    # What a monitor records is a set of names, whose order no process repeats.
    template = "{% for name, _ in names | dictsort %}{{ name }}{% endfor %}"
    with sets_in_order():
        written = CPPStandaloneCodeObject.templater.env.from_string(template)
        assert written.render(names={"v": 0, "V": 1}) == written.render(names={"V": 1, "v": 0})
