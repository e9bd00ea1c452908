"""Networks that are larger than an administrator allows are refused, before they take memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

from brian_sweep_widget.engines.compiled.structure import by_name, expected_synapses, neurons_of
from brian_sweep_widget.limits import Limit, Limits


def check_neurons(limit: Limit | None, number: int) -> None:
    """Refuse more neurons than are allowed.

    Raises
    ------
    LimitError
    """
    if limit is not None:
        limit.check(number, f"the network has {number} neurons", "take fewer neurons")


def check_synapses(limit: Limit | None, number: float) -> None:
    """Refuse more synapses than are allowed; an expected number will do.

    Raises
    ------
    LimitError
    """
    if limit is not None:
        asked = f"the network has about {number:.3g} synapses"
        limit.check(number, asked, "take fewer neurons or a lower connection probability")


@contextmanager
def within(limits: Limits) -> Iterator[None]:
    """Refuse what is built and run meanwhile, if it is too large.

    Every group and every connection by itself before it is made, as far as its
    size is known by then; a network as a whole before it runs.

    Raises
    ------
    LimitError
        Inside, where the group, the connection or the run is asked for.
    """
    if limits.max_neurons is None and limits.max_synapses is None:
        yield
        return
    from brian2 import (  # noqa: PLC0415 - engines are imported without Brian
        Network,
        NeuronGroup,
        PoissonGroup,
        SpikeGeneratorGroup,
        Synapses,
    )

    with ExitStack() as patches:
        for kind in (NeuronGroup, PoissonGroup, SpikeGeneratorGroup):
            make = _counting(kind.__init__, limits)
            patches.enter_context(mock.patch.object(kind, "__init__", make))
        connect = _connecting(Synapses.connect, limits)
        patches.enter_context(mock.patch.object(Synapses, "connect", connect))
        before_run = _checking(Network.before_run, limits)
        patches.enter_context(mock.patch.object(Network, "before_run", before_run))
        yield


def _counting(make: Any, limits: Limits) -> Any:
    def make_if_allowed(self: Any, N: Any, *arguments: Any, **options: Any) -> None:  # noqa: N803 - Brian's
        if isinstance(N, int | float):
            check_neurons(limits.max_neurons, int(N))
        make(self, N, *arguments, **options)

    return make_if_allowed


def _connecting(connect: Any, limits: Limits) -> Any:
    def connect_if_allowed(self: Any, condition: Any = None, *more: Any, **options: Any) -> None:
        expected = expected_synapses(self, condition, by_name(more, options), {})
        check_synapses(limits.max_synapses, expected)
        # The names in its texts are looked up where it was called, one frame up.
        options["level"] = options.get("level", 0) + 1
        connect(self, condition, *more, **options)
        check_synapses(limits.max_synapses, len(self))

    return connect_if_allowed


def _checking(before_run: Any, limits: Limits) -> Any:
    from brian2 import Synapses  # noqa: PLC0415 - loaded by now

    def run_if_allowed(self: Any, *arguments: Any, **options: Any) -> None:
        check_neurons(limits.max_neurons, neurons_of(self))
        synapses = [len(thing) for thing in self.objects if isinstance(thing, Synapses)]
        check_synapses(limits.max_synapses, sum(synapses))
        before_run(self, *arguments, **options)

    return run_if_allowed
