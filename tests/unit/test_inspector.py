"""What the inspector is told of a simulation, and which one it shows."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from brian2 import mV
from helpers import until

from brian_sweep_widget import Sweep, cuba
from brian_sweep_widget.models.units import PLAIN_NUMBER, Unit
from brian_sweep_widget.results import (
    Failure,
    Inspection,
    Origin,
    Outcome,
    Spikes,
    Trace,
    Value,
)
from brian_sweep_widget.widget.inspector.facts import differences, facts, title
from brian_sweep_widget.widget.inspector.inspector import Inspector
from brian_sweep_widget.widget.inspector.picture import picture, remark
from brian_sweep_widget.widget.wording import described

VOLT = (2.0, 1.0, -3.0, -1.0, 0.0, 0.0, 0.0)


def value(number: Any, label: str = "Number of spikes") -> Value:
    return Value(np.asarray(float(number)), PLAIN_NUMBER, label)


def outcome(sweep: Sweep, position: tuple[int, ...], number: float = 7.0, **origin: Any) -> Outcome:
    job = next(job for job in sweep.jobs() if job.position == position)
    made = {
        "engine": "compiled",
        "host": "near",
        "process": 71,
        "started": 0.0,
        "wall_time": 0.0163,
        "versions": {"brian2": "2.9.0", "numpy": "2.3.5"},
    }
    return Outcome(job, "done", {"count": value(number)}, None, Origin(**(made | origin)))


@pytest.fixture
def sweep() -> Sweep:
    return Sweep(cuba, excitatory_weight=[1, 2, 3] * mV, trials=2, store=None)


def test_facts_are_results_parameters_and_how_it_was_made(sweep: Sweep) -> None:
    found = outcome(sweep, (1, 1))
    listed = {(fact["group"], fact["name"]): fact["value"] for fact in facts(sweep, found)}
    assert listed["Results", "Number of spikes"] == "7"
    assert listed["Parameters", "Excitatory weight"] == "2 mV"
    assert listed["Parameters", "Network size"] == "4000"
    assert listed["Simulation", "Trial"] == "2 of 2"
    assert listed["Simulation", "Seed"] == str(found.job.seed)
    assert listed["Simulation", "Engine"] == "compiled"
    assert listed["Simulation", "Time taken"] == "16.3 ms"
    assert listed["Simulation", "Host"] == "near (process 71)"
    assert listed["Simulation", "Brian 2"] == "2.9.0"
    assert title(sweep, found) == "Excitatory weight 2 mV, trial 2"


def test_visitors_do_not_read_whose_computer_it_is(
    sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a page of Voila."""
    monkeypatch.setenv("VOILA_PREHEAT", "True")
    told = facts(sweep, outcome(sweep, (1, 1)))
    assert not any("near" in fact["value"] for fact in told)
    failure = Failure("ValueError", "diverged", 'File "/srv/course/model.py", line 3')
    failed = replace(outcome(sweep, (1, 1)), status="failed", failure=failure)
    assert described(failed, sweep)["traceback"] == ""
    assert "diverged" in described(failed, sweep)["message"]


@pytest.mark.parametrize(
    ("number", "text"), [(1234567, "1234567"), (0.5, "0.5"), (np.nan, "none"), (1e20, "1e+20")]
)
def test_numbers_are_written_for_people(sweep: Sweep, number: float, text: str) -> None:
    assert facts(sweep, outcome(sweep, (0, 0), number))[0]["value"] == text


def test_arrays_are_described(sweep: Sweep) -> None:
    found = outcome(sweep, (0, 0))
    many = Outcome(found.job, "done", {"all": Value(np.zeros((2, 5)), PLAIN_NUMBER, "All")})
    assert facts(sweep, many)[0] == {"group": "Results", "name": "All", "value": "array of 2 x 5"}


