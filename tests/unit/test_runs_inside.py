"""A builder that runs a network itself is told of, as the duration comes on top of that."""

from __future__ import annotations

import functools
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from brian2 import Network, NeuronGroup, ms, run

from brian_sweep_widget import Sweep, network_model
from brian_sweep_widget.engines.runs_inside import runs_notice
from brian_sweep_widget.runs.compiled_source import CompiledSource
from brian_sweep_widget.runs.sources import ReadySource


def settle(network: Network) -> Network:
    """Run it for a while."""
    network.run(10 * ms)
    return network


def _itself() -> Network:
    network = Network(NeuronGroup(1, "v : 1"))
    network.run(100 * ms)
    return network


def _at_once() -> Network:
    (network := Network(NeuronGroup(1, "v : 1"))).run(100 * ms, report="text")
    return network


def _by_a_helper() -> Network:
    return settle(Network(NeuronGroup(1, "v : 1")))


def _inside() -> Network:
    network = Network(NeuronGroup(1, "v : 1"))

    def warm_up() -> None:
        network.run(10 * ms)

    warm_up()
    return network


def _in_a_loop() -> Network:
    network = Network(NeuronGroup(1, "v : 1"))
    for duration in (1, 2):
        print(duration, network.run(duration * ms))
    return network


class _Column:
    """Builds in methods, as packages do."""

    def __init__(self) -> None:
        self.network = Network(NeuronGroup(1, "v : 1"))

    def __call__(self) -> Network:
        return self.settled()

    def settled(self) -> Network:
        self._warm_up()
        return self.network

    def _warm_up(self) -> None:
        self.network.run(10 * ms)

    @classmethod
    def made(cls) -> Network:
        return cls().settled()

    @property
    def warm(self) -> Network:
        return self.settled()

    @functools.cached_property
    def as_warm(self) -> Network:
        return self.warm

    def not_settled(self) -> Network:
        return self.network


def _by_an_object() -> Network:
    return _Column().settled()


def _by_a_property() -> Network:
    return _Column().as_warm


@pytest.mark.parametrize(
    "builder",
    [
        *(_itself, _at_once, _by_a_helper, _inside, _in_a_loop, _by_an_object, _by_a_property),
        *(_Column(), _Column().settled, _Column.made, functools.partial(_Column().settled)),
    ],
)
def test_a_run_is_told_with_its_line(builder: Callable[..., Network]) -> None:
    notice = runs_notice(builder)
    assert " of test_runs_inside.py, in " in notice
    assert ".run(" in notice
    assert "leave the call away if the duration is all that is meant" in notice


def _none() -> Network:
    return Network(NeuronGroup(1, "v : 1"))


def _of_a_module() -> Network:
    subprocess.run(["true"], check=True)
    import asyncio

    asyncio.run(asyncio.sleep(0))
    return _none()


def _of_brian() -> Network:
    run(1 * ms)  # which is refused with words of its own
    return _none()


@pytest.mark.parametrize("builder", [_none, _of_a_module, _of_brian, _Column().not_settled])
def test_what_runs_no_network_is_not_told(builder: Callable[..., Network]) -> None:
    assert runs_notice(builder) == ""


def test_all_engines_tell_of_it_and_plain_functions_run_what_they_like() -> None:
    model = network_model(duration=100 * ms)(_itself)

    @model.measure()
    def time(network: Any) -> Any:
        return network.t

    for engine in ("compiled", "auto", "numpy"):
        source: Any = Sweep(model, engine=engine, workers=1, store=None)
        assert "The model runs a network itself (line " in notice_of(source)
    assert notice_of(Sweep(lambda x=1.0: _itself() and x, x=[1.0], workers=1, store=None)) == ""


def notice_of(sweep: Sweep) -> str:
    """Give what is told of a sweep before it runs."""
    engine: Any = sweep.engine
    if hasattr(engine, "packed_tracer"):
        return CompiledSource(engine, 1, 10.0).notice
    return ReadySource(engine, 1).notice
