"""The measures library against their definitions, written out neuron by neuron."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from brian2 import Hz, Quantity, ms, mV, second
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from brian_sweep_widget import measures

_DT = 1e-4  # s


def _spikes(trains: list[list[float]]) -> Any:
    """What a spike monitor shows of these trains (s), in the order of time."""
    events = sorted((time, neuron) for neuron, train in enumerate(trains) for time in train)
    return SimpleNamespace(
        i=np.array([neuron for _, neuron in events], dtype=np.int32),
        t_=np.array([time for time, _ in events]),
        num_spikes=len(events),
        source=range(len(trains)),
    )


def _dense(trains: list[list[float]], windows: int, steps: int) -> np.ndarray[Any, Any]:
    """Counts, shape (neurons, windows), of windows of so many steps: by whole numbers."""
    counts = np.zeros((len(trains), windows))
    for row, train in enumerate(trains):
        for time in train:
            window = round(time / _DT) // steps
            if window < windows:
                counts[row, window] += 1
    return counts


# Trains of up to 30 spikes in 20 ms, at most one a time step.
_trains = st.lists(
    st.sets(st.integers(0, 199), max_size=30).map(lambda steps: [s * _DT for s in sorted(steps)]),
    min_size=1,
    max_size=8,
)


def test_the_mean_rate_has_its_unit() -> None:
    rate = measures.mean_rate(_spikes([[0.01, 0.02], [0.03], []]), 100 * ms)
    assert isinstance(rate, Quantity)
    assert rate / Hz == pytest.approx(10)


@given(_trains)
def test_the_cv_is_the_mean_over_neurons(trains: list[list[float]]) -> None:
    each = [stats.variation(np.diff(train)) for train in trains if len(train) >= 3]
    found = measures.cv_isi(_spikes(trains))
    if each:
        assert found == pytest.approx(np.mean(each), abs=1e-9)
    else:
        assert np.isnan(found)


def test_a_clock_does_not_vary_and_poisson_does() -> None:
    clock = [[10 * _DT * spike for spike in range(100)]] * 3
    assert measures.cv_isi(_spikes(clock)) == pytest.approx(0, abs=1e-12)
    generator = np.random.default_rng(1)
    poisson = [list(np.cumsum(generator.exponential(0.01, 5000))) for _ in range(20)]
    assert measures.cv_isi(_spikes(poisson)) == pytest.approx(1, abs=0.02)


def test_the_least_number_of_spikes() -> None:
    trains = [[0.0, 0.1, 0.3], [0.0, 0.1, 0.2, 0.3]]
    assert measures.cv_isi(_spikes(trains), 4) == pytest.approx(0, abs=1e-12)
    assert np.isnan(measures.cv_isi(_spikes(trains), 5))
    with pytest.raises(ValueError, match=r"least_spikes = 2 .*allowed: 3"):
        measures.cv_isi(_spikes(trains), 2)


@given(_trains, st.sampled_from([1, 3, 7, 20, 100]))
def test_synchrony_is_golombs_and_rinzels(trains: list[list[float]], steps: int) -> None:
    counts = _dense(trains, 200 // steps, steps)
    found = measures.synchrony(_spikes(trains), 20 * ms, steps * _DT * second)
    if counts.var(axis=1).any():
        expected = np.sqrt(counts.mean(axis=0).var() / counts.var(axis=1).mean())
        assert found == pytest.approx(expected, abs=1e-7)
    else:
        assert np.isnan(found)


def test_synchrony_goes_from_one_over_root_n_to_one() -> None:
    generator = np.random.default_rng(2)
    apart = [
        [step * _DT for step in np.flatnonzero(generator.random(20_000) < 0.02)] for _ in [0] * 100
    ]
    assert measures.synchrony(_spikes(apart), 2 * second, 5 * ms) == pytest.approx(0.1, rel=0.1)
    assert measures.synchrony(_spikes([apart[0]] * 100), 2 * second, 5 * ms) == pytest.approx(1)


@given(_trains, st.sampled_from([1, 3, 7, 20, 100]))
def test_the_correlation_is_the_mean_over_all_pairs(trains: list[list[float]], steps: int) -> None:
    counts = _dense(trains, 200 // steps, steps)
    changing = counts[counts.var(axis=1) > 0]
    found = measures.pairwise_correlation(_spikes(trains), 20 * ms, steps * _DT * second)
    if len(changing) >= 2:
        matrix = np.corrcoef(changing)
        pairs = [matrix[a, b] for a, b in itertools.combinations(range(len(changing)), 2)]
        assert found == pytest.approx(np.mean(pairs), abs=1e-9)
    else:
        assert np.isnan(found)


_of_windows = pytest.mark.parametrize(
    "measure", [measures.synchrony, measures.pairwise_correlation]
)


@_of_windows
@pytest.mark.parametrize("window", [0 * ms, -1 * ms])
def test_windows_that_are_no_windows(measure: Any, window: Any) -> None:
    with pytest.raises(ValueError, match=r"window = .*allowed: above zero"):
        measure(_spikes([[0.001]]), 20 * ms, window)


@_of_windows
@pytest.mark.parametrize("window", [11 * ms, 20 * ms, 30 * ms])
def test_less_than_two_windows_tell_nothing(measure: Any, window: Any) -> None:
    assert np.isnan(measure(_spikes([[0.001], [0.015]]), 20 * ms, window))


def test_plain_numbers_are_seconds() -> None:
    spikes = _spikes([[0.001, 0.012], [0.015]])
    with_units = measures.synchrony(spikes, 20 * ms, 5 * ms)
    assert measures.synchrony(spikes, 0.02, 0.005) == with_units > 0


@pytest.mark.parametrize(
    ("duration", "window"), [(20 * mV, 5 * ms), (20 * ms, 5 * mV), (20 * ms, [1, 2] * ms)]
)
def test_what_is_no_time_is_refused(duration: Any, window: Any) -> None:
    with pytest.raises(TypeError, match=r"is not a time \(allowed: a time such as 5"):
        measures.synchrony(_spikes([[0.001]]), duration, window)
