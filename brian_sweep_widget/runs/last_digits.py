"""Whether programs for many values give the last digits of programs for single ones.

A program and one that is compiled for its values alone are compared once, while
nothing else runs; until then nobody knows, and a sweep says so.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from brian_sweep_widget.engines import compiled
from brian_sweep_widget.models import Plain
from brian_sweep_widget.runs.answers import (
    LOOK,
    NotCompiledError,
    RefusedError,
    answer,
    spare_pool,
)

_MAY_DIFFER = (
    "The last digit may differ from that of a program that is compiled for these values alone"
)


class LastDigits:
    """Compares the programs of one model, and remembers what was found.

    Parameters
    ----------
    in_use
        Whether a sweep of the model goes on.
    """

    def __init__(self, in_use: Callable[[], bool]) -> None:
        self._in_use = in_use
        self._same: dict[bytes, bool | None] = {}

    def same(self, shape: bytes) -> bool | None:
        """Tell whether a program gives the bits of one that is compiled for its values alone.

        For the values that it was made from, and for others as far as a
        compiler cannot compute with what differs; None while that is not known,
        or if it cannot be told: see `compared`.
        """
        return self._same.get(shape)

    def compared(self, shape: bytes) -> bool:
        """Tell whether no more will become known of `same`."""
        return shape in self._same

    def compare(self, blueprint: compiled.Blueprint, program: compiled.Program) -> None:
        """Have a program compared as soon as no sweep runs; does not wait."""
        if program.same_digits is not None:
            self._same[program.shape] = program.same_digits
            return
        threading.Thread(
            target=self._compare, args=(blueprint, program), name="brian-sweep-twin", daemon=True
        ).start()

    def _compare(self, blueprint: compiled.Blueprint, program: compiled.Program) -> None:
        while self._in_use():
            time.sleep(LOOK)
        same = None
        with suppress(NotCompiledError, RefusedError):
            same = answer(
                lambda: spare_pool().submit(compiled.same_digits, blueprint, program),
                lambda: False,
            )
        self._same[program.shape] = same


class DigitsOfSweep:
    """Says what is known of the last digits of one sweep.

    Parameters
    ----------
    digits
        What is known of the model's programs.
    """

    def __init__(self, digits: LastDigits) -> None:
        self._digits = digits
        self._foldable: set[bytes] = set()  # shapes of programs with which a compiler may compute
        self._folded = False  # whether other numbers than those compared may be folded

    def note(
        self,
        program: compiled.Program,
        variant: compiled.Variant,
        values: Mapping[str, Plain],
    ) -> None:
        """Take note of a program that computes some values as this variant."""
        if program.foldable:
            self._foldable.add(program.shape)
        self._folded = self._folded or not program.folds_as_made(variant, values)

    @property
    def comparing(self) -> bool:
        """Whether it is still to be found out if they differ."""
        return not all(map(self._digits.compared, list(self._foldable)))

    @property
    def notice(self) -> str:
        """What a person should know; empty if nothing."""
        if self._folded or any(
            self._digits.compared(shape) and not self._digits.same(shape)
            for shape in list(self._foldable)
        ):
            return f"{_MAY_DIFFER}."
        if self.comparing:
            return f"{_MAY_DIFFER}: the two are compared when nothing else runs, and were not yet."
        return ""
