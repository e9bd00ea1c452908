"""The jobs' timeline and the results table: what they are told of a run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from brian_sweep_widget import Sweep
from brian_sweep_widget.models.units import PLAIN_NUMBER
from brian_sweep_widget.results import Failure, Origin, Outcome, Value
from brian_sweep_widget.runs import Progress, UnderWay
from brian_sweep_widget.runs.statistics import statistics
from brian_sweep_widget.sweeps import Job
from brian_sweep_widget.widget.jobs import hosts, timeline
from brian_sweep_widget.widget.table import rows


def line(x: float = 1.0, size: int = 100) -> float:
    """Be a plain model."""
    return x + size


class Run:
    """What the timeline reads of a run."""

    began = 1000.0

    def __init__(self, recalled: set[tuple[int, ...]], under_way: list[UnderWay]) -> None:
        self.recalled = frozenset(recalled)
        self.under_way = under_way
        self.progress = Progress("running", 6, elapsed=10.0)


def outcome(job: Job, process: int, started: float, status: Any = "done") -> Outcome:
    origin = Origin("compiled", "near", process, started, 2.0, {})
    if status == "done":
        value = Value(np.asarray(job.parameters["x"]), PLAIN_NUMBER, "Level")
        return Outcome(job, status, {"level": value, "all": _array()}, None, origin)
    return Outcome(job, status, {}, Failure("ValueError", "no such thing"), origin)


def _array() -> Value:
    return Value(np.zeros(3), PLAIN_NUMBER, "All of it")


def arrays(traits: dict[str, Any]) -> dict[str, list[float]]:
    kinds = {"lane": "<u2", "status": "u1", "start": "<f4", "length": "<f4", "point": "<u4"}
    return {name: np.frombuffer(traits[name], kind).tolist() for name, kind in kinds.items()}


def test_every_job_is_on_its_workers_row() -> None:
    sweep = Sweep(line, x=[1.0, 2.0, 3.0], trials=2)
    jobs = {job.position: job for job in sweep.jobs()}
    outcomes = [
        outcome(jobs[0, 0], 71, 1001.0),
        outcome(jobs[1, 0], 72, 1001.5, "failed"),
        outcome(jobs[2, 0], 71, 1003.0),
        outcome(jobs[0, 1], 71, 900.0),
        Outcome(jobs[1, 1], "cancelled"),
    ]
    run: Any = Run({(0, 1)}, [UnderWay((2, 1), 4.0, 72, "near")])
    traits = timeline(run, sweep.plan, outcomes)
    assert traits["lanes"] == ["worker 1", "worker 2"]
    assert arrays(traits) == {
        "lane": [0, 1, 0, 65535, 1],
        "status": [0, 3, 0, 1, 2],
        "start": [1.0, 1.5, 3.0, 0.0, 6.0],
        "length": [2.0, 2.0, 2.0, 0.0, 0.0],
        "point": [0, 2, 4, 1, 5],
    }


def test_two_hosts_may_have_processes_of_one_number() -> None:
    """Each has a row of its own."""
    sweep = Sweep(line, x=[1.0, 2.0, 3.0])
    first, *_ = sweep.jobs()
    run: Any = Run(set(), [UnderWay((1, 0), 1.0, 71, "far")])
    traits = timeline(run, sweep.plan, [outcome(first, 71, 1000.0)])
    assert traits["lanes"] == ["near, worker 1", "far, worker 1"]


def test_no_jobs_are_empty_arrays() -> None:
    run: Any = Run(set(), [])
    traits = timeline(run, Sweep(line, x=[1.0, 2.0]).plan, [])
    assert all(not values for values in arrays(traits).values())


def test_hosts_are_summed_up() -> None:
    jobs = Sweep(line, x=[1.0, 2.0]).jobs()
    found = statistics([outcome(job, 71, 1000.0) for job in jobs], (), elapsed=3.0)
    traits = hosts(found)
    assert traits["hosts"] == [
        {
            "host": "near",
            "workers": 1,
            "jobs": 2,
            "share": 1.0,
            "time_per_job": 2.0,
            "total": 4.0,
        }
    ]
    assert traits["speed_up"] == 2.0


def test_the_table_has_a_row_for_every_simulation() -> None:
    sweep = Sweep(line, x=[1.0, 2.0], size=[10, 20], trials=2)
    jobs = {job.position: job for job in sweep.jobs()}
    traits = rows(
        sweep, [outcome(jobs[1, 0, 1], 71, 0.0), outcome(jobs[0, 1, 0], 71, 0.0, "failed")]
    )
    assert [column["label"] for column in traits["columns"]] == ["X", "Size", "Trial", "Level"]
    table = np.frombuffer(traits["rows"]).reshape(8, 4)
    np.testing.assert_array_equal(table[5], [2.0, 10.0, 2.0, 2.0])
    np.testing.assert_array_equal(table[2], [1.0, 20.0, 1.0, np.nan])
    assert np.isnan(table[:, 3]).sum() == 7
    assert traits["notes"] == [{"row": 2, "text": "failed: ValueError: no such thing"}]
    assert traits["caption"] == (
        "line: 1 of 8 simulations have a result. Not in this table, as arrays: All of it"
    )


def test_one_trial_needs_no_column() -> None:
    sweep = Sweep(line, x=[1.0, 2.0])
    traits = rows(sweep, [])
    assert [column["label"] for column in traits["columns"]] == ["X"]
    assert np.frombuffer(traits["rows"]).tolist() == [1.0, 2.0]


def test_what_is_partial_has_its_numbers_and_a_note() -> None:
    """And is told from what is whole on the timeline."""
    sweep = Sweep(line, x=[1.0, 2.0])
    first, second = sorted(sweep.jobs(), key=lambda job: job.position)
    whole = outcome(first, 71, 0.0)
    failures = {"cv": Failure("KeyError", "'spikes'")}
    partial = replace(outcome(second, 71, 1.0), failures=failures)
    traits = rows(sweep, [whole, partial])
    assert not np.isnan(np.frombuffer(traits["rows"])).any()
    assert traits["notes"] == [{"row": 1, "text": "partial: cv: KeyError: 'spikes'"}]
    assert "2 of 2 simulations have a result, 1 of them only a part of it" in traits["caption"]
