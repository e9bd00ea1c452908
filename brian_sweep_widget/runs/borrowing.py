"""A sweep on a joblib backend that a person chose, of which nothing else is known."""

from __future__ import annotations

from collections.abc import Sequence

from brian_sweep_widget.backends import Errand, ForeignBackend, StopToken, name_of
from brian_sweep_widget.engines import elsewhere
from brian_sweep_widget.runs.luggage import pressed_part
from brian_sweep_widget.runs.supply import Task


class Borrowing:
    """Writes jobs down so that they can be computed anywhere this package is.

    Parameters
    ----------
    backend
        The backend.
    """

    def __init__(self, backend: ForeignBackend) -> None:
        self.backend = backend.again()

    @property
    def notice(self) -> str:
        """What it cannot do."""
        lacks = ["Stop and Skip cannot reach what runs", "there are no time limits"]
        if not self.backend.streams:
            lacks.append(f"results come {self.backend.group} at a time")
        if self.backend.in_threads:
            lacks.append("one simulation runs at a time, as threads share Brian's state")
        return f"joblib's backend {self.backend.name}: {', '.join(lacks)}."

    def errand(self, _token: StopToken, tasks: Sequence[Task], _time_limit: float) -> Errand:
        """Write down a call that computes some jobs."""
        blobs: dict[str, bytes] = {}
        calls = []
        kit = ""
        for task in tasks:
            blobs.update(task.load.blobs)
            calls.append((task.job.position, elsewhere.Wanted("", *task.load.blobs), task.job))
            if task.load.program is not None:
                pressed = pressed_part(task.load.program, "kit")
                kit = name_of(pressed)
                blobs[kit] = pressed
        return Errand(elsewhere.compute_carried, (blobs, kit, calls))
