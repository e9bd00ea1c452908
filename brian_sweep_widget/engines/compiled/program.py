"""A compiled program, and how parameters enter its table."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from brian_sweep_widget.engines.compiled.inventory import ResultFiles
from brian_sweep_widget.engines.compiled.lifting import (
    Entry,
    OtherShapeError,
    Slot,
    entries_of,
    kind_of,
)
from brian_sweep_widget.engines.compiled.literals import Parsed
from brian_sweep_widget.engines.compiled.makefile import Toolchain
from brian_sweep_widget.engines.compiled.structure import Structure
from brian_sweep_widget.engines.compiled.tracing import Trace
from brian_sweep_widget.engines.compiled.translation_units import Project
from brian_sweep_widget.engines.file_states import FileStates
from brian_sweep_widget.models import Plain

#: What another value of a parameter costs: nothing, a trace, or a build.
Cost = Literal["instant", "retrace", "rebuild"]


@dataclass(frozen=True, slots=True)
class Kit:
    """All that it takes to build a program, on any computer with a compiler.

    Parameters
    ----------
    name
        The model's, for people.
    project
        What is compiled.
    shape, entries
        Name of the project, and number of the entries of its tables.
    toolchain
        How it is compiled.
    """

    name: str
    project: Project
    shape: bytes
    entries: int
    toolchain: Toolchain


@dataclass(frozen=True, slots=True)
class Variant:
    """What a program needs to simulate one set of parameters, the job's seed excepted.

    Parameters
    ----------
    entries
        Of the program's table; the last one is the network's time at the end,
        in seconds, which the program does not look up but measures ask for.
    static_arrays
        Contents of the files that the program reads, by name.
    files
        What it leaves.
    structure
        How large it is.
    draws
        Whether the builder drew random numbers in Python: then it belongs to its
        values and to one seed alone, otherwise to all seeds.
    read
        What was in the files that the builder read: it holds while that is so.
    """

    entries: tuple[Entry, ...]
    static_arrays: Mapping[str, bytes]
    files: ResultFiles
    structure: Structure
    draws: bool
    read: FileStates


@dataclass(frozen=True, slots=True)
class Lifted:
    """What of a model's code is fixed, and what is looked up.

    Parameters
    ----------
    base
        The trace from which the program is made, taken apart.
    slots
        What is looked up, in the order of the table.
    static_names
        Files that the program reads.
    """

    base: Parsed
    slots: tuple[Slot, ...]
    static_names: frozenset[str]

    def variant(self, trace: Trace) -> Variant:
        """Make the variant of a trace.

        Raises
        ------
        OtherShapeError
            If the trace needs another program.
        """
        entries = entries_of(trace.parsed, self.base, self.slots)
        if trace.static_arrays.keys() != self.static_names:
            msg = "the files that it reads are others"
            raise OtherShapeError(msg)
        return Variant(
            (*entries, trace.end),
            trace.static_arrays,
            trace.files,
            trace.structure,
            trace.draws,
            trace.read,
        )


def filled_in(
    entries: tuple[Entry, ...],
    instants: Mapping[str, tuple[int, ...]],
    values: Mapping[str, Plain],
) -> tuple[Entry, ...]:
    """Put parameters' own values where the table has them as they are.

    Parameters
    ----------
    entries
        Of a variant.
    instants
        Places by parameter name.
    values
        In SI units, by parameter name.
    """
    filled = list(entries)
    for name, places in instants.items():
        value = values[name]
        assert not isinstance(value, str)  # noqa: S101 - texts are never instant
        for place in places:
            filled[place] = value
    return tuple(filled)


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled program.

    Parameters
    ----------
    binary
        Where it is.
    shape
        Names the sources that it was made from: 32 bytes.
    lifted
        How traces become its tables.
    instants
        Entries that are a parameter's SI value itself, and all that another
        value of it changes, by parameter name.
    costs
        What another value of each parameter costs.
    foldable
        Entries with which a compiler may compute, if it knows them.
    seeds
        Whether the builder seeds Brian's generators itself.
    values, variant
        A set of parameters that was traced already.
    counts
        Parameters that are the number of neurons.
    times
        Seconds that another value took by its cost, where it is not instant.
    kit
        What it was built from.
    same_digits
        Whether it gives the bits of one that is compiled for its values alone;
        None if that was not known when it was made.
    """

    binary: Path
    shape: bytes
    lifted: Lifted
    instants: Mapping[str, tuple[int, ...]]
    costs: Mapping[str, Cost]
    foldable: frozenset[int]
    seeds: bool
    values: Mapping[str, Plain]
    variant: Variant
    counts: frozenset[str]
    times: Mapping[Cost, float]
    kit: Kit
    same_digits: bool | None = None

    def key(self, values: Mapping[str, Plain]) -> Hashable:
        """Name the variant that simulates some values, whatever the seed: one that did not draw."""
        return self.shape, tuple(item for item in values.items() if not self._enters(*item))

    def key_of_draw(self, values: Mapping[str, Plain], seed: int) -> Hashable:
        """Name the variant that simulates some values with a seed, if its builder drew."""
        return self.shape, tuple(values.items()), seed

    def _enters(self, name: str, value: Plain) -> bool:
        """Whether a value can be put into the table: an integer may be too large for its type."""
        slots = self.lifted.slots
        return name in self.instants and all(
            place >= len(slots)
            or slots[place].kind == "real"
            or slots[place].kind == kind_of([repr(value)])
            for place in self.instants[name]
        )

    def predicted(self, variant: Variant, values: Mapping[str, Plain]) -> tuple[Entry, ...]:
        """Give the entries for some values, of which the others are the variant's."""
        return filled_in(variant.entries, self.instants, values)

    def folds_as_made(self, variant: Variant, values: Mapping[str, Plain]) -> bool:
        """Whether all numbers with which a compiler may compute are those it was made from."""
        entries = self.predicted(variant, values)
        return all(entries[place] == self.variant.entries[place] for place in self.foldable)

    def mispredicted(self, variant: Variant, values: Mapping[str, Plain]) -> frozenset[str]:
        """Find the instant parameters that are not in a variant's own table as predicted."""
        return frozenset(
            name
            for name, places in self.instants.items()
            if any(variant.entries[place] != values[name] for place in places)
        )

    def refute(self, names: frozenset[str]) -> Program:
        """Predict these parameters no more."""
        instants = {name: places for name, places in self.instants.items() if name not in names}
        costs: dict[str, Cost] = {**self.costs, **dict.fromkeys(names, "retrace")}
        return replace(self, instants=instants, costs=costs)
