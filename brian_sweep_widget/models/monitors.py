"""Which monitors of a network show what happens in a single simulation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Monitors:
    """What a model names of its monitors, so that one can look into its simulations.

    Parameters
    ----------
    spikes
        Name of a ``SpikeMonitor``; empty for none.
    traces
        Name of a ``StateMonitor``; empty for none.
    populations
        Gives the parts of the recorded neurons, in their order: sizes by label,
        from those of the model's parameters that it takes. None for a single one.
    takes
        Names of these parameters.
    """

    spikes: str = ""
    traces: str = ""
    populations: Callable[..., Mapping[str, Any]] | None = None
    takes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.spikes or self.traces)

    def parts(self, arguments: Mapping[str, Any]) -> dict[str, int]:
        """Give the sizes of the populations by label; empty for a single one.

        Parameters
        ----------
        arguments
            All parameters, as the builder takes them.
        """
        if self.populations is None:
            return {}
        found = self.populations(**{name: arguments[name] for name in self.takes})
        return {str(label): int(size) for label, size in found.items()}
