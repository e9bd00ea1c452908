"""What people write in models although a sweep needs something else: it works, or words tell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import brian2
import numpy as np
import pytest
from brian2 import (
    MagicNetwork,
    Network,
    NeuronGroup,
    Synapses,
    collect,
    device,
    magic_network,
    ms,
    mV,
    run,
    set_device,
)

from brian_sweep_widget import Sweep, network_model
from brian_sweep_widget.engines import brian1
from brian_sweep_widget.results import Results

ENGINES = ("auto", "compiled", "numpy")
# The seed's text as Brian 1 had it, and what is written instead in Brian 2, with a part of
# the hint that leads there.
SEED = """
def howmanyspikes(excitatory_weight):
    from brian import *
    eqs = '''
    dv/dt = (ge+gi-(v+49*mV))/(20*ms) : volt
    dge/dt = -ge/(5*ms) : volt
    dgi/dt = -gi/(10*ms) : volt
    '''
    P = NeuronGroup(400, model=eqs, threshold=-50*mV, reset=-60*mV, method="euler")
    P.v = -60*mV + 10*mV*rand(len(P))
    Pe = P.subgroup(320)
    Pi = P.subgroup(80)
    Ce = Connection(Pe, P, 'ge')
    Ci = Connection(Pi, P, 'gi')
    Ce.connect_random(Pe, P, 0.02, weight=excitatory_weight)
    Ci.connect_random(Pi, P, 0.02, weight=-9*mV)
    M = SpikeMonitor(P)
    run(100*ms)
    return M.nspikes
