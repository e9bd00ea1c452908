"""What becomes of simulations that the compiled engine cannot compute.

Brian's runtime is asked for one of each kind. If it computes that, it computes
the whole sweep, as engines are never mixed in a curve. If not, the simulation
fails, with the clearer of the two messages, and all others stay compiled.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from brian_sweep_widget.engines import compiled
from brian_sweep_widget.models import Plain
from brian_sweep_widget.results import Failure, Outcome
from brian_sweep_widget.runs.alike import same_words
from brian_sweep_widget.runs.answers import Stopped
from brian_sweep_widget.runs.attempting import Attempt, Attempts
from brian_sweep_widget.sweeps import Job

#: The failure of what cannot be compiled, here or with some values.
NOT_COMPILED = "NotCompiled"
#: Kinds of failures of compiled simulations that Brian's runtime may not have.
_OF_PROGRAMS = frozenset(
    kind.__name__ for kind in (compiled.UnreadableError, compiled.ProgramFailedError)
)


class RuntimeComputesError(Exception):
    """Brian's runtime computes what the compiled engine cannot.

    Parameters
    ----------
    reason
        Why that cannot.
    outcome
        Of the simulation that was tried, if it was now.
    """

    def __init__(self, reason: str, outcome: Outcome | None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.outcome = outcome


class FallingBack:
    """Asks Brian's runtime, where it may compute, about what failed.

    Parameters
    ----------
    compilation
        The model.
    time_limit
        Of one simulation, in seconds.
    """

    def __init__(self, compilation: compiled.Compilation, time_limit: float) -> None:
        self._parameters = compilation.parameters
        fallback = compilation.fallback
        self._attempts = None if fallback is None else Attempts(fallback, time_limit)
        self._varied: frozenset[str] = frozenset()

    def look_at(self, jobs: Sequence[Job]) -> None:
        """Learn in which parameters the jobs of a sweep differ."""
        found: dict[str, set[Plain]] = {}
        for job in jobs:
            for name, value in job.parameters.items():
                found.setdefault(name, set()).add(value)
        self._varied |= {name for name, values in found.items() if len(values) > 1}

    def refused(self, jobs: Sequence[Job], failure: Failure, stopped: Stopped) -> Iterator[Outcome]:
        """Give the outcomes of jobs that cannot be prepared, all for one reason.

        Raises
        ------
        RuntimeComputesError
            If Brian's runtime computes the first.
        StoppedError
        """
        tried = self._attempt(jobs[0], failure, stopped)
        if tried is None:
            failure = not_compiled(failure.message) if failure.kind == NOT_COMPILED else failure
        for job in jobs:
            yield Outcome(job, "failed", failure=self._clearer(job, failure, tried))

    def explained(self, outcomes: Sequence[Outcome], stopped: Stopped) -> Iterator[Outcome]:
        """Give the outcomes of programs that failed, where Brian's runtime says more clearly why.

        Raises
        ------
        RuntimeComputesError
            If Brian's runtime computes one of them.
        StoppedError
        """
        for outcome in outcomes:
            whole = {} if outcome.failure is None else {"": outcome.failure}
            said = outcome.failures or whole
            clearer = {
                name: self._explained(outcome.job, failure, name, stopped)
                for name, failure in said.items()
            }
            if clearer == said or stopped():
                continue
            first = None if outcome.status == "done" else next(iter(clearer.values()))
            named = clearer if outcome.failures else {}
            yield replace(outcome, failure=first, failures=named)

    def may_compute(self, outcome: Outcome) -> bool:
        """Tell whether Brian's runtime may compute what failed: `explained` will ask."""
        if self._attempts is None:
            return False
        failures = (outcome.failure, *outcome.failures.values())
        return any(one is not None and one.kind in _OF_PROGRAMS for one in failures)

    def _explained(self, job: Job, failure: Failure, measure: str, stopped: Stopped) -> Failure:
        if failure.kind not in _OF_PROGRAMS or stopped():
            return failure
        return self._clearer(job, failure, self._attempt(job, failure, stopped, measure))

    def _attempt(
        self, job: Job, failure: Failure, stopped: Stopped, measure: str = ""
    ) -> Attempt | None:
        """Have Brian's runtime try a job, or one measure of it; None if it is not to compute."""
        if self._attempts is None:
            return None
        tried = self._attempts.attempt(job, failure, stopped, measure)
        if tried.failure is None:
            told = self._told(job, self._varied)
            reason = (
                "Brian's runtime computes what the compiled program cannot"
                f"{told and f', with {told}'}: {_gist(failure)}"
            )
            raise RuntimeComputesError(reason, tried.outcome)
        return tried

    def _clearer(self, job: Job, failure: Failure, tried: Attempt | None) -> Failure:
        """Give the words for what failed twice: Brian's runtime's, unless it says the same."""
        if tried is None or tried.failure is None:
            return failure
        if same_words(tried.failure, failure):
            return failure
        before, said = tried.job.parameters, tried.failure.message
        others = {name for name, value in job.parameters.items() if before.get(name) != value}
        if not others or not any(map(str.isdigit, said)):
            return tried.failure
        where = self._told(tried.job, others)
        message = f"{said}\n(so says Brian's runtime with {where}, which was tried for all)"
        return replace(tried.failure, message=message)

    def _told(self, job: Job, names: set[str] | frozenset[str]) -> str:
        return ", ".join(
            f"{name} = {self._parameters[name].text(value)}"
            for name, value in job.parameters.items()
            if name in names
        )


def not_compiled(reason: str) -> Failure:
    """Give the failure of what cannot be compiled, where Brian's runtime is not to compute."""
    return Failure(NOT_COMPILED, f"{reason} (with engine='auto' Brian's runtime would compute it)")


def _gist(failure: Failure) -> str:
    """Give what a failure says at last, which is the cause of all that stands before."""
    *before, last = failure.message.strip().splitlines() or [failure.kind]
    named = before or failure.kind in {*_OF_PROGRAMS, NOT_COMPILED, last}
    return last if named else f"{failure.kind}: {last}"
