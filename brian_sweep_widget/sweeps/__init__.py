"""Which points, in which order, with which seeds.

Pure: plain numbers in, plain numbers out. Nothing here reads a file, starts a
process or imports Brian 2.
"""

from brian_sweep_widget.sweeps.axis import Axis
from brian_sweep_widget.sweeps.plan import Job, Plan
from brian_sweep_widget.sweeps.seeds import Seeding

__all__ = ["Axis", "Job", "Plan", "Seeding"]