"""
STEPS = [
    ("The package brian is Brian 1", {"from brian import *": "from brian2 import *"}),
    (
        "subgroup is Brian 1: in Brian 2 write a slice",
        {"P.subgroup(320)": "P[:320]", "P.subgroup(80)": "P[320:]"},
    ),
    (
        "Connection is Brian 1: in Brian 2 write Synapses(source, target, on_pre='ge += w')",
        {
            "Connection(Pe, P, 'ge')": "Synapses(Pe, P, 'w : volt', on_pre='ge += w')",
            "Connection(Pi, P, 'gi')": "Synapses(Pi, P, 'w : volt', on_pre='gi += w')",
        },
    ),
    (
        "connect_random is Brian 1: in Brian 2 write connect(p=0.02) of Synapses",
        {
            "Ce.connect_random(Pe, P, 0.02, weight=excitatory_weight)": (
                "Ce.connect(p=0.02); Ce.w = excitatory_weight"
            ),
            "Ci.connect_random(Pi, P, 0.02, weight=-9*mV)": "Ci.connect(p=0.02); Ci.w = -9*mV",
        },
    ),
    (
        "A threshold that is a number is Brian 1: in Brian 2 write a condition as text",
        {"threshold=-50*mV": "threshold='v > -50*mV'"},
    ),
    (
        "A reset that is a number is Brian 1: in Brian 2 write a statement as text",
        {"reset=-60*mV": "reset='v = -60*mV'"},
    ),
    ("nspikes is Brian 1: in Brian 2 write monitor.num_spikes", {"M.nspikes": "M.num_spikes"}),
]


def defined(text: str) -> Any:
    """Give the function of a text, as a notebook would."""
    names: dict[str, Any] = {"__name__": "__main__"}
    # A star cannot be imported inside a function, where the error is to come from.
    package = text.partition("    from ")[2].partition(" ")[0]
    line = f"import {package}; globals().update(vars({package}))"
    exec(compile(text.replace(f"from {package} import *", line), "<cell>", "exec"), names)
    return names["howmanyspikes"]


def test_each_error_of_the_seeds_own_text_tells_what_brian_2_says() -> None:
    """Until it runs."""
    brian2.prefs.codegen.target = "numpy"
    text = SEED
    for hint, replacements in STEPS:
        results = swept(defined(text), excitatory_weight=[0, 1] * mV)
        assert results.counts() == {"failed": 2}
        # In the first line, which is what the widget shows.
        told = [str(outcome.failure).partition("\n")[0] for outcome in results.outcomes]
        assert all(hint in line for line in told), results.failures
        for old, new in replacements.items():
            assert old in text
            text = text.replace(old, new)
    results = swept(defined(text), excitatory_weight=[0, 1] * mV)
    assert results.counts() == {"done": 2}, [str(one.failure) for one in results.failures]


def test_no_hint_names_anything_that_brian_2_has() -> None:
    """It would mislead."""
    assert not [name for name in brian1._NAMES if hasattr(brian2, name)]
    assert not brian1.hint(NameError("name 'x' is not defined", name="x"))
    mine = AttributeError("'Mine' object has no attribute 'plot'", name="plot", obj=object())
    assert not brian1.hint(mine)


def swept(model: Any, engine: str = "auto", **more: Any) -> Results:
    """Run a sweep with one worker."""
    return Sweep(model, engine=engine, workers=1, store=None, **more).run(progress=False)


def told(builder: Callable[..., Any], engine: str, **more: Any) -> list[float | str]:
    """Give v after 2 ms with w = 1 and w = 2, or why there is none."""
    model = network_model(duration=2 * ms)(builder)

    @model.measure()
    def v(network: Network) -> float:
        return float(network["n"].v[0])

    results = swept(model, engine, w=[1.0, 2.0], **more)
    ordered = sorted(results.outcomes, key=lambda outcome: outcome.job.position)
    return [
        round(float(outcome.values["v"].si), 6) if outcome.values else str(outcome.failure)
        for outcome in ordered
    ]


def group(size: int = 3) -> NeuronGroup:
    """Make neurons whose v rises by w each ms."""
    return NeuronGroup(size, "dv/dt = w/ms : 1", name="n", method="euler")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("build_on_run", [True, False])
def test_a_builder_cannot_choose_the_device(
    engine: str, build_on_run: bool, tmp_path: Path
) -> None:
    """It would be computed by something else than the results say."""
    place = str(tmp_path / "built")

    def choosing(w: float = 1.0) -> Network:
        set_device("cpp_standalone", directory=place, build_on_run=build_on_run)
        network = Network(group())
        if not build_on_run:
            network.run(1 * ms)
            device.build(directory=place)
        return network

    for failure in told(choosing, engine):
        assert "choosing calls set_device('cpp_standalone')" in str(failure)
        assert "remove that call" in str(failure)
    assert not Path(place).exists()


@pytest.mark.parametrize("engine", ENGINES)
def test_building_alone_does_nothing(engine: str) -> None:
    """A builder may run its network for a part of the time, as in plain Brian."""

    def building(w: float = 1.0) -> Network:
        network = Network(group())
        network.run(1 * ms)
        device.build(directory="output")
        return network

    assert told(building, engine) == [3.0, 6.0]


def test_a_plain_function_may_use_the_standalone_device(tmp_path: Path) -> None:
    """In every worker a folder of its own, in every job a fresh device, drawing from the seed."""
    place = str(tmp_path / "built")

    def standalone(w: float = 1.0) -> dict[str, float]:
        set_device("cpp_standalone", directory=place)
        neurons = group()
        neurons.v = "rand()"
        run(1 * ms)
        return {"drawn": float(neurons.v[0]) - w}

    two, one = (
        Sweep(standalone, w=[1.0, 2.0, 3.0], trials=2, workers=workers, store=None)
        .run(progress=False)
        .dataset["drawn"]
        .values
        for workers in (2, 1)
    )
    assert np.isfinite(two).all()
    assert len(np.unique(two)) == 6
    np.testing.assert_array_equal(two, one)


def test_the_notebooks_device_is_of_no_matter() -> None:
    """Where a cell has set the standalone device, before or after."""
    set_device("cpp_standalone", build_on_run=False)
    try:

        def plain(w: float = 1.0) -> Network:
            return Network(group())

        assert [told(plain, engine) for engine in ENGINES] == [[2.0, 4.0]] * 3
    finally:
        set_device("runtime")


def _magic_run(w: float = 1.0) -> Network:
    neurons = group()
    run(1 * ms)
    return Network(neurons)


def _nothing(w: float = 1.0) -> Any:
    neurons = group()
    Network(neurons).run(1 * ms)


def _tuple(w: float = 1.0) -> Any:
    return group(), brian2.StateMonitor(group(), "v", record=True, name="m")


def _collected(w: float = 1.0) -> Any:
    neurons = group()  # noqa: F841 - it is collected
    return collect()


def _magic(w: float = 1.0) -> Any:
    neurons = group()  # noqa: F841 - as above
    return magic_network


def _made_magic(w: float = 1.0) -> Any:
    neurons = group()  # noqa: F841 - as above
    return MagicNetwork()


def _empty(w: float = 1.0, size: int = 10) -> Network:
    neurons = group(size)
    last = neurons[int(0.99 * size) :]
    none = neurons[size:]
    return Network(neurons, last, none)


def _unconnected(w: float = 1.0, count: int = 0) -> Network:
    neurons = group()
    synapses = Synapses(neurons, neurons, "x : 1")
    synapses.connect(i=np.arange(count), j=np.arange(count))
    return Network(neurons, synapses)


def _unconnected_lists(w: float = 1.0) -> Network:
    neurons = group()
    synapses = Synapses(neurons, neurons, "x : 1")
    synapses.connect(i=[], j=[])
    return Network(neurons, synapses)


def _no_neurons(w: float = 1.0, size: int = 0) -> Network:
    return Network(group(size))


WORDS = {
    _magic_run: "Leave run(...) away: the network that a model returns is run for its duration",
    _nothing: "returned nothing, not a brian2.Network: end it with return Network(...), and leave",
    _tuple: "returned a tuple (NeuronGroup, StateMonitor), not a brian2.Network: end it with",
    _collected: "a set, as collect() gives, not a brian2.Network: end it with return Network(coll",
    _magic: "returned Brian's magic network, not a brian2.Network: end it with return Network(coll",
    _made_magic: "return Network(collect()), which takes all objects that the model made",
    _empty: "the slice is empty: it begins at neuron 10 and ends before neuron 10",
    _unconnected: "there is no synapse in what connect(i=..., j=...) was given",
    _unconnected_lists: "an empty list is no list of whole numbers to numpy, either",
    _no_neurons: "Brian 2 has no groups without neurons: make the group, and what belongs to it",
}
#: Those whose words name the line.
OF_LINES = (_empty, _unconnected, _unconnected_lists, _no_neurons)


@pytest.mark.parametrize("builder", WORDS)
def test_words_say_what_a_builder_is_to_return(builder: Callable[..., Any]) -> None:
    """With what to write instead, in both engines; what is empty with its line."""
    for engine in ("auto", "numpy"):
        for failure in told(builder, engine):
            assert WORDS[builder] in str(failure)
            assert builder not in OF_LINES or "of test_words_of_models.py, in " in str(failure)


def test_a_default_of_none_is_given_a_number_and_swept() -> None:
    """Compiled, and in the runtime; what is no parameter stays what it is."""

    def optional(w: float = 1.0, noise: Any = None, table: Any = (1, 2)) -> Network:
        neurons = group()
        neurons.v = table[1] if noise is None else noise / mV
        return Network(neurons)

    for engine in ("compiled", "numpy"):
        assert told(optional, engine) == [4.0, 6.0]
        assert told(optional, engine, noise=5 * mV) == [7.0, 9.0]
        assert told(optional, engine, noise=[5, 7] * mV) == [7.0, 9.0, 9.0, 11.0]
