"""Live: the latest settings win, old results are never drawn, and the switch obeys."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from brian2 import mV, second
from helpers import until
from test_widget import FakeRun, by_hand, dots, fields, status

from brian_sweep_widget import Cluster, Sweep, SweepWidget, cuba
from brian_sweep_widget.backends import make_credentials
from brian_sweep_widget.models.units import PLAIN_NUMBER
from brian_sweep_widget.results import Outcome, Value
from brian_sweep_widget.runs import Preparation, Progress
from brian_sweep_widget.widget.live import Follower
from brian_sweep_widget.widget.switch import LiveSwitch

COSTS = {"x": "instant", "slope": "retrace", "size": "retrace", "held": "rebuild"}
TIMES = {"retrace": 0.14, "rebuild": 3.8}
READY = Preparation("ready", 0.0, COSTS, times=TIMES)  # type: ignore[arg-type]


def model(x: float = 1.0, slope: float = 2.0, size: int = 100, held: float = 0.0) -> float:
    """Be a plain model; the tests pretend that it is compiled."""
    return slope * x + size + held


class Preparations:
    """What every sweep says of its preparation."""

    def __init__(self) -> None:
        self.now: Preparation | None = READY
        self.ahead: list[list[dict[str, Any]]] = []
        self.runs: list[Any] = []
        self.recalls: list[Any] = []


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Preparations:
    """Start no processes: fake runs of fake preparations."""
    fake = Preparations()

    def start(sweep: Sweep, recall: Any = None) -> Any:
        fake.runs.append(FakeRun(sweep))
        fake.recalls.append(recall)
        return fake.runs[-1]

    monkeypatch.setattr(Sweep, "warm_up", lambda self: None)
    monkeypatch.setattr(Sweep, "start", start)
    monkeypatch.setattr(Sweep, "preparation", property(lambda self: fake.now))
    monkeypatch.setattr(Sweep, "trace_ahead", lambda self, many: fake.ahead.append(list(many)))
    return fake


@pytest.fixture
def make() -> Iterator[Any]:
    """Make widgets that are closed after the test."""
    made: list[SweepWidget] = []

    def make_widget(*arguments: Any, **options: Any) -> SweepWidget:
        made.append(SweepWidget(*arguments, **options))
        return made[-1]

    yield make_widget
    for widget in made:
        widget.close()


def finish(run: Any, offset: float = 0.0) -> None:
    """Let a run end with all its results."""
    run.give(len(run.jobs), offset)
    run.state = "finished"


def sizes(run: Any) -> set[Any]:
    """Give the sizes that a run is for."""
    return {job.parameters["size"] for job in run.jobs}


def a_live_widget(make: Any, world: Preparations, **options: Any) -> SweepWidget:
    """Make a widget whose first live run has ended."""
    widget = make(model, x=np.linspace(0, 4, 20), **options)
    until(lambda: world.runs, "the first run")
    finish(world.runs[0])
    until(lambda: world.ahead, "rest")
    return widget  # type: ignore[no-any-return]


# Following


def test_live_begins_by_itself_once_the_model_is_built(make: Any, world: Preparations) -> None:
    """Not before; then the curve comes without a press."""
    world.now = Preparation("tracing", 3.5, {})
    widget = make(model, x=np.linspace(0, 4, 20))
    until(lambda: status(widget).phase == "tracing", "the phase")
    assert status(widget).phase_seconds == 3
    assert (status(widget).state, world.runs) == ("idle", [])
    assert widget._bench._switch.widget.disabled
    assert "as soon as" in widget._bench._switch.widget.tooltip
    world.now = READY  # nobody wakes the pump: it polls while a preparation is under way
    until(lambda: world.runs, "the first run")
    assert widget._bench._switch.widget.value
    assert not widget._bench._switch.widget.disabled
    until(lambda: status(widget).live, "the word on the strip")
    assert world.runs[0].sweep.plan.axes[0].values == tuple(n / 5 for n in range(21))
    assert world.recalls == [widget._bench._conductor.recall]


def test_costs_are_beside_the_controls(make: Any, world: Preparations) -> None:
    """The time that it took here, with a sentence to explain it."""
    widget = make(model, x=[1.0, 2.0])
    badges = {name: control._badge.widget for name, control in widget._bench._controls.items()}
    until(lambda: ">instant<" in badges["x"].value, "a cost")
    assert ">compiles, 4 s<" in badges["held"].value
    assert ">0.1 s<" in badges["size"].value
    assert "Brian writes the model&#x27;s numbers" in badges["size"].value


def test_curve_follows_and_the_old_run_is_cancelled(make: Any, world: Preparations) -> None:
    """One run is active; it is of the last setting."""
    widget = a_live_widget(make, world)
    widget._bench._controls["size"]._field.value = 200
    until(lambda: len(world.runs) == 2, "a run of the new setting")
    world.runs[1].give(7)
    widget._bench._controls["size"]._field.value = 300
    until(lambda: len(world.runs) == 3, "a run of the newest setting")
    assert world.runs[1].state == "cancelled"
    assert sizes(world.runs[2]) == {300}
    finish(world.runs[2])
    until(lambda: len(world.ahead) == 2, "rest")
    assert len(world.runs) == 3


def test_settings_that_nobody_waits_for_are_never_run(make: Any, world: Preparations) -> None:
    """A hundred moves make a few runs, the last of them of the last setting."""
    widget = a_live_widget(make, world)
    for size in range(200, 300):
        widget._bench._controls["size"]._field.value = size
    until(lambda: sizes(world.runs[-1]) == {299}, "a run of the last setting")
    finish(world.runs[-1])
    assert len(world.runs) < 50
    assert [run.state for run in world.runs[1:-1]] == ["cancelled"] * (len(world.runs) - 2)


def test_trials_and_seed_follow(make: Any, world: Preparations) -> None:
    """Like every parameter."""
    widget = a_live_widget(make, world)
    widget._bench._trials.value = 3
    until(lambda: world.runs[-1].sweep.plan.trials == 3, "three trials")
    finish(world.runs[-1])
    widget._bench._seed.value = 7
    until(lambda: world.runs[-1].sweep.plan.seed == 7, "the seed")


def test_moves_within_the_grid_start_nothing(make: Any, world: Preparations) -> None:
    """The range is a little longer; no round value more is in it."""
    widget = a_live_widget(make, world)
    _, high, _ = fields(widget, "x")
    high.value = 4.05
    until(lambda: len(world.ahead) == 2, "another look")
    assert len(world.runs) == 1
    high.value = 4.2
    until(lambda: len(world.runs) == 2, "one more point")
    assert len(world.runs[1].sweep.plan.axes[0]) == 22


def test_another_place_takes_over_what_runs(
    make: Any, world: Preparations, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What is finished is not computed again for it."""
    file = make_credentials(tmp_path / "mine.pem").path
    monkeypatch.setenv("BRIAN_SWEEP_CREDENTIALS", str(file))
    widget = a_live_widget(make, world, cluster=["127.0.0.1:1"])
    radio = widget._picker.widget.children[1]
    radio.index = 0
    until(lambda: len(world.ahead) == 2, "another look")
    assert len(world.runs) == 1
    widget._bench._controls["size"]._field.value = 200
    until(lambda: len(world.runs) == 2, "a run of the new setting")
    assert world.runs[1].sweep.cluster is None
    radio.index = 1
    until(lambda: len(world.runs) == 3, "a run in the other place")
    assert world.runs[1].state == "cancelled"
    assert world.runs[2].sweep.cluster == Cluster(["127.0.0.1:1"])


