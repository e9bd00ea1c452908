"""The widget without a browser and without a kernel: what it asks for, sends, and never shows."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, NamedTuple

import comm
import IPython
import ipywidgets as w
import numpy as np
import pytest
from brian2 import ms, mV
from comm.base_comm import BaseComm
from helpers import type_into, until
from IPython.core.events import EventManager, available_events

from brian_sweep_widget import Sweep, SweepWidget, cuba
from brian_sweep_widget.models.units import PLAIN_NUMBER
from brian_sweep_widget.results import Failure, Outcome, Results, Value
from brian_sweep_widget.runs import Progress, UnderWay
from brian_sweep_widget.widget import rerun

PUMP = "brian-sweep-pump"


def line(x: float = 1.0, slope: float = 2.0, size: int = 100) -> float:
    """Be a plain model."""
    return slope * x + size


def optioned(x: float = 1.0, *, fast: bool = True, mode: str = "euler") -> float:
    """Have parameters of every kind."""
    return x if fast else len(mode)


def needy(weight: float) -> float:
    """Have no default."""
    return weight


class FakeRun:
    """A run whose outcomes come when the test says so."""

    def __init__(self, sweep: Sweep) -> None:
        self.sweep = sweep
        self.jobs = sweep.jobs()
        self.outcomes: list[Outcome] = []
        self.state = "starting"
        self.error: BaseException | None = None
        self.notice = ""
        self.comparing = False
        self.under_way: list[UnderWay] = []
        self.time_per_job: float | None = None

    @property
    def progress(self) -> Progress:
        done = sum(outcome.status == "done" for outcome in self.outcomes)
        failed = sum(outcome.status == "failed" for outcome in self.outcomes)
        return Progress(
            self.state,
            len(self.jobs),
            done=done,
            failed=failed,
            notice=self.notice,
            comparing=self.comparing,
        )

    @property
    def results(self) -> Results:
        return self.sweep._results(self.outcomes)

    def outcomes_since(self, number: int) -> list[Outcome]:
        return self.outcomes[number:]

    def cancel(self) -> None:
        if not self.progress.ended:
            self.state = "cancelled"

    def give(self, number: int, offset: float = 0.0) -> None:
        """Let so many more jobs end; y is x plus the offset."""
        if self.state == "starting":
            self.state = "running"
        for job in self.jobs[len(self.outcomes) :][:number]:
            value = Value(np.asarray(job.parameters["x"] + offset), PLAIN_NUMBER, "Level")
            self.outcomes.append(Outcome(job, "done", {"level": value}))

    def fail(self, failure: Failure) -> None:
        self.state = "running"
        self.outcomes.append(Outcome(self.jobs[len(self.outcomes)], "failed", failure=failure))


class RecordingComm(BaseComm):
    """A comm that keeps what it is to send, and which thread sent it."""

    sent: list[Message]

    def publish_msg(
        self, msg_type: str, data: Any = None, metadata: Any = None, buffers: Any = None, **_: Any
    ) -> None:
        state = dict((data or {}).get("state", {}))
        for path, buffer in zip((data or {}).get("buffer_paths", ()), buffers or (), strict=True):
            if path[1:] == ["value"]:  # an array of bqplot's
                state[path[0]] = np.frombuffer(buffer, dtype=state[path[0]]["dtype"]).copy()
        self.sent.append(Message(self.comm_id, state, threading.current_thread().name))


class Message(NamedTuple):
    """What was sent: by which comm, what of its state, by which thread."""

    comm: str
    state: dict[str, Any]
    thread: str


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Message]:
    """Record every message of every widget."""
    messages: list[Message] = []
    kind = type("Recording", (RecordingComm,), {"sent": messages})
    monkeypatch.setattr(comm, "create_comm", kind)
    return messages


@pytest.fixture(autouse=True)
def no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start no processes: fake runs, and no warm workers for them."""
    monkeypatch.setattr(Sweep, "warm_up", lambda self: None)
    monkeypatch.setattr(Sweep, "start", lambda self, recall=None: FakeRun(self))


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Make widgets that are closed after the test."""
    made: list[SweepWidget] = []

    def make_widget(*arguments: Any, **options: Any) -> SweepWidget:
        made.append(SweepWidget(*arguments, **options))
        return made[-1]

    yield make_widget
    for widget in made:
        widget.close()


def widgets_alive() -> list[str]:
    """Give the names of all widgets that the kernel keeps."""
    return list(w.widgets.widget._instances)


def by_hand(widget: SweepWidget) -> None:
    """Stop the pump, so that the test paints itself, when it wants."""
    pump = widget._bench._pump
    assert pump is not None
    pump.close()
    pump._thread.join(5)
    widget._bench._screen.paint()


def fields(widget: SweepWidget, name: str) -> Any:
    """Give the fields of a swept parameter: low, high, points."""
    control = widget._bench._controls[name]
    return control._low, control._high, control._points


def dots(widget: SweepWidget) -> list[float]:
    """Give the y of all dots that the chart shows."""
    curves = widget._bench._chart._curves
    return [float(y) for curve in curves if curve.means.visible for y in curve.means.y]


def status(widget: SweepWidget) -> Any:
    """Give the status strip."""
    return widget._bench._screen._status


# Construction


@pytest.mark.parametrize(
    ("arguments", "options", "kind", "message"),
    [
        ((), {"wieght": 3 * mV}, TypeError, "cuba has no parameter 'wieght'.*excitatory_weight"),
        ((line,), {}, ValueError, r"line has nothing to sweep: .*x=np\.linspace"),
        ((line,), {"slope": 3.0}, ValueError, "line has nothing to sweep"),
        ((), {"size": [100, 200] * mV}, TypeError, "size.*has a unit"),
        ((), {"excitatory_weight": [1.0, 2.0]}, TypeError, "excitatory_weight.*has no unit"),
        ((), {"excitatory_weight": [1, 2] * ms}, TypeError, "excitatory_weight.*wrong unit"),
        ((), {"connection_probability": 2}, ValueError, "connection_probability = 2 is outside"),
        ((needy,), {}, TypeError, "needy needs a value for 'weight'"),
        ((line,), {"x": []}, ValueError, "x .*is empty"),
        ((line,), {"x": [1.0], "size": range(1, 8)}, ValueError, "7 curves .*size.*allowed are 6"),
        (
            (line,),
            {"x": [1.0, 2.0], "slope": [1.0, 2.0], "size": range(1, 5)},
            ValueError,
            "8 curves .*slope, size.*allowed are 6",
        ),
        ((line,), {"x": [1.0], "cluster": "*"}, ValueError, "cluster"),
        ((line,), {"x": [1.0], "trials": 0}, ValueError, "trials = 0 is too small"),
        ((line,), {"x": [1.0], "seed": -1}, ValueError, "seed = -1 is too small"),
        ((line,), {"x": [1.0], "engine": "numba"}, ValueError, "engine = 'numba' is unknown"),
        ((line,), {"x": [1.0], "workers": 0}, ValueError, "workers = 0"),
        ((3,), {"x": [1.0]}, TypeError, "3"),
    ],
)
def test_refused_at_construction(
    arguments: Any, options: Any, kind: type[Exception], message: str
) -> None:
    """Naming the value and what is allowed; no thread is left behind."""
    before = set(threading.enumerate())  # some of an earlier test may be about to end
    with pytest.raises(kind, match=message):
        SweepWidget(*arguments, **options)
    assert set(threading.enumerate()) <= before


def test_six_curves_are_allowed(make: Any) -> None:
    """The limit itself is inside."""
    assert len(make(line, x=[1.0, 2.0], size=range(1, 7)).sweep) == 12


def test_demonstration_sweeps_the_suggestion(make: Any) -> None:
    """With the very numbers that a person would write."""
    widget = make()
    assert repr(widget) == "SweepWidget(CUBA network)"
    assert widget.run is None
    assert widget.results is None
    expected = tuple(map(float, np.asarray(np.linspace(0, 4, 20) * mV)))
    assert widget.sweep.plan.axes[0].values == expected
    assert widget.sweep.jobs() == Sweep(cuba, excitatory_weight=np.linspace(0, 4, 20) * mV).jobs()


def test_options_reach_the_sweep(make: Any) -> None:
    """Trials, seed, seeding and workers as for a Sweep."""
    widget = make(line, x=[1.0, 2.0], trials=3, seed=7, seeding="common", workers=1)
    plan = widget.sweep.plan
    assert (plan.trials, plan.seed, plan.seeding, widget.sweep.workers) == (3, 7, "common", 1)
    widget._bench._trials.value, widget._bench._seed.value = 5, 8
    assert (widget.sweep.plan.trials, widget.sweep.plan.seed) == (5, 8)


# Settings as they are asked for


def test_what_was_given_is_what_runs(make: Any) -> None:
    """To the last bit: until somebody touches a control, the widget is its Sweep."""
    options = {"x": [5e-7, 0.1 + 0.2, 1 / 3], "slope": 2 / 3, "size": 123_456_789}
    assert make(line, **options).sweep.jobs() == Sweep(line, **options).jobs()


def test_given_quantities_are_what_runs(make: Any) -> None:
    """Also with units, whose division rounds."""
    options = {"excitatory_weight": [0.1, 0.3, 1 / 3] * mV, "inhibitory_weight": -9.1 / 3 * mV}
    widget = make(**options)
    assert widget.sweep.jobs() == Sweep(widget._model, **options).jobs()


@pytest.mark.parametrize(
    "values", [[1000, 4000], [1_000_000, 2_500_000], [1_234_567], [7, 9, 12]], ids=str
)
def test_given_curves_are_what_runs(make: Any, values: list[int]) -> None:
    """Whole numbers of any length."""
    assert make(line, x=[1.0, 2.0], size=values).sweep.plan.axes[1].values == tuple(values)


@pytest.mark.parametrize("values", [[0.1, 0.30000000000000004], [1 / 3, 2 / 3], [1e-7, 2e9]])
def test_given_real_curves_are_what_runs(make: Any, values: list[float]) -> None:
    """Real numbers to the last bit."""
    assert make(line, x=[1.0, 2.0], slope=values).sweep.plan.axes[1].values == tuple(values)


def test_irregular_axis_stays_until_it_is_changed(make: Any) -> None:
    """Then it is evenly spaced; put back, it is the given one again."""
    widget = make(line, x=[1.0, 1.5, 4.0])
    assert widget.sweep.plan.axes[0].values == (1.0, 1.5, 4.0)
    _, high, _ = fields(widget, "x")
    high.value = 5.0
    assert widget.sweep.plan.axes[0].values == (1.0, 3.0, 5.0)
    high.value = 4.0
    assert widget.sweep.plan.axes[0].values == (1.0, 1.5, 4.0)


def test_reversed_range_is_refused_with_words(make: Any) -> None:
    """And again allowed when it is corrected; a slider cannot be reversed."""
    widget = make()
    low, high, points = fields(widget, "excitatory_weight")
    low.value, high.value = 5.0, 1.0
    with pytest.raises(ValueError, match="Excitatory weight from 5 mV to 1 mV: .* must rise"):
        _ = widget.sweep
    until(lambda: status(widget).state == "invalid", "the message on the screen")
    assert "must rise" in status(widget).notice
    widget._bench._run_button.click()
    assert widget.run is None
    with pytest.raises(ValueError, match="must rise"):
        widget.start()
    high.value = 5.0
    points.value = 1
    assert [axis.shown for axis in widget.sweep.plan.axes] == [[5.0]]
    until(lambda: status(widget).state == "idle", "a screen without complaint")
    assert status(widget).notice == ""


def test_slider_and_fields_are_twins(make: Any) -> None:
    """Whichever is moved, the other follows, without rounding errors of steps."""
    widget = make()
    control = widget._bench._controls["excitatory_weight"]
    low, high, _ = fields(widget, "excitatory_weight")
    control._slider.value = (0.30000000000000004, 3.5)
    assert (low.value, high.value) == (0.3, 3.5)
    high.value = 9.25
    # Beyond its range a slider is at its end: were it widened, the browser would
    # send, for the new range, where the thumb was before.
    assert control._slider.value == (0.3, 5.0)
    assert control._slider.max == 5.0
    low.value = -1.0
    assert control._slider.min == 0.0

    size = widget._bench._controls["size"]
    size._slider.value = 700
    assert widget.sweep.plan.fixed["size"] == 700
    size._field.value = 20_000
    assert size._slider.value == 10_000
    assert widget.sweep.plan.fixed["size"] == 20_000


def test_typed_number_is_not_rounded_to_the_sliders_step(make: Any) -> None:
    """The field is the truth."""
    widget = make()
    widget._bench._controls["inhibitory_weight"]._field.value = -8.123456789
    assert widget.sweep.plan.fixed["inhibitory_weight"] == float(-8.123456789 * mV)


def test_whole_numbers_stay_whole(make: Any) -> None:
    """Evenly spaced, rounded, each once."""
    widget = make(line, size=range(1, 11))
    _, _, points = fields(widget, "size")
    points.value = 4
    assert widget.sweep.plan.axes[0].values == (1, 4, 7, 10)
    points.value = 30
    values = widget.sweep.plan.axes[0].values
    assert values == tuple(range(1, 11))
    assert all(type(value) is int for value in values)


def test_flags_and_texts_have_controls(make: Any) -> None:
    """They are sent as they are."""
    widget = make(optioned, x=[1.0, 2.0])
    assert widget.sweep.plan.fixed == {"fast": True, "mode": "euler"}
    widget._bench._controls["fast"]._fields[0].value = False
    widget._bench._controls["mode"]._fields[0].value = "<b>rk4</b>"
    assert widget.sweep.plan.fixed == {"fast": False, "mode": "<b>rk4</b>"}


def test_list_control(make: Any) -> None:
    """One curve for each number; anything else is refused with words."""
    widget = make(line, x=[1.0, 2.0], slope=[1.0, 3.0])
    field = widget._bench._controls["slope"]._field
    assert field.value == "1, 3"
    type_into(field, " 2.5, 4 ")
    assert widget.sweep.plan.axes[1].values == (2.5, 4.0)
    for text, message in (
        ("a, 3", "'a, 3' is not a value: it is not a number"),
        ("1, 1", "'1, 1' gives the same value twice"),
        ("", "'' is not a value: it is empty"),
        ("nan", "'nan' is not a value: it is not finite"),
    ):
        type_into(field, text)
        assert field.problem.startswith(message)
        assert widget.sweep.plan.axes[1].values == (2.5, 4.0)
    type_into(field, ",".join(map(str, range(1300))))
    with pytest.raises(ValueError, match="2600 points are too many for a map"):
        _ = widget.sweep


# The screen


def test_preview_says_what_would_run(make: Any) -> None:
    """Axis and count follow the settings before there is a run."""
    widget = make(line, x=np.linspace(0, 4, 5))
    until(lambda: status(widget).total == 5, "five simulations")
    _, high, points = fields(widget, "x")
    high.value, points.value = 8.0, 9
    until(lambda: status(widget).total == 9, "nine simulations")
    until(lambda: widget._bench._chart._x.scale.max > 8, "a wider axis")


def test_run_is_drawn_as_it_grows(make: Any) -> None:
    """And the measure of a plain function is there with its first result."""
    widget = make(line, x=np.linspace(0, 4, 5))
    run: Any = widget.start()
    assert widget._bench._measure.options == ()
    run.give(2)
    until(lambda: len(dots(widget)) == 2, "two dots")
    assert widget._bench._measure.options == (("Level", "level"),)
    assert widget._bench._chart._y.axis.label == "Level"
    until(lambda: status(widget).state == "running", "the state")
    assert widget._bench._run_button.disabled
    assert not widget._bench._stop_button.disabled
    run.give(3)
    run.state = "finished"
    until(lambda: status(widget).state == "finished", "the end", 10.0)
    assert sorted(dots(widget)) == [0, 1, 2, 3, 4]
    assert not widget._bench._run_button.disabled
    assert widget._bench._stop_button.disabled
    assert widget.results is not None
    assert len(widget.results) == 5


def test_second_click_does_not_start_again(make: Any) -> None:
    """It was sent before the button was seen disabled."""
    widget = make(line, x=[1.0, 2.0])
    widget._bench._run_button.click()
    run = widget.run
    widget._bench._run_button.click()
    assert widget.run is run
    widget._bench._stop_button.click()
    assert run.state == "cancelled"
    widget._bench._run_button.click()
    assert widget.run is not run


def test_late_results_are_never_drawn(make: Any) -> None:
    """A run that was replaced may go on giving results: they are not the new one's."""
    widget = make(line, x=np.linspace(0, 4, 5))
    by_hand(widget)
    old: Any = widget.start()
    old.give(2, offset=1000)
    widget._bench._screen.paint()
    assert min(dots(widget)) >= 1000

    fields(widget, "x")[2].value = 9
    new: Any = widget.start()
    assert old.state == "cancelled"
    old.give(1, offset=1000)
    widget._bench._screen.paint()
    assert dots(widget) == []
    for _ in range(3):
        old.give(1, offset=1000)
        new.give(3)
        widget._bench._screen.paint()
        assert max(dots(widget)) < 1000
    assert sorted(dots(widget)) == sorted(np.linspace(0, 4, 9))
    assert status(widget).total == 9


