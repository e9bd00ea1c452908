"""A measure that fails leaves the others, and the simulation, as they are."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from brian2 import Network, NeuronGroup, SpikeMonitor, ms, mV
from helpers import run_script

from brian_sweep_widget import Results, Sweep, network_model
from brian_sweep_widget.cli import main
from brian_sweep_widget.models import NetworkModel
from brian_sweep_widget.results import Outcome

WORKERS = 2
WEIGHTS = np.array([0.0, 1.0, 2.0]) * mV  # no spikes, 2 of each of 5 neurons, 6 of each


@pytest.fixture
def model() -> NetworkModel:
    """Make a network that is silent at the first weight."""

    @network_model(duration=10 * ms)
    def five(w: Any = 1 * mV) -> Network:
        neurons = NeuronGroup(
            5,
            "dv/dt = (10*w - v)/(5*ms) : volt",
            threshold="v > 5*mV",
            reset="v = 0*mV",
            method="exact",
        )
        return Network(neurons, SpikeMonitor(neurons, name="spikes"))

    @five.measure(label="Spikes")
    def count(network: Any) -> Any:
        return network["spikes"].num_spikes

    @five.measure(label="Interval")
    def interval(network: Any) -> Any:
        return 1.0 / int(network["spikes"].num_spikes)

    @five.measure(label="Of each")
    def each(network: Any) -> Any:
        return np.asarray(network["spikes"].count[:])

    return five


def by_weight(results: Results) -> list[Outcome]:
    return sorted(results.outcomes, key=lambda outcome: outcome.job.position)


def numbers(outcome: Outcome) -> dict[str, Any]:
    return {name: value.si.tolist() for name, value in outcome.values.items()}


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_what_was_measured_is_kept(model: NetworkModel, engine: str, tmp_path: Path) -> None:
    """With the right values; what failed is named at its point, and computed again."""
    store = tmp_path / "results.sqlite"
    sweep = Sweep(model, w=WEIGHTS, engine=engine, workers=WORKERS, store=store)
    results = sweep.run(progress=False)
    silent, some, many = by_weight(results)
    assert numbers(silent) == {"count": 0.0, "each": [0.0] * 5}
    assert numbers(some) == {"count": 10.0, "interval": 0.1, "each": [2.0] * 5}
    assert numbers(many) == {"count": 30.0, "interval": 1 / 30, "each": [6.0] * 5}
    assert results.counts() == {"done": 3}
    assert results.failures == [silent]
    assert silent.error == "interval: ZeroDivisionError: float division by zero"
    assert "in interval" in silent.traceback
    assert sweep.latest is not None
    progress = sweep.latest.progress
    assert (progress.done, progress.partial, progress.failed) == (3, 1, 0)
    assert "1 partial" in str(progress)
    assert "'interval' failed in 1 of 3 simulations" in results.notice
    found = Results.open(store)
    assert found.dataset.identical(results.dataset)
    # A whole result is known, a partial one is not.
    again = Sweep(model, w=WEIGHTS, engine=engine, workers=WORKERS, store=store)
    assert again.run(progress=False).failures[0].failures.keys() == {"interval"}
    assert again.latest is not None
    assert again.latest.progress.recalled == 2
    retried = again.latest.retry()
    assert [outcome.error for outcome in retried.wait(120).failures] == [silent.error]
    assert len(retried.outcomes_since(0)) == 4  # three that were kept, and one that ran


def test_what_only_brian_can_read_is_no_failed_measure(model: NetworkModel) -> None:
    """The sweep falls back, whole, as it does for a measure that is alone."""

    @model.measure(label="Rate of change")
    def kind(network: Any) -> Any:
        return len(network["spikes"].source.equations)

    results = Sweep(model, w=WEIGHTS, workers=WORKERS, store=None).run(progress=False)
    assert {outcome.origin.engine for outcome in results.outcomes if outcome.origin} == {
        "runtime (numpy)"
    }
    silent, some, many = by_weight(results)
    assert [numbers(one)["kind"] for one in (silent, some, many)] == [1.0] * 3
    assert silent.failures.keys() == {"interval"}
    assert results.notice.startswith("Not compiled: ")


def test_what_only_brian_can_read_fails_alone_where_nothing_else_computes(
    model: NetworkModel,
) -> None:
    @model.measure(label="Rate of change")
    def kind(network: Any) -> Any:
        return len(network["spikes"].source.equations)

    sweep = Sweep(model, w=WEIGHTS[1:2], engine="compiled", workers=WORKERS, store=None)
    (outcome,) = sweep.run(progress=False).outcomes
    assert numbers(outcome) == {"count": 10.0, "interval": 0.1, "each": [2.0] * 5}
    assert outcome.failures["kind"].kind == "UnreadableError"


def test_a_simulation_of_which_a_measure_failed_can_be_looked_into(model: NetworkModel) -> None:
    """What failed fails again, and is nothing to be seen."""
    looked = network_model(duration=10 * ms, spikes="spikes")(model.builder)
    for measure in model.measures.values():
        looked.measure(label=measure.label)(measure.function)
    sweep = Sweep(looked, w=WEIGHTS, engine="numpy", workers=WORKERS, store=None)
    silent, some, _ = by_weight(sweep.run(progress=False))
    seen = sweep.inspect(silent)
    assert seen.different == []
    assert seen.again.failures == silent.failures
    assert seen.spikes is not None
    assert len(seen.spikes.times) == 0
    found = sweep.inspect(some).spikes
    assert found is not None
    assert len(found.times) == 10


@pytest.mark.parametrize("kind", ["network", "function"])
def test_a_script_of_what_is_partial_gives_what_there_is(
    model: NetworkModel, kind: str, tmp_path: Path
) -> None:
    """Without what would end it before it can compare."""
    if kind == "network":
        sweep = Sweep(model, w=WEIGHTS, engine="numpy", workers=WORKERS, store=None)
        partial = by_weight(sweep.run(progress=False))[0]
    else:
        sweep = Sweep(mixed, x=[1.0, 2.0], workers=WORKERS, store=None)
        partial = by_weight(sweep.run(progress=False))[1]
    assert partial.failures
    said = run_script(tmp_path, sweep.script(partial), timeout=120.0).stdout
    assert said.splitlines()[-1] == "the same, bit for bit"


def mixed(x: float = 1.0) -> dict[str, Any]:
    """Return a number, and another that is none at some points."""
    return {"value": 2 * x, "cv": math.nan if x < 1 else x, "text": "no" if x > 1 else 1}


def test_one_bad_number_of_several_leaves_the_others() -> None:
    results = Sweep(mixed, x=[0.0, 1.0, 2.0], workers=WORKERS, store=None).run(progress=False)
    first, second, third = by_weight(results)
    assert numbers(first) == {"value": 0.0, "text": 1.0}
    assert numbers(second) == {"value": 2.0, "cv": 1.0, "text": 1.0}
    assert numbers(third) == {"value": 4.0, "cv": 2.0}
    assert "cv returned nan" in first.error
    assert "text returned 'no'" in third.error
    assert not second.error


@pytest.mark.parametrize("allowed", [True, "cv", ["cv", "other"]])
def test_nan_is_a_result_where_it_is_allowed(allowed: Any, tmp_path: Path) -> None:
    """And no result that was kept while it was none, or the other way round."""
    points = {"x": [0.0, 1.0], "workers": WORKERS, "store": tmp_path / "results.sqlite"}
    strict = Sweep(mixed, **points)
    assert strict.run(progress=False).failures
    free = Sweep(mixed, **points, allow_nan=allowed)
    first, second = by_weight(free.run(progress=False))
    assert first.complete
    assert math.isnan(first.values["cv"].si)
    assert numbers(second)["cv"] == 1.0
    assert Sweep(mixed, **points).run(progress=False).failures
    again = Sweep(mixed, **points, allow_nan=allowed)
    assert not again.run(progress=False).failures
    assert again.latest is not None
    assert again.latest.progress.recalled == 2


def test_networks_say_themselves_what_may_be_nan(model: NetworkModel) -> None:
    with pytest.raises(TypeError, match=r"allow_nan = True is for plain functions: a measure of"):
        Sweep(model, allow_nan=True)
    with pytest.raises(TypeError, match=r"allow_nan = 3 is no choice of results"):
        Sweep(mixed, allow_nan=3)  # type: ignore[arg-type]


def test_too_large_results_leave_the_small_ones() -> None:
    def large(x: float = 1.0) -> dict[str, Any]:
        return {"count": x, "all": np.zeros(int(8e7)), "some": np.zeros(3)}

    (outcome,) = Sweep(large, workers=1, store=None).run(progress=False).outcomes
    assert numbers(outcome) == {"count": 1.0, "some": [0.0] * 3}
    assert "the results take 640 MB (allowed: 500 MB" in outcome.error


def test_other_units_at_a_point_leave_its_other_results() -> None:
    def moody(x: float = 1.0) -> dict[str, Any]:
        return {"value": x, "length": x * ms if x < 2 else x * mV}

    results = Sweep(moody, x=[1.0, 2.0], workers=1, store=None).run(progress=False)
    assert [outcome.values["value"].si for outcome in by_weight(results)] == [1.0, 2.0]
    (partial,) = results.failures
    assert partial.failures["length"].kind == "UnitMismatch"


FUNCTION = """
import numpy as np

