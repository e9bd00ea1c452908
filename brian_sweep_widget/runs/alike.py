"""Notices that the first simulations of a sweep all fail alike, before the rest is computed."""

from __future__ import annotations

import re
from collections.abc import Iterable

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
    """

    def __init__(self, workers: int) -> None:
        self.enough = max(_LEAST, _EACH * workers)
        self._kind = ""
        self._number = 0
        self._over = False

    def add(self, outcomes: Iterable[Outcome]) -> str:
        """Take outcomes in, in the order in which they came.

        Returns
        -------
        str
            Once, when there are enough: what they all failed with. Otherwise empty.
        """
        for outcome in outcomes:
            if self._over:
                break
            if outcome.status == "cancelled":
                continue
            kind = _kind(outcome)
            if outcome.failure is None or (self._number and kind != self._kind):
                self._over = True
                break
            self._kind = kind
            self._number += 1
            if self._number == self.enough:
                self._over = True
                return f"The first {self._number} simulations all failed alike: {_told(outcome)}"
        return ""


def _kind(outcome: Outcome) -> str:
    """Give what an outcome says went wrong, apart from the numbers in it."""
    return _NUMBER.sub("0", outcome.error)


def _told(outcome: Outcome) -> str:
    """Give the first line of what went wrong, as a sentence."""
    line = outcome.error.strip().partition("\n")[0]
    return line if line.endswith((".", "!", "?")) else f"{line}."
