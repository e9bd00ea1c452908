"""Which failures are alike, and that the first simulations of a sweep all fail alike."""

from __future__ import annotations

import re

from brian_sweep_widget.results import Failure, Outcome

_LEAST = 4  # simulations; fewer may well be one corner of the grid
_EACH = 2  # of them for every worker: so many are under way at once
# With a point behind it, which may end the sentence.
_NUMBER = re.compile(r"\d[\d.]*(?:e[-+]?\d+\.?)?", re.IGNORECASE)


class FirstFailures:
    """Looks at the first outcomes of a sweep that were computed.

    Parameters
    ----------
    workers
        How many simulations run at once.

    Attributes
    ----------
    enough
        How many have to fail alike.
    positions
        Of those that did so far.
    """

    def __init__(self, workers: int) -> None:
        self.enough = max(_LEAST, _EACH * workers)
        self.positions: set[tuple[int, ...]] = set()
        self._kind = ""
        self._over = False

    def add(self, outcome: Outcome) -> str:
        """Take an outcome in, in the order in which they come.

        Returns
        -------
        str
            Once, when there are enough: what they all failed with. Otherwise empty.
        """
        if self._over or outcome.status == "cancelled":
            return ""
        kind = _without_numbers(outcome.error)
        if outcome.failure is None or (self.positions and kind != self._kind):
            self._over = True
            return ""
        self._kind = kind
        self.positions.add(outcome.job.position)
        if len(self.positions) < self.enough:
            return ""
        self._over = True
        return f"The first {self.enough} simulations all failed alike: {_told(outcome)}"


def same_words(one: Failure, other: Failure) -> bool:
    """Tell whether two failures say the same but for numbers, wherever they come from."""
    return kind_of(one)[:2] == kind_of(other)[:2]


def kind_of(failure: Failure) -> tuple[str, ...]:
    """Name what went wrong, where, whatever the values: equal for failures of one kind."""
    lines = failure.traceback.splitlines()
    places = (line for line in lines if line.startswith('  File "'))
    return (failure.kind, _without_numbers(failure.message), *places)


def _without_numbers(message: str) -> str:
    return _NUMBER.sub("#", message)


def _told(outcome: Outcome) -> str:
    """Give the first line of what went wrong, as a sentence."""
    line = outcome.error.strip().partition("\n")[0]
    return line if line.endswith((".", "!", "?")) else f"{line}."
