"""Dask Gateway with the example's settings: a cluster that a person starts, and we use."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from brian2 import mV
from dask_gateway import Gateway, GatewayCluster
from helpers import free_ports, until

from brian_sweep_widget import Sweep, cuba

_EXAMPLE = Path(__file__).parents[2] / "examples" / "dask_gateway_config.py"
_CONFIG = """
load_subconfig({example!r})
c.DaskGateway.backend_class = "dask_gateway_server.backends.local.UnsafeLocalBackend"
c.DaskGateway.authenticator_class = "dask_gateway_server.auth.SimpleAuthenticator"
c.DaskGateway.address = "127.0.0.1:{http}"
c.Proxy.address = "127.0.0.1:{proxy}"
c.UnsafeLocalBackend.clusters_directory = {folder!r}
"""


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """Run a gateway for one person."""
    folder = tmp_path_factory.mktemp("gateway")
    http, proxy = free_ports(2)
    config = folder / "config.py"
    config.write_text(
        _CONFIG.format(example=str(_EXAMPLE), http=http, proxy=proxy, folder=str(folder))
    )
    command = Path(sys.executable).with_name("dask-gateway-server")
    log = folder / "log"
    with log.open("wb") as told:
        process = subprocess.Popen(
            [str(command), "--config", str(config)],
            env={**os.environ, "BRIAN_SWEEP_CACHE": str(folder / "builds")},
            stdout=told,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def answers() -> bool:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{http}/api/health", timeout=5):
                return True
        except OSError:
            return False

    until(answers, "an answer of the gateway", tell=log.read_text)
    with Gateway(
        f"http://127.0.0.1:{http}", proxy_address=f"gateway://127.0.0.1:{proxy}", auth="basic"
    ) as opened:
        yield opened
    process.send_signal(signal.SIGTERM)
    process.wait(120)


@pytest.fixture
def cluster(gateway: Gateway) -> Iterator[GatewayCluster]:
    """Start a cluster, as a person does."""
    with gateway.new_cluster() as started:
        yield started


def test_a_cluster_of_a_gateway_computes_the_same_numbers(cluster: GatewayCluster) -> None:
    """Its workers may come late; they are counted and named; it is not closed."""
    given = {"excitatory_weight": np.linspace(0, 4, 10) * mV, "size": 400, "store": None}
    run = Sweep(cuba, cluster=cluster, **given).start()
    until(lambda: "no worker has joined it" in run.progress.notice, "that none is there is told")
    cluster.scale(1)
    results = run.wait(120)
    assert results.counts() == {"done": 10}, run.progress.notice
    here = Sweep(cuba, **given).run(progress=False)
    assert numbers(results.outcomes) == numbers(here.outcomes)
    (standing,) = run.hosts
    assert (standing.state, standing.slots) == ("ready", 2)
    assert {one.origin.host for one in results.outcomes} == {standing.name}
    assert cluster.status == "running"


def test_a_cluster_that_is_taken_away_leaves_its_jobs(cluster: GatewayCluster) -> None:
    """The local cores go on with them."""
    cluster.scale(1)
    run = Sweep(sleeping, x=np.arange(40.0), cluster=cluster, workers=2, store=None).start()
    until(lambda: run.progress.done > 1, "it computes", tell=lambda: run.progress.notice)
    cluster.shutdown()
    assert run.wait(120).counts() == {"done": 40}, run.progress.notice


def sleeping(x: float = 0.0) -> float:
    """Take some time."""
    import time

    time.sleep(0.3)
    return x


def numbers(outcomes: object) -> dict[tuple[int, ...], float]:
    """Give results by position."""
    return {one.job.position: float(next(iter(one.values.values())).si) for one in outcomes}
