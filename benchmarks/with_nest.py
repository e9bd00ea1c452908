"""The same network in NEST, where that is installed (``pip install nest-simulator``)."""

from __future__ import annotations

import os
from importlib.util import find_spec

INSTALLED = find_spec("nest") is not None
MISSING = "  NEST is not installed here (pip install nest-simulator), so it is not compared"


def spikes(weight: float, job_seed: int, size: int = 4000, probability: float = 0.02) -> int:
    """Count the spikes of one point; weight in volts.

    Membrane and currents as in `cuba`; the integration is NEST's own, and so
    are the random numbers: counts agree by their order of magnitude only.
    """
    os.environ["PYNEST_QUIET"] = "1"  # no banner
    import nest  # noqa: PLC0415 - it may not be there

    nest.ResetKernel()
    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.set(resolution=0.1, rng_seed=job_seed % (2**31 - 1) + 1, print_time=False)
    membrane = 20.0  # ms; with a capacitance equal to it, 1 pA moves the target by 1 mV
    neurons = nest.Create(
        "iaf_psc_exp",
        size,
        {
            "tau_m": membrane,
            "C_m": membrane,
            "E_L": -49.0,
            "V_th": -50.0,
            "V_reset": -60.0,
            "t_ref": 0.1,
            "tau_syn_ex": 5.0,
            "tau_syn_in": 10.0,
        },
    )
    neurons.V_m = nest.random.uniform(-60.0, -50.0)
    border = int(0.8 * size)
    rule = {"rule": "pairwise_bernoulli", "p": probability}
    for sources, millivolts in ((neurons[:border], 1000 * weight), (neurons[border:], -9.0)):
        nest.Connect(sources, neurons, rule, {"weight": millivolts, "delay": 0.1})
    recorder = nest.Create("spike_recorder")
    nest.Connect(neurons, recorder)
    nest.Simulate(100.0)
    return int(recorder.n_events)
