"""A model to be compiled, as the kernel sees it, and what its processes do with it."""

from __future__ import annotations

import copy
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from typing import Any, NamedTuple, Self

from brian_sweep_widget.engines.brians_files import keep_brians_files
from brian_sweep_widget.engines.compiled.blueprint import Blueprint
from brian_sweep_widget.engines.compiled.build import build
from brian_sweep_widget.engines.compiled.cache import CacheRefusedError
from brian_sweep_widget.engines.compiled.compiler import (
    CompileError,
    CompilerMissingError,
    find_compiler,
    named_compiler,
)
from brian_sweep_widget.engines.compiled.engine import LABEL, CompiledEngine, Recipe
from brian_sweep_widget.engines.compiled.exploring import explore
from brian_sweep_widget.engines.compiled.measuring import CompiledMeasures
from brian_sweep_widget.engines.compiled.model_traces import ModelTraces
from brian_sweep_widget.engines.compiled.program import Program
from brian_sweep_widget.engines.compiled.reading_source import untouched
from brian_sweep_widget.engines.compiled.structure import TooLargeError
from brian_sweep_widget.engines.compiled.tracing import Trace, Tracer, UnsupportedError
from brian_sweep_widget.engines.compiled.twin import known_digits
from brian_sweep_widget.engines.context import BrianContext, initial_context
from brian_sweep_widget.engines.failing import failure_of
from brian_sweep_widget.engines.file_states import FileStates, is_current, listed
from brian_sweep_widget.engines.files_read import unwatched
from brian_sweep_widget.engines.fingerprint import fingerprint
from brian_sweep_widget.engines.packing import pack, unpack_as
from brian_sweep_widget.engines.process_settings import missing_folder_told, under_its_settings
from brian_sweep_widget.engines.runtime import RuntimeEngine
from brian_sweep_widget.engines.versions import library_versions
from brian_sweep_widget.models import NetworkModel, Parameter, Plain
from brian_sweep_widget.results import Failure

# Of the tracing process, in bytes; traces of networks that can be run take a fraction.
_MOST_MEMORY = 3 * 2**30
_MOST_EXPLORED = 3  # times, while files change


