"""Parts of the widget: rounding, series, chart, pump, range control."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from brian2 import mV
from helpers import until
from hypothesis import given
from hypothesis import strategies as st

from brian_sweep_widget import cuba
from brian_sweep_widget.models.units import PLAIN_NUMBER, Unit
from brian_sweep_widget.results import Failure, Outcome, Value
from brian_sweep_widget.sweeps import Axis, Plan
from brian_sweep_widget.widget import pump as pump_module
from brian_sweep_widget.widget.chart import Chart, Ghost, Line, Look, Series
from brian_sweep_widget.widget.pump import Pump
from brian_sweep_widget.widget.range_control import RangeControl
from brian_sweep_widget.widget.rounding import (
    log_span,
    log_ticks,
    round_step,
    round_ticks,
    steady_span,
)

MILLI = Unit("mV", 1e-3, (2.0, 1.0, -3.0, -1.0, 0.0, 0.0, 0.0))


# Rounding


@given(st.floats(1e-12, 1e12))
def test_round_step_is_the_next_round_number(least: float) -> None:
    """1, 2 or 5 times a power of ten, not below, and no smaller one would do."""
    step = round_step(least)
    leading = step / 10.0 ** math.floor(math.log10(step * (1 + 1e-9)))
    assert any(leading == pytest.approx(factor, rel=1e-9) for factor in (1, 2, 5))
    assert step >= least * (1 - 1e-8)
    assert step < least * 2.5 * (1 + 1e-8)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 4, [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4]),
        (0, 5, [0, 1, 2, 3, 4, 5]),
        (0.1, 0.3, [0.1, 0.15, 0.2, 0.25, 0.3]),
        (-1, 1, [-1, -0.5, 0, 0.5, 1]),
        (3, 3, [3]),
    ],
)
def test_round_ticks_examples(low: float, high: float, expected: list[float]) -> None:
    """Exactly the decimal numbers that a person would write."""
    assert round_ticks(low, high).tolist() == expected


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_round_ticks_are_few_round_and_inside(low: float, extent: float) -> None:
    """Evenly spaced by a round step, within the axis, at most nine."""
    high = low + extent
    ticks = round_ticks(low, high)
    assert 2 <= len(ticks) <= 9
    slack = 1e-6 * extent
    assert ticks[0] >= low - slack
    assert ticks[-1] <= high + slack
    steps = np.diff(ticks)
    assert (steps > 0).all()
    assert steps == pytest.approx(np.full(len(steps), round_step(extent / 8)), rel=1e-5)


@pytest.mark.parametrize(
    ("low", "high", "before", "expected"),
    [
        (0, 9, None, (0, 10)),
        (3, 9_400, None, (0, 10_000)),
        (0, 7, (0, 10), (0, 10)),
        (0, 11, (0, 10), (0, 12)),
        (0, 3, (0, 10), (0, 3.5)),
        (0, 0, None, (0, 1.2)),
        (-69, -61, None, (-70, -60)),
        (-5, 5, (-10, 10), (-10, 10)),
    ],
)
def test_steady_span_examples(
    low: float, high: float, before: tuple[float, float] | None, expected: tuple[float, float]
) -> None:
    """Round ends, that move when they must or when much would be empty."""
    assert steady_span(low, high, before) == expected


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6))
def test_steady_span_holds_all_and_stays(low: float, extent: float) -> None:
    """The same values never move it."""
    high = low + extent
    span = steady_span(low, high, None)
    assert span[0] <= low <= high <= span[1]
    assert span[0] < span[1]
    assert steady_span(low, high, span) == span


# Series


def plan_of(x: list[float], rest: list[list[float]], trials: int) -> Plan:
    axes = [Axis("x", tuple(value * 1e-3 for value in x), MILLI, "X")]
    axes += [Axis(f"r{n}", tuple(values), PLAIN_NUMBER, f"R{n}") for n, values in enumerate(rest)]
    return Plan(tuple(axes), {}, trials)


@st.composite
def outcomes_in_any_order(draw: Any) -> tuple[Plan, list[Outcome]]:
    """Draw some outcomes of some plan, some of them failed, in any order."""
    numbers = st.integers(-50, 50).map(float)
    x = draw(st.lists(numbers, min_size=1, max_size=5, unique=True).map(sorted))
    values = st.lists(numbers, min_size=1, max_size=2, unique=True).map(sorted)
    rest = draw(st.lists(values, max_size=2))
    plan = plan_of(x, rest, draw(st.integers(1, 3)))
    some = draw(st.permutations(plan.jobs()))[: draw(st.integers(0, len(plan)))]
    outcomes = []
    for job in some:
        y = draw(st.one_of(st.none(), st.integers(-1000, 1000)))
        if y is None:
            outcomes.append(Outcome(job, "failed", failure=Failure("E", "")))
        else:
            outcomes.append(Outcome(job, "done", {"y": Value(np.asarray(y), PLAIN_NUMBER, "Y")}))
    return plan, outcomes


@given(outcomes_in_any_order())
def test_series_agrees_with_an_array_of_all_results(drawn: tuple[Plan, list[Outcome]]) -> None:
    """Means and dots, whatever the order and whatever is missing."""
    plan, outcomes = drawn
    whole = np.full(plan.shape, np.nan)
    for outcome in outcomes:
        if outcome.status == "done":
            whole[outcome.job.position] = float(outcome.values["y"].si)
    series = Series(plan, "y")
    for outcome in outcomes:
        assert series.add([outcome]) == (outcome.status == "done")
    at_once = Series(plan, "y")
    at_once.add(outcomes)

    shown = np.asarray(plan.axes[0].shown)
    curves = np.moveaxis(whole, 0, -2).reshape(-1, len(shown), plan.trials)
    lines = series.lines()
    assert len(lines) == len(curves)
    for line, again, curve in zip(lines, at_once.lines(), curves, strict=True):
        there = ~np.isnan(curve)
        order = np.argsort(shown)
        order = order[there.any(axis=1)[order]]
        assert line.x.tolist() == shown[order].tolist()
        assert line.mean.tolist() == [curve[row][there[row]].mean() for row in order]
        expected = [(shown[row], curve[row, trial]) for row, trial in np.argwhere(there)]
        assert sorted(zip(line.dots_x, line.dots_y, strict=True)) == sorted(expected)
        assert (again.x.tolist(), again.mean.tolist()) == (line.x.tolist(), line.mean.tolist())


def test_later_outcome_replaces_an_earlier_one() -> None:
    """Of the same point and trial: a prediction was wrong and it was computed again."""
    plan = plan_of([1, 2], [], 2)
    jobs = {job.position: job for job in plan.jobs()}

    def outcome(position: tuple[int, ...], y: float | None) -> Outcome:
        if y is None:
            return Outcome(jobs[position], "failed", failure=Failure("E", ""))
        return Outcome(jobs[position], "done", {"y": Value(np.asarray(y), PLAIN_NUMBER, "Y")})

    series = Series(plan, "y")
    series.add([outcome((0, 0), 100.0), outcome((0, 1), 4.0), outcome((1, 0), 7.0)])
    assert series.add([outcome((0, 0), 2.0)])
    (line,) = series.lines()
    assert (line.x.tolist(), line.mean.tolist()) == ([1, 2], [3, 7])
    assert (line.dots_x.tolist(), line.dots_y.tolist()) == ([1, 1, 2], [2, 4, 7])
    assert series.add([outcome((1, 0), None)])  # what was drawn for it was wrong, too
    assert not series.add([outcome((1, 1), None)])
    (line,) = series.lines()
    assert (line.x.tolist(), line.dots_y.tolist()) == ([1], [2, 4])


@pytest.mark.parametrize(("points", "needed"), [(9, 5), (3, 3)])
def test_series_has_a_shape_with_its_first_points(points: int, needed: int) -> None:
    """Of every curve; trials beyond the first add nothing to it."""
    plan = plan_of([float(n) for n in range(points)], [[1, 2]], 2)
    series, jobs = Series(plan, "y"), plan.jobs()
    value = {"y": Value(np.asarray(1.0), PLAIN_NUMBER, "Y")}
    for row in range(2):
        of_row = [job for job in jobs if job.position[1:] == (row, 0)]
        for job in of_row[:needed]:
            assert not series.has_shape
            series.add([Outcome(job, "done", value)])
    assert series.has_shape


def test_series_labels_name_the_other_axes() -> None:
    """With their values; a single curve needs no name."""
    lines = Series(plan_of([1, 2], [[3, 4], [5]], 1), "y").lines()
    assert [line.label for line in lines] == ["R0 3, R1 5", "R0 4, R1 5"]
    assert [line.label for line in Series(plan_of([1, 2], [], 1), "y").lines()] == [""]


def test_series_leaves_out_what_is_no_number() -> None:
    """Arrays, other measures, failures."""
    plan = plan_of([1, 2], [], 1)
    array = Value(np.zeros(3), PLAIN_NUMBER, "Y")
    scalar = Value(np.asarray(1.0), PLAIN_NUMBER, "Z")
    series = Series(plan, "y")
    assert not series.add([Outcome(plan.jobs()[0], "done", {"y": array, "z": scalar})])
    assert not Series(plan, None).add([Outcome(plan.jobs()[0], "done", {"z": scalar})])
    assert series.lines()[0].x.size == 0


@given(outcomes_in_any_order())
def test_the_spread_is_numpys(drawn: tuple[Plan, list[Outcome]]) -> None:
    """Standard error and quartiles of every point; of a single trial there is none."""
    plan, outcomes = drawn
    series = Series(plan, "y")
    series.add(outcomes)
    for spread in ("error", "quartiles"):
        for line in series.lines(spread):
            for x, low, high, mean in zip(line.x, line.low, line.high, line.mean, strict=True):
                values = line.dots_y[line.dots_x == x]
                if len(values) < 2:
                    assert np.isnan([low, high]).all()
                elif spread == "error":
                    error = values.std(ddof=1) / np.sqrt(len(values))
                    assert (low, high) == pytest.approx((mean - error, mean + error))
                else:
                    assert (low, high) == pytest.approx(tuple(np.quantile(values, [0.25, 0.75])))
    for line in series.lines("none"):
        assert np.isnan(line.low).all()


# Chart


def a_line(*y: float, label: str = "", trials: int = 1) -> Line:
    """Make a curve whose trials all give the same; the spread is a tenth."""
    values, x = np.array(y, dtype=float), np.arange(float(len(y)))
    nothing = np.full(len(y), np.nan)
    low, high = (values * 0.9, values * 1.1) if trials > 1 else (nothing, nothing)
    return Line(label, x, values, low, high, np.repeat(x, trials), np.repeat(values, trials))


def marks_of(chart: Chart) -> list[Any]:
    """Give the curves' marks."""
    return [mark for curve in chart._curves for mark in curve.marks]


