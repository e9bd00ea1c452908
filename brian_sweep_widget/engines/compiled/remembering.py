"""Solutions of equations, remembered from one trace to the next.

Brian solves linear equations symbolically, which takes half of the time of a
trace, and forgets the solution when anything about the variables changes, such
as the size of the group. The solution depends on far less.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest import mock

from brian_sweep_widget.engines.compiled.lifting import OtherShapeError

_MOST = 256  # solutions
_NUMBER = re.compile(r"(?<![\w.])(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")


@functools.cache
def remember_solutions() -> None:
    """Have this process remember what Brian's exact integration method gives."""
    from brian2.stateupdaters.exact import LinearStateUpdater  # noqa: PLC0415 - only traces need it

    solve = LinearStateUpdater.__call__
    LinearStateUpdater.__call__ = _remembering(solve)


@contextmanager
def watched_solutions(allowed: frozenset[str] | None) -> Iterator[set[str]]:
    """Note which equations are solved.

    Parameters
    ----------
    allowed
        Those that may be; None for any. Others are another shape: that is
        raised before Brian begins with them.

    Yields
    ------
    set of str
        The equations, without the numbers in them.
    """
    from brian2.stateupdaters.base import StateUpdateMethod  # noqa: PLC0415 - as above

    solved: set[str] = set()
    # In front of Brian's own memory, which would hide what it solved before.
    apply = StateUpdateMethod.apply_stateupdater

    @functools.wraps(apply)
    def watched(equations: Any, *args: Any, **options: Any) -> Any:
        without_numbers = _NUMBER.sub("0", str(equations))
        if allowed is not None and without_numbers not in allowed:
            msg = f"other equations: {equations}"
            raise OtherShapeError(msg)
        solved.add(without_numbers)
        return apply(equations, *args, **options)

    with mock.patch.object(StateUpdateMethod, "apply_stateupdater", staticmethod(watched)):
        yield solved


def _remembering(solve: Callable[..., str]) -> Callable[..., str]:
    known: dict[Hashable, str] = {}

    @functools.wraps(solve)
    def solve_or_remember(
        self: Any, equations: Any, variables: Any = None, method_options: Any = None
    ) -> str:
        key = _key(equations, variables or {}, method_options or {})
        if key is None:
            return solve(self, equations, variables, method_options)
        if key not in known:
            if len(known) >= _MOST:
                known.clear()
            known[key] = solve(self, equations, variables, method_options)
        return known[key]

    return solve_or_remember


def _key(
    equations: Any, variables: Mapping[str, Any], options: Mapping[str, Any]
) -> Hashable | None:
    """Name all that a solution depends on; None where that is not plain to see.

    `LinearStateUpdater` reads the equations with their subexpressions, the type
    of every variable (to tell whole numbers from others, and constants from
    what changes), the time step, and what functions say about being constant
    over one. Values and sizes play no part: they are symbols in the solution.
    """
    from brian2.core.functions import DEFAULT_FUNCTIONS, Function  # noqa: PLC0415

    described: list[Hashable] = []
    for name, variable in sorted(variables.items()):
        if isinstance(variable, Function):
            if DEFAULT_FUNCTIONS.get(name) is not variable:
                return None  # a TimedArray, or the user's own: it may say anything
            described.append((name,))
        else:
            described.append(
                (
                    name,
                    type(variable).__name__,
                    str(variable.dtype),
                    variable.scalar,
                    variable.constant,
                    getattr(variable, "expr", None),
                )
            )
    time_step = variables["dt"].get_value().tobytes() if "dt" in variables else b""
    return str(equations), tuple(described), time_step, repr(sorted(options.items()))
