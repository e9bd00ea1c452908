"""Scripts that give a simulation's numbers with Brian 2 alone, run where nothing of ours can be."""

from __future__ import annotations

import decimal
import os
import random
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import networks
import numpy as np
import pytest
from brian2 import (
    Hz,
    Network,
    NeuronGroup,
    PoissonGroup,
    SpikeMonitor,
    Synapses,
    defaultclock,
    ms,
    mV,
    prefs,
    run,
)
from written_scripts import run_alone

import brian_sweep_widget
from brian_sweep_widget import Sweep, network_model
from brian_sweep_widget.engines import ScriptError

# Compiling a network once more, twice if there is a Cython cache to fill.


def printed_by(text: str, folder: Path) -> list[str]:
    """Run a script in another folder, with Brian and numpy at hand; give what it prints."""
    return run_alone({"simulation": text}, folder)["simulation"]


def repeated(model: Any, folder: Path, **settings: Any) -> str:
    """Simulate, write the script, run it, and see that it says what is the case."""
    sweep = Sweep(model, store=None, **settings)
    outcome = sweep.run(progress=False).outcomes[-1]
    assert outcome.failure is None
    text = sweep.script(outcome)
    assert "import brian_sweep_widget" not in text
    lines = printed_by(text, folder)
    assert lines[-1] == "the same, bit for bit", "\n".join(lines)
    numbers = dict(line.split(": ", 1) for line in lines[:-1])
    for name, value in outcome.values.items():
        if not value.si.ndim:
            assert float(numbers[name]) == float(value.si) or np.isnan(value.si)
    return text


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("cuba", {"trials": 2, "excitatory_weight": 2 * mV}),
        ("coba", {"size": 500}),
        ("brunel", {"size": 500, "in_degree": 50}),
        ("adex", {}),
    ],
    ids=["cuba", "coba", "brunel", "adex"],
)
def test_compiled_simulations_of_the_catalogue(
    name: str, settings: dict[str, Any], tmp_path: Path
) -> None:
    text = repeated(getattr(brian_sweep_widget, name), tmp_path, **settings)
    assert "cpp_standalone" in text
    assert "# noqa" not in text
    assert "exec(" not in text


@pytest.mark.parametrize("target", ["numpy", "cython"])
def test_simulations_of_the_runtime(target: str, tmp_path: Path) -> None:
    text = repeated(brian_sweep_widget.cuba, tmp_path, size=100, engine=target)
    assert f'brian2.prefs["codegen.target"] = "{target}"' in text


RATE = 50 * Hz
THRESHOLD = 10 * mV
WEIGHTS = np.array([0.5, 1.5, 2.5])


def scaled(number: float, factor: float = 2.0) -> float:
    """Call another function, with a default."""
    return doubled(number) * factor / 2.0


def doubled(number: float) -> float:
    return number * 2


def _with_noise() -> Any:
    tau = 10 * ms  # of the closure

    @network_model(duration=50 * ms)
    def noisy(size: int = 20, strength: Any = 1 * mV) -> Network:
        """Draw from all kinds of generators; names are locals, globals and of the closure."""
        threshold = scaled(1.0) * THRESHOLD  # noqa: F841 - used in a condition
        time_constant = tau  # noqa: F841 - used in an equation
        neurons = NeuronGroup(
            size,
            "dv/dt = (RATE*tau*30*mV - v)/time_constant + strength*xi*tau**-0.5 : volt",
            threshold="v > threshold",
            reset="v = 0*mV",
            method="euler",
            name="neurons",
        )
        neurons.v = "rand() * THRESHOLD"
        neurons[:2].v = np.random.default_rng().random(2) * np.random.rand() * mV
        inputs = PoissonGroup(10, rates=RATE, name="inputs")
        synapses = Synapses(inputs, neurons, on_pre="v += strength", delay=1 * ms, name="synapses")
        synapses.connect(p=0.5)
        if size > 3:
            return Network(neurons, inputs, synapses, SpikeMonitor(neurons, name="spikes"))
        return Network(neurons, SpikeMonitor(neurons, name="spikes"))

    @noisy.measure()
    def weighted(network: Network) -> float:
        counts = np.asarray(network["spikes"].count[:3])
        drawn = np.random.default_rng().random() + np.random.rand() + random.Random().random()
        return float(np.dot(counts, WEIGHTS[: len(counts)])) * scaled(0.5) + drawn

    return noisy


