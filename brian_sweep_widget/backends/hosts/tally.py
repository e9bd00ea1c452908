"""What a host did for a sweep, beside computing."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Traffic:
    """Bytes that were moved.

    Parameters
    ----------
    sent, received
        To a host, and from it.
    """

    sent: int = 0
    received: int = 0

    def __add__(self, other: Traffic) -> Traffic:
        return Traffic(self.sent + other.sent, self.received + other.received)


@dataclass(frozen=True, slots=True)
class Tally:
    """What one host did for a sweep, beside computing.

    Parameters
    ----------
    traffic
        Bytes moved.
    losses, time_lost
        How many calls were lost with it, and the seconds that they had taken.
    again
        Calls that were computed by others, too, as it was late with them.
    """

    traffic: Traffic = field(default_factory=Traffic)
    losses: int = 0
    time_lost: float = 0.0
    again: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.traffic + other.traffic,
            self.losses + other.losses,
            self.time_lost + other.time_lost,
            self.again + other.again,
        )