def test_chart_gets_arrays_that_bqplot_understands() -> None:
    """float64, one dimension, never the arrays of before, never the caller's."""
    chart = Chart()
    before: list[Any] = []
    for lines in (
        [a_line(1)],
        [a_line(1, 2)],
        [a_line(1, 2, 3, trials=3), a_line(4, label="four")],
    ):
        chart.draw(lines)
        arrays = [array for mark in marks_of(chart) if mark.visible for array in (mark.x, mark.y)]
        assert arrays
        for array in arrays:
            assert array.dtype == np.float64
            assert array.ndim == 1
            given_ = [a for line in lines for a in (line.x, line.mean, line.dots_x, line.dots_y)]
            assert not any(np.shares_memory(array, other) for other in (*before, *given_))
        # Marks that show the same as before keep their arrays.
        before += [array for mark in marks_of(chart)[4:] for array in (mark.x, mark.y)]


def test_chart_shows_only_the_last_curves() -> None:
    """Marks of curves that are gone are empty and not in the legend."""
    chart = Chart()
    chart.draw([a_line(1, 2, label="a"), a_line(3, 4, label="b")])
    assert [curve.line.visible for curve in chart._curves[:3]] == [True, True, False]
    assert [curve.line.display_legend for curve in chart._curves[:3]] == [True, True, False]
    chart.draw([a_line(5)])
    assert [curve.line.visible for curve in chart._curves[:2]] == [True, False]
    assert [curve.means.visible for curve in chart._curves[:2]] == [True, False]
    assert not chart._curves[0].line.display_legend


