"""How one job is computed: engines, and what a worker does with them."""

from brian_sweep_widget.engines import compiled, elsewhere
from brian_sweep_widget.engines.choice import ENGINES, engine_for
from brian_sweep_widget.engines.digests import UnknownError
from brian_sweep_widget.engines.engine import Engine
from brian_sweep_widget.engines.fingerprint import fingerprint
from brian_sweep_widget.engines.generators import generators_notice
from brian_sweep_widget.engines.looking import MOST_SPIKES, looked_into, seen
from brian_sweep_widget.engines.packing import pack
from brian_sweep_widget.engines.runs_inside import runs_notice
from brian_sweep_widget.engines.runtime import RuntimeEngine
from brian_sweep_widget.engines.script import ScriptError, script_of
from brian_sweep_widget.engines.worker import compute, prepare

__all__ = [
    "ENGINES",
    "MOST_SPIKES",
    "Engine",
    "RuntimeEngine",
    "ScriptError",
    "UnknownError",
    "compiled",
    "compute",
    "elsewhere",
    "engine_for",
    "fingerprint",
    "generators_notice",
    "looked_into",
    "pack",
    "prepare",
    "runs_notice",
    "script_of",
    "seen",
]
