"""The widget: settings on the left, the curve in the middle, the truth below."""

from __future__ import annotations

import threading
from typing import Any

import ipywidgets as w

from brian_sweep_widget.models import NetworkModel, as_model
from brian_sweep_widget.results import Results
from brian_sweep_widget.results.store import DEFAULT_STORE
from brian_sweep_widget.runs import Run, Sweep
from brian_sweep_widget.sweeps import Seeding
from brian_sweep_widget.widget.ahead import likely_next
from brian_sweep_widget.widget.asking import Asked, first_sweep
from brian_sweep_widget.widget.chart import Chart
from brian_sweep_widget.widget.conductor import Conductor
from brian_sweep_widget.widget.control import Control
from brian_sweep_widget.widget.controls import controls_for
from brian_sweep_widget.widget.inbox import accept_only_input
from brian_sweep_widget.widget.layout import arrange, count_field, most_allowed
from brian_sweep_widget.widget.live import Follower
from brian_sweep_widget.widget.pump import Pump
from brian_sweep_widget.widget.readiness import Readiness
from brian_sweep_widget.widget.rerun import replace_in_this_cell
from brian_sweep_widget.widget.screen import Screen
from brian_sweep_widget.widget.status import StatusStrip
from brian_sweep_widget.widget.switch import LiveSwitch
from brian_sweep_widget.widget.wording import run_help

_MOST_TRIALS = 1000
_LARGEST_SEED = 2**31 - 1  # what a browser's number field is sure to keep whole


