"""What came out: outcomes of jobs, datasets, export."""

from brian_sweep_widget.results.inspection import Inspection, Spikes, Trace
from brian_sweep_widget.results.outcome import Failure, Origin, Outcome, Status, Value
from brian_sweep_widget.results.results import Results

__all__ = [
    "Failure",
    "Inspection",
    "Origin",
    "Outcome",
    "Results",
    "Spikes",
    "Status",
    "Trace",
    "Value",
]
