"""The same numbers for any number of workers, in any order, after a stop, a pause or a crash."""

from __future__ import annotations

import hashlib
import os
import random
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from brian2 import Network, NeuronGroup, SpikeMonitor, Synapses, ms, second
from helpers import until

from brian_sweep_widget import Run, Sweep, network_model
from brian_sweep_widget.backends import local_pool
from brian_sweep_widget.engines import prepare
from brian_sweep_widget.sweeps import Job, Plan

POINTS, TRIALS = 15, 4


@network_model(duration=40 * ms)
def noisy(size: int = 40, drive: float = 1.2) -> Any:
    """Draw noise, connections and initial values."""
    model = "dv/dt = (drive - v) / (5*ms) + 0.2*xi*(5*ms)**-0.5 : 1"
    group = NeuronGroup(
        size, model, threshold="v > 1", reset="v = 0", method="euler",
        namespace={"drive": drive}, name="group",
    )  # fmt: skip
    group.v = "rand()"
    synapses = Synapses(group, group, on_pre="v_post += 0.05", name="synapses")
    synapses.connect(p=0.1)
    spikes = SpikeMonitor(group, name="spikes")
    return Network(group, synapses, spikes)


@noisy.measure()
def spike_times(network: Any) -> Any:
    """Give every spike's time, in its order."""
    return np.asarray(network["spikes"].t / second)


@noisy.measure()
def spiking_neurons(network: Any) -> Any:
    """Give every spike's neuron."""
    return np.asarray(network["spikes"].i, float)


def hashes(run: Run) -> dict[tuple[int, ...], str]:
    """Give a hash of the spike trains of every point that is done."""
    return {
        outcome.job.position: hashlib.sha256(
            b"".join(value.si.tobytes() for value in outcome.values.values())
        ).hexdigest()
        for outcome in run.results.outcomes
        if outcome.status == "done"
    }


def sweep(engine: str, **options: Any) -> Sweep:
    """Make the sweep."""
    return Sweep(
        noisy, drive=np.linspace(1.0, 1.6, POINTS), trials=TRIALS, seed=11, engine=engine,
        **{"workers": 2, "store": None, **options},
    )  # fmt: skip


@pytest.fixture(scope="module", params=["compiled", "numpy"])
def engine(request: pytest.FixtureRequest) -> str:
    """Take each engine."""
    return str(request.param)


@pytest.fixture(scope="module")
def undisturbed(engine: str) -> dict[tuple[int, ...], str]:
    """Give the hashes of a sweep that nothing happened to: all different, all there."""
    run = sweep(engine).start()
    run.wait(120)
    found = hashes(run)
    assert len(found) == len(set(found.values())) == POINTS * TRIALS
    return found


@pytest.mark.parametrize("workers", [1, 4])
def test_any_number_of_workers(
    engine: str, undisturbed: dict[tuple[int, ...], str], workers: int
) -> None:
    """One after another, or more than there are cores."""
    run = sweep(engine, workers=workers).start()
    run.wait(120)
    assert hashes(run) == undisturbed


def test_any_order(
    engine: str, undisturbed: dict[tuple[int, ...], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shuffled."""
    jobs_in_order = Plan.jobs

    def shuffled(plan: Plan) -> list[Job]:
        jobs = jobs_in_order(plan)
        random.Random(5).shuffle(jobs)
        return jobs

    monkeypatch.setattr(Plan, "jobs", shuffled)
    run = sweep(engine).start()
    run.wait(120)
    assert [o.job.position for o in run.outcomes_since(0)] != sorted(undisturbed)
    assert hashes(run) == undisturbed


def stop_and_retry(run: Run, _: Sweep) -> Run:
    """Stop in the middle; compute the rest."""
    run.cancel()
    run.wait(120)
    return run.retry()


def stop_and_start(run: Run, again: Sweep) -> Run:
    """Stop in the middle; start the same sweep again, which asks the store."""
    run.cancel()
    run.wait(120)
    return again.start()


def pause_and_resume(run: Run, _: Sweep) -> Run:
    """Pause in the middle."""
    run.pause()
    until(lambda: run.progress.running == 0, "nothing runs")
    run.resume()
    return run


def crash(run: Run, _: Sweep) -> Run:
    """Kill all workers in the middle, twice."""
    for _ in range(2):
        for pool in (local_pool(2), local_pool(2, prepare)):
            for process in pool.processes():
                try:
                    os.kill(process, signal.SIGKILL)
                except ProcessLookupError:
                    continue
        done = run.progress.done
        until(lambda: run.progress.done > done or run.progress.ended, "it goes on")  # noqa: B023 - called at once
    return run


@pytest.mark.parametrize("disturb", [stop_and_retry, stop_and_start, pause_and_resume, crash])
def test_any_disturbance(
    engine: str,
    undisturbed: dict[tuple[int, ...], str],
    disturb: Callable[[Run, Sweep], Run],
    tmp_path: Path,
) -> None:
    """What was finished stays, what is computed later is the same."""
    path = tmp_path / "results.sqlite"
    run = sweep(engine, store=path).start()
    until(lambda: run.progress.done >= 5, "a part")
    run = disturb(run, sweep(engine, store=path))
    run.wait(120)
    assert hashes(run) == undisturbed
