"""Scripts that were written: run where nothing of ours can be, or executed in this process."""

from __future__ import annotations

import atexit
import functools
import itertools
import linecache
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import brian2
import numpy as np

from brian_sweep_widget.engines.script.collecting import Collection
from brian_sweep_widget.engines.script.layout import Layout

# Importing anything of ours, or of the tests', fails, wherever it is. Brian is imported
# once; each script then runs in a process of its own, in the folder in which it lies.
_ALONE = """
import os, runpy, sys, traceback
import brian2, numpy

class Refuse:
    refused = {"brian_sweep_widget", "networks", "helpers", "conftest", "test_script"}

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.refused:
            raise ImportError(f"{name} must not be needed")

sys.meta_path.insert(0, Refuse())
for line in sys.stdin:
    path = line.rstrip()
    child = os.fork()
    if not child:
        for number, kind in ((1, ".out"), (2, ".err")):
            os.dup2(os.open(path + kind, os.O_CREAT | os.O_WRONLY), number)
        os.chdir(os.path.dirname(path))
        status = 0
        try:
            runpy.run_path(path, run_name="__main__")
        except BaseException:
            traceback.print_exc()
            status = 1
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""

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
    collection = Collection({})
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


def run_alone(texts: Mapping[str, str], folder: Path) -> dict[str, list[str]]:
    """Run scripts in a folder, isolated, with Brian and numpy at hand; give what each prints."""
    folder.mkdir(exist_ok=True)
    server, printed = _isolated(), {}
    assert server.stdin is not None
    assert server.stdout is not None
    for place, (name, text) in enumerate(texts.items()):
        path = folder / f"simulation_{place}.py"
        path.write_text(text, encoding="utf-8")
        for kind in ("out", "err"):
            Path(f"{path}.{kind}").unlink(missing_ok=True)
        server.stdin.write(f"{path}\n")
        server.stdin.flush()
        status = server.stdout.readline()
        told = Path(f"{path}.err").read_text(encoding="utf-8")
        assert status == "0\n", f"{name}\n{text}\n{told}"
        printed[name] = Path(f"{path}.out").read_text(encoding="utf-8").splitlines()
    return printed


@functools.cache
def _isolated() -> subprocess.Popen[str]:
    server = subprocess.Popen(
        [sys.executable, "-I", "-c", _ALONE],
        env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(server.communicate)  # which closes its input, and waits
    return server
