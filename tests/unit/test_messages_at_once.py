"""Two messages of a browser's at once, which JupyterLab sends to two threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from brian2 import mV
from helpers import type_into, until
from test_widget import by_hand

from brian_sweep_widget import SweepWidget, cuba
from brian_sweep_widget.backends import make_credentials
from brian_sweep_widget.models.units import PLAIN_NUMBER
from brian_sweep_widget.results import Outcome, Value
from brian_sweep_widget.runs import Run, read_place
from brian_sweep_widget.widget.drawing import Drawing
from brian_sweep_widget.widget.history import History
from brian_sweep_widget.widget.in_degree import InDegree
from brian_sweep_widget.widget.inbox import accept_only_input
from brian_sweep_widget.widget.place_picker import PlacePicker
from brian_sweep_widget.widget.switch import LiveSwitch
from brian_sweep_widget.widget.typed_field import TypedField

_MESSENGER = "a browser's message"
_PATIENCE = 0.5  # s that a message waits for another one that waits for its turn
_waiting: list[threading.Thread] = []


@pytest.fixture
def widget() -> Iterator[SweepWidget]:
    """Show a network that needs no compiler, swept over two weights."""
    made = SweepWidget(
        cuba,
        excitatory_weight=[1, 2] * mV,
        size=1000,
        engine="numpy",
        workers=1,
        store=None,
    )
    yield made
    made.close()


def send(part: Any, content: dict[str, Any]) -> None:
    """Hand a message to a part of the widget, as its comm does."""
    data = {"method": "custom", "content": content}
    part._handle_msg({"content": {"data": data}, "buffers": []})


def click(button: Any) -> Callable[[], None]:
    """Make what a click on a button does."""
    return lambda: send(button, {"event": "click"})


def at_once(*messages: Callable[[], None]) -> None:
    """Handle messages in a thread each, and wait for all."""
    threads = [threading.Thread(target=handle, name=_MESSENGER) for handle in messages]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def meet_at(monkeypatch: pytest.MonkeyPatch, owner: type, name: str) -> None:
    """Have two messages wait for one another whenever both have read an attribute."""
    both = threading.Barrier(2)
    found = owner.__dict__.get(name)

    def read(self: Any) -> Any:
        value = self.__dict__[name] if found is None else found.fget(self)
        if threading.current_thread().name == _MESSENGER:
            # One after the other, the first waits in vain, and the second not at all.
            with suppress(threading.BrokenBarrierError):
                both.wait(_PATIENCE)
        return value

    def write(self: Any, value: Any) -> None:
        self.__dict__[name] = value

    monkeypatch.setattr(owner, name, property(read, write), raising=False)


def test_undo_clicked_twice_takes_back_two_changes(
    widget: SweepWidget, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And both can be made again, one by one."""
    controls, history = widget._bench._controls, widget._bench._history
    changes = {"size": "2000", "inhibitory_weight": "-8", "refractory": "1"}
    for name, text in changes.items():
        type_into(controls[name]._fields[0], text)
    meet_at(monkeypatch, History, "_now")
    at_once(click(history._undo), click(history._undo))
    assert [controls[name].settings[0] for name in changes] == [2000, -9.0, 0.0]
    history.redo()
    assert [controls[name].settings[0] for name in changes] == [2000, -8.0, 0.0]


