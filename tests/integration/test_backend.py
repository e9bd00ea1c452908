"""The backend by itself: every result once, whatever joblib or the calls do."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import wait
from pathlib import Path
from typing import Any

import pytest
from helpers import run_script
from joblib import Parallel, delayed, parallel_config

from brian_sweep_widget.backends import Died, LocalBackend, LocalPool, local_pool
from brian_sweep_widget.backends.local import NAME


def squares(numbers: range) -> Iterator[Any]:
    """Calls that give squares."""
    return ((pow, (number, 2)) for number in numbers)


def test_every_result_comes_once_in_pass_after_pass() -> None:
    """Also none at all, one, and as many as joblib looks ahead."""
    backend = LocalBackend(local_pool(2))
    for many in (0, 1, 2, 3, 4, 5, 50):
        found = sorted(backend.stream(squares(range(many))))
        assert found == [number**2 for number in range(many)]


def test_calls_that_cannot_be_made_are_an_error() -> None:
    """Whatever came before it comes, and nothing else."""

    def calls() -> Iterator[Any]:
        yield from squares(range(3))
        message = "no more"
        raise LookupError(message)

    backend = LocalBackend(local_pool(2))
    found = []
    with pytest.raises(LookupError, match="no more"):
        found.extend(backend.stream(calls()))
    assert set(found) <= {0, 1, 4}
    # The sweep is over then; the workers are as good as before.
    assert sorted(LocalBackend(local_pool(2)).stream(squares(range(4)))) == [0, 1, 4, 9]


def killed() -> None:
    """End the worker that runs this."""
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_death_is_a_result_and_the_next_pass_works() -> None:
    """As many results as calls, in either case."""
    backend = LocalBackend(local_pool(2))
    found = list(backend.stream([(killed, ()), *squares(range(5))]))
    assert len(found) == 6
    deaths = [result for result in found if isinstance(result, Died)]
    assert deaths
    assert any("Terminated" in died.reason for died in deaths), deaths
    assert sorted(backend.stream(squares(range(4)))) == [0, 1, 4, 9]


def test_results_for_joblib_itself_are_not_kept() -> None:
    """Used through joblib, as any backend, nothing piles up in it."""
    with parallel_config(backend=NAME):
        parallel = Parallel(n_jobs=2)
        assert parallel(delayed(pow)(number, 2) for number in range(5)) == [0, 1, 4, 9, 16]
        backend = parallel._backend
    assert isinstance(backend, LocalBackend)
    assert backend._arrived is None


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_pool_is_killed_quietly_while_calls_wait(capfd: pytest.CaptureFixture[str]) -> None:
    """loky's own thread stumbles over calls that were forgotten on their way."""
    pool = LocalPool(2)
    for _ in range(10):
        futures = [pool.submit(pow, 2, 3) for _ in range(400)]
        futures[20].result(120)
        pool.kill()
        done, waiting = wait(futures, 30)
        assert not waiting
        assert len(done) == 400
    assert pool.submit(pow, 2, 3).result(120) == 8
    pool.kill()
    assert capfd.readouterr().err == ""


BUSY_AT_THE_END = """
import time
from brian_sweep_widget.backends.pool import LocalPool

if __name__ == "__main__":
    first, second = LocalPool(1), LocalPool(1)
    first.submit(int).result()
    second.submit(time.sleep, 1000)
"""


def test_a_process_ends_whatever_its_pools_compute(tmp_path: Path) -> None:
    """As after a sweep, while last digits are still compared; loky alone waits."""
    run_script(tmp_path, BUSY_AT_THE_END)
