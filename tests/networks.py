"""Small networks, as different as can be, with values that no canonical trace uses.

Each is short, so that what takes time is to compile it, and says in its first
line what it has that the others do not.
"""
# ruff: noqa: F841 - local variables that only equations use

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from brian2 import (
    Cylinder,
    EventMonitor,
    Hz,
    Network,
    NeuronGroup,
    PoissonGroup,
    PoissonInput,
    PopulationRateMonitor,
    SpatialNeuron,
    SpikeGeneratorGroup,
    SpikeMonitor,
    StateMonitor,
    Synapses,
    TimedArray,
    cm,
    implementation,
    ms,
    msiemens,
    mV,
    nA,
    nS,
    ohm,
    second,
    siemens,
    uF,
    um,
)
from brian2 import check_units as checked

from brian_sweep_widget import network_model
from brian_sweep_widget.engines import compiled
from brian_sweep_widget.engines.context import BrianContext
from brian_sweep_widget.models import NetworkModel, Plain

SCALE_OF_MODULE = 1.25
EVERY = 7


@network_model(duration=20 * ms)
def conductances(
    size: int = 60, weight: Any = 6 * nS, probability: float = 0.2, leak: Any = 10 * nS
) -> Network:
    """COBA: synaptic conductances, a rate monitor, 80 % of the size."""
    neurons = NeuronGroup(
        size,
        """dv/dt = (leak*(-60*mV - v) + ge*(0*mV - v) + gi*(-80*mV - v) + 0.4*nA) / (200*pF)
            : volt (unless refractory)
        dge/dt = -ge / (5*ms) : siemens
        dgi/dt = -gi / (10*ms) : siemens""",
        threshold="v > -50*mV",
        reset="v = -60*mV",
        refractory=1 * ms,
        method="exponential_euler",
        name="neurons",
    )
    neurons.v = "-60*mV + 10*mV*rand()"
    part = int(0.8 * size)
    excitatory = Synapses(neurons[:part], neurons, on_pre="ge += weight", name="excitatory")
    excitatory.connect(p=probability)
    inhibitory = Synapses(neurons[part:], neurons, on_pre="gi += 10*weight", name="inhibitory")
    inhibitory.connect(p=probability)
    rates = PopulationRateMonitor(neurons, name="rates")
    return Network(neurons, excitatory, inhibitory, rates, SpikeMonitor(neurons, name="spikes"))


@network_model(duration=5 * ms)
def hodgkin_huxley(size: int = 20, area: Any = 20000 * um**2, reversal: Any = 50 * mV) -> Network:
    """Hodgkin-Huxley channels; constants are worked out from a parameter in Python."""
    capacity = (1 * uF * cm**-2) * area
    leak = (5e-5 * siemens * cm**-2) * area
    sodium = (100 * msiemens * cm**-2) * area
    potassium = (30 * msiemens * cm**-2) * area
    rest = -60 * mV
    shift = -63 * mV
    neurons = NeuronGroup(
        size,
        """dv/dt = (leak*(rest - v) - sodium*(m*m*m)*h*(v - reversal)
            - potassium*(n*n*n*n)*(v + 90*mV) + drive) / capacity : volt
        dm/dt = alpha_m*(1 - m) - beta_m*m : 1
        dn/dt = alpha_n*(1 - n) - beta_n*n : 1
        dh/dt = alpha_h*(1 - h) - beta_h*h : 1
        alpha_m = 0.32*(mV**-1)*4*mV/exprel((13*mV - v + shift)/(4*mV))/ms : Hz
        beta_m = 0.28*(mV**-1)*5*mV/exprel((v - shift - 40*mV)/(5*mV))/ms : Hz
        alpha_h = 0.128*exp((17*mV - v + shift)/(18*mV))/ms : Hz
        beta_h = 4./(1 + exp((40*mV - v + shift)/(5*mV)))/ms : Hz
        alpha_n = 0.032*(mV**-1)*5*mV/exprel((15*mV - v + shift)/(5*mV))/ms : Hz
        beta_n = .5*exp((10*mV - v + shift)/(40*mV))/ms : Hz
        drive : amp (constant)""",
        threshold="v > -20*mV",
        refractory="v > -20*mV",
        method="exponential_euler",
        name="neurons",
    )
    neurons.v = "rest + 5*mV*randn()"
    neurons.drive = "0.5*nA*i/N"
    voltage = StateMonitor(neurons, ["v", "m"], record=[0, size - 1], name="voltage")
    return Network(neurons, voltage, SpikeMonitor(neurons, name="spikes"))