def test_chart_draws_every_result_on_demand() -> None:
    chart = Chart()
    trials = chart._curves[0].trials
    chart.draw([a_line(1, 2, trials=3)])
    assert not trials.visible
    chart.label("X", "Y", [0, 1], Look(trials=True))
    assert chart.draw([a_line(1, 2, trials=3)]) == ""
    assert trials.y.tolist() == [1, 1, 1, 2, 2, 2]
    chart.draw([a_line(1, 2)])
    assert not trials.visible  # the markers of the means are all there is


def test_chart_draws_no_more_dots_than_a_browser_can() -> None:
    """Then it says so, and the spread stands for them."""
    chart = Chart()
    chart.label("X", "Y", [0, 100], Look(trials=True))
    told = chart.draw([a_line(*np.arange(1.0, 101.0), trials=20)])
    assert "2000 results, too many to draw each" in told
    curve = chart._curves[0]
    assert (curve.means.x.size, curve.trials.x.size) == (100, 0)
    chart.draw([a_line(*np.arange(2000.0))])
    assert (curve.means.x.size, curve.line.x.size) == (0, 2000)


def test_the_spread_is_a_band_or_bars() -> None:
    """A band goes along the upper ends and back along the lower ones; bars have gaps between."""
    chart = Chart()
    spread = chart._curves[0].spread
    chart.draw([a_line(10, 20, trials=2)])
    assert spread.x.tolist() == [0, 1, 1, 0]
    assert spread.y.tolist() == pytest.approx([11, 22, 18, 9])
    assert (spread.fill, spread.close_path) == ("inside", True)
    chart.label("X", "Y", [0, 1], Look(bars=True))
    chart.draw([a_line(10, 20, trials=2)])
    assert (spread.fill, spread.close_path) == ("none", False)
    assert spread.y[:3].tolist() == pytest.approx([9, 11, np.nan], nan_ok=True)
    assert np.isfinite(spread.x).all()
    chart.draw([a_line(10, 20)])
    assert not spread.visible


