"""The models that come with the package, against references that share nothing with them."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from brian2 import mV, nA, nS, pA, prefs, second
from scipy import integrate, optimize, special

import brian_sweep_widget
from brian_sweep_widget import Sweep
from brian_sweep_widget.models import CATALOGUE, NetworkModel

_ENGINES = pytest.mark.parametrize("engine", ["compiled", "numpy"])


def _model(name: str) -> NetworkModel:
    model = getattr(brian_sweep_widget, name)
    assert isinstance(model, NetworkModel)
    return model


def _values(sweep: Sweep, measure: str) -> np.ndarray[Any, Any]:
    results = sweep.run(progress=False)
    assert [str(outcome.failure) for outcome in results.outcomes if outcome.failure] == []
    return np.asarray(results.dataset[measure])


@pytest.mark.parametrize("name", CATALOGUE)
def test_models_can_be_played_with_as_they_are(name: str) -> None:
    model = _model(name)
    assert model.label == CATALOGUE[name]
    assert model.suggested_sweep
    assert "References" in str(model.__doc__)
    for parameter in Sweep(model).parameters.values():
        assert parameter.range is not None, f"{parameter.name} has no slider"
        low, high = parameter.range
        assert low <= float(parameter.read_default()) <= high
    for measure in model.measures.values():
        assert measure.function.__doc__


def test_all_units_of_a_range_are_shown_alike() -> None:
    """A weight in mV is not shown in volts because its range begins at zero."""
    shown = {
        name: {
            parameter.name: parameter.unit.symbol
            for parameter in Sweep(_model(name)).parameters.values()
        }
        for name in CATALOGUE
    }
    assert shown["adex"]["current"] == "nA"
    assert shown["coba"]["inhibitory_conductance"] == "nS"
    assert shown["brunel"]["weight"] == "mV"
    assert shown["cuba"]["duration"] == "ms"


@pytest.mark.parametrize("name", ["cuba", "coba"])
@_ENGINES
def test_silence_is_a_result(name: str, engine: str) -> None:
    """Two neurons do not fire often enough for intervals: that is told, and nothing fails."""
    sweep = Sweep(_model(name), size=2, duration=0.02 * second, engine=engine)
    results = sweep.run(progress=False)
    outcome = results.outcomes[0]
    assert outcome.failure is None
    assert np.isnan(outcome.values["cv_isi"].si)
    assert outcome.values["spike_count"].si < 10
    assert np.isnan(results.to_dataframe()["cv_isi"].iloc[0])


def _coba_rate(seed: int, inhibitory: float) -> float:
    """Simulate benchmark 1 of Brette et al. (2007) by hand: mV, ms, nS; gives Hz."""
    size, dt, steps = 4000, 0.1, 2000
    generator = np.random.default_rng(seed)
    v = -65 + 5 * generator.standard_normal(size)
    ge = 40 + 15 * generator.standard_normal(size)
    gi = 200 + 120 * generator.standard_normal(size)
    targets = [np.flatnonzero(generator.random(size) < 0.02) for _ in range(size)]
    last, count = np.full(size, -(10**6)), 0
    for step in range(steps):
        free = step - last >= 50  # steps: 5 ms
        total = 1 + (ge + gi) / 10
        steady = (-60 - 80 * gi / 10) / total
        v[free] = (steady + (v - steady) * np.exp(-dt * total / 20))[free]
        ge *= np.exp(-dt / 5)
        gi *= np.exp(-dt / 10)
        fired = np.flatnonzero(free & (v > -50))
        count += len(fired)
        last[fired], v[fired] = step, -60
        for cells, into, weight in (
            (fired[fired < 3200], ge, 6.0),
            (fired[fired >= 3200], gi, inhibitory),
        ):
            if len(cells):
                into[:] += weight * np.bincount(
                    np.concatenate([targets[cell] for cell in cells]), minlength=size
                )
    return count / size / (steps * dt / 1000)


@pytest.mark.parametrize("inhibitory", [20.0, 67.0])
def test_coba_fires_as_a_simulation_by_hand(inhibitory: float) -> None:
    reference = np.array([_coba_rate(seed, inhibitory) for seed in range(8)])
    sweep = Sweep(_model("coba"), inhibitory_conductance=inhibitory * nS, trials=12)
    rates = _values(sweep, "mean_rate")
    error = np.hypot(
        rates.std(ddof=1) / np.sqrt(len(rates)), reference.std(ddof=1) / np.sqrt(len(reference))
    )
    assert abs(rates.mean() - reference.mean()) < 4 * error
    assert error < 0.1 * reference.mean()  # or the line above would say nothing


def _brunel_rate(g: float, external_rate: float) -> float:
    """Solve Brunel's (2000) equations 21 and 22 for the stationary rate: Hz, mV, s."""
    tau, theta, reset, refractory, weight = 0.02, 20.0, 10.0, 0.002, 0.1
    excitatory, inhibitory = 1000, 250
    outside = external_rate * theta / (weight * excitatory * tau)

    def surplus(rate: float) -> float:
        mean = tau * weight * (excitatory * (rate + outside) - g * inhibitory * rate)
        variance = tau * weight**2 * (excitatory * (rate + outside) + g**2 * inhibitory * rate)
        low, high = ((bound - mean) / np.sqrt(variance) for bound in (reset, theta))
        passage, _ = integrate.quad(lambda u: special.erfcx(-u), low, high)
        return float(1 / (refractory + tau * np.sqrt(np.pi) * passage) - rate)

    return float(optimize.brentq(surplus, 0.1, 490))


