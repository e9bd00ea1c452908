"""What a compiled simulation leaves behind, as plain data.

Made once when a model is traced, where Brian is at hand; read by workers, which
need no Brian to find an object's arrays among the files of a run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from brian_sweep_widget.models.units import NO_DIMENSIONS, Dimensions


@dataclass(frozen=True, slots=True)
class ArrayFile:
    """An array that the binary writes to a file when it ends.

    Parameters
    ----------
    file
        Name of the file in the folder of results: raw numbers, one after the
        other.
    dtype
        Name of numpy's type of one number.
    dimensions
        SI exponents.
    scalar
        Whether it holds a single value that belongs to the object as a whole.
    columns
        Length of a row, for arrays of two dimensions such as what a state
        monitor records (a row for every time); None for one dimension.
    """

    file: str
    dtype: str
    dimensions: Dimensions = NO_DIMENSIONS
    scalar: bool = False
    columns: int | None = None


@dataclass(frozen=True, slots=True)
class Constant:
    """A number that is the same all through a run, such as the size of a group."""

    si: float | int | bool
    dimensions: Dimensions = NO_DIMENSIONS


@dataclass(frozen=True, slots=True)
class ObjectFiles:
    """One object of a network.

    Parameters
    ----------
    name
        Brian's, by which measures ask for it.
    kind
        Name of Brian's class, such as ``"NeuronGroup"`` or ``"SpikeMonitor"``.
    arrays, constants
        Its variables by name.
    source
        Of a monitor: the name of what it records from.
    size
        ``len`` of the object, where it does not depend on the run (groups);
        None where it does (monitors, synapses).
    record_variables
        Of a state monitor: what it records, by name.
    recorded
        Of a state monitor: the indices that it records, in order.
    """

    name: str
    kind: str
    arrays: Mapping[str, ArrayFile]
    constants: Mapping[str, Constant] = field(default_factory=dict)
    source: str = ""
    size: int | None = None
    record_variables: tuple[str, ...] = ()
    recorded: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """All objects of a network by name, and the file with the clock's time.

    Parameters
    ----------
    objects
        By name, in the network's order.
    """

    objects: Mapping[str, ObjectFiles]
