"""Parts of the widget: rounding, series, chart, pump, range control."""

from __future__ import annotations

import math
import threading
import time
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
from brian_sweep_widget.widget.chart import Chart
from brian_sweep_widget.widget.pump import Pump
from brian_sweep_widget.widget.range_control import RangeControl
from brian_sweep_widget.widget.rounding import round_step, round_ticks, steady_span
from brian_sweep_widget.widget.series import Line, Series

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


# Chart


def a_line(*y: float, label: str = "") -> Line:
    values = np.array(y)
    return Line(label, np.arange(len(y)), values, np.arange(len(y)), values)


def test_chart_gets_arrays_that_bqplot_understands() -> None:
    """float64, one dimension, never the arrays of before, never the caller's."""
    chart = Chart()
    before: list[Any] = []
    for lines in ([a_line(1)], [a_line(1, 2)], [a_line(1, 2, 3), a_line(4, label="four")]):
        chart.draw(lines)
        for number, line in enumerate(lines):
            marks = chart._lines[number], chart._dots[number]
            for array in (array for mark in marks for array in (mark.x, mark.y)):
                assert array.dtype == np.float64
                assert array.ndim == 1
                others = (*before, line.x, line.mean, line.dots_x, line.dots_y)
                assert not any(np.shares_memory(array, other) for other in others)
        before += [array for mark in (*chart._lines, *chart._dots) for array in (mark.x, mark.y)]


def test_chart_shows_only_the_last_curves() -> None:
    """Marks of curves that are gone are empty and not in the legend."""
    chart = Chart()
    chart.draw([a_line(1, 2, label="a"), a_line(3, 4, label="b")])
    assert [mark.visible for mark in chart._lines[:3]] == [True, True, False]
    assert [mark.display_legend for mark in chart._lines[:3]] == [True, True, False]
    chart.draw([a_line(5)])
    assert [mark.visible for mark in (*chart._lines[:2], *chart._dots[:2])] == [
        *(True, False),
        *(True, False),
    ]
    assert not chart._lines[0].display_legend


def test_chart_draws_the_means_where_there_are_too_many_dots() -> None:
    """A browser falls behind with more than a thousand."""
    chart = Chart()
    x = np.arange(100.0)
    chart.draw([Line("", x, x, np.repeat(x, 20), np.repeat(x, 20))])
    assert chart._dots[0].x.tolist() == x.tolist()
    x = np.arange(2000.0)
    chart.draw([Line("", x, x, x, x)])
    assert chart._dots[0].x.size == 0
    assert chart._lines[0].x.size == 2000


def test_chart_axis_is_fixed_to_the_sweep() -> None:
    """Whatever is drawn; also for one value alone."""
    chart = Chart()
    chart.label("X (mV)", "Y", [0, 4])
    fixed = (chart._x.min, chart._x.max)
    assert fixed[0] < 0
    assert fixed[1] > 4
    chart.draw([a_line(5)])
    assert (chart._x.min, chart._x.max) == fixed
    assert chart._x_axis.tick_values.tolist() == [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4]
    chart.label("X", "Y", [3])
    assert chart._x.min < 3 < chart._x.max
    assert chart._x_axis.tick_values.tolist() == [3]


def test_chart_starts_at_zero_unless_something_is_below() -> None:
    """Counts and rates are read from zero."""
    chart = Chart()
    chart.draw([a_line(5, 6)])
    assert chart._y.min == 0
    chart.draw([a_line(5, -6)])
    assert chart._y.min < -6
    assert chart._y.max > 5
    chart.draw([a_line(-61, -69)])
    assert chart._y.min < -69
    assert -61 < chart._y.max <= 10


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