def mixed(x=1.0):
    return {"value": 2 * x, "cv": 1 / x if x else float("nan"), "each": np.arange(x)}
"""


def test_the_command_line_tells_what_failed_and_where_arrays_are(tmp_path: Path) -> None:
    """With an exit code that says that not all is there; --allow-nan takes it."""
    (tmp_path / "models.py").write_text(FUNCTION)
    arguments = ["run", f"{tmp_path / 'models.py'}:mixed", "--x", "0,1,2", "--jobs", "2"]
    store, output = tmp_path / "results.sqlite", tmp_path / "curve.csv"
    files = ["--store", str(store), "--output", str(output)]
    assert main([*arguments, *files]) == 1
    assert main([*arguments, *files, "--allow-nan", "cv", "--keep-going"]) == 0
    assert output.with_name("curve.each.csv").read_text().splitlines()[:2] == [
        "x,trial,index,each",
        "1.0,0,0,0.0",
    ]
    everything = tmp_path / "all.csv"
    assert main(["store", "export", "--all", str(everything), "--store", str(store)]) == 0
    assert "cv: NotAResultError" in everything.read_text()
    lines = everything.with_name("all.each.csv").read_text().splitlines()
    assert lines[0] == "model,parameters,seed,index,each"
    assert len(lines) == 1 + 2 * (0 + 1 + 2)


def test_the_command_line_says_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "models.py").write_text(FUNCTION)
    arguments = ["run", f"{tmp_path / 'models.py'}:mixed", "--x", "0,1,2", "--jobs", "2"]
    output = tmp_path / "curve.csv"
    assert main([*arguments, "--store", "none", "--output", str(output)]) == 1
    said = capsys.readouterr()
    assert f"wrote {output} and {tmp_path / 'curve.each.csv'}" in said.out
    assert "curve.csv holds single numbers; arrays are in curve.each.csv (each)." in said.out
    assert "3 of 3 done, 0 failed, 1 partial" in said.out
    assert "partial at x = 0, trial 0: cv: NotAResultError: cv returned nan" in said.err
    assert main([*arguments, "--store", "none"]) == 1
    assert "without arrays, which --output keeps: each" in capsys.readouterr().out
