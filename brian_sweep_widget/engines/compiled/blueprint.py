"""Blueprints: the traces from which a program is made, and what they tell of its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import resources
from pathlib import Path

from brian_sweep_widget.engines.compiled.folding import foldable
from brian_sweep_widget.engines.compiled.lifting import (
    OtherShapeError,
    Slot,
    lifted,
    shape_of,
    slots_between,
)
from brian_sweep_widget.engines.compiled.program import Cost, Kit, Lifted, Program, Variant
from brian_sweep_widget.engines.compiled.tracing import Trace
from brian_sweep_widget.engines.compiled.translation_units import Project, file_by_file, in_units
from brian_sweep_widget.models import Plain

_OUR_SOURCE = "sweep_table.cpp"
_OUR_FILES = (_OUR_SOURCE, "sweep_table.h")


@dataclass(frozen=True, slots=True)
class Move:
    """What moving one parameter changed.

    Parameters
    ----------
    before, after
        The parameter's values.
    trace
        After the move; None if it could not be traced.
    """

    before: Plain
    after: Plain
    trace: Trace | None


@dataclass(frozen=True)
class Blueprint:
    """The traces from which a program is made.

    Parameters
    ----------
    name
        The model's, for people.
    base
        The trace, with its sources, whose code is compiled.
    values
        The parameters of that trace.
    moves
        By parameter name.
    together
        The trace of all parameters moved at once; None if they cannot be.
    others
        More traces.
    untouched
        Parameters that the builder leaves to equations.
    constants
        Slots that C++ wants as plain numbers, so that they are not looked up.
    """

    name: str
    base: Trace
    values: Mapping[str, Plain]
    moves: Mapping[str, Move]
    together: Trace | None
    others: tuple[Trace, ...]
    untouched: frozenset[str]
    constants: frozenset[Slot] = frozenset()

    @property
    def traces(self) -> list[Trace]:
        """All that there are, the base first."""
        moved = (move.trace for move in self.moves.values())
        found = (self.base, self.together, *self.others, *moved)
        return [trace for trace in found if trace is not None]

    def lifted(self) -> Lifted:
        """Find what is to be looked up."""
        alike = [
            trace.parsed
            for trace in self.traces
            if trace.parsed.skeleton == self.base.parsed.skeleton
        ]
        slots = tuple(slot for slot in slots_between(alike) if slot not in self.constants)
        return Lifted(self.base.parsed, slots, frozenset(self.base.static_arrays))

    @cached_property
    def project(self) -> Project:
        """What is to be compiled; worked out once, as it takes some 0.05 s."""
        return in_units(with_support(self.base, self.lifted().slots))

    @cached_property
    def kit(self) -> Kit:
        """All that it takes to compile it, on any computer."""
        project = self.project
        shape, entries = shape_of(project.files), len(self.lifted().slots)
        return Kit(self.name, project, shape, entries, self.base.toolchain)

    def without(self, slots: frozenset[Slot]) -> Blueprint:
        """Leave some slots in place, as plain numbers."""
        return replace(self, constants=self.constants | slots)

    def program(self, binary: Path, compile_time: float) -> Program:
        """Say all that is to be known of the program that was made from this, in some seconds."""
        rules = self.lifted()
        base = rules.variant(self.base)
        moved = {name: _variant(rules, move) for name, move in self.moves.items()}
        draws = self.base.draws or any(
            move.trace is not None and move.trace.draws for move in self.moves.values()
        )
        instants = {}
        for name in self.untouched - self.base.structure.names:
            entries = self._entries_of(name, base, moved)
            if entries is not None and not draws:
                instants[name] = entries
        costs: dict[str, Cost] = {
            name: "rebuild" if variant is None else "instant" if name in instants else "retrace"
            for name, variant in moved.items()
        }
        return Program(
            binary,
            self.kit.shape,
            rules,
            instants,
            costs,
            foldable(self.base.sources, rules.slots),
            self.base.seeds,
            self.values,
            base,
            frozenset(name for name, move in self.moves.items() if self._counts(move)),
            {"retrace": self._trace_time, "rebuild": compile_time},
            self.kit,
        )

    @property
    def _trace_time(self) -> float:
        """The shortest time of a trace in seconds: the first one loads much of Brian."""
        moved = (move.trace for move in self.moves.values())
        return min(trace.seconds for trace in (self.base, *moved) if trace is not None)

    def _counts(self, move: Move) -> bool:
        """Whether a parameter is the number of neurons, before and after it was moved."""
        found = (self.base, move.before), (move.trace, move.after)
        return all(
            trace is not None and type(value) is int and trace.structure.neurons == value
            for trace, value in found
        )

    def _entries_of(
        self, name: str, base: Variant, moved: Mapping[str, Variant | None]
    ) -> tuple[int, ...] | None:
        """Find the entries that are a parameter's value; None if it changes anything else."""
        after = moved.get(name)
        if after is None:
            return None
        if (base.static_arrays, base.files) != (after.static_arrays, after.files):
            return None
        mine = _differing(base, after)
        move = self.moves[name]
        for entry in mine:
            if (base.entries[entry], after.entries[entry]) != (move.before, move.after):
                return None
        for other, variant in moved.items():
            if other != name and variant is not None and mine & _differing(base, variant):
                return None
        return tuple(sorted(mine))


def with_support(trace: Trace, slots: tuple[Slot, ...]) -> Project:
    """Give the project of a trace, with slots looked up."""
    ours = resources.files(__package__) / "cpp"
    support = {name: (ours / name).read_text(encoding="utf-8") for name in _OUR_FILES}
    files = {**trace.library, **lifted(trace.sources, slots), **support}
    return file_by_file(files, (_OUR_SOURCE, *trace.toolchain.sources))


def _variant(rules: Lifted, move: Move) -> Variant | None:
    """Make the variant of a move; None if it needs another program."""
    if move.trace is None:
        return None
    try:
        return rules.variant(move.trace)
    except OtherShapeError:
        return None


def _differing(before: Variant, after: Variant) -> set[int]:
    pairs = zip(before.entries, after.entries, strict=True)
    return {entry for entry, (one, other) in enumerate(pairs) if one != other}