def test_late_results_are_never_sent(make: Any, sent: Any) -> None:
    """Not even for a moment, with two threads that race."""
    widget = make(line, x=np.linspace(0, 4, 200))
    old: Any = widget.start()
    going = threading.Event()

    def late() -> None:
        while not going.is_set():
            old.give(1, offset=1000)

    thread = threading.Thread(target=late, daemon=True)
    thread.start()
    until(lambda: dots(widget), "old dots")
    new: Any = widget.start()
    until(lambda: not dots(widget), "an empty chart")
    first = len(sent)
    for number in (1, 10, 50, 200):
        new.give(number - len(new.outcomes))
        until(lambda: len(dots(widget)) == number, "all new dots")  # noqa: B023 - called at once
    going.set()
    thread.join()
    later = [message.state["y"] for message in sent[first:] if "y" in message.state]
    assert len(later) >= 4
    assert max(float(y.max()) for y in later if y.size) < 1000


def test_failures_are_told_as_plain_text(make: Any) -> None:
    """With the point's value and unit; at most five."""
    widget = make(line, x=np.linspace(0, 6, 7), trials=2)
    by_hand(widget)
    run: Any = widget.start()
    for _ in range(7):
        run.fail(Failure("ValueError", "<img src=x onerror=alert(1)>", "Traceback ..."))
    widget._bench._screen.paint()
    assert len(status(widget).errors) == 5
    assert status(widget).errors[0] == {
        "point": "X 0, trial 1",
        "message": "ValueError: <img src=x onerror=alert(1)>",
        "traceback": "Traceback ...",
    }
    assert status(widget).failed == 7
    assert dots(widget) == []
    widget.start()
    widget._bench._screen.paint()
    assert status(widget).errors == []


