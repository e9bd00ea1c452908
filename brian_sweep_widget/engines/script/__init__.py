"""One simulation as a script of its own: plain Brian 2, nothing of ours."""

from brian_sweep_widget.engines.script.errors import ScriptError
from brian_sweep_widget.engines.script.writing import script_of

__all__ = ["ScriptError", "script_of"]
