"""Looking into a simulation: the same numbers bit for bit, and what the monitors recorded."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from brian2 import Network, NeuronGroup, SpikeMonitor, StateMonitor, ms, mV

import brian_sweep_widget
from brian_sweep_widget import Sweep, network_model
from brian_sweep_widget.models import CATALOGUE
from brian_sweep_widget.results import Inspection

_SMALL = {"brunel": {"size": 500, "in_degree": 50}}


def _inspected(model: Any, **settings: Any) -> Inspection:
    sweep = Sweep(model, **settings)
    outcome = sweep.run(progress=False).outcomes[-1]
    assert outcome.failure is None
    return sweep.inspect(outcome)


def _by_neuron(inspection: Inspection) -> list[np.ndarray[Any, Any]]:
    spikes = inspection.spikes
    assert spikes is not None
    return [spikes.times[spikes.neurons == neuron] for neuron in range(spikes.size)]


@pytest.mark.parametrize("name", CATALOGUE)
def test_the_same_numbers_come_back(name: str) -> None:
    model = getattr(brian_sweep_widget, name)
    inspection = _inspected(model, trials=2, **_SMALL.get(name, {}))
    assert inspection.again.origin is not None
    assert inspection.again.origin.engine == "compiled"
    assert inspection.again.job == inspection.outcome.job
    assert inspection.again.values.keys() == model.measures.keys()
    assert inspection.different == []
    assert inspection.spikes is not None
    assert inspection.traces


@pytest.mark.parametrize("engine", ["compiled", "numpy"])
def test_what_is_seen_is_what_was_measured(engine: str) -> None:
    inspection = _inspected(brian_sweep_widget.cuba, size=1000, engine=engine)
    spikes, values = inspection.spikes, inspection.outcome.values
    assert spikes is not None
    assert inspection.different == []
    assert spikes.size == 1000
    assert spikes.populations == {"Excitatory": 800, "Inhibitory": 200}
    assert len(spikes.times) == len(spikes.neurons) == int(values["spike_count"].si)
    assert np.all(np.diff(spikes.times) >= 0)
    # The measure's own formula, by hand: of every neuron, deviation over mean.
    intervals = [np.diff(train) for train in _by_neuron(inspection) if len(train) > 2]
    cv = np.mean([np.std(of_one) / np.mean(of_one) for of_one in intervals])
    assert cv == pytest.approx(float(values["cv_isi"].si), rel=1e-12)


@pytest.mark.parametrize("engine", ["compiled", "numpy"])
def test_traces_are_of_the_neurons_that_they_name(engine: str) -> None:
    """A neuron's potential falls to the reset one step after each of its spikes, and only then."""
    inspection = _inspected(brian_sweep_widget.cuba, size=1000, engine=engine)
    trains = _by_neuron(inspection)
    assert [trace.neuron for trace in inspection.traces] == [0, 1, 998, 999]
    fired = 0
    for trace in inspection.traces:
        assert trace.variable == "v"
        assert trace.unit.dimensions == (2.0, 1.0, -3.0, -1.0, 0.0, 0.0, 0.0)
        resets = trace.times[1:][np.diff(trace.values) < -0.008]
        seen = trains[trace.neuron]
        seen = seen[seen < trace.times[-1]]
        np.testing.assert_allclose(resets, seen + 0.0001, atol=1e-9)
        fired += len(seen)
    assert fired > 2


def test_a_single_neuron_has_traces_of_all_its_variables() -> None:
    inspection = _inspected(brian_sweep_widget.adex)
    assert [(trace.variable, trace.neuron) for trace in inspection.traces] == [("v", 0), ("w", 0)]
    assert inspection.spikes is not None
    assert inspection.spikes.populations == {}


def test_two_neurons_are_not_shown_twice() -> None:
    """The catalogue shows the first two and the last two."""
    inspection = _inspected(brian_sweep_widget.cuba, size=2)
    assert [trace.neuron for trace in inspection.traces] == [0, 1]


def _network(**monitors: Any) -> Any:
    @network_model(duration=20 * ms, **monitors)
    def driven(rise: Any = 2 * mV) -> Network:
        neurons = NeuronGroup(
            3, "dv/dt = rise / ms : volt", threshold="v > 10*mV", reset="v = 0*mV", method="euler"
        )
        spikes = SpikeMonitor(neurons, name="fired")
        states = StateMonitor(neurons, "v", record=True, name="seen")
        return Network(neurons, spikes, states)

    @driven.measure()
    def count(network: Network) -> int:
        return int(network["fired"].num_spikes)

    return driven


def test_models_of_ones_own_name_their_monitors() -> None:
    inspection = _inspected(_network(spikes="fired", traces="seen"), engine="numpy")
    assert inspection.spikes is not None
    assert len(inspection.spikes.times) == int(inspection.outcome.values["count"].si) > 0
    assert [trace.neuron for trace in inspection.traces] == [0, 1, 2]
    assert inspection.traces[0].values[0] == 0
    only_spikes = _inspected(_network(spikes="fired"), engine="numpy")
    assert only_spikes.spikes is not None
    assert only_spikes.traces == []


def test_a_name_that_is_no_monitor_is_an_error_of_the_second_run_alone() -> None:
    inspection = _inspected(_network(spikes="fird"), engine="numpy")
    assert inspection.again.status == "failed"
    assert "fird" in str(inspection.again.failure)
    assert inspection.spikes is None


def test_models_without_monitors_say_what_to_do() -> None:
    sweep = Sweep(_network(), engine="numpy")
    outcome = sweep.run(progress=False).outcomes[0]
    with pytest.raises(ValueError, match=r"driven names no monitors.*network_model\(spikes="):
        sweep.inspect(outcome)


def test_functions_have_no_inside() -> None:
    def double(x: float = 1.0) -> float:
        return 2 * x

    sweep = Sweep(double)
    outcome = sweep.run(progress=False).outcomes[0]
    with pytest.raises(ValueError, match="double names no monitors"):
        sweep.inspect(outcome)


def test_a_failed_simulation_has_no_inside() -> None:
    sweep = Sweep(brian_sweep_widget.brunel, size=20, in_degree=40, engine="numpy")
    outcome = sweep.run(progress=False).outcomes[0]
    with pytest.raises(ValueError, match="no result \\(failed\\)"):
        sweep.inspect(outcome)


def test_numbers_that_do_not_come_back_are_named() -> None:
    """A model with a random generator of its own cannot be repeated, and that is told."""
    sweep = Sweep(brian_sweep_widget.cuba, size=100)
    first, second = (
        Sweep(brian_sweep_widget.cuba, size=100, seed=seed).run(progress=False).outcomes[0]
        for seed in (0, 1)
    )
    forged = type(first)(first.job, "done", second.values, None, first.origin)
    different = sweep.inspect(forged).different
    assert "spike_count" in different


def test_nothing_of_it_is_stored(tmp_path: Any) -> None:
    sweep = Sweep(brian_sweep_widget.cuba, size=100, store=tmp_path / "store.sqlite")
    outcome = sweep.run(progress=False).outcomes[0]
    assert sweep.store is not None
    before = sweep.store.info()
    assert sweep.inspect(outcome).different == []
    assert sweep.store.info() == before


def test_the_rate_is_that_of_the_spikes() -> None:
    inspection = _inspected(brian_sweep_widget.coba, size=500)
    assert inspection.spikes is not None
    rate = len(inspection.spikes.times) / inspection.spikes.size / 0.2
    assert rate == pytest.approx(float(inspection.outcome.values["mean_rate"].si))
