"""What a network keeps: Brian's objects that are still there when its builder has returned.

Brian's standalone device names the owner of every variable that can be set in
the program that it writes, and fails if it is gone by then.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def are_kept(owners: Iterable[Any], network: Any) -> bool:
    """Whether a network keeps all these: has them, or what refers to them.

    Clocks are kept by what they drive.
    """
    from brian2 import BrianObject, Clock  # noqa: PLC0415 - only traces have Brian
    from brian2.groups.group import VariableOwner  # noqa: PLC0415 - as above

    kept: set[int] = set()
    waiting = list(network.sorted_objects)
    while waiting:
        thing = waiting.pop()
        if id(thing) in kept:
            continue
        kept.add(id(thing))
        waiting += getattr(thing, "contained_objects", ())
        waiting += [
            one
            for one in vars(thing).values()
            if issubclass(type(one), BrianObject | VariableOwner)  # and no weak reference to one
        ]
    return all(id(owner) in kept or isinstance(owner, Clock) for owner in owners)
