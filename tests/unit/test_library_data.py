"""What a cell sets in an installed package holds in workers, which have their own of it."""

from __future__ import annotations

import importlib
import json
import socket
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from brian_sweep_widget.engines import engine_for, library_data
from brian_sweep_widget.engines.fingerprint import fingerprint
from brian_sweep_widget.engines.library_data import PackageData, is_alike, is_data
from brian_sweep_widget.engines.packing import pack
from brian_sweep_widget.engines.worker import compute
from brian_sweep_widget.models import as_model
from brian_sweep_widget.sweeps import Job

MODULES = {
    "__init__": """
        from lab.parameters import params
        from lab import cells, core
        TAU = 10
        QUANTITY = None
        MODE = "slow"
        FLAG = False
        SEQUENCE = (1, 2)
        TABLE = None
        records = None
    """,
    "parameters": """
        import dataclasses
        from types import SimpleNamespace
        params = {"tau": 10, "of": {"tau": 10}}
        namespace = SimpleNamespace(tau=10)
        class Constants:
            tau = 10
        @dataclasses.dataclass
        class Record:
            tau: float = 10
        record = Record()
        class Settings:
            def __init__(self):
                self.tau = 10
        settings = Settings()
    """,
    "cells": """
        from lab import parameters
        from lab.parameters import params, settings
        def by_dict(): return params["tau"]
        def by_namespace(): return parameters.namespace.tau
        def by_record(): return parameters.record.tau
        def by_object(): return settings.tau
        class Cell:
            def tau(self): return params["tau"]
    """,
    "core": """
        import other_lab
        def by_other(): return other_lab.TAU
    """,
}


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Install two packages: each import gives them anew, as a worker has them."""
    folder = tmp_path / "site-packages"
    for name, source in MODULES.items():
        path = folder / "lab" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(source))
    (folder / "other_lab.py").write_text("TAU = 10\n")
    monkeypatch.syspath_prepend(str(folder))
    yield folder
    _as_in_a_worker()


def _as_in_a_worker() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] in {"lab", "other_lab"}]:
        del sys.modules[name]
    importlib.invalidate_caches()


def in_worker(cell: str, code: str) -> tuple[Any, Any, bytes]:
    """Run a cell and define a model; give what it is here and in a worker, and its name."""
    scope: dict[str, Any] = {"__name__": "__main__", "np": np}
    exec(textwrap.dedent(cell), scope)
    exec(code if code.startswith("def ") else f"def f(x=2.0): return {code}", scope)
    name = fingerprint([scope["f"]])
    model = as_model(scope["f"])
    sent = pack(engine_for("auto", model, model.parameters({})))
    here = scope["f"](2.0)
    _as_in_a_worker()
    outcomes = [compute(sent, Job((0,), {"x": 2.0}, seed=1)) for _ in range(2)]
    assert not any(one.failure for one in outcomes), outcomes[0].failure
    found = [one.values["f"].si.item() for one in outcomes]
    assert found[0] == found[1]
    return here, found[0], name


CASES = {
    "a number": ("lab.TAU = 20", "x * lab.TAU"),
    "a quantity": ("from brian2 import ms\nlab.QUANTITY = 20*ms", "x * float(lab.QUANTITY)"),
    "a text": ("lab.MODE = 'fastest'", "x * len(lab.MODE)"),
    "a flag": ("lab.FLAG = True", "x + lab.FLAG"),
    "several": ("lab.SEQUENCE = (20, 30, 40)", "x * sum(lab.SEQUENCE)"),
    "an array": ("lab.TABLE = np.arange(5.0)", "x * lab.TABLE.sum()"),
    "in a dict": ("lab.params['tau'] = 20", "x * lab.params['tau']"),
    "in a dict within": ("lab.params['of']['tau'] = 20", "x * lab.params['of']['tau']"),
    "another dict": ("lab.params = {'tau': 20}", "lab.params['tau'] + x*lab.cells.by_dict()"),
    "for the package": ("lab.params['tau'] = 20", "x * lab.cells.by_dict()"),
    "its function": ("from lab.cells import by_dict\nlab.params['tau'] = 20", "x * by_dict()"),
    "its object": ("cell = lab.cells.Cell()\nlab.params['tau'] = 20", "x * cell.tau()"),
    "a namespace": ("lab.parameters.namespace.tau = 20", "x * lab.cells.by_namespace()"),
    "a new attribute": (
        "lab.parameters.namespace.other = 20",
        "x * getattr(lab.parameters.namespace, 'other', -1)",
    ),
    "a record": ("lab.parameters.record.tau = 20", "x * lab.cells.by_record()"),
    "a record where none was": (
        "lab.records = lab.parameters.Record(20)",
        "x * (lab.records.tau if lab.records else -1)",
    ),
    "an object": ("lab.parameters.settings.tau = 20", "x * lab.cells.by_object()"),
    "a class": ("lab.parameters.Constants.tau = 20", "x * lab.parameters.Constants.tau"),
    "another package's": ("import other_lab\nother_lab.TAU = 20", "x * lab.core.by_other()"),
    "by another name": (
        "from lab import params\nfrom lab.cells import by_dict",
        "def f(x=2.0):\n    params['tau'] = x\n    return by_dict()",
    ),
    "an object by another name": (
        "from lab.parameters import settings\nfrom lab.cells import by_object",
        "def f(x=2.0):\n    settings.tau = x\n    return by_object()",
    ),
    "imported by the function": (
        "lab.TAU = 20",
        "def f(x=2.0):\n    import lab\n    return x * lab.TAU",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_a_cell_sets_in_a_package_holds_in_a_worker(lab: Path, case: str) -> None:
    cell, code = CASES[case]
    here, there, name = in_worker(f"import lab, lab.cells\n{cell}", code)
    assert there == here
    # Afterwards the package is what it was, for the next job.
    fresh: ModuleType = importlib.import_module("lab")
    assert (fresh.TAU, fresh.MODE, fresh.FLAG, fresh.records) == (10, "slow", False, None)
    assert fresh.params["tau"] == 10
    assert vars(fresh.parameters.namespace) == {"tau": 10}
    assert fresh.parameters.record.tau == fresh.parameters.settings.tau == 10
    assert fresh.parameters.Constants.tau == 10
    assert fresh.cells.params is fresh.params
    if "def f" not in code:  # and what was set makes another model
        _as_in_a_worker()
        assert in_worker("import lab, lab.cells\ncell = lab.cells.Cell()", "x * 1.0")[2] != name


def test_the_data_of_a_package_belongs_to_the_model(lab: Path) -> None:
    code = "x * lab.cells.by_dict()"
    names = [in_worker(f"import lab\nlab.params['tau'] = {tau}", code)[2] for tau in (1, 2, 1)]
    assert names[0] == names[2] != names[1]


def test_places_in_files_are_those_of_the_computer(lab: Path) -> None:
    """A package's own folder, say, may be elsewhere on a host."""
    scope: dict[str, Any] = {"__name__": "__main__"}
    exec("import lab\nlab.FLAG, lab.MODE = True, '/here'", scope)
    exec("def f(x=1.0): return 2.0*lab.FLAG + (lab.MODE == '/here')", scope)
    model = as_model(scope["f"])
    sent = pack(engine_for("auto", model, model.parameters({})))
    found = []
    for host in (socket.gethostname(), "another"):
        _as_in_a_worker()
        there = sent.replace(json.dumps(socket.gethostname()).encode(), json.dumps(host).encode())
        found.append(compute(there, Job((0,), {"x": 1.0}, seed=1)).values["f"].si.item())
    assert found == [3.0, 2.0]


