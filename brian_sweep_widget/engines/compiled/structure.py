"""How much memory a network will take, estimated before anything runs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import numpy as np
import psutil

from brian_sweep_widget.engines.compiled.known_values import itself

_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
# Vectors double when they are full, and are copied meanwhile.
_GROWTH = 1.5
# Of one synapse, besides its variables: where it comes from and goes to, and its
# place in a pathway's list by neuron.
_ENDS, _PLACE = 8, 4
# What ``connect`` takes after its condition.
_AFTER_CONDITION = ("i", "j", "p", "n")


class TooLargeError(MemoryError):
    """A network needs more memory than there is; nothing of it was made."""

    def __init__(self, memory: float, synapses: float, free: float) -> None:
        super().__init__(
            f"the network needs about {memory / 1e9:.3g} GB ({synapses:.3g} synapses), and "
            f"{free / 1e9:.3g} GB are free: take fewer neurons or a lower connection probability"
        )


@dataclass(frozen=True, slots=True)
class Structure:
    """What a network is made of, as far as it can be known before it is run.

    Parameters
    ----------
    synapses
        Expected number, of the connections of which it can be told (see
        `Connections`).
    memory
        Bytes that groups and these synapses take.
    names
        Names in the texts that say which neurons connect.
    neurons
        Number of all in the network, sources of spikes included.
    """

    synapses: float
    memory: float
    names: frozenset[str]
    neurons: int


@dataclass(slots=True)
class Connections:
    """Collects the calls to ``Synapses.connect``.

    The expected number is known for connections of all pairs (``i != j`` or no
    condition) with a probability, and for one-to-one; a condition on positions,
    say, can mean any number, so such a connection counts for nothing here.
    """

    calls: list[tuple[Any, Any, dict[str, Any]]] = field(default_factory=list)

    def note(self, synapses: Any, condition: Any, options: dict[str, Any]) -> None:
        """Take note of a call, and refuse what could never be simulated.

        Raises
        ------
        TooLargeError
            If the synapses so far, without any variables, exceed the memory.
        """
        self.calls.append((synapses, condition, options))
        expected = sum(self.expected({}).values())
        _refuse_too_large((_ENDS + _PLACE) * expected, expected)

    def expected(self, names: Mapping[str, Any]) -> dict[Any, float]:
        """Say how many synapses each object will probably have; see `expected_synapses`."""
        numbers: dict[Any, float] = {}
        for synapses, condition, options in self.calls:
            # Synapses, too, can be connected: they are as many as expected so far.
            sources, targets = (
                numbers.get(side, 0.0) if isinstance(side, type(synapses)) else float(len(side))
                for side in (itself(synapses.source), itself(synapses.target))
            )
            more = _expected_between(sources, targets, condition, options, names)
            numbers[synapses] = numbers.get(synapses, 0.0) + more
        return numbers

    def structure(self, network: Any, device: Any, names: Mapping[str, Any]) -> Structure:
        """Estimate, after the network was traced.

        Parameters
        ----------
        network
            What was traced.
        device
            Brian's standalone device, which knows all arrays.
        names
            What the texts in the model may refer to.

        Raises
        ------
        TooLargeError
            If it needs more memory than there is.
        """
        fixed = sum(
            int(np.prod(variable.size)) * np.dtype(variable.dtype).itemsize
            for variable in device.arrays
        )
        numbers = self.expected(names)
        expected = sum(numbers.values())
        synaptic = sum(
            number * _bytes_each(synapses, device) for synapses, number in numbers.items()
        )
        texts = [
            text
            for _, condition, options in self.calls
            for text in (condition, *options.values())
            if isinstance(text, str)
        ]
        memory = fixed + _GROWTH * synaptic
        _refuse_too_large(memory, expected)
        words = frozenset(_IDENTIFIER.findall("\n".join(texts)))
        return Structure(expected, memory, words, neurons_of(network))


def neurons_of(network: Any) -> int:
    """Count the neurons of a network: all that can spike."""
    from brian2 import NeuronGroup, PoissonGroup, SpikeGeneratorGroup  # noqa: PLC0415 - as below

    kinds = (NeuronGroup, PoissonGroup, SpikeGeneratorGroup)
    return sum(len(thing) for thing in network.objects if isinstance(thing, kinds))


def _refuse_too_large(memory: float, synapses: float) -> None:
    free = psutil.virtual_memory().available
    if memory > free:
        raise TooLargeError(memory, synapses, free)


def by_name(more: tuple[Any, ...], options: Mapping[str, Any]) -> dict[str, Any]:
    """Give the arguments of a call of ``connect`` after its condition by their names."""
    return {**dict(zip(_AFTER_CONDITION, more, strict=False)), **options}


def expected_synapses(
    synapses: Any, condition: Any, options: Mapping[str, Any], names: Mapping[str, Any]
) -> float:
    """Say how many a call of ``connect`` will probably make; 0 if that cannot be told."""
    return _expected_between(
        float(len(synapses.source)), float(len(synapses.target)), condition, options, names
    )


def _expected_between(
    sources: float,
    targets: float,
    condition: Any,
    options: Mapping[str, Any],
    names: Mapping[str, Any],
) -> float:
    if not isinstance(condition, str | bool | None):
        return 0.0  # Brian will refuse it
    if options.get("i") is not None or options.get("j") is not None:
        return 0.0  # as many as the caller lists: they are in memory already
    pairs = sources * targets
    written = condition.replace(" ", "") if isinstance(condition, str) else condition
    if written == "i==j":
        pairs = min(sources, targets)
    elif written not in {None, True, "i!=j", "j!=i", "True"}:
        return 0.0
    probability, times = options.get("p", 1.0), options.get("n", 1)
    probability, times = (
        names.get(value.strip(), value) if isinstance(value, str) else value
        for value in (probability, times)
    )
    try:
        return pairs * min(1.0, float(probability)) * float(times)
    except (TypeError, ValueError):  # an expression of the neurons' own variables
        return 0.0


def _bytes_each(synapses: Any, device: Any) -> float:
    """Count the bytes of one synapse in the arrays and in the pathways' lists."""
    pathways = len(synapses._pathways)  # noqa: SLF001 - Brian has no public list
    variables = sum(
        np.dtype(variable.dtype).itemsize
        for variable in synapses.variables.values()
        if variable in device.dynamic_arrays and not variable.name.startswith(("_syn", "N_"))
    )
    return float(_ENDS + _PLACE * pathways + variables)


@contextmanager
def watched_connections() -> Iterator[Connections]:
    """Collect the connections that are made meanwhile."""
    from brian2 import Synapses  # noqa: PLC0415 - the tracing process alone needs it

    seen = Connections()
    connect = Synapses.connect

    def connect_and_note(self: Any, condition: Any = None, *more: Any, **options: Any) -> Any:
        seen.note(self, condition, by_name(more, options))
        # The names in its texts are looked up where it was called, two frames up.
        options["level"] = options.get("level", 0) + 1
        return connect(self, condition, *more, **options)

    with mock.patch.object(Synapses, "connect", connect_and_note):
        yield seen