def test_crash_is_told(make: Any) -> None:
    """In words, and Run is offered again."""
    widget = make(line, x=[1.0, 2.0])
    run: Any = widget.start()
    run.error = MemoryError("no memory")
    run.state = "crashed"
    widget._bench._wake()
    until(lambda: status(widget).state == "crashed", "the message")
    assert "no memory" in status(widget).notice
    assert not widget._bench._run_button.disabled


def test_settings_changed_after_a_run(make: Any) -> None:
    """The picture stays what it is of, and the strip says what Run would make."""
    widget = make(line, x=[1.0, 2.0])
    by_hand(widget)
    run: Any = widget.start()
    run.give(2)
    run.state = "finished"
    widget._bench._screen.paint()
    assert status(widget).notice == ""
    widget._bench._trials.value = 4
    widget._bench._screen.paint()
    assert status(widget).notice == "Settings changed: Run makes 8 simulations."
    assert (status(widget).total, len(dots(widget))) == (2, 2)
    run.notice = "What to know of the results."
    widget._bench._screen.paint()
    assert status(widget).notice.splitlines() == [
        "Settings changed: Run makes 8 simulations.",
        "What to know of the results.",
    ]
    fields(widget, "x")[0].value = 9.0
    widget._bench._screen.paint()
    assert status(widget).state == "invalid"
    assert "must rise" in status(widget).notice
    assert "What to know" not in status(widget).notice, "it is not what is wrong with the settings"
    assert len(dots(widget)) == 2


