"""A compiled simulation's results, as the network that measures expect."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

from brian_sweep_widget.engines.compiled.manifest import Manifest
from brian_sweep_widget.engines.compiled.quantities import (
    NotLightError,
    brian_is_loaded,
    to_quantity,
)
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

__all__ = ["BrokenRecordingError", "NotKeptError", "Recording", "UnreadableError", "evaluate"]

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

    def raise_swallowed(self) -> None:
        """Raise what a measure caught although it needs the engine's answer.

        Raises
        ------
        NotKeptError
            If an array was asked for that the run did not keep.
        UnreadableError
            If something was asked for that only a Brian network has.
        """
        for error in (*self._files.not_kept, *self._files.unreadable):
            raise error


def evaluate(function: Callable[[Any], Any], make_recording: Callable[[], Recording]) -> Any:
    """Call a measure with a recording, without Brian if that gives the same.

    As long as this process has not imported Brian, quantities are light ones.
    If they refuse anything, or if the measure imports Brian or fails, Brian is
    imported and the measure called again with a fresh recording, whose
    quantities are Brian's. So no error and no unit is ever due to light ones.

    Parameters
    ----------
    function
        Takes the recording. What it returns should be plain already (see
        `read_value`), so that reading it is tried again too.
    make_recording
        Gives a recording that nothing has been read from.

    Returns
    -------
    object
        What the function returned.

    Raises
    ------
    NotKeptError, UnreadableError
        See `Recording.raise_swallowed`; raised in place of whatever followed
        from them.
    Exception
        Whatever the function raises with Brian's quantities.
    """
    if not brian_is_loaded():
        refusals = NotLightError.made
        try:
            returned = _call(function, make_recording())
        except (NotKeptError, BrokenRecordingError, UnreadableError):
            raise
        except Exception:  # noqa: BLE001, S110 - Brian's quantities will tell whether it is one
            pass
        else:
            if refusals == NotLightError.made and not brian_is_loaded():
                return returned
        import brian2  # noqa: F401, PLC0415 - see above
    return _call(function, make_recording())


def _call(function: Callable[[Any], Any], recording: Recording) -> Any:
    try:
        returned = function(recording)
    except Exception as error:
        try:
            recording.raise_swallowed()
        except (NotKeptError, UnreadableError) as cause:
            raise cause from error
        raise
    recording.raise_swallowed()
    return returned
