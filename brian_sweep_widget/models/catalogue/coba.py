"""A network with conductance-based synapses."""

from __future__ import annotations

from typing import Any

import numpy as np
from brian2 import Network, NeuronGroup, SpikeMonitor, StateMonitor, Synapses, ms, nS

from brian_sweep_widget.models.catalogue.parts import excitatory_and_inhibitory, measure_spikes
from brian_sweep_widget.models.inputs import Inputs
from brian_sweep_widget.models.network_model import network_model


@network_model(
    duration=200 * ms,
    label="COBA network",
    labels={"size": "Network size"},
    # Below two neurons one of the two populations would be empty.
    limits={
        "size": (2, None),
        "excitatory_conductance": (0 * nS, None),
        "inhibitory_conductance": (0 * nS, None),
        "connection_probability": (0, 1),
        "refractory": (0 * ms, None),
        "duration": (0 * ms, None),
    },
    ranges={
        "size": (100, 10_000),
        "excitatory_conductance": [0, 20] * nS,
        "inhibitory_conductance": [0, 200] * nS,
        "connection_probability": (0, 0.1),
        "refractory": [0, 10] * ms,
        "duration": [10, 1000] * ms,
    },
    sweep={"inhibitory_conductance": np.linspace(0, 100, 21) * nS},
    spikes="spikes",
    traces="potentials",
    populations=excitatory_and_inhibitory,
    inputs=Inputs(
        "size", "connection_probability", ("excitatory_conductance", "inhibitory_conductance")
    ),
)
def coba(
    size: int = 4000,
    excitatory_conductance: Any = 6 * nS,  # noqa: ARG001 - used in an equation
    inhibitory_conductance: Any = 67 * nS,  # noqa: ARG001
    connection_probability: float = 0.02,
    refractory: Any = 5 * ms,
) -> Network:
    """Randomly connected integrate-and-fire neurons with exponential conductances.

    Vogels and Abbott's network [1]_ as benchmark 1 of [2]_ defines it: 80 % of
    the neurons are excitatory; capacitance 200 pF, leak 10 nS; resting
    potential and reset -60 mV, threshold -50 mV; synapses that reverse at 0
    and -80 mV and decay with 5 and 10 ms. Potentials and conductances start at
    random, normally distributed values, from which the network keeps itself
    active: the potential around -65 mV (standard deviation 5 mV), the
    excitatory conductance around 40 nS (15 nS), the inhibitory around 200 nS
    (120 nS), as in Brian's own ``COBA`` example.

    Parameters
    ----------
    size
        Number of neurons; at a fixed connection probability every neuron's
        number of inputs grows with it.
    excitatory_conductance, inhibitory_conductance
        What one spike adds to a synapse's conductance.
    connection_probability
        Of every pair of neurons, from 0 to 1.
    refractory
        How long the potential is held after a spike.

    References
    ----------
    .. [1] Vogels and Abbott (2005), J. Neurosci. 25:10786.
    .. [2] Brette et al. (2007), J. Comput. Neurosci. 23:349, benchmark 1.
    """
    neurons = NeuronGroup(
        size,
        """
        dv/dt  = (-60*mV - v + (ge*(0*mV - v) + gi*(-80*mV - v)) / (10*nS)) / (20*ms)
                                 : volt (unless refractory)
        dge/dt = -ge / (5*ms)    : siemens
        dgi/dt = -gi / (10*ms)   : siemens
        """,
        threshold="v > -50*mV",
        reset="v = -60*mV",
        refractory=refractory,
        method="exponential_euler",
        name="neurons",
    )
    neurons.v = "(-65 + 5*randn()) * mV"
    neurons.ge = "(40 + 15*randn()) * nS"
    neurons.gi = "(200 + 120*randn()) * nS"

    excitatory_size = int(0.8 * size)
    excitatory = Synapses(
        neurons[:excitatory_size], neurons, on_pre="ge += excitatory_conductance", name="excitatory"
    )
    excitatory.connect(p=connection_probability)
    inhibitory = Synapses(
        neurons[excitatory_size:], neurons, on_pre="gi += inhibitory_conductance", name="inhibitory"
    )
    inhibitory.connect(p=connection_probability)

    spikes = SpikeMonitor(neurons, name="spikes")
    shown = [0, 1, size - 2, size - 1]
    potentials = StateMonitor(neurons, "v", record=shown, name="potentials")
    return Network(neurons, excitatory, inhibitory, spikes, potentials)


measure_spikes(coba)