def test_a_notice_goes_when_it_holds_no_more(make: Any) -> None:
    """Although nothing runs: last digits are compared after the end."""
    widget = make(line, x=[1.0, 2.0])
    run: Any = widget.start()
    run.give(2)
    run.notice, run.comparing = "They were not compared yet.", True
    run.state = "finished"
    widget._bench._wake()
    until(lambda: status(widget).notice == run.notice, "the message")
    run.notice, run.comparing = "", False
    until(lambda: status(widget).notice == "", "no message")


# Messages


def test_one_paint_of_the_status_is_one_message(make: Any, sent: Any) -> None:
    """However much changed; none if nothing did."""
    widget = make(line, x=np.linspace(0, 4, 50))
    by_hand(widget)
    strip = status(widget).comm.comm_id
    run: Any = widget.start()
    for number in (1, 2, 3):
        sent.clear()
        run.give(number)
        widget._bench._screen.paint()
        assert len([message for message in sent if message.comm == strip]) == 1
    sent.clear()
    widget._bench._screen.paint()
    assert sent == []


def test_thousand_outcomes_at_once_are_few_messages(make: Any, sent: Any) -> None:
    """A server drops what exceeds a thousand messages a second."""
    widget = make(line, x=np.linspace(0, 4, 1000))
    by_hand(widget)
    run: Any = widget.start()
    widget._bench._screen.paint()
    sent.clear()
    run.give(1000)
    widget._bench._screen.paint()
    assert len(dots(widget)) == 1000
    assert len(sent) < 15, [list(message.state) for message in sent]
    sent.clear()
    run.state = "finished"
    widget._bench._screen.paint()  # sends everything once more
    assert len(sent) < 50
    sent.clear()
    widget._bench._screen.paint()
    assert sent == []


