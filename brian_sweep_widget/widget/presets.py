"""Settings that a model suggests, to go to at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ipywidgets as w
import numpy as np

from brian_sweep_widget.limits import LimitError
from brian_sweep_widget.widget.controls import Controls

_NONE = "Choose ..."


class Presets:
    """A choice of named settings; whatever a preset does not name goes to where it began.

    One that asks for more than is allowed changes nothing, and the person is told.

    Parameters
    ----------
    presets
        Values by parameter name, by the preset's name. Where any of them are
        several values, these are what is swept.
    controls
        Of the parameters.

    Attributes
    ----------
    widget
        The choice; not seen if there are no presets.
    """

    def __init__(self, presets: Mapping[str, Mapping[str, Any]], controls: Controls) -> None:
        self._presets = presets
        self._controls = controls
        self._first = controls.settings
        self.widget = w.Dropdown(
            description="Preset",
            options=[(_NONE, ""), *((name, name) for name in presets)],
            tooltip="Go to settings that the model suggests",
        )
        self.widget.add_class("bsw-choice")
        self.widget.layout.display = None if presets else "none"
        self.widget.observe(self._chosen, "value")

    def _chosen(self, change: Any) -> None:
        if not change["new"]:
            return
        preset = self._presets[change["new"]]
        # A choice that was made can be made again, after something was changed.
        self.widget.value = ""
        try:
            for name, value in preset.items():
                self._controls.check(name, value)
        except LimitError as error:
            self._controls.say(f"{change['new']}: {error}.")
            return
        swept = [name for name, value in preset.items() if np.ndim(value)]
        with self._controls.at_once():
            self._controls.restore(self._first)
            if swept:
                self._controls.sweep_over(swept)
            for name, value in preset.items():
                self._controls[name].put(value)
