"""Notices that the first simulations of a sweep all fail alike, before the rest is computed."""

from __future__ import annotations

import re

from brian_sweep_widget.results import Outcome

_LEAST = 4  # simulations; fewer may well be one corner of the grid
_EACH = 2  # of them for every worker: so many are under way at once
_NUMBER = re.compile(r"\d+(?:\.\d*)?(?:e[-+]?\d+)?", re.IGNORECASE)


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
        kind = _kind(outcome)
        if outcome.failure is None or (self.positions and kind != self._kind):
            self._over = True
            return ""
        self._kind = kind
        self.positions.add(outcome.job.position)
        if len(self.positions) < self.enough:
            return ""
        self._over = True
        return f"The first {self.enough} simulations all failed alike: {_told(outcome)}"


def _kind(outcome: Outcome) -> str:
    """Give what an outcome says went wrong, apart from the numbers in it."""
    return _NUMBER.sub("0", outcome.error)


def _told(outcome: Outcome) -> str:
    """Give the first line of what went wrong, as a sentence."""
    line = outcome.error.strip().partition("\n")[0]
    return line if line.endswith((".", "!", "?")) else f"{line}."
