"""A single neuron: how its firing rate grows with the current that it gets."""

from __future__ import annotations

from typing import Any

import numpy as np
from brian2 import Hz, Network, NeuronGroup, SpikeMonitor, StateMonitor, ms, mV, nA, nS, pA, pF

from brian_sweep_widget.models import measures
from brian_sweep_widget.models.network_model import network_model


@network_model(
    duration=500 * ms,
    label="AdEx neuron",
    labels={
        "subthreshold_adaptation": "Adaptation below threshold (a)",
        "spike_adaptation": "Adaptation per spike (b)",
        "adaptation_time": "Time constant of adaptation",
        "slope": "Slope factor of spike onset",
    },
    limits={
        "adaptation_time": (0.1 * ms, None),
        "slope": (0.1 * mV, None),
        "duration": (0 * ms, None),
    },
    ranges={
        "current": [0, 2] * nA,
        "subthreshold_adaptation": [0, 20] * nS,
        "spike_adaptation": [0, 200] * pA,
        "adaptation_time": [10, 500] * ms,
        "slope": [0.5, 5] * mV,
        "reset": [-75, -45] * mV,
        "duration": [100, 2000] * ms,
    },
    sweep={"current": np.linspace(0, 2, 41) * nA},
    spikes="spikes",
    traces="potential",
    # Brette and Gerstner's, as in Brian's own example of this neuron.
    presets={
        "Regular spiking": {},
        "Bursting": {
            "adaptation_time": 20 * ms,
            "spike_adaptation": 500 * pA,
            "reset": -45.4 * mV,
        },
        "Fast spiking": {
            "subthreshold_adaptation": 2 * 281 * pF / (144 * ms),
            "spike_adaptation": 0 * pA,
        },
    },
)
def adex(
    current: Any = 1 * nA,  # noqa: ARG001 - used in an equation
    subthreshold_adaptation: Any = 4 * nS,  # noqa: ARG001
    spike_adaptation: Any = 80.5 * pA,  # noqa: ARG001
    adaptation_time: Any = 144 * ms,  # noqa: ARG001
    slope: Any = 2 * mV,  # noqa: ARG001
    reset: Any = -70.6 * mV,  # noqa: ARG001
) -> Network:
    """One adaptive exponential integrate-and-fire neuron under a constant current.

    Brette and Gerstner's neuron [1]_, fitted to a regular spiking pyramidal
    cell: capacitance 281 pF, leak 30 nS, resting potential -70.6 mV, effective
    threshold -50.4 mV. The number of spikes against the current is its f-I
    curve; where it begins, how steep it is and how much the neuron adapts is
    for the parameters to say. The upswing of a spike is cut five slope factors
    above threshold, from where it would take less than 0.1 ms.

    Parameters
    ----------
    current
        That is injected, from the start to the end.
    subthreshold_adaptation, spike_adaptation
        How the adaptation current follows the potential (a), and what a spike
        adds to it (b).
    adaptation_time
        With which it follows and decays (tau_w).
    slope
        How sharply a spike sets in (Delta_T).
    reset
        The potential after a spike.

    References
    ----------
    .. [1] Brette and Gerstner (2005), J. Neurophysiol. 94:3637.
    """
    neuron = NeuronGroup(
        1,
        """
        dv/dt = (30*nS * (-70.6*mV - v + slope * exp((v + 50.4*mV) / slope)) + current - w)
                / (281*pF) : volt
        dw/dt = (subthreshold_adaptation * (v + 70.6*mV) - w) / adaptation_time : amp
        """,
        threshold="v > -50.4*mV + 5*slope",
        reset="v = reset; w += spike_adaptation",
        method="euler",
        name="neuron",
    )
    neuron.v = "-70.6*mV"
    spikes = SpikeMonitor(neuron, name="spikes")
    potential = StateMonitor(neuron, ["v", "w"], record=[0], name="potential")
    return Network(neuron, spikes, potential)


@adex.measure(label="Firing rate", unit=Hz)
def rate(network: Network) -> Any:
    """Give the number of spikes per time."""
    return measures.mean_rate(network["spikes"], network.t)


@adex.measure(label="First firing rate", unit=Hz, allow_nan=True)
def first_rate(network: Network) -> Any:
    """Give one over the first inter-spike interval, before the neuron adapts."""
    times = network["spikes"].t[:2]
    return 1 / (times[1] - times[0]) if len(times) > 1 else np.nan / network.t


@adex.measure(label="Last firing rate", unit=Hz, allow_nan=True)
def last_rate(network: Network) -> Any:
    """Give one over the last inter-spike interval, when it has adapted."""
    times = network["spikes"].t[-2:]
    return 1 / (times[1] - times[0]) if len(times) > 1 else np.nan / network.t


@adex.measure(label="CV of inter-spike intervals", allow_nan=True)
def cv_isi(network: Network) -> float:
    """Tell how much the intervals vary, by adapting; see `measures.cv_isi`."""
    return measures.cv_isi(network["spikes"])