def test_weights_are_scaled_once(widget: SweepWidget, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a second click finds nothing left to do."""
    controls = widget._bench._controls
    type_into(controls["size"]._fields[0], "2000")
    meet_at(monkeypatch, InDegree, "_held")
    scale = widget._bench._in_degree._scale
    at_once(click(scale), click(scale))
    assert controls["inhibitory_weight"].settings == (-4.5,)


def test_two_pins_are_two(widget: SweepWidget, monkeypatch: pytest.MonkeyPatch) -> None:
    """None takes the place of the other."""
    type_into(widget._bench._controls["duration"]._fields[0], "1")
    widget.start().wait()
    meet_at(monkeypatch, Drawing, "pins")
    pin = widget._bench._tools._pin
    at_once(click(pin), click(pin))
    assert len(widget._bench._drawing.pins) == 2


def test_pause_clicked_twice_goes_on(widget: SweepWidget, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the second click is one on Resume."""
    type_into(widget._bench._controls["duration"]._fields[0], "1000000")
    run = widget.start()
    until(lambda: run.progress.state == "running", "the run is under way")
    meet_at(monkeypatch, Run, "progress")
    pause = widget._bench._pause_button
    at_once(click(pause), click(pause))
    assert run.progress.state == "running"


def test_two_steps_of_a_field_are_two() -> None:
    """The second one begins where the first one ended."""
    both = threading.Barrier(2)

    def next_one(value: int, by: int) -> int:
        with suppress(threading.BrokenBarrierError):
            both.wait(_PATIENCE)
        return value + by

    field = TypedField(int, str, next_one, value=1)
    accept_only_input(field)
    step = {"kind": "step", "by": 1, "text": None}
    at_once(lambda: send(field, step), lambda: send(field, step))
    assert (field.value, field.text) == (3, "3")
    field.close()


def answered_meanwhile(message: Callable[[], None]) -> None:
    """Handle a message in a thread of its own; go on if it waits for us."""
    thread = threading.Thread(target=message, name=_MESSENGER)
    thread.start()
    thread.join(_PATIENCE)
    _waiting.append(thread)


@pytest.fixture(autouse=True)
def none_is_left() -> Iterator[None]:
    """Forget the messages of a test."""
    yield
    _waiting.clear()


def all_answered() -> None:
    """Wait until the messages have been handled that had to wait."""
    for thread in _waiting:
        thread.join()


def press(button: Any, *, value: bool) -> Callable[[], None]:
    """Make what a click on a toggle button does."""
    data = {"method": "update", "state": {"value": value}, "buffer_paths": []}
    return lambda: button._handle_msg({"content": {"data": data}, "buffers": []})


def choose(choice: Any, index: int) -> Callable[[], None]:
    """Make what choosing one of several does."""
    data = {"method": "update", "state": {"index": index}, "buffer_paths": []}
    return lambda: choice._handle_msg({"content": {"data": data}, "buffers": []})


def test_zoom_is_pressed_while_the_screen_is_painted(
    widget: SweepWidget, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And stays pressed."""
    by_hand(widget)
    tools = widget._bench._tools
    paint = tools.paint

    def paint_later(**states: bool) -> None:
        answered_meanwhile(press(tools._zoom, value=True))
        paint(**states)

    monkeypatch.setattr(tools, "paint", paint_later)
    widget._bench._screen.paint()
    all_answered()
    assert tools._zoom.value
    assert widget._bench._drawing.zooming


def test_live_is_switched_off_while_the_screen_is_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    """And stays off."""
    switch = LiveSwitch(lambda _: None)
    accept_only_input(switch.widget)
    switch.paint("", possible=True)
    assert switch.on

    def read(self: Any) -> bool:
        value: bool = self.__dict__["_on"]
        painting = threading.current_thread().name != _MESSENGER and not self._lock.locked()
        if painting and not _waiting:  # it is about to be written
            answered_meanwhile(press(switch.widget, value=False))
        return value

    def write(self: Any, value: bool) -> None:
        self.__dict__["_on"] = value

    with monkeypatch.context() as patched:
        patched.setattr(LiveSwitch, "_on", property(read, write), raising=False)
        switch.paint("", possible=True)
        all_answered()
    assert (switch.on, switch.widget.value) == (False, False)
    switch.widget.close()


def test_a_place_is_chosen_while_hosts_are_painted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And stays chosen."""
    file = make_credentials(tmp_path / "mine.pem").path
    monkeypatch.setenv("BRIAN_SWEEP_CREDENTIALS", str(file))
    picker = PlacePicker(read_place(["127.0.0.1:1"]), 1)  # nothing listens there
    accept_only_input(picker.widget)
    button, radio = picker.widget.children[:2]
    button.value = True
    shown = picker._shown

    def read(self: Any) -> Any:
        value = self.__dict__["_chosen"]
        if threading.current_thread().name != _MESSENGER and radio.index is None and not _waiting:
            answered_meanwhile(choose(radio, 0))
        return value

    def write(self: Any, value: Any) -> None:
        self.__dict__["_chosen"] = value

    with monkeypatch.context() as patched:
        patched.setattr(PlacePicker, "_chosen", property(read, write), raising=False)
        picker.paint()
        all_answered()
    assert _waiting
    assert (picker.place, radio.index) == (shown[0].place, 0)
    picker.widget.close()


def test_a_measure_is_chosen_while_another_comes(
    widget: SweepWidget, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And stays chosen."""
    by_hand(widget)
    measure, drawing = widget._bench._measure, widget._bench._drawing
    hold_sync = measure.hold_sync

    def hold_later() -> Any:
        if not _waiting:
            answered_meanwhile(choose(measure, 1))
        return hold_sync()

    monkeypatch.setattr(measure, "hold_sync", hold_later)
    chosen = measure.options[1][1]
    job = widget.sweep.jobs()[0]
    value = Value(np.asarray(1.0), PLAIN_NUMBER, "third")
    drawing._offer_measures([Outcome(job, "done", {"third": value})])
    all_answered()
    assert measure.value == chosen
    assert measure.options[-1] == ("third", "third")
