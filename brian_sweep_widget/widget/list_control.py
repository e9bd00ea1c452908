"""The control of a parameter with several values, which each get a curve."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import ipywidgets as w
import numpy as np

from brian_sweep_widget.models import Parameter
from brian_sweep_widget.models.units import quantity
from brian_sweep_widget.sweeps import Axis
from brian_sweep_widget.widget import fields
from brian_sweep_widget.widget.control import Control

# "1000 to 8000 in 15": so many values, evenly spaced; more are far beyond every map.
_EVENLY = re.compile(r"\s*(\S+)\s+to\s+(\S+)\s+in\s+(\d{1,4})\s*")


class ListControl(Control):
    """A text field with several values: one curve each."""

    def __init__(self, parameter: Parameter, axis: Axis) -> None:
        self._parameter = parameter
        self._field = w.Text(
            value=_text(axis.shown),
            continuous_update=False,
            description="values",
            tooltip=(
                f"{parameter.label}: one curve for each of these values, such as 1, 2, 4; "
                "or 1 to 4 in 13, for a map"
            ),
            style={"description_width": "initial"},
        )
        badge = fields.CostBadge()
        row = w.HBox([self._field])
        row.add_class("bsw-field")
        self.widget = w.VBox([fields.heading(parameter, badge), row])
        self.widget.add_class("bsw-parameter")
        given = quantity(np.asarray(axis.values), parameter.unit)
        super().__init__([self._field], given, badge)

    def scale(self, factor: float) -> None:
        """See `Control.scale`; where no numbers are typed, nothing is scaled."""
        with suppress(ValueError):
            scaled = [fields.rounded(self._parameter, one * factor) for one in self._numbers()]
            self._field.value = _text(scaled)

    def put(self, value: Any) -> None:
        """See `Control.put`."""
        if np.ndim(value):
            values = self._parameter.read_axis(value)
            self._field.value = _text([self._parameter.unit.show(float(one)) for one in values])

    def _typed_value(self) -> Any:
        shown = self._numbers()
        return fields.with_unit(self._parameter, np.asarray(shown)) if shown else []

    def _numbers(self) -> list[Any]:
        text = self._field.value
        whole = self._parameter.kind == "integer"
        number = int if whole else float
        try:
            if found := _EVENLY.fullmatch(text):
                low, high, count = float(found[1]), float(found[2]), int(found[3])
                even = np.linspace(low, high, count)
                return [number(one) for one in np.unique(np.round(even) if whole else even)]
            return [number(part) for part in text.split(",") if part.strip()]
        except ValueError:
            msg = (
                f"{self._parameter.label}: {text!r} is not a list of numbers (allowed: numbers "
                "with commas between them, such as 1000, 4000, or 1000 to 8000 in 15, "
                "at most 9999 values)"
            )
            raise ValueError(msg) from None


def _text(numbers: Sequence[float]) -> str:
    return ", ".join(f"{one:.12g}" for one in numbers)
