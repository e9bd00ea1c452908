"""Looking into a simulation: what its monitors recorded comes along as further measures.

So any engine can do it, with the program, the seed and the random numbers of
the simulation that is looked into.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from brian_sweep_widget.models import Measure, Monitors, NetworkModel, Unit
from brian_sweep_widget.models.units import Dimensions, dimensions_of
from brian_sweep_widget.results import Outcome, Spikes, Trace

#: More spikes, neurons with traces, and variables are not looked at: no eye tells them apart.
MOST_SPIKES = 3_000_000
MOST_TRACED = 4
MOST_VARIABLES = 3

_PREFIX = "_inside_"  # of the measures' names, which no function of a user's has


def looked_into(model: NetworkModel) -> NetworkModel:
    """Give the same model with measures that read its monitors."""
    monitors = model.monitors
    readers: dict[str, Callable[[Any], Any]] = {}
    if monitors.spikes:
        readers |= {
            "spiking": _Of(monitors.spikes, _spiking),
            "neurons": _Of(monitors.spikes, _neurons),
            "times": _Of(monitors.spikes, _times),
        }
    if monitors.traces:
        readers |= {
            "traced": _Of(monitors.traces, _traced),
            "trace_times": _Of(monitors.traces, _trace_times),
            "trace_values": _Of(monitors.traces, _trace_values),
        }
    return model.with_measures(
        {_PREFIX + name: Measure(_PREFIX + name, reader, name) for name, reader in readers.items()}
    )


def seen(
    outcome: Outcome, monitors: Monitors, arguments: Mapping[str, Any]
) -> tuple[Outcome, Spikes | None, list[Trace]]:
    """Take what the monitors recorded out of an outcome of a model that is looked into.

    Parameters
    ----------
    outcome
        Of `looked_into`'s model.
    monitors
        The model's.
    arguments
        All parameters, as the builder takes them.

    Returns
    -------
    outcome : Outcome
        Without what belongs to looking.
    spikes : Spikes or None
    traces : list of Trace
    """
    inside = {
        name.removeprefix(_PREFIX): value.si
        for name, value in outcome.values.items()
        if name.startswith(_PREFIX)
    }
    failed = [one for name, one in outcome.failures.items() if name.startswith(_PREFIX)]
    if failed:  # of what was to be seen, nothing is
        return (
            replace(outcome, status="failed", values={}, failure=failed[0], failures={}),
            None,
            [],
        )
    kept = {name: value for name, value in outcome.values.items() if not name.startswith(_PREFIX)}
    plain = replace(outcome, values=kept)
    spikes = None
    if "spiking" in inside:
        group, size = _read(inside["spiking"])
        spikes = Spikes(
            inside["neurons"].astype(np.uint32),
            inside["times"],
            group,
            size,
            monitors.parts(arguments),
        )
    return plain, spikes, _traces(inside)


def _traces(inside: Mapping[str, Any]) -> list[Trace]:
    if "traced" not in inside:
        return []
    group, rows = _read(inside["traced"])
    return [
        Trace(name, group, neuron, Unit("", 1.0, tuple(dimensions)), inside["trace_times"], values)
        for (name, neuron, dimensions), values in zip(rows, inside["trace_values"], strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Of:
    """A measure that reads one object of the network; travels by name, without Brian."""

    name: str
    read: Callable[[Any], Any]

    def __call__(self, network: Any) -> Any:
        return self.read(network[self.name])


def _written(about: Any) -> Any:
    """Give a text as numbers, as measures have to be."""
    return np.frombuffer(json.dumps(about).encode(), np.uint8)


def _read(numbers: Any) -> Any:
    return json.loads(numbers.astype(np.uint8).tobytes())


def _spiking(spikes: Any) -> Any:
    return _written((spikes.source.name, len(spikes.source)))


def _neurons(spikes: Any) -> Any:
    return np.asarray(spikes.i[:])[:MOST_SPIKES]


def _times(spikes: Any) -> Any:
    return np.asarray(spikes.t_[:])[:MOST_SPIKES]


def _rows(states: Any) -> list[tuple[str, int, int, Dimensions]]:
    """List variable, neuron, its row and the dimensions of every trace to look at."""
    neurons, rows = np.unique(np.asarray(states.record), return_index=True)
    shown = list(zip(neurons.tolist(), rows.tolist(), strict=True))[:MOST_TRACED]
    return [
        (name, neuron, row, dimensions_of(getattr(states, name)))
        for name in sorted(states.record_variables)[:MOST_VARIABLES]
        for neuron, row in shown
    ]


def _traced(states: Any) -> Any:
    rows = [(name, neuron, dimensions) for name, neuron, _, dimensions in _rows(states)]
    return _written((states.source.name, rows))


def _trace_times(states: Any) -> Any:
    return np.asarray(states.t_[:])


def _trace_values(states: Any) -> Any:
    return np.array([getattr(states, f"{name}_")[row] for name, _, row, _ in _rows(states)])