def test_failures_are_marked_where_they_belong() -> None:
    """At their x, each once, also while there is no curve."""
    chart = Chart()
    chart.draw([], failed=[2.0, 1.0, 2.0])
    assert chart._failed.visible
    assert chart._failed.x.tolist() == [1, 2]
    chart.draw([a_line(1, 2)])
    assert not chart._failed.visible


def test_ghosts_have_their_settings_in_the_legend() -> None:
    chart = Chart()
    ghost = Ghost("Network size 1000", np.array([0.0, 1.0]), np.array([50.0, 60.0]))
    chart.draw([a_line(1, 2)], [ghost])
    assert [mark.labels for mark in chart._ghosts if mark.visible] == [["Network size 1000"]]
    assert chart._ghosts[0].display_legend
    assert chart._y.scale.max >= 60
    chart.draw([a_line(1, 2)])
    assert not chart._ghosts[0].visible
    assert not chart._ghosts[0].display_legend


def test_chart_axis_is_fixed_to_the_sweep() -> None:
    """Whatever is drawn; also for one value alone."""
    chart = Chart()
    chart.label("X (mV)", "Y", [0, 4], Look())
    fixed = (chart._x.scale.min, chart._x.scale.max)
    assert fixed[0] < 0
    assert fixed[1] > 4
    chart.draw([a_line(5)])
    assert (chart._x.scale.min, chart._x.scale.max) == fixed
    assert chart._x.axis.tick_values.tolist() == [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4]
    chart.label("X", "Y", [3], Look())
    assert chart._x.scale.min < 3 < chart._x.scale.max
    assert chart._x.axis.tick_values.tolist() == [3]


