"""Which files a binary will leave, taken down while Brian still knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from brian_sweep_widget.engines.brian_objects import is_brians
from brian_sweep_widget.engines.compiled.manifest import (
    ArrayFile,
    Constant,
    Manifest,
    ObjectFiles,
)


@dataclass(frozen=True, slots=True)
class ResultFiles:
    """The files, what they hold, and the C++ that speaks of them.

    Parameters
    ----------
    manifest
        What holds which variable of which object.
    synaptic
        Name of the synapses by file, for files that grow with the number of
        synapses: they are left empty unless a measure asks for them.
    at_end
        C++ that runs before the arrays are written.
    """

    manifest: Manifest
    synaptic: Mapping[str, str]
    at_end: tuple[str, ...] = ()

    def code(self) -> str:
        """Give the C++ to insert."""
        return "\n".join(self.at_end)

    def without_code(self) -> ResultFiles:
        """Give what workers need."""
        return replace(self, at_end=())


def take_inventory(network: Any, device: Any) -> ResultFiles:
    """List the arrays of a network that the standalone device will write.

    Parameters
    ----------
    network
        After ``run`` was called on it.
    device
        The active standalone device.
    """
    owners = {thing.name: thing for thing in network.sorted_objects}
    for thing in network.objects:
        owners[thing.name] = thing
    manifest = Manifest(
        {name: _object_files(thing, device) for name, thing in owners.items() if _readable(thing)}
    )
    lines, synaptic = [], {}
    # Sorted, as the order of those of a monitor is another one in every process.
    for variable in sorted(device.arrays, key=device.get_array_filename):
        array = f"brian::{device.get_array_name(variable, access_data=False)}"
        file = device.get_array_filename(variable)
        synapses = _synapses_of(variable)
        if variable in device.dynamic_arrays and synapses:
            synaptic[file] = synapses
            lines.append(f'if (!sweep_keeps("{synapses}")) {array}.clear();')
        lines.append(f'sweep_expect("{file}", {_size(variable, array, device)});')
    return ResultFiles(manifest, synaptic, tuple(lines))


def _size(variable: Any, array: str, device: Any) -> str:
    if variable in device.dynamic_arrays_2d:
        return f"{array}.n * {array}.m * sizeof({array}(0, 0))"
    if variable in device.dynamic_arrays:
        return f"{array}.size() * sizeof({array}[0])"
    return f"{variable.size} * sizeof({array}[0])"


def _synapses_of(variable: Any) -> str:
    """Name the synapses to which a variable belongs, itself or through a pathway."""
    from brian2 import Synapses  # noqa: PLC0415
    from brian2.synapses.synapses import SynapticPathway  # noqa: PLC0415

    owner = variable.owner
    try:
        if isinstance(owner, SynapticPathway):
            owner = owner.synapses
        return owner.name if isinstance(owner, Synapses) else ""
    except ReferenceError:  # a subgroup that nobody kept, as in neuron[5*cm:10*cm].g = 0
        return ""


def _readable(thing: Any) -> bool:
    return hasattr(thing, "variables")


def _object_files(thing: Any, device: Any) -> ObjectFiles:
    from brian2.core.variables import ArrayVariable  # noqa: PLC0415
    from brian2.core.variables import Constant as BrianConstant  # noqa: PLC0415

    arrays, constants = {}, {}
    for name in thing.variables:
        variable = thing.variables[name]
        if isinstance(variable, BrianConstant):
            constants[name] = Constant(np.asarray(variable.value).item(), _exponents(variable))
        elif isinstance(variable, ArrayVariable) and _is_own(thing, name, variable):
            arrays[name] = ArrayFile(
                device.get_array_filename(variable),
                np.dtype(variable.dtype).name,
                _exponents(variable),
                scalar=bool(variable.scalar),
                columns=_columns(variable, device),
            )
    kind = _brian_class(thing)
    if kind == "PopulationRateMonitor":
        constants["dt"] = Constant(float(thing.clock.dt_))
    size = constants.get("N") if kind.endswith("Group") else None
    recording = kind == "StateMonitor"
    return ObjectFiles(
        thing.name,
        kind,
        arrays,
        constants,
        source=thing.source.name if kind.endswith("Monitor") else "",
        size=None if size is None else int(size.si),
        record_variables=tuple(thing.record_variables) if recording else (),
        recorded=tuple(int(index) for index in np.atleast_1d(thing.record)) if recording else (),
    )


def _is_own(thing: Any, name: str, variable: Any) -> bool:
    """Whether a variable is the object's, and not a reference to another's."""
    index = thing.variables.indices[name]
    if name == "delay" and hasattr(thing, "synapses"):
        return bool(index == "_idx")  # a pathway's: they belong to the synapses, Brian says
    if variable.name != name or variable.owner.name != thing.name:
        return False
    return index in {"_idx", "0", "_source_idx"} or name.startswith("N_")


def _columns(variable: Any, device: Any) -> int | None:
    return int(variable.size[1]) if variable in device.dynamic_arrays_2d else None


def _exponents(variable: Any) -> tuple[float, ...]:
    return tuple(float(exponent) for exponent in variable.dim._dims)  # noqa: SLF001 - no public reader


def _brian_class(thing: Any) -> str:
    """Name the class of Brian's that a thing is of, or made from."""
    return next(kind.__name__ for kind in type(thing).__mro__ if is_brians(kind.__module__))
