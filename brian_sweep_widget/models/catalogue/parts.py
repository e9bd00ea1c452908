"""What the models of the catalogue have in common."""

from __future__ import annotations

from typing import Any

from brian2 import Hz, Network

from brian_sweep_widget.models import measures
from brian_sweep_widget.models.network_model import NetworkModel

_EXCITATORY = 0.8  # of all neurons

# A number: units would have every worker import Brian.
_WINDOW = 0.002  # s


def excitatory_and_inhibitory(size: int) -> dict[str, int]:
    """Give the sizes of the two populations of a network of so many neurons."""
    excitatory = int(_EXCITATORY * size)
    return {"Excitatory": excitatory, "Inhibitory": size - excitatory}


def measure_spikes(model: NetworkModel) -> None:
    """Give a network with a monitor ``spikes`` the measures that make sense for all."""

    @model.measure(label="Number of spikes")
    def spike_count(network: Network) -> int:
        """Count all spikes of all neurons."""
        return int(network["spikes"].num_spikes)

    @model.measure(label="Mean firing rate", unit=Hz)
    def mean_rate(network: Network) -> Any:
        """Give the number of spikes per neuron and time."""
        return measures.mean_rate(network["spikes"], network.t)

    @model.measure(label="CV of inter-spike intervals", allow_nan=True)
    def cv_isi(network: Network) -> float:
        """Tell a clock (0) from Poisson processes (1); see `measures.cv_isi`."""
        return measures.cv_isi(network["spikes"])

    @model.measure(label="Synchrony index", allow_nan=True)
    def synchrony(network: Network) -> float:
        """Tell whether neurons fire in the same 2 ms; see `measures.synchrony`."""
        return measures.synchrony(network["spikes"], network.t, _WINDOW)
