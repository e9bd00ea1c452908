"""A sweep under way: what was asked for, the controller, progress, stop."""

from brian_sweep_widget.runs.progress import Progress, State
from brian_sweep_widget.runs.run import Run
from brian_sweep_widget.runs.sweep import Sweep

__all__ = ["Progress", "Run", "State", "Sweep"]