@network_model(duration=30 * ms)
def plasticity(
    size: int = 30, tau: Any = 20 * ms, largest: float = 0.01, rate: Any = 300 * Hz
) -> Network:
    """STDP: event-driven traces, weights that change, random initial weights."""
    poisson = PoissonGroup(size, rates=rate, name="poisson")
    neurons = NeuronGroup(
        2,
        "dv/dt = (ge*100*mV - v) / (10*ms) : volt\ndge/dt = -ge / (5*ms) : 1",
        threshold="v > 5*mV",
        reset="v = 0*mV",
        method="euler",
        name="neurons",
    )
    rise = 0.01 * largest
    synapses = Synapses(
        poisson,
        neurons,
        """w : 1
        dpre/dt = -pre / tau : 1 (event-driven)
        dpost/dt = -post / tau : 1 (event-driven)""",
        on_pre="ge += w*20\npre += rise\nw = clip(w + post, 0, largest)",
        on_post="post -= 1.05*rise\nw = clip(w + pre, 0, largest)",
        name="synapses",
    )
    synapses.connect()
    synapses.w = "rand() * largest"
    weights = StateMonitor(synapses, "w", record=[0, 1], dt=5 * ms, name="weights")
    return Network(poisson, neurons, synapses, weights, SpikeMonitor(neurons, name="spikes"))


@network_model(duration=10 * ms)
def noise(size: int = 25, sigma: Any = 3 * mV, tau: Any = 10 * ms) -> Network:
    """White noise, and a state monitor of all neurons with a step of its own."""
    neurons = NeuronGroup(
        size,
        "dv/dt = (1*mV - v) / tau + sigma * sqrt(2/tau) * xi : volt",
        threshold="v > 3*mV",
        reset="v = 0*mV",
        method="euler",
        name="neurons",
    )
    states = StateMonitor(neurons, "v", record=True, dt=1 * ms, name="states")
    return Network(neurons, states, SpikeMonitor(neurons, name="spikes"))


@noise.measure()
def mean_square(network: Network) -> float:
    """Give the mean square of the last potentials, in mV^2."""
    return float(np.mean((network["states"].v[:, -1] / mV) ** 2))


@network_model(duration=20 * ms)
def poisson(
    size: int = 40, rate: Any = 80 * Hz, slowest: Any = 3 * ms, weight: Any = 2 * mV
) -> Network:
    """Poisson groups, Poisson inputs and random delays."""
    source = PoissonGroup(size, rates="rate * (1 + i/N)", name="source")
    neurons = NeuronGroup(
        size,
        "dv/dt = -v / (10*ms) : volt",
        threshold="v > 8*mV",
        reset="v = 0*mV",
        method="exact",
        name="neurons",
    )
    synapses = Synapses(source, neurons, on_pre="v_post += weight", name="synapses")
    synapses.connect(p=0.3)
    synapses.delay = "rand() * slowest"
    background = PoissonInput(neurons, "v", N=50, rate=rate / 4, weight=weight / 5)
    return Network(source, neurons, synapses, background, SpikeMonitor(neurons, name="spikes"))


@network_model(duration=12 * ms)
def timed(size: int = 12, amplitude: float = 1.7, tau: Any = 5 * ms) -> Network:
    """An array over time, of one and of two dimensions, scaled by a parameter."""
    wave = TimedArray(amplitude * np.sin(np.arange(6)), dt=2 * ms, name="wave")
    ramps = TimedArray(amplitude * np.outer(np.arange(4), np.ones(size)), dt=3 * ms, name="ramps")
    neurons = NeuronGroup(
        size,
        "dv/dt = (wave(t) + ramps(t, i) - v + 0.1*i) / tau : 1",
        threshold="v > 2",
        reset="v = 0",
        method="euler",
        name="neurons",
    )
    network = Network(neurons, StateMonitor(neurons, "v", record=True, name="states"))
    network.timed = (wave, ramps)  # equations only name them
    return network


