"""What became of one job, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from brian_sweep_widget.models.units import Unit
from brian_sweep_widget.sweeps import Job

#: ``lost``: the worker died on it, twice; ``cancelled``: stopped before its end.
Status = Literal["done", "failed", "lost", "cancelled"]


#: Ends the name of the engine of results from hosts that compute other last digits.
OTHER_DIGITS = ", other digits"


@dataclass(frozen=True, slots=True)
class Value:
    """One measured result.

    Parameters
    ----------
    si
        The number, or an array of any shape, in SI units.
    unit
        In which it is shown.
    label
        How it is called for people.
    """

    si: np.ndarray[Any, Any]
    unit: Unit
    label: str

    @property
    def title(self) -> str:
        """Label with unit, as on a chart: "Mean firing rate (Hz)"."""
        return f"{self.label} ({self.unit.symbol})" if self.unit.symbol else self.label


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a job, or one of its measures, gave no result.

    Parameters
    ----------
    kind
        The exception's name, such as ``"ValueError"``.
    message
        What it said.
    traceback
        Where it was raised; empty if it was not raised by the model.
    """

    kind: str
    message: str
    traceback: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}" if self.message else self.kind


@dataclass(frozen=True, slots=True)
class Origin:
    """Where and how a job was computed.

    Parameters
    ----------
    engine
        Such as ``"runtime (numpy)"``.
    host, process
        The worker's host name and process number.
    started, wall_time
        When the job started (seconds since the epoch) and how long it took
        (seconds), building the network included.
    versions
        Of Python and of the libraries that decide the numbers, by name.
    memory
        The most that the worker, and the program that it ran, had in memory at
        once so far, in bytes; 0 if not known.
    files
        Files of the user's that were read meanwhile: what is in them decides
        the numbers too, and nobody knows whether it stays the same. So it is
        with environment variables that the model's code does not name.
    contents
        What was in each of them, as `brian_sweep_widget.engines.file_states`
        tells it; not stored.
    unseeded
        What took random numbers from the system meanwhile, which no seed
        decides, such as ``"uuid.uuid4 in weights"``.
    threads
        Functions of the user's that ran in other threads when it ended, or that
        an earlier job had left running.
    programs
        Other programs that the user's code started meanwhile, such as ``"cat in
        load_weights"``: nobody knows what they read.
    """

    engine: str
    host: str
    process: int
    started: float
    wall_time: float
    versions: Mapping[str, str]
    memory: float = 0.0
    files: tuple[str, ...] = ()
    contents: tuple[str, ...] = field(default=(), compare=False)
    unseeded: tuple[str, ...] = ()
    threads: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()

    @property
    def by_job(self) -> bool:
        """Whether the model and the job decided the numbers, and nothing else."""
        return not (self.files or self.unseeded or self.threads or self.programs)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one job.

    Parameters
    ----------
    job
        The job.
    status
        ``done`` has values, ``failed`` and ``lost`` have a failure,
        ``cancelled`` has neither.
    values
        Results by name.
    failure
        Why there are none.
    origin
        Where it was computed; None for jobs that no worker brought to an end.
    failures
        Of measures that failed, by name. A simulation that is ``done`` may have
        some, beside its values: then it is partial.
    """

    job: Job
    status: Status
    values: Mapping[str, Value] = field(default_factory=dict)
    failure: Failure | None = None
    origin: Origin | None = None
    failures: Mapping[str, Failure] = field(default_factory=dict)

    @classmethod
    def measured(
        cls, job: Job, found: Mapping[str, Value | Failure], origin: Origin | None
    ) -> Outcome:
        """Make the outcome of a simulation that ran: done, if anything could be measured.

        Parameters
        ----------
        job
            The job.
        found
            By measure: its result, or why it has none.
        origin
            Where it was computed.
        """
        failures = {name: one for name, one in found.items() if isinstance(one, Failure)}
        values = {name: one for name, one in found.items() if isinstance(one, Value)}
        if values or not failures:
            return cls(job, "done", values, None, origin, failures)
        return cls(job, "failed", {}, next(iter(failures.values())), origin, failures)

    @property
    def complete(self) -> bool:
        """Whether everything was measured that was to be."""
        return self.status == "done" and not self.failures

    @property
    def partial(self) -> bool:
        """Whether some was measured, and some measures failed."""
        return self.status == "done" and bool(self.failures)

    def reason(self, measure: str | None) -> Failure | None:
        """Give the failure because of which a measure has no result; None if there is none."""
        return self.failures.get(measure or "", self.failure)

    @property
    def error(self) -> str:
        """What went wrong, in words, with the measures' names if several did; empty if nothing."""
        if self.failure is not None and len(self.failures) <= 1:
            return str(self.failure)
        return "; ".join(f"{name}: {failure}" for name, failure in self.failures.items())

    @property
    def traceback(self) -> str:
        """Where it went wrong, measure by measure; empty if that is not known."""
        if self.failure is not None and len(self.failures) <= 1:
            return self.failure.traceback
        found = {name: one.traceback for name, one in self.failures.items() if one.traceback}
        return "\n".join(f"{name}\n{text}" for name, text in found.items())
