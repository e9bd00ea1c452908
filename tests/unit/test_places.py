"""Where simulations are in a plan: numbered, next to one another, nearest to some values."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from brian_sweep_widget.sweeps import (
    Axis,
    Plan,
    nearest,
    next_along_curve,
    number_of,
    position_of,
)

LENGTHS = st.lists(st.integers(1, 5), max_size=3)
TRIALS = st.integers(1, 4)


def plan_of(lengths: list[int], trials: int) -> Plan:
    axes = (
        Axis(f"axis_{index}", tuple(float(value) for value in range(length)))
        for index, length in enumerate(lengths)
    )
    return Plan(tuple(axes), {}, trials)


@given(LENGTHS, TRIALS)
def test_every_simulation_has_a_number_of_its_own(lengths: list[int], trials: int) -> None:
    plan = plan_of(lengths, trials)
    positions = [position_of(plan, number) for number in range(len(plan))]
    assert {position for position in positions if position} == {job.position for job in plan.jobs()}
    assert [number_of(plan, position) for position in positions if position] == list(
        range(len(plan))
    )
    assert position_of(plan, len(plan)) is position_of(plan, -1) is None


@given(LENGTHS, TRIALS)
def test_steps_visit_every_simulation_once(lengths: list[int], trials: int) -> None:
    plan = plan_of(lengths, trials)
    position: tuple[int, ...] | None = (0,) * len(plan.shape)
    seen: list[tuple[int, ...]] = []
    while position is not None:
        seen.append(position)
        position = next_along_curve(plan, position, +1)
    assert len(seen) == len(set(seen)) == len(plan)
    back: list[tuple[int, ...]] = []
    position = seen[-1]
    while position is not None:
        back.append(position)
        position = next_along_curve(plan, position, -1)
    assert back == seen[::-1]


def test_steps_go_along_a_curve_before_they_go_to_the_next() -> None:
    plan = plan_of([3, 2], 2)
    assert next_along_curve(plan, (0, 0, 0), +1) == (0, 0, 1)
    assert next_along_curve(plan, (0, 0, 1), +1) == (1, 0, 0)
    assert next_along_curve(plan, (2, 0, 1), +1) == (0, 1, 0)


@given(LENGTHS, TRIALS, st.data())
def test_the_nearest_of_its_own_values_is_itself(
    lengths: list[int], trials: int, data: st.DataObject
) -> None:
    plan = plan_of(lengths, trials)
    job = data.draw(st.sampled_from(plan.jobs()))
    assert nearest(plan, job.parameters, job.trial) == job.position


def test_the_nearest_lies_within_the_plan() -> None:
    plan = plan_of([4], 2)
    assert nearest(plan, {"axis_0": 1.6}, 0) == (2, 0)
    assert nearest(plan, {"axis_0": 99.0}, 7) == (3, 1)
