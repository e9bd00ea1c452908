"""A function that builds a Brian 2 network, as a model with measures."""

from __future__ import annotations

import copy
import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np

from brian_sweep_widget.models.declaration import (
    REQUIRED,
    check_names,
    declare,
    is_constant,
    learned,
    refuse_constants,
    signature_defaults,
    words,
)
from brian_sweep_widget.models.inputs import Inputs
from brian_sweep_widget.models.measure import Measure
from brian_sweep_widget.models.monitors import Monitors
from brian_sweep_widget.models.names import check_name
from brian_sweep_widget.models.parameters import Parameter
from brian_sweep_widget.models.units import TIME, best_unit, dimensions_of

DURATION = "duration"

_Reader = TypeVar("_Reader", bound=Callable[..., Any])


class NetworkModel:
    """A builder of networks with its parameters and its measures.

    Made by `network_model`. Calling it builds the network, like the function
    that it decorates.
    """

    def __init__(
        self,
        builder: Callable[..., Any],
        parameters: dict[str, Parameter],
        label: str,
        suggested_sweep: Mapping[str, Any],
        monitors: Monitors,
        inputs: Inputs | None,
        presets: Mapping[str, Mapping[str, Any]],
        untyped: Mapping[str, Mapping[str, Any]],
        constants: Mapping[str, Any],
    ) -> None:
        self.builder = builder
        self.name = _name_of(builder)
        check_name("label", label)
        self.label = label
        self.measures: dict[str, Measure] = {}
        #: What is swept when a person asks for nothing in particular.
        self.suggested_sweep = suggested_sweep
        #: What shows the inside of a simulation.
        self.monitors = monitors
        #: On what a neuron's number of inputs depends, if that is known.
        self.inputs = inputs
        #: Settings that the model suggests, by name.
        self.presets = presets
        self.builder_parameters = tuple(inspect.signature(builder).parameters)
        self.__doc__ = builder.__doc__
        self.__name__ = self.name
        self.__qualname__ = getattr(builder, "__qualname__", self.name)
        self.__module__ = builder.__module__
        self._parameters = parameters
        self._untyped = untyped
        self._constants = constants

    def __repr__(self) -> str:
        return f"NetworkModel({self.name})"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Build the network."""
        return self.builder(*args, **kwargs)

    def parameters(self, given: Mapping[str, Any]) -> dict[str, Parameter]:
        """Give the parameters by name; every one has a default.

        Those whose default is None are there if a value is given.

        Parameters
        ----------
        given
            Values or axes by parameter name, as the caller gave them.

        Raises
        ------
        TypeError
            If a name is unknown.
        """
        refuse_constants(given, self._constants, self.name)
        check_names(given, [*self._parameters, *self._untyped], self.name)
        more = {
            name: learned(name, given[name], **about)
            for name, about in self._untyped.items()
            if given.get(name) is not None
        }
        known = {**self._parameters, **more}
        order = dict.fromkeys((*self.builder_parameters, DURATION))
        return {name: known[name] for name in order if name in known}

    def required(self) -> list[str]:
        """Name the parameters that have no default: never any."""
        return []

    def untyped(self) -> list[str]:
        """Name the parameters of which nothing is known until a value is given."""
        return list(self._untyped)

    def with_measures(self, more: Mapping[str, Measure]) -> NetworkModel:
        """Give the same model with further measures, which are no one else's."""
        model = copy.copy(self)
        model.measures = {**self.measures, **more}
        return model

    def measure(
        self, *, label: str | None = None, unit: Any = None, allow_nan: bool = False
    ) -> Callable[[_Reader], _Reader]:
        """Decorate a function that reads a result from the network after it ran.

        Parameters
        ----------
        label
            How the result is called on the chart's axis; the function's name
            in words if not given.
        unit
            The Brian unit in which it is shown, such as ``Hz``; the SI unit of
            what the function returns if not given.
        allow_nan
            Whether it may give NaN where there is nothing to tell, such as
            intervals of neurons that did not fire: such a point has no dot for
            this measure. If not, a simulation whose result is NaN has failed.

        Returns
        -------
        decorator
            Registers the function and gives it back unchanged. A second
            function of the same name replaces the first, so that a notebook
            cell can be run again.

        Raises
        ------
        TypeError
            If it decorates something that cannot be called with one network.
        """

        def register(function: _Reader) -> _Reader:
            _check_reader(self.name, function)
            name = function.__name__
            if name in self._parameters:
                msg = f"measure {name!r} of {self.name} has the name of a parameter: rename it"
                raise TypeError(msg)
            self.measures[name] = Measure(
                name,
                function,
                label or words(name),
                None if unit is None else best_unit(unit),
                allow_nan,
            )
            return function

        return register


def _check_reader(owner: str, function: Callable[..., Any]) -> None:
    try:
        inspect.signature(function).bind(None)
    except TypeError:
        msg = (
            f"measure {function.__name__!r} of {owner} must take one argument, "
            "the network after it ran"
        )
        raise TypeError(msg) from None


