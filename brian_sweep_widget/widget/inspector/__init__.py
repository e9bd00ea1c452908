"""Looking into single simulations: which one (`inspector`, `pane`), and how it is shown."""

from brian_sweep_widget.widget.inspector.inspector import Inspector

__all__ = ["Inspector"]
