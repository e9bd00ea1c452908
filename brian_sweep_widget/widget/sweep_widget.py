"""The widget: a bench for one model, or a choice of models with a bench for each."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import ipywidgets as w

from brian_sweep_widget import models
from brian_sweep_widget.limits import limits
from brian_sweep_widget.models import CATALOGUE, Model, as_model
from brian_sweep_widget.results import Results
from brian_sweep_widget.results.store import DEFAULT_STORE
from brian_sweep_widget.runs import Run, Sweep, read_place
from brian_sweep_widget.runs.kernel import follow_cells
from brian_sweep_widget.runs.options import read_workers
from brian_sweep_widget.sweeps import Seeding
from brian_sweep_widget.widget.bench import Bench
from brian_sweep_widget.widget.from_url import VARIABLE, fields_of, model_named, options_of
from brian_sweep_widget.widget.inbox import accept_only_input
from brian_sweep_widget.widget.keepsake import Keepsake
from brian_sweep_widget.widget.layout import model_choice, title
from brian_sweep_widget.widget.place_picker import PlacePicker
from brian_sweep_widget.widget.rerun import replace_in_this_cell
from brian_sweep_widget.widget.tools import large_text

_FIRST = next(iter(CATALOGUE))  # where nobody has named a model


class SweepWidget(w.VBox):
    """Sweep a model by hand: move a slider, and the curve follows.

    While Live is on, which it is as soon as the model is compiled, the curve
    follows the settings, at round values in the range. Run computes exactly
    the points that are asked for; Run and Stop leave Live.

    Parameters
    ----------
    model
        A network model, or any function that simulates and returns a number or
        a dict of numbers. If not given, the widget offers a choice of those
        that come with the package, and begins with the CUBA network.
    cluster, trials, seed, seeding, engine, workers, time_limit, store, allow_nan, keep_going
        As for `brian_sweep_widget.Sweep`; trials, seed and cluster have controls.
    **parameters
        An array or a list sweeps a parameter: the first one is the chart's x
        axis, each combination of the others gets a curve; others can be chosen
        on the screen. A single value is what its control begins with. If
        nothing is swept, the model's own suggestion is.

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
    _benches: Mapping[str, Bench] = MappingProxyType({})

    def __init__(
        self,
        model: object = None,
        /,
        *,
        cluster: object = None,
        trials: int = 1,
        seed: int = 0,
        seeding: Seeding = "independent",
        engine: str = "auto",
        workers: int | None = None,
        time_limit: Any = None,
        store: Any = DEFAULT_STORE,
        allow_nan: bool | str | Sequence[str] = False,
        keep_going: bool = False,
        **parameters: Any,
    ) -> None:
        follow_cells()
        self._settings: dict[str, Any] = {
            "trials": trials,
            "seed": seed,
            "options": {
                "seeding": seeding,
                "engine": engine,
                "workers": workers,
                "time_limit": time_limit,
                "store": store,
                "allow_nan": allow_nan,
                "keep_going": keep_going,
            },
        }
        self._picker = PlacePicker(read_place(cluster), read_workers(workers, limits()))
        self._keepsake = Keepsake(lambda: (self.run, self._bench.measure))
        self._large = large_text()
        self._large.observe(self._resized, "value")
        if model is None:
            shown = _from_catalogue(_FIRST)
            self._head = model_choice(CATALOGUE)
            self._head.observe(self._chosen, "value")
        else:
            shown = as_model(model)
            self._head = title(shown.label)
        self._model = shown
        bench = self._bench_for(shown, parameters)
        self._benches = {shown.name: bench}
        super().__init__(tuple(bench.rows))
        self.add_class("bsw")
        accept_only_input(self)
        replace_in_this_cell(self)

    @classmethod
    def from_url(cls, model: object = None, /, **options: Any) -> SweepWidget:
        """Make a widget that begins with what its page's address asks for.

        For a page of Voila: each visitor has a kernel, which is told the
        address. ``...?preset=Small: a thousand neurons&trials=3`` or
        ``...?excitatory_weight=0:4:20mV&size=1000`` in a link begin there.
        ``model`` names one of those that come with the package. Elsewhere, and
        for whatever the address does not name, it is as without.

        Parameters
        ----------
        model, **options
            As for `SweepWidget`; the address counts more.

        Returns
        -------
        SweepWidget
            If the address asks for something that cannot be, the widget says
            so, and is as without an address.

        Raises
        ------
        TypeError, ValueError
            If anything that is given here cannot be.
        """
        try:
            fields = fields_of(os.environ.get(VARIABLE, ""))
            named = model_named(fields) or model
            shown = _from_catalogue(_FIRST) if named is None else as_model(named)
            return cls(named, **{**options, **options_of(shown, fields)})
        except (TypeError, ValueError) as error:
            widget = cls(model, **options)
            widget._say(f"The address of this page asks for what cannot be: {error}")
            return widget

    def __repr__(self) -> str:
        return f"SweepWidget({self._model.label})"

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Show the widget, and beside it what stays when there is no kernel."""
        self._keepsake.show()
        return super()._repr_mimebundle_(**options)

    @property
    def sweep(self) -> Sweep:
        """The sweep that the controls ask for now.

        Raises
        ------
        TypeError, ValueError
            If they ask for something that cannot be.
        """
        return self._bench.sweep

    @property
    def run(self) -> Run | None:
        """The run that was started last, of the model that is shown, or None."""
        return self._bench.run

    @property
    def results(self) -> Results | None:
        """What the last run has given so far, or None if none was started."""
        return self._bench.results

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
        return self._bench.start()

    def stop(self) -> None:
        """Do what the Stop button does: leave Live, and stop what runs."""
        self._bench.stop()

    def close(self) -> None:
        """Stop the simulations and remove the widget from the screen."""
        for bench in self._benches.values():
            bench.close()
        if self._benches:
            self._keepsake.close()
        self.layout.close()
        super().close()

    @property
    def _bench(self) -> Bench:
        return self._benches[self._model.name]

    def _bench_for(self, model: Model, parameters: dict[str, Any]) -> Bench:
        return Bench(
            model,
            self._head,
            self._large,
            self._picker,
            self._keepsake,
            **self._settings,
            parameters=parameters,
        )

    def _resized(self, change: Any) -> None:
        """Have the style sheet make all text large, or normal."""
        (self.add_class if change["new"] else self.remove_class)("bsw-large")

    def _say(self, message: str) -> None:
        """Have a line above everything, until another model is chosen."""
        line = w.HBox([w.Label(message)])
        line.add_class("bsw-aside")
        accept_only_input(line)
        self.children = (line, *self._bench.rows)

    def _chosen(self, change: Any) -> None:
        """Show another model; one that was shown before is as it was left."""
        self._bench.leave()
        self._model = model = _from_catalogue(change["new"])
        if model.name in self._benches:
            self._bench.come_back()
        else:
            self._benches = {**self._benches, model.name: self._bench_for(model, {})}
        self.children = tuple(self._bench.rows)


def _from_catalogue(name: str) -> Model:
    model: Model = getattr(models, name)
    return model
