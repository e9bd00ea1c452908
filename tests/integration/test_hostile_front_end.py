"""Whatever a browser sends: the kernel lives, its state is valid, and no text is ever HTML."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import ipywidgets as w
import numpy as np
import pytest
from helpers import type_into, until
from hypothesis import given, settings
from hypothesis import strategies as st
from ipywidgets.widgets.widget_description import DescriptionWidget
from jupyter_client.manager import start_new_kernel

from brian_sweep_widget import Sweep, SweepWidget
from brian_sweep_widget.models.function_model import FunctionModel
from brian_sweep_widget.widget.inbox import parts_of
from brian_sweep_widget.widget.typed_field import TypedField


def model(x: float = 1.0, size: int = 100, exact: bool = True, how: str = "well") -> float:
    """Have a parameter of every kind."""
    return x * size


@pytest.fixture(scope="module")
def widget() -> Iterator[SweepWidget]:
    """Make one widget with a control of every kind."""
    made = SweepWidget(model, x=np.linspace(0, 4, 5), size=[10, 20], workers=2, store=None)
    yield made
    made.close()


def send(part: w.Widget, data: Any, buffers: Any = ()) -> None:
    """Hand a message over as the kernel does: what it raises is logged there, and over."""
    with suppress(KeyError, TypeError, AttributeError, IndexError, ValueError, OverflowError):
        part._handle_msg({"content": {"data": data}, "buffers": list(buffers)})


def traits_of(part: w.Widget) -> dict[str, Any]:
    """Give everything that a browser sees of a widget."""
    return {name: getattr(part, name) for name in part.keys}


def assert_valid(widget: SweepWidget) -> None:
    """Every trait holds what it may hold, and the settings are a sweep or are refused."""
    for part in parts_of(widget):
        for name in part.keys:
            trait = part.traits()[name]
            if getattr(part, name) is not None:
                trait.validate(part, getattr(part, name))
    with suppress(TypeError, ValueError):  # refused with words
        sweep = widget.sweep
        assert isinstance(sweep, Sweep)
        assert all(math.isfinite(value) for axis in sweep.plan.axes for value in axis.values)


numbers = st.one_of(
    st.integers(-(10**400), 10**400), st.floats(), st.sampled_from([10**9, -1, 0, 1e308, 2**63])
)
json_values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=20)
    | st.sampled_from(["\ud800", "x" * 100_000, "IPY_MODEL_nothing", "<script>alert(1)</script>"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@settings(max_examples=150)
@given(st.data())
def test_no_update_breaks_anything(widget: SweepWidget, data: st.DataObject) -> None:
    """Of any part, any key that there is or is not, any value."""
    parts = list(parts_of(widget))
    part = data.draw(st.sampled_from(parts), "part")
    keys = st.sampled_from(sorted(part.keys)) | st.sampled_from(["value", "__class__", "nothing"])
    state = data.draw(st.dictionaries(keys, json_values, min_size=1, max_size=3), "state")
    moving = shown_by_the_pump(widget)
    still = [one for one in parts if one not in moving]
    before = {id(one): traits_of(one) for one in still}
    send(part, {"method": "update", "state": state})
    assert list(map(id, parts_of(widget))) == list(map(id, parts))
    for one in still:
        for name, value in traits_of(one).items():
            if name not in {"value", "index", "label"}:
                assert _same(before[id(one)][name], value), f"{type(one).__name__}.{name}"
    assert_valid(widget)


def shown_by_the_pump(widget: SweepWidget) -> set[w.Widget]:
    """Give what changes by itself; sliders follow their fields, and widen."""
    kinds = (w.IntSlider, w.FloatSlider, w.IntRangeSlider, w.FloatRangeSlider, w.Button)
    return {
        part
        for part in parts_of(widget)
        if isinstance(part, kinds) or type(part).__name__ in {"StatusStrip", "Axis", "LinearScale"}
        or type(part).__module__.startswith("bqplot")
    }  # fmt: skip


def _same(one: Any, other: Any) -> bool:
    return one is other or bool(np.all(np.equal(one, other)) if _is_array(one) else one == other)


def _is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray)


@given(
    st.one_of(
        json_values,
        st.fixed_dictionaries(
            {"method": st.sampled_from(["update", "custom", "request_state", "nonsense"])},
            optional={
                "state": json_values,
                "content": json_values
                | st.fixed_dictionaries(
                    {"kind": st.sampled_from(["typed", "step"])},
                    optional={"text": json_values, "by": json_values},
                ),
                "buffer_paths": st.lists(
                    st.lists(st.text(max_size=3) | st.integers(-3, 3), max_size=3), max_size=2
                ),
            },
        ),
    )
)
def test_no_message_breaks_anything(widget: SweepWidget, message: Any) -> None:
    """With parts missing, or of another kind than they are."""
    for part in parts_of(widget):
        send(part, message, [b"x"])
    assert_valid(widget)


def test_what_only_python_writes_stays(widget: SweepWidget) -> None:
    """Bounds, children, words and switches are not the browser's."""
    for part in parts_of(widget):
        if isinstance(part, w.Box):
            send(part, {"method": "update", "state": {"children": [], "layout": None}})
        send(part, {"method": "update", "state": {"max": 10**9, "min": -(10**9), "step": 0}})
        send(part, {"method": "update", "state": {"disabled": False, "description": "x"}})
        send(part, {"method": "update", "state": {"_dom_classes": [], "comm": None, "keys": []}})
        send(part, {"method": "update", "state": {"_options_labels": ["x"], "state": "running"}})
    assert len(widget.children) == 2
    trials = widget._bench._trials
    assert (trials.description, trials.text, trials.problem) == ("Trials", str(trials.value), "")
    type_into(trials, "1001")
    assert "(allowed: a whole number from 1 to 1000)" in trials.problem
    type_into(trials, trials.text)
    assert trials.problem == ""
    assert_valid(widget)


