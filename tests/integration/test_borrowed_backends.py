"""Another joblib backend, chosen by ``joblib.parallel_config``: it computes the same numbers."""

from __future__ import annotations

import os
import signal
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from brian2 import mV
from distributed import Client, LocalCluster
from helpers import run_script
from joblib import parallel_config, register_parallel_backend
from joblib._parallel_backends import LokyBackend

from brian_sweep_widget import Cluster, Run, Sweep, cuba
from brian_sweep_widget.scratch import scratch_folder

WEIGHTS = np.linspace(0, 4, 6) * mV


class Grouped(LokyBackend):
    """Gives results in lists only, as many people's backends do."""

    supports_return_generator = False


class Streaming(LokyBackend):
    """Gives results as they come."""


register_parallel_backend("grouped", Grouped)
register_parallel_backend("streaming", Streaming)


def draw(x: float = 0.0, seed: int = 0) -> float:
    return x + float(np.random.default_rng(seed).random())


def numbers(run: Run) -> dict[tuple[int, ...], Any]:
    run.wait(120)
    assert set(run.results.counts()) == {"done"}, run.results.failures
    return {
        outcome.job.position: next(iter(outcome.values.values())).si.tolist()
        for outcome in run.results.outcomes
    }


@pytest.fixture(scope="module")
def functions() -> dict[tuple[int, ...], Any]:
    return numbers(Sweep(draw, x=np.arange(30.0)).start())


@pytest.fixture(scope="module")
def networks() -> dict[tuple[int, ...], Any]:
    return numbers(Sweep(cuba, excitatory_weight=WEIGHTS, size=200, trials=2).start())


@pytest.mark.parametrize("name", ["grouped", "streaming"])
def test_functions_give_the_same_numbers(name: str, functions: dict[Any, Any]) -> None:
    """Elsewhere than in our own pool."""
    with parallel_config(name, n_jobs=2):
        sweep = Sweep(draw, x=np.arange(30.0))
    run = sweep.start()
    assert numbers(run) == functions
    processes = {one.origin.process for one in run.results.outcomes if one.origin}
    assert os.getpid() not in processes
    assert f"joblib's backend {name.title()}: Stop and Skip" in run.progress.notice
    assert ("results come 4 at a time" in run.progress.notice) == (name == "grouped")


@pytest.mark.parametrize("name", ["grouped", "streaming"])
def test_networks_are_built_where_they_run(name: str, networks: dict[Any, Any]) -> None:
    """Nothing that is on this computer only is asked for there."""
    with parallel_config(name, n_jobs=2):
        run = Sweep(cuba, excitatory_weight=WEIGHTS, size=200, trials=2).start()
    assert numbers(run) == networks
    assert {one.origin.engine for one in run.results.outcomes if one.origin} == {"compiled"}


def test_the_chart_grows_by_groups() -> None:
    """Some results are there long before the last."""

    def nap(x: float = 0.0) -> float:
        time.sleep(0.1)
        return x

    with parallel_config("grouped", n_jobs=2):
        run = Sweep(nap, x=np.arange(16.0)).start()
    seen = set()
    while not run.progress.ended:
        seen.add(run.progress.done)
        time.sleep(0.01)
    assert {4, 8, 12} <= seen


def test_threads_compute_one_after_another(functions: dict[Any, Any]) -> None:
    """They share the state of Brian and of numpy's generator."""
    with parallel_config("threading", n_jobs=4):
        run = Sweep(draw, x=np.arange(30.0)).start()
    assert numbers(run) == functions
    assert "one simulation runs at a time" in run.progress.notice
    assert run.progress.workers == 1


def test_what_would_copy_the_kernel_is_refused() -> None:
    """With the reason."""
    with (
        parallel_config("multiprocessing", n_jobs=2),
        pytest.raises(ValueError, match="copies a kernel with all its threads"),
    ):
        Sweep(draw, x=np.arange(3.0))


def test_joblibs_usual_choice_is_ours() -> None:
    """A number of jobs for other code does not take our pool away."""
    with parallel_config("loky", n_jobs=1):
        run = Sweep(draw, x=np.arange(3.0), workers=2).start()
    run.wait(120)
    assert run.progress.notice == ""
    assert run.progress.workers == 2


