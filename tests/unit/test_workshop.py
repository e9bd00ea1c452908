"""Which workshop a model gets."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from brian_sweep_widget import Sweep, cuba
from brian_sweep_widget.engines import compiled
from brian_sweep_widget.runs import workshop


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
