"""Says how many inputs a neuron has; holds their number, or their sum, when the size changes."""

from __future__ import annotations

from typing import Any

import ipywidgets as w

from brian_sweep_widget.models import Inputs
from brian_sweep_widget.widget.controls import Controls
from brian_sweep_widget.widget.number_control import NumberControl

_SAME = 1e-6  # relative


class InDegree:
    """A line below the controls: the number of inputs, and what can be done about it.

    Parameters
    ----------
    inputs
        The parameters on which it depends; None if that is not known.
    controls
        Of the parameters.

    Attributes
    ----------
    widget
        What to show; not seen if no probability is known, or if it or the size is
        swept, as then there is not one number.
    """

    def __init__(self, inputs: Inputs | None, controls: Controls) -> None:
        self._text = w.Label()
        self._keep = w.Button(tooltip="Change the connection probability, and keep the weights")
        self._scale = w.Button(
            description="Scale weights",
            tooltip="Change the weights so that all inputs together are as strong as before",
        )
        self.widget = w.HBox([self._text, self._keep, self._scale])
        self.widget.add_class("bsw-aside")
        self._inputs, self._controls = inputs, controls
        self._held: tuple[float, Any] | None = None  # the inputs, and the size they were at
        self._keep.on_click(lambda _: self.keep())
        self._scale.on_click(lambda _: self.scale())
        controls.observe(self._show)
        self._show()

    def keep(self) -> None:
        """Choose the connection probability that gives as many inputs as before."""
        found = self._fields()
        if found is not None and self._held is not None and found[0].value > 0:
            size, probability = found
            probability.value = float(f"{min(1.0, self._held[0] / size.value):.6g}")

    def scale(self) -> None:
        """Choose weights with which all inputs together are as strong as before."""
        found = self._fields()
        if found is None or self._held is None or self._inputs is None or _product(found) <= 0:
            return
        factor = self._held[0] / _product(found)
        self._held = (_product(found), found[0].value)
        with self._controls.at_once():
            for name in self._inputs.weights:
                self._controls[name].scale(factor)
        self._show()

    def _fields(self) -> tuple[Any, Any] | None:
        """Give the fields of size and probability; None where one of them is not one number."""
        if self._inputs is None or self._inputs.probability is None:
            return None
        found = [self._controls[name] for name in (self._inputs.size, self._inputs.probability)]
        size, probability = (
            control.field if isinstance(control, NumberControl) else None for control in found
        )
        return None if size is None or probability is None else (size, probability)

    def _show(self) -> None:
        found = self._fields()
        self.widget.layout.display = None if found else "none"
        if found is None:
            return
        now, size = _product(found), found[0].value
        if self._held is None:
            self._held = (now, size)
        held, held_size = self._held
        same = abs(now - held) <= _SAME * max(abs(held), 1.0)
        text = f"{now:.4g} inputs per neuron"
        if not same:
            text += f" ({held:.4g} at size {held_size})"
        self._text.value = text
        self._keep.description = f"Keep {held:.4g}"
        for button in (self._keep, self._scale):
            button.layout.display = "none" if same else None


def _product(fields: tuple[Any, Any]) -> float:
    size, probability = fields
    return float(size.value * probability.value)