def fields_of(widget: SweepWidget) -> dict[str, w.Widget]:
    """Find fields by their description."""
    return {
        part.description: part
        for part in parts_of(widget)
        if isinstance(part, DescriptionWidget | TypedField)
    }


def test_a_billion_of_everything_is_refused_with_words(widget: SweepWidget) -> None:
    """Points, trials, neurons: nothing of it is made."""
    fields = fields_of(widget)
    before = {name: field.value for name, field in fields.items() if hasattr(field, "value")}
    for name in ("points", "Trials", "Seed"):
        send(fields[name], {"method": "update", "state": {"value": 10**9}})
        type_into(fields[name], "1" + "0" * (9 if name != "Seed" else 9000))
        assert "large" in fields[name].problem
    type_into(fields["to"], "9" * 20_000)
    assert "is longer than 10000 characters" in fields["to"].problem
    type_into(fields["to"], "nan")
    assert "is not finite" in fields["to"].problem
    assert_valid(widget)
    for name, value in before.items():
        assert fields[name].value == value


def test_floods_of_clicks_start_no_flood_of_sweeps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand messages of every button; the last word is a normal one, and works."""
    gate = threading.Event()
    started: list[Sweep] = []
    start = Sweep.start

    def counting(sweep: Sweep, *arguments: Any) -> Any:
        started.append(sweep)
        return start(sweep, *arguments)

    monkeypatch.setattr(Sweep, "start", counting)

    def slow(x: float = 1.0) -> float:
        import time

        time.sleep(0.2)
        return x

    flooded = SweepWidget(slow, x=np.linspace(0, 4, 40), workers=2, store=None)
    try:
        click = {"method": "custom", "content": {"event": "click"}}
        for _ in range(1000):
            send(flooded._bench._run_button, click)
        assert len(started) <= 3
        threads = threading.active_count()
        for _ in range(1000):
            send(flooded._bench._pause_button, click)
            send(flooded._bench._status, {"method": "custom", "content": {"kind": "retry"}})
            send(
                flooded._bench._status,
                {"method": "custom", "content": {"kind": "skip", "position": [-1]}},
            )
        assert threading.active_count() <= threads + 5
        for position in ([10**30], ["0", 0], [0.0, 0], [True, 0], [[0], 0], None, "00", [0] * 1000):
            send(
                flooded._bench._status,
                {"method": "custom", "content": {"kind": "skip", "position": position}},
            )
        assert flooded.run is not None
        assert flooded.run.progress.cancelled == 0
        field = fields_of(flooded)["to"]
        for number in range(2000):
            type_into(field, str(1.0 + number / 1000))
        assert field.value == pytest.approx(2.999)
        assert len(started) <= 3
        for _ in range(3):
            send(flooded._bench._stop_button, click)
        until(lambda: flooded.run is not None and flooded.run.progress.ended, "the stop", 20)
        send(flooded._bench._run_button, click)
        assert flooded.run.progress.total == 40
    finally:
        gate.set()
        flooded.close()


HTML = '<img src=x onerror="window.__pwned=1"><script>window.__pwned=1</script>'


def test_no_text_of_a_models_is_ever_html() -> None:
    """Names, labels, units, messages: wherever HTML is read, they are not."""

    def hostile(x: float = 1.0) -> float:
        raise ValueError(HTML)

    hostile.__name__ = hostile.__qualname__ = HTML
    made = SweepWidget(FunctionModel(hostile), x=np.linspace(0, 1, 3), workers=2, store=None)
    try:
        made.start().wait(120)
        until(lambda: made._bench._status.failed == 3, "the failures")
        assert HTML in made._bench._status.errors[0]["message"]
        for part in parts_of(made):
            if isinstance(part, w.HTML | w.HTMLMath):
                assert "<img" not in part.value
                assert "<script" not in part.value
            if isinstance(part, DescriptionWidget):
                assert not part.description_allow_html
    finally:
        made.close()


KERNEL = """
import numpy as np
import ipywidgets as w
from brian_sweep_widget import SweepWidget
from brian_sweep_widget.widget.inbox import parts_of
def model(x=1.0, size=100):
    return x * size
