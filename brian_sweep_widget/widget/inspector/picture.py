"""What the monitors recorded, as the view draws it."""

from __future__ import annotations

from typing import Any

import numpy as np

from brian_sweep_widget.engines import MOST_SPIKES
from brian_sweep_widget.models.units import Unit, best_unit, quantity
from brian_sweep_widget.results import Inspection, Spikes, Trace

_MOST_VALUES = 1_000_000  # of all traces together; a screen has a few thousand columns

_Array = np.ndarray[Any, Any]


def picture(inspection: Inspection, duration: float) -> dict[str, Any]:
    """Give the traits of an `InspectorView` that are the picture.

    Parameters
    ----------
    inspection
        What was seen.
    duration
        How long the network ran, in seconds.
    """
    traits = {"duration": 1000 * duration, **no_spikes(), **no_traces()}
    if inspection.spikes is not None:
        traits |= _spikes(inspection.spikes)
    if inspection.traces:
        traits |= _traces(inspection)
    return traits


def no_spikes() -> dict[str, Any]:
    """Give the traits of a picture without spikes."""
    return {"size": 0, "populations": [], "spike_neurons": b"", "spike_times": b""}


def no_traces() -> dict[str, Any]:
    """Give the traits of a picture without traces."""
    return {"traces": [], "trace_times": b"", "trace_values": b""}


def remark(inspection: Inspection) -> str:
    """Say what of the recording is not in the picture; empty if all is."""
    spikes = inspection.spikes
    if spikes is None:
        return ""
    if len(spikes.times) >= MOST_SPIKES:
        return f"Only the first {MOST_SPIKES} spikes are shown."
    parts = spikes.populations
    if parts and sum(parts.values()) != spikes.size:
        return (
            f"The populations have {sum(parts.values())} neurons together, and "
            f"{spikes.size} were recorded: they are not told apart."
        )
    return ""


def _spikes(spikes: Spikes) -> dict[str, Any]:
    parts = spikes.populations if sum(spikes.populations.values()) == spikes.size else {}
    return {
        "size": spikes.size,
        "populations": [{"label": label, "size": size} for label, size in parts.items()],
        "spike_neurons": spikes.neurons.astype("<u4").tobytes(),
        "spike_times": (1000 * spikes.times).astype("<f4").tobytes(),
    }


def _traces(inspection: Inspection) -> dict[str, Any]:
    traces = inspection.traces
    units = {trace.variable: _unit(trace, traces) for trace in traces}
    times = traces[0].times
    step = -(-len(times) * len(traces) // _MOST_VALUES) or 1
    values = [units[trace.variable].show_array(trace.values[::step]) for trace in traces]
    return {
        "traces": [
            {"label": _label(trace, inspection.spikes), "unit": units[trace.variable].symbol}
            for trace in traces
        ],
        "trace_times": (1000 * times[::step]).astype("<f4").tobytes(),
        "trace_values": np.array(values).astype("<f4").tobytes(),
    }


def _unit(trace: Trace, traces: Any) -> Unit:
    """Choose a unit for all traces of a variable: the one of their largest value."""
    largest = max(
        float(np.max(np.abs(other.values), initial=0.0))
        for other in traces
        if other.variable == trace.variable
    )
    return best_unit(quantity(largest, trace.unit))


def _label(trace: Trace, spikes: Spikes | None) -> str:
    """Name a trace by its neuron's population, too, if that is known."""
    where = ""
    if spikes is not None and spikes.group == trace.group:
        end = 0
        for label, size in spikes.populations.items():
            end += size
            if trace.neuron < end:
                where = f" ({label.lower()})"
                break
    return f"{trace.variable}, neuron {trace.neuron}{where}"