def network_model(
    *,
    duration: Any = None,
    label: str | None = None,
    labels: Mapping[str, str] | None = None,
    units: Mapping[str, Any] | None = None,
    limits: Mapping[str, Any] | None = None,
    ranges: Mapping[str, Any] | None = None,
    sweep: Mapping[str, Any] | None = None,
    spikes: str = "",
    traces: str = "",
    populations: Callable[..., Mapping[str, Any]] | None = None,
    inputs: Inputs | None = None,
    presets: Mapping[str, Mapping[str, Any]] | None = None,
) -> Callable[[Callable[..., Any]], NetworkModel]:
    """Decorate a function that builds and returns a Brian 2 ``Network``.

    The function's parameters become the model's: name, kind, unit and default
    come from the signature, so every one needs a default. Inside, ordinary
    Brian 2: equations may use the parameters, the function's local variables
    and its module's globals, as they could if the function ran the network.

    Parameters
    ----------
    duration
        How long the network runs, such as ``100*ms``. It becomes a parameter
        called ``duration``; leave it away if the function has one itself.
    label
        The model's name for people; the function's name in words if not given.
    labels
        Names for people of the parameters, by parameter name.
    units
        Brian units in which parameters are shown, by parameter name, such as
        ``{"weight": mV}``; those in which Brian prints them if not given.
    limits
        Lowest and highest value that the network can take, by parameter name,
        such as ``{"size": (2, None)}``. Values outside are refused.
    ranges
        What the sliders span, by parameter name, such as
        ``{"refractory": [0, 10]*ms}``.
    sweep
        What to sweep when nothing else is asked for, such as
        ``{"weight": np.linspace(0, 4, 20)*mV}``.
    spikes, traces
        Names of a ``SpikeMonitor`` and of a ``StateMonitor`` in the network,
        such as ``"spikes"``, if one is to see inside single simulations.
    populations
        Takes any of the parameters, and gives the sizes of the parts into which
        the spike monitor's neurons fall, in their order:
        ``lambda size: {"Excitatory": int(0.8*size), "Inhibitory": size - int(0.8*size)}``.
    inputs
        Which parameters decide how many inputs a neuron has, so that a person
        is told when that changes with the size, and an administrator's limits
        on neurons and synapses hold from the beginning: ``Inputs("size",
        "connection_probability", ("weight",))``.
    presets
        Settings to go to at once, by name: values by parameter name, such as
        ``{"Bursting": {"reset": -47*mV}}``. What one does not name goes to
        where it began.

    Returns
    -------
    decorator
        Makes a `NetworkModel` of the function.

    Raises
    ------
    TypeError
        If a parameter has no default, there is no duration (or it is given
        twice), a name belongs to no parameter, or a monitor has no name.
    """
    labels, units, limits = labels or {}, units or {}, limits or {}
    ranges, sweep, presets = ranges or {}, sweep or {}, presets or {}

    def decorate(builder: Callable[..., Any]) -> NetworkModel:
        name = _name_of(builder)
        defaults = signature_defaults(builder)
        without = [key for key, default in defaults.items() if default is REQUIRED]
        if without:
            msg = (
                f"{name} has no default for {', '.join(without)}: a network model needs one "
                f"for every parameter, such as {without[0]}=1.62*mV"
            )
            raise TypeError(msg)
        _check_duration(name, defaults, duration)
        defaults.setdefault(DURATION, duration)
        if dimensions_of(defaults[DURATION]) != TIME or np.ndim(defaults[DURATION]):
            msg = f"duration = {defaults[DURATION]!r} of {name} is not a time (such as 100*ms)"
            raise TypeError(msg)
        constants = {key: value for key, value in defaults.items() if is_constant(value)}
        for mapping in (labels, units, limits, ranges, sweep, *presets.values()):
            refuse_constants(mapping, constants, name)
            check_names(mapping, defaults, name)
        about = {
            key: {
                "label": labels.get(key),
                "unit": units.get(key),
                "limits": limits.get(key),
                "span": ranges.get(key),
            }
            for key in defaults
            if key not in constants
        }
        parameters = {
            key: declare(key, defaults[key], **told)
            for key, told in about.items()
            if defaults[key] is not None
        }
        if inputs is not None:
            check_names(inputs.names, parameters, name)
        monitors = _monitors(name, parameters, spikes, traces, populations)
        untyped = {key: told for key, told in about.items() if key not in parameters}
        model = NetworkModel(
            builder,
            parameters,
            label or words(name),
            sweep,
            monitors,
            inputs,
            presets,
            untyped,
            constants,
        )
        known = model.parameters(sweep)
        for key, values in sweep.items():
            known[key].read_axis(values)
        for preset in presets.values():
            known = model.parameters(preset)
            for key, value in preset.items():
                (known[key].read_axis if np.ndim(value) else known[key].read)(value)
        return model

    return decorate


def _name_of(builder: Callable[..., Any]) -> str:
    """Name a builder; an object that can be called by its class, a partial function by it."""
    while isinstance(builder, functools.partial):
        builder = builder.func
    return str(getattr(builder, "__name__", type(builder).__name__))


def _monitors(
    name: str,
    defaults: Mapping[str, Any],
    spikes: str,
    traces: str,
    populations: Callable[..., Mapping[str, Any]] | None,
) -> Monitors:
    names: dict[str, object] = {"spikes": spikes, "traces": traces}
    for key, value in names.items():
        if not isinstance(value, str):
            msg = (
                f"{key} = {value!r} of {name} is not the name of a monitor: give that which it "
                f'has in the network, as in SpikeMonitor(neurons, name="{key}")'
            )
            raise TypeError(msg)
    takes = tuple(inspect.signature(populations).parameters) if populations is not None else ()
    check_names(dict.fromkeys(takes), defaults, f"populations of {name}")
    return Monitors(spikes, traces, populations, takes)


def _check_duration(name: str, defaults: Mapping[str, Any], duration: Any) -> None:
    if DURATION in defaults and duration is not None:
        msg = f"{name} has a parameter 'duration' itself: leave duration= away, or the parameter"
        raise TypeError(msg)
    if DURATION not in defaults and duration is None:
        msg = f"{name} needs to know how long to run: give @network_model(duration=100*ms)"
        raise TypeError(msg)
