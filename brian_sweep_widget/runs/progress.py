"""How far a sweep is: counts of finished jobs, and the time left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["starting", "running", "paused", "stopping", "finished", "cancelled", "crashed"]
ENDED: tuple[State, ...] = ("finished", "cancelled", "crashed")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sweep is at one moment.

    Parameters
    ----------
    state
        ``starting`` until the first worker is ready, then ``running``;
        ``paused`` while a person wants nothing to be started, or is asked
        whether to go on; ``stopping`` from cancel to the end.
    total
        Number of jobs.
    done, failed, lost, cancelled
        Numbers of outcomes by status.
    partial
        How many of the done ones lack a measure that failed.
    recalled
        How many of the done ones were known before, from the store.
    running
        Jobs that workers are computing now.
    workers
        Workers that compute.
    elapsed
        Seconds since the start, or from start to end.
    eta
        Seconds left, from the wall times of the jobs that ended, host by host,
        and from what is late; None while nothing is known.
    phase
        What is being prepared: ``"tracing"`` or ``"compiling"``; empty if
        nothing is. It counts in no estimate of the time left.
    engine
        What computes, such as ``"compiled"``.
    notice
        What a person should know about that, such as why the model was not
        compiled; empty if nothing.
    waits
        Why nothing is started now: too little memory, a store that takes
        nothing, first simulations that all failed alike; empty if nothing is
        in the way.
    comparing
        Whether the notice may become another although nothing runs, as last
        digits are still to be compared.
    """

    state: State
    total: int
    done: int = 0
    failed: int = 0
    lost: int = 0
    cancelled: int = 0
    partial: int = 0
    recalled: int = 0
    running: int = 0
    workers: int = 0
    elapsed: float = 0.0
    eta: float | None = None
    phase: str = ""
    engine: str = ""
    notice: str = ""
    waits: str = ""
    comparing: bool = False

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.state in ENDED

    def __str__(self) -> str:
        parts = [f"{self.done} of {self.total} done"]
        parts += [
            f"{number} {word}"
            for number, word in (
                (self.partial, "partial"),
                (self.recalled, "known before"),
                (self.running, "running"),
                (self.failed, "failed"),
                (self.lost, "lost"),
                (self.cancelled, "cancelled"),
            )
            if number
        ]
        parts.append(f"{self.elapsed:.1f} s")
        if self.eta is not None and not self.ended:
            parts.append(f"about {self.eta:.0f} s left")
        return ", ".join(parts)
