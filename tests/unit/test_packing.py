"""Models on their way to a worker."""

from __future__ import annotations

import gc
import itertools
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from brian_sweep_widget.engines import engine_for, pack
from brian_sweep_widget.engines.packing import unpack
from brian_sweep_widget.models import as_model


@pytest.fixture
def busy_imports() -> Iterator[None]:
    """Have the garbage collector import something, as finalizers may, all the time."""
    names: list[str] = []
    count = itertools.count()

    def appear(_phase: str, _info: object) -> None:
        names.append(f"appeared_{next(count)}")
        sys.modules[names[-1]] = ModuleType(names[-1])

    before = gc.get_threshold()
    gc.callbacks.append(appear)
    gc.set_threshold(5)
    yield
    gc.set_threshold(*before)
    gc.callbacks.remove(appear)
    for name in names:
        del sys.modules[name]


def double(x: float = 1.0) -> float:
    """Be a model."""
    return 2 * x


@pytest.mark.usefixtures("busy_imports")
def test_modules_may_appear_while_a_model_is_packed() -> None:
    """Another thread, or a finalizer, imports something in the middle of it."""
    model = as_model(double)
    engine = engine_for("auto", model, model.parameters({}))
    assert unpack(pack(engine)).label == engine.label
