"""What a user would write without us, for Brian's runtime: `cuba`, built and run by hand."""

from __future__ import annotations

from brian2 import (
    Network,
    NeuronGroup,
    SpikeMonitor,
    Synapses,
    ms,
    prefs,
    seed,
    volt,
)

EQUATIONS = """
dv/dt = (ge + gi - (v + 49*mV)) / (20*ms) : volt
dge/dt = -ge / (5*ms) : volt
dgi/dt = -gi / (10*ms) : volt
"""
DURATION = 100 * ms


def network(size: int, probability: float) -> Network:
    """Build the network; the weight is the shared constant ``w`` of ``excitatory``."""
    neurons = NeuronGroup(
        size,
        EQUATIONS,
        threshold="v > -50*mV",
        reset="v = -60*mV",
        method="exact",
        name="neurons",
    )
    neurons.v = "-60*mV + 10*mV*rand()"
    border = int(0.8 * size)
    excitatory = Synapses(
        neurons[:border],
        neurons,
        "w : volt (shared, constant)",
        on_pre="ge += w",
        name="excitatory",
    )
    excitatory.connect(p=probability)
    inhibitory = Synapses(neurons[border:], neurons, on_pre="gi -= 9*mV", name="inhibitory")
    inhibitory.connect(p=probability)
    return Network(neurons, excitatory, inhibitory, SpikeMonitor(neurons, name="spikes"))


def spikes(
    target: str,
    weight: float,
    job_seed: int,
    size: int = 4000,
    probability: float = 0.02,
    cython_cache: str | None = None,
) -> int:
    """Count the spikes of one point, as Brian's multiprocessing examples do.

    Parameters
    ----------
    target
        ``"numpy"`` or ``"cython"``.
    weight
        In volts.
    job_seed
        For Brian's generators.
    size, probability
        Of the network.
    cython_cache
        Folder of compiled extensions; None for the user's own.
    """
    prefs.codegen.target = target
    prefs.codegen.runtime.cython.cache_dir = cython_cache
    seed(job_seed)
    built = network(size, probability)
    built["excitatory"].w = weight * volt
    built.run(DURATION)
    return int(built["spikes"].num_spikes)
