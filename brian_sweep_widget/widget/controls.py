"""Controls for a sweep's settings: one for every parameter of the model.

Numbers are typed or dragged in the parameter's own unit; the number fields are
the truth, the sliders are their twins. A control only reads and keeps what the
person did; whether it makes sense is for the sweep to say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as w
import numpy as np

from brian_sweep_widget.models import Parameter, Plain
from brian_sweep_widget.models.units import quantity
from brian_sweep_widget.sweeps import Axis
from brian_sweep_widget.widget.rounding import round_step

_STEPS = 100  # of a slider, about
_MOST_POINTS = 10_000


class Control:
    """What every control of a parameter has.

    Attributes
    ----------
    widget
        What to show.
    """

    widget: w.Widget

    def __init__(self, fields: Sequence[Any], given: Any) -> None:
        self._fields = fields
        self._given = (self._settings(), given)

    def value(self) -> Any:
        """Give the value as `Sweep` takes it: with units, an array if swept.

        As long as the person changed nothing, that is what the caller gave, to
        the last bit; fields show fewer digits.

        Raises
        ------
        ValueError
            If what the person typed makes no value.
        """
        settings, given = self._given
        return given if settings == self._settings() else self._typed_value()

    def observe(self, changed: Callable[[Any], None]) -> None:
        """Have a function called after every change."""
        for field in self._fields:
            field.observe(changed, "value")

    def _settings(self) -> list[Any]:
        return [field.value for field in self._fields]

    def _typed_value(self) -> Any:
        """Make a value of what the fields hold."""
        return self._fields[0].value


class NumberControl(Control):
    """A number field, with a slider where the parameter has a range."""

    def __init__(self, parameter: Parameter, si: float) -> None:
        self._parameter = parameter
        self._field = _number_field(parameter, si, parameter.label)
        rows: list[w.Widget] = [_row(self._field, parameter)]
        self._slider = None
        if parameter.range is not None:
            self._span = low, high = tuple(_shown(parameter, bound) for bound in parameter.range)
            kind = w.IntSlider if parameter.kind == "integer" else w.FloatSlider
            value = self._field.value
            self._slider = kind(
                value=value,
                min=min(low, value),
                max=max(high, value),
                step=_step(parameter, low, high),
                readout=False,
                continuous_update=False,
                layout={"width": "auto"},
            )
            self._slider.observe(self._dragged, "value")
            rows.append(self._slider)
        self._field.observe(self._typed, "value")
        self.widget = w.VBox(rows)
        self.widget.add_class("bsw-parameter")
        self._following = False
        given = int(si) if parameter.kind == "integer" else si
        super().__init__([self._field], quantity(given, parameter.unit))

    def _typed_value(self) -> Any:
        return _with_unit(self._parameter, self._field.value)

    def _dragged(self, change: Any) -> None:
        if not self._following:
            self._field.value = _rounded(self._parameter, change["new"])

    def _typed(self, change: Any) -> None:
        if self._slider is None:
            return
        self._following = True
        try:
            _reach(self._slider, self._span, change["new"], change["new"])
            self._slider.value = change["new"]
        finally:
            self._following = False


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
        self._low = _number_field(parameter, float(low), "from")
        self._high = _number_field(parameter, float(high), "to")
        self._points = w.BoundedIntText(
            value=len(axis),
            min=1,
            max=_MOST_POINTS,
            description="points",
            tooltip=f"{parameter.label}: number of points",
            style={"description_width": "initial"},
        )
        bounds = parameter.range or (float(low), float(high))
        self._span = start, end = tuple(_shown(parameter, bound) for bound in bounds)
        kind = w.IntRangeSlider if parameter.kind == "integer" else w.FloatRangeSlider
        self._slider = kind(
            value=(self._low.value, self._high.value),
            min=min(start, self._low.value),
            max=max(end, self._high.value),
            step=_step(parameter, start, end),
            readout=False,
            continuous_update=False,
            layout={"width": "auto"},
        )
        self._following = False
        self._slider.observe(self._dragged, "value")
        for field in (self._low, self._high):
            field.observe(self._typed, "value")
        fields = w.HBox([self._low, self._high, self._points])
        fields.add_class("bsw-range")
        self.widget = w.VBox([_heading(parameter), self._slider, fields])
        self.widget.add_class("bsw-parameter")
        given = quantity(np.asarray(axis.values), parameter.unit)
        super().__init__([self._low, self._high, self._points], given)

    def _typed_value(self) -> Any:
        low, high, points = self._settings()
        name, text = self._parameter.label, self._parameter.unit.symbol
        if low > high or (low == high and points > 1):
            msg = (
                f"{name} from {low:g} {text} to {high:g} {text}: the range must rise "
                "(allowed: the second value above the first, or a single point)"
            )
            raise ValueError(msg)
        shown = np.linspace(low, high, points)
        if self._parameter.kind == "integer":
            shown = np.unique(np.round(shown)).astype(int)
        return _with_unit(self._parameter, shown)

    def _dragged(self, change: Any) -> None:
        if not self._following:
            low, high = (_rounded(self._parameter, number) for number in change["new"])
            self._low.value, self._high.value = low, high

    def _typed(self, _change: Any) -> None:
        low, high, _ = self._settings()
        if low > high:  # half way through typing, or wrong: the sweep will say so
            return
        self._following = True
        try:
            _reach(self._slider, self._span, low, high)
            self._slider.value = (low, high)
        finally:
            self._following = False


class ListControl(Control):
    """A text field with several values: one curve each."""

    def __init__(self, parameter: Parameter, axis: Axis) -> None:
        self._parameter = parameter
        self._field = w.Text(
            value=", ".join(f"{value:.12g}" for value in axis.shown),
            continuous_update=False,
            description=parameter.label,
            tooltip=f"{parameter.label}: one curve for each of these values",
            style={"description_width": "initial"},
        )
        self.widget = _row(self._field, parameter)
        super().__init__([self._field], quantity(np.asarray(axis.values), parameter.unit))

    def _typed_value(self) -> Any:
        number = int if self._parameter.kind == "integer" else float
        try:
            shown = [number(part) for part in self._field.value.split(",") if part.strip()]
        except ValueError:
            msg = (
                f"{self._parameter.label}: {self._field.value!r} is not a list of numbers "
                "(allowed: numbers with commas between them, such as 1000, 4000)"
            )
            raise ValueError(msg) from None
        return _with_unit(self._parameter, np.asarray(shown)) if shown else []


class OtherControl(Control):
    """A box to tick, or a text."""

    def __init__(self, parameter: Parameter, value: Plain) -> None:
        if parameter.kind == "flag":
            self.widget = w.Checkbox(value=value, description=parameter.label, indent=False)
        else:
            self.widget = w.Text(value=value, description=parameter.label)
        super().__init__([self.widget], value)


def controls_for(
    parameters: Sequence[Parameter], axes: Sequence[Axis], fixed: dict[str, Plain]
) -> dict[str, Control]:
    """Make the controls of a sweep's parameters.

    Parameters
    ----------
    parameters
        The model's.
    axes
        The swept ones; the first becomes the chart's x axis.
    fixed
        SI values of the others.

    Returns
    -------
    dict
        Name to control, the swept parameters first.
    """
    by_name = {parameter.name: parameter for parameter in parameters}
    made: dict[str, Control] = {}
    for axis in axes:
        kind = ListControl if made else RangeControl
        made[axis.name] = kind(by_name[axis.name], axis)
    for name, value in fixed.items():
        if by_name[name].sweepable:
            made[name] = NumberControl(by_name[name], float(value))
        else:
            made[name] = OtherControl(by_name[name], value)
    return made


def _number_field(parameter: Parameter, si: float, description: str) -> Any:
    kind = w.IntText if parameter.kind == "integer" else w.FloatText
    return kind(
        value=_shown(parameter, si),
        description=description,
        tooltip=f"{parameter.label}: {parameter.allowed()}",
        style={"description_width": "initial"},
    )


def _heading(parameter: Parameter) -> w.Widget:
    name, unit = w.Label(parameter.label), w.Label(parameter.unit.symbol)
    name.add_class("bsw-label")
    unit.add_class("bsw-unit")
    heading = w.HBox([name, unit])
    heading.add_class("bsw-heading")
    return heading


def _row(field: w.Widget, parameter: Parameter) -> w.Widget:
    unit = w.Label(parameter.unit.symbol)
    unit.add_class("bsw-unit")
    row = w.HBox([field, unit])
    row.add_class("bsw-field")
    return row


def _shown(parameter: Parameter, si: float) -> Any:
    shown = parameter.unit.show(si)
    return int(shown) if parameter.kind == "integer" else shown


def _with_unit(parameter: Parameter, shown: Any) -> Any:
    """Do what ``shown * mV`` does in a notebook, so that the numbers are the same bits."""
    if not parameter.unit.symbol:
        return shown
    return quantity(shown * parameter.unit.scale, parameter.unit)


def _rounded(parameter: Parameter, shown: float) -> Any:
    """Undo the rounding errors of a slider's steps."""
    return int(shown) if parameter.kind == "integer" else float(f"{shown:.10g}")


def _step(parameter: Parameter, low: float, high: float) -> Any:
    if high <= low:
        return 1
    step = round_step((high - low) / _STEPS)
    return max(1, round(step)) if parameter.kind == "integer" else step


def _reach(slider: Any, span: tuple[float, float], low: float, high: float) -> None:
    """Widen a slider so that typed values are on it, and no wider than that."""
    slider.min, slider.max = min(span[0], low), max(span[1], high)
