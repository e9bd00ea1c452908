"""Which scopes can have their names among those of the script, and which names pass on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from brian_sweep_widget.engines.script.parts import Key, Part, Scope

Claim = tuple[str, Key, Part | None]


class SharedNames:
    """The script's own names, which all scopes use in which no name means something else.

    A name that nothing in its scope reads, as only other modules do
    (``measures.mean_rate``), can be used once more below: the definition is
    kept under another name, too.

    Parameters
    ----------
    meant
        What names mean in the script; changed by each scope that is taken in.
    place
        Of each part, by its number, in the order in which they are written.
    """

    def __init__(self, meant: dict[str, Key], place: Mapping[int, int]) -> None:
        self._meant = meant
        self._place = place
        self._held: dict[str, list[tuple[Scope, Part]]] = {}
        self._last: dict[str, int] = {}  # place of the last definition that passes a name on
        #: Parts that are known by another name, with their scopes.
        self.passed: list[tuple[Scope, Part]] = []

    def take(self, scope: Scope, parts: Sequence[tuple[Part, Key]]) -> bool:
        """Have a scope share the script's names, if it can.

        Parameters
        ----------
        scope, parts
            What has names in it, and what these mean.
        """
        own = {part.name for part, _ in parts}
        claims: list[Claim] = [(part.name, key, part) for part, key in parts]
        claims += [(name, ("plain", name), None) for name in scope.plain - own]
        passing: list[tuple[Scope, Part]] = []
        kept = []
        for name, key, part in claims:
            if self._meant.get(name, key) == key:
                if part is not None and self._place[part.number] < self._last.get(name, -1):
                    return False
                kept.append((name, key, part))
                continue
            held = self._held.get(name, [])
            if part is not None and self._can_pass(scope, part, key, [one for _, one in held]):
                passing.append((scope, part))
            elif part is not None and held and all(
                self._can_pass(other, one, self._meant[name], [part]) for other, one in held
            ):  # fmt: skip
                passing += held
                kept.append((name, key, part))
            else:
                return False
        self._pass(passing)
        for name, key, kept_part in kept:
            if self._meant.get(name, key) != key:
                self._held[name] = []
            self._meant[name] = key
            if kept_part is not None:
                self._held.setdefault(name, []).append((scope, kept_part))
        return True

    def _pass(self, passing: Sequence[tuple[Scope, Part]]) -> None:
        for other, part in passing:
            self.passed.append((other, part))
            if part.kind == "definition":
                place = self._place[part.number]
                self._last[part.name] = max(place, self._last.get(part.name, -1))

    def _can_pass(self, scope: Scope, part: Part, key: Key, others: Sequence[Part]) -> bool:
        """Whether a part can be known by another name, so that others have its name below."""
        if part.name in scope.read or key[0] not in {"value", "part"} or not others:
            return False
        if part.kind == "value":
            return True
        return all(self._place[part.number] < self._place[one.number] for one in others)
