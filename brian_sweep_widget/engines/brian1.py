"""Words of Brian 1, and what they are in Brian 2.

Models of before 2014, and all that was copied from them, fail in Brian 2 with
the name that is missing, which tells nobody what to write instead.
"""

from __future__ import annotations

import re

_SYNAPSES = (
    "Synapses(source, target, on_pre='ge += w') and then .connect(p=0.02), or .connect() for all"
)
_OWN_THRESHOLD = "a condition as text, such as threshold='v > -50*mV'"
_OWN_RESET = "a statement as text, such as reset='v = -60*mV'"
_OWN_EQUATIONS = "the equations as text, such as 'dge/dt = -ge/(5*ms) : volt'"
_FRESH = "nothing: every simulation of a sweep begins anew, at time 0"
_TRAINS = "monitor.spike_trains(), times by neuron, or monitor.t and monitor.i"
_COUNT = "monitor.num_spikes, or monitor.count for each neuron (SpikeMonitor)"
_RASTER = "plot(monitor.t/ms, monitor.i, '.k'); in a sweep, the inspector shows the raster"

#: Names that Brian 1 exported.
_NAMES = {
    **dict.fromkeys(("Connection", "DelayConnection", "MultiConnection"), _SYNAPSES),
    "IdentityConnection": "Synapses(source, target, on_pre='ge += w') and .connect(j='i')",
    **dict.fromkeys(
        ("Threshold", "FunThreshold", "SimpleFunThreshold", "StringThreshold"), _OWN_THRESHOLD
    ),
    "VariableThreshold": "a condition on a variable, such as threshold='v > v_threshold'",
    "EmpiricalThreshold": "threshold='v > -20*mV', refractory=2*ms",
    "PoissonThreshold": "PoissonGroup(N, rates='rate'), or threshold='rand() < rate*dt'",
    **dict.fromkeys(("Reset", "FunReset", "StringReset", "NoReset"), _OWN_RESET),
    "VariableReset": "a statement with a variable, such as reset='v = v_reset'",
    **dict.fromkeys(
        ("Refractoriness", "SimpleCustomRefractoriness", "CustomRefractoriness"),
        "refractory=5*ms of NeuronGroup, with (unless refractory) behind an equation's unit",
    ),
    **dict.fromkeys(
        ("STDP", "ExponentialSTDP", "STP"),
        "the equations of the traces in Synapses(..., model=..., on_pre=..., on_post=...)",
    ),
    **dict.fromkeys(
        ("MultiStateMonitor", "RecentStateMonitor"), "StateMonitor(group, ['v', 'ge'], record=True)"
    ),
    **dict.fromkeys(
        ("SpikeCounter", "PopulationSpikeCounter"),
        f"SpikeMonitor(group, record=False), and {_COUNT}",
    ),
    "StateSpikeMonitor": "SpikeMonitor(group, variables='v')",
    "raster_plot": _RASTER,
    "hist_plot": "plt.bar or plt.hist of matplotlib",
    **dict.fromkeys(("clear", "reinit", "reinit_default_clock", "forget", "recall"), _FRESH),
    **dict.fromkeys(
        ("get_default_clock", "define_default_clock", "simulation_clock", "guess_clock"),
        "defaultclock, as in defaultclock.dt = 0.1*ms",
    ),
    **dict.fromkeys(("EventClock", "FloatClock", "RegularClock"), "Clock(dt=0.1*ms), or dt=0.1*ms"),
    "set_global_preferences": "prefs, as in prefs.codegen.target = 'numpy'",
    **dict.fromkeys(("magic_return", "magic_register"), "Network(...) of all objects"),
    "MembraneEquation": _OWN_EQUATIONS,
    **dict.fromkeys(("Current", "exp_current", "alpha_current", "leak_current"), _OWN_EQUATIONS),
    **dict.fromkeys(
        ("Izhikevich", "Brette_Gerstner", "aEIF", "leaky_IF", "exp_IF"), _OWN_EQUATIONS
    ),
    "PulsePacket": "SpikeGeneratorGroup(N, indices, times)",
}
#: Attributes that Brian 1's groups, connections, monitors, networks and clocks had.
_ATTRIBUTES = {
    "subgroup": "a slice, such as group[:3200] and then group[3200:]",
    "nspikes": _COUNT,
    **dict.fromkeys(("spikes", "spiketimes"), _TRAINS),
    "values": "the variable's name, such as monitor.v (a row for each recorded neuron)",
    "times": "monitor.t",
    "plot": "plot(monitor.t/ms, monitor.v[0]/mV)",
    "connect_random": "connect(p=0.02) of Synapses, and then synapses.w = ...",
    "connect_full": "connect() of Synapses, and then synapses.w = ...",
    "connect_one_to_one": "connect(j='i') of Synapses, and then synapses.w = ...",
    **dict.fromkeys(("reinit", "clear"), _FRESH),
    "rest": "the variable set to its resting value, such as group.v = -60*mV",
    **dict.fromkeys(("state_", "var_index", "unit"), "group.v, or group.get_states()"),
    "set_spikes": "set_spikes(indices, times) of SpikeGeneratorGroup",
}
#: Arguments of Brian 1, by class or method.
_ARGUMENTS = {
    ("NeuronGroup", "init"): "group.v = ... after it is made",
    ("NeuronGroup", "max_delay"): "nothing: Synapses have delays, as many as they need",
    ("NeuronGroup", "unit_checking"): "nothing: units are checked always",
    ("NeuronGroup", "compile"): "prefs.codegen.target",
    ("NeuronGroup", "freeze"): "nothing: constants are known when code is generated",
    ("NeuronGroup", "implicit"): "method='implicit' is gone: method='exponential_euler'",
    ("PopulationRateMonitor", "bin"): "monitor.smooth_rate(width=1*ms)",
    ("PopulationRateMonitor.smooth_rate", "filter"): "smooth_rate(window='gaussian', width=1*ms)",
    ("StateMonitor", "timestep"): "dt=1*ms",
    ("SpikeMonitor", "function"): "a network operation",
    ("Synapses", "weight"): "a variable, Synapses(..., 'w : volt', on_pre='ge += w'), and .w = ...",
    ("Synapses", "max_delay"): "nothing: synapses.delay = ... is enough",
    ("Synapses.connect", "sparseness"): "p=0.02",
    ("Synapses.connect", "weight"): "synapses.w = ... after it, of a variable 'w : volt'",
    ("PoissonInput", "state"): "target_var='ge'",
}
#: What Brian 2 itself says of arguments as Brian 1 took them.
_MESSAGES = (
    (
        re.compile(r"^Threshold condition has to be a string, not a quantity"),
        "A threshold that is a number",
        _OWN_THRESHOLD,
    ),
    (
        re.compile(r"^Reset statement has to be a string, not a quantity"),
        "A reset that is a number",
        _OWN_RESET,
    ),
    (
        re.compile(r"^'Synapses' object does not support item assignment"),
        "synapses[i, j] = True",
        "synapses.connect(i=..., j=...)",
    ),
    (
        re.compile(r"^SpikeGeneratorGroup\.__init__\(\) missing .*'times'"),
        "A list of (index, time)",
        "SpikeGeneratorGroup(N, indices, times)",
    ),
)
_CALLED = re.compile(r"^([\w.]+?)(?:\.__init__)?\(\) got an unexpected keyword argument '(\w+)'")
_IMPORTED = re.compile(r"^cannot import name '(\w+)' from 'brian2'")
_ASKED = re.compile(r"^\w+\.(\w+) cannot be read after a compiled simulation")