widget = SweepWidget(model, x=np.linspace(0, 4, 5), workers=2, store=None)
print(" ".join(part.comm.comm_id for part in parts_of(widget)))
"""

GARBAGE = [
    {"method": "update", "state": {"value": {"a": [1, None]}, "max": 1e300, "children": 7}},
    {"method": "update", "state": {"value": 1e999}},
    {"method": "update", "state": "text"},
    {"method": "update", "state": {"value": "x" * 10}, "buffer_paths": [["value", 7]]},
    {"method": "update"},
    {"method": "custom"},
    {"method": "custom", "content": [1, 2]},
    {"method": "custom", "content": {"event": "click"}},
    {"method": "custom", "content": {"kind": "typed", "text": "\u0000<b>"}},
    {"method": "custom", "content": {"kind": "skip", "position": {"a": 1}}},
    {"method": "request_state"},
    {"method": 7},
    {},
    [],
    "text",
    None,
]


def test_a_real_kernel_survives_everything() -> None:
    """Through its sockets: afterwards it runs cells, and the widget its sweep."""
    manager, client = start_new_kernel(kernel_name="python3")
    printed: list[str] = []

    def run(code: str) -> str:
        printed.clear()
        reply = client.execute_interactive(
            code, timeout=300, output_hook=lambda m: printed.append(m["content"].get("text", ""))
        )
        assert reply["content"]["status"] == "ok", reply["content"]
        return "".join(printed).strip()

    try:
        comms = run(KERNEL).split()[-1000:]
        assert len(comms) > 20
        for comm in comms:
            for data in GARBAGE:
                message = client.session.msg("comm_msg", {"comm_id": comm, "data": data})
                client.shell_channel.send(message)
            client.shell_channel.send(client.session.msg("comm_msg", {"comm_id": comm}))
        assert run("print(6 * 7)").endswith("42")
        # Numbers that make no range are refused with words; then a person types others.
        run(
            "for part in parts_of(widget):\n"
            "    if getattr(part, 'description', '') in {'from', 'to'}:\n"
            "        part.value = 0.0 if part.description == 'from' else 4.0\n"
        )
        assert run("widget.stop(); print(widget.start().wait(60).counts())").endswith("{'done': 5}")
        assert run("print(len(widget.children))").endswith("2")
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
