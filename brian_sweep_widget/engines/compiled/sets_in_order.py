"""What Brian keeps in sets, written into the program in the same order every time.

The order of a set is that of its members' addresses in memory, or of the hashes
of names, which are others in every process: a network would be traced as
another shape at random, and for a model that is another one each time nothing
can be compiled.
"""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any
from unittest import mock


@contextmanager
def sets_in_order() -> Iterator[None]:
    """Have Brian write clocks, variables and synapses in an order that does not change."""
    with _clocks_in_order(), _names_in_order():
        yield


@contextmanager
def _clocks_in_order() -> Iterator[None]:
    from brian2 import Clock  # noqa: PLC0415 - only traces need Brian

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

    with mock.patch.object(Clock, "__hash__", hash_once):
        yield


@contextmanager
def _names_in_order() -> Iterator[None]:
    """Sort names by their letters, and by case where these are the same.

    Brian's templates sort what comes from a set, but take ``U`` and ``u`` for
    equals, whose order then stays the set's.
    """
    from brian2.devices.cpp_standalone.codeobject import (  # noqa: PLC0415 - as above
        CPPStandaloneCodeObject,
    )

    filters = CPPStandaloneCodeObject.templater.env.filters
    by_case = {name: _by_case(filters[name]) for name in ("sort", "dictsort")}
    with mock.patch.dict(filters, by_case):
        yield


def _by_case(sort: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(sort)  # which also says that the filter takes the environment
    def by_case(*args: Any, **options: Any) -> Any:
        return sort(*args, **{"case_sensitive": True, **options})

    return by_case
