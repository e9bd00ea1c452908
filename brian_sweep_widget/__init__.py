"""Explore spiking networks by hand: sweep Brian 2 models on all your cores.

The names below are the whole public face of the package. They are imported on
first use, so that ``import brian_sweep_widget`` costs milliseconds: neither
Brian 2, nor xarray, nor the widget libraries are loaded before they are needed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from brian_sweep_widget.backends import Cluster as Cluster
    from brian_sweep_widget.models import Inputs as Inputs
    from brian_sweep_widget.models import adex as adex
    from brian_sweep_widget.models import brunel as brunel
    from brian_sweep_widget.models import coba as coba
    from brian_sweep_widget.models import cuba as cuba
    from brian_sweep_widget.models import measures as measures
    from brian_sweep_widget.models import network_model as network_model
    from brian_sweep_widget.results import Results as Results
    from brian_sweep_widget.runs import Run as Run
    from brian_sweep_widget.runs import Sweep as Sweep
    from brian_sweep_widget.widget import SweepWidget as SweepWidget

_ROOM_OF = {
    "Cluster": "backends",
    "Inputs": "models",
    "Results": "results",
    "Run": "runs",
    "Sweep": "runs",
    "SweepWidget": "widget",
    "adex": "models",
    "brunel": "models",
    "coba": "models",
    "cuba": "models",
    "measures": "models",
    "network_model": "models",
}

__all__ = [
    "Cluster",
    "Inputs",
    "Results",
    "Run",
    "Sweep",
    "SweepWidget",
    "adex",
    "brunel",
    "coba",
    "cuba",
    "measures",
    "network_model",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415 - slow to import, seldom asked

        return version("brian-sweep-widget")
    if name not in _ROOM_OF:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(import_module(f"{__name__}.{_ROOM_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
