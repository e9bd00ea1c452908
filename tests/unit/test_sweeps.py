"""Plans: every job once, coarse first, with seeds that depend on the job alone."""

from __future__ import annotations

import subprocess
import sys
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from brian_sweep_widget.models.declaration import declare
from brian_sweep_widget.models.parameters import Plain
from brian_sweep_widget.models.units import Unit
from brian_sweep_widget.sweeps import Axis, Job, Plan
from brian_sweep_widget.sweeps.seeds import SEEDINGS, Seeding, canonical, job_key, seeder, written

NUMBERS = st.floats(-1e6, 1e6, allow_subnormal=False).map(lambda number: number + 0.0)
VALUES = st.lists(NUMBERS, min_size=1, max_size=7, unique=True).map(
    lambda numbers: tuple(sorted(numbers))
)
AXES = st.lists(VALUES, max_size=3).map(
    lambda axes: tuple(Axis(f"axis_{index}", values) for index, values in enumerate(axes))
)
SWEEP_SEEDS = st.integers(0, 2**70)


def seeds_of(plan: Plan) -> dict[tuple[tuple[tuple[str, Plain], ...], int], int]:
    """Give the seed of every job by what the job is."""
    return {(tuple(sorted(job.parameters.items())), job.trial): job.seed for job in plan.jobs()}


@given(AXES, st.integers(1, 4))
def test_every_point_and_trial_is_one_job(axes: tuple[Axis, ...], trials: int) -> None:
    """The jobs are the grid times the trials, each once, at its place."""
    plan = Plan(axes, {"fixed": 3}, trials)
    jobs = plan.jobs()
    assert len(jobs) == len(plan) == int(np.prod(plan.shape))
    assert {job.position for job in jobs} == set(product(*map(range, plan.shape)))
    for job in jobs:
        expected: dict[str, Plain] = {"fixed": 3}
        for axis, index in zip(axes, job.position[:-1], strict=True):
            expected[axis.name] = axis.values[index]
        assert dict(job.parameters) == expected


@given(AXES, st.integers(1, 4))
def test_a_whole_trial_comes_before_the_next(axes: tuple[Axis, ...], trials: int) -> None:
    """A curve through all points is there before the second trial begins."""
    found = [job.trial for job in Plan(axes, {}, trials).jobs()]
    assert found == sorted(found)


