"""What a person sees and touches."""

from brian_sweep_widget.widget.sweep_widget import SweepWidget

__all__ = ["SweepWidget"]
