"""A worker that the system kills because its control group has no more memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from brian_sweep_widget import Sweep

_LIMIT = 400_000_000  # bytes; a worker with Brian takes 150 MB


@pytest.fixture
def group() -> Iterator[str]:
    """Make a control group that is soon full; where that is not allowed, give none."""
    for parent, limits in (
        ("/sys/fs/cgroup/memory", ("memory.limit_in_bytes", "memory.memsw.limit_in_bytes")),
        ("/sys/fs/cgroup", ("memory.max", "memory.swap.max")),
    ):
        folder = Path(parent) / f"brian-sweep-tests-{os.getpid()}"
        try:
            folder.mkdir()
            (folder / limits[0]).write_text(str(_LIMIT))
        except OSError:
            with suppress(OSError):
                folder.rmdir()
            continue
        with suppress(OSError):  # where swap is not counted
            (folder / limits[1]).write_text("0" if "swap" in limits[1] else str(_LIMIT))
        yield str(folder)
        with suppress(OSError):  # its last process may not be gone yet
            folder.rmdir()
        return
    yield ""


def test_the_greedy_point_alone_is_lost(group: str) -> None:
    """After its second death alone; all others are done."""

    def greedy(x: float = 1.0) -> float:
        if x == 5.0:
            if not group:  # then as the system does it
                os.kill(os.getpid(), 9)
            with open(f"{group}/cgroup.procs", "w") as members:
                members.write(str(os.getpid()))
            return float(np.ones(150_000_000).sum())
        return x

    results = Sweep(greedy, x=np.arange(12.0), workers=2, store=None).start().wait(120)
    found = {o.job.parameters["x"]: o.status for o in results.outcomes}
    assert found == {float(x): "lost" if x == 5 else "done" for x in range(12)}
    assert "it may have run out of memory" in str(results.failures[0].failure)
