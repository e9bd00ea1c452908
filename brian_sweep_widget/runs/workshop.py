"""Where a model's programs and traces are made and kept; one for every model in the kernel.

Traces come from a process of their own, programs from the workers; this keeps
what they gave, so that every set of parameters is traced at most once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Hashable, Iterable, Mapping
from concurrent.futures import Future
from typing import Any

from brian_sweep_widget.backends import LocalPool, local_pool
from brian_sweep_widget.engines import compiled
from brian_sweep_widget.engines.file_states import FileStates, is_current
from brian_sweep_widget.models import Parameter, Plain
from brian_sweep_widget.results import Failure
from brian_sweep_widget.runs.answers import (
    LOOK,
    NotCompiledError,
    RefusedError,
    Stopped,
    StoppedError,
    answer,
    tracing_pool,
)
from brian_sweep_widget.runs.last_digits import LastDigits
from brian_sweep_widget.runs.preparation import Preparation
from brian_sweep_widget.runs.reasons import Reasons
from brian_sweep_widget.runs.variants import Prepared, Variants

_MOST_TRACED = 3  # times, while files change


class Workshop:
    """Makes and keeps the programs and the traces of one model.

    All methods may be called from any thread; those that take ``stopped`` wait,
    and raise `StoppedError` soon after it says so.

    Parameters
    ----------
    packed
        The model, as the tracing process takes it.
    parameters
        Its parameters by name.
    untouched
        Parameters that its builder leaves to equations.
    expected_flags
        With which its program will most probably be compiled.
    pool
        The workers, who compile.

    Attributes
    ----------
    digits
        What is known of the last digits that its programs give.
    """

    def __init__(
        self,
        packed: bytes,
        parameters: Mapping[str, Parameter],
        untouched: frozenset[str],
        expected_flags: tuple[str, ...],
        pool: LocalPool,
    ) -> None:
        self._packed = packed
        self._parameters = parameters
        self._untouched = untouched
        self._expected_flags = expected_flags
        self._pool = pool
        self._making = threading.Lock()  # held for seconds: never where a person waits
        self._counting = threading.Lock()
        self._variants = Variants()
        self._phase, self._began = "waiting", time.monotonic()
        self._reasons = Reasons()
        self._reason = ""  # the latest
        self._read: FileStates = {}  # what was in files when a trace last read them
        self._refuted = 0
        self._in_use = 0
        self._ahead = 0
        self.digits = LastDigits(lambda: self._in_use > 0)
        self._confirmed: dict[tuple[bytes, str], tuple[float, float]] = {}

    @property
    def preparation(self) -> Preparation:
        """How far it is."""
        programs = self._variants.programs
        return Preparation(
            self._phase,
            time.monotonic() - self._began,
            programs[-1].costs if programs else {},
            self._reason,
            any(program.seeds for program in programs),
            programs[-1].counts if programs else frozenset(),
            programs[-1].times if programs else {},
        )

    @property
    def identity(self) -> Hashable | None:
        """Names the model; another one from when a prediction was found to be wrong.

        None if it reads files: it is another model when these change.
        """
        return None if self._read else (self._packed, self._refuted)

    def prepare(self, values: Mapping[str, Plain], seed: int, stopped: Stopped) -> Prepared:
        """Give a variant that simulates these values; make its program if there is none.

        Raises
        ------
        NotCompiledError
            If the model cannot be compiled.
        RefusedError
            If the model refuses these values, or cannot be compiled with them
            while it can be with others.
        StoppedError
        """
        found = self._variants.find(values, seed)
        if found is not None:
            return found
        if self._variants.programs:
            found = self._traced(values, seed, stopped)
        if found is None:  # a trace that fits no program that there is: another shape
            self._make(values, seed, stopped, self._untouched)
            found = self._variants.find(values, seed) or self._traced(values, seed, stopped)
        if found is None and self._untouched:
            # The code depends on a value that the builder never looks at, such as
            # an integer that is too large for the type of others.
            self._make(values, seed, stopped, frozenset())
            found = self._variants.find(values, seed) or self._traced(values, seed, stopped)
        if found is None:
            raise RefusedError(Failure("NotCompiled", compiled.ANOTHER_EACH_TIME))
        return found

    def trace_soon(self, values: Mapping[str, Plain], seed: int) -> None:
        """Have these values traced as soon as possible, if that is needed; does not wait."""
        if self._variants.programs and self._variants.find(values, seed) is None:
            self._ask(values, seed)

    def trace(self, values: Mapping[str, Plain], seed: int, stopped: Stopped) -> compiled.Trace:
        """Trace some values, whatever is known of them."""
        for _ in range(_MOST_TRACED):
            try:
                trace: compiled.Trace = answer(lambda: self._ask(values, seed), stopped)
            except NotCompiledError as error:
                if not self._variants.programs:
                    raise
                raise RefusedError(Failure("NotCompiled", str(error))) from None
            finally:
                self._variants.forget_asked(values, seed)
            # It may have been asked for a while ago.
            if is_current(trace.read):
                break
        self._note_read(trace.read)
        return trace

    def give_up(self, values: Mapping[str, Plain], seed: int) -> None:
        """Take back a trace that was asked for, if it has not begun."""
        self._variants.forget_asked(values, seed)

    def refute(self, shape: bytes, names: frozenset[str]) -> None:
        """Predict the tables of these parameters no more, and forget what was predicted."""
        self._variants.refute(shape, names)
        self._refuted += 1

    def confirmed(self, shape: bytes, name: str, values: Iterable[float]) -> bool:
        """Whether predictions were confirmed over all of these values."""
        low, high = self._confirmed.get((shape, name), (1.0, 0.0))
        return all(low <= value <= high for value in values)

    def confirm(self, shape: bytes, name: str, values: Iterable[float]) -> None:
        """Take note that predictions were confirmed over these values."""
        values = list(values)
        low, high = self._confirmed.get((shape, name), (min(values), max(values)))
        self._confirmed[shape, name] = (min(low, *values), max(high, *values))

    def ahead(self, many: Iterable[Mapping[str, Plain]], seed: int) -> None:
        """Trace what a person may want next, while no sweep runs.

        A later call replaces an earlier one.
        """
        self._ahead += 1
        threading.Thread(
            target=self._trace_ahead,
            args=(list(many), seed, self._ahead),
            name="brian-sweep-ahead",
            daemon=True,
        ).start()

    def in_use(self, change: int) -> None:
        """Count the sweeps that use it; traces ahead wait for them."""
        with self._counting:
            self._in_use += change

    def _trace_ahead(self, many: list[Mapping[str, Plain]], seed: int, mine: int) -> None:
        for values in many:
            while self._in_use and self._ahead == mine:
                time.sleep(LOOK)
            if self._ahead != mine:
                return
            try:
                if self._variants.find(values, seed) is None:
                    self._traced(values, seed, lambda: self._ahead != mine)
            except RefusedError:  # nobody asked for it
                continue
            except StoppedError:
                return

    def _make(
        self,
        values: Mapping[str, Plain],
        seed: int,
        stopped: Stopped,
        untouched: frozenset[str],
    ) -> None:
        """Make a program for some values, unless somebody else just did."""
        while not self._making.acquire(timeout=LOOK):
            if stopped():
                raise StoppedError
        try:
            if self._variants.find(values, seed) is None:
                with self._reasons.of_values(values, seed):
                    program = self._made(values, seed, stopped, untouched)
                self._variants.add(program)
        except NotCompiledError as error:
            if self._variants.programs:
                self._enter("ready")
                raise RefusedError(Failure("NotCompiled", str(error))) from None
            self._reason = str(error)
            self._enter("impossible")
            raise
        except BaseException:  # whatever it was: it is not being made any more
            self._enter("ready" if self._variants.programs else "waiting")
            raise
        finally:
            self._making.release()

    def _made(
        self,
        values: Mapping[str, Plain],
        seed: int,
        stopped: Stopped,
        untouched: frozenset[str],
    ) -> compiled.Program:
        self._reason = ""
        self._enter("tracing")
        self._pool.submit(compiled.make_header, self._expected_flags)
        blueprint = answer(
            lambda: tracing_pool().submit(
                compiled.explore_model,
                self._packed,
                self._parameters,
                dict(values),
                seed,
                untouched,
                self._pool.workers,
            ),
            stopped,
        )
        for trace in blueprint.traces:
            self._note_read(trace.read)
        self._enter("compiling")
        with self._reasons.of_project(blueprint):
            program: compiled.Program = answer(
                lambda: self._pool.submit(compiled.make_program, blueprint, self._pool.workers),
                stopped,
            )
        self._enter("ready")
        self.digits.compare(blueprint, program)
        return program

    def _note_read(self, read: FileStates) -> None:
        """Take note of what was in files; what was confirmed with others is not confirmed."""
        if any(self._read.get(path, state) != state for path, state in read.items()):
            self._confirmed.clear()
        self._read = {**self._read, **read}

    def _traced(self, values: Mapping[str, Plain], seed: int, stopped: Stopped) -> Prepared | None:
        """Trace some values; None if no program fits."""
        trace = self.trace(values, seed, stopped)
        return self._variants.keep(trace, values, seed)

    def _ask(self, values: Mapping[str, Plain], seed: int) -> Future[Any]:
        return self._variants.asked(
            values,
            seed,
            lambda: tracing_pool().submit(compiled.trace_model, self._packed, dict(values), seed),
        )

    def _enter(self, phase: str) -> None:
        self._phase, self._began = phase, time.monotonic()


_workshops: dict[tuple[bytes, int], Workshop] = {}
_choosing = threading.Lock()
_MOST_WORKSHOPS = 32  # models, and versions of models; the oldest go


def workshop_for(compilation: compiled.Compilation, workers: int) -> Workshop:
    """Give the workshop of a model; the same one as long as the model is the same.

    Raises
    ------
    TypeError
        If the model cannot be sent to another process.
    """
    packed = compilation.packed_tracer()
    # The pump asks as soon as a widget's warm-up does: were each given one, the pump
    # would wait for ever for a model that the other has long prepared.
    with _choosing:
        found = _workshops.pop((packed, workers), None)
        if found is None:
            found = Workshop(
                packed,
                compilation.parameters,
                compilation.untouched,
                compilation.expected_flags(),
                local_pool(workers),
            )
        _workshops[packed, workers] = found
        while len(_workshops) > _MOST_WORKSHOPS:
            del _workshops[next(iter(_workshops))]
    return found
