"""Where jobs run: joblib backends, and what a worker process owes its parent."""

from brian_sweep_widget.backends.admission import ADMISSION, Turn
from brian_sweep_widget.backends.cores import allowed_cores
from brian_sweep_widget.backends.guard import Ended, stoppable
from brian_sweep_widget.backends.local import Died, LocalBackend
from brian_sweep_widget.backends.pool import LocalPool, local_pool
from brian_sweep_widget.backends.token import Label, StopToken

__all__ = [
    "ADMISSION",
    "Died",
    "Ended",
    "Label",
    "LocalBackend",
    "LocalPool",
    "StopToken",
    "Turn",
    "allowed_cores",
    "local_pool",
    "stoppable",
]