def test_chart_starts_at_zero_unless_something_is_below() -> None:
    """Counts and rates are read from zero."""
    chart = Chart()
    chart.draw([a_line(5, 6)])
    assert chart._y.scale.min == 0
    chart.draw([a_line(5, -6)])
    assert chart._y.scale.min < -6
    assert chart._y.scale.max > 5
    chart.draw([a_line(-61, -69)])
    assert chart._y.scale.min < -69
    assert -61 < chart._y.scale.max <= 10


def test_logarithmic_axes_have_the_numbers_at_their_ticks() -> None:
    """Places are logarithms; what is not above zero has none, and that is said."""
    chart = Chart()
    chart.label("X", "Y", [0, 1, 10, 100], Look(log_x=True, log_y=True))
    x, y = np.array([0.0, 1.0, 10.0, 100.0]), np.array([5.0, 1000.0, 0.0, 100_000.0])
    nothing = np.full(4, np.nan)
    told = chart.draw([Line("", x, y, nothing, nothing, x, y)])
    assert told == "2 results are not above zero, and so not on the logarithmic axis."
    line = chart._curves[0].line
    assert line.y.tolist() == pytest.approx([np.nan, 3, np.nan, 5], nan_ok=True)
    assert line.x[[1, 3]].tolist() == [0, 2]
    assert chart._x.axis.tick_labels["2"] == "100"
    assert list(chart._y.axis.tick_labels.values()) == [
        *("10", "100", "1,000"),
        *("10,000", "100,000"),
    ]
    places = [float(text) for text in chart._y.axis.tick_labels]
    assert places == chart._y.axis.tick_values.tolist()
    chart.label("X", "Y", [0, 100], Look())
    chart.draw([a_line(5, 6)])
    assert chart._y.axis.tick_labels == {}


@given(st.floats(1e-9, 1e9), st.floats(1.0, 1e6))
def test_logarithmic_axes_hold_everything_and_have_ticks(low: float, factor: float) -> None:
    high = low * factor
    ends = log_span(low, high, None)
    assert ends[0] < math.log10(low) <= math.log10(high) < ends[1]
    assert ends[1] - ends[0] < math.log10(factor) + 1.5
    assert log_span(low, high, ends) == ends
    ticks = log_ticks(*ends)
    assert 2 <= len(ticks) <= 12
    assert (np.diff(ticks) > 0).all()
    assert ends[0] - 1e-6 <= np.log10(ticks[0]) <= np.log10(ticks[-1]) <= ends[1] + 1e-6


def test_a_range_that_is_marked_on_the_chart_is_told_in_numbers() -> None:
    """When the mouse is let go; a click without a range is nothing."""
    chart, marked = Chart(), []
    chart.on_zoom(lambda low, high: marked.append((low, high)))
    chart.zoom(on=True)
    assert chart.figure.interaction is chart.brush

    def mark(places: Any) -> None:
        chart.brush.brushing = True
        chart.brush.selected = places
        chart.brush.set_state({"brushing": False})

    for nothing in (None, np.array([2.0, 2.0]), np.array([np.nan, 3.0])):
        mark(nothing)
    assert marked == []
    mark(np.array([1.5, 3.0]))
    chart.label("X", "Y", [1, 100], Look(log_x=True))
    mark(np.array([0.0, 2.0]))
    assert marked == [(1.5, 3.0), (1.0, 100.0)]
    chart.zoom(on=False)
    assert chart.figure.interaction is None


# Range control


