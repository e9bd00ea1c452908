"""Libraries that only clusters need."""

from __future__ import annotations

import asyncio
import random
from unittest import mock

import pytest
from helpers import until

from brian_sweep_widget.backends.hosts.extra import needed


def test_dask_leaves_pythons_generator_alone() -> None:
    """Its threads go on connecting while a person's cells, or a builder, draw what they seeded."""
    needed("distributed")
    from distributed.comm import connect

    random.seed(1)
    before = random.getstate()
    with pytest.raises(OSError, match="Timed out"):
        asyncio.run(connect("tcp://127.0.0.1:1", timeout=0.3))
    assert random.getstate() == before


def test_looking_for_hosts_leaves_it_alone() -> None:
    zeroconf = needed("zeroconf")
    random.seed(1)
    before = random.getstate()
    network = zeroconf.Zeroconf(interfaces=["127.0.0.1"])
    try:
        with mock.patch.object(network, "async_send", wraps=network.async_send) as sent:
            browser = zeroconf.ServiceBrowser(
                network, "_nobody._tcp.local.", handlers=[lambda **_: None]
            )
            until(lambda: sent.called, "it asks", 10)
            browser.cancel()
    finally:
        network.close()
    assert random.getstate() == before
