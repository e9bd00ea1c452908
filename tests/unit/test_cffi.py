"""What CFFI makes of a C library: it calls itself a module, and is none."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import cffi
import pytest

from brian_sweep_widget.engines import engine_for, fingerprint, pack
from brian_sweep_widget.engines.installed import is_module, is_users_scope
from brian_sweep_widget.engines.packing import unpack
from brian_sweep_widget.models import as_model

NAME = "a_library_in_c"
# Python cannot make a compiled module twice; other tests must not find it.
_made: dict[str, ModuleType] = {}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a compiled module of the user's."""
    folder = tmp_path_factory.mktemp("compiled")
    builder = cffi.FFI()
    builder.cdef("double half(double x);")
    builder.set_source(NAME, "static double half(double x) { return x / 2; }")
    builder.compile(str(folder))
    return folder


@pytest.fixture(autouse=True)
def _loaded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have it on the path; no other module of the user's is looked at."""
    monkeypatch.syspath_prepend(str(folder))
    for name, module in list(sys.modules.items()):
        if is_module(module) and is_users_scope(vars(module)) and name not in {"__main__", NAME}:
            monkeypatch.delitem(sys.modules, name)
    sys.modules.update(_made)
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == NAME]:
        _made[name] = sys.modules.pop(name)


def _packed(code: str) -> tuple[bytes, Any]:
    scope: dict[str, Any] = {"__name__": "__main__"}
    exec(code, scope)
    model = as_model(scope["f"])
    return pack(engine_for("auto", model, model.parameters({}))), scope["f"]


def test_it_is_no_module() -> None:
    from a_library_in_c import lib  # type: ignore[import-not-found]

    assert isinstance(lib, ModuleType)
    assert not is_module(lib)


def test_code_that_computes_its_imports_can_be_sent() -> None:
    """Each look gave another namespace of the library's, which was looked at in turn, forever."""
    packed, _ = _packed(f"from {NAME} import lib\ndef f(x=1.0): return __import__('ma' + 'th').e")
    assert unpack(packed).functions[0]() > 2


@pytest.mark.parametrize(
    "code",
    [
        f"from {NAME} import lib\ndef f(x=1.0): return lib.half(x)",
        f"from {NAME}.lib import half\ndef f(x=1.0): return half(x)",
        f"import {NAME}\ndef f(x=1.0): return {NAME}.lib.half(x)",
        (
            f"from {NAME} import ffi, lib\n"
            "def f(x=1.0):\n    p = ffi.new('double *', x)\n    return lib.half(p[0])"
        ),
    ],
)
def test_a_model_that_calls_it_arrives(code: str) -> None:
    packed, function = _packed(code)
    assert unpack(packed).functions[0](3.0) == 1.5
    assert fingerprint([function]) == fingerprint([_packed(code)[1]])
