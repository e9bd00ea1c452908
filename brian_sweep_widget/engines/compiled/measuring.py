"""Measures of compiled simulations, in workers that have no Brian at first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import FunctionType
from typing import Any

from brian_sweep_widget.engines.compiled.quantities import NotLightError, brian_is_loaded
from brian_sweep_widget.engines.compiled.recording import (
    BrokenRecordingError,
    NotKeptError,
    Recording,
)
from brian_sweep_widget.engines.compiled.seeds import measures_seed
from brian_sweep_widget.engines.entropy import seed_anew
from brian_sweep_widget.engines.failing import failure_of
from brian_sweep_widget.engines.libraries_changed import libraries_kept
from brian_sweep_widget.engines.packing import unpack_as
from brian_sweep_widget.engines.process_settings import ProcessSettings
from brian_sweep_widget.engines.process_state import state_kept_within
from brian_sweep_widget.engines.reading import read_measure
from brian_sweep_widget.models import Measure
from brian_sweep_widget.results import Failure, Value


class CompiledMeasures:
    """A model's measures, as they travel to workers.

    Parameters
    ----------
    measures
        By name.
    """

    settings = ProcessSettings()  # they travel in an engine, which has some

    def __init__(self, measures: Mapping[str, Measure]) -> None:
        self.by_name = {
            name: replace(measure, function=_bare(measure.function))
            for name, measure in measures.items()
        }
        self.functions: list[Callable[..., Any]] = [
            measure.function for measure in self.by_name.values()
        ]


def measure_all(
    packed: bytes, seed: int, record: Callable[[], Recording]
) -> dict[str, Value | Failure]:
    """Apply measures to a simulation, without Brian if that gives the same.

    As long as this process has not imported Brian, quantities are light ones.
    If they refuse anything, or if a measure imports Brian or fails, Brian is
    imported and all is measured again, with Brian's quantities. So no error and
    no unit is ever due to light ones.

    Whenever they are applied, measures are as they were sent, and generators
    as they were: what is drawn, counted or remembered when a simulation is
    measured again must not differ from the next one's, which is measured once.

    Parameters
    ----------
    packed
        The `CompiledMeasures`.
    seed
        The job's.
    record
        Gives a recording of the simulation from which nothing has been read.

    Returns
    -------
    dict
        Results by name; of a measure that failed, why: for lack of what was not
        kept, with a NotKeptError.

    Raises
    ------
    BrokenRecordingError
        If the run left broken files: nothing that is read from it can be trusted.
    """
    if not brian_is_loaded():
        refusals = NotLightError.made
        found = _measured(packed, seed, record)
        failures = {one.kind for one in found.values() if isinstance(one, Failure)}
        if NotKeptError.__name__ in failures:  # it is simulated again
            return found
        if not failures and refusals == NotLightError.made and not brian_is_loaded():
            return found
        import brian2  # noqa: F401, PLC0415 - see above
    return _measured(packed, seed, record)


def _measured(
    packed: bytes, seed: int, record: Callable[[], Recording]
) -> dict[str, Value | Failure]:
    with state_kept_within(), libraries_kept():
        measures = unpack_as(packed, CompiledMeasures).by_name
        seed_anew(measures_seed(seed))  # modules that were loaded just now may have drawn
        return {name: _value(measure, record()) for name, measure in measures.items()}


def _value(measure: Measure, recording: Recording) -> Value | Failure:
    """Apply one measure; one that fails leaves the others as they are."""
    try:
        return recording.read_by(lambda network: read_measure(measure, network))
    except BrokenRecordingError:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the measure is the user's code
        return failure_of(error)


def _bare(function: Callable[..., Any]) -> Callable[..., Any]:
    """Copy a measure so that it travels by itself.

    Pickled by name, or with annotations such as ``network: Network``, it would
    have every worker import its module, and Brian with it.
    """
    if not isinstance(function, FunctionType):
        return function
    copy = FunctionType(
        function.__code__,
        function.__globals__,
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    copy.__kwdefaults__ = function.__kwdefaults__
    return copy
