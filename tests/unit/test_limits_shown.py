"""What a widget shows where an administrator allows less than a model begins with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest import mock
from urllib.parse import urlencode

import ipywidgets as w
import numpy as np
import pytest
from brian2 import Network, NeuronGroup, ms, mV
from helpers import type_into, until
from hypothesis import given
from hypothesis import strategies as st
from test_widget import FakeRun, status

from brian_sweep_widget import Inputs, Sweep, SweepWidget, brunel, cuba, network_model
from brian_sweep_widget.cli.__main__ import main
from brian_sweep_widget.limits import LimitError
from brian_sweep_widget.runs import Preparation
from brian_sweep_widget.widget.asking import Asked, first_sweep
from brian_sweep_widget.widget.controls import Controls
from brian_sweep_widget.widget.inbox import parts_of
from brian_sweep_widget.widget.place_picker import PlacePicker

SOURCE = "BRIAN_SWEEP_MAX_NEURONS"
ENDED = "Network size: 4000 is above the limit of 3000 that is set here; 3000 is shown."


@pytest.fixture
def neurons(monkeypatch: pytest.MonkeyPatch) -> None:
    """Allow fewer neurons than the default."""
    monkeypatch.setenv(SOURCE, "3000")


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Make widgets that compile nothing, and are closed after the test."""
    made: list[SweepWidget] = []
    monkeypatch.setattr(Sweep, "warm_up", lambda self: None)

    def make_widget(*arguments: Any, **options: Any) -> SweepWidget:
        made.append(SweepWidget(*arguments, **{"workers": 1, **options}))
        return made[-1]

    yield make_widget
    for widget in made:
        widget.close()


def of(widget: SweepWidget, name: str) -> Any:
    """Give the control of a parameter."""
    return widget._bench._controls[name]


def notice(widget: SweepWidget) -> str:
    """Give what the status strip tells."""
    return str(status(widget).notice)


@pytest.mark.usefixtures("neurons")
def test_a_default_ends_at_the_limit_and_the_person_is_told_once(make: Any) -> None:
    """The notice goes with the next change of the settings."""
    widget = make(cuba)
    assert widget.sweep.plan.fixed["size"] == 3000
    field = of(widget, "size").field
    slider = next(
        one for one in parts_of(of(widget, "size").widget) if isinstance(one, w.IntSlider)
    )
    assert (field.text, slider.value, slider.max) == ("3000", 3000, 3000)
    until(lambda: notice(widget) == ENDED, "the notice")
    type_into(field, "4000")
    assert field.problem == (
        "'4000' is above the limit of 3000 that is set here (by BRIAN_SWEEP_MAX_NEURONS). "
        "3000 stays."
    )
    type_into(field, "2999")
    assert field.problem == ""
    until(lambda: notice(widget) == "", "the notice is gone")


@pytest.mark.usefixtures("neurons")
def test_what_is_swept_ends_at_the_limit(make: Any) -> None:
    """The x axis, and the curves."""
    widget = make(cuba)
    controls = widget._bench._controls
    controls.sweep_over(["size"])
    assert max(widget.sweep.plan.axes[0].values) == 3000
    _, high = of(widget, "size")._fields[:2]
    type_into(high, "3001")
    assert "3001' is above the limit of 3000" in high.problem
    controls.sweep_over(["excitatory_weight", "size"])
    assert max(widget.sweep.plan.axes[1].values) == 3000
    curves = of(widget, "size")._fields[0]
    type_into(curves, "1000, 4000")
    assert "1000, 4000' is above the limit of 3000" in curves.problem


