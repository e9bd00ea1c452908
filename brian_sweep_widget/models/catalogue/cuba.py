"""The seed's network: current-based synapses, excitatory weight swept."""

from __future__ import annotations

from typing import Any

import numpy as np
from brian2 import Network, NeuronGroup, SpikeMonitor, StateMonitor, Synapses, ms, mV

from brian_sweep_widget.models.catalogue.parts import excitatory_and_inhibitory, measure_spikes
from brian_sweep_widget.models.inputs import Inputs
from brian_sweep_widget.models.network_model import network_model


@network_model(
    duration=100 * ms,
    label="CUBA network",
    labels={"size": "Network size"},
    # Below two neurons one of the two populations would be empty.
    limits={
        "size": (2, None),
        "connection_probability": (0, 1),
        "refractory": (0 * ms, None),
        "duration": (0 * ms, None),
    },
    ranges={
        "size": (100, 10_000),
        "excitatory_weight": [0, 5] * mV,
        "inhibitory_weight": [-20, 0] * mV,
        "connection_probability": (0, 0.1),
        "refractory": [0, 10] * ms,
        "duration": [10, 1000] * ms,
    },
    sweep={"excitatory_weight": np.linspace(0, 4, 20) * mV},
    spikes="spikes",
    traces="potentials",
    populations=excitatory_and_inhibitory,
    presets={
        "Brian 1's example": {},
        "Brian 2's CUBA example: refractory": {"refractory": 5 * ms},
        "Small: a thousand neurons": {"size": 1000},
    },
    inputs=Inputs("size", "connection_probability", ("excitatory_weight", "inhibitory_weight")),
)
def cuba(
    size: int = 4000,
    excitatory_weight: Any = 1.62 * mV,  # noqa: ARG001 - used in an equation
    inhibitory_weight: Any = -9 * mV,  # noqa: ARG001
    connection_probability: float = 0.02,
    refractory: Any = 0 * ms,
) -> Network:
    """Randomly connected integrate-and-fire neurons with exponential currents.

    Vogels and Abbott's network with current-based synapses [1]_ [2]_, in the form of Brian's
    old ``parallelpython`` example: 80 % of the neurons are excitatory, the
    resting potential (-49 mV) lies above threshold (-50 mV), and the potential
    starts uniformly between reset (-60 mV) and threshold. Unlike Brian 2's own
    ``CUBA`` example, which has a refractory period of 5 ms, this one has none
    unless ``refractory`` says so.

    Parameters
    ----------
    size
        Number of neurons; at a fixed connection probability every neuron's
        number of inputs grows with it.
    excitatory_weight, inhibitory_weight
        What one spike adds to the excitatory and to the inhibitory current,
        both in volts.
    connection_probability
        Of every pair of neurons, from 0 to 1.
    refractory
        How long the potential is held after a spike.

    References
    ----------
    .. [1] Vogels and Abbott (2005), J. Neurosci. 25:10786.
    .. [2] Brette et al. (2007), J. Comput. Neurosci. 23:349, benchmark 2.
    """
    # Without a refractory period the equations are linear in v alone, which
    # Brian solves in a fifth of the time; the numbers are the same.
    held = "(unless refractory)" if refractory > 0 * ms else ""
    neurons = NeuronGroup(
        size,
        f"""
        dv/dt  = (ge + gi - (v + 49*mV)) / (20*ms) : volt {held}
        dge/dt = -ge / (5*ms)                      : volt
        dgi/dt = -gi / (10*ms)                     : volt
        """,
        threshold="v > -50*mV",
        reset="v = -60*mV",
        refractory=refractory if held else False,
        method="exact",
        name="neurons",
    )
    neurons.v = "-60*mV + 10*mV*rand()"

    excitatory_size = int(0.8 * size)
    excitatory = Synapses(
        neurons[:excitatory_size], neurons, on_pre="ge += excitatory_weight", name="excitatory"
    )
    excitatory.connect(p=connection_probability)
    inhibitory = Synapses(
        neurons[excitatory_size:], neurons, on_pre="gi += inhibitory_weight", name="inhibitory"
    )
    inhibitory.connect(p=connection_probability)

    spikes = SpikeMonitor(neurons, name="spikes")
    shown = [0, 1, size - 2, size - 1]
    potentials = StateMonitor(neurons, "v", record=shown, name="potentials")
    return Network(neurons, excitatory, inhibitory, spikes, potentials)


measure_spikes(cuba)
