"""The sweep that a widget's controls ask for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brian_sweep_widget.limits import LimitError
from brian_sweep_widget.models import Model
from brian_sweep_widget.models.declaration import is_axis
from brian_sweep_widget.results.mapping import MOST_LINES, is_map
from brian_sweep_widget.runs import Sweep
from brian_sweep_widget.widget.beginning import begin_within_limits
from brian_sweep_widget.widget.chart import MOST_CELLS
from brian_sweep_widget.widget.controls import Controls
from brian_sweep_widget.widget.place_picker import PlacePicker


class Asked:
    """Reads the controls.

    Parameters
    ----------
    model
        What is swept.
    options
        Of `Sweep`, those that have no control.
    controls
        Of the parameters.
    trials, seed
        Their fields.
    picker
        The choice of where to run.
    """

    def __init__(
        self,
        model: Model,
        options: Mapping[str, Any],
        controls: Controls,
        trials: Any,
        seed: Any,
        picker: PlacePicker,
    ) -> None:
        self._model = model
        self._options = options
        self._controls = controls
        self._trials = trials
        self._seed = seed
        self._picker = picker

    def sweep(self, *, live: bool) -> Sweep:
        """Make the sweep that the controls ask for now.

        Parameters
        ----------
        live
            Whether at round values in the range, see `nested_grid`, or at
            exactly the points asked for.

        Raises
        ------
        TypeError, ValueError
            If they ask for something that cannot be.
        """
        try:
            return self._made_of(self._controls.asked(live=live))
        except LimitError:
            if not live:
                raise
            # There may be some more round values than points that are asked for.
            return self._made_of(self._controls.asked(live=False))

    def _made_of(self, values: Mapping[str, Any]) -> Sweep:
        return _checked(
            Sweep(
                self._model,
                trials=self._trials.value,
                seed=self._seed.value,
                cluster=self._picker.place,
                **self._options,
                **values,
            )
        )


def first_sweep(
    model: Model, options: Mapping[str, Any], parameters: dict[str, Any]
) -> tuple[Sweep, str]:
    """Make the sweep that a widget begins with: as given, or else the model's suggestion.

    Returns
    -------
    sweep, remark
        The remark says what is not as the model declares it, see `begin_within_limits`.

    Raises
    ------
    TypeError, ValueError
        If anything of this cannot be, or there is nothing to sweep.
    """
    suggested = model.suggested_sweep
    if any(map(is_axis, parameters.values())) or set(suggested) & set(parameters):
        suggested = {}
    values, remark = begin_within_limits(model, suggested, parameters, options["trials"])
    return _checked(Sweep(model, **options, **values)), remark


def can_be_map(sweep: Sweep) -> bool:
    """Whether two parameters are swept, so that they can be the columns and rows of a map."""
    lengths = [len(axis) for axis in sweep.plan.axes]
    return len(lengths) == 2 and min(lengths) > 1  # noqa: PLR2004 - columns and rows


def must_be_map(sweep: Sweep) -> bool:
    """Whether they make more curves than can be told apart."""
    return is_map(sweep.plan)


def _checked(sweep: Sweep) -> Sweep:
    """Refuse what a chart cannot show."""
    if not sweep.plan.axes:
        sweepable = [name for name, found in sweep.parameters.items() if found.sweepable]
        example = sweepable[0] if sweepable else "a parameter"
        msg = (
            f"{sweep.model.name} has nothing to sweep: give an array for one of "
            f"{', '.join(sweepable) or 'its parameters'}, such as {example}=np.linspace(...)"
        )
        raise ValueError(msg)
    if can_be_map(sweep):
        cells = len(sweep.plan.axes[0]) * len(sweep.plan.axes[1])
        if cells > MOST_CELLS:
            msg = f"{cells} points are too many for a map: allowed are {MOST_CELLS}"
            raise ValueError(msg)
        return sweep
    curves = 1
    for axis in sweep.plan.axes[1:]:
        curves *= len(axis)
    if curves > MOST_LINES:
        names = ", ".join(axis.name for axis in sweep.plan.axes[1:])
        msg = f"{curves} curves (one for each value of {names}): allowed are {MOST_LINES}"
        raise ValueError(msg)
    return sweep
