"""What Brian keeps in sets, written in the same order every time."""

from __future__ import annotations

import functools
import itertools
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock


@contextmanager
def sets_in_order() -> Iterator[None]:
    """Have Brian write what it keeps in sets in the same order every time.

    That is the order of addresses in memory, and a network would be traced as
    another shape at random: clocks are not sorted, and the variables of synapses
    are, but to Brian ``u`` and ``U`` are the same there.
    """
    from brian2 import Clock  # noqa: PLC0415 - the tracing process alone needs it
    from brian2.devices.cpp_standalone.codeobject import CPPStandaloneCodeObject  # noqa: PLC0415

    numbers = itertools.count()

    def hash_once(clock: Any) -> int:
        # A clock is first put into a set before it has a name; one that was
        # there before has one. Kept, as Brian renames clocks later on.
        if "_sweep_hash" not in vars(clock):
            name = vars(clock).get("_name", "")
            number = zlib.crc32(name.encode()) if name else next(numbers)
            vars(clock)["_sweep_hash"] = number
        kept: int = vars(clock)["_sweep_hash"]
        return kept

    filters = CPPStandaloneCodeObject.templater.env.filters
    sort = filters["sort"]

    @functools.wraps(sort)
    def sort_by_case(*args: Any, **options: Any) -> Any:
        return sort(*args, case_sensitive=True, **options)

    by_case = mock.patch.dict(filters, sort=sort_by_case)
    with mock.patch.object(Clock, "__hash__", hash_once), by_case:
        yield