@network_model(duration=8 * ms)
def gap_junctions(size: int = 15, strength: float = 0.02, drive: float = 1.05) -> Network:
    """Summed variables, and a product of two parameters in one literal."""
    both = strength * drive
    neurons = NeuronGroup(
        size,
        "dv/dt = (drive - v + gap) / (10*ms) : 1\ngap : 1",
        threshold="v > 1",
        reset="v = 0",
        method="euler",
        name="neurons",
    )
    neurons.v = "i * 1.0 / N"
    synapses = Synapses(
        neurons, neurons, "w : 1\ngap_post = w * (v_pre - v_post) : 1 (summed)", name="synapses"
    )
    synapses.connect()
    synapses.w = both
    return Network(neurons, synapses, StateMonitor(neurons, "v", record=[0], name="states"))


@network_model(duration=15 * ms)
def parts(size: int = 36, weight: float = 0.15) -> Network:
    """Subgroups, and a whole number that becomes a real one."""
    third = size / 3
    neurons = NeuronGroup(
        size,
        "dv/dt = (1.2*third/(third + 1) - v) / (10*ms) : 1\nx : 1",
        threshold="v > 1",
        reset="v = 0",
        method="exact",
        name="neurons",
    )
    half = size // 2
    first, second = neurons[:half], neurons[half:]
    first.v = "rand()"
    second.v = "rand() * weight"
    second.x = "third + i"
    synapses = Synapses(first, second, on_pre="v_post += weight", name="synapses")
    synapses.connect("i % 3 == 0", p=0.5)
    spikes = SpikeMonitor(second, "x", name="spikes")
    rates = PopulationRateMonitor(first, name="rates")
    return Network(neurons, synapses, spikes, rates)


