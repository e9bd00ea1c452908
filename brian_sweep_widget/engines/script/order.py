"""The order in which the parts of a script stand."""

from __future__ import annotations

from collections.abc import Iterable

from brian_sweep_widget.engines.script.errors import ScriptError
from brian_sweep_widget.engines.script.parts import Part


def in_order(roots: Iterable[Part]) -> list[Part]:
    """Order parts so that each stands after what it needs.

    Parameters
    ----------
    roots
        What is asked for; what these need is in the order, too.

    Raises
    ------
    ScriptError
        If something needs itself before it is there.
    """
    found: list[Part] = []
    seen: set[int] = set()

    def visit(part: Part) -> None:
        if part.number in seen:
            return
        seen.add(part.number)
        for other in (*part.eager, *part.lazy):
            visit(other)
        found.append(part)

    for root in roots:
        visit(root)
    placed: list[Part] = []
    done: set[int] = set()
    under_way: set[int] = set()

    def place(part: Part) -> None:  # what is needed at once, in cycles of calls, too
        if part.number in done:
            return
        if part.number in under_way:
            msg = f"{part.name} needs itself to be defined: define it without a circle"
            raise ScriptError(msg)
        under_way.add(part.number)
        for other in part.eager:
            place(other)
        done.add(part.number)
        placed.append(part)

    for part in found:
        place(part)
    return placed