class SweepWidget(w.VBox):
    """Sweep a model by hand: move a slider, and the curve follows.

    While Live is on, which it is as soon as the model is compiled, the curve
    follows the settings, at round values in the range. Run computes exactly
    the points that are asked for; Run and Stop leave Live.

    Parameters
    ----------
    model
        A network model, or any function that simulates and returns a number or
        a dict of numbers; the CUBA network if not given.
    cluster
        Where to run; None for this computer, the only choice so far.
    trials, seed, seeding, engine, workers, time_limit, store
        As for `brian_sweep_widget.Sweep`; trials and seed have controls.
    **parameters
        An array or a list sweeps a parameter: the first one is the chart's x
        axis, each combination of the others gets a curve. A single value is
        what its control begins with. If nothing is swept, the model's own
        suggestion is.

    Raises
    ------
    TypeError, ValueError
        If anything of this is unknown, of the wrong unit or out of bounds, if
        there is nothing to sweep, or if there are more than six curves.

    Examples
    --------
    >>> from brian_sweep_widget import SweepWidget
    >>> SweepWidget()
    SweepWidget(CUBA network)
    """

    # Also there when construction was refused, as close() runs even then.
    _pump: Pump | None = None
    _follower: Follower | None = None

    def __init__(
        self,
        model: object = None,
        *,
        cluster: object = None,
        trials: int = 1,
        seed: int = 0,
        seeding: Seeding = "independent",
        engine: str = "auto",
        workers: int | None = None,
        time_limit: Any = None,
        store: Any = DEFAULT_STORE,
        **parameters: Any,
    ) -> None:
        self._model = as_model(_default_model() if model is None else model)
        options: dict[str, Any] = {
            "cluster": cluster,
            "seeding": seeding,
            "engine": engine,
            "workers": workers,
            "time_limit": time_limit,
            "store": store,
        }
        first = first_sweep(self._model, {"trials": trials, "seed": seed} | options, parameters)
        self._controls: dict[str, Control] = controls_for(
            list(first.parameters.values()), first.plan.axes, dict(first.plan.fixed)
        )
        self._trials = count_field("Trials", trials, 1, most_allowed(_MOST_TRIALS))
        self._seed = count_field("Seed", seed, 0, _LARGEST_SEED)
        self._asked = Asked(self._model, options, self._controls, self._trials, self._seed)
        self._run_button = w.Button(description="Run", tooltip=run_help(first))
        self._pause_button = w.Button(
            description="Pause",
            tooltip="Start no more simulations until Resume; those that run go on to their end",
            disabled=True,
        )
        self._stop_button = w.Button(
            description="Stop",
            tooltip="Stop, and leave Live; what is finished stays",
            disabled=True,
        )
        self._switch = LiveSwitch(self._switched)
        self._measure = w.Dropdown(description="Measure", options=_measures(self._model))
        chart, self._status = Chart(), StatusStrip()
        super().__init__(
            arrange(
                title=self._model.label,
                measure=self._measure,
                buttons=(
                    self._switch.widget,
                    self._run_button,
                    self._pause_button,
                    self._stop_button,
                ),
                swept=[self._controls[axis.name].widget for axis in first.plan.axes],
                counts=(self._trials, self._seed),
                others=[
                    control.widget
                    for name, control in self._controls.items()
                    if name in first.plan.fixed
                ],
                chart=chart.figure,
                status=self._status,
            )
        )
        self.add_class("bsw")
        warm_up = threading.Thread(
            target=self._warm_up, args=(first,), name="brian-sweep-warm-up", daemon=True
        )
        readiness = Readiness(self._controls, self._switch, warm_up.is_alive)
        self._screen = Screen(
            chart,
            self._status,
            self._measure,
            self._run_button,
            self._pause_button,
            self._stop_button,
            readiness,
            first,
        )
        self._pump = Pump(self._screen.paint)
        self._conductor = Conductor(self._asked, self._switch, self._screen, self._wake)
        self._follower = Follower(self._conductor.follow, self._rested)
        self._connect()
        accept_only_input(self)
        replace_in_this_cell(self)
        warm_up.start()
        self._wake()

    def __repr__(self) -> str:
        return f"SweepWidget({self._model.label})"

    @property
    def sweep(self) -> Sweep:
        """The sweep that the controls ask for now.

        Raises
        ------
        TypeError, ValueError
            If they ask for something that cannot be.
        """
        return self._asked.sweep(live=self._switch.on)

    @property
    def run(self) -> Run | None:
        """The run that was started last, or None."""
        return self._conductor.run

    @property
    def results(self) -> Results | None:
        """What the last run has given so far, or None if none was started."""
        return None if self.run is None else self.run.results

    def start(self) -> Run:
        """Do what the Run button does; a sweep that goes on is cancelled first.

        Returns
        -------
        Run
            At once.

        Raises
        ------
        TypeError, ValueError
            If the controls ask for something that cannot be.
        """
        return self._conductor.start()

    def stop(self) -> None:
        """Do what the Stop button does: leave Live, and stop what runs."""
        self._conductor.stop()

    def close(self) -> None:
        """Stop the simulations and remove the widget from the screen."""
        if self._pump is not None and self._follower is not None:
            self.stop()
            self._follower.close()
            self._pump.close()
        super().close()

    def _connect(self) -> None:
        self._run_button.on_click(self._conductor.clicked_run)
        self._pause_button.on_click(self._conductor.clicked_pause)
        self._stop_button.on_click(lambda _: self.stop())
        self._status.on_ask(self._conductor.retry, self._conductor.skip)
        for control in self._controls.values():
            control.observe(self._changed)
        for field in (self._trials, self._seed):
            field.observe(self._changed, "value")
        self._measure.observe(lambda _: self._wake(), "value")

    def _wake(self) -> None:
        if self._pump is not None:
            self._pump.wake()

    def _warm_up(self, sweep: Sweep) -> None:
        try:
            sweep.warm_up()
        finally:
            self._wake()

    def _changed(self, _: Any) -> None:
        """Follow the settings; if not live, say what they would run, or why they cannot."""
        if self._switch.on:
            self._ask()
            return
        try:
            self._screen.preview(self.sweep)
        except (TypeError, ValueError) as error:
            self._screen.refuse(str(error))
        self._wake()

    def _switched(self, on: bool) -> None:  # noqa: FBT001 - the switch's state
        if on:
            self._ask()
        self._wake()

    def _ask(self) -> None:
        if self._follower is not None:
            self._follower.ask()

    def _rested(self) -> None:
        """Have what may be asked for next prepared, while nothing else is to do."""
        sweep = self._conductor.followed
        if sweep is not None and self._switch.on and sweep.preparation is not None:
            sweep.trace_ahead(likely_next(sweep, self._controls, sweep.preparation.costs))


def _default_model() -> object:
    from brian_sweep_widget.models import cuba  # noqa: PLC0415 - imports Brian 2

    return cuba


def _measures(model: Any) -> list[tuple[str, str]]:
    """List label and name of what can be shown; a function tells with its first result."""
    if not isinstance(model, NetworkModel):
        return []
    return [(measure.label, measure.name) for measure in model.measures.values()]
