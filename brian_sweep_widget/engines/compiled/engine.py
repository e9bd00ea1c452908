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
from typing import Any

from brian_sweep_widget.engines.compiled.binary import run_binary
from brian_sweep_widget.engines.compiled.inventory import ResultFiles
from brian_sweep_widget.engines.compiled.lifting import Entry, table
from brian_sweep_widget.engines.compiled.measuring import measure_all
from brian_sweep_widget.engines.compiled.program import Program, Variant, filled_in
from brian_sweep_widget.engines.compiled.recording import Recording
from brian_sweep_widget.engines.compiled.seeds import simulation_seed
from brian_sweep_widget.engines.process_settings import ProcessSettings
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


class CompiledEngine:
    """Runs one variant of a program with a job's seed and instant parameters, and measures.

    Parameters
    ----------
    measures
        The model's `CompiledMeasures`, packed: they are unpacked whenever they are applied.
    recipe
        The variant's.
    settings
        Under which measures work.
    """

    label = LABEL
    functions: list[Callable[..., Any]] = []  # noqa: RUF012 - those of the user's are packed

    def __init__(
        self,
        measures: bytes,
        recipe: Recipe,
        settings: ProcessSettings = ProcessSettings(),  # noqa: B008 - it is frozen
    ) -> None:
        self.settings = settings
        self._measures = measures
        # Nobody changes a recipe, which has hundreds of parts: it is unpickled once in a worker.
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

            return measure_all(self._measures, job.seed, record)
        finally:
            _remove(results)


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
