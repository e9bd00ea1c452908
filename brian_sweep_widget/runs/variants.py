"""The programs of one model, and the variants of them that were traced."""

from __future__ import annotations

import functools
import shutil
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from brian_sweep_widget.engines import compiled
from brian_sweep_widget.engines.file_states import is_current
from brian_sweep_widget.models import Plain

_MOST = 4096  # variants; one takes a few kB, besides the arrays that it reads
_MOST_BYTES = 256e6  # of these arrays
_LEAST = 100  # variants that are kept however large they are: jobs may be waiting for them


@dataclass(frozen=True, slots=True)
class Prepared:
    """A variant of a program, with the folder of what it reads."""

    program: compiled.Program
    variant: compiled.Variant
    inputs: Path


class Variants:
    """Programs and variants by what they simulate. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._programs: list[compiled.Program] = []
        self._kept: OrderedDict[Hashable, Prepared] = OrderedDict()
        self._size = 0
        self._asked: dict[Hashable, Future[Any]] = {}

    @property
    def programs(self) -> tuple[compiled.Program, ...]:
        """All programs, the latest last."""
        return tuple(self._programs)

    def add(self, program: compiled.Program) -> None:
        """Add a program, with the variant that it was made from."""
        with self._lock:
            self._programs = [
                *(other for other in self._programs if other.shape != program.shape), program
            ]  # fmt: skip
            if not program.variant.draws:
                self._put(program, program.variant, program.values, 0)

    def find(self, values: Mapping[str, Plain], seed: int) -> Prepared | None:
        """Give the variant that simulates some values, if there is one that still holds."""
        with self._lock:
            for program in reversed(self._programs):
                for key in (program.key(values), program.key_of_draw(values, seed)):
                    found = self._kept.get(key)
                    if found is None:
                        continue
                    if is_current(found.variant.read):
                        self._kept.move_to_end(key)
                        return found
                    self._set_aside(key)
        return None

    def keep(
        self, trace: compiled.Trace, values: Mapping[str, Plain], seed: int
    ) -> Prepared | None:
        """Make a variant of a trace, in a program that it fits; None if it fits none."""
        with self._lock:
            for program in reversed(self._programs):
                try:
                    variant = program.lifted.variant(trace)
                except compiled.OtherShapeError:
                    continue
                wrong = program.mispredicted(variant, values)
                right = self.refute(program.shape, wrong) if wrong else program
                return self._put(right, variant, values, seed)
        return None

    def refute(self, shape: bytes, names: frozenset[str]) -> compiled.Program:
        """Predict these parameters no more, and forget what was kept."""
        with self._lock:
            program = next(found for found in self._programs if found.shape == shape).refute(names)
            self._programs = [
                program if found.shape == shape else found for found in self._programs
            ]
            # Their folders stay: jobs that were made of them may be under way.
            self._kept.clear()
            self._size = 0
            return program

    def asked(
        self, values: Mapping[str, Plain], seed: int, ask: Callable[[], Future[Any]]
    ) -> Future[Any]:
        """Give the trace that was asked for already, or ask for it."""
        key = (tuple(values.items()), seed)
        with self._lock:
            future = self._asked.get(key)
            if future is None or (future.done() and not _is_good(future)):
                future = self._asked[key] = ask()
            return future

    def forget_asked(self, values: Mapping[str, Plain], seed: int) -> None:
        """Drop an answer that was given, or that nobody waits for."""
        with self._lock:
            future = self._asked.pop((tuple(values.items()), seed), None)
        if future is not None:
            future.cancel()  # nothing, if it was given

    def _put(
        self,
        program: compiled.Program,
        variant: compiled.Variant,
        values: Mapping[str, Plain],
        seed: int,
    ) -> Prepared:
        prepared = Prepared(program, variant, _folder_of(variant))
        key = program.key_of_draw(values, seed) if variant.draws else program.key(values)
        self._set_aside(key)
        self._kept[key] = prepared
        self._size += _bytes_of(prepared)
        while len(self._kept) > _MOST or (self._size > _MOST_BYTES and len(self._kept) > _LEAST):
            self._drop()
        return prepared

    def _set_aside(self, key: Hashable) -> None:
        """Find a variant no more; jobs that were made of it may be under way, so it is kept."""
        found = self._kept.pop(key, None)
        if found is not None:
            self._kept[object()] = found

    def _drop(self) -> None:
        _, dropped = self._kept.popitem(last=False)
        self._size -= _bytes_of(dropped)
        if dropped.inputs != _no_inputs():
            shutil.rmtree(dropped.inputs, ignore_errors=True)


def _is_good(future: Future[Any]) -> bool:
    return not future.cancelled() and future.exception() is None


def _bytes_of(prepared: Prepared) -> int:
    return sum(map(len, prepared.variant.static_arrays.values()))


@functools.cache
def _no_inputs() -> Path:
    return compiled.new_folder("inputs")


def _folder_of(variant: compiled.Variant) -> Path:
    """Put the files that a variant reads where its program finds them."""
    if not variant.static_arrays:
        return _no_inputs()
    folder = compiled.new_folder("inputs")
    compiled.write_inputs(folder, variant.static_arrays)
    return folder
