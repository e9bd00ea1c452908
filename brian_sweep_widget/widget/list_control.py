"""The control of a parameter with several values, which each get a curve."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import ipywidgets as w
import numpy as np

from brian_sweep_widget.limits import Limit
from brian_sweep_widget.models import Parameter
from brian_sweep_widget.models.numerals import NotAValueError, refuse, shortest
from brian_sweep_widget.models.units import quantity
from brian_sweep_widget.models.written import read_list
from brian_sweep_widget.sweeps import Axis
from brian_sweep_widget.widget import fields
from brian_sweep_widget.widget.beginning import most_of
from brian_sweep_widget.widget.control import Control
from brian_sweep_widget.widget.typed_field import TypedField

_MOST_VALUES = 9999  # more are far beyond every map


class ListControl(Control):
    """A text field with several values: one curve each."""

    def __init__(self, parameter: Parameter, axis: Axis) -> None:
        self._parameter = parameter
        self._field = TypedField(
            self._checked,
            value=_text(axis.shown),
            description="values",
            tooltip=(
                f"{parameter.label}: one curve for each of these values, such as 1, 2, 4; "
                "or 1 to 4 in 13, for a map"
            ),
        )
        badge = fields.CostBadge()
        row = w.HBox([self._field])
        row.add_class("bsw-field")
        self.widget = w.VBox([fields.heading(parameter, badge), row])
        self.widget.add_class("bsw-parameter")
        given = quantity(np.asarray(axis.values), parameter.unit)
        super().__init__([self._field], given, badge)

    def scale(self, factor: float) -> None:
        """See `Control.scale`; where all were scaled to 0 once, nothing is scaled any more."""
        with suppress(ValueError):
            scaled = [fields.rounded(self._parameter, one * factor) for one in self._numbers()]
            self._field.value = _text(scaled)

    def keep_below(self, limit: Limit) -> float | None:
        """See `Control.keep_below`; the limit takes the place of what was above it."""
        super().keep_below(limit)
        most: Any = most_of(self._parameter, limit.most)
        with suppress(ValueError):
            numbers = self._numbers()
            if numbers[-1] > most:
                self._field.value = _text([*(one for one in numbers if one < most), most])
                return float(numbers[-1])
        return None

    def put(self, value: Any) -> None:
        """See `Control.put`."""
        if np.ndim(value):
            values = self._parameter.read_axis(value)
            self._field.value = _text([self._parameter.unit.show(float(one)) for one in values])

    def _typed_value(self) -> Any:
        return fields.with_unit(self._parameter, np.asarray(self._numbers()))

    def _numbers(self) -> list[Any]:
        text = self._field.value
        try:
            return read_list(text, self._parameter)
        except NotAValueError as error:  # what was typed was read; scaled, it may be no list
            msg = f"{self._parameter.label}: {text!r} {error}"
            raise ValueError(msg) from None

    def _checked(self, text: str) -> str:
        """Refuse a text that is no list; others stay as they are typed."""
        numbers = read_list(text, self._parameter)
        if len(numbers) > _MOST_VALUES:
            refuse(f"gives {len(numbers)} values (allowed: up to {_MOST_VALUES})")
        self._refuse_above(numbers[-1])
        return text.strip()


def _text(numbers: Sequence[float]) -> str:
    return ", ".join(shortest(one) for one in numbers)
