"""Which worker did what, and when."""

from brian_sweep_widget.widget.jobs.picture import hosts, timeline
from brian_sweep_widget.widget.jobs.view import JobsTimeline

__all__ = ["JobsTimeline", "hosts", "timeline"]
