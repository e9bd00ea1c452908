"""Says how many inputs a neuron has; holds their number, or their sum, when the size changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ipywidgets as w

from brian_sweep_widget.models import Inputs
from brian_sweep_widget.widget.control import Control
from brian_sweep_widget.widget.controls import NumberControl

_SAME = 1e-6  # relative


class InDegree:
    """A line below the controls: the number of inputs, and what can be done about it.

    Parameters
    ----------
    inputs
        The parameters on which it depends; None if that is not known.
    controls
        By parameter name.

    Attributes
    ----------
    widget
        What to show; not seen if nothing is known, or if size or probability is
        swept, as then there is not one number.
    """

    def __init__(self, inputs: Inputs | None, controls: Mapping[str, Control]) -> None:
        self._text = w.Label()
        self._keep = w.Button(tooltip="Change the connection probability, and keep the weights")
        self._scale = w.Button(
            description="Scale weights",
            tooltip="Change the weights so that all inputs together are as strong as before",
        )
        self.widget = w.HBox([self._text, self._keep, self._scale])
        self.widget.add_class("bsw-in-degree")
        self._size: Any = None if inputs is None else _number(controls[inputs.size])
        self._probability: Any = None if inputs is None else _number(controls[inputs.probability])
        if inputs is None or self._size is None or self._probability is None:
            self.widget.layout.display = "none"
            return
        self._weights = [controls[name] for name in inputs.weights]
        self._held, self._held_size = self._inputs, self._size.value
        self._keep.on_click(lambda _: self.keep())
        self._scale.on_click(lambda _: self.scale())
        for field in (self._size, self._probability):
            field.observe(lambda _: self._show(), "value")
        self._show()

    def keep(self) -> None:
        """Choose the connection probability that gives as many inputs as before."""
        if self._size.value > 0:
            self._probability.value = float(f"{min(1.0, self._held / self._size.value):.6g}")

    def scale(self) -> None:
        """Choose weights with which all inputs together are as strong as before."""
        now = self._inputs
        if now <= 0:
            return
        for control in self._weights:
            control.scale(self._held / now)
        self._hold()

    @property
    def _inputs(self) -> float:
        return float(self._size.value * self._probability.value)

    def _hold(self) -> None:
        self._held, self._held_size = self._inputs, self._size.value
        self._show()

    def _show(self) -> None:
        now = self._inputs
        same = abs(now - self._held) <= _SAME * max(abs(self._held), 1.0)
        text = f"{now:.4g} inputs per neuron"
        if not same:
            text += f" ({self._held:.4g} at size {self._held_size})"
        self._text.value = text
        self._keep.description = f"Keep {self._held:.4g}"
        for button in (self._keep, self._scale):
            button.layout.display = "none" if same else None


def _number(control: Control | None) -> Any:
    """Give the field of a control with a single number; None for any other."""
    return control.field if isinstance(control, NumberControl) else None
