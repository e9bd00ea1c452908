"""Where each part of a script stands: its imports, its scopes, its order."""

from __future__ import annotations

import keyword
from collections.abc import Container, Iterable, Iterator, Mapping
from types import ModuleType
from typing import Any

from brian_sweep_widget.engines.script.collecting import Collection
from brian_sweep_widget.engines.script.import_lines import LONGEST_LINE, ImportLines
from brian_sweep_widget.engines.script.order import in_order
from brian_sweep_widget.engines.script.parts import (
    OWN_NAME,
    TOKEN,
    Key,
    Part,
    Scope,
    sole_reference,
)
from brian_sweep_widget.engines.script.shared_names import SharedNames

# Builtins that the script itself uses.
_USED = frozenset(
    {"bool", "dict", "float", "isinstance", "list", "print", "vars", "object", "__name__"}
)


class Layout:
    """Gives names to what was collected, and writes it in order.

    The scopes of different modules become one, the script's own, where no name
    means two things. A scope in which one does is written as a module of its
    own, in the same file: equations find their variables among the globals of
    the function that runs the network, so each function keeps its own globals.

    Parameters
    ----------
    collection
        What there is.
    asked
        References to what the script uses itself.
    modules
        What the script imports for itself, by the names that it would like.
    own
        Other names that the script would like to use.
    """

    def __init__(
        self,
        collection: Collection,
        asked: Iterable[str],
        modules: Mapping[str, ModuleType],
        own: Iterable[str],
    ) -> None:
        self._collection = collection
        self._parts = collection.parts
        self.imports = ImportLines()
        self._order = in_order(self._parts[n] for text in asked for n in _numbers(text))
        every = {part.name for part in self._order if part.scope is not None}
        every |= {name for scope in collection.scopes for name in scope.plain}
        #: The script's names for what it uses itself, by the names that it would like.
        self.own = {name: _other(name, every) for name in own}
        self._flat: dict[str, Key] = {name: ("plain", name) for name in _USED}
        self._flat |= {name: ("own", name) for name in self.own.values()}
        meant = {
            name
            for name in modules
            for part in self._order
            if part.name == name
            and part.scope is not None
            and self._key(part) != ("import", modules[name].__name__, "")
        }
        self._modules: dict[str, str] = {}
        for name, module in modules.items():
            self.own[name] = _other(name, every) if name in meant else name
            self._modules[module.__name__] = self.own[name]
            self._flat[self.own[name]] = ("import", module.__name__, "")
            self.imports.module(module.__name__, self.own[name])
        self._sections: list[Scope] = []
        self._place = {part.number: place for place, part in enumerate(self._order)}
        self._names = SharedNames(self._flat, self._place)
        self._called: set[str] = set()  # what sections are called as modules
        self._choose_scopes()
        self._expressions: dict[int, str] = {}
        self._assigned: set[str] = set()  # lines of plain values that are written
        self.blocks = list(self._written())

    def resolve(self, text: str) -> str:
        """Replace references in a text by expressions, and own names by those chosen."""
        with_names = OWN_NAME.sub(lambda found: self.own[found[1]], text)
        return TOKEN.sub(lambda found: self._expression(self._parts[int(found[1])]), with_names)

    # Scopes

    def _key(self, part: Part) -> Key:
        """Say what a part means, so that two names for it can be told from two things."""
        if part.kind == "import":
            module, path = (part.name, part.path)
            if path and _is_known_to_brian(path, part.thing):
                return ("plain", path)
            return ("plain", path) if module == "builtins" else ("import", module, path)
        if part.kind == "value":
            other = sole_reference(part.text)
            if other is not None:
                return self._key(self._parts[other])
            if not part.identity:
                return ("value", part.text)
        return ("part", part.number)

    def _choose_scopes(self) -> None:
        """Let scopes share the script's names unless a name would mean two things."""
        named: dict[int, list[tuple[Part, Key]]] = {}
        for part in self._order:
            if part.scope is not None and part.kind not in {"module", "change"}:
                named.setdefault(id(part.scope), []).append((part, self._key(part)))
        used = [one for one in self._collection.scopes if id(one) in named or one.real]
        for scope in used:
            if scope.real or not self._names.take(scope, named.get(id(scope), [])):
                self._sections.append(scope)
        self._aliases = {
            part.number: self._unique(
                f"{scope.module.rpartition('.')[2]}_{part.name}", ("alias", part.number)
            )
            for scope, part in self._names.passed
        }
        for scope in self._sections:
            scope.prefix = f"{self._name_of_module(scope)}."

    def _name_of_module(self, scope: Scope) -> str:
        """Find a name in the script for a module of the user's: the one it has already."""
        part = next(
            (one for one in self._order if one.kind == "module" and one.scope is scope), None
        )
        key = ("part", part.number) if part else ("scope", id(scope))
        known = next((name for name, one in self._flat.items() if one == key), "")
        return known or self._unique(scope.module.rpartition(".")[2], key)

    def _unique(self, wanted: str, key: Key) -> str:
        name = _other(wanted if wanted.isidentifier() else "module", self._flat)
        self._flat[name] = key
        return name

    # Expressions

    def _expression(self, part: Part) -> str:
        if part.number not in self._expressions:
            self._expressions[part.number] = self._found_expression(part)
        return self._expressions[part.number]

    def _found_expression(self, part: Part) -> str:
        if part.kind == "import":
            if part.name == "builtins":
                return part.path
            module = self._module(part.name)
            return f"{module}.{part.path}" if part.path else module
        assert part.scope is not None  # noqa: S101 - only imports have none
        if part.kind == "module":
            if part.scope in self._sections:
                return part.scope.prefix.rstrip(".")
            return self._name_of_module(part.scope)
        return f"{part.scope.prefix}{self._aliases.get(part.number, part.name)}"

    def _module(self, module: str) -> str:
        """Give the script's name for an installed module."""
        if module not in self._modules:
            wanted = next(
                (
                    part.name
                    for part in self._order
                    if part.scope is not None
                    and not part.scope.prefix
                    and self._key(part) == ("import", module, "")
                ),
                "",
            )
            name = wanted or self._unique(module.replace(".", "_"), ("import", module, ""))
            self._modules[module] = name
            self.imports.module(module, name)
        return self._modules[module]

    # Text

    def _written(self) -> Iterator[str]:
        for scope in self._sections:
            yield self._heading(scope)
        for part in self._order:
            text = self.resolve(part.text) if part.kind == "change" else self._text(part)
            if text:
                yield text
        for name in sorted(self._collection.submodules):
            root = name.partition(".")[0]
            if self._modules.get(root) == root:
                self.imports.module(name, name)
            else:
                self.imports.module(
                    name, self._unique(name.replace(".", "_"), ("import", name, ""))
                )

    def _heading(self, scope: Scope) -> str:
        """Make the module that a scope is."""
        name = scope.prefix.rstrip(".")
        called = name if scope.module in {"__main__", *self._called} else scope.module
        self._called.add(called)
        lines = [
            f"{name} = {self._module('types')}.ModuleType({called!r})",
            # Where data classes look for it, and functions that import from it.
            f"{self._module('sys')}.modules[{called!r}] = {name}",
        ]
        if scope.package:
            lines.append(f"{name}.__package__ = {scope.package!r}")
        if scope.imported:
            lines.append(f"{name}.__path__ = []")
        texts = [part.text for part in self._order if part.scope is scope]
        lent = {found[1] for text in texts for found in OWN_NAME.finditer(text)}
        lines += [f"{name}.{self.own[one]} = {self.own[one]}" for one in sorted(lent)]
        return "\n".join(lines) + "\n"

    def _text(self, part: Part) -> str:
        if part.scope is None:  # imported
            return ""
        here, text = self._expression(part), self.resolve(part.text)
        if part.kind == "module":
            return "" if part.scope in self._sections else self._namespace(part, here)
        flat = not part.scope.prefix
        if part.kind == "definition":
            if part.number in self._aliases:
                text += f"{here} = {part.name}  # another {part.name} follows\n"
            return text if flat else self._executed(part.scope, part.text)
        if flat and self._imported(part):
            return ""
        written = f"{here} = {text}\n"
        if text == here or (flat and not part.identity and written in self._assigned):
            return ""
        self._assigned.add(written)
        return written

    def _namespace(self, part: Part, here: str) -> str:
        called = f"{here} = {self._module('types')}.SimpleNamespace("
        items = [f"{one.name}={self._expression(one)}" for one in part.eager]
        line = called + ", ".join(items) + ")\n"
        if len(line) <= LONGEST_LINE:
            return line
        return called + "\n" + "".join(f"    {item},\n" for item in items) + ")\n"

    def _executed(self, scope: Scope, text: str) -> str:
        """Write a definition so that a module has it, and its globals are the module's."""
        name = scope.prefix.rstrip(".")
        given = {
            number: _other(f"given_{number}", scope.meanings) for number in set(_numbers(text))
        }
        lent = "".join(
            f"{name}.{one} = {self._expression(self._parts[number])}\n"
            for number, one in sorted(given.items())
        )
        text = self.resolve(TOKEN.sub(lambda found: given[int(found[1])], text))
        quoted = next(
            (
                f"r{quotes}\n{text}{quotes}"
                for quotes in ("'''", '"""')
                if quotes not in text and not text.endswith(("\\", quotes[0]))
            ),
            repr(text),
        )
        return f"{lent}exec({quoted}, vars({name}))\n"

    def _imported(self, part: Part) -> bool:
        """Have a name imported that means something in an installed module."""
        other = sole_reference(part.text)
        thing = self._parts[other] if other is not None else None
        if thing is None or thing.kind != "import" or "." in thing.path:
            return False
        if thing.path:
            self.imports.name(thing.name, thing.path, part.name)
        else:
            self.imports.module(thing.name, part.name)
        return True


def _numbers(text: str) -> list[int]:
    return [int(one) for one in TOKEN.findall(text)]


def _other(name: str, taken: Container[str]) -> str:
    """Give a name, or one like it that is free."""
    alias, number = name, 2
    while alias in taken or keyword.iskeyword(alias):
        alias, number = f"{name}_{number}", number + 1
    return alias


def _is_known_to_brian(name: str, thing: Any) -> bool:
    """Whether equations that no one gave a meaning to a name take this one."""
    from brian2.core.namespace import (  # noqa: PLC0415 - engines are imported without Brian
        DEFAULT_CONSTANTS,
        DEFAULT_FUNCTIONS,
        DEFAULT_UNITS,
    )

    known = (DEFAULT_UNITS, DEFAULT_FUNCTIONS, DEFAULT_CONSTANTS)
    return any(one.get(name) is thing for one in known)
