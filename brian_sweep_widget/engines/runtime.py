"""The engine that runs network models in Brian's runtime mode."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Mapping
from functools import partial
from types import FrameType, FunctionType
from typing import Any
from unittest import mock

from brian_sweep_widget.engines.code import function_behind
from brian_sweep_widget.engines.context import BrianContext, seed_generators
from brian_sweep_widget.engines.devices import kept_device
from brian_sweep_widget.engines.process_settings import ProcessSettings
from brian_sweep_widget.engines.reading import read_each, read_measure
from brian_sweep_widget.engines.sizes import within
from brian_sweep_widget.engines.versions import library_versions
from brian_sweep_widget.limits import Limits
from brian_sweep_widget.models import NetworkModel, Parameter
from brian_sweep_widget.models.network_model import DURATION
from brian_sweep_widget.models.units import quantity
from brian_sweep_widget.results import Failure, Value
from brian_sweep_widget.sweeps import Job


class RuntimeEngine:
    """Builds, runs and measures a network with Brian's numpy or Cython target.

    Parameters
    ----------
    model
        The network model.
    parameters
        Its parameters by name, for their units.
    context
        Brian's settings where the sweep was made; the target excepted, they
        hold here too.
    target
        ``"numpy"`` or ``"cython"``.
    limits
        What an administrator allows.
    """

    def __init__(
        self,
        model: NetworkModel,
        parameters: Mapping[str, Parameter],
        context: BrianContext | None,
        target: str,
        limits: Limits,
    ) -> None:
        self.label = f"runtime ({target})"
        measures = [measure.function for measure in model.measures.values()]
        self.functions: list[Callable[..., Any]] = [model.builder, *measures]
        self._model = model
        self._parameters = parameters
        context = context or BrianContext()  # making the model imported Brian
        self.context = BrianContext(
            {**context.preferences, "codegen.target": target}, context.time_step
        )
        self.settings = ProcessSettings.here()
        self._limits = limits

    def measuring(self, model: NetworkModel) -> RuntimeEngine:
        """Give the same engine for the same model with other measures."""
        other = copy.copy(self)
        other._model = model  # noqa: SLF001 - its own kind
        other.functions = [model.builder, *(m.function for m in model.measures.values())]
        return other

    @property
    def identity(self) -> tuple[object, ...]:
        """What decides the numbers besides builder and measures; see `Engine.identity`."""
        measures = self._model.measures.values()
        return (
            self.label,
            [(name, parameter.unit) for name, parameter in self._parameters.items()],
            [measure.identity for measure in measures],
            self.context,
            library_versions(),
        )

    def simulate(self, job: Job) -> Mapping[str, Value | Failure]:
        """Build, run and measure; see `Engine.simulate`."""
        self.context.apply()
        seed_generators(job.seed)
        values = {
            name: quantity(value, self._parameters[name].unit)
            for name, value in job.parameters.items()
        }
        arguments = {
            name: values[name] for name in self._model.builder_parameters if name in values
        }
        with within(self._limits):
            network, names = build(self._model.builder, arguments)
            network.run(values[DURATION], namespace=names)
        measures = self._model.measures.values()
        return read_each({one.name: partial(read_measure, one, network) for one in measures})


def build(builder: Callable[..., Any], arguments: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Call a builder, and learn the names that its equations may use.

    Brian looks names up in the frame that calls ``run``. Here the network runs
    after its builder returned, so the builder's variables are read from the
    frame in which it made the network.

    Parameters
    ----------
    builder
        Returns a ``brian2.Network``.
    arguments
        By name.

    Returns
    -------
    network : Network
        What it built.
    names : dict
        The builder's globals and, over them, its local variables.

    Raises
    ------
    TypeError
        If it returned something else than a network.
    """
    from brian2 import MagicNetwork, Network  # noqa: PLC0415 - engines are imported without Brian

    function = function_behind(builder)
    code = function.__code__
    frames: list[FrameType] = []
    make = Network.__init__

    def make_and_look(self: Any, *objects: Any, **options: Any) -> None:
        frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - inspect.stack takes 10 ms
        while frame is not None and frame.f_code is not code:
            frame = frame.f_back
        if frame is not None:
            frames.append(frame)
        make(self, *objects, **options)

    with mock.patch.object(Network, "__init__", make_and_look), kept_device(builder):
        network = builder(**arguments)
    if not isinstance(network, Network) or isinstance(network, MagicNetwork):
        raise TypeError(_no_network(function, network))
    if not frames:  # a network made elsewhere: the arguments are all that is known
        return network, {**function.__globals__, **arguments}
    return network, {**frames[-1].f_globals, **frames[-1].f_locals}


def _no_network(builder: FunctionType, returned: Any) -> str:
    """Say what is wrong with something that is not the network of a builder."""
    from brian2 import BrianObject, MagicNetwork  # noqa: PLC0415 - as above

    what, do = f"a {type(returned).__name__}", "return Network(...)"
    if returned is None:
        what = "nothing"
    elif isinstance(returned, MagicNetwork):
        what, do = "Brian's magic network", "return Network(collect())"
    elif isinstance(returned, set):
        what, do = "a set, as collect() gives", "return Network(collect())"
    elif isinstance(returned, BrianObject):
        what, do = f"a {type(returned).__name__} alone", "return Network(collect())"
    elif isinstance(returned, list | tuple) and any(isinstance(o, BrianObject) for o in returned):
        kinds = ", ".join(type(one).__name__ for one in returned)
        what, do = f"a {type(returned).__name__} ({kinds})", "return Network(...) of these"
    msg = f"{builder.__name__} returned {what}, not a brian2.Network: end it with {do}"
    if "run" in builder.__code__.co_names:
        msg += ", and leave run(...) away, as the network is run for the model's duration"
    return f"{msg}. What is read after the run is read by measures: @{builder.__name__}.measure()"