def test_of_a_large_package_modules_are_read_that_code_goes_to(
    lab: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library_data, "_MOST_MODULES", 2)
    cell = "import lab.cells\nlab.parameters.namespace.tau = lab.cells.params['tau'] = 20"
    assert in_worker(cell, "x * lab.cells.by_dict()")[:2] == (40, 40)
    assert in_worker(cell, "x * lab.cells.by_namespace()")[:2] == (40, 20)


def test_private_names_secrets_and_what_is_large_are_left_alone(lab: Path) -> None:
    module = importlib.import_module("lab")
    module.ApiKey = module.password = "abc"  # type: ignore[attr-defined]
    module._cache = 3  # type: ignore[attr-defined]
    module.LARGE = np.zeros(10**6)  # type: ignore[attr-defined]
    names = {place.name for place in PackageData("lab").values}
    assert "TAU" in names
    assert names.isdisjoint({"_cache", "LARGE", "ApiKey", "password"})
    assert not PackageData("numpy").values


@pytest.mark.parametrize(
    "make",
    [lambda: [{1: (2.0, float("nan"))}, {3}], lambda: np.arange(3), lambda: np.float32(1)],
)
def test_data_is_alike_by_value(make: Any) -> None:
    assert is_data(make())
    assert is_alike(make(), make())
    assert not is_alike(make(), [make()])


@pytest.mark.parametrize(
    "value", [object(), [object()], np.array([object()]), len, np, [0] * 20000]
)
def test_what_is_no_data(value: Any) -> None:
    assert not is_data(value)