def test_only_the_pump_writes_to_the_screen(make: Any, sent: Any) -> None:
    """ipywidgets is not safe against several threads."""
    widget = make(line, x=np.linspace(0, 4, 100))
    until(lambda: status(widget).total == 100, "the first picture")
    chart = widget._bench._chart
    parts = [status(widget), widget._bench._run_button, widget._bench._stop_button]
    parts += [part for axis in (chart._x, chart._y) for part in (axis.scale, axis.axis)]
    parts += [mark for curve in chart._curves for mark in curve.marks]
    ours = {part.comm.comm_id for part in parts}
    sent.clear()
    run: Any = widget.start()
    run.give(50)
    until(lambda: len(dots(widget)) == 50, "fifty dots")
    fields(widget, "x")[1].value = 3.0
    widget.stop()
    until(lambda: status(widget).state == "cancelled", "the end", 10.0)
    senders = {message.thread for message in sent if message.comm in ours}
    assert senders == {PUMP}


# The end


def test_close_ends_everything(make: Any) -> None:
    """The run is cancelled, the pump's thread ends, twice is no error."""
    widget = make(line, x=[1.0, 2.0])
    run: Any = widget.start()
    pump = widget._bench._pump
    assert pump is not None
    widget.close()
    assert run.state == "cancelled"
    pump._thread.join(5)
    assert not pump._thread.is_alive()
    widget.close()


