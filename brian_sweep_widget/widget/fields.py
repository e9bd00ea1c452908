"""What controls are made of: number fields, rows, badges; numbers in a parameter's own unit."""

from __future__ import annotations

import html
import math
from collections.abc import Callable
from typing import Any

import ipywidgets as w

from brian_sweep_widget.models import Parameter
from brian_sweep_widget.models.numerals import shortest
from brian_sweep_widget.models.syntax import read_whole
from brian_sweep_widget.models.units import quantity
from brian_sweep_widget.models.written import read_number
from brian_sweep_widget.widget.rounding import round_step
from brian_sweep_widget.widget.typed_field import TypedField
from brian_sweep_widget.widget.wording import CostWords

_STEPS = 100  # of a slider, about
_SAME_STEP = 1e-3  # of a step; what browsers and we may differ by


class CostBadge:
    """A word beside a control: what another value of its parameter costs.

    Attributes
    ----------
    widget
        What to show; empty until the cost is known.
    """

    def __init__(self) -> None:
        # Of ipywidgets' texts, HTML alone can have a tooltip.
        self.widget = w.HTML()
        self.widget.add_class("bsw-cost")

    def show(self, cost: str, words: CostWords | None) -> None:
        """Show a cost, as `Preparation` names it, in words; nothing if it is not known."""
        value = ""
        if words is not None:
            value = (
                f'<span class="bsw-cost-{cost}" title="{html.escape(words.explanation)}">'
                f"{html.escape(words.text)}</span>"
            )
        if self.widget.value != value:
            self.widget.value = value


def number_field(
    parameter: Parameter,
    si: float,
    description: str,
    check: Callable[[Any], None] | None = None,
) -> TypedField:
    """Make a field for a value of a parameter; arrow keys go on by a step of its slider, or 1.

    Parameters
    ----------
    parameter, si
        The parameter, and the value to begin with.
    description
        Name of the field.
    check
        Refuses numbers that the parameter could have, see `refuse`.
    """
    whole = parameter.kind == "integer"
    low, high = (shown(parameter, bound) for bound in parameter.range or (0, 0))

    def read(text: str) -> Any:
        number = read_number(text, parameter)
        if check is not None:
            check(number)
        return number

    return TypedField(
        read,
        shortest,
        _steps_of(1 if whole else slider_step(parameter, low, high)),
        value=shown(parameter, si),
        description=description,
        tooltip=f"{parameter.label}: {parameter.allowed()}",
    )


def whole_field(description: str, value: int, low: int, high: int, tooltip: str) -> TypedField:
    """Make a field for a whole number that is no parameter of the model."""
    return TypedField(
        lambda text: read_whole(text, low, high),
        str,
        _steps_of(1),
        value=value,
        description=description,
        tooltip=tooltip,
    )


def heading(parameter: Parameter, badge: CostBadge) -> w.Widget:
    """Make a row with a parameter's name, its cost and its unit."""
    name, unit = w.Label(parameter.label), w.Label(parameter.unit.symbol)
    name.add_class("bsw-label")
    unit.add_class("bsw-unit")
    return _row("bsw-heading", name, badge.widget, unit)


def field_row(field: w.Widget, parameter: Parameter, *more: w.Widget) -> w.Widget:
    """Make a row with a field, perhaps more, and the unit."""
    unit = w.Label(parameter.unit.symbol)
    unit.add_class("bsw-unit")
    return _row("bsw-field", field, *more, unit)


def slider_row(slider: w.Widget, badge: CostBadge) -> w.Widget:
    """Make a row with a slider and the cost of moving it."""
    return _row("bsw-slider", slider, badge.widget)


def shown(parameter: Parameter, si: float) -> Any:
    """Give an SI number as the parameter's field shows it."""
    number = parameter.unit.show(si)
    return int(number) if parameter.kind == "integer" else number


def with_unit(parameter: Parameter, number: Any) -> Any:
    """Do what ``number * mV`` does in a notebook, so that the numbers are the same bits."""
    if not parameter.unit.symbol:
        return number
    return quantity(number * parameter.unit.scale, parameter.unit)


def rounded(parameter: Parameter, number: float) -> Any:
    """Undo the rounding errors of a slider's steps."""
    return int(number) if parameter.kind == "integer" else float(f"{number:.10g}")


def dragged_to(slider: Any, place: float, number: float) -> float | None:
    """Tell where a person has dragged a thumb; None if it was not dragged.

    Sliders in browsers go to the nearest of their steps, and send that. It
    must not take the place of a number between two steps that was given or
    typed.

    Parameters
    ----------
    slider
        With bounds and step.
    place
        Where the browser says that the thumb is.
    number
        What the thumb's field holds.
    """
    step = float(slider.step)
    nearest = slider.min + math.floor((number - slider.min) / step + 0.5) * step
    at_rest = min(nearest, slider.max)
    return None if abs(place - at_rest) < step * _SAME_STEP else place


def slider_step(parameter: Parameter, low: float, high: float) -> Any:
    """Give the step of a slider between two ends: round, about a hundredth."""
    if high <= low:
        return 1
    step = round_step((high - low) / _STEPS)
    return max(1, round(step)) if parameter.kind == "integer" else step


def reach(slider: Any, span: tuple[float, float], low: float, high: float) -> None:
    """Let a slider span a range, and what its fields hold, and no more than that."""
    slider.min, slider.max = min(span[0], low), max(span[1], high)


def _steps_of(step: float) -> Callable[[Any, int], Any]:
    """Make what gives the numbers beside a number."""

    def beside(value: Any, by: int) -> Any:
        number = value + by * step
        return number if isinstance(number, int) else float(f"{number:.12g}")

    return beside


def _row(css: str, *parts: w.Widget) -> w.Widget:
    row = w.HBox(parts)
    row.add_class(css)
    return row
