"""Groups and synapses as they were when a compiled simulation ended."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, NoReturn

import numpy as np

from brian_sweep_widget.engines.compiled.manifest import ObjectFiles
from brian_sweep_widget.engines.compiled.quantities import Array, to_quantity
from brian_sweep_widget.engines.compiled.recorded_variables import (
    BrokenRecordingError,
    RecordedVariable,
    ResultFiles,
    group_indices,
)
from brian_sweep_widget.models.units import NO_DIMENSIONS, Dimensions

_SECOND: Dimensions = (0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0)


class RecordedObject:
    """What every object has: a name, and its variables as attributes.

    Parameters
    ----------
    files
        The run's.
    manifest
        Of this object.
    stand_in
        Gives another object of the network by name.
    """

    # What there is to read besides variables, for messages.
    _also: tuple[str, ...] = ()

    name: str
    _files: ResultFiles
    _manifest: ObjectFiles
    _stand_in: Callable[[str], Any]

    def __init__(
        self, files: ResultFiles, manifest: ObjectFiles, stand_in: Callable[[str], Any]
    ) -> None:
        # Not as usual, because nothing can be set.
        vars(self).update(_files=files, _manifest=manifest, _stand_in=stand_in, name=manifest.name)

    def __len__(self) -> int:
        size = self._manifest.size
        return int(self._read("N")[0]) if size is None else size

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or "_manifest" not in vars(self):
            raise AttributeError(name)
        found = self._variable(name.removesuffix("_"), units=not name.endswith("_"))
        if found is None and name.startswith("_"):  # others look for such names to know a type
            raise AttributeError(name)
        if found is None:
            self._refuse(name)
        return found

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        what = f"setting {self._manifest.name}.{name}"
        self._files.refuse(what, "everything as the simulation left it")

    def __getitem__(self, item: Any) -> Any:
        self._refuse(f"[{item!r}]")

    def __repr__(self) -> str:
        return f"<{self._manifest.kind} {self._manifest.name!r} of a compiled simulation>"

    @property
    def source(self) -> Any:
        """What a monitor records from."""
        if not self._manifest.source:
            self._refuse("source")
        return self._stand_in(self._manifest.source)

    @property
    def clock(self) -> Any:
        """With the time step, ``clock.dt`` (s)."""
        dt = self._constant("dt")
        return SimpleNamespace(dt=to_quantity(dt, _SECOND), dt_=dt)

    def _variable(self, name: str, *, units: bool) -> Any:
        """Give a variable, or None if there is none of this name."""
        constant = self._manifest.constants.get(name)
        if constant is not None:
            return to_quantity(constant.si, constant.dimensions if units else NO_DIMENSIONS)
        if name not in self._manifest.arrays:
            if name == "N":
                return len(self)
            return None
        return self._view(name, self._read(name), units=units)

    def _view(self, name: str, values: Array, *, units: bool) -> RecordedVariable:
        array = self._manifest.arrays[name]
        expected = self._length_of(name)
        if not array.scalar and expected is not None and len(values) != expected:
            msg = (
                f"{self._manifest.name}.{name} has {len(values)} values instead of {expected} "
                f"in {array.file}: choose engine='numpy' to read it"
            )
            raise BrokenRecordingError(msg)
        return RecordedVariable(
            self._files,
            f"{self._manifest.name}.{name}",
            values,
            array.dimensions if units else None,
            scalar=array.scalar,
            find=self._find,
        )

    def _length_of(self, name: str) -> int | None:
        """Give how many values a variable must have; None if that is unknown."""
        del name
        return self._manifest.size

    def _find(self, item: Any, size: int) -> Array:
        return group_indices(item, size)

    def _read(self, variable: str) -> Array:
        if variable not in self._manifest.arrays:
            self._refuse(variable)
        return self._files.read(self._manifest.name, variable)

    def _constant(self, name: str) -> Any:
        if name not in self._manifest.constants:
            self._refuse(name)
        return self._manifest.constants[name].si

    def _refuse(self, attribute: str) -> NoReturn:
        named = {*self._manifest.arrays, *self._manifest.constants, *self._also}
        readable = ", ".join(sorted(name for name in named if not name.startswith("_")))
        dot = "" if attribute.startswith("[") else "."
        what = f"{self._manifest.name}{dot}{attribute}"
        self._files.refuse(what, readable or "nothing else of it")


class RecordedPathway(RecordedObject):
    """One pathway of synapses, such as ``synapses.pre``, with its delays."""

    def _length_of(self, name: str) -> int | None:
        del name
        return None

    def _find(self, item: Any, size: int) -> Array:
        parents = [
            parent.name
            for parent in self._files.manifest.objects.values()
            if parent.kind == "Synapses" and self._manifest.name.startswith(f"{parent.name}_")
        ]
        synapses: RecordedSynapses = self._stand_in(max(parents, key=len))
        return synapses.positions(item, size)


class RecordedSynapses(RecordedObject):
    """Synapses: a value each, to be asked for by number or by pair of neurons."""

    _also = ("i", "j", "delay", "N_outgoing_pre", "N_incoming_post")

    def __len__(self) -> int:
        return len(self._read("_synaptic_pre"))

    @property
    def N_outgoing_pre(self) -> Array:  # noqa: N802 - Brian's name
        """Number of synapses of every source neuron."""
        return self._read("N_outgoing")

    @property
    def N_incoming_post(self) -> Array:  # noqa: N802 - Brian's name
        """Number of synapses onto every target neuron."""
        return self._read("N_incoming")

    def _length_of(self, name: str) -> int | None:
        del name
        return len(self)

    def _variable(self, name: str, *, units: bool) -> Any:
        ends = {"i": ("_synaptic_pre", "_source_offset"), "j": ("_synaptic_post", "_target_offset")}
        if name in ends:
            array, offset = ends[name]
            neurons = self._read(array)
            first = self._constant(offset)
            return self._view(array, neurons - np.int32(first) if first else neurons, units=units)
        # Brian keeps one number a neuron, and shows it for every synapse.
        neuron_of = {"N_outgoing": "_synaptic_pre", "N_incoming": "_synaptic_post"}
        if name in neuron_of:
            return self._view(name, self._read(name)[self._read(neuron_of[name])], units=units)
        if name == "delay":
            return getattr(self._pathway("pre"), "delay" if units else "delay_")
        if name not in self._manifest.arrays and self._has_pathway(name):
            return self._pathway(name)
        # These belong to a neuron, and the manifest does not say to which.
        if name.endswith(("_pre", "_post")) and not name.startswith(("_synaptic", "N_")):
            return None
        return super()._variable(name, units=units)

    def _has_pathway(self, name: str) -> bool:
        return f"{self._manifest.name}_{name}" in self._files.manifest.objects

    def _pathway(self, name: str) -> Any:
        if not self._has_pathway(name):
            self._refuse(name)
        return self._stand_in(f"{self._manifest.name}_{name}")

    def _find(self, item: Any, size: int) -> Array:
        return self.positions(item, size)

    def positions(self, item: Any, size: int) -> Array:
        """Find synapses.

        Parameters
        ----------
        item
            Numbers of synapses (integer, slice, array), or a pair of source
            and target neurons (each an integer, slice, mask or array).
        size
            Number of synapses.

        Returns
        -------
        ndarray of int32
            Positions among the values.

        Raises
        ------
        UnreadableError
            If a neuron's number is negative, too large or named twice, or if
            multiple synapses of a pair are told apart.
        """
        if not isinstance(item, tuple):
            if isinstance(item, slice):
                return group_indices(item, size)
            numbers = np.asarray(item)
            if numbers.dtype.kind not in "biu":
                msg = f"{item!r} is no index of synapses (allowed: integers, slices, pairs)"
                raise IndexError(msg)
            # Brian 2 takes a mask for the numbers 0 and 1 here; so that the engines agree.
            return numbers.astype(np.int32)
        pair, rest = item[:2], item[2:]
        if len(pair) < 2 or any(  # noqa: PLR2004 - of a pair
            not isinstance(index, slice) or index != slice(None) for index in rest
        ):
            self._refuse(f"[{', '.join(map(repr, item))}]")
        ends = (("_synaptic_pre", "N_pre", "_source"), ("_synaptic_post", "N_post", "_target"))
        found = np.ones(size, dtype=bool)
        for index, (array, count, side) in zip(pair, ends, strict=True):
            neurons = self._neurons(index, self._constant(count))
            found &= np.isin(self._read(array), neurons + self._constant(f"{side}_offset"))
        return np.flatnonzero(found).astype(np.int32)

    def _neurons(self, index: Any, count: int) -> Array:
        neurons = group_indices(index, count)
        if not neurons.ndim and neurons >= count:  # no neuron has no synapses
            return np.array([], dtype=np.int32)
        neurons = np.atleast_1d(neurons)
        outside = bool(np.any((neurons < 0) | (neurons >= count)))
        if len(np.unique(neurons)) != len(neurons) or outside:
            self._refuse(f"[{index!r}]")
        return neurons