@pytest.mark.usefixtures("neurons")
def test_a_link_that_asks_for_more_is_refused(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """As other values that cannot be; without one, a link begins at the limit."""
    for fields in ({"size": "4000"}, {"size": "1000,4000"}, {"model": "brunel", "size": "4000"}):
        monkeypatch.setenv("QUERY_STRING", urlencode(fields))
        widget = SweepWidget.from_url(workers=1)
        line = widget.children[0].children[0].value
        assert line.startswith("The address of this page asks for what cannot be: size = 4000 ")
        assert f"allowed are 3000 here (set by {SOURCE}); give size = 3000 or less" in line
        assert widget.sweep.plan.fixed["size"] == 3000
        widget.close()
    monkeypatch.setenv("QUERY_STRING", urlencode({"excitatory_weight": "0:4:5mV"}))
    widget = SweepWidget.from_url(workers=1)
    assert widget.sweep.plan.fixed["size"] == 3000
    widget.close()


def test_a_preset_that_asks_for_more_changes_nothing(
    make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And is refused in words; others are as ever."""
    monkeypatch.setenv(SOURCE, "2000")
    widget = make(brunel)
    assert "Network size: 12500 is above the limit of 2000" in widget._bench._controls.remark
    presets = widget._bench._presets.widget
    presets.value = "Weak drive (Fig. 8D)"
    assert of(widget, "external_rate").value() == 0.9
    presets.value = "A fifth of it: fast"
    said = "A fifth of it: fast: Network size = 2500: allowed are 2000 here (set by "
    until(lambda: notice(widget).startswith(said), "the refusal")
    assert of(widget, "size").value() == 2000
    assert of(widget, "external_rate").value() == 0.9
    assert presets.value == ""


def test_a_network_too_small_for_its_inputs_has_fewer(
    make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or its builder would refuse what the widget begins with."""
    monkeypatch.setenv(SOURCE, "1000")
    widget = make(brunel)
    assert {**widget.sweep.plan.fixed, "size": 1000, "in_degree": 100} == widget.sweep.plan.fixed
    assert "1250 is above the number of neurons; 100 is shown." in widget._bench._controls.remark


@pytest.mark.parametrize("engine", ["auto", "numpy"])
@pytest.mark.usefixtures("neurons")
def test_a_sweep_of_more_is_refused_before_anything_is_computed(engine: str) -> None:
    """And never computed with another value than the model's, or the person's."""
    with pytest.raises(LimitError) as error:
        Sweep(cuba, engine=engine)
    assert str(error.value) == (
        "size = 4000 neurons, which is the default: allowed are 3000 here "
        "(set by BRIAN_SWEEP_MAX_NEURONS); give size = 3000 or less"
    )
    with pytest.raises(LimitError, match="size = 5000 neurons: allowed are 3000"):
        Sweep(cuba, engine=engine, size=[1000, 5000])
    with pytest.raises(LimitError, match="size = 4000 neurons: allowed are 3000"):
        SweepWidget(cuba, engine=engine, size=4000)
    assert len(Sweep(cuba, engine=engine, size=[1000, 3000])) == 2


@pytest.mark.usefixtures("neurons")
def test_so_it_is_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    """With the exit code of a wrong usage."""
    assert main(["run", "cuba"]) == 2
    assert "size = 4000 neurons, which is the default: allowed are 3000" in capsys.readouterr().err


def test_synapses_are_a_product(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of size, size and probability: the default size ends, later combinations are refused."""
    monkeypatch.setenv("BRIAN_SWEEP_MAX_SYNAPSES", "80000")
    message = "size = 4000 and connection_probability = 0.02 make about 3.2e.05 synapses: allowed"
    with pytest.raises(LimitError, match=message):
        Sweep(cuba)
    widget = make(cuba)
    assert widget.sweep.plan.fixed["size"] == 2000
    assert (
        "makes about 3.2e+05 synapses, above the limit of 80000" in widget._bench._controls.remark
    )
    type_into(of(widget, "connection_probability").field, "0.03")
    with pytest.raises(LimitError, match="size = 2000 and connection_probability = 0.03"):
        _ = widget.sweep
    assert make(cuba, size=np.array([100, 1000])).sweep.plan.axes[0].values[-1] == 1000
    swept = make(cuba, connection_probability=[0.02, 0.08])
    assert swept.sweep.plan.fixed["size"] == 1000
    with pytest.raises(LimitError, match="size = 12500 and in_degree = 1250"):
        Sweep(brunel)


def test_a_suggested_axis_has_as_many_points_as_are_allowed(
    make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where Live would take some more, and with several trials."""
    monkeypatch.setenv("BRIAN_SWEEP_MAX_JOBS", "20")
    for options, points in (({}, 20), ({"trials": 3}, 6), ({"trials": 20}, 1)):
        widget = make(cuba, **options)
        assert len(widget.sweep.plan.axes[0]) == points
        assert len(widget._bench._asked.sweep(live=True)) <= 20
        assert bool(widget._bench._controls.remark) == (points < 20)
    assert "20 points make 60 simulations, above the limit of 20" in (
        make(cuba, trials=3)._bench._controls.remark
    )
    with pytest.raises(LimitError, match="21 simulations: allowed are 20"):
        make(cuba, excitatory_weight=np.linspace(0, 4, 21) * mV)


def test_another_model_is_chosen_where_few_points_are_allowed(
    make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AdEx suggests 41."""
    monkeypatch.setenv("BRIAN_SWEEP_MAX_JOBS", "20")
    widget = make()
    widget._head.value = "adex"
    assert widget.sweep.model.name == "adex"
    assert len(widget.sweep) == 20


def test_a_time_limit_above_the_default_leaves_that(monkeypatch: pytest.MonkeyPatch) -> None:
    """And what a person asks for holds, also no limit, as far as it is allowed."""
    assert Sweep(cuba, time_limit=float("inf")).time_limit == float("inf")
    monkeypatch.setenv("BRIAN_SWEEP_MAX_JOB_SECONDS", "7200")
    assert Sweep(cuba).time_limit == 3600
    assert Sweep(cuba, engine="numpy").time_limit == 7200
    assert Sweep(cuba, time_limit=7000).time_limit == 7000
    with pytest.raises(LimitError, match="time_limit = inf s: allowed are 7200"):
        Sweep(cuba, time_limit=float("inf"))


@network_model(duration=1 * ms, presets={"Large": {"count": 5000}})
def unsaid(count: int = 4000, weight: float = 1.0) -> Network:
    """Do not say which parameter is the number of neurons."""
    return Network(NeuronGroup(count, "v = weight : 1"))


@pytest.mark.usefixtures("neurons")
def test_what_turns_out_to_be_the_number_of_neurons_ends_at_the_limit(
    make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before Live begins; and Undo does not bring it back."""
    known = Preparation("ready", 0.0, {"weight": "instant"}, counts=frozenset({"count"}))  # type: ignore[dict-item]
    world: dict[str, Preparation] = {"now": Preparation("waiting", 0.0, {})}
    runs: list[FakeRun] = []

    def start(sweep: Sweep, _recall: Any = None) -> FakeRun:
        runs.append(FakeRun(sweep))
        return runs[-1]

    monkeypatch.setattr(Sweep, "preparation", property(lambda self: world["now"]))
    monkeypatch.setattr(Sweep, "start", start)
    widget = make(unsaid, weight=[1.0, 2.0])
    bench = widget._bench
    field = of(widget, "count").field
    bench._controls.sweep_over(["count"])  # the control of another role comes back below
    bench._controls.sweep_over(["weight"])
    type_into(field, "5000")
    world["now"] = known
    bench._wake()
    until(lambda: field.value == 3000, "the field ends at the limit")
    said = "Count: 5000 is above the limit of 3000 that is set here; 3000 is shown."
    until(lambda: said in notice(widget), "the notice")
    until(lambda: runs, "Live computes")
    assert runs[0].sweep.plan.fixed["count"] == 3000
    for _ in range(5):
        bench._history.undo()
        assert max(of(widget, "count").settings[:2]) <= 3000
    bench._controls.sweep_over(["count"])
    assert max(of(widget, "count").settings[:2]) == 3000
    bench._presets.widget.value = "Large"
    assert "Large: Count = 5000: allowed are 3000" in bench._controls.remark


@given(
    size=st.integers(2, 10_000),
    p=st.floats(0, 1),
    number=st.one_of(st.none(), st.integers(1, 5000)),
    span=st.tuples(st.integers(2, 5000), st.integers(5001, 20_000)),
    points=st.integers(2, 60),
    sweeps_size=st.booleans(),
    trials=st.integers(1, 3),
    neurons=st.integers(2, 20_000),
    synapses=st.integers(20_000, 10**7),
    jobs=st.integers(3, 100),
)
def test_any_widget_opens_within_any_limits(
    size: int, p: float, number: int | None, span: tuple[int, int], points: int,
    sweeps_size: bool, trials: int, neurons: int, synapses: int, jobs: int,
) -> None:  # fmt: skip
    """Whatever a model declares: its controls show allowed values, and Live computes such."""
    made = network_model(
        duration=1 * ms,
        limits={"size": (2, None)},
        ranges={"size": span},
        sweep={"size": np.unique(np.linspace(*span, points).astype(int))}
        if sweeps_size
        else {"w": np.linspace(0, 4, points)},
        inputs=Inputs("size", "p", ("w",)) if number is None else Inputs("size", number="number"),
    )(_with_defaults(size, p, number or 1))
    limits = {"NEURONS": neurons, "SYNAPSES": synapses, "JOBS": jobs}
    allowed = {f"BRIAN_SWEEP_MAX_{name}": str(most) for name, most in limits.items()}
    with mock.patch.dict("os.environ", allowed):
        options = {"trials": trials, "seed": 0, "cluster": None, "store": None}
        first, remark = first_sweep(made, options, {})
        controls = Controls(first, remark)
        counts = [mock.Mock(value=trials), mock.Mock(value=0)]
        asked = Asked(made, {"store": None}, controls, *counts, PlacePicker(None, 1))
        for sweep in (asked.sweep(live=False), asked.sweep(live=True)):
            assert len(sweep) <= jobs
            for job in sweep.jobs():
                expected = made.inputs.synapses(job.parameters)
                assert job.parameters["size"] <= neurons
                assert expected is not None
                assert expected <= synapses
        for one in parts_of(controls["size"].widget):
            if isinstance(one, w.IntSlider | w.IntRangeSlider):
                assert one.max <= neurons
        largest = span[1] if sweeps_size else size
        assert remark or largest <= neurons
        controls.close()


def _with_defaults(size: int, p: float, number: int) -> Any:
    """Give a builder with these defaults."""

    def build(size: int = size, p: float = p, number: int = number, w: float = 1.0) -> Network:
        raise AssertionError

    return build
