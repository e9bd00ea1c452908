"""Imports within functions: modules of the user's are there when a script runs them."""

from __future__ import annotations

import importlib
import sys

from brian_sweep_widget.engines.script.bound_names import BoundNames
from brian_sweep_widget.engines.script.names import Import, Names
from brian_sweep_widget.engines.script.origins import is_own_module
from brian_sweep_widget.engines.script.parts import Part, Scope


def import_within(bound: BoundNames, part: Part, scope: Scope, one: Import, names: Names) -> None:
    """Provide what a function of the user's imports from modules of the user's."""
    package = str(scope.meanings.get("__package__") or "")
    name = "." * one.level + one.module
    try:
        module = importlib.import_module(name, package or None)
    except ImportError:
        return  # as it will be there: this may be an import that is tried
    if not is_own_module(module):
        return
    if one.level:
        scope.real, scope.package = True, package
    paths = {(attribute,) for attribute in one.names} or names.paths.get(one.alias, {()})
    if not one.names and "." in one.module and one.alias == one.module.partition(".")[0]:
        above = len(one.module.split(".")) - 1
        paths = {path[above:] for path in paths}
    for attribute in one.names:
        inner = f"{module.__name__}.{attribute}"
        if inner in sys.modules and is_own_module(sys.modules[inner]):
            bound.import_while_running(part, sys.modules[inner], names.paths.get(attribute, {()}))
    bound.import_while_running(part, module, {path for path in paths if path[:1] != ("*",)})