def test_brunels_network_fires_as_his_theory_says() -> None:
    inhibition = [5.0, 6.0, 8.0]
    rates = _values(Sweep(_model("brunel"), relative_inhibition=inhibition), "mean_rate")
    expected = [_brunel_rate(g, 2.0) for g in inhibition]
    assert expected[0] == pytest.approx(37.9, abs=0.1)  # Fig. 8C: 37.7 Hz predicted
    # The theory is of infinite sparse networks at rest; here are 200 ms from the start on.
    assert rates.ravel() == pytest.approx(expected, rel=0.06)


def test_every_neuron_of_brunels_network_has_as_many_inputs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(prefs, "codegen.target", "numpy")
    network = _model("brunel")(size=500, in_degree=50)
    assert (np.asarray(network["excitatory"].N_incoming_post) == 40).all()
    assert (np.asarray(network["inhibitory"].N_incoming_post) == 10).all()


def test_brunels_network_says_when_it_is_too_small() -> None:
    results = Sweep(_model("brunel"), size=1000).run(progress=False)
    failure = results.outcomes[0].failure
    assert failure is not None
    assert "in_degree = 1250: a network of 1000 neurons has not so many" in failure.message


def _adex_times(current: float) -> list[float]:
    """Integrate Brette's and Gerstner's equations with tiny steps: pA, mV, ms.

    From -30 mV a spike takes less than a microsecond to its peak.
    """

    def change(_: float, state: Any) -> list[float]:
        v, w = state
        spiking = 30 * 2 * np.exp((v + 50.4) / 2)
        return [(30 * (-70.6 - v) + spiking + current - w) / 281, (4 * (v + 70.6) - w) / 144]

    def spike(_: float, state: Any) -> float:
        return float(state[0] + 30)

    spike.terminal = True  # type: ignore[attr-defined]
    times, start, state = [], 0.0, [-70.6, 0.0]
    while True:
        found = integrate.solve_ivp(
            change, (start, 500), state, method="Radau", events=spike, rtol=1e-8, atol=1e-8
        )
        if not found.t_events[0].size:
            return times
        start = float(found.t_events[0][0])
        times.append(start)
        state = [-70.6, float(found.y_events[0][0][1]) + 80.5]


@_ENGINES
def test_the_neuron_fires_when_its_equations_say(engine: str) -> None:
    currents = [0.4, 0.7, 1.0, 2.0]
    sweep = Sweep(_model("adex"), current=currents * nA, engine=engine)
    dataset = sweep.run(progress=False).dataset
    for index, current in enumerate(currents):
        times = _adex_times(1000 * current)
        found = dataset.isel(current=index, trial=0)
        assert float(found["rate"]) == pytest.approx(len(times) / 0.5, abs=2.1, rel=0.03)
        intervals = [1000 / (after - before) for before, after in itertools.pairwise(times)]
        for name, place in (("first_rate", 0), ("last_rate", -1)):
            if len(intervals) > 1:
                assert float(found[name]) == pytest.approx(intervals[place], rel=0.05)
    assert float(dataset["rate"].isel(current=0, trial=0)) == 0  # below rheobase
    assert np.isnan(float(dataset["first_rate"].isel(current=0, trial=0)))


def test_without_adaptation_the_neuron_keeps_its_rate() -> None:
    sweep = Sweep(
        _model("adex"), subthreshold_adaptation=0 * nS, spike_adaptation=0 * pA, reset=-60 * mV
    )
    assert _values(sweep, "cv_isi").item() < 0.01