def test_uneven_axis_stays_until_it_is_touched(make: Any, world: Preparations) -> None:
    """Somebody chose these values."""
    widget = make(model, x=[1.0, 1.5, 4.0])
    until(lambda: world.runs, "the first run")
    assert world.runs[0].sweep.plan.axes[0].values == (1.0, 1.5, 4.0)
    finish(world.runs[0])
    fields(widget, "x")[1].value = 5.0
    until(lambda: len(world.runs) == 2, "the second")
    assert world.runs[1].sweep.plan.axes[0].values == (1.0, 2.0, 3.0, 4.0, 5.0)


def test_refused_settings_compute_nothing(make: Any, world: Preparations) -> None:
    """The message is there, what ran for earlier settings stops; corrected, it follows again."""
    widget = a_live_widget(make, world)
    widget._bench._controls["size"]._field.value = 200
    until(lambda: len(world.runs) == 2, "a run")
    world.runs[1].give(7)
    low, _, _ = fields(widget, "x")
    low.value = 5.0
    until(lambda: status(widget).state == "invalid", "the message")
    assert "must rise" in status(widget).notice
    assert world.runs[1].state == "cancelled"
    assert len(world.runs) == 2
    low.value = 1.0
    until(lambda: len(world.runs) == 3, "a run of the corrected range")
    until(lambda: status(widget).notice == "", "no message")


