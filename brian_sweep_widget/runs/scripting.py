"""An outcome as a script of plain Brian 2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from brian_sweep_widget.engines import ScriptError, compiled, script_of
from brian_sweep_widget.engines.data_set import data_at_first, data_set
from brian_sweep_widget.results import Outcome
from brian_sweep_widget.runs.answers import NotCompiledError, RefusedError, probing_pool
from brian_sweep_widget.runs.workshop import workshop_for

if TYPE_CHECKING:
    from brian_sweep_widget.runs.sweep import Sweep


def written_script(sweep: Sweep, outcome: Outcome) -> str:
    """Write it; see `Sweep.script`. Waits for the tracing process, if the outcome is a program's.

    Raises
    ------
    ValueError
    """
    origin = outcome.origin
    if origin is None or outcome.status != "done":
        msg = f"there is nothing to repeat: the simulation has no result ({outcome.status})"
        raise ValueError(msg)
    trace = _trace(sweep, outcome) if origin.engine == compiled.LABEL else None
    return script_of(
        sweep.model,
        sweep.parameters,
        outcome.job,
        origin.engine,
        sweep.engine.context,
        sweep.engine.settings,
        outcome.values,
        origin.files,
        departs=trace is not None and trace.departs,
        draws=trace is not None and trace.draws,
        data=data_set(sweep.engine.functions, _at_first),
    )


def _at_first(packed: bytes) -> Any:
    """Ask what data packages have in a process in which no cell ran."""
    return probing_pool().submit(data_at_first, packed).result()


def _trace(sweep: Sweep, outcome: Outcome) -> compiled.Trace | None:
    """Trace once more what a program was made of, if this sweep can."""
    if not isinstance(sweep.engine, compiled.Compilation):
        return None
    workshop = workshop_for(sweep.engine, sweep.workers)
    try:
        return workshop.trace(outcome.job.parameters, outcome.job.seed, lambda: False)
    except (NotCompiledError, RefusedError) as error:
        msg = f"the model cannot be built any more as it was for this simulation: {error}"
        raise ScriptError(msg) from error