@network_model(duration=6 * ms)
def two_runs(size: int = 14, before: float = 0.5, after: float = 3.0) -> Network:
    """A run in the builder, then another input and another run."""
    neurons = NeuronGroup(
        size,
        "dv/dt = (drive - v) / (4*ms) : 1\ndrive : 1",
        threshold="v > 1",
        reset="v = 0",
        method="exact",
        name="neurons",
    )
    neurons.drive = before
    spikes = SpikeMonitor(neurons, name="spikes")
    network = Network(neurons, spikes)
    network.run(5 * ms)
    neurons.drive = "after + 0.1*i"
    neurons.v[: size // 2] = 0.25
    return network


@network_model(duration=10 * ms)
def arrays(size: int = 11, spread: Any = 4 * mV, reach: int = 3) -> Network:
    """Initial values, connections, weights and delays from arrays that Python makes."""
    neurons = NeuronGroup(
        size,
        "dv/dt = (12*mV - v) / (5*ms) : volt",
        threshold="v > 10*mV",
        reset="v = 0*mV",
        method="exact",
        name="neurons",
    )
    neurons.v = np.linspace(0, 1, size) * spread
    pre = np.repeat(np.arange(size), reach)
    post = (pre + np.tile(np.arange(1, reach + 1), size)) % size
    synapses = Synapses(neurons, neurons, "w : volt", on_pre="v_post += w", name="synapses")
    synapses.connect(i=pre, j=post)
    synapses.w = np.cos(pre) * spread / 5
    synapses.delay = (1 + post % 4) * 0.3 * ms
    return Network(neurons, synapses, SpikeMonitor(neurons, name="spikes"))


@network_model(duration=16 * ms)
def clocks(
    size: int = 18, refractory: Any = 2 * ms, every: Any = 1.5 * ms, kick: float = 0.3
) -> Network:
    """A refractory period, regular operations, several clocks, an event of its own."""
    neurons = NeuronGroup(
        size,
        "dv/dt = (1.4 - v) / (5*ms) : 1 (unless refractory)\nkicks : 1",
        threshold="v > 1",
        reset="v = 0",
        refractory=refractory,
        events={"high": "v > 0.9"},
        method="exact",
        name="neurons",
    )
    neurons.v = "rand()"
    neurons.run_regularly("v += kick*rand()\nkicks += 1", dt=every)
    slow = NeuronGroup(size, "dx/dt = 1/ms : 1", dt=0.4 * ms, method="euler", name="slow")
    high = EventMonitor(neurons, "high", variables="v", name="high")
    states = StateMonitor(slow, "x", record=[0], name="states")
    return Network(neurons, slow, high, states, SpikeMonitor(neurons, name="spikes"))


@network_model(duration=14 * ms)
def generated(size: int = 8, gap: Any = 2 * ms, weight: float = 0.6, tau: Any = 3 * ms) -> Network:
    """Spikes that Python lists, and synapses that are solved from event to event."""
    indices = np.arange(size)
    source = SpikeGeneratorGroup(size, indices, 1 * ms + indices * gap / 4, name="source")
    neurons = NeuronGroup(
        size, "dv/dt = -v / tau : 1", threshold="v > 1", reset="v = 0", method="exact",
        name="neurons",
    )  # fmt: skip
    synapses = Synapses(
        source,
        neurons,
        "dy/dt = -y / tau : 1 (event-driven)",
        on_pre="y += 1\nv_post += weight * y",
        delay=1 * ms,
        name="synapses",
    )
    synapses.connect()
    return Network(source, neurons, synapses, SpikeMonitor(neurons, name="spikes"))


@network_model(duration=10 * ms)
def namespaced(size: int = 9, gain: float = 1.5, tau: Any = 4 * ms) -> Network:
    """Names given in a namespace, shared variables, and a global of the module."""
    neurons = NeuronGroup(
        size,
        "dv/dt = (loudness*common*SCALE_OF_MODULE - v) / tau : 1\ncommon : 1 (shared)",
        threshold="v > 1",
        reset="v = 0",
        method="exact",
        namespace={"loudness": gain, "tau": tau, "SCALE_OF_MODULE": SCALE_OF_MODULE},
        name="neurons",
    )
    neurons.common = 0.75
    neurons.v = "rand()"
    return Network(neurons, SpikeMonitor(neurons, name="spikes"))


@network_model(duration=6 * ms)
def onto_synapses(size: int = 12, weight: float = 0.3, probability: float = 0.5) -> Network:
    """Synapses onto synapses of which nobody knows how many there will be."""
    neurons = NeuronGroup(
        size,
        "dv/dt = (1.5 - v)/ms : 1",
        threshold="v > 1",
        reset="v = 0",
        method="exact",
        name="neurons",
    )
    astrocytes = NeuronGroup(4, "y : 1", name="astrocytes")
    synapses = Synapses(
        neurons,
        neurons,
        "g : 1\nk : integer (constant)",
        on_pre="v_post += 0.01*g",
        name="synapses",
    )
    synapses.connect(p=probability)
    synapses.k = "i % 4"
    synapses.g = weight
    to = Synapses(synapses, astrocytes, "y_post = g_pre : 1 (summed)", name="to")
    to.connect("k_pre == j")
    return Network(neurons, astrocytes, synapses, to, SpikeMonitor(neurons, name="spikes"))


@network_model(duration=8 * ms)
def neighbours(size: int = 30, reach: int = 4, weight: float = 0.2, width: float = 5.0) -> Network:
    """Parameters in the texts that say who connects, and a generator of targets."""
    neurons = NeuronGroup(
        size,
        "dv/dt = (1.3 - v) / (5*ms) : 1",
        threshold="v > 1",
        reset="v = 0",
        method="exact",
        name="neurons",
    )
    neurons.v = "rand()"
    near = Synapses(neurons, neurons, on_pre="v_post += weight", name="near")
    near.connect("i != j and abs(i - j) <= reach", p="exp(-abs(i - j) / width)")
    ring = Synapses(neurons, neurons, on_pre="v_post -= weight / 2", name="ring")
    ring.connect(j="k for k in range(i - reach, i + reach, 2) if k != i", skip_if_invalid=True)
    return Network(neurons, near, ring, SpikeMonitor(neurons, name="spikes"))


@implementation("cpp", "double bent(double x) { return x / (1.0 + x * x); }")
@checked(x=1, result=1)
def bent(x: float) -> float:
    """Bend: a function with C++ of its own."""
    return x / (1 + x * x)


# What files of a project that are compiled together could do to each other: a macro
# with the name of a unit, which every file defines; a count in each file; a name with ::.
_COUNTED = """
#define mV 0.5
static int calls = 0;
double helper(double x) { return x * mV; }
double counted(double x) { calls++; return ::fabs(helper(x)) + 1e-3 * (calls % 7); }
"""
_HELPED = """
static int calls = 0;
double helper(double x) { return x + 1.0; }
double helped(double x) { calls += 2; return helper(x) + 1e-3 * (calls % 5); }
"""


@implementation("cpp", _COUNTED)
@checked(x=1, result=1)
def counted(x: float) -> float:
    """Count its calls: C++ only."""
    raise NotImplementedError


@implementation("cpp", _HELPED)
@checked(x=1, result=1)
def helped(x: float) -> float:
    """Use a function with a common name: C++ only."""
    raise NotImplementedError


@network_model(duration=6 * ms)
def functions(size: int = 7, slope: float = 0.8, offset: float = 0.4) -> Network:
    """Functions of the user's in C++."""
    neurons, others = (
        NeuronGroup(
            size,
            "dv/dt = (bent(slope*v + 0.1*i) - v + offset) / (3*ms) : 1\nu : 1\nw : 1",
            threshold="v > 0.2 + 1*mV/volt",
            reset="v = 0.1 * counted(v)",
            method="rk4",
            name=name,
        )
        for name in ("neurons", "others")
    )
    neurons.u = "counted(i)"
    neurons.w = "helped(i + u)"
    others.u = "helped(i)"
    others.run_regularly("w = helped(u + 1*mV/volt)", dt=0.5 * ms, name="others_regularly")
    monitors = [
        StateMonitor(group, ["v", "u", "w"], record=True, name=f"{group.name}_states")
        for group in (neurons, others)
    ]
    return Network(neurons, others, *monitors)


@network_model(duration=3 * ms)
def cable(compartments: int = 12, length: Any = 300 * um, current: Any = 0.2 * nA) -> Network:
    """A neuron of many compartments, some of them named for a moment only."""
    neuron = SpatialNeuron(
        morphology=Cylinder(length=length, diameter=2 * um, n=compartments),
        model="Im = 2e-4*siemens/cm**2 * (-65*mV - v) : amp/meter**2\nI : amp (point current)",
        Cm=1 * uF / cm**2,
        Ri=100 * ohm * cm,
        method="exponential_euler",
        name="neuron",
    )
    neuron.v = -65 * mV
    neuron[0 * um : 0.4 * length].v = -70 * mV
    neuron.I[0] = current
    return Network(neuron, StateMonitor(neuron, "v", record=True, dt=0.5 * ms, name="states"))


@network_model(duration=9 * ms)
def branches(size: int = 10, drive: float = 1.2, refractory: Any = 0 * ms) -> Network:
    """Equations that depend on a parameter's value: one model, two shapes."""
    held = "(unless refractory)" if refractory > 0 * ms else ""
    neurons = NeuronGroup(
        size,
        f"dv/dt = (drive - v) / (3*ms) : 1 {held}",
        threshold="v > 1",
        reset="v = 0",
        refractory=refractory if held else False,
        method="exact",
        name="neurons",
    )
    neurons.v = "rand()"
    return Network(neurons, SpikeMonitor(neurons, name="spikes"))


@network_model(duration=1e5 * second)
def patience(size: int = 10, drive: float = 1.2) -> Network:
    """A network that nobody waits for."""
    neurons = NeuronGroup(size, "dv/dt = (drive - v) / (3*ms) : 1", method="exact")
    return Network(neurons)


def explored(model: NetworkModel, jobs: int = 0) -> compiled.Blueprint:
    """Explore a model at its defaults; in this process, which the device survives."""
    compilation = compiled.Compilation(model, model.parameters({}), BrianContext(), None)
    blueprint = compiled.explore_model(
        compilation.packed_tracer(),
        compilation.parameters,
        {name: p.read_default() for name, p in compilation.parameters.items()},
        0,
        compilation.untouched,
        jobs,
    )
    assert isinstance(blueprint, compiled.Blueprint), blueprint
    return blueprint


@dataclass(frozen=True)
class Case:
    """A network, with parameter sets that no canonical trace uses.

    Parameters
    ----------
    model
        The network.
    others
        In users' units; what is not named has its default.
    """

    model: NetworkModel
    others: tuple[Mapping[str, Any], ...]

    def values(self, others: Mapping[str, Any]) -> dict[str, Plain]:
        """Give all parameters in SI units."""
        return {
            name: parameter.read(others[name]) if name in others else parameter.read_default()
            for name, parameter in self.model.parameters({}).items()
        }


CASES = {
    case.model.name: case
    for case in (
        Case(
            conductances,
            (
                {"size": 83, "weight": 4.3 * nS, "probability": 0.31},
                {"size": 41, "leak": 7.7 * nS, "probability": 0.07, "duration": 17 * ms},
            ),
        ),
        Case(
            hodgkin_huxley,
            ({"size": 33, "area": 17000 * um**2}, {"size": 6, "reversal": 61 * mV}),
        ),
        Case(
            plasticity,
            (
                {"size": 47, "tau": 13 * ms, "rate": 410 * Hz},
                {"size": 22, "largest": 0.017, "duration": 21 * ms},
            ),
        ),
        Case(
            noise,
            (
                {"size": 40, "sigma": 2.2 * mV},
                {"size": 9, "tau": 3.3 * ms, "duration": 7.5 * ms},
            ),
        ),
        Case(
            poisson,
            (
                {"size": 29, "rate": 131 * Hz, "slowest": 1.9 * ms},
                {"size": 64, "weight": 2.9 * mV, "duration": 11 * ms},
            ),
        ),
        Case(timed, ({"size": 19, "amplitude": 2.1}, {"size": 5, "tau": 3.7 * ms})),
        Case(
            gap_junctions,
            ({"size": 22, "strength": 0.033}, {"size": 9, "drive": 1.4, "strength": 0.011}),
        ),
        Case(parts, ({"size": 50, "weight": 0.22}, {"size": 24, "weight": 0.07})),
        Case(two_runs, ({"size": 23, "before": 1.3}, {"size": 8, "after": 2.2})),
        Case(
            arrays,
            ({"size": 17, "spread": 7 * mV, "reach": 2}, {"size": 25, "reach": 5}),
        ),
        Case(
            clocks,
            (
                {"size": 31, "refractory": 1.3 * ms, "kick": 0.21},
                {"size": 10, "every": 0.9 * ms, "duration": 13 * ms},
            ),
        ),
        Case(
            generated,
            ({"size": 13, "gap": 1.2 * ms}, {"size": 5, "weight": 0.85, "tau": 2.3 * ms}),
        ),
        Case(namespaced, ({"size": 16, "gain": 2.3}, {"size": 4, "tau": 2.9 * ms})),
        Case(
            neighbours,
            ({"size": 43, "reach": 7, "width": 8.5}, {"size": 21, "reach": 2, "weight": 0.33}),
        ),
        Case(
            onto_synapses,
            ({"size": 17, "weight": 0.7}, {"size": 8, "probability": 0.31, "weight": 2.5}),
        ),
        Case(branches, ({"size": 21, "drive": 1.7}, {"size": 6, "refractory": 1.1 * ms})),
        Case(functions, ({"size": 12, "slope": 1.7}, {"size": 4, "offset": 0.15})),
        Case(
            cable,
            ({"compartments": 20, "length": 410 * um}, {"compartments": 7, "current": 0.33 * nA}),
        ),
    )
}


@network_model(duration=1e5 * second)
def endless(size: int = 100, drive: float = 1.0) -> Network:
    """Run for hours, and keep nothing: what grows in memory would end other tests, too."""
    neurons = NeuronGroup(size, "dv/dt = (drive - v)/ms : 1", method="euler", name="neurons")
    return Network(neurons)


@endless.measure()
def potential(network: Network) -> float:
    """Tell where it ended."""
    return float(network["neurons"].v[0])
