"""What a person may ask for next: the neighbouring places of the sliders."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice, zip_longest

from brian_sweep_widget.models import Plain
from brian_sweep_widget.runs import Sweep
from brian_sweep_widget.widget.control import Control

_MOST = 60  # of them; each takes a trace of a tenth of a second or so


def likely_next(
    sweep: Sweep, controls: Mapping[str, Control], costs: Mapping[str, str]
) -> list[dict[str, Plain]]:
    """List settings that are worth tracing in idle time.

    Parameters
    ----------
    sweep
        The settings as they are.
    controls
        By parameter name.
    costs
        What another value of each parameter costs.

    Returns
    -------
    list of dict
        SI values by parameter name, the nearest first, of every slider whose
        parameter has to be traced anew. None if a swept parameter has to be,
        too: then one trace would not make a curve.
    """
    if any(costs.get(axis.name) != "instant" for axis in sweep.plan.axes):
        return []
    names = [name for name in sweep.plan.fixed if costs.get(name) == "retrace"]
    stops = [[{name: stop} for stop in controls[name].stops()] for name in names]
    nearest = (place for places in zip_longest(*stops) for place in places if place is not None)
    return list(islice(nearest, _MOST))
