"""Gathers all that functions refer to: what a script imports, writes and defines."""

from __future__ import annotations

from types import FunctionType
from typing import Any

from brian_sweep_widget.engines.script.bound_names import OF_MODULES
from brian_sweep_widget.engines.script.collected_definitions import CollectedDefinitions, Rewrite
from brian_sweep_widget.engines.script.errors import ScriptError
from brian_sweep_widget.engines.script.origins import undecorated_model
from brian_sweep_widget.engines.script.parts import Part, Scope
from brian_sweep_widget.engines.script.words import known_to_brian


class Collection(CollectedDefinitions):
    """The parts of a script, and the scopes in which they have names.

    Parts are made as they are referred to, beginning with what is asked for;
    where each stands and how its scope is written is for `Layout` to say.
    """

    def expression(self, value: Any, name: str) -> str:
        """Refer to a value, a function or an object that can be called.

        Raises
        ------
        ScriptError
            If it, or what it refers to, cannot be written.
        """
        text = self.written(undecorated_model(value), name)
        self._provide_words()
        return text

    def model(self, builder: Any, name: str, rewrite: Rewrite) -> str:
        """Refer to a model's function, which is written in another way than it stands.

        Raises
        ------
        ScriptError
            As `expression`; also if it is not defined by def.
        """
        if not isinstance(builder, FunctionType):
            msg = f"{name} is no plain function: define the model by def"
            raise ScriptError(msg)
        part = self.definition(builder, name, rewrite)
        self._provide_words()
        return part.reference

    # Words of texts, which may be names in equations

    def _provide_words(self) -> None:
        """Give words that occur in texts their meaning, in every scope that has one."""
        defaults = known_to_brian()
        done: set[tuple[int, str]] = set()
        while True:
            waiting = [
                (scope, word)
                for scope in list(self.scopes)
                for word in sorted(self.words)
                if (id(scope), word) not in done
            ]
            if not waiting:
                return
            for scope, word in waiting:
                done.add((id(scope), word))
                scope.read.add(word)
                if word in scope.meanings and word not in OF_MODULES:
                    part = self.try_bind(scope, word)
                    if part is not None:
                        self._lend(scope, part)
                elif word in defaults:
                    scope.plain.add(word)

    def _lend(self, scope: Scope, part: Part) -> None:
        """Have a part that only texts name written with all that stands in its scope."""
        for other in scope.names.values():
            if other.kind == "definition" and other is not part and part not in other.lazy:
                other.lazy.append(part)