@pytest.mark.parametrize("engine", ["compiled", "numpy"])
def test_models_of_ones_own_with_all_they_refer_to(engine: str, tmp_path: Path) -> None:
    text = repeated(_with_noise(), tmp_path, engine=engine)
    for name in ("RATE", "THRESHOLD", "WEIGHTS", "tau"):
        assert f"\n{name} = " in text
    assert "of the closure" in text  # comments of the user's are kept


def test_the_settings_of_the_sweep_are_those_of_the_script(tmp_path: Path) -> None:
    try:
        defaultclock.dt = 0.2 * ms
        prefs["core.default_float_dtype"] = np.float32
        repeated(_with_noise(), tmp_path, engine="numpy")
    finally:
        defaultclock.dt = 0.1 * ms
        prefs["core.default_float_dtype"] = np.float64


def module(name: str, source: str, monkeypatch: pytest.MonkeyPatch, folder: Path) -> ModuleType:
    """Make a module of the user's in a file."""
    (folder / f"{name}.py").write_text(source, encoding="utf-8")
    monkeypatch.syspath_prepend(str(folder))
    return __import__(name)


def test_two_modules_may_use_a_name_for_two_things(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module(
        "script_helper",
        "import math as np\nFACTOR = 3.0\n\ndef root(x):\n    return FACTOR * np.sqrt(other(x))\n\n"
        "def other(x):\n    return x + FACTOR\n",
        monkeypatch,
        tmp_path,
    )
    user = module(
        "script_user",
        "import numpy as np\nimport script_helper\nfrom script_helper import root\n\n"
        "FACTOR = 5.0\n\n"
        "def other(x):\n    return x * FACTOR\n\n"
        "def answer(x=2.0):\n"
        "    return other(x) + root(x) + script_helper.FACTOR + float(np.ones(2).sum())\n",
        monkeypatch,
        tmp_path,
    )
    away = tmp_path / "away"
    away.mkdir()
    repeated(user.answer, away, x=7.0)


def test_functions_with_a_seed_of_their_own(tmp_path: Path) -> None:
    repeated(_drawn, tmp_path, trials=2)


def _drawn(mean: float = 1.0, seed: int = 0) -> dict[str, float]:
    return {
        "own": float(np.random.default_rng(seed).normal(mean)),
        "global": float(np.random.normal()),  # the one to seed
    }


def test_generators_without_a_seed(tmp_path: Path) -> None:
    """They have numbers of the simulation's seed, libraries some of their own."""

    def simulate(x: float = 1.0) -> dict[str, float]:
        from scipy.stats import qmc

        several = [np.random.RandomState().rand() for _ in range(2)]
        return {
            "own": x * np.random.default_rng().random() + several[1],
            "library": float(qmc.Sobol(d=2).random(2).sum()),
            "python": random.Random().random() + random.Random(3).random(),
            "global": float(np.random.rand()) + random.random(),
            "bits": float(np.random.Generator(np.random.PCG64()).normal()),
        }

    text = repeated(simulate, tmp_path, trials=2)
    assert "give_entropy" in text
    assert "give_entropy" not in repeated(lambda x=1.0: 2 * x, tmp_path)


def test_what_asks_the_system_is_told(tmp_path: Path) -> None:
    def simulate(x: float = 1.0) -> float:
        return x + uuid.uuid4().int % 1_000_003

    sweep = Sweep(simulate, store=None)
    text = sweep.script(sweep.run(progress=False).outcomes[0])
    *_, told, verdict = printed_by(text, tmp_path)
    assert told.startswith("uuid4: the model may ask the system for random numbers")
    assert verdict == "NOT the same"


def test_settings_of_the_process_that_decide_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def simulate(x: float = 1.0) -> dict[str, float]:
        try:
            divided = float(np.float64(x) / np.float64(0))
        except FloatingPointError:
            divided = 7.0
        third = decimal.Decimal(1) / decimal.Decimal(3)
        scale = float(os.environ["SCALE_OF_SCRIPTS"])
        return {"divided": divided, "third": float(third), "scale": scale}

    monkeypatch.setenv("SCALE_OF_SCRIPTS", "3.5")
    monkeypatch.setenv("NOT_OF_SCRIPTS", "secret")
    with np.errstate(divide="raise"), decimal.localcontext() as context:
        context.prec = 5
        sweep = Sweep(simulate, store=None)
        outcome = sweep.run(progress=False).outcomes[0]
    monkeypatch.delenv("SCALE_OF_SCRIPTS")
    text = sweep.script(outcome)
    assert "secret" not in text
    lines = printed_by(text, tmp_path)
    assert lines == ["divided: 7.0", "third: 0.33333", "scale: 3.5", "the same, bit for bit"]


def test_cells_of_a_notebook(tmp_path: Path) -> None:
    """Their source is in no file."""
    import linecache

    source = "OFFSET = 4.0\n\ndef answer(x=2.0):\n    return x * OFFSET  # as it was typed\n"
    name = "<ipython-input-3-cell>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    scope: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(source, name, "exec"), scope)
    assert "# as it was typed" in repeated(scope["answer"], tmp_path)


def test_what_brians_standalone_mode_cannot_build_is_built_by_its_runtime(tmp_path: Path) -> None:
    """It would refuse to tell the number of synapses, and set another neuron."""

    @network_model(duration=5 * ms)
    def asking(size: int = 8) -> Network:
        equations = "dv/dt = (1.2 - v)/ms : 1"
        neurons = NeuronGroup(
            size, equations, threshold="v > 1", reset="v = 0", method="euler", name="neurons"
        )
        synapses = Synapses(neurons, neurons, "w : 1", on_pre="v_post += w", name="synapses")
        synapses.connect(p=0.5)
        synapses.w = 1 / len(synapses)
        neurons[2:].v[0] = 0.5
        return Network(neurons, synapses)

    @asking.measure()
    def potentials(network: Network) -> Any:
        return np.asarray(network["neurons"].v[:])

    @asking.measure()
    def third(network: Network) -> float:
        return float(network["neurons"].v[2])

    @asking.measure()
    def drawn(network: Network) -> float:
        return np.random.rand() + np.random.default_rng().random()

    sweep = Sweep(asking, store=None, workers=1, seed=2)
    outcome = sweep.run(progress=False).outcomes[0]
    assert outcome.origin is not None
    assert outcome.origin.engine == "compiled"
    text = sweep.script(outcome)
    assert "standalone mode" in text
    lines = printed_by(text, tmp_path)
    assert lines[-1] == "the same up to rounding", "\n".join(lines)
    table = '"third": '
    told = printed_by(text.replace(table, table + "1 + ", 1), tmp_path / "other")
    assert told[-1].startswith("NOT the same; random numbers")


def test_numbers_that_differ_are_told(tmp_path: Path) -> None:
    sweep = Sweep(_drawn, store=None)
    outcome = sweep.run(progress=False).outcomes[0]
    table = 'EXPECTED = {\n    "own": '
    text = sweep.script(outcome).replace(table, table + "1e3 + ")
    lines = printed_by(text, tmp_path)
    assert lines[-1] == "NOT the same"
    assert "(expected: " in lines[0]


def test_what_cannot_be_written_is_named() -> None:
    opened = object()

    def reading(x: float = 1.0) -> float:
        return x if opened else 0.0

    sweep = Sweep(reading, store=None)
    outcome = sweep.run(progress=False).outcomes[0]
    with pytest.raises(ScriptError, match="opened is a object, which cannot be written"):
        sweep.script(outcome)


EXCITATORY = 100
INHIBITORY = 100  # the same Python object
CONTINUED, QUIET = True, True


@dataclass(frozen=True)
class Constants:
    tau: Any
    size: int
    bounds: tuple[Any, ...] = field(default_factory=lambda: (0 * mV, 15 * mV))


class Rates(NamedTuple):
    slow: Any = 20 * Hz
    fast: Any = 400 * Hz


TABLES = {"cell": Constants(5 * ms, 3), "rates": Rates(fast=300 * Hz)}
same_twice = scaled


def test_constants_in_objects_and_two_names_for_one(tmp_path: Path) -> None:
    def simulate(weight: Any = 2 * mV) -> int:
        cell = TABLES["cell"]
        inputs = PoissonGroup(EXCITATORY + INHIBITORY, rates=TABLES["rates"].fast)
        neurons = NeuronGroup(
            cell.size,
            "dv/dt = -v/tau : volt",
            threshold="v > upper",
            reset="v = 0*mV",
            method="exact",
            namespace={"tau": cell.tau, "upper": cell.bounds[1]},
        )
        synapses = Synapses(inputs, neurons, on_pre="v += weight")
        synapses.connect(p=0.5)
        spikes = SpikeMonitor(neurons)
        run(20 * ms)
        return int(spikes.num_spikes * same_twice(1.0) * scaled(0.5) * CONTINUED * QUIET)

    before = prefs.codegen.target
    prefs.codegen.target = "numpy"
    try:
        text = repeated(simulate, tmp_path)
    finally:
        prefs.codegen.target = before
    assert "EXCITATORY = 100\nINHIBITORY = 100\n" in text


def test_lambdas(tmp_path: Path) -> None:
    repeated(lambda x=1.0: x * RATE / Hz, tmp_path)


def test_arrays_are_compared_too(tmp_path: Path) -> None:
    def several(x: float = 1.0) -> dict[str, Any]:
        return {"curve": np.linspace(0, x, 5) * mV, "empty": np.zeros((0, 2))}

    sweep = Sweep(several, store=None)
    text = sweep.script(sweep.run(progress=False).outcomes[0])
    assert printed_by(text, tmp_path)[-1] == "the same, bit for bit"
    lines = printed_by(text.replace("(0, x, 5)", "(0, x + 1e-9, 5)"), tmp_path)
    assert lines[-1] == "NOT the same"
    assert "curve: " in "".join(lines)
    assert "(expected: other numbers)" in "".join(lines)


def test_functions_with_code_of_their_own(tmp_path: Path) -> None:
    """Functions in C++, some of them in nothing else.

    The compiler folds constants of theirs, so that the last digit is another one.
    """
    model = networks.functions.with_measures({})

    @model.measure()
    def level(network: Network) -> float:
        return float(np.sum(network["neurons_states"].w) + np.sum(network["others_states"].w))

    sweep = Sweep(model, store=None)
    outcome = sweep.run(progress=False).outcomes[0]
    text = sweep.script(outcome)
    assert text.count("@implementation") == 3
    printed = printed_by(text, tmp_path)[0].removeprefix("level: ").partition(" ")[0]
    assert float(printed) == pytest.approx(float(outcome.values["level"].si), rel=1e-12)


def test_a_failed_simulation_cannot_be_repeated() -> None:
    def failing(x: float = 1.0) -> float:
        raise ValueError(x)

    sweep = Sweep(failing, store=None)
    outcome = sweep.run(progress=False).outcomes[0]
    with pytest.raises(ValueError, match="nothing to repeat"):
        sweep.script(outcome)
