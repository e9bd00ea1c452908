"""Scripts of what a module holds, executed in this process."""

from __future__ import annotations

import itertools
import linecache
import sys
from types import ModuleType
from typing import Any

import brian2
import numpy as np

from brian_sweep_widget.engines.script.collecting import Collection
from brian_sweep_widget.engines.script.layout import Layout

_MODULES = itertools.count()


def module_of(text: str) -> ModuleType:
    """Make a module whose source can be read, as that of a notebook's cell."""
    name = f"constants_{next(_MODULES)}"
    file = f"<cell {name}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    module = ModuleType(name)
    module.__file__ = file
    sys.modules[name] = module
    exec(compile(text, file, "exec"), vars(module))
    return module


def script_text(module: ModuleType, names: list[str]) -> str:
    """Write what names mean in a module as a script does; it gives ``all_of_them``."""
    text = f"def all_of_them():\n    return [{', '.join(names)}]\n"
    file = f"<cell that uses {module.__name__}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    exec(compile(text, file, "exec"), vars(module))
    collection = Collection()
    asked = collection.expression(vars(module)["all_of_them"], "all_of_them")
    layout = Layout(collection, [asked], {"np": np, "brian2": brian2}, ())
    called = layout.resolve(asked)
    return "\n".join([*layout.imports, *layout.blocks, f"RESULT = {called}()"])


def executed(module: ModuleType, names: list[str]) -> dict[str, Any]:
    """Write constants of a module as a script does, execute it, and give them."""
    written = script_text(module, names)
    script = ModuleType("script")
    sys.modules["script"] = script
    exec("from __future__ import annotations\n" + written, vars(script))
    return dict(zip(names, script.RESULT, strict=True))
