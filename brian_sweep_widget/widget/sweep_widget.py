"""The widget: settings on the left, the curve in the middle, the truth below."""

from __future__ import annotations

import threading
from typing import Any

import ipywidgets as w

from brian_sweep_widget.models import NetworkModel, as_model
from brian_sweep_widget.results import Results
from brian_sweep_widget.runs import Run, Sweep
from brian_sweep_widget.sweeps import Seeding
from brian_sweep_widget.widget.chart import MOST_LINES, Chart
from brian_sweep_widget.widget.controls import Control, controls_for
from brian_sweep_widget.widget.layout import arrange, count_field
from brian_sweep_widget.widget.pump import Pump
from brian_sweep_widget.widget.rerun import replace_in_this_cell
from brian_sweep_widget.widget.screen import Screen
from brian_sweep_widget.widget.status import StatusStrip

_MOST_TRIALS = 1000
_LARGEST_SEED = 2**31 - 1  # what a browser's number field is sure to keep whole


class SweepWidget(w.VBox):
    """Sweep a model by hand: set a range, press Run, watch the curve grow.

    Parameters
    ----------
    model
        A network model, or any function that simulates and returns a number or
        a dict of numbers; the CUBA network if not given.
    cluster
        Where to run; None for this computer, the only choice so far.
    trials, seed, seeding, engine, workers
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
    _run: Run | None = None
    _pump: Pump | None = None

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
        **parameters: Any,
    ) -> None:
        self._model = as_model(_default_model() if model is None else model)
        self._options: dict[str, Any] = {
            "cluster": cluster,
            "seeding": seeding,
            "engine": engine,
            "workers": workers,
        }
        first = self._first_sweep(trials, seed, parameters)
        self._lock = threading.RLock()
        self._controls: dict[str, Control] = controls_for(
            list(first.parameters.values()), first.plan.axes, dict(first.plan.fixed)
        )
        self._trials = count_field("Trials", trials, 1, _MOST_TRIALS)
        self._seed = count_field("Seed", seed, 0, _LARGEST_SEED)
        self._run_button = w.Button(description="Run", tooltip="Run the simulations")
        self._stop_button = w.Button(
            description="Stop", tooltip="Stop; what is finished stays", disabled=True
        )
        self._measure = w.Dropdown(description="Measure", options=_measures(self._model))
        chart, status = Chart(), StatusStrip()
        super().__init__(
            arrange(
                title=self._model.label,
                measure=self._measure,
                buttons=(self._run_button, self._stop_button),
                swept=[self._controls[axis.name].widget for axis in first.plan.axes],
                counts=(self._trials, self._seed),
                others=[
                    control.widget
                    for name, control in self._controls.items()
                    if name in first.plan.fixed
                ],
                chart=chart.figure,
                status=status,
            )
        )
        self.add_class("bsw")
        self._screen = Screen(
            chart, status, self._measure, self._run_button, self._stop_button, first
        )
        self._pump = Pump(self._screen.paint)
        self._connect()
        replace_in_this_cell(self)
        threading.Thread(target=first.warm_up, name="brian-sweep-warm-up", daemon=True).start()
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
        settings = {name: control.value() for name, control in self._controls.items()}
        return self._checked(
            Sweep(
                self._model,
                trials=self._trials.value,
                seed=self._seed.value,
                **self._options,
                **settings,
            )
        )

    @property
    def run(self) -> Run | None:
        """The run that was started last, or None."""
        return self._run

    @property
    def results(self) -> Results | None:
        """What the last run has given so far, or None if none was started."""
        return None if self._run is None else self._run.results

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
        with self._lock:
            sweep = self.sweep
            self.stop()
            self._run = sweep.start()
            self._screen.follow(sweep, self._run)
        self._wake()
        return self._run

    def stop(self) -> None:
        """Do what the Stop button does; nothing if nothing runs."""
        if self._run is not None:
            self._run.cancel()
        self._wake()

    def close(self) -> None:
        """Stop the simulations and remove the widget from the screen."""
        self.stop()
        if self._pump is not None:
            self._pump.close()
        super().close()

    def _first_sweep(self, trials: int, seed: int, parameters: dict[str, Any]) -> Sweep:
        sweep = Sweep(self._model, trials=trials, seed=seed, **self._options, **parameters)
        suggested = self._model.suggested_sweep
        if not sweep.plan.axes and suggested and not set(suggested) & set(parameters):
            parameters = {**suggested, **parameters}
            sweep = Sweep(self._model, trials=trials, seed=seed, **self._options, **parameters)
        return self._checked(sweep)

    def _checked(self, sweep: Sweep) -> Sweep:
        if not sweep.plan.axes:
            sweepable = [name for name, found in sweep.parameters.items() if found.sweepable]
            example = sweepable[0] if sweepable else "a parameter"
            msg = (
                f"{self._model.name} has nothing to sweep: give an array for one of "
                f"{', '.join(sweepable) or 'its parameters'}, such as {example}=np.linspace(...)"
            )
            raise ValueError(msg)
        curves = 1
        for axis in sweep.plan.axes[1:]:
            curves *= len(axis)
        if curves > MOST_LINES:
            names = ", ".join(axis.name for axis in sweep.plan.axes[1:])
            msg = f"{curves} curves (one for each value of {names}): allowed are {MOST_LINES}"
            raise ValueError(msg)
        return sweep

    def _connect(self) -> None:
        self._run_button.on_click(self._clicked_run)
        self._stop_button.on_click(lambda _: self.stop())
        for control in self._controls.values():
            control.observe(self._changed)
        for field in (self._trials, self._seed):
            field.observe(self._changed, "value")
        self._measure.observe(lambda _: self._wake(), "value")

    def _wake(self) -> None:
        if self._pump is not None:
            self._pump.wake()

    def _clicked_run(self, _: Any) -> None:
        with self._lock:
            if self._run is not None and not self._run.progress.ended:
                return  # a second click, sent before the button was seen disabled
            try:
                self.start()
            except (TypeError, ValueError, OSError) as error:
                self._screen.refuse(str(error))
        self._wake()

    def _changed(self, _: Any) -> None:
        """Say at once what the settings would run, or why they cannot."""
        try:
            self._screen.preview(self.sweep)
        except (TypeError, ValueError) as error:
            self._screen.refuse(str(error))
        self._wake()


def _default_model() -> object:
    from brian_sweep_widget.models import cuba  # noqa: PLC0415 - imports Brian 2

    return cuba


def _measures(model: Any) -> list[tuple[str, str]]:
    """List label and name of what can be shown; a function tells with its first result."""
    if not isinstance(model, NetworkModel):
        return []
    return [(measure.label, measure.name) for measure in model.measures.values()]
