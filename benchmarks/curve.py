"""The 20-point curve of the 4000-neuron network, against the recipe without us.

The recipe is what Brian's documentation offers: a function that builds and
runs, mapped over the weights by joblib. Both use the numpy target, both are
warm (workers started, Brian imported), both make the same networks. So the
ratio is our overhead: the store of outcomes, streaming, seeding, resetting
Brian's settings before every job.
"""

from __future__ import annotations

import numpy as np
from brian2 import (
    Network,
    NeuronGroup,
    SpikeMonitor,
    Synapses,
    ms,
    mV,
    prefs,
    seed,
)
from joblib import Parallel, delayed

from benchmarks.timing import in_turns, report
from brian_sweep_widget import Sweep, cuba
from brian_sweep_widget.backends import allowed_cores

_ROUNDS = 5
_WEIGHTS = np.linspace(0, 4, 20)


def howmanyspikes(weight: float, job_seed: int) -> int:
    """Do by hand what `cuba` does; weight in mV."""
    prefs.codegen.target = "numpy"
    seed(job_seed)
    excitatory_weight = weight * mV
    neurons = NeuronGroup(
        4000,
        """dv/dt = (ge + gi - (v + 49*mV)) / (20*ms) : volt
           dge/dt = -ge / (5*ms) : volt
           dgi/dt = -gi / (10*ms) : volt""",
        threshold="v > -50*mV",
        reset="v = -60*mV",
        method="exact",
    )
    neurons.v = "-60*mV + 10*mV*rand()"
    excitatory = Synapses(neurons[:3200], neurons, on_pre="ge += excitatory_weight")
    excitatory.connect(p=0.02)
    inhibitory = Synapses(neurons[3200:], neurons, on_pre="gi -= 9*mV")
    inhibitory.connect(p=0.02)
    spikes = SpikeMonitor(neurons)
    network = Network(neurons, excitatory, inhibitory, spikes)
    network.run(100 * ms, namespace={"excitatory_weight": excitatory_weight})
    return int(spikes.num_spikes)


def main() -> None:
    """Time warm curves in turns, after checking that both give the same numbers."""
    workers = allowed_cores()
    sweep = Sweep(cuba, excitatory_weight=_WEIGHTS * mV, workers=workers)
    jobs = sorted(sweep.jobs(), key=lambda job: job.position)
    calls = [
        delayed(howmanyspikes)(weight, job.seed) for weight, job in zip(_WEIGHTS, jobs, strict=True)
    ]
    recipe = Parallel(n_jobs=workers)

    ours = sweep.run(progress=False).dataset["spike_count"].to_numpy().ravel()
    theirs = np.array(recipe(calls))
    same = "the same" if (ours == theirs).all() else f"NOT the same ({ours} against {theirs})"
    report(
        f"20-point curve, 4000 neurons, numpy target, {workers} workers, warm; numbers: {same}",
        in_turns(
            _ROUNDS,
            **{"joblib and Brian": lambda: recipe(calls)},
            **{"brian-sweep-widget": lambda: sweep.run(progress=False)},
        ),
        against="joblib and Brian",
    )
