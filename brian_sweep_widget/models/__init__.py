"""What is simulated: models, their parameters with units, and their measures.

The models of the catalogue are imported on first use, as defining a network
needs Brian 2.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from brian_sweep_widget.models import measures
from brian_sweep_widget.models.function_model import FunctionModel
from brian_sweep_widget.models.inputs import Inputs
from brian_sweep_widget.models.measure import AllowNan, Measure, allows_nan
from brian_sweep_widget.models.monitors import Monitors
from brian_sweep_widget.models.network_model import NetworkModel, network_model
from brian_sweep_widget.models.parameters import Parameter, Plain
from brian_sweep_widget.models.units import Unit

if TYPE_CHECKING:
    from brian_sweep_widget.models.catalogue.adex import adex as adex
    from brian_sweep_widget.models.catalogue.brunel import brunel as brunel
    from brian_sweep_widget.models.catalogue.coba import coba as coba
    from brian_sweep_widget.models.catalogue.cuba import cuba as cuba

__all__ = [
    "CATALOGUE",
    "AllowNan",
    "FunctionModel",
    "Inputs",
    "Measure",
    "Model",
    "Monitors",
    "NetworkModel",
    "Parameter",
    "Plain",
    "Unit",
    "adex",
    "allows_nan",
    "as_model",
    "brunel",
    "coba",
    "cuba",
    "every_parameter",
    "measures",
    "network_model",
]

Model = NetworkModel | FunctionModel

#: The models that come with the package, by name: what people call them. The first
#: is the default.
CATALOGUE = {
    "cuba": "CUBA network",
    "coba": "COBA network",
    "brunel": "Brunel's network",
    "adex": "AdEx neuron",
}


def as_model(model: object) -> Model:
    """Make a model of what a user handed in.

    Parameters
    ----------
    model
        A network model, or any function that simulates and returns a result.

    Returns
    -------
    Model
        The network model itself, or the function as a model.

    Raises
    ------
    TypeError
        If it is neither.
    """
    if isinstance(model, NetworkModel | FunctionModel):
        return model
    if callable(model):
        return FunctionModel(model)
    by_name = ", ".join(CATALOGUE)
    if isinstance(model, str):
        name = model if model in CATALOGUE else next(iter(CATALOGUE))
        msg = (
            f"{model!r} is a text, not a model: models of the package ({by_name}) are given "
            f"without quotes, after 'from brian_sweep_widget import {name}'; others as a function "
            "that simulates and returns a result, or one decorated with @network_model"
        )
        raise TypeError(msg)
    msg = (
        f"{model!r} is not a model: give a function that simulates and returns a "
        "result, a function decorated with @network_model, or a model of the package "
        f"({by_name})"
    )
    raise TypeError(msg)


def every_parameter(model: Model) -> dict[str, Parameter]:
    """Give all parameters of a model, also those of which nothing is known without a value.

    Zero only stands in for what has no default, or None (see `Model.untyped`).
    """
    return model.parameters(dict.fromkeys(model.untyped(), 0))


def __getattr__(name: str) -> Any:
    if name in CATALOGUE:
        return getattr(import_module(f"{__name__}.catalogue.{name}"), name)
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
