"""A simulation that runs once more, so that one can see inside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brian_sweep_widget.engines import compiled, looked_into, seen
from brian_sweep_widget.engines.runtime import RuntimeEngine
from brian_sweep_widget.models import NetworkModel
from brian_sweep_widget.models.units import quantity
from brian_sweep_widget.results import Inspection, Outcome, Results
from brian_sweep_widget.runs.run import Run
from brian_sweep_widget.sweeps import Single

if TYPE_CHECKING:
    from collections.abc import Sequence

    from brian_sweep_widget.runs.sweep import Sweep


class Looking:
    """Computes an outcome again; begins when it is made.

    The same engine computes the same job, with further measures that read the
    monitors. Nothing of it is stored.

    Parameters
    ----------
    sweep
        Of which the outcome is.
    outcome
        What to look into.

    Raises
    ------
    ValueError
        See `Sweep.inspect`.
    """

    def __init__(self, sweep: Sweep, outcome: Outcome) -> None:
        model = sweep.model
        if not isinstance(model, NetworkModel) or not model.monitors:
            msg = (
                f"{model.name} names no monitors to look at: give "
                'network_model(spikes="...", traces="...") the names that they have in the network'
            )
            raise ValueError(msg)
        if outcome.status != "done":
            msg = f"there is nothing to look into: the simulation has no result ({outcome.status})"
            raise ValueError(msg)
        self._sweep = sweep
        self._outcome = outcome
        self._monitors = model.monitors
        self._run = self._start(looked_into(model))

    def cancel(self) -> None:
        """Stop it; returns at once."""
        self._run.cancel()

    def wait(self) -> Inspection:
        """Wait for the end; after `cancel`, `Inspection.again` has no values."""
        self._run.wait()
        parameters = self._sweep.parameters
        arguments = {
            name: quantity(value, parameters[name].unit)
            for name, value in self._outcome.job.parameters.items()
        }
        again = self._run.outcomes_since(0)[-1]
        return Inspection(self._outcome, *seen(again, self._monitors, arguments))

    def _start(self, model: NetworkModel) -> Run:
        sweep, job = self._sweep, self._outcome.job
        engine = sweep.engine
        assert isinstance(engine, compiled.Compilation | RuntimeEngine)  # noqa: S101 - of networks
        origin = self._outcome.origin
        if isinstance(engine, compiled.Compilation) and engine.fallback and origin:
            # The sweep may have fallen back for the sake of another point.
            engine = engine.fallback if origin.engine == engine.fallback.label else engine
        plan = Single((), job.parameters, job=job)

        def results(outcomes: Sequence[Outcome], notice: str = "") -> Results:
            return Results(model.label, sweep.parameters, plan, outcomes, notice)

        def again(run: Run) -> Run:
            return run

        return Run(plan, sweep.source(engine.measuring(model)), results, sweep.time_limit, again)
