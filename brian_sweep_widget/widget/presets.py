"""Settings that a model suggests, to go to at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ipywidgets as w

from brian_sweep_widget.widget.control import Control

_NONE = "Choose ..."


class Presets:
    """A choice of named settings; whatever a preset does not name goes to its default.

    Parameters
    ----------
    presets
        Values by parameter name, by the preset's name.
    controls
        By parameter name.

    Attributes
    ----------
    widget
        The choice; not seen if there are no presets.
    """

    def __init__(
        self, presets: Mapping[str, Mapping[str, Any]], controls: Mapping[str, Control]
    ) -> None:
        self._presets = presets
        self._controls = controls
        self._first = {name: control.settings for name, control in controls.items()}
        self.widget = w.Dropdown(
            description="Preset",
            options=[(_NONE, ""), *((name, name) for name in presets)],
            tooltip="Go to settings that the model suggests",
        )
        self.widget.add_class("bsw-preset")
        self.widget.layout.display = None if presets else "none"
        self.widget.observe(self._chosen, "value")

    def _chosen(self, change: Any) -> None:
        if not change["new"]:
            return
        preset = self._presets[change["new"]]
        for name, control in self._controls.items():
            if name in preset:
                control.put(preset[name])
            else:
                control.restore(self._first[name])
        # A choice that was made can be made again, after something was changed.
        self.widget.value = ""