def test_stop_hands_out_nothing_more() -> None:
    """What runs comes to its end, as it cannot be reached."""

    def nap(x: float = 0.0) -> float:
        time.sleep(0.2)
        return x

    with parallel_config("grouped", n_jobs=2):
        run = Sweep(nap, x=np.arange(100.0)).start()
    next(iter(run))
    run.cancel()
    assert run.wait(120).counts()["cancelled"] > 80


def test_one_bad_point_is_one_bad_point() -> None:
    """An error there is an outcome here."""

    def broken(x: float = 0.0) -> float:
        return 1 / (x - 2)

    with parallel_config("grouped", n_jobs=2):
        run = Sweep(broken, x=np.arange(6.0)).start()
    assert run.wait(120).counts() == {"done": 5, "failed": 1}


def test_threads_compute_where_nobody_has_imported_brian(tmp_path: Path) -> None:
    """Brian cannot be imported in a thread: it takes over the handling of interrupts."""
    code = """
        from joblib import parallel_config
        from brian_sweep_widget import Sweep
        def double(x=1.0):
            return 2 * x
        with parallel_config("threading"):
            sweep = Sweep(double, x=[1.0, 2.0], store=None)
        results = sweep.run(progress=False)
        assert results.counts() == {"done": 2}, results.failures
    """
    run_script(tmp_path, textwrap.dedent(code))


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0",
        local_directory=str(scratch_folder()),
    ) as made:  # fmt: skip
        yield made


def test_dasks_own_backend_becomes_a_cluster(
    cluster: LocalCluster, functions: dict[Any, Any]
) -> None:
    """In place of joblib's, which waits for ever when a worker dies."""
    with Client(cluster, set_as_default=False) as client:
        with parallel_config("dask", client=client):
            sweep = Sweep(draw, x=np.arange(30.0))
        assert sweep.cluster is not None
        assert not sweep.cluster.local
        assert numbers(sweep.start()) == functions
        assert client.status == "running"


def test_a_cluster_that_grows_by_demand(functions: dict[Any, Any]) -> None:
    """It has no worker before somebody wants one, and gets some."""
    with LocalCluster(
        n_workers=0, threads_per_worker=1, dashboard_address="127.0.0.1:0",
        local_directory=str(scratch_folder()),
    ) as growing:  # fmt: skip
        growing.adapt(minimum=0, maximum=2, interval="500ms")
        cluster = Cluster(growing, when_gone="wait")
        run = Sweep(draw, x=np.arange(30.0), cluster=cluster).start()
        assert numbers(run) == functions


@pytest.fixture
def interrupts() -> Iterator[None]:
    """Leave them as they are: dask_jobqueue, when imported, makes them end the process."""
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


def test_a_cluster_of_job_scripts(interrupts: None, networks: dict[Any, Any]) -> None:
    """As a queue starts them, here without one; workers come in their own time."""
    from dask_jobqueue.local import LocalCluster as JobQueue

    with JobQueue(
        cores=2, processes=1, memory="2GB", interface="lo", log_directory=str(scratch_folder()),
        local_directory=str(scratch_folder()), scheduler_options={"dashboard_address": None},
    ) as queue:  # fmt: skip
        run = Sweep(
            cuba, excitatory_weight=WEIGHTS, size=200, trials=2,
            cluster=Cluster(queue, when_gone="wait"),
        ).start()  # fmt: skip
        queue.scale(jobs=2)
        assert numbers(run) == networks
        assert queue.status.name == "running"


def test_a_cluster_and_a_client_are_used_and_not_closed(
    cluster: LocalCluster, functions: dict[Any, Any], networks: dict[Any, Any]
) -> None:
    """Both are the person's; they work on afterwards."""
    with Client(cluster, set_as_default=False) as client:
        for given in (cluster, client):
            run = Sweep(draw, x=np.arange(30.0), cluster=given).start()
            assert numbers(run) == functions
            run = Sweep(
                cuba, excitatory_weight=WEIGHTS, size=200, trials=2, cluster=given
            ).start()  # fmt: skip
            assert numbers(run) == networks
        assert client.submit(sum, [1, 2]).result() == 3
    assert cluster.status.name == "running"
    assert threading.active_count() < 100