def test_a_measure_that_failed_is_named(sweep: Sweep) -> None:
    """Beside the numbers that there are, by its label."""
    found = outcome(sweep, (0, 0))
    partial = replace(found, failures={"spike_count": Failure("KeyError", "'spikes'", "in it")})
    listed = facts(sweep, partial)
    assert listed[0]["value"] == "7"
    assert {"group": "Results", "name": "Number of spikes", "value": "failed"} in listed


def test_the_same_numbers_need_no_words(sweep: Sweep) -> None:
    found = outcome(sweep, (0, 0))
    assert differences(Inspection(found, outcome(sweep, (0, 0)))) == ""


@pytest.mark.parametrize(
    ("origin", "reason"),
    [
        ({}, "The model may read a file, the time or a random generator of its own."),
        ({"engine": "runtime (numpy)"}, "It was computed by: compiled, now by: Brian runtime"),
        (
            {"versions": {"brian2": "2.11", "numpy": "2.3.5"}},
            "computed with brian2 2.9.0, now 2.11",
        ),
    ],
)
def test_other_numbers_are_named_with_a_reason(
    sweep: Sweep, origin: dict[str, Any], reason: str
) -> None:
    inspection = Inspection(outcome(sweep, (0, 0)), outcome(sweep, (0, 0), 8, **origin))
    text = differences(inspection)
    assert "Number of spikes was 7 and is now 8" in text
    assert reason in text


def inspection_of(sweep: Sweep, **spikes: Any) -> Inspection:
    found = outcome(sweep, (0, 0))
    recorded = {
        "neurons": np.array([0, 3, 1], np.uint32),
        "times": np.array([0.01, 0.02, 0.03]),
        "group": "neurons",
        "size": 4,
        "populations": {"Excitatory": 3, "Inhibitory": 1},
    }
    traces = [
        Trace("v", "neurons", neuron, Unit("", 1.0, VOLT), np.array([0.0, 0.1]), values)
        for neuron, values in ((0, np.array([-0.06, -0.05])), (3, np.array([-0.05, -0.055])))
    ]
    return Inspection(found, found, Spikes(**(recorded | spikes)), traces)


def test_the_picture_is_in_milliseconds_and_shown_units(sweep: Sweep) -> None:
    traits = picture(inspection_of(sweep), 0.1)
    assert traits["duration"] == pytest.approx(100)
    assert traits["size"] == 4
    assert traits["populations"] == [
        {"label": "Excitatory", "size": 3},
        {"label": "Inhibitory", "size": 1},
    ]
    assert np.frombuffer(traits["spike_neurons"], "<u4").tolist() == [0, 3, 1]
    np.testing.assert_allclose(np.frombuffer(traits["spike_times"], "<f4"), [10, 20, 30])
    assert traits["traces"] == [
        {"label": "v, neuron 0 (excitatory)", "unit": "mV"},
        {"label": "v, neuron 3 (inhibitory)", "unit": "mV"},
    ]
    np.testing.assert_allclose(np.frombuffer(traits["trace_times"], "<f4"), [0, 100])
    np.testing.assert_allclose(
        np.frombuffer(traits["trace_values"], "<f4"), [-60, -50, -50, -55], rtol=1e-6
    )
    assert remark(inspection_of(sweep)) == ""


def test_traces_of_another_group_are_in_no_population(sweep: Sweep) -> None:
    traits = picture(inspection_of(sweep, group="others"), 0.1)
    assert traits["traces"][1]["label"] == "v, neuron 3"


def test_populations_that_do_not_add_up_are_not_told_apart(sweep: Sweep) -> None:
    inspection = inspection_of(sweep, populations={"Excitatory": 3})
    assert picture(inspection, 0.1)["populations"] == []
    assert "have 3 neurons together, and 4 were recorded" in remark(inspection)


class Run:
    """A run that is over."""

    def __init__(self, sweep: Sweep, outcomes: list[Outcome]) -> None:
        self.sweep = sweep
        self._outcomes = {found.job.position: found for found in outcomes}

    def outcome(self, position: tuple[int, ...]) -> Outcome | None:
        return self._outcomes.get(position)


