"""Tries in Brian's runtime what failed as a compiled program.

What works there is no error of the model's. What fails there, too, is, and
Brian's runtime often says more clearly what is wrong.

What was concluded for other values is concluded for one sweep alone: what becomes
of a sweep must not depend on what ran before it.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Hashable
from concurrent.futures import Future, wait
from hashlib import blake2b
from typing import Any, NamedTuple

from brian_sweep_widget.backends import Ended, StopToken, stoppable
from brian_sweep_widget.engines import Engine, compute, pack
from brian_sweep_widget.results import Failure, Outcome
from brian_sweep_widget.runs.alike import kind_of, same_words
from brian_sweep_widget.runs.answers import (
    NotCompiledError,
    Stopped,
    StoppedError,
    answer,
    attempting_pool,
)
from brian_sweep_widget.runs.cells import outcome_with_cells
from brian_sweep_widget.sweeps import Job

#: What is no different in the runtime: limits, and want of memory or time.
_ALIKE = frozenset({"LimitError", "NotEnoughMemory", "MemoryError", "TimeLimitError"})
_GRACE = 1.0  # s, of the two that Stop may take
_MOST_KNOWN = 512
_MOST_TRIED = 8  # simulations of one kind of failure, in a sweep


class Attempt(NamedTuple):
    """What became of a simulation in Brian's runtime.

    Attributes
    ----------
    job
        Which simulation it was.
    failure
        Why it failed there, too; None if it works.
    outcome
        Of the simulation, if it was made just now.
    """

    job: Job
    failure: Failure | None
    outcome: Outcome | None = None


class Attempts:
    """Tries simulations of one sweep in Brian's runtime.

    An error in a model must not cost a simulation at every point: a kind of
    failure (the same words but for numbers, from the same line) is tried once
    if the runtime says the same. If it says something else, another value may
    well work there, and some are tried before one speaks for all. A simulation
    that was tried is not tried again by the next sweep in the kernel, unless
    something else than its job decides what becomes of it.

    Parameters
    ----------
    engine
        The runtime's.
    time_limit
        Of one simulation, in seconds.
    """

    def __init__(self, engine: Engine, time_limit: float) -> None:
        self._packed = pack(engine)
        self._name = blake2b(self._packed, digest_size=16).digest()
        self._time_limit = time_limit
        self._concluded: dict[Hashable, Attempt] = {}
        self._tried: Counter[Hashable] = Counter()

    def attempt(self, job: Job, failure: Failure, stopped: Stopped, measure: str = "") -> Attempt:
        """Say whether Brian's runtime computes a job that failed, or one measure that did.

        Raises
        ------
        StoppedError
        """
        if failure.kind in _ALIKE:
            return Attempt(job, failure)
        kind = (measure, *kind_of(failure))
        if kind in self._concluded:
            return self._concluded[kind]
        tried = self._try(job, measure, stopped)
        if tried.failure is not None and tried.failure.kind not in _ALIKE:
            self._tried[kind] += 1
            if same_words(tried.failure, failure) or self._tried[kind] >= _MOST_TRIED:
                self._concluded[kind] = tried
        return tried

    def _try(self, job: Job, measure: str, stopped: Stopped) -> Attempt:
        key = (self._name, measure, job.key)
        known = _known.get(key)
        if known is not None:
            return known._replace(job=job)
        outcome = self._outcome(job, stopped)
        if isinstance(outcome, Failure):
            tried, by_job = Attempt(job, outcome), True
        else:
            tried = Attempt(job, outcome.reason(measure), outcome)
            # What depended on a file may be another thing the next time.
            by_job = outcome.origin is None or outcome.origin.by_job
        if by_job and (tried.failure is None or tried.failure.kind not in _ALIKE):
            _known[key] = tried._replace(outcome=None)
            while len(_known) > _MOST_KNOWN:
                _known.popitem(last=False)
        return tried

    def _outcome(self, job: Job, stopped: Stopped) -> Outcome | Failure:
        token = StopToken.new()
        asked: list[Future[Any]] = []

        def ask() -> Future[Any]:
            calls = [(job.position, (self._packed, job))]
            asked.append(
                attempting_pool().submit(stoppable, token, compute, calls, self._time_limit)
            )
            return asked[-1]

        try:
            [(_, result)] = answer(ask, stopped)
        except NotCompiledError as error:
            return Failure("WorkerDied", str(error))
        except StoppedError:
            token.stop()
            if wait(asked, _GRACE).not_done:
                attempting_pool().kill()
            raise
        finally:
            token.remove()
        if isinstance(result, Ended):
            message = f"it takes longer than {self._time_limit:g} s in Brian's runtime"
            return Failure("TimeLimitError", message)
        # As all that failed before is told, with which it is compared.
        return outcome_with_cells(result)


_known: OrderedDict[Hashable, Attempt] = OrderedDict()
