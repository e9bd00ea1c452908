"""The results as a table: the chart in words."""

from brian_sweep_widget.widget.table.rows import rows
from brian_sweep_widget.widget.table.view import ResultsTable

__all__ = ["ResultsTable", "rows"]