def test_range_rises_at_every_moment_of_a_drag(make: Any, world: Preparations) -> None:
    """Both thumbs jump beyond the old range: nobody ever sees it reversed."""
    widget = a_live_widget(make, world)
    control: Any = widget._bench._controls["x"]
    low, high, _ = fields(widget, "x")
    seen: list[bool] = []
    for field in (low, high):
        field.observe(lambda _: seen.append(low.value <= high.value), "value")
    for ends in ((3.0, 3.9), (0.0, 0.5), (2.0, 4.0)):
        control._slider.value = ends
        assert (low.value, high.value) == ends
    assert all(seen)


# Run, Stop and the switch


def test_run_leaves_live_and_computes_exactly_what_is_asked_for(
    make: Any, world: Preparations
) -> None:
    """The very numbers of np.linspace, not recalled."""
    widget = a_live_widget(make, world)
    widget._bench._run_button.click()
    assert not widget._bench._switch.on
    assert world.runs[-1].sweep.plan.axes[0].values == tuple(np.linspace(0, 4, 20))
    assert world.recalls[-1] is None
    until(lambda: widget._bench._run_button.disabled, "the button")
    until(lambda: not widget._bench._switch.widget.value, "the switch")
    widget._bench._controls["size"]._field.value = 200
    until(lambda: widget._bench._screen._settings.plan.fixed["size"] == 200, "the preview")
    assert len(world.runs) == 2


def test_stop_leaves_live_for_good(make: Any, world: Preparations) -> None:
    """It does not come back by itself; the person can bring it back."""
    widget = a_live_widget(make, world)
    widget._bench._controls["size"]._field.value = 200
    until(lambda: len(world.runs) == 2, "a run")
    until(lambda: not widget._bench._stop_button.disabled, "the button")
    widget._bench._stop_button.click()
    assert world.runs[1].state == "cancelled"
    until(lambda: not widget._bench._switch.widget.value, "the switch")
    widget._bench._controls["size"]._field.value = 300
    until(lambda: widget._bench._screen._settings.plan.fixed["size"] == 300, "the preview")
    assert len(world.runs) == 2
    widget._bench._switch.widget.value = True  # as the person's click does
    until(lambda: len(world.runs) == 3, "a run")
    assert sizes(world.runs[2]) == {300}


def test_run_before_the_model_is_built_keeps_live_off(make: Any, world: Preparations) -> None:
    """Somebody wanted these points: nothing replaces them."""
    world.now = Preparation("tracing", 0.0, {})
    widget = make(model, x=np.linspace(0, 4, 20))
    run: Any = widget.start()
    world.now = READY
    finish(run)
    widget._bench._wake()
    until(lambda: not widget._bench._switch.widget.disabled, "the switch")
    assert not widget._bench._switch.on
    assert world.runs == [run]


def test_preparation_goes_on_when_a_run_is_stopped(make: Any, world: Preparations) -> None:
    """The strip says so, and follows it to its end without being woken."""
    world.now = Preparation("compiling", 2.0, {})
    widget = make(model, x=[1.0, 2.0])
    widget.start()
    widget.stop()
    until(lambda: status(widget).state == "cancelled", "the stop", 10.0)
    until(lambda: status(widget).phase == "compiling", "the phase")
    world.now = READY
    until(lambda: status(widget).phase == "", "its end")
    until(lambda: not widget._bench._switch.widget.disabled, "the switch")
    assert not widget._bench._switch.on


@pytest.mark.parametrize(
    ("preparation", "words"),
    [
        (None, "computed by: plain function"),
        (Preparation("impossible", 0.0, {}, "no C++ compiler was found"), "no C.. compiler"),
    ],
)
def test_live_says_why_it_cannot_be(
    make: Any, world: Preparations, preparation: Preparation | None, words: str
) -> None:
    """And stays off."""
    world.now = preparation
    widget = make(model, x=[1.0, 2.0])
    until(lambda: widget._bench._switch.widget.tooltip, "the explanation")
    assert words.replace("..", "++") in widget._bench._switch.widget.tooltip
    assert widget._bench._switch.widget.disabled
    until(lambda: status(widget).state == "idle", "the first picture")
    reason = preparation.reason if preparation is not None else ""
    assert reason in status(widget).notice
    assert status(widget).notice.startswith("Not compiled: ") == bool(reason)
    assert world.runs == []


def test_switch_that_was_switched_off_stays_off() -> None:
    """Whatever becomes possible again."""
    heard: list[bool] = []
    switch = LiveSwitch(heard.append)
    switch.paint("not yet", possible=False)
    assert (switch.on, switch.widget.disabled) == (False, True)
    switch.paint("now", possible=True)
    assert (switch.on, switch.widget.value, heard) == (True, True, [True])
    switch.widget.value = False
    switch.paint("now", possible=True)
    assert (switch.on, switch.widget.value, heard) == (False, False, [True, False])


