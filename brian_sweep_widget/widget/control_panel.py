"""The column of controls: those of what is swept first, then those of the rest."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets as w

from brian_sweep_widget.widget.controls import Controls
from brian_sweep_widget.widget.layout import section


class ControlPanel:
    """Puts every control in its place, also when another parameter is swept.

    Parameters
    ----------
    controls
        Of the parameters.
    axes
        The choice of what is swept.
    counts
        The fields for trials and seed.
    place
        The choice of where it runs.
    moves
        What changes several settings at once.
    in_degree
        The line on the number of inputs.

    Attributes
    ----------
    widget
        What to show.
    """

    def __init__(
        self,
        controls: Controls,
        *,
        axes: w.Widget,
        counts: Sequence[w.Widget],
        place: w.Widget,
        moves: Sequence[w.Widget],
        in_degree: w.Widget,
    ) -> None:
        self._controls = controls
        self._swept, self._others = w.VBox(), w.VBox()
        for box in (self._swept, self._others):
            box.add_class("bsw-parts")
        self._head = section("Model")
        self.widget = w.VBox(
            [
                *moves,
                section("Sweep"),
                axes,
                self._swept,
                *counts,
                place,
                self._head,
                self._others,
                in_degree,
            ]
        )
        self.widget.add_class("bsw-controls")
        controls.observe(self._arrange)
        self._arrange()

    def _arrange(self) -> None:
        swept = [self._controls[name].widget for name in self._controls.swept]
        if list(self._swept.children) == swept:
            return
        self._swept.children = swept
        self._others.children = [
            self._controls[name].widget
            for name in self._controls.parameters
            if name not in self._controls.swept
        ]
        self._head.layout.display = None if self._others.children else "none"
