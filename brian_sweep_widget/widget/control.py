"""What every control of a parameter has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import ipywidgets as w

from brian_sweep_widget.limits import Limit
from brian_sweep_widget.models import Plain
from brian_sweep_widget.models.numerals import refuse
from brian_sweep_widget.widget.fields import CostBadge
from brian_sweep_widget.widget.wording import CostWords


class Control:
    """Keeps what the person did; whether it makes sense is for the sweep to say.

    Parameters
    ----------
    fields
        Hold the truth; sliders are their twins.
    given
        What the caller gave.
    badge
        Shows the cost of another value.

    Attributes
    ----------
    widget
        What to show.
    """

    widget: w.Widget
    _moving = False
    _limit: Limit | None = None

    def __init__(self, fields: Sequence[Any], given: Any, badge: CostBadge) -> None:
        self._fields = fields
        self._given = (self.settings, given)
        self._badge = badge

    @property
    def untouched(self) -> bool:
        """Whether the fields hold what they began with."""
        return self._given[0] == self.settings

    @property
    def settings(self) -> tuple[Any, ...]:
        """What the fields hold."""
        return tuple(field.value for field in self._fields)

    def restore(self, settings: Sequence[Any]) -> None:
        """Have the fields hold what they held once."""
        for field, value in zip(self._fields, settings, strict=True):
            field.value = value

    def put(self, value: Any) -> None:
        """Go to a value as `Sweep` takes it; where several values are swept, to such ones alone."""
        self._fields[0].value = value

    def value(self) -> Any:
        """Give the value as `Sweep` takes it: with units, an array if swept.

        As long as the person changed nothing, that is what the caller gave, to
        the last bit; fields show fewer digits.

        Raises
        ------
        ValueError
            If what the person typed makes no value.
        """
        return self._given[1] if self.untouched else self._typed_value()

    def scale(self, factor: float) -> None:
        """Multiply the number, or the ends of the range; other controls stay as they are."""

    def live_value(self) -> Any:
        """Give the value while sweeps follow the settings; see `value`."""
        return self.value()

    def stops(self) -> list[Plain]:
        """List the other values of the slider in SI units, the nearest first; often none."""
        return []

    def keep_below(self, limit: Limit) -> float | None:
        """Let fields and slider go no further than a limit in SI units.

        Returns
        -------
        number or None
            The largest value that was above the limit, which is there no more;
            None if nothing was.
        """
        self._limit = limit
        return None

    def _refuse_above(self, number: float) -> None:
        """Refuse a number that was typed, in the parameter's own unit."""
        limit = self._limit
        if limit is not None and number > limit.most:
            refuse(f"is above the limit of {limit.most:.12g} that is set here (by {limit.source})")

    def zoom(self, low: float, high: float) -> None:
        """Go to a range that was marked on the chart, in shown units; the x axis's control does."""

    def show_cost(self, cost: str, words: CostWords | None) -> None:
        """Show what another value costs, as `Preparation` names it; None if it is not known."""
        self._badge.show(cost, words)

    def observe(self, changed: Callable[[Any], None]) -> None:
        """Have a function called after every change."""
        for field in self._fields:
            field.observe(changed, "value")

    @contextmanager
    def _move(self) -> Iterator[None]:
        """Move fields, or their slider, while neither answers to the other."""
        self._moving = True
        try:
            yield
        finally:
            self._moving = False

    def _typed_value(self) -> Any:
        """Make a value of what the fields hold."""
        return self._fields[0].value
