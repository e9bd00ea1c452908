"""What is remembered of simulations that were tried in Brian's runtime."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import pytest

from brian_sweep_widget import Sweep, cuba
from brian_sweep_widget.results import Failure, Origin, Outcome
from brian_sweep_widget.runs import attempting
from brian_sweep_widget.sweeps import Job

JOB = Job((0,), {"w": 1.0}, 0)
REFUSED = Failure("UnreadableError", "synapses.get_states cannot be read")


@pytest.mark.parametrize(("files", "tried"), [((), 1), (("/data/weights.txt",), 2)])
def test_the_next_sweep_tries_again_what_a_file_decided(
    files: tuple[str, ...], tried: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have been missing; what the job alone decides is known."""
    origin = Origin("runtime (numpy)", "here", 1, 0.0, 1.0, {}, files=files)
    failure = Failure("FileNotFoundError", "no such file")
    asked: list[Any] = []

    class Pool:
        def submit(self, *question: Any) -> Future[Any]:
            asked.append(question)
            future: Future[Any] = Future()
            future.set_result([(JOB.position, Outcome(JOB, "failed", {}, failure, origin))])
            return future

    monkeypatch.setattr(attempting, "attempting_pool", Pool)
    monkeypatch.setattr(attempting, "_known", type(attempting._known)())
    engine: Any = Sweep(cuba, engine="numpy", store=None).engine
    for _ in range(2):
        sweep = attempting.Attempts(engine, 60.0)
        found = sweep.attempt(JOB, REFUSED, lambda: False)
        assert found.failure == failure
    assert len(asked) == tried
