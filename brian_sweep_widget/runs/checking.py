"""Confirms predicted tables by traces, once the points are drawn.

Where a parameter's value goes into the table as it is, that is a prediction
from two traces. It is compared with what Brian would generate at both ends, in
the middle and at a value drawn at random; then it holds for that range.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from brian_sweep_widget.engines import compiled
from brian_sweep_widget.runs.answers import RefusedError, Stopped
from brian_sweep_widget.runs.workshop import Workshop
from brian_sweep_widget.sweeps import Job

_MOST_TRIES = 3  # while files change


class Checker:
    """Remembers which jobs ran on predictions, and checks a sample of them.

    Parameters
    ----------
    workshop
        Traces, and remembers what was confirmed.
    """

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._jobs: dict[tuple[int, ...], Job] = {}
        self._programs: dict[bytes, compiled.Program] = {}
        self._by_shape: dict[bytes, set[tuple[int, ...]]] = {}
        self._held: dict[tuple[bytes, tuple[int, ...]], bool] = {}

    def note(self, job: Job, program: compiled.Program) -> None:
        """Take note that a job runs, or will run, as a variant of which its table is predicted."""
        self._jobs[job.position] = job
        self._programs[program.shape] = program
        self._by_shape.setdefault(program.shape, set()).add(job.position)

    def refuted(self, stopped: Stopped) -> list[Job]:
        """Check what was not confirmed before.

        Parameters
        ----------
        stopped
            Whether the sweep was stopped.

        Returns
        -------
        list of Job
            Those that have to run again, as a prediction was wrong.

        Raises
        ------
        StoppedError
        """
        again: list[Job] = []
        self._held.clear()
        for shape, program in list(self._programs.items()):
            jobs = [self._jobs[position] for position in self._by_shape[shape]]
            wrong = {
                name
                for name in program.instants
                if not self._confirmed(name, program, jobs, stopped)
            }
            if wrong:
                self._workshop.refute(shape, frozenset(wrong))
                del self._programs[shape], self._by_shape[shape]
                again += jobs
        return again

    def _confirmed(
        self,
        name: str,
        program: compiled.Program,
        jobs: Sequence[Job],
        stopped: Stopped,
    ) -> bool:
        """Whether predictions of a parameter hold over the values that these jobs had."""
        # One job for each value: more would confirm nothing more.
        distinct = {float(job.parameters[name]): job for job in jobs}
        ends = [min(distinct), max(distinct)]
        if self._workshop.confirmed(program.shape, name, ends):
            return True
        if not all(
            self._holds(job, program, stopped)
            for job in _sample([distinct[value] for value in sorted(distinct)])
        ):
            return False
        self._workshop.confirm(program.shape, name, ends)
        return True

    def _holds(self, job: Job, program: compiled.Program, stopped: Stopped) -> bool:
        """Whether a job's table is the one that its trace would have given."""
        found = self._held.get((program.shape, job.position))
        if found is None:
            found = self._held[program.shape, job.position] = self._traced(job, program, stopped)
        return found

    def _traced(self, job: Job, program: compiled.Program, stopped: Stopped) -> bool:
        try:
            for _ in range(_MOST_TRIES):
                expected = self._workshop.prepare(job.parameters, job.seed, stopped).variant
                trace = self._workshop.trace(job.parameters, job.seed, stopped)
                if trace.read == expected.read:  # or a file changed in between
                    break
            actual = program.lifted.variant(trace)
        except (RefusedError, compiled.OtherShapeError):
            return False
        return (
            actual.entries == program.predicted(expected, job.parameters)
            and actual.static_arrays == expected.static_arrays
            and actual.files == expected.files
            and actual.draws == expected.draws
        )


def _sample(ordered: Sequence[Job]) -> list[Job]:
    """Take both ends, the middle, and one drawn at random (the same one every time)."""
    last = len(ordered) - 1
    drawn = random.Random(last).randint(0, last)  # noqa: S311 - not a secret
    return [ordered[index] for index in sorted({0, last // 2, drawn, last})]