class FakeShell:
    """An IPython shell with a kernel that says which request it works on."""

    def __init__(self, cell: str | None, request: str) -> None:
        self._parent = {
            "header": {"msg_id": request},
            "metadata": {} if cell is None else {"cellId": cell},
        }
        self.user_ns: dict[str, Any] = {"_oh": {}}
        self.displayhook = SimpleNamespace(prompt_count=1)
        self.events = EventManager(self, available_events)

    @property
    def kernel(self) -> FakeShell:
        return self

    def get_parent(self) -> dict[str, Any]:
        return self._parent


@pytest.fixture
def in_cell(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Pretend to be in a cell, in a request."""
    monkeypatch.setattr(rerun, "_by_cell", {})

    def pretend(cell: str | None, request: str) -> None:
        monkeypatch.setattr(IPython, "get_ipython", lambda: FakeShell(cell, request))

    return pretend


def test_cell_run_again_replaces_its_widget(make: Any, in_cell: Any) -> None:
    """The old run is cancelled; widgets of other cells stay."""
    in_cell("one", "first")
    old, also_old = make(line, x=[1.0]), make(line, x=[1.0])
    old_run: Any = old.start()
    in_cell("two", "second")
    elsewhere = make(line, x=[1.0])
    elsewhere_run: Any = elsewhere.start()
    in_cell("one", "third")
    new = make(line, x=[1.0])
    assert old_run.state == "cancelled"
    assert old.comm is None
    assert also_old.comm is None
    assert elsewhere_run.state == "starting"
    assert elsewhere.comm is not None
    assert new.comm is not None


@pytest.mark.parametrize("cell", [None, ""])
def test_outside_a_cell_nothing_is_replaced(make: Any, in_cell: Any, cell: str | None) -> None:
    """A front end that does not say which cell it is loses nothing."""
    in_cell(cell, "first")
    old = make(line, x=[1.0])
    in_cell(cell, "second")
    make(line, x=[1.0])
    assert old.comm is not None


class BusyRun(FakeRun):
    """A run in which another job ends every time that somebody looks."""

    def outcomes_since(self, number: int) -> list[Outcome]:
        self.give(1)
        return super().outcomes_since(number)


def test_outcomes_that_come_while_a_curve_is_made_anew_count_once(make: Any) -> None:
    """The curve is made anew when a function's measure is known, or another is chosen."""
    widget = make(line, x=[1.0, 2.0, 3.0])
    by_hand(widget)
    sweep = widget.sweep
    widget._bench._screen.follow(sweep, BusyRun(sweep))
    for _ in range(5):
        widget._bench._screen.paint()
    (drawn,) = widget._bench._drawing._series.lines()
    assert sorted(drawn.dots_x) == [1, 2, 3]


# The tools above the chart


def ghosts_of(widget: SweepWidget) -> list[tuple[str, list[float]]]:
    """Give the labels and the y of what is pinned on the chart."""
    marks = widget._bench._chart._ghosts
    return [(mark.labels[0], mark.y.tolist()) for mark in marks if mark.visible]


def test_pinned_curves_stay_and_say_what_was_different(make: Any) -> None:
    widget = make(line, x=[1.0, 2.0])
    bench = widget._bench
    by_hand(widget)
    assert bench._tools._pin.disabled
    first: Any = widget.start()
    first.give(2)
    first.state = "finished"
    bench._screen.paint()
    assert not bench._tools._pin.disabled
    bench._tools._pin.click()
    bench._screen.paint()
    assert ghosts_of(widget) == [("pinned", [1.0, 2.0])]
    bench._controls["slope"]._field.value = 3.0
    bench._seed.value = 5
    second: Any = widget.start()
    second.give(1, offset=10.0)
    bench._screen.paint()
    assert ghosts_of(widget) == [("Slope 2, seed 0", [1.0, 2.0])]
    assert dots(widget) == [11.0]
    assert not bench._tools._unpin.disabled
    bench._tools._unpin.click()
    bench._screen.paint()
    assert ghosts_of(widget) == []
    assert bench._tools._unpin.disabled


def test_the_latest_pins_stay(make: Any) -> None:
    widget = make(line, x=[1.0, 2.0])
    by_hand(widget)
    for offset in range(6):
        run: Any = widget.start()
        run.give(2, offset=float(offset))
        widget._bench._tools._pin.click()
    widget._bench._screen.paint()
    assert [y[0] for _, y in ghosts_of(widget)] == [3.0, 4.0, 5.0, 6.0]


def test_the_look_changes_what_is_drawn_at_once(make: Any) -> None:
    """Also when the run has ended, and nothing new comes."""
    widget = make(line, x=[1.0, 2.0], trials=2)
    by_hand(widget)
    run: Any = widget.start()
    run.give(2)
    run.give(2, offset=2.0)
    run.state = "finished"
    bench = widget._bench
    bench._screen.paint()
    curve = bench._chart._curves[0]
    assert (curve.spread.fill, curve.trials.visible) == ("inside", False)
    bench._tools._spread.value = "Quartiles, bars"
    bench._tools._trials.value = True
    bench._screen.paint()
    assert curve.spread.fill == "none"
    assert curve.spread.y[:2].tolist() == [1.5, 2.5]
    assert curve.trials.y.tolist() == [1.0, 3.0, 2.0, 4.0]
    bench._tools._log_y.value = True
    bench._screen.paint()
    assert curve.means.y.tolist() == pytest.approx(np.log10([2.0, 3.0]).tolist())


def test_failures_are_marked_on_the_chart(make: Any) -> None:
    widget = make(line, x=[1.0, 2.0, 3.0])
    by_hand(widget)
    run: Any = widget.start()
    run.fail(Failure("ValueError", "no"))
    widget._bench._screen.paint()
    failed = widget._bench._chart._failed
    assert failed.x.tolist() == [run.jobs[0].parameters["x"]]


def test_the_measure_that_is_chosen_stays_when_another_one_comes(make: Any) -> None:
    """Some points of a plain function give more numbers than the first ones."""
    widget = make(line, x=[1.0, 2.0, 3.0])
    by_hand(widget)
    run: Any = widget.start()
    for number, names in enumerate((("level", "cv"), ("level", "cv", "rate"))):
        run.give(1)
        values = {name: Value(np.asarray(float(len(name))), PLAIN_NUMBER, name) for name in names}
        run.outcomes[number] = replace(run.outcomes[number], values=values)
        widget._bench._screen.paint()
        if not number:
            assert widget._bench._measure.value == "level"
            widget._bench._measure.value = "cv"
    assert [name for _, name in widget._bench._measure.options] == ["level", "cv", "rate"]
    assert widget._bench._measure.value == "cv"
    assert dots(widget) == [2.0, 2.0]


def test_a_measure_that_failed_is_marked_where_it_is_drawn(make: Any) -> None:
    """Other measures of that simulation have their dot; the strip names it, and its point."""
    widget = make(line, x=[1.0, 2.0, 3.0])
    by_hand(widget)
    run: Any = widget.start()
    run.give(1)
    level = Value(np.asarray(7.0), PLAIN_NUMBER, "Level")
    cv = Value(np.asarray(0.5), PLAIN_NUMBER, "CV")
    failures = {"cv": Failure("ZeroDivisionError", "division by zero", "in cv")}
    run.outcomes[0] = replace(run.outcomes[0], values={"level": level, "cv": cv})
    partial = Outcome(run.jobs[1], "done", {"level": level}, failures=failures)
    run.outcomes.append(partial)
    widget._bench._screen.paint()
    chart = widget._bench._chart
    assert not chart._failed.visible
    assert len(dots(widget)) == 2
    (error,) = status(widget).errors
    assert error["point"] == f"X {partial.job.parameters['x']:g}"
    assert error["message"] == "cv: ZeroDivisionError: division by zero"
    assert "in cv" in error["traceback"]
    widget._bench._drawing._measure.value = "cv"
    widget._bench._screen.paint()
    assert chart._failed.visible
    assert chart._failed.x.tolist() == [partial.job.parameters["x"]]
    assert dots(widget) == [0.5]
    assert widget._bench._drawing.failed_at(2.0) == partial.job.position


def test_a_question_can_be_answered_in_live_mode_too(make: Any) -> None:
    """Resume and Stop are there while the strip asks."""
    widget = make(line, x=[1.0, 2.0, 3.0])
    by_hand(widget)
    run: Any = widget.start()
    run.state = "paused"
    bench = widget._bench
    bench._screen.paint()
    assert (bench._pause_button.description, bench._pause_button.disabled) == ("Resume", False)
    assert not bench._stop_button.disabled


def test_a_marked_range_is_where_the_sweep_goes(make: Any) -> None:
    """The tool goes off, the fields follow, and the sweep runs there."""
    widget = make(line, x=np.linspace(0, 10, 11))
    bench = widget._bench
    by_hand(widget)
    bench._tools._zoom.value = True
    bench._screen.paint()
    brush = bench._chart.brush
    assert bench._chart.figure.interaction is brush
    brush.brushing = True
    brush.selected = np.array([2.004, 5.996])
    brush.set_state({"brushing": False})
    bench._screen.paint()
    assert not bench._tools._zoom.value
    assert bench._chart.figure.interaction is None
    assert [field.value for field in fields(widget, "x")] == [2.0, 6.0, 11]
    assert widget.run.sweep.plan.axes[0].values[0] == 2.0


def test_what_a_browser_sends_for_the_brush_is_looked_at(make: Any) -> None:
    """Only a range is taken, whatever else is sent, and before the tool was ever used."""
    brush = make(line, x=[0.0, 10.0])._bench._chart.brush
    for hostile in ({"scale": None}, {"color": "red"}, {"orientation": "vertical"}, 7, None):
        brush.set_state(hostile)
    assert brush.orientation == "horizontal"
    assert brush.color != "red"


# Sliders


def test_a_slider_that_goes_to_its_next_step_changes_nothing(make: Any) -> None:
    """Browsers send where the thumb came to rest; a person's drag goes on from there."""
    widget = make(line, x=[0.013, 3.977], slope=0.1237, size=151)
    controls = widget._bench._controls
    slider = controls["size"]._slider
    step = slider.step
    rest = slider.min + (151 - slider.min + step // 2) // step * step  # halves go up, there
    assert rest != 151
    slider.set_state({"value": rest})
    assert controls["size"].untouched
    slider.set_state({"value": rest + step})
    assert controls["size"]._field.value == rest + step
    slider.set_state({"value": rest})
    assert controls["size"]._field.value == rest
    ends = controls["x"]._slider
    rests = [ends.min + round((end - ends.min) / ends.step) * ends.step for end in (0.013, 3.977)]
    ends.set_state({"value": rests})
    assert controls["x"].untouched
    ends.set_state({"value": [rests[0], rests[1] - 3 * ends.step]})
    assert controls["x"]._low.value == 0.013
    assert controls["x"]._high.value == pytest.approx(rests[1] - 3 * ends.step)


# Two parameters as a map


def test_more_rows_than_curves_can_be_told_apart_are_a_map(make: Any) -> None:
    widget = make(line, x=[1.0, 2.0, 3.0], size=range(10))
    by_hand(widget)
    bench = widget._bench
    heat, chart = bench._heat, bench._chart
    run: Any = widget.start()
    bench._screen.paint()
    assert heat.shown
    run.give(7)
    bench._screen.paint()
    assert heat._cells.color.shape == (10, 3)
    assert np.isfinite(heat._cells.color).sum() == 7
    run.give(100)
    run.state = "finished"
    bench._screen.paint()
    np.testing.assert_array_equal(heat._cells.color, np.tile([1.0, 2.0, 3.0], (10, 1)))
    assert [curve.line.visible for curve in chart._curves] == [True] + 5 * [False]
    heat._cells._handle_custom_msgs(
        None, {"event": "element_click", "data": {"rowNum": 4, "columnNum": 2}}
    )
    bench._screen.paint()
    assert bench._drawing.shown.row == 4
    assert heat._row.y.tolist() == [3.5, 3.5, 4.5, 4.5]


def test_few_rows_are_a_map_when_one_asks(make: Any) -> None:
    widget = make(line, x=[1.0, 2.0, 3.0], size=[1, 2])
    by_hand(widget)
    bench = widget._bench
    assert bench._tools._heat.layout.display is None
    run: Any = widget.start()
    run.give(6)
    bench._screen.paint()
    assert not bench._heat.shown
    assert sum(curve.line.visible for curve in bench._chart._curves) == 2
    bench._tools._heat.value = True
    bench._screen.paint()
    assert bench._heat.shown
    assert sum(curve.line.visible for curve in bench._chart._curves) == 1


def test_a_mark_on_the_chart_is_for_the_x_axis_that_it_shows(make: Any) -> None:
    """Another one may have been chosen since, and not have run."""
    widget = make(line, x=[1.0, 2.0], slope=2.0)
    widget.start().give(2)
    by_hand(widget)
    widget._bench._controls.put_across("slope")
    before = widget._bench._controls["slope"].settings
    widget._bench._zoomed(1.2, 1.8)
    axis = widget.sweep.plan.axes[0]
    assert (axis.name, axis.values[0], axis.values[-1]) == ("x", 1.2, 1.8)
    widget._bench._controls.put_across("slope")
    assert widget._bench._controls["slope"].settings == before


def test_a_closed_widget_leaves_nothing_behind(make: Any) -> None:
    """Neither here nor in the browser, however often a cell runs."""
    before = set(widgets_alive())
    widget = make(line, x=[1.0, 2.0], slope=2.0)
    widget._bench._controls.put_across("slope")
    widget.close()
    widget._bench._pump._thread.join(5)
    assert set(widgets_alive()) - before == set()


def test_one_swept_parameter_offers_no_map(make: Any) -> None:
    widget = make(line, x=[1.0, 2.0])
    by_hand(widget)
    assert widget._bench._tools._heat.layout.display == "none"


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        {"rowNum": -1, "columnNum": 0},
        {"rowNum": 99, "columnNum": 0},
        {"rowNum": True, "columnNum": 0},
        {"rowNum": "0", "columnNum": 0},
    ],
)
def test_cells_that_do_not_exist_are_not_opened(make: Any, data: Any) -> None:
    widget = make(line, x=[1.0, 2.0, 3.0], size=range(10))
    by_hand(widget)
    run: Any = widget.start()
    run.give(30)
    widget._bench._screen.paint()
    widget._bench._heat._cells._handle_custom_msgs(None, {"event": "element_click", "data": data})
    assert widget._bench._drawing.row == 0
