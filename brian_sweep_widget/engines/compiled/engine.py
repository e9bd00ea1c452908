"""The engine that runs network models as compiled programs."""

from __future__ import annotations

import copy
import functools
import os
import pickle
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import FunctionType
from typing import Any

from brian_sweep_widget.engines.compiled.binary import run_binary
from brian_sweep_widget.engines.compiled.inventory import ResultFiles
from brian_sweep_widget.engines.compiled.lifting import Entry, table
from brian_sweep_widget.engines.compiled.program import Program, Variant, filled_in
from brian_sweep_widget.engines.compiled.recording import (
    BrokenRecordingError,
    Recording,
    evaluate,
)
from brian_sweep_widget.engines.compiled.seeds import measures_seed, simulation_seed
from brian_sweep_widget.engines.entropy import seed_anew
from brian_sweep_widget.engines.failing import failure_of
from brian_sweep_widget.engines.process_settings import ProcessSettings
from brian_sweep_widget.engines.reading import read_measure
from brian_sweep_widget.models import Measure
from brian_sweep_widget.results import Failure, Value
from brian_sweep_widget.sweeps import Job

LABEL = "compiled"

# What measures of this process's builds asked for, by build: synapses whose
# arrays have to be written. The first job finds out, the others know.
_asked: dict[bytes, set[str]] = {}


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a worker has to know to simulate one variant of a program.

    Parameters
    ----------
    binary
        The program.
    inputs
        Folder with the variant's ``static_arrays``.
    results
        Folder where runs put their results; each removes its own.
    shape, kinds
        Name of the program, and the kinds of its table's entries.
    entries
        The table's; then the network's time at the end of the run, in seconds.
    instants
        Entries that are a parameter's own value, by parameter name.
    files
        What the program leaves.
    draws
        Whether the builder drew random numbers in Python.
    time_limit
        Of one run, in seconds.
    """

    binary: Path
    inputs: Path
    results: Path
    shape: bytes
    kinds: tuple[str, ...]
    entries: tuple[Entry, ...]
    instants: Mapping[str, tuple[int, ...]]
    files: ResultFiles
    draws: bool
    time_limit: float

    @classmethod
    def of(
        cls, program: Program, variant: Variant, inputs: Path, results: Path, time_limit: float
    ) -> Recipe:
        """Write down how to simulate a variant."""
        return cls(
            program.binary,
            inputs,
            results,
            program.shape,
            tuple(slot.kind for slot in program.lifted.slots),
            variant.entries,
            program.instants,
            variant.files,
            variant.draws,
            time_limit,
        )

    def table(self, job: Job) -> tuple[bytes, float]:
        """Give the table of a job, and its time at the end, in seconds."""
        entries = filled_in(self.entries, self.instants, job.parameters)
        seed = simulation_seed(job.seed) if self.draws else job.seed
        return table(self.shape, seed, self.kinds, entries[:-1]), float(entries[-1])


class CompiledMeasures:
    """A model's measures, as they travel to workers that have no Brian.

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


class CompiledEngine:
    """Runs one variant of a program with a job's seed and instant parameters, and measures.

    Parameters
    ----------
    measures
        The model's.
    recipe
        The variant's.
    settings
        Under which measures work.
    """

    label = LABEL

    def __init__(
        self,
        measures: CompiledMeasures,
        recipe: Recipe,
        settings: ProcessSettings = ProcessSettings(),  # noqa: B008 - it is frozen
    ) -> None:
        self.settings = settings
        self.functions = measures.functions
        self._measures = measures.by_name
        # Measures are unpickled anew for every job; a recipe, which nobody
        # changes and which has hundreds of parts, once in every worker.
        self._packed_recipe = pickle.dumps(recipe)
        self._places: tuple[Path, Path, Path] | None = None

    def placed(self, binary: Path, inputs: Path, results: Path) -> CompiledEngine:
        """Give the engine as it is on another computer, where the files are elsewhere."""
        there = copy.copy(self)
        there._places = binary, inputs, results  # noqa: SLF001 - a copy of ourselves
        return there

    @property
    def _recipe(self) -> Recipe:
        return _unpickled(self._packed_recipe, self._places)

    def simulate(self, job: Job) -> Mapping[str, Value | Failure]:
        """Run and measure; see `Engine.simulate`.

        A measure that asks for what only Brian's own objects have fails with an
        UnreadableError, which the source of the jobs looks for.

        Raises
        ------
        BinaryError, TimeLimitError, BrokenRecordingError
            If the program does not end as it should, or leaves broken files.
        """
        keep = _asked.setdefault(self._recipe.shape, set())
        while True:
            known = frozenset(keep)
            found = self._simulate(job, known, keep)
            if keep <= known:  # all that was asked for was written
                return found

    def _simulate(
        self, job: Job, known: frozenset[str], keep: set[str]
    ) -> dict[str, Value | Failure]:
        recipe = self._recipe
        numbers, end = recipe.table(job)
        results = Path(tempfile.mkdtemp(prefix="run-", dir=recipe.results))
        try:
            run_binary(
                recipe.binary,
                recipe.inputs,
                results,
                numbers,
                sorted(known),
                recipe.time_limit,
            )

            def kept(name: str, variable: str) -> bool:
                file = recipe.files.manifest.objects[name].arrays[variable].file
                synapses = recipe.files.synaptic.get(file)
                if synapses is None or synapses in known:
                    return True
                keep.add(synapses)
                return False

            def record() -> Recording:
                return Recording(recipe.files.manifest, results, end, kept)

            seed_anew(measures_seed(job.seed))
            return {name: _measured(one, record) for name, one in self._measures.items()}
        finally:
            _remove(results)


def _measured(measure: Measure, record: Callable[[], Recording]) -> Value | Failure:
    """Apply one measure; one that fails leaves the others as they are.

    Raises
    ------
    BrokenRecordingError
        If the run left broken files: nothing that is read from it can be trusted.
    """
    try:
        found: Value = evaluate(lambda network: read_measure(measure, network), record)
    except BrokenRecordingError:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the measure is the user's code
        return failure_of(error)
    return found


def _remove(results: Path) -> None:
    """Remove the folder of a run, in half the time that shutil takes for any tree."""
    try:
        with os.scandir(results) as entries:
            for entry in entries:
                os.unlink(entry.path)  # noqa: PTH108 - see above
        results.rmdir()
    except OSError:  # something else is in it
        shutil.rmtree(results, ignore_errors=True)


@functools.lru_cache(maxsize=16)
def _unpickled(packed: bytes, places: tuple[Path, Path, Path] | None) -> Recipe:
    recipe = pickle.loads(packed)  # noqa: S301 - from our own parent process
    assert isinstance(recipe, Recipe)  # noqa: S101 - as above
    if places is not None:
        binary, inputs, results = places
        recipe = replace(recipe, binary=binary, inputs=inputs, results=results)
    return recipe


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