@given(st.integers(-500, 500), st.integers(1, 500), st.integers(2, 40))
def test_range_gives_the_numbers_that_a_person_would_write(
    low: int, extent: int, points: int
) -> None:
    """Bit for bit ``np.linspace(low, high, points)*mV``."""
    start, stop = low / 100, (low + extent) / 100
    parameter = cuba.parameters({})["excitatory_weight"]
    control = RangeControl(parameter, Axis("excitatory_weight", (0.0, 0.004), parameter.unit))
    control._low.value, control._high.value, control._points.value = start, stop, points
    expected = np.asarray(np.linspace(start, stop, points) * mV)
    assert np.asarray(control.value()).tobytes() == expected.tobytes()


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ((1.00373, 2.99812), (1.0, 3.0)),
        ((0.1234, 0.13117), (0.1234, 0.1312)),
        ((3.2, 6.4), (3.2, 6.4)),
    ],
)
def test_a_range_from_the_chart_has_round_ends(
    marked: tuple[float, float], expected: tuple[float, float]
) -> None:
    parameter = cuba.parameters({})["excitatory_weight"]
    control = RangeControl(parameter, Axis("excitatory_weight", (0.0, 0.004), parameter.unit))
    control.zoom(*marked)
    assert (control._low.value, control._high.value) == expected


@pytest.mark.parametrize(
    "go", [lambda c: c.zoom(1.0, 3.0), lambda c: c.scale(0.5), lambda c: c.restore((1.0, 3.0, 9))]
)
def test_a_late_answer_of_the_slider_drags_no_end_back(go: Callable[[RangeControl], None]) -> None:
    """A browser answers every state that its slider is sent, when the fields have moved on."""
    parameter = cuba.parameters({})["excitatory_weight"]
    control = RangeControl(parameter, Axis("excitatory_weight", (0.0005, 0.004), parameter.unit))
    sent: list[tuple[float, float]] = []
    control._slider.observe(lambda change: sent.append(change["new"]), "value")
    go(control)
    settings = control.settings
    for answer in tuple(sent):
        control._slider.set_state({"value": list(answer)})
        assert control.settings == settings


# Pump


def test_pump_paints_after_a_wake() -> None:
    """In its own thread, and not before."""
    painted: list[str] = []
    pump = Pump(lambda: painted.append(threading.current_thread().name))
    try:
        pump.wake()
        until(lambda: painted, "a picture")
        assert painted == ["brian-sweep-pump"]
    finally:
        pump.close()


def test_pump_does_not_wait_before_the_first_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only between two of them."""
    monkeypatch.setattr(pump_module, "_FRAME", 60.0)
    painted: list[int] = []
    pump = Pump(lambda: painted.append(1))
    try:
        pump.wake()
        until(lambda: painted, "the first picture")
        pump.wake()
        time.sleep(0.2)
        assert painted == [1]
    finally:
        pump.close()


def test_pump_paints_at_most_twenty_times_a_second() -> None:
    """However often it is woken; the last wake is never lost."""
    shown: list[int] = []
    latest = 0
    pump = Pump(lambda: shown.append(latest))
    try:
        begin = time.monotonic()
        while time.monotonic() < begin + 0.5:
            latest += 1
            pump.wake()
        duration = time.monotonic() - begin
        until(lambda: shown and shown[-1] == latest, "the last state")
        assert 2 <= len(shown) <= 20 * duration + 3
    finally:
        pump.close()


def test_pump_paints_again_when_asked() -> None:
    """Without being woken, until it asks no more."""
    painted: list[int] = []

    def paint() -> float | None:
        painted.append(1)
        return 0.0 if len(painted) < 3 else None

    pump = Pump(paint)
    try:
        pump.wake()
        until(lambda: len(painted) == 3, "three pictures")
    finally:
        pump.close()


def test_pump_survives_a_failed_picture(caplog: pytest.LogCaptureFixture) -> None:
    """It is logged, and the next one is drawn."""
    painted: list[int] = []

    def paint() -> None:
        painted.append(1)
        if len(painted) == 1:
            message = "no ink"
            raise RuntimeError(message)

    pump = Pump(paint)
    try:
        pump.wake()
        until(lambda: len(painted) == 1, "the first picture")
        pump.wake()
        until(lambda: len(painted) == 2, "the second picture")
        assert "no ink" in caplog.text
    finally:
        pump.close()


def test_pump_ends_on_close() -> None:
    """Whether it waits, or is about to paint."""
    for wake in (False, True):
        pump = Pump(lambda: None)
        if wake:
            pump.wake()
        pump.close()
        pump._thread.join(5)
        assert not pump._thread.is_alive()