@given(VALUES)
def test_ends_come_first_then_the_middle(values: tuple[float, ...]) -> None:
    """The first few jobs show the shape of the curve."""
    assume(len(values) >= 3)
    order = [job.parameters["x"] for job in Plan((Axis("x", values),), {}).jobs()]
    ranked = sorted(values)
    assert set(order[:2]) == {ranked[0], ranked[-1]}
    assert order[2] == ranked[(len(ranked) - 1) // 2]


@given(VALUES, VALUES)
def test_corners_come_first_on_a_map(rows: tuple[float, ...], columns: tuple[float, ...]) -> None:
    """The ends of both axes before anything between them."""
    jobs = Plan((Axis("row", rows), Axis("column", columns)), {}).jobs()
    corners = {
        (row, column) for row in (min(rows), max(rows)) for column in (min(columns), max(columns))
    }
    first = {(job.parameters["row"], job.parameters["column"]) for job in jobs[: len(corners)]}
    assert first == corners


@given(st.integers(2, 200))
def test_gaps_are_halved_level_by_level(number: int) -> None:
    """After every level no gap is more than about twice another."""
    levels = Axis("x", tuple(float(value) for value in range(number))).levels()
    assert levels[0] == levels[-1] == 0
    for level in range(levels.max() + 1):
        gaps = np.diff(np.flatnonzero(levels <= level))
        assert gaps.max() <= 2 * gaps.min()
        assert gaps.max() <= -(-(number - 1) // 2**level)


@given(AXES, SWEEP_SEEDS, st.sampled_from(SEEDINGS))
def test_seeds_fit_the_generators(
    axes: tuple[Axis, ...], sweep_seed: int, seeding: Seeding
) -> None:
    """numpy's legacy generator takes 32 bits."""
    for job in Plan(axes, {}, 2, sweep_seed, seeding).jobs():
        assert type(job.seed) is int
        assert 0 <= job.seed < 2**32
        assert job.parameters is not None


@given(VALUES, VALUES, st.integers(1, 3), st.integers(0, 3), SWEEP_SEEDS)
def test_a_seed_depends_on_the_job_alone(
    values: tuple[float, ...],
    others: tuple[float, ...],
    trials: int,
    more_trials: int,
    sweep_seed: int,
) -> None:
    """More points, trials or axes, another order of the names: what was there keeps its seed."""
    small = seeds_of(Plan((Axis("x", values),), {"n": 10, "y": 0.5}, trials, sweep_seed))
    other_points = tuple(sorted({*values, *others}))
    wide = seeds_of(
        Plan((Axis("x", other_points),), {"y": 0.5, "n": 10}, trials + more_trials, sweep_seed)
    )
    assert small.items() <= wide.items()
    as_axis = seeds_of(
        Plan((Axis("y", (0.5, 7.0)), Axis("x", values)), {"n": 10}, trials, sweep_seed)
    )
    assert small.items() <= as_axis.items()


@given(VALUES, st.integers(2, 5), SWEEP_SEEDS)
def test_all_jobs_of_a_sweep_differ(
    values: tuple[float, ...], trials: int, sweep_seed: int
) -> None:
    """Independent seeding: no two jobs share a seed (35 of 2**32 hardly ever do by chance)."""
    jobs = Plan((Axis("x", values),), {}, trials, sweep_seed).jobs()
    assert len({job.seed for job in jobs}) == len(jobs)
    assert len({job.key for job in jobs}) == len(jobs)


@given(VALUES, VALUES, st.integers(1, 5), SWEEP_SEEDS)
def test_common_seeds_are_shared_by_the_points_of_a_trial(
    rows: tuple[float, ...], columns: tuple[float, ...], trials: int, sweep_seed: int
) -> None:
    """One seed a trial, for paired comparisons, and the same for any grid."""
    jobs = Plan((Axis("x", rows), Axis("y", columns)), {}, trials, sweep_seed, "common").jobs()
    by_trial: dict[int, set[int]] = {}
    for job in jobs:
        by_trial.setdefault(job.trial, set()).add(job.seed)
    assert all(len(seeds) == 1 for seeds in by_trial.values())
    assert len(set.union(*by_trial.values())) == trials
    alone = Plan((), {"z": 1}, trials, sweep_seed, "common").jobs()
    assert [{job.seed} for job in alone] == [by_trial[trial] for trial in range(trials)]
    assert len({job.key for job in jobs}) == len(jobs)


@given(SWEEP_SEEDS, SWEEP_SEEDS, st.sampled_from(SEEDINGS))
def test_another_sweep_seed_gives_other_networks(first: int, second: int, seeding: Seeding) -> None:
    """Seeds of sweeps are no offsets: nothing overlaps."""
    assume(first != second)
    axes = (Axis("x", (0.0, 0.5, 1.0)),)
    found = [
        {job.seed for job in Plan(axes, {}, 3, sweep_seed, seeding).jobs()}
        for sweep_seed in (first, second)
    ]
    assert not found[0] & found[1]


@given(st.text(max_size=20), st.text(max_size=20))
def test_texts_cannot_pose_as_other_parameters(one: str, other: str) -> None:
    """A text with separators in it is still one parameter."""
    honest: dict[str, Plain] = {"a": one, "b": other}
    for forged in ({"a": f"{one};b={other}"}, {"a": f"{one}';b='{other}"}):
        assert point(honest) != point(dict(forged))


def point(parameters: dict[str, Plain]) -> bytes:
    """Write a point as seeds and keys see it."""
    return canonical(written(name, value) for name, value in parameters.items())


@pytest.mark.parametrize(
    ("sweep_seed", "trial", "seeding", "parameters", "seed", "key"),
    [
        (0, 0, "independent", {"w": 0.5, "n": 10}, 1660983348, "905c587f9bd483fd2a09add8db668050"),
        (0, 1, "independent", {"n": 10, "w": 0.5}, 246127146, "4d8970755af42e68df1371a1f377fb86"),
        (7, 0, "independent", {"w": 0.5, "n": 10}, 1613697267, "00305e6ed3ff7b193f400df09295adeb"),
        (0, 0, "independent", {}, 496903872, "42e1506807f11020d5d5476c9cd511a6"),
        (
            2**40,
            3,
            "independent",
            {"flag": True, "rule": "x", "w": 1e-3},
            3005707672,
            "210ebffc543fdc512b8d2b2ee6641498",
        ),
        (0, 0, "common", {"w": 1.0}, 496903872, "3728728b87e8ccd2f0aa4d2018029fba"),
        (7, 2, "common", {}, 77614346, "a571cc69650c0243eeb4321ca9d9fbf1"),
    ],
)
def test_seeds_and_keys_never_change(
    sweep_seed: int,
    trial: int,
    seeding: Seeding,
    parameters: dict[str, Plain],
    seed: int,
    key: str,
) -> None:
    """Frozen: published results name a sweep seed, which must give the same networks for ever."""
    assert seeder(sweep_seed, trial, seeding)(point(parameters)) == seed
    assert job_key(point(parameters), seed) == key
    assert Job((0, trial), parameters, seed).key == key


def test_minus_zero_is_zero_and_a_whole_number_is_no_fraction() -> None:
    """As read from a person: one point for both zeros, two for 1 and 1.0."""
    real = declare("x", 0.5)
    zero, minus = (Plan((), {"x": real.read(value)}).jobs()[0] for value in (0.0, -0.0))
    assert (zero.seed, zero.key) == (minus.seed, minus.key)
    whole, fraction = (Plan((), {"x": value}).jobs()[0] for value in (1, 1.0))
    assert whole.seed != fraction.seed
    assert whole.key != fraction.key


def test_values_that_print_alike_are_two_points() -> None:
    """Every bit of a float counts."""
    near = (0.1 + 0.2, 0.3)
    first, second = (Plan((), {"x": value}).jobs()[0] for value in near)
    assert first.seed != second.seed


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"trials": 0}, ValueError, "trials = 0 is too small"),
        ({"trials": -1}, ValueError, "trials = -1 is too small"),
        ({"trials": True}, TypeError, "trials = True is not a whole number"),
        ({"trials": 2.0}, TypeError, "trials = 2.0 is not a whole number"),
        ({"trials": "3"}, TypeError, "trials = '3' is not a whole number"),
        ({"trials": None}, TypeError, "trials = None is not a whole number"),
        ({"seed": -1}, ValueError, "seed = -1 is too small"),
        ({"seed": False}, TypeError, "seed = False is not a whole number"),
        ({"seed": 1.5}, TypeError, "seed = 1.5 is not a whole number"),
        ({"seed": None}, TypeError, "seed = None is not a whole number"),
        ({"seeding": "paired"}, ValueError, "seeding = 'paired' is unknown.*independent, common"),
        ({"seeding": None}, ValueError, "seeding = None is unknown"),
    ],
)
def test_counts_and_seeding_are_checked(
    options: dict[str, Any], error: type[Exception], message: str
) -> None:
    """The message names the value and what is allowed."""
    with pytest.raises(error, match=message) as caught:
        Plan((), {}, **options)
    assert "allowed" in str(caught.value)


