"""Where jobs run: joblib backends, and what a worker process owes its parent."""

from brian_sweep_widget.backends.cores import allowed_cores
from brian_sweep_widget.backends.guard import StopToken, stoppable
from brian_sweep_widget.backends.local import Died, LocalBackend
from brian_sweep_widget.backends.pool import LocalPool, local_pool

__all__ = [
    "Died",
    "LocalBackend",
    "LocalPool",
    "StopToken",
    "allowed_cores",
    "local_pool",
    "stoppable",
]
