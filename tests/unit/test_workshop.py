"""Which workshop a model gets, and what it says of itself."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

import pytest

from brian_sweep_widget import Sweep, cuba
from brian_sweep_widget.engines import compiled
from brian_sweep_widget.runs import workshop
from brian_sweep_widget.runs.answers import RefusedError


def test_threads_that_ask_at_once_get_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """A widget's warm-up and its pump: or what one prepares, the other waits for in vain."""
    monkeypatch.setattr(workshop, "_workshops", {})
    flags = compiled.Compilation.expected_flags

    def slow_flags(self: compiled.Compilation) -> tuple[str, ...]:
        time.sleep(0.2)
        return flags(self)

    monkeypatch.setattr(compiled.Compilation, "expected_flags", slow_flags)
    engine = Sweep(cuba, store=None).engine
    assert isinstance(engine, compiled.Compilation)
    found: list[Any] = []
    threads = [
        threading.Thread(target=lambda: found.append(workshop.workshop_for(engine, 2)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(map(id, found))) == 1
    assert workshop.workshop_for(engine, 2) is found[0]


class Answering:
    """Processes that answer each question at once."""

    workers = 1

    def __init__(self, answers: dict[Any, Any]) -> None:
        self._answers = answers

    def submit(self, function: Any, *_: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(self._answers.get(function))
        return future


def test_it_is_ready_for_others_when_some_values_cannot_be_compiled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing is being traced or compiled any more then."""

    def other_shape(_: Any) -> None:
        raise compiled.OtherShapeError

    answers = {
        compiled.trace_model: SimpleNamespace(read={}),
        compiled.explore_model: "no C++ for these values",
    }
    processes: Any = Answering(answers)
    monkeypatch.setattr(workshop, "tracing_pool", lambda: processes)
    shop = workshop.Workshop(b"", {}, frozenset(), (), processes)
    program: Any = SimpleNamespace(
        shape=b"",
        variant=SimpleNamespace(draws=True),
        key=lambda _: None,
        key_of_draw=lambda *_: None,
        lifted=SimpleNamespace(variant=other_shape),
        costs={},
        seeds=False,
        counts=frozenset(),
        times={},
    )
    shop._variants.add(program)
    with pytest.raises(RefusedError, match="no C\\+\\+ for these values"):
        shop.prepare({}, 0, lambda: False)
    assert shop.preparation.phase == "ready"
