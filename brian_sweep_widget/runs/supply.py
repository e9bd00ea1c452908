"""Jobs on their way to the workers: put in when they are ready, taken when a worker is free."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from brian_sweep_widget.backends import name_of
from brian_sweep_widget.engines import compiled, elsewhere
from brian_sweep_widget.sweeps import Job

_LOOK = 0.05  # s between looks at whether the sweep was stopped


@dataclass(frozen=True, eq=False)
class Load:
    """What the jobs of one engine share.

    Parameters
    ----------
    packed
        From `brian_sweep_widget.engines.pack`.
    label
        Of the engine.
    memory
        What a job will probably take, in bytes; 0 if nothing is known.
    program, inputs
        The program that it runs, if it does, and the files that this reads.
    """

    packed: bytes
    label: str
    memory: float = 0.0
    program: compiled.Program | None = None
    inputs: Mapping[str, bytes] = field(default_factory=dict)

    @cached_property
    def blobs(self) -> Mapping[str, bytes]:
        """What another computer needs for a job, by name: the engine, and what it reads."""
        blobs = [self.packed]
        if self.program is not None:
            blobs.append(elsewhere.pressed(dict(self.inputs)))
        return {name_of(blob): blob for blob in blobs}


class Task(NamedTuple):
    """A job, and what computes it."""

    load: Load
    job: Job


class Supply:
    """A queue that says whether more will come. Safe for several threads."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._tasks: deque[Task] = deque()
        self._open = True

    def put(self, load: Load, jobs: Iterable[Job]) -> None:
        """Add jobs that one engine computes."""
        with self._changed:
            self._tasks.extend(Task(load, job) for job in jobs)
            self._changed.notify_all()

    def put_back(self, tasks: Iterable[Task]) -> None:
        """Add tasks that were taken, and did not run: they are the next."""
        with self._changed:
            self._tasks.extendleft(tasks)
            self._changed.notify_all()

    def remove(self, position: tuple[int, ...]) -> Task | None:
        """Take one job's task out, wherever it is; None if it is not here."""
        with self._changed:
            for task in self._tasks:
                if task.job.position == position:
                    self._tasks.remove(task)
                    self._changed.notify_all()
                    return task
        return None

    def close(self) -> None:
        """Say that no more will come."""
        with self._changed:
            self._open = False
            self._changed.notify_all()

    def reopen(self) -> None:
        """Say that more will come, after all."""
        with self._changed:
            self._open = True

    def drop(self) -> None:
        """Forget what was not taken."""
        with self._changed:
            self._tasks.clear()
            self._changed.notify_all()

    def stop(self) -> None:
        """Forget what was not taken, and close."""
        self.drop()
        self.close()

    def take(self, most: int, takers: int) -> list[Task]:
        """Take the next tasks, without waiting.

        Parameters
        ----------
        most
            At most so many.
        takers
            How many others want some, too: one gets no more than a part of what
            is there, so that all end at about the same time.

        Returns
        -------
        list of Task
            Empty if there are none now.
        """
        with self._changed:
            share = max(1, len(self._tasks) // (2 * takers))
            taken = [self._tasks.popleft() for _ in range(min(most, share, len(self._tasks)))]
            if taken:
                self._changed.notify_all()
            return taken

    def wait_for_room(self, most: int, stopped: Callable[[], bool]) -> None:
        """Wait until fewer than so many tasks are waiting, or the sweep is stopped."""
        with self._changed:
            while len(self._tasks) >= most and not stopped():
                self._changed.wait(_LOOK)

    def wait(self) -> bool:
        """Wait for a task; False if there is none and none will come."""
        with self._changed:
            self._changed.wait_for(lambda: self._tasks or not self._open)
            return bool(self._tasks)
