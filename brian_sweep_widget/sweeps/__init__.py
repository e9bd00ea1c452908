"""Which points, in which order, with which seeds.

Pure: plain numbers in, plain numbers out. Nothing here reads a file, starts a
process or imports Brian 2.
"""

from brian_sweep_widget.sweeps.axis import Axis
from brian_sweep_widget.sweeps.places import (
    nearest,
    next_along_curve,
    number_of,
    position_of,
)
from brian_sweep_widget.sweeps.plan import MOST_JOBS, Job, Plan, Single, is_within
from brian_sweep_widget.sweeps.seeds import Seeding

__all__ = [
    "MOST_JOBS",
    "Axis",
    "Job",
    "Plan",
    "Seeding",
    "Single",
    "is_within",
    "nearest",
    "next_along_curve",
    "number_of",
    "position_of",
]
