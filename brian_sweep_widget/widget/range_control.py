"""The control of the chart's x axis: from, to, and how many points."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import ipywidgets as w
import numpy as np

from brian_sweep_widget.limits import Limit
from brian_sweep_widget.models import Parameter
from brian_sweep_widget.models.units import quantity
from brian_sweep_widget.sweeps import Axis
from brian_sweep_widget.sweeps.nested import nested_grid
from brian_sweep_widget.widget import fields
from brian_sweep_widget.widget.beginning import most_of
from brian_sweep_widget.widget.control import Control
from brian_sweep_widget.widget.layout import most_allowed
from brian_sweep_widget.widget.rounding import round_step

_MOST_POINTS = 10_000
_ZOOM_STEPS = 50  # at least so many round numbers are in a range that was marked
_EVEN = 1e-6  # relative; how much the gaps of an evenly spaced axis may differ


class RangeControl(Control):
    """Two number fields, a slider with two thumbs, and the number of points.

    Parameters
    ----------
    parameter
        The swept parameter.
    axis
        Its values to begin with. They stay as they are, evenly spaced or not,
        until the person changes something.
    """

    def __init__(self, parameter: Parameter, axis: Axis) -> None:
        self._parameter = parameter
        low, high = min(axis.values), max(axis.values)
        self._low = fields.number_field(parameter, float(low), "from", self._refuse_above)
        self._high = fields.number_field(parameter, float(high), "to", self._refuse_above)
        most = max(len(axis), most_allowed(_MOST_POINTS))
        about = f"{parameter.label}: number of points; Live takes about as many, at round values"
        self._points = fields.whole_field("points", len(axis), 1, most, about)
        bounds = parameter.range or (float(low), float(high))
        start, end = (fields.shown(parameter, bound) for bound in bounds)
        self._span = (start, end)
        kind = w.IntRangeSlider if parameter.kind == "integer" else w.FloatRangeSlider
        self._slider = kind(
            value=(self._low.value, self._high.value),
            min=min(start, self._low.value),
            max=max(end, self._high.value),
            step=fields.slider_step(parameter, start, end),
            readout=False,
            continuous_update=True,
            layout={"width": "auto"},
        )
        self._slider.observe(self._dragged, "value")
        for field in (self._low, self._high):
            field.observe(self._typed, "value")
        row = w.HBox([self._low, self._high, self._points])
        row.add_class("bsw-range")
        badge = fields.CostBadge()
        self.widget = w.VBox([fields.heading(parameter, badge), self._slider, row])
        self.widget.add_class("bsw-parameter")
        self._given_evenly = _even(axis.shown)
        given = quantity(np.asarray(axis.values), parameter.unit)
        super().__init__([self._low, self._high, self._points], given, badge)

    def scale(self, factor: float) -> None:
        """See `Control.scale`."""
        ends = (fields.rounded(self._parameter, end * factor) for end in self.settings[:2])
        self._go_to(*ends)

    def keep_below(self, limit: Limit) -> float | None:
        """See `Control.keep_below`; what began above the limit is a single point."""
        super().keep_below(limit)
        most: Any = most_of(self._parameter, limit.most)
        low, before, points = self.settings
        if before > most:
            self.restore((min(low, most), most, points if low < most else 1))
        start, end = self._span
        if most < end:
            self._span = (min(start, most), most)
            fields.reach(self._slider, self._span, self._low.value, self._high.value)
        return before if before > most else None

    def live_value(self) -> Any:
        """Give round values in the range, so that zooming reuses what is known.

        Values that the caller gave, and that are not evenly spaced, stay as
        they are until the person changes something: no grid has them.
        """
        if self.untouched and not self._given_evenly:
            return self.value()
        values = nested_grid(*self._ends(), whole=self._parameter.kind == "integer")
        return fields.with_unit(self._parameter, np.asarray(values))

    def zoom(self, low: float, high: float) -> None:
        """See `Control.zoom`; the ends get round."""
        step = round_step((high - low) / _ZOOM_STEPS)
        ends = [fields.rounded(self._parameter, round(end / step) * step) for end in (low, high)]
        if self._limit is not None:
            ends[1] = min(ends[1], most_of(self._parameter, self._limit.most))
        if ends[0] < ends[1]:
            self._go_to(*ends)

    def restore(self, settings: Sequence[Any]) -> None:
        """See `Control.restore`."""
        low, high, points = settings
        self._go_to(low, high)
        self._points.value = points

    def put(self, value: Any) -> None:
        """See `Control.put`."""
        if np.ndim(value):
            values = self._parameter.read_axis(value)
            ends = (fields.shown(self._parameter, float(end)) for end in (values[0], values[-1]))
            self.restore((*ends, len(values)))

    def _typed_value(self) -> Any:
        low, high, points = self._ends()
        shown = np.linspace(low, high, points)
        if self._parameter.kind == "integer":
            shown = np.unique(np.round(shown)).astype(int)
        return fields.with_unit(self._parameter, shown)

    def _ends(self) -> tuple[Any, Any, int]:
        """Give the two ends and the number of points, or refuse them with words."""
        low, high, points = self.settings
        name, text = self._parameter.label, self._parameter.unit.symbol
        if low > high or (low == high and points > 1):
            msg = (
                f"{name} from {low:g} {text} to {high:g} {text}: the range must rise "
                "(allowed: the second value above the first, or a single point)"
            )
            raise ValueError(msg)
        return low, high, points

    def _dragged(self, change: Any) -> None:
        if self._moving:
            return
        ends = []
        for field, place in zip((self._low, self._high), change["new"], strict=True):
            dragged = fields.dragged_to(self._slider, place, field.value)
            ends.append(
                field.value if dragged is None else fields.rounded(self._parameter, dragged)
            )
        self._fill(*ends)  # and not the thumb, which is being dragged

    def _go_to(self, low: float, high: float) -> None:
        self._fill(low, high)
        self._push_slider()

    def _fill(self, low: float, high: float) -> None:
        """Have the fields hold two numbers, without a word to the slider."""
        # In this order the range rises at every moment, as somebody may look at it.
        moves = [(self._low, low), (self._high, high)]
        with self._move():
            for field, number in moves if low <= self._high.value else reversed(moves):
                field.value = number

    def _typed(self, _change: Any) -> None:
        if not self._moving:
            self._push_slider()

    def _push_slider(self) -> None:
        """Move the thumbs, both at once: a browser answers every state that it is sent.

        The answer to one half way would come when both fields have moved on,
        and look as if somebody had dragged a thumb back.
        """
        low, high, _ = self.settings
        if low > high:  # one end is typed before the other, or wrong: the sweep will say so
            return
        with self._move():
            ends = self._slider.min, self._slider.max
            self._slider.value = tuple(np.clip((low, high), *ends).tolist())


def _even(values: list[float]) -> bool:
    gaps = [high - low for low, high in pairwise(values)]
    return not gaps or max(gaps) - min(gaps) <= _EVEN * max(gaps)
