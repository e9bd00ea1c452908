"""A remembered solution is the one that Brian would work out anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from brian2.stateupdaters.exact import LinearStateUpdater
from networks import CASES

from brian_sweep_widget.engines import compiled
from brian_sweep_widget.engines.compiled.remembering import remember_solutions
from brian_sweep_widget.engines.context import BrianContext


@contextmanager
def without_memory() -> Iterator[None]:
    """Have Brian solve everything itself."""
    remembering = LinearStateUpdater.__call__
    LinearStateUpdater.__call__ = remembering.__wrapped__
    try:
        yield
    finally:
        LinearStateUpdater.__call__ = remembering


@pytest.mark.parametrize("name", CASES)
def test_a_trace_is_the_same_with_and_without_memory(name: str) -> None:
    """Also where another set of parameters was traced before, whose solution is remembered."""
    remember_solutions()
    case = CASES[name]
    parameters = case.model.parameters({})
    compilation = compiled.Compilation(case.model, parameters, BrianContext(), None)
    packed = compilation.packed_tracer()
    for values in map(case.values, ({}, *case.others)):
        with without_memory():
            expected = compiled.trace_model(packed, values, 1)
        assert isinstance(expected, compiled.Trace), expected
        for _ in range(2):
            found = compiled.trace_model(packed, values, 1)
            assert isinstance(found, compiled.Trace), found
            assert found.parsed == expected.parsed
            assert found.static_arrays == expected.static_arrays