class Reason(str):
    """Why a model cannot be compiled.

    Parameters
    ----------
    text
        Says it.
    read
        What was in the files that the model read: it may be another answer when
        they change.
    of_all
        Whether it is the same for any values of any model.
    """

    __slots__ = ("of_all", "read")
    read: FileStates
    of_all: bool

    def __new__(cls, text: str, read: FileStates, *, of_all: bool = False) -> Self:
        """Make it of a text."""
        reason = super().__new__(cls, text)
        reason.read, reason.of_all = read, of_all
        return reason

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel with what was read."""
        return partial(Reason, of_all=self.of_all), (str(self), self.read)


class Refusal(NamedTuple):
    """Says why a model cannot be traced with some values.

    Attributes
    ----------
    failure
        The model's own: wrong values, an error in it.
    drew
        Whether it drew random numbers before, so that it may be otherwise with
        another seed.
    """

    failure: Failure
    drew: bool


class Compilation:
    """A network model that is to be traced, built and run as a program.

    Parameters
    ----------
    model
        The network model.
    parameters
        Its parameters by name.
    context
        Brian's settings where the sweep was made.
    fallback
        Computes the jobs where the model cannot be compiled; None if that is
        to be an error.
    """

    label = LABEL

    def __init__(
        self,
        model: NetworkModel,
        parameters: Mapping[str, Parameter],
        context: BrianContext | None,
        fallback: RuntimeEngine | None,
    ) -> None:
        self.model = model
        self.parameters = parameters
        self.fallback = fallback
        measures = [measure.function for measure in model.measures.values()]
        self.functions: list[Callable[..., Any]] = [model.builder, *measures]
        self.context = context or BrianContext()
        self._tracer = Tracer(model, parameters, self.context)
        self.settings = self._tracer.settings
        # Here, where the source can be read: a notebook's cell is no file.
        named = [name for name in model.builder_parameters if name in parameters]
        self.untouched = untouched(model.builder, named) | parameters.keys() - named

    def measuring(self, model: NetworkModel) -> Compilation:
        """Give the compilation of the same model with other measures: it is the same program."""
        other = copy.copy(self)
        other.model = model
        other.fallback = self.fallback and self.fallback.measuring(model)
        other.functions = [model.builder, *(m.function for m in model.measures.values())]
        return other

    def expected_flags(self) -> tuple[str, ...]:
        """Give the compiler flags that Brian will most probably choose."""
        preferences = self.context.preferences
        chosen = preferences.get("codegen.cpp.extra_compile_args")
        if chosen is None:
            chosen = preferences.get("codegen.cpp.extra_compile_args_gcc", brians_flags())
        return tuple(chosen)

    def packed_tracer(self) -> bytes:
        """Pickle what the tracing process needs; equal for equal models."""
        return pack(self._tracer)

    def packed_measures(self) -> bytes:
        """Pickle the measures; equal for equal ones."""
        return pack(CompiledMeasures(self.model.measures))

    def measures_fingerprint(self) -> bytes:
        """Name the measures; equal for equal ones, in any process.

        Raises
        ------
        UnknownError
            If it cannot be told whether they stay the same.
        """
        measures = self.model.measures.values()
        return fingerprint(
            [measure.function for measure in measures],
            [measure.identity for measure in measures],
            library_versions(),
            *self.settings.deciding(self.packed_measures()),
        )

    def packed_engine(self, recipe: Recipe, measures: bytes) -> bytes:
        """Pickle what workers need to simulate one variant, and to measure it."""
        return pack(CompiledEngine(measures, recipe, self.settings))


def brians_flags() -> tuple[str, ...]:
    """Give the flags that Brian gives to g++ unless it is told otherwise; a test compares.

    Brian knows better, but takes a second to start, during which the standard
    headers can be compiled.
    """
    standard = "11" if version("brian2").startswith(("2.9.", "2.10.")) else "17"
    usual = ("-w", "-O3", "-ffast-math", "-fno-finite-math-only", "-march=native")
    return (*usual, f"-std=c++{standard}")


@under_its_settings
def explore_model(
    packed: bytes,
    parameters: Mapping[str, Parameter],
    values: Mapping[str, Plain],
    seed: int,
    left_to_equations: frozenset[str],
    jobs: int,
) -> Blueprint | Refusal | Reason:
    """Make a blueprint, in the tracing process, and begin to compile it there.

    Parameters
    ----------
    jobs
        Files to compile at once; 0 for none. Whoever asks for the program finds
        it in the cache, or waits there until it is made.

    Returns
    -------
    Blueprint, Refusal or Reason
        A refusal is of these values; a reason says why the model cannot be
        compiled.
    """
    for _ in range(_MOST_EXPLORED):
        traces = ModelTraces(lambda: unpack_as(packed, Tracer))
        found = _explored(traces, parameters, values, seed, left_to_equations, jobs)
        # Traces of a file's old and new contents differ in what no parameter moves.
        if is_current(traces.read):
            return found
    if isinstance(found, Reason):
        text = f"{listed(traces.read)} changes while the model is read, every time ({found})"
        return Reason(text, traces.read)
    return found


def _explored(
    traces: ModelTraces,
    parameters: Mapping[str, Parameter],
    values: Mapping[str, Plain],
    seed: int,
    left_to_equations: frozenset[str],
    jobs: int,
) -> Blueprint | Refusal | Reason:
    try:
        named_compiler()  # which Brian reads, too, and cannot say what is wrong with it
        return explore(
            traces,
            parameters,
            values,
            seed,
            left_to_equations,
            lambda sketch: _make_meanwhile(sketch, jobs) if jobs else None,
        )
    except CompilerMissingError as error:
        return Reason(str(error), {}, of_all=True)
    except UnsupportedError as error:
        return Reason(str(error), traces.read)
    except BaseException as error:  # noqa: BLE001 - the builder is the user's code
        return _refusal(error, traces)


def _refusal(error: BaseException, traces: ModelTraces) -> Refusal:
    if not isinstance(error, MemoryError):
        return Refusal(missing_folder_told(failure_of(error)), traces.drew)
    what = str(error) if isinstance(error, TooLargeError) else f"its arrays alone: {error}"
    return Refusal(Failure("NotEnoughMemory", what), traces.drew)


def _make_meanwhile(sketch: Blueprint, jobs: int) -> None:
    """Have a program compiled on another core; what goes wrong is for the build to say."""

    def make() -> None:
        with unwatched():
            make_program(sketch, jobs)

    threading.Thread(target=make, daemon=True).start()


@under_its_settings
def trace_model(packed: bytes, values: Mapping[str, Plain], seed: int) -> Trace | Refusal | str:
    """Trace one set of values, in the tracing process; see `explore_model`."""
    traces = ModelTraces(lambda: unpack_as(packed, Tracer))
    try:
        return traces.trace(values, seed)
    except UnsupportedError as error:
        return str(error)
    except BaseException as error:  # noqa: BLE001 - as above
        return _refusal(error, traces)


def make_program(blueprint: Blueprint, jobs: int) -> Program | str:
    """Compile a blueprint, in a worker; a text says why it cannot be."""
    try:
        program = build(blueprint, find_compiler(), jobs)
        return replace(program, same_digits=known_digits(program))
    except CompilerMissingError as error:
        return Reason(str(error), {}, of_all=True)
    except (CompileError, CacheRefusedError) as error:
        return str(error)


def prepare_tracing() -> None:
    """Load Brian, in the tracing process, and meanwhile look at the compiler."""
    # The thread that writes the sketch's many files must not wait 5 ms after each.
    sys.setswitchinterval(1e-4)
    threading.Thread(target=_look_at_compiler, daemon=True).start()
    keep_brians_files()
    from brian2 import BrianLogger  # noqa: PLC0415 - this is the place

    initial_context()
    _limit_memory()
    # A trace is never run, and a stopped one leaves half a network behind.
    BrianLogger.suppress_name("unused_brian_object")


def _look_at_compiler() -> None:
    with suppress(CompilerMissingError):  # for the build to say
        find_compiler()


def _limit_memory() -> None:
    """Have this process refuse networks of a billion neurons at once: Brian counts them all."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - not on Windows

        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (_MOST_MEMORY, hard))
