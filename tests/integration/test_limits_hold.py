"""Limits hold in the kernel and in the workers, whatever the browser sends."""

from __future__ import annotations

from typing import Any

import ipywidgets as w
import numpy as np
import pytest
from brian2 import Network, NeuronGroup, Synapses, ms, mV
from helpers import type_into, until

from brian_sweep_widget import Sweep, SweepWidget, cuba, network_model
from brian_sweep_widget.limits import LimitError
from brian_sweep_widget.widget.inbox import parts_of


@pytest.fixture(autouse=True)
def allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Allow little of everything."""
    for name, most in {
        "NEURONS": "300",
        "SYNAPSES": "3000",
        "JOBS": "40",
        "WORKERS": "2",
        "JOB_SECONDS": "30",
        "STORE_MB": "1",
    }.items():
        monkeypatch.setenv(f"BRIAN_SWEEP_MAX_{name}", most)


def square(x: float = 1.0) -> float:
    """Be done at once."""
    return x * x


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"x": np.arange(41.0)},
            "41 simulations: allowed are 40 here .set by BRIAN_SWEEP_MAX_JOBS",
        ),
        ({"x": np.arange(21.0), "trials": 2}, "42 simulations: allowed are 40"),
        ({"x": 1.0, "workers": 3}, "workers = 3: allowed are 2"),
        ({"x": 1.0, "time_limit": 31}, "time_limit = 31 s: allowed are 30"),
    ],
)
def test_a_sweep_that_asks_for_more_is_refused(options: dict[str, Any], message: str) -> None:
    """Before anything starts."""
    with pytest.raises(LimitError, match=message):
        Sweep(square, **options)


def test_what_is_not_asked_for_is_what_is_allowed(tmp_path: Any) -> None:
    """Workers, time and store."""
    sweep = Sweep(square, x=np.arange(40.0), store=tmp_path / "results.sqlite")
    assert sweep.workers <= 2
    assert sweep.time_limit == 30
    assert Sweep(cuba, size=300).time_limit == 30
    assert sweep.store is not None
    assert sweep.store.info().limit == 1_000_000


def statuses(sweep: Sweep) -> list[str]:
    """Run a sweep over sizes; give the statuses in their order."""
    results = sweep.run(progress=False)
    for outcome in results.failures:
        assert outcome.failure is not None
        assert outcome.failure.kind == "LimitError"
        assert "BRIAN_SWEEP_MAX_" in outcome.failure.message
    return [str(status) for status in results.dataset["status"].values.ravel()]


@network_model(duration=2 * ms)
def unsaid(size: int = 100, probability: float = 0.02) -> Network:
    """Say nothing of its size."""
    neurons = NeuronGroup(size, "v : 1", name="neurons")
    synapses = Synapses(neurons, neurons, name="synapses")
    synapses.connect(p=probability)
    return Network(neurons, synapses)


@pytest.mark.parametrize("engine", ["compiled", "numpy"])
def test_networks_that_are_too_large_fail(engine: str) -> None:
    """In neurons or in synapses, if only building them shows it; the others are computed."""
    sizes = Sweep(unsaid, size=[100, 300, 301, 1000], engine=engine)
    assert statuses(sizes) == ["done", "done", "failed", "failed"]
    probabilities = Sweep(unsaid, size=200, probability=[0.02, 0.2], engine=engine)
    assert statuses(probabilities) == ["done", "failed"]


def builds(size: int = 100, p: float = 0.01, by: str = "probability") -> float:
    """Build and run a network in a plain function."""
    from brian2 import Network, NeuronGroup, Synapses, ms, prefs

    prefs.codegen.target = "numpy"
    group = NeuronGroup(size, "v : 1", name="group")
    synapses = Synapses(group, group, name="synapses")
    if by == "probability":
        synapses.connect(p=p)
    else:
        wanted = int(p * size * size)
        synapses.connect(i=np.arange(wanted) % size, j=np.arange(wanted) // size)
    Network(group, synapses).run(1 * ms)
    return float(len(synapses))


def test_networks_of_plain_functions_too() -> None:
    """A billion neurons take no memory."""
    assert statuses(Sweep(builds, size=[100, 300, 301, 10**9])) == [
        "done", "done", "failed", "failed",
    ]  # fmt: skip
    assert statuses(Sweep(builds, p=[0.01, 0.9])) == ["done", "failed"]
    assert statuses(Sweep(builds, p=[0.01, 0.9], by="lists")) == ["done", "failed"]


def test_several_groups_count_together() -> None:
    """Of one network; what is built one after another does not."""

    def two(size: int = 100, together: bool = True) -> float:
        from brian2 import Network, NeuronGroup, ms, prefs

        prefs.codegen.target = "numpy"
        groups = [NeuronGroup(size, "v : 1") for _ in range(2)]
        for some in [groups] if together else [[group] for group in groups]:
            Network(*some).run(1 * ms)
        return 1.0

    assert statuses(Sweep(two, size=[100, 200])) == ["done", "failed"]
    assert statuses(Sweep(two, size=[100, 200], together=False)) == ["done", "done"]


def test_the_widget_offers_no_more_than_is_allowed() -> None:
    """Fields and sliders end there; more is refused with words."""
    widget = SweepWidget(cuba, excitatory_weight=np.linspace(0, 4, 5) * mV, size=100)
    try:
        parts = list(parts_of(widget))
        points = next(one for one in parts if getattr(one, "description", "") == "points")
        for field in (points, widget._bench._trials):
            type_into(field, "41")
            assert "(allowed: a whole number from 1 to 40)" in field.problem
        size = widget._bench._controls["size"]
        slider = next(one for one in parts_of(size.widget) if isinstance(one, w.IntSlider))
        until(lambda: slider.max == 300, "the model is known")
        for field in (points, widget._bench._trials):
            type_into(field, "40")
        with pytest.raises(LimitError, match="1600 simulations: allowed are 40"):
            widget.start()
    finally:
        widget.close()


def test_a_broken_limit_starts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """And says which it is."""
    monkeypatch.setenv("BRIAN_SWEEP_MAX_JOBS", "forty")
    with pytest.raises(ValueError, match="BRIAN_SWEEP_MAX_JOBS = 'forty'"):
        Sweep(square, x=1.0)
