"""Traces of one model, each of a copy of its own, as every job has one.

A builder may leave something in its globals: a cache that it filled, a list
that it appends to, a random generator that went on. Were the next trace to find
it there, it would be one of another model than what the jobs build.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from brian_sweep_widget.engines.compiled.tracing import (
    AsksForDrawnError,
    Trace,
    Tracer,
    UnsupportedError,
)
from brian_sweep_widget.engines.entropy import Entropy, job_entropy
from brian_sweep_widget.engines.file_states import FileStates, merged
from brian_sweep_widget.engines.global_generators import seed_globally
from brian_sweep_widget.engines.libraries_changed import libraries_kept
from brian_sweep_widget.engines.programs_started import programs_started
from brian_sweep_widget.engines.threads_left import threads_left
from brian_sweep_widget.models import Plain


class ModelTraces:
    """Traces one model, time and again from the beginning.

    Parameters
    ----------
    fresh
        Unpacks the model.

    Attributes
    ----------
    name
        Of the model; empty before the first trace.
    read
        What was in the files that all traces so far have read.
    drew
        Whether the latest trace drew random numbers in Python.
    """

    def __init__(self, fresh: Callable[[], Tracer]) -> None:
        self._fresh = fresh
        self.name = ""
        self.read: FileStates = {}
        self.drew = False

    def trace(
        self,
        values: Mapping[str, Plain],
        seed: int,
        *,
        equations: frozenset[str] | None = None,
        with_sources: bool = False,
    ) -> Trace:
        """Have Brian generate the code for these values.

        Parameters
        ----------
        values
            All parameters in SI units.
        seed
            Of Python's and numpy's generators, for builders that draw from them.
        equations
            From another trace: only one that has no others is wanted.
        with_sources
            Whether the texts themselves are wanted.

        Raises
        ------
        UnsupportedError
            If only Brian's runtime can do what the model does.
        Exception
            Whatever the builder, or Brian, says is wrong with these values; as
            soon as it begins to solve unwanted equations, which may take Brian
            longer than all the rest.
        """

        def traced(*, other: bool = False, drawing: bool = False) -> tuple[Trace, Entropy]:
            self.drew = False
            with (
                job_entropy(seed, other=other) as entropy,
                threads_left() as threads,
                programs_started() as programs,
                libraries_kept(),
            ):
                tracer = self._fresh()
                self.name = tracer.name
                seed_globally(seed)  # again, as for a job: unpacking may have drawn
                try:
                    trace = tracer.trace(
                        values, equations=equations, with_sources=with_sources, drawing=drawing
                    )
                finally:
                    self.read = merged([self.read, tracer.read])
                    self.drew = tracer.drew or bool(entropy.taken)
            if threads:
                msg = f"it leaves a thread running ({', '.join(threads)})"
                raise UnsupportedError(msg)
            if programs:
                msg = f"it uses another program ({', '.join(programs)})"
                raise UnsupportedError(msg)
            return trace, entropy

        # Which of both depends on the values and the seed alone, never on other traces: a
        # program draws other numbers.
        drawing = False
        try:
            trace, entropy = traced()
        except AsksForDrawnError:
            drawing = True
            trace, entropy = traced(drawing=True)
        if entropy.unseeded:
            msg = f"it takes random numbers from the system ({', '.join(entropy.unseeded)})"
            raise UnsupportedError(msg)
        if entropy.taken and not trace.draws:
            # A generator that is made with a seed may ask, too, and throw away what it gets.
            other, _ = traced(other=True, drawing=drawing)
            draws = (trace.parsed, trace.static_arrays) != (other.parsed, other.static_arrays)
            return replace(trace, draws=draws)
        return trace
