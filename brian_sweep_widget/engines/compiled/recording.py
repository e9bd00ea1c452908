"""A compiled simulation's results, as the network that measures expect."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from brian_sweep_widget.engines.compiled.manifest import Manifest
from brian_sweep_widget.engines.compiled.quantities import to_quantity
from brian_sweep_widget.engines.compiled.recorded_monitors import (
    RecordedRateMonitor,
    RecordedSpikeMonitor,
    RecordedStateMonitor,
)
from brian_sweep_widget.engines.compiled.recorded_objects import (
    RecordedObject,
    RecordedPathway,
    RecordedSynapses,
)
from brian_sweep_widget.engines.compiled.recorded_variables import (
    BrokenRecordingError,
    NotKeptError,
    ResultFiles,
    UnreadableError,
)
from brian_sweep_widget.models.units import Dimensions

__all__ = ["BrokenRecordingError", "NotKeptError", "Recording", "UnreadableError"]

_Read = TypeVar("_Read")

_SECOND: Dimensions = (0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0)

_KINDS: dict[str, type[RecordedObject]] = {
    "SpikeMonitor": RecordedSpikeMonitor,
    "EventMonitor": RecordedSpikeMonitor,
    "PopulationRateMonitor": RecordedRateMonitor,
    "StateMonitor": RecordedStateMonitor,
    "Synapses": RecordedSynapses,
    "SynapticPathway": RecordedPathway,
}


class Recording:
    """Stands in for the network after a run.

    Parameters
    ----------
    manifest
        The network's objects and their files.
    folder
        Where this run's files are.
    time
        How long was simulated, in seconds.
    kept
        Whether an array, by the names of its object and of itself, was
        written at all.
    """

    def __init__(
        self, manifest: Manifest, folder: Path, time: float, kept: Callable[[str, str], bool]
    ) -> None:
        self._files = ResultFiles(manifest, folder, kept)
        self._stand_ins: dict[str, RecordedObject] = {}
        #: Simulated time in seconds, without unit.
        self.t_ = time

    @property
    def t(self) -> Any:
        """Simulated time (s)."""
        return to_quantity(self.t_, _SECOND)

    @property
    def objects(self) -> list[RecordedObject]:
        """All objects."""
        return list(self)

    @property
    def missed(self) -> set[str]:
        """Names of objects that were asked for arrays that the run did not keep."""
        return {error.object_name for error in self._files.not_kept}

    def __getitem__(self, name: str) -> RecordedObject:
        objects = self._files.manifest.objects
        if name not in objects:
            msg = f"no object is named {name!r} (there are: {', '.join(objects)})"
            raise KeyError(msg)
        if name not in self._stand_ins:
            made = objects[name]
            kind = _KINDS.get(made.kind, RecordedObject)
            self._stand_ins[name] = kind(self._files, made, self.__getitem__)
        return self._stand_ins[name]

    def __contains__(self, name: object) -> bool:
        return name in self._files.manifest.objects

    def __iter__(self) -> Iterator[RecordedObject]:
        return map(self.__getitem__, self._files.manifest.objects)

    def __len__(self) -> int:
        return len(self._files.manifest.objects)

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("_"):
            raise AttributeError(name)
        self._files.refuse(f"network.{name}", "t, objects, and each object by its name")

    def read_by(self, function: Callable[[Recording], _Read]) -> _Read:
        """Have a function read, and raise what it needs the engine's answer to.

        Also if it caught that: whatever it made of it followed from no number.

        Parameters
        ----------
        function
            Takes the recording.

        Returns
        -------
        object
            What the function returned.

        Raises
        ------
        NotKeptError
            If an array was asked for that the run did not keep.
        UnreadableError
            If something was asked for that only a Brian network has.
        Exception
            Whatever else the function raises.
        """
        try:
            read = function(self)
        except Exception as error:
            for cause in self._swallowed():
                raise cause from error
            raise
        for cause in self._swallowed():
            raise cause
        return read

    def _swallowed(self) -> tuple[NotKeptError | UnreadableError, ...]:
        return (*self._files.not_kept, *self._files.unreadable)
