"""How far a model's compilation is, for those who wait for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from brian_sweep_widget.engines import compiled


@dataclass(frozen=True, slots=True)
class Preparation:
    """How far a model's preparation is.

    Parameters
    ----------
    phase
        ``"tracing"``, ``"compiling"``, ``"ready"`` or, while nothing was asked
        for, ``"waiting"``; ``"impossible"`` if it cannot be compiled.
    seconds
        Since the phase began.
    costs
        What another value of each parameter costs; empty until it is known.
    reason
        Why it cannot be compiled.
    seeds
        Whether the model seeds Brian's generators itself, which makes its
        trials alike.
    counts
        Parameters that are the number of neurons, as far as is known.
    times
        Seconds that another value took by its cost, as far as is known.
    """

    phase: str
    seconds: float
    costs: Mapping[str, compiled.Cost]
    reason: str = ""
    seeds: bool = False
    counts: frozenset[str] = frozenset()
    times: Mapping[compiled.Cost, float] = field(default_factory=dict)
