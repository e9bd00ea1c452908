"""A sweep under way: what was asked for, its preparation, the controller, progress, stop."""

from brian_sweep_widget.runs.looking import Looking
from brian_sweep_widget.runs.places import (
    Place,
    Places,
    in_brief,
    in_full,
    read_place,
    this_computer_in_full,
)
from brian_sweep_widget.runs.preparation import Preparation
from brian_sweep_widget.runs.progress import Progress, State
from brian_sweep_widget.runs.recall import Recall
from brian_sweep_widget.runs.remaining import UnderWay
from brian_sweep_widget.runs.run import Run
from brian_sweep_widget.runs.statistics import Statistics
from brian_sweep_widget.runs.sweep import TIME_LIMIT, Sweep

__all__ = [
    "TIME_LIMIT",
    "Looking",
    "Place",
    "Places",
    "Preparation",
    "Progress",
    "Recall",
    "Run",
    "State",
    "Statistics",
    "Sweep",
    "UnderWay",
    "in_brief",
    "in_full",
    "read_place",
    "this_computer_in_full",
]
