"""What monitors recorded in a compiled simulation."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from brian_sweep_widget.engines.compiled.quantities import Array, to_quantity
from brian_sweep_widget.engines.compiled.recorded_objects import RecordedObject
from brian_sweep_widget.models.units import Dimensions, dimensions_of

_SECOND: Dimensions = (0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0)
_HERTZ: Dimensions = (0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 0.0)
_NOT_RECORDED_PER_EVENT = {"N", "count"}


class RecordedSpikeMonitor(RecordedObject):
    """Spikes or other events: their neurons ``i``, times ``t`` and values."""

    _also = ("num_spikes", "num_events", "it", "spike_trains", "values", "all_values", "source")

    def __len__(self) -> int:
        return int(self._read("N")[0])

    @property
    def num_events(self) -> Any:
        """Total number of events (int32)."""
        return self._read("N")[0]

    @property
    def num_spikes(self) -> Any:
        """Total number of spikes (int32)."""
        return self.num_events

    @property
    def record(self) -> bool:
        """Whether every event was recorded, and not only how many there were."""
        return "t" in self._manifest.arrays

    @property
    def record_variables(self) -> set[str]:
        """What was recorded at every event."""
        arrays = self._manifest.arrays
        return {
            name
            for name in arrays
            if name not in _NOT_RECORDED_PER_EVENT and not name.startswith("_")
        }

    @property
    def it(self) -> tuple[Any, Any]:
        """Neurons and times."""
        return self.i, self.t

    @property
    def it_(self) -> tuple[Any, Any]:
        """Neurons and times without units (s)."""
        return self.i, self.t_

    def spike_trains(self) -> dict[int, Any]:
        """Give the spike times (s) of every neuron, also of those without any."""
        return self.values("t")

    def event_trains(self) -> dict[int, Any]:
        """Give the times (s) of the events of every neuron."""
        return self.values("t")

    def values(self, var: str) -> dict[int, Any]:
        """Give what was recorded at the events of every neuron, sorted by time.

        Parameters
        ----------
        var
            Name of a recorded variable, such as ``"t"``.

        Raises
        ------
        UnreadableError
            If it was not recorded.
        """
        if var not in self.record_variables:
            self._refuse(var)
        neurons = self._read("i")
        order = np.argsort(neurons, kind="stable")
        first = np.searchsorted(neurons[order], np.arange(self._sources() + 1))
        values = self._read(var)[order]
        dimensions = self._manifest.arrays[var].dimensions
        return {
            # Brian's empty trains are floats whatever the variable.
            neuron: to_quantity(values[start:end] if end > start else np.array([]), dimensions)
            for neuron, (start, end) in enumerate(pairwise(first))
        }

    def all_values(self) -> dict[str, dict[int, Any]]:
        """Give `values` of all recorded variables but the neurons' numbers."""
        return {name: self.values(name) for name in self.record_variables - {"i"}}

    def _sources(self) -> int:
        constants = self._manifest.constants
        if {"_source_start", "_source_stop"} <= constants.keys():  # also right for subgroups
            return int(constants["_source_stop"].si - constants["_source_start"].si)
        return len(self.source)

    def _length_of(self, name: str) -> int | None:
        del name
        return None


