"""The control of a parameter with a single value.

Numbers are typed or dragged in the parameter's own unit; the number field is
the truth, the slider is its twin. A control only reads and keeps what the
person did; whether it makes sense is for the sweep to say.
"""

from __future__ import annotations

from typing import Any

import ipywidgets as w
import numpy as np

from brian_sweep_widget.limits import Limit
from brian_sweep_widget.models import Parameter, Plain
from brian_sweep_widget.models.units import quantity
from brian_sweep_widget.widget import fields
from brian_sweep_widget.widget.beginning import most_of
from brian_sweep_widget.widget.control import Control


class NumberControl(Control):
    """A number field and its slider."""

    def __init__(self, parameter: Parameter, si: float) -> None:
        self._parameter = parameter
        self._field = fields.number_field(parameter, si, parameter.label, self._refuse_above)
        badge = fields.CostBadge()
        low, high = (fields.shown(parameter, bound) for bound in parameter.range or (si, si))
        self._span = (low, high)
        kind = w.IntSlider if parameter.kind == "integer" else w.FloatSlider
        value = self._field.value
        self._slider = kind(
            value=value,
            min=min(low, value),
            max=max(high, value),
            step=fields.slider_step(parameter, low, high),
            readout=False,
            continuous_update=True,
            layout={"width": "auto"},
        )
        self._slider.observe(self._dragged, "value")
        rows = [
            fields.field_row(self._field, parameter),
            fields.slider_row(self._slider, badge),
        ]
        self._field.observe(self._typed, "value")
        self.widget = w.VBox(rows)
        self.widget.add_class("bsw-parameter")
        given = int(si) if parameter.kind == "integer" else si
        super().__init__([self._field], quantity(given, parameter.unit), badge)

    @property
    def field(self) -> Any:
        """The field with the number."""
        return self._field

    def scale(self, factor: float) -> None:
        """See `Control.scale`."""
        self._field.value = fields.rounded(self._parameter, self._field.value * factor)

    def keep_below(self, limit: Limit) -> float | None:
        """See `Control.keep_below`."""
        super().keep_below(limit)
        most: Any = most_of(self._parameter, limit.most)
        before = self._field.value
        self._field.value = min(before, most)
        low, high = self._span
        if most < high:
            self._span = (min(low, most), most)
            fields.reach(self._slider, self._span, self._field.value, self._field.value)
        return before if before > most else None

    def stops(self) -> list[Plain]:
        """List where the slider can be dragged to, in SI units, the nearest first."""
        slider = self._slider
        here, most = self._field.value, int((slider.max - slider.min) / slider.step + 1e-9)
        places = [
            fields.rounded(self._parameter, slider.min + count * slider.step)
            for count in range(most + 1)
        ]
        places.sort(key=lambda place: abs(place - here))
        return [si for place in places if place != here for si in self._read(place)]

    def put(self, value: Any) -> None:
        """See `Control.put`."""
        if not np.ndim(value):
            self._field.value = fields.shown(self._parameter, float(self._parameter.read(value)))

    def _typed_value(self) -> Any:
        return fields.with_unit(self._parameter, self._field.value)

    def _read(self, place: Any) -> list[Plain]:
        """Read a place of the slider, whose range may go beyond what the model can take."""
        try:
            return [self._parameter.read(fields.with_unit(self._parameter, place))]
        except ValueError:
            return []

    def _dragged(self, change: Any) -> None:
        place = fields.dragged_to(self._slider, change["new"], self._field.value)
        if self._moving or place is None:
            return
        with self._move():  # or the field would push the thumb that is being dragged
            self._field.value = fields.rounded(self._parameter, place)

    def _typed(self, change: Any) -> None:
        if self._moving:
            return
        with self._move():
            self._slider.value = change["new"]  # or its end, which is not widened


class OtherControl(Control):
    """A box to tick, or a text."""

    def __init__(self, parameter: Parameter, value: Plain) -> None:
        if parameter.kind == "flag":
            field = w.Checkbox(value=value, description=parameter.label, indent=False)
        else:
            field = w.Text(value=value, description=parameter.label, continuous_update=False)
        badge = fields.CostBadge()
        self.widget = fields.field_row(field, parameter, badge.widget)
        super().__init__([field], value, badge)