class Looking:
    """Looks into an outcome as soon as the test says so."""

    def __init__(self, sweep: Sweep, found: Outcome, go: threading.Event) -> None:
        self.inspection = Inspection(found, found)
        self.go = go

    def wait(self) -> Inspection:
        assert self.go.wait(10)
        return self.inspection

    def cancel(self) -> None:
        self.go.set()


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> tuple[list[tuple[int, ...]], threading.Event]:
    """Compute nothing; keep the positions that were looked into."""
    positions: list[tuple[int, ...]] = []
    go = threading.Event()
    go.set()

    def look(self: Sweep, found: Outcome) -> Looking:
        positions.append(found.job.position)
        return Looking(self, found, go)

    monkeypatch.setattr(Sweep, "look", look)
    return positions, go


@pytest.fixture
def inspector() -> Iterator[Inspector]:
    made = Inspector(lambda: None)
    yield made
    made.close()


def views(inspector: Inspector) -> list[Any]:
    """Give the views that have been made."""
    return list(inspector.widget.children)


def shown(inspector: Inspector) -> list[str]:
    inspector.paint()
    return [view.title for view in views(inspector) if view.state != "empty"]


def ready(inspector: Inspector) -> bool:
    inspector.paint()
    return all(view.state in {"ready", "failed", "empty"} for view in views(inspector)) and any(
        view.state != "empty" for view in views(inspector)
    )


def everything(sweep: Sweep) -> Any:
    return Run(sweep, [outcome(sweep, job.position) for job in sweep.jobs()])


def test_a_point_is_opened_and_closed(sweep: Sweep, looked: Any, inspector: Inspector) -> None:
    run = everything(sweep)
    inspector.open(sweep, run, (1, 0))
    until(lambda: ready(inspector), "a picture")
    assert shown(inspector) == ["Excitatory weight 2 mV, trial 1"]
    assert inspector.marked(run) == [(1, 0)]
    assert inspector.marked(everything(sweep)) == []
    inspector._close_pane(inspector._panes[0])
    assert shown(inspector) == []
    assert inspector.marked(run) == []


def test_steps_leave_out_what_has_no_outcome(
    sweep: Sweep, looked: Any, inspector: Inspector
) -> None:
    cancelled = Outcome(sweep.jobs()[0], "cancelled")
    there = [outcome(sweep, position) for position in ((0, 0), (1, 0), (2, 1))]
    run: Any = Run(sweep, [*there, Outcome(cancelled.job._replace(position=(1, 1)), "cancelled")])
    inspector.open(sweep, run, (0, 0))
    seen = []
    for by in (+1, +1, +1, -1):
        inspector._step(inspector._panes[0], by)
        seen.append(inspector.marked(run)[0])
    assert seen == [(1, 0), (2, 1), (2, 1), (1, 0)]


def test_what_cannot_be_seen_says_why(
    sweep: Sweep, monkeypatch: pytest.MonkeyPatch, inspector: Inspector
) -> None:
    def look(self: Sweep, found: Outcome) -> None:
        msg = "cuba names no monitors"
        raise ValueError(msg)

    monkeypatch.setattr(Sweep, "look", look)
    inspector.open(sweep, everything(sweep), (0, 0))
    until(lambda: ready(inspector), "a reason")
    view = views(inspector)[0]
    assert view.notice == "cuba names no monitors"
    assert view.facts


def test_failed_points_are_not_computed_again(
    sweep: Sweep, looked: Any, inspector: Inspector
) -> None:
    job = sweep.jobs()[0]
    failed = Outcome(job, "failed", failure=Failure("ValueError", "no", "Traceback ..."))
    run: Any = Run(sweep, [failed])
    inspector.open(sweep, run, job.position)
    until(lambda: ready(inspector), "a traceback")
    view = views(inspector)[0]
    assert (view.state, view.message, view.traceback) == (
        "failed",
        "ValueError: no",
        "Traceback ...",
    )
    assert looked[0] == []


