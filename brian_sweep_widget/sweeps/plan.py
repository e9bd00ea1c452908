"""A sweep as a list of jobs, coarse first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import NamedTuple

import numpy as np

from brian_sweep_widget.models.parameters import Plain
from brian_sweep_widget.sweeps.axis import Axis
from brian_sweep_widget.sweeps.seeds import SEEDINGS, Seeding, canonical, job_key, seeder, written

#: A sweep of as many takes all memory there is.
MOST_JOBS = 10_000_000


class Job(NamedTuple):
    """One simulation to make (a tuple, as there may be very many).

    Attributes
    ----------
    position
        Index along every axis of the plan, then the trial: where the result
        goes in a dataset.
    parameters
        All parameters of the model in SI units, swept and fixed.
    seed
        Seeds every random generator of this simulation.
    """

    position: tuple[int, ...]
    parameters: Mapping[str, Plain]
    seed: int

    @property
    def trial(self) -> int:
        """Number of the trial, from 0."""
        return self.position[-1]

    @property
    def key(self) -> str:
        """Names this simulation; equal for equal parameters and seed."""
        texts = (written(name, value) for name, value in self.parameters.items())
        return job_key(canonical(texts), self.seed)


@dataclass(frozen=True, slots=True)
class Plan:
    """Axes, fixed parameters, trials and seed: everything that decides the jobs.

    Parameters
    ----------
    axes
        The swept parameters; none at all is a sweep of one point.
    fixed
        SI values of the other parameters.
    trials
        Simulations of every point, each with a seed of its own; 1 or more.
    seed
        The sweep's seed; 0 or more.
    seeding
        See `brian_sweep_widget.sweeps.seeds.seeder`.

    Raises
    ------
    TypeError, ValueError
        If trials, seed or seeding are not as above, or there are far too many
        simulations.
    """

    axes: tuple[Axis, ...]
    fixed: Mapping[str, Plain]
    trials: int = 1
    seed: int = 0
    seeding: Seeding = "independent"

    def __post_init__(self) -> None:
        _check_count("trials", self.trials, 1)
        _check_count("seed", self.seed, 0)
        number = prod(self.shape)  # which may be more than `len` can give
        if number > MOST_JOBS:
            msg = (
                f"{number} simulations are too many (allowed: {MOST_JOBS}): sweep fewer values, "
                "or make fewer trials"
            )
            raise ValueError(msg)
        if self.seeding not in SEEDINGS:
            msg = f"seeding = {self.seeding!r} is unknown (allowed: {', '.join(SEEDINGS)})"
            raise ValueError(msg)

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of values of every axis, then the number of trials."""
        return (*(len(axis) for axis in self.axes), self.trials)

    def __len__(self) -> int:
        return prod(self.shape)

    def jobs(self) -> list[Job]:
        """List the jobs so that the shape of the whole shows early.

        All points of the first trial come before the second trial; within a
        trial, the ends and the middle of every axis come before what lies
        between them.

        Returns
        -------
        list of Job
            ``len(self)`` of them.
        """
        names = [axis.name for axis in self.axes]
        fixed = [written(name, value) for name, value in self.fixed.items()]
        # Every value is written once, not once a point: plans may be large.
        texts = [[written(axis.name, value) for value in axis.values] for axis in self.axes]
        grid = zip(
            product(*(range(len(axis)) for axis in self.axes)),
            product(*(axis.values for axis in self.axes)),
            product(*texts),
            strict=True,
        )
        points = [
            (
                indices,
                {**self.fixed, **dict(zip(names, values, strict=True))},
                canonical([*fixed, *swept]),
            )
            for indices, values, swept in grid
        ]
        order = self._coarse_to_fine()
        jobs = []
        for trial in range(self.trials):
            seed_of = seeder(self.seed, trial, self.seeding)
            for index in order:
                indices, parameters, point = points[index]
                jobs.append(Job((*indices, trial), parameters, seed_of(point)))
        return jobs

    def jobs_at(self, positions: Iterable[tuple[int, ...]]) -> Iterator[Job]:
        """Give the jobs at some positions, as `jobs` lists them."""
        fixed = [written(name, value) for name, value in self.fixed.items()]
        seeders = {}
        for position in positions:
            *indices, trial = position
            values = {
                axis.name: axis.values[index]
                for axis, index in zip(self.axes, indices, strict=True)
            }
            if trial not in seeders:
                seeders[trial] = seeder(self.seed, trial, self.seeding)
            swept = [written(name, value) for name, value in values.items()]
            seed = seeders[trial](canonical([*fixed, *swept]))
            yield Job(position, {**self.fixed, **values}, seed)

    def _coarse_to_fine(self) -> list[int]:
        """Order the points of the grid (given in C order) by their finest axis."""
        if not self.axes:
            return [0]
        levels = np.meshgrid(*(axis.levels() for axis in self.axes), indexing="ij")
        flat = np.stack([level.ravel() for level in levels])
        # The last key of lexsort is the first to decide; ties keep grid order.
        order: list[int] = np.lexsort((flat.sum(axis=0), flat.max(axis=0))).tolist()
        return order


@dataclass(frozen=True, slots=True)
class Single(Plan):
    """One job of another plan, once more.

    Parameters
    ----------
    job
        With its position and its seed in that plan.
    """

    job: Job = field(kw_only=True)

    def jobs(self) -> list[Job]:
        """List the one job."""
        return [self.job]


def is_within(position: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    """Whether there is such a position in a grid of some shape."""
    return len(position) == len(shape) and all(
        0 <= index < extent for index, extent in zip(position, shape, strict=True)
    )


def _check_count(name: str, value: object, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        msg = f"{name} = {value!r} is not a whole number (allowed: {least} or more)"
        raise TypeError(msg)
    if value < least:
        msg = f"{name} = {value} is too small (allowed: {least} or more)"
        raise ValueError(msg)