class RecordedRateMonitor(RecordedObject):
    """The population's firing rate (Hz) at every time step."""

    _also = ("smooth_rate", "source", "clock")

    def smooth_rate(self, window: Any = "gaussian", width: Any = None) -> Any:
        """Smooth the rate over time.

        Parameters
        ----------
        window
            ``"gaussian"``, ``"flat"``, or weights: an array of odd length.
        width
            In seconds, of a window that is given by name: the Gaussian's
            standard deviation, or the length of the flat one.

        Returns
        -------
        Quantity
            In Hz, as long as ``rate``.

        Raises
        ------
        TypeError
            If there is a width without the name of a window or the other way
            round, or if either is of the wrong kind.
        NotImplementedError
            If there is no window of this name.
        """
        if isinstance(window, str) == (width is None):
            msg = f"window={window!r}, width={width!r}: a width goes with a window's name only"
            raise TypeError(msg)
        if isinstance(window, str):
            weights = self._named_window(window, width)
        else:
            weights = np.asarray(window)
            if weights.ndim != 1 or not len(weights) % 2:
                msg = f"window has the shape {weights.shape} (allowed: one odd length)"
                raise TypeError(msg)
        # Not numpy's sum, which adds in another order than Brian does here.
        normalised = weights * 1.0 / sum(weights)
        return to_quantity(np.convolve(self._read("rate"), normalised, mode="same"), _HERTZ)

    def _named_window(self, window: str, width: Any) -> Array:
        if dimensions_of(width) != _SECOND:
            msg = f"width={width!r} is no time (allowed: a quantity such as 5*ms)"
            raise TypeError(msg)
        seconds, dt = float(np.asarray(width)), float(self._constant("dt"))
        if window == "gaussian":
            reach = int(np.round(2 * seconds / dt))
            steps = np.arange(-reach, reach + 1)
            return np.asarray(np.exp(-(steps**2) * 1.0 / (2 * (seconds / dt) ** 2)))
        if window == "flat":
            return np.ones(int(seconds / 2 / dt) * 2 + 1)
        msg = f"there is no window {window!r} (allowed: 'gaussian', 'flat' or an array)"
        raise NotImplementedError(msg)

    def _length_of(self, name: str) -> int | None:
        del name
        return None


class RecordedStateMonitor(RecordedObject):
    """Traces of variables: a row for every recorded neuron, a column for every time."""

    _also = ("record", "record_variables", "source")

    def __len__(self) -> int:
        return int(self._read("N")[0])

    @property
    def record(self) -> Array:
        """The recorded neurons' indices."""
        return np.array(self._manifest.recorded, dtype=np.int32)

    @property
    def record_variables(self) -> list[str]:
        """Names of what was recorded."""
        return list(self._manifest.record_variables)

    def __getitem__(self, item: Any) -> StateView:
        """Give the traces of one or several neurons by their indices in the source.

        Raises
        ------
        IndexError
            If one was not recorded.
        TypeError
            If it is no integer and no sequence of integers.
        """
        indices = np.asarray(item if not isinstance(item, slice) else None)
        if not np.issubdtype(indices.dtype, np.signedinteger):
            msg = f"{self._manifest.name}[{item!r}] (allowed: an index or several, such as [0, 2])"
            raise TypeError(msg)
        rows = [self._row(int(index)) for index in np.atleast_1d(indices)]
        return StateView(self, np.array(rows, dtype=int) if indices.ndim else rows[0])

    def _row(self, index: int) -> int:
        if index not in self._manifest.recorded:
            recorded = ", ".join(map(str, self._manifest.recorded))
            msg = f"{self._manifest.name} did not record index {index} (recorded: {recorded})"
            raise IndexError(msg)
        return self._manifest.recorded.index(index)

    def traces(self, name: str, rows: Any = slice(None)) -> Any:
        """Give the traces of a variable, or None if it was not recorded.

        Parameters
        ----------
        name
            Of the variable, with a trailing underscore for no units.
        rows
            Which of the recorded neurons.
        """
        variable = name.removesuffix("_")
        if variable not in self._manifest.record_variables:
            return None
        values = self._read(variable).T[rows]
        if name.endswith("_"):
            return values
        # The copy keeps Brian's order in memory, on which sums depend.
        return to_quantity(np.array(values), self._manifest.arrays[variable].dimensions)

    def _variable(self, name: str, *, units: bool) -> Any:
        found = self.traces(name if units else f"{name}_")
        return super()._variable(name, units=units) if found is None else found

    def _length_of(self, name: str) -> int | None:
        del name
        return None


class StateView:
    """Traces of some of the recorded neurons, as ``monitor[0]``.

    Parameters
    ----------
    monitor
        Holds all traces.
    rows
        Of these neurons: an integer or an array.
    """

    def __init__(self, monitor: RecordedStateMonitor, rows: Sequence[int] | Array | int) -> None:
        self._monitor = monitor
        self._rows = rows

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in {"t", "t_"}:
            return getattr(self._monitor, name)[:]
        found = self._monitor.traces(name, self._rows)
        # A refusal of the monitor says what can be read.
        return getattr(self._monitor, name) if found is None else found