def test_while_two_are_compared_the_first_stays(
    sweep: Sweep, looked: Any, inspector: Inspector
) -> None:
    run = everything(sweep)
    inspector.open(sweep, run, (0, 0))
    inspector._compare()
    inspector.open(sweep, run, (2, 0))
    until(lambda: ready(inspector), "pictures")
    assert shown(inspector) == [
        "Excitatory weight 1 mV, trial 1",
        "Excitatory weight 3 mV, trial 1",
    ]
    assert not views(inspector)[0].comparable
    inspector._close_pane(inspector._panes[0])
    assert shown(inspector) == ["Excitatory weight 3 mV, trial 1"]
    assert views(inspector)[0].comparable


def test_another_run_shows_what_is_nearest(sweep: Sweep, looked: Any, inspector: Inspector) -> None:
    inspector.open(sweep, everything(sweep), (2, 1))
    until(lambda: ready(inspector), "a picture")
    other = Sweep(cuba, excitatory_weight=[0, 2.9] * mV, size=500, store=None)
    empty: Any = Run(other, [])
    inspector.follow(other, empty)
    assert shown(inspector) == ["Excitatory weight 3 mV, trial 2"]  # until there is an outcome
    inspector.follow(other, everything(other))
    until(lambda: looked[0] == [(2, 1), (1, 0)], "a look at the nearest")
    until(lambda: shown(inspector) == ["Excitatory weight 2.9 mV"], "its title")


def test_the_same_simulation_is_not_computed_twice(
    sweep: Sweep, looked: Any, inspector: Inspector
) -> None:
    inspector.open(sweep, everything(sweep), (1, 0))
    until(lambda: ready(inspector), "a picture")
    longer = Sweep(cuba, excitatory_weight=[0, 1, 2, 3] * mV, trials=2, store=None)
    run = everything(longer)
    inspector.follow(longer, run)
    until(lambda: ready(inspector), "a picture")
    assert inspector.marked(run) == [(2, 0)]
    assert looked[0] == [(1, 0)]


def test_only_the_latest_is_looked_into(sweep: Sweep, looked: Any, inspector: Inspector) -> None:
    positions, go = looked
    go.clear()
    run = everything(sweep)
    inspector.open(sweep, run, (0, 0))
    until(lambda: positions == [(0, 0)], "the first look")
    for position in ((0, 1), (1, 0), (1, 1), (2, 0)):
        inspector.open(sweep, run, position)
    go.set()
    until(lambda: ready(inspector), "the last picture")
    assert positions == [(0, 0), (2, 0)]
    assert shown(inspector) == ["Excitatory weight 3 mV, trial 1"]


@pytest.mark.parametrize(
    "content",
    [None, "step", [], {}, {"kind": "step"}, {"kind": "step", "by": 2}, {"kind": ["close"]}],
    ids=str,
)
def test_messages_that_nobody_sends_are_ignored(
    sweep: Sweep, looked: Any, inspector: Inspector, content: Any
) -> None:
    run = everything(sweep)
    inspector.open(sweep, run, (0, 0))
    inspector.paint()
    views(inspector)[0]._handle_custom_msg(content, [])
    assert inspector.marked(run) == [(0, 0)]


def test_a_view_is_made_when_there_is_something_to_show(
    sweep: Sweep, looked: Any, inspector: Inspector
) -> None:
    """A page is there sooner without them."""
    inspector.paint()
    assert views(inspector) == []
    inspector.open(sweep, everything(sweep), (0, 0))
    until(lambda: ready(inspector), "a picture")
    (view,) = views(inspector)
    view.set_state({"title": "<b>"})  # no input of a person's
    assert view.title == "Excitatory weight 1 mV, trial 1"
    inspector._compare()
    inspector.paint()
    assert len(views(inspector)) == 2
    inspector._close_pane(inspector._panes[0])
    inspector.paint()
    assert [one.layout.display for one in views(inspector)] == [None, "none"]


def test_a_closed_inspector_leaves_no_thread() -> None:
    before = set(threading.enumerate())
    Inspector(lambda: None).close()
    until(lambda: set(threading.enumerate()) <= before, "its thread's end")
