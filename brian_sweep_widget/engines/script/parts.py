"""Parts of a script, and the scopes in which they have their names."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Literal

#: Stands in a text for the expression of a part.
TOKEN = re.compile("\0(\\d+)\0")

#: Stands in a text for a name of the script's own, as models may have another use for it.
OWN_NAME = re.compile("\1([A-Za-z_]\\w*)")

#: Tells whether two names mean the same.
Key = tuple[object, ...]


@dataclass(eq=False, slots=True)
class Scope:
    """The globals of a user's module, or what a function sees: these and what it closes over.

    Parameters
    ----------
    module
        Name of the module.
    meanings
        What names mean there.
    names
        Those which the script must give a meaning there.
    plain
        Names that must mean what Python, or Brian in equations, means by them.
    read
        Names that code or texts there may read.
    real
        Whether it has to be a module in the script, too.
    imported
        Whether functions import from it while they run.
    package
        Of the module.
    prefix
        Before its names, in the script: empty if they are the script's own.
    """

    module: str
    meanings: dict[str, Any]
    names: dict[str, Part] = field(default_factory=dict)
    plain: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    real: bool = False
    imported: bool = False
    package: str = ""
    prefix: str = ""


@dataclass(eq=False, slots=True)
class Part:
    """Something that the script imports, writes or defines.

    Parameters
    ----------
    number
        Of this part, for references to it.
    kind
        ``import``: of a module, or of something in it. ``module``: one of the
        user's own, as an object. ``value``: a name for an expression.
        ``definition``: a function or a class. ``change``: what was set on one
        after it was defined.
    scope, name
        Where it has its name; imports and modules have none of their own.
    thing
        The object.
    text
        Source code, with references in it.
    path
        Within the module that is imported.
    identity
        Whether it matters that it is this object, not an equal one.
    eager
        What must be there before it.
    lazy
        What must be there when it is called.
    """

    number: int
    kind: Literal["import", "module", "value", "definition", "change"]
    scope: Scope | None
    name: str
    thing: Any
    text: str = ""
    path: str = ""
    identity: bool = False
    eager: list[Part] = field(default_factory=list)
    lazy: list[Part] = field(default_factory=list)

    @property
    def reference(self) -> str:
        """Stands for the part's expression until all names are known."""
        return f"\0{self.number}\0"


def sole_reference(text: str) -> int | None:
    """Give the number of the part to which a text refers and does nothing else."""
    found = TOKEN.fullmatch(text)
    return int(found[1]) if found else None
