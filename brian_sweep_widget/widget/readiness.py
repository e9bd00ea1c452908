"""How far the model's preparation is, and what follows from it for the controls."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from brian_sweep_widget.engines.compiled import Cost
from brian_sweep_widget.limits import limits
from brian_sweep_widget.runs import Preparation, Sweep
from brian_sweep_widget.widget import wording
from brian_sweep_widget.widget.axes_choice import AxesChoice
from brian_sweep_widget.widget.controls import Controls
from brian_sweep_widget.widget.switch import LiveSwitch

POLL = 0.25  # s between looks at a preparation; it takes seconds


class Readiness:
    """Shows what every parameter costs, and makes Live possible; for the pump alone.

    Parameters
    ----------
    controls
        Of the parameters.
    axes
        The choice of what is swept.
    switch
        The Live switch.
    warming
        Whether the first preparation is under way.
    """

    def __init__(
        self,
        controls: Controls,
        axes: AxesChoice,
        switch: LiveSwitch,
        warming: Callable[[], bool],
    ) -> None:
        self._controls = controls
        self._axes = axes
        self._switch = switch
        self._warming = warming
        self._most_neurons = limits().max_neurons
        self._looked = -POLL
        self._preparation: Preparation | None = None

    @property
    def live(self) -> bool:
        """Whether sweeps follow the settings."""
        return self._switch.on

    @property
    def ready(self) -> bool:
        """Whether what the sweep asks for is what will compute: nothing is in the way of it."""
        return self._preparation is None or bool(self._preparation.costs)

    @property
    def costs(self) -> Mapping[str, str]:
        """What another value of each parameter costs; empty if that is not known."""
        return {} if self._preparation is None else self._preparation.costs

    @property
    def phase(self) -> str:
        """What is being prepared; empty if nothing is."""
        phase = self._preparation.phase if self._preparation is not None else ""
        if phase == "waiting" and self._warming():  # workers start first
            return "tracing"
        return phase if phase in {"tracing", "compiling"} else ""

    def seconds_of(self, phase: str) -> int:
        """Give the whole seconds since a phase began; 0 if it has only just begun."""
        preparation = self._preparation
        if not phase or preparation is None or preparation.phase != phase:
            return 0
        return int(preparation.seconds)

    @property
    def remark(self) -> str:
        """What a person should know of the settings; often empty."""
        return self._controls.remark

    @property
    def reason(self) -> str:
        """Why the model was not compiled; empty if it was, or may still be."""
        return wording.not_compiled(self._preparation)

    def look(self, sweep: Sweep, *, soon: bool) -> None:
        """Show the latest state.

        Parameters
        ----------
        sweep
            What the settings ask for.
        soon
            Whether another look follows soon: then not every one has to be a
            new one, as each takes some milliseconds.
        """
        if soon and time.monotonic() < self._looked + POLL:
            return
        self._preparation = preparation = sweep.preparation
        self._looked = time.monotonic()
        costs: Mapping[str, Cost] = {} if preparation is None else preparation.costs
        times = {} if preparation is None else preparation.times
        words = {name: wording.cost_in_words(cost, times.get(cost)) for name, cost in costs.items()}
        self._axes.show_costs({name: told.text for name, told in words.items()})
        for name, control in self._controls.items():
            control.show_cost(costs.get(name, ""), words.get(name))
        if self._most_neurons is not None and preparation is not None:
            for name in preparation.counts:
                self._controls.keep_below(name, self._most_neurons)
        possible = bool(costs)  # they are known from the first program on
        help_text = wording.live_help(sweep, preparation, possible=possible)
        self._switch.paint(help_text, possible=possible)
