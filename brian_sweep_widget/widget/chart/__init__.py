"""The chart: what it shows (`series`, `look`), and how (all of bqplot is in here)."""

from brian_sweep_widget.widget.chart.chart import Brush, Chart, Dots
from brian_sweep_widget.widget.chart.heat import HeatMap
from brian_sweep_widget.widget.chart.look import Look
from brian_sweep_widget.widget.chart.palette import MOST_CELLS, MOST_GHOSTS
from brian_sweep_widget.widget.chart.series import Ghost, Line, Series

__all__ = [
    "MOST_CELLS",
    "MOST_GHOSTS",
    "Brush",
    "Chart",
    "Dots",
    "Ghost",
    "HeatMap",
    "Line",
    "Look",
    "Series",
]
