"""A network whose state depends on its inhibition and on its drive from outside."""

from __future__ import annotations

from typing import Any

import numpy as np
from brian2 import Network, NeuronGroup, PoissonInput, SpikeMonitor, StateMonitor, Synapses, ms, mV

from brian_sweep_widget.models.catalogue.parts import excitatory_and_inhibitory, measure_spikes
from brian_sweep_widget.models.inputs import Inputs
from brian_sweep_widget.models.network_model import network_model


@network_model(
    duration=200 * ms,
    label="Brunel's network",
    labels={
        "size": "Network size",
        "in_degree": "Inputs per neuron",
        "external_rate": "External rate / threshold rate",
    },
    units={"weight": mV},
    # Below ten neurons, or five inputs, one of the two populations would be empty.
    limits={
        "size": (10, None),
        "in_degree": (5, None),
        "weight": (0.001 * mV, None),
        "relative_inhibition": (0, None),
        "external_rate": (0, None),
        "delay": (0 * ms, None),
        "duration": (0 * ms, None),
    },
    ranges={
        "size": (1250, 12_500),
        "in_degree": (50, 2500),
        "weight": [0.01, 0.5] * mV,
        "relative_inhibition": (3, 8),
        "external_rate": (0, 4),
        "delay": [0.1, 5] * ms,
        "duration": [20, 1000] * ms,
    },
    sweep={"relative_inhibition": np.linspace(3, 8, 11)},
    spikes="spikes",
    traces="potentials",
    populations=excitatory_and_inhibitory,
    presets={
        "The paper's size": {},
        "A fifth of it: fast": {"size": 2500, "in_degree": 250},
        "Weak drive (Fig. 8D)": {"external_rate": 0.9},
        "Strong drive (Fig. 8B)": {"external_rate": 4.0},
    },
    inputs=Inputs("size", number="in_degree"),
)
def brunel(
    size: int = 12_500,
    in_degree: int = 1250,
    weight: Any = 0.1 * mV,
    relative_inhibition: float = 5.0,
    external_rate: float = 2.0,
    delay: Any = 1.5 * ms,
) -> Network:
    """Sparsely connected excitatory and inhibitory integrate-and-fire neurons.

    Brunel's model A [1]_: 80 % of the neurons are excitatory, and 80 % of every
    neuron's inputs; membrane time constant 20 ms, threshold 20 mV, reset 10 mV,
    refractory period 2 ms; a spike moves the potential at once, after a delay.
    Every neuron has as many excitatory inputs again from outside the network,
    which fire like independent Poisson processes. With these two numbers, the
    network goes from synchronous regular to asynchronous irregular firing. It
    starts from potentials between 0 mV and threshold, uniformly.

    The defaults are those of the paper's Fig. 8C; at 12 500 neurons a
    simulation has 16 million synapses and takes seconds. Smaller networks are
    faster, but are less sparse.

    Parameters
    ----------
    size
        Number of neurons.
    in_degree
        Inputs that every neuron has from the network, drawn at random.
    weight
        What one excitatory spike adds to the potential (J).
    relative_inhibition
        What one inhibitory spike takes away, in units of ``weight`` (g).
        Above 4, inhibition is stronger than excitation.
    external_rate
        Rate of the inputs from outside, in units of that which would by itself
        bring the mean potential to threshold (nu_ext / nu_thr).
    delay
        From a spike to its effect (D).

    References
    ----------
    .. [1] Brunel (2000), J. Comput. Neurosci. 8:183.
    """
    if in_degree > size:
        msg = (
            f"in_degree = {in_degree}: a network of {size} neurons has not so many "
            f"(allowed: at most {size}), so take fewer inputs or a larger network"
        )
        raise ValueError(msg)
    neurons = NeuronGroup(
        size,
        "dv/dt = -v / (20*ms) : volt (unless refractory)",
        threshold="v > 20*mV",
        reset="v = 10*mV",
        refractory=2 * ms,
        method="exact",
        name="neurons",
    )
    neurons.v = "20*mV * rand()"

    excitatory_size, excitatory_inputs = int(0.8 * size), int(0.8 * in_degree)
    inhibitory_inputs = int(0.2 * in_degree)  # noqa: F841 - used in a condition
    inhibitory_weight = relative_inhibition * weight  # noqa: F841 - used in an equation
    excitatory = Synapses(
        neurons[:excitatory_size],
        neurons,
        on_pre="v_post += weight",
        delay=delay,
        name="excitatory",
    )
    excitatory.connect(i="k for k in sample(N_pre, size=excitatory_inputs)")
    inhibitory = Synapses(
        neurons[excitatory_size:],
        neurons,
        on_pre="v_post -= inhibitory_weight",
        delay=delay,
        name="inhibitory",
    )
    inhibitory.connect(i="k for k in sample(N_pre, size=inhibitory_inputs)")

    # In the mean, inputs of this rate together hold the potential at 20 mV.
    threshold_rate = 20 * mV / (excitatory_inputs * weight * 20 * ms)
    drive = PoissonInput(
        neurons, "v", N=excitatory_inputs, rate=external_rate * threshold_rate, weight=weight
    )
    spikes = SpikeMonitor(neurons, name="spikes")
    shown = [0, 1, size - 2, size - 1]
    potentials = StateMonitor(neurons, "v", record=shown, name="potentials")
    return Network(neurons, excitatory, inhibitory, drive, spikes, potentials)


measure_spikes(brunel)