def hint(error: BaseException) -> str:
    """Say what a word of Brian 1, on which a model failed, is in Brian 2.

    Parameters
    ----------
    error
        As it was raised.

    Returns
    -------
    str
        Empty if it is none: if Brian 2 has a thing of that name, or Brian 1 had
        none.
    """
    word, now = _found(error)
    return f"{word} is Brian 1: in Brian 2 write {now}" if now else ""


def _found(error: BaseException) -> tuple[str, str]:
    match error:
        case ImportError():
            return _imported(error)
        case NameError():
            return _of(_NAMES, error.name or "")
        case AttributeError():
            asked = _ASKED.match(str(error))
            of_brian = type(error.obj).__module__.startswith("brian2.")
            return _of(_ATTRIBUTES, asked[1] if asked else (error.name or "") * of_brian)
        case TypeError():
            return _taken(str(error))
    return "", ""


def _imported(error: ImportError) -> tuple[str, str]:
    if (error.name or "").partition(".")[0] == "brian":
        return "The package brian", "from brian2 import *"
    found = _IMPORTED.match(str(error))
    return _of(_NAMES, found[1]) if found else ("", "")


def _taken(said: str) -> tuple[str, str]:
    for pattern, word, now in _MESSAGES:
        if pattern.match(said):
            return word, now
    called = _CALLED.match(said)
    if called is None:
        return "", ""
    return f"{called[1]}({called[2]}=...)", _ARGUMENTS.get((called[1], called[2]), "")


def _of(table: dict[str, str], name: str) -> tuple[str, str]:
    return name, table.get(name, "")
