"""What came out: outcomes of jobs, datasets, export."""

from brian_sweep_widget.results.inspection import Inspection, Spikes, Trace
from brian_sweep_widget.results.outcome import OTHER_DIGITS, Failure, Origin, Outcome, Status, Value
from brian_sweep_widget.results.results import Results, Written

__all__ = [
    "OTHER_DIGITS",
    "Failure",
    "Inspection",
    "Origin",
    "Outcome",
    "Results",
    "Spikes",
    "Status",
    "Trace",
    "Value",
    "Written",
]
