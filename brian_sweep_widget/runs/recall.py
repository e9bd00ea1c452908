"""Outcomes that are known already, so that a person who moves back sees them at once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import replace

from brian_sweep_widget.results import Outcome
from brian_sweep_widget.sweeps import Job

_MOST_NUMBERS = 5_000_000  # measured numbers, of 8 bytes


class Recall:
    """Remembers finished simulations; the ones used longest ago go first.

    Safe for several threads. A simulation is the same if the model, what it
    measures, all parameters and the seed are.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[Hashable, Outcome] = OrderedDict()
        self._numbers = 0

    def keep(self, model: Hashable, outcome: Outcome) -> None:
        """Remember an outcome of a model, if nothing of it failed and its job decided it."""
        origin = outcome.origin
        if not outcome.complete or (origin is not None and not origin.by_job):
            return
        key = (model, outcome.job.key)
        with self._lock:
            if key in self._known:
                self._numbers -= _size(self._known.pop(key))
            self._known[key] = outcome
            self._numbers += _size(outcome)
            while self._numbers > _MOST_NUMBERS and len(self._known) > 1:
                _, dropped = self._known.popitem(last=False)
                self._numbers -= _size(dropped)

    def find(self, model: Hashable, job: Job) -> Outcome | None:
        """Give what became of a job, as if it had been computed for it; None if not known."""
        key = (model, job.key)
        with self._lock:
            found = self._known.get(key)
            if found is None:
                return None
            self._known.move_to_end(key)
        return replace(found, job=job)


def _size(outcome: Outcome) -> int:
    return 100 + sum(value.si.size for value in outcome.values.values())
