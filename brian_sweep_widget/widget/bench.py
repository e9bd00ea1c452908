"""All that belongs to one model: its controls, its chart, its runs."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import ipywidgets as w

from brian_sweep_widget.models import Model, NetworkModel
from brian_sweep_widget.results import Results
from brian_sweep_widget.runs import Run, Sweep
from brian_sweep_widget.widget.ahead import likely_next
from brian_sweep_widget.widget.asking import Asked, first_sweep
from brian_sweep_widget.widget.axes_choice import AxesChoice
from brian_sweep_widget.widget.chart import MOST_GHOSTS, Chart, HeatMap
from brian_sweep_widget.widget.conductor import Conductor
from brian_sweep_widget.widget.control_panel import ControlPanel
from brian_sweep_widget.widget.controls import Controls
from brian_sweep_widget.widget.details import Details
from brian_sweep_widget.widget.drawing import Drawing
from brian_sweep_widget.widget.history import History
from brian_sweep_widget.widget.in_degree import InDegree
from brian_sweep_widget.widget.inbox import accept_only_input, close_with_parts
from brian_sweep_widget.widget.keepsake import Keepsake
from brian_sweep_widget.widget.layout import arrange, count_field, most_allowed
from brian_sweep_widget.widget.live import Follower
from brian_sweep_widget.widget.pins import Pin
from brian_sweep_widget.widget.place_picker import PlacePicker
from brian_sweep_widget.widget.presets import Presets
from brian_sweep_widget.widget.pump import Pump, soonest
from brian_sweep_widget.widget.readiness import Readiness
from brian_sweep_widget.widget.saving import Saving
from brian_sweep_widget.widget.screen import Screen
from brian_sweep_widget.widget.status import StatusStrip
from brian_sweep_widget.widget.switch import LiveSwitch
from brian_sweep_widget.widget.tools import Tools
from brian_sweep_widget.widget.wording import run_help

_MOST_TRIALS = 1000
_LARGEST_SEED = 2**53  # what the page of a sweep, in a browser, is sure to keep whole


class Bench:
    """Where one model is swept.

    Parameters
    ----------
    model
        What is swept.
    title
        What stands at the head: the model's name, or a choice of models.
    large
        The button for large text.
    picker
        The choice of where to run, which is that of the whole widget.
    keepsake
        Keeps what the runs give.
    trials, seed
        What their fields begin with.
    options
        Of `Sweep`, those that have no control.
    parameters
        See `brian_sweep_widget.SweepWidget`.

    Raises
    ------
    TypeError, ValueError
        If anything of this cannot be swept.
    """

    def __init__(
        self,
        model: Model,
        title: w.Widget,
        large: w.ToggleButton,
        picker: PlacePicker,
        keepsake: Keepsake,
        *,
        trials: int,
        seed: int,
        options: Mapping[str, Any],
        parameters: dict[str, Any],
    ) -> None:
        begins = {"trials": trials, "seed": seed, "cluster": picker.place}
        first, remark = first_sweep(model, {**begins, **options}, parameters)
        self._keepsake = keepsake
        self._controls = Controls(first, remark)
        self._trials = count_field("Trials", trials, 1, most_allowed(_MOST_TRIALS))
        self._seed = count_field("Seed", seed, 0, _LARGEST_SEED)
        self._picker = picker
        self._is_shown = True
        self._was_live = False
        self._asked = Asked(model, options, self._controls, self._trials, self._seed, picker)
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
        self._measure = w.Dropdown(description="Measure", options=_measures(model))
        self._status = StatusStrip()
        self._chart = Chart()
        self._heat = HeatMap()
        self._drawing = Drawing(self._chart, self._heat, self._measure, first)
        self._tools = Tools(
            changed=self._look_changed,
            zoom=self._zoom,
            pin=self._pin,
            unpin=self._unpin,
            large=large,
        )
        network = model if isinstance(model, NetworkModel) else None
        self._presets = Presets({} if network is None else network.presets, self._controls)
        self._in_degree = InDegree(None if network is None else network.inputs, self._controls)
        self._history = History(self._controls, (self._trials, self._seed))
        self._details = Details(self._chart, self._heat, self._drawing, self._wake)
        self._saving = Saving(lambda: self.results, model.name, self._wake, self._status.hand_out)
        axes = AxesChoice(self._controls)
        #: What to show, from top to bottom.
        self.rows = arrange(
            title=title,
            measure=self._measure,
            buttons=(
                self._switch.widget,
                self._run_button,
                self._pause_button,
                self._stop_button,
            ),
            controls=ControlPanel(
                self._controls,
                axes=axes.widget,
                counts=(self._trials, self._seed),
                place=picker.widget,
                moves=[self._presets.widget, self._history.widget],
                in_degree=self._in_degree.widget,
            ).widget,
            tools=self._tools.widget,
            charts=[self._heat.place, self._chart.figure],
            status=self._status,
            details=[self._saving.widget, *self._details.rows],
        )
        warm_up = threading.Thread(
            target=self._warm_up, args=(first,), name="brian-sweep-warm-up", daemon=True
        )
        readiness = Readiness(self._controls, axes, self._switch, warm_up.is_alive)
        self._screen = Screen(
            self._drawing,
            self._tools,
            self._details,
            self._status,
            self._run_button,
            self._pause_button,
            self._stop_button,
            readiness,
            first,
        )
        # Before all that wakes it: it begins to paint when it is woken.
        self._pump = Pump(self._paint)
        self._conductor = Conductor(self._asked, self._switch, self._screen, self._wake)
        self._follower = Follower(self._conductor.follow, self._rested)
        self._connect()
        # What is no part before one zooms, or wants a map.
        for part in (*self.rows, self._chart.brush, self._heat.figure):
            accept_only_input(part)
        warm_up.start()
        self._wake()

    @property
    def sweep(self) -> Sweep:
        """See `brian_sweep_widget.SweepWidget.sweep`."""
        return self._asked.sweep(live=self._switch.on)

    @property
    def run(self) -> Run | None:
        """The run that was started last, or None."""
        return self._conductor.run

    @property
    def results(self) -> Results | None:
        """What the last run has given so far, or None if none was started."""
        return None if self.run is None else self.run.results

    @property
    def measure(self) -> str | None:
        """Which measure is drawn; None if that is not known yet."""
        name: str | None = self._measure.value
        return name

    def start(self) -> Run:
        """See `brian_sweep_widget.SweepWidget.start`."""
        return self._conductor.start()

    def stop(self) -> None:
        """Leave Live, and stop what runs."""
        self._details.stop()
        self._conductor.stop()

    def leave(self) -> None:
        """Compute nothing while another model is shown."""
        self._was_live = self._switch.on
        self._is_shown = False
        self.stop()

    def come_back(self) -> None:
        """Go on as before `leave`."""
        self._is_shown = True
        if self._was_live:
            self._switch.again()
        else:
            self._changed()

    def close(self) -> None:
        """Stop the simulations, end the threads, and take every part off the page."""
        self.stop()
        self._details.close()
        self._follower.close()
        self._pump.close()
        self._controls.close()
        for part in (*self.rows, self._chart.brush, self._heat.figure):
            close_with_parts(part)

    def _connect(self) -> None:
        self._run_button.on_click(self._conductor.clicked_run)
        self._pause_button.on_click(self._conductor.clicked_pause)
        self._stop_button.on_click(lambda _: self.stop())
        self._status.on_ask(self._conductor.retry, self._conductor.skip)
        self._controls.observe(self._changed)
        for field in (self._trials, self._seed):
            field.observe(self._changed, "value")
        self._measure.observe(self._wake, "value")
        self._picker.connect(picked=self._changed, wake=self._wake)
        self._chart.on_zoom(self._zoomed)

    def _paint(self) -> float | None:
        again = self._screen.paint()
        run = self.run
        self._saving.paint(ready=run is not None and run.progress.done > 0)
        kept = self._keepsake.look(run, self.measure)
        places = self._picker.paint() if self._is_shown else None  # it belongs to all benches
        return soonest((again, kept, places))

    def _wake(self, _: Any = None) -> None:
        self._pump.wake()

    def _warm_up(self, sweep: Sweep) -> None:
        try:
            self._screen.remember(sweep.last_pace())
            self._wake()
            sweep.warm_up()
        finally:
            self._wake()

    def _changed(self, _: Any = None) -> None:
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
        self._follower.ask()

    def _look_changed(self) -> None:
        self._drawing.look = self._tools.look
        self._wake()

    def _pin(self) -> None:
        run = self._conductor.run
        if run is not None:
            pin = Pin(self._screen.shown, tuple(run.results.outcomes))
            self._drawing.pins = (*self._drawing.pins, pin)[-MOST_GHOSTS:]
        self._wake()

    def _unpin(self) -> None:
        self._drawing.pins = ()
        self._wake()

    def _zoom(self, on: bool) -> None:  # noqa: FBT001 - the toggle's state
        self._drawing.zooming = on
        self._wake()

    def _zoomed(self, low: float, high: float) -> None:
        shown = self._drawing.shown
        across = self._controls.swept[0] if shown is None else shown.sweep.plan.axes[0].name
        with self._controls.at_once():
            self._controls.put_across(across)  # the chart may show what was swept before
            self._controls[across].zoom(low, high)
        self._drawing.zooming = False
        self._conductor.go_there()

    def _rested(self) -> None:
        """Have what may be asked for next prepared, while nothing else is to do."""
        sweep = self._conductor.followed
        if sweep is not None and self._switch.on and sweep.preparation is not None:
            sweep.trace_ahead(likely_next(sweep, self._controls, sweep.preparation.costs))


def _measures(model: Any) -> list[tuple[str, str]]:
    """List label and name of what can be shown; a function tells with its first result."""
    if not isinstance(model, NetworkModel):
        return []
    return [(measure.label, measure.name) for measure in model.measures.values()]