# The picture


def test_old_curve_stays_until_the_new_one_has_a_shape(make: Any, world: Preparations) -> None:
    """Nothing goes blank while a slider moves, and no old result is drawn as a new one."""
    widget = make(model, x=np.linspace(0, 4, 20))
    until(lambda: world.runs, "the first run")
    by_hand(widget)
    old = world.runs[0]
    finish(old, offset=1000)
    widget._bench._screen.paint()
    assert min(dots(widget)) >= 1000
    widget._bench._controls["size"]._field.value = 200
    until(lambda: len(world.runs) == 2, "the second run")
    new = world.runs[1]
    new.state = "cancelled"  # as when newer settings come, for a moment before their run does
    widget._bench._screen.paint()
    assert len(dots(widget)) == 21
    new.state = "running"
    for given in range(4):
        widget._bench._screen.paint()
        assert min(dots(widget)) >= 1000, given
        assert len(dots(widget)) == 21
        new.give(1)
    new.give(1)
    widget._bench._screen.paint()
    assert sorted(dots(widget)) == [0, 1, 2, 3, 4]
    finish(new)
    widget._bench._screen.paint()
    assert len(dots(widget)) == 21
    assert max(dots(widget)) == 4


def test_curve_that_waits_long_is_drawn_faintly(
    make: Any, world: Preparations, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its settings are no more; the next curve is drawn as ever."""
    monkeypatch.setattr("brian_sweep_widget.widget.drawing._OUTDATED", 0.0)
    widget = make(model, x=np.linspace(0, 4, 20))
    until(lambda: world.runs, "the first run")
    by_hand(widget)
    finish(world.runs[0])
    widget._bench._screen.paint()
    figure = widget._bench._chart.figure
    assert "bsw-outdated" not in figure._dom_classes
    widget._bench._controls["size"]._field.value = 200
    until(lambda: len(world.runs) == 2, "the second run")
    widget._bench._screen.paint()
    widget._bench._screen.paint()
    assert "bsw-outdated" in figure._dom_classes
    finish(world.runs[1])
    widget._bench._screen.paint()
    assert "bsw-outdated" not in figure._dom_classes


def test_prediction_that_was_wrong_is_replaced(make: Any, world: Preparations) -> None:
    """A second outcome of a job takes the place of the first, also if it failed."""
    widget = make(model, x=[1.0, 2.0, 3.0])
    until(lambda: world.runs, "the first run")
    by_hand(widget)
    run = world.runs[0]
    finish(run, offset=1000)
    widget._bench._screen.paint()
    assert min(dots(widget)) > 1000
    for job in run.jobs:
        value = Value(np.asarray(job.parameters["x"]), PLAIN_NUMBER, "Level")
        run.outcomes.append(Outcome(job, "done", {"level": value}))
    widget._bench._screen.paint()
    assert max(dots(widget)) <= 3


# What is likely next


def test_neighbours_are_traced_when_there_is_nothing_to_do(make: Any, world: Preparations) -> None:
    """Of what is written anew by Brian, the nearest first; again after a change."""
    widget = make(size=100, excitatory_weight=np.linspace(0, 4, 20) * mV)
    world.now = Preparation(
        "ready",
        0.0,
        {"excitatory_weight": "instant", "size": "retrace"},  # type: ignore[dict-item]
    )
    widget._bench._wake()
    until(lambda: world.runs, "the first run")
    world.runs[-1].state = "finished"
    until(lambda: world.ahead[-1:] and world.ahead[-1], "rest")
    assert world.ahead[-1][:3] == [{"size": 200}, {"size": 300}, {"size": 400}]
    assert len(world.ahead[-1]) <= 60
    widget._bench._controls["size"]._field.value = 5000
    until(lambda: len(world.runs) == 2, "the second run")
    world.runs[-1].state = "finished"
    until(lambda: world.ahead[-1][0] != {"size": 200}, "rest")
    assert {place["size"] for place in world.ahead[-1][:4]} == {4800, 4900, 5100, 5200}


# The follower alone


class Slow:
    """A run that does what the test says."""

    def __init__(self, phase: str = "") -> None:
        self.now = Progress("running", 20, phase=phase)

    @property
    def progress(self) -> Progress:
        return self.now


def test_program_that_is_being_compiled_is_not_begun_anew() -> None:
    """Whatever is asked for meanwhile comes after it."""
    runs: list[Any] = []
    rested = threading.Event()

    def follow() -> Any:
        runs.append(Slow("compiling"))
        return runs[-1]

    follower = Follower(follow, rested.set)
    try:
        follower.ask()
        until(lambda: len(runs) == 1, "a run")
        follower.ask()
        assert not rested.wait(0.5)  # longer than its patience with a run that computes
        assert len(runs) == 1
        runs[0].now = Progress("running", 20, done=5)
        until(lambda: len(runs) == 2, "the next run")
        runs[1].now = Progress("finished", 20)
        until(rested.is_set, "rest")
    finally:
        follower.close()
        follower._thread.join(5)
    assert not follower._thread.is_alive()


def test_follower_survives_a_fault(caplog: pytest.LogCaptureFixture) -> None:
    """It is logged, and the next settings are followed."""
    calls: list[int] = []

    def follow() -> None:
        calls.append(1)
        if len(calls) == 1:
            message = "no such thing"
            raise RuntimeError(message)

    follower = Follower(follow, lambda: None)
    try:
        follower.ask()
        until(lambda: len(calls) == 1, "the first look")
        follower.ask()
        until(lambda: len(calls) == 2, "the second look")
        assert "no such thing" in caplog.text
    finally:
        follower.close()


@pytest.mark.parametrize(
    ("limit", "told"), [(3600, "1 h"), (120, "2 min"), (90, "90 s"), (0.5 * second, "0.5 s")]
)
def test_time_limit_is_told_and_kept(make: Any, world: Preparations, limit: Any, told: str) -> None:
    """By the Run button; every sweep that the widget makes has it."""
    given = {"time_limit": limit}
    widget = make(model, x=[0, 1, 2], **given)
    assert f"A simulation may take {told}." in widget._bench._run_button.tooltip
    assert widget.sweep.time_limit == Sweep(model, **given).time_limit
    until(lambda: world.runs, "the first run")
    assert world.runs[0].sweep.time_limit == widget.sweep.time_limit


def test_no_time_limit_is_told_where_there_is_none(make: Any, world: Preparations) -> None:
    """Compiled simulations may take an hour if nothing is said, others as long as they like."""
    assert "may take" not in make(model, x=[0, 1, 2])._bench._run_button.tooltip
    assert math.isinf(Sweep(model, x=[0, 1, 2]).time_limit)
    assert Sweep(cuba).time_limit == 3600
    assert math.isinf(Sweep(cuba, engine="numpy").time_limit)
    assert Sweep(cuba, time_limit=7200).time_limit == 7200
    assert math.isinf(Sweep(cuba, time_limit=math.inf).time_limit)


# A choice of models


def test_a_choice_of_models_where_none_is_given(make: Any, world: Preparations) -> None:
    """Each has controls of its own, which are as they were when it is shown again."""
    widget = make()
    until(lambda: world.runs, "the first run")
    head = widget._head
    assert [name for _, name in head.options] == ["cuba", "coba", "brunel", "adex"]
    widget._bench._controls["size"]._field.value = 2000
    rows = widget.children
    head.value = "adex"
    assert repr(widget) == "SweepWidget(AdEx neuron)"
    assert widget.children != rows
    until(lambda: widget.run is not None, "a run of the other model, as it follows by itself")
    assert widget.sweep.plan.axes[0].name == "current"
    head.value = "cuba"
    assert widget.children == rows
    assert widget.sweep.plan.fixed["size"] == 2000


def test_a_model_that_is_not_shown_computes_nothing(make: Any, world: Preparations) -> None:
    """What runs is stopped, and goes on following when it is shown again."""
    widget = make()
    until(lambda: world.runs, "the first run")
    first = widget._bench
    widget._head.value = "adex"
    until(lambda: first.run.progress.ended, "the end of its run", 10.0)
    assert not first._switch.on
    begun = len(world.runs)
    widget._head.value = "cuba"
    until(lambda: len(world.runs) > begun and widget._bench is first, "a run again")
    assert first._switch.on
    widget.stop()
    widget._head.value = "adex"
    widget._head.value = "cuba"
    assert not first._switch.on  # it was the person who had stopped it


def test_a_given_model_is_the_only_one(make: Any, world: Preparations) -> None:
    widget = make(model, x=[0, 1])
    assert widget._head.value == "model"
    assert not hasattr(widget._head, "options")
    assert world is not None


def test_all_models_end_with_the_widget(make: Any, world: Preparations) -> None:
    widget = make()
    until(lambda: world.runs, "the first run")
    widget._head.value = "adex"
    benches = list(widget._benches.values())
    widget.close()
    for bench in benches:
        for thread in (bench._pump._thread, bench._follower._thread):
            thread.join(5)
            assert not thread.is_alive()
