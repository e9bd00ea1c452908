"""Outcomes that share what is the same in all of them: there may be very many.

What comes from a worker is a copy of everything: of the names of measures and
hosts, of units, of the table of versions.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import TypeVar

from brian_sweep_widget.results import Outcome, Value

_Kind = TypeVar("_Kind", bound=Hashable)


class Sharing:
    """Keeps one of each of the parts that are alike."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, Hashable] = {}
        self._versions: dict[tuple[tuple[str, str], ...], Mapping[str, str]] = {}

    def __call__(self, outcome: Outcome) -> Outcome:
        """Give an equal outcome, made of the parts that are kept."""
        values = {
            self._one(name): Value(value.si, self._one(value.unit), self._one(value.label))
            for name, value in outcome.values.items()
        }
        origin = outcome.origin
        if origin is not None:
            versions = self._versions.setdefault(tuple(origin.versions.items()), origin.versions)
            origin = replace(
                origin,
                engine=self._one(origin.engine),
                host=self._one(origin.host),
                versions=versions,
                files=self._one(origin.files),
                contents=self._one(origin.contents),
            )
        return replace(outcome, values=values, origin=origin)

    def _one(self, part: _Kind) -> _Kind:
        kept = self._kept.setdefault(part, part)
        assert isinstance(kept, type(part))  # noqa: S101 - it is equal, so of the same type
        return kept