def test_numpy_counts_are_counts() -> None:
    """``trials=np.int64(3)`` is the same sweep as ``trials=3``."""
    plan = Plan((), {}, np.int64(3), np.int64(5))  # type: ignore[arg-type]
    assert [job.seed for job in plan.jobs()] == [job.seed for job in Plan((), {}, 3, 5).jobs()]


def test_no_axis_is_one_point() -> None:
    """A sweep of trials only."""
    plan = Plan((), {"x": 1.0}, 3)
    assert plan.shape == (3,)
    assert [job.position for job in plan.jobs()] == [(0,), (1,), (2,)]


def test_axes_say_how_they_are_shown() -> None:
    """Values and title in the unit of the chart, without rounding errors."""
    axis = Axis("w", (0.0, 0.1e-3, 0.3e-3), Unit("mV", 1e-3), "Weight")
    assert axis.shown == [0.0, 0.1, 0.3]
    assert axis.title == "Weight (mV)"
    assert len(axis) == 3
    assert Axis("n", (1, 2)).title == "n"


@pytest.mark.parametrize(
    "module",
    [
        "brian_sweep_widget",
        "brian_sweep_widget.sweeps",
        "brian_sweep_widget.models",
        "brian_sweep_widget.results",
    ],
)
def test_importing_is_light(module: str) -> None:
    """Planning a sweep loads no Brian, no xarray, no widgets and no joblib."""
    code = (
        f"import sys, {module}\n"
        "heavy = {'brian2', 'xarray', 'pandas', 'ipywidgets', 'bqplot', 'joblib', 'sympy'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert shown.strip() == "[]"


def test_jobs_at_positions_are_those_of_the_list() -> None:
    """Whichever are asked for, in their order."""
    for seeding in ("independent", "common"):
        axes = (Axis("x", (0.0, 0.5, 1.0)), Axis("n", (1, 2)))
        plan = Plan(axes, {"how": "exact", "on": True}, 3, 7, seeding)
        jobs = plan.jobs()[::-2]
        assert list(plan.jobs_at(job.position for job in jobs)) == jobs


@pytest.mark.parametrize("trials", [10**7, 10**12, 10**30])
def test_far_too_many_simulations_are_refused(trials: int) -> None:
    """Before anything is made of them."""
    with pytest.raises(
        ValueError, match=rf"{2 * trials} simulations are too many \(allowed: 10000"
    ):
        Plan((Axis("x", (0.0, 1.0)),), {}, trials)
