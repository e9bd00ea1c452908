"""A namespace that code can reach: the names in it that the code may mean, and why."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from brian_sweep_widget.engines.brian_objects import meant_by_equations
from brian_sweep_widget.engines.reducing import Scope

# What Python and IPython keep in a namespace, ...
_NOT_MEANT = re.compile(r"__\w+__|_+|_i+|_i?\d+|_[dio]h")
# ... and, by these names that a person may give to a thing of their own, once more.
_AGAIN = {"In": "_ih", "Out": "_oh"}
_GIVEN = frozenset({"__name__", "__package__", "__file__", "__path__", "__builtins__", "__spec__"})


class Wanted(NamedTuple):
    """Why a name of a namespace is wanted.

    Attributes
    ----------
    by
        The function whose code names it; empty if none does so by itself.
    text
        Whether only texts name it.
    """

    by: str
    text: bool


class ReachedScope:
    """What is known of one namespace.

    Parameters
    ----------
    scope
        The namespace.

    Attributes
    ----------
    named
        Names that code uses; by which function.
    whole
        Whether any of its names may be used.
    held
        Whether code holds the module itself.
    wanted
        Names that were looked at.
    failed
        Those of them that cannot be sent, and why.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.named: dict[str, str] = {}
        self.whole = False
        self.held = False
        self.wanted: dict[str, Wanted] = {}
        self.failed: dict[str, Exception] = {}

    def names_wanted(
        self, names: AbstractSet[str], words: AbstractSet[str], *, any_attribute: bool
    ) -> dict[str, Wanted]:
        """Give the names in it that may be meant.

        Parameters
        ----------
        names
            That occur in code.
        words
            That occur in texts.
        any_attribute
            Whether code may reach any attribute of a module that it holds.
        """
        namespace = self.scope.namespace
        there = namespace.keys()
        wanted = {name: Wanted(by, text=False) for name, by in self.named.items() if name in there}
        for name in self._held(names | words, any_attribute) & there - wanted.keys():
            wanted[name] = Wanted("", text=False)
        for name in words & there - wanted.keys():
            if self._is_persons(name) and meant_by_equations(namespace[name]):
                wanted[name] = Wanted("", text=True)
        return wanted

    def _held(self, mentioned: AbstractSet[str], any_attribute: bool) -> set[str]:  # noqa: FBT001
        if self.whole or (self.held and any_attribute):
            return {name for name in self.scope.namespace.copy() if self._is_persons(name)} - _GIVEN
        return {*mentioned - _GIVEN, "__getattr__"} if self.held else set()

    def _is_persons(self, name: str) -> bool:
        """Whether it is a person who made something by that name."""
        namespace = self.scope.namespace
        if name in _AGAIN:
            return namespace[name] is not namespace.get(_AGAIN[name])
        return _NOT_MEANT.fullmatch(name) is None
