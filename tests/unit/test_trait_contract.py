"""The TypeScript traits of the front-end agree with the Python class."""

from __future__ import annotations

import importlib.util
import pathlib
from typing import TYPE_CHECKING

import pytest
import traitlets as t

from brian_sweep_widget.widget.status import StatusStrip

if TYPE_CHECKING:
    from types import ModuleType

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def contract() -> ModuleType:
    """Load the tool, which is not part of the package."""
    path = ROOT / "tools" / "trait_contract.py"
    spec = importlib.util.spec_from_file_location("trait_contract", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_no_drift(contract: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    status = contract.main(["--check"])
    assert status == 0, capsys.readouterr().out


def test_drift_is_shown_and_cured(
    contract: ModuleType,
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    target = tmp_path / "traits.ts"
    drifted = contract.TARGET.read_text(encoding="utf-8")
    target.write_text(drifted.replace("eta: number | null", "eta: number"))
    monkeypatch.setattr(contract, "TARGET", target)
    assert contract.main(["--check"]) == 1
    assert "+  eta: number | null;" in capsys.readouterr().out
    assert contract.main([]) == 0
    assert contract.main(["--check"]) == 0


def test_only_our_own_synced_traits(contract: ModuleType) -> None:
    names = list(contract.own_sync_traits(StatusStrip))
    assert names[:2] == ["state", "total"]
    assert not {"layout", "comm", "keys", "_esm", "_css", "tabbable"} & set(names)


@pytest.mark.parametrize(
    ("trait", "text"),
    [
        (t.Bool(), "boolean"),
        (t.Float(None, allow_none=True), "number | null"),
        (t.Enum(("a", "b")), '"a" | "b"'),
        (t.Bytes(), "DataView"),
        (t.List(t.Int()), "readonly number[]"),
        (t.List(t.Enum(("a", "b"))), 'readonly ("a" | "b")[]'),
    ],
)
def test_types(contract: ModuleType, trait: object, text: str) -> None:
    assert contract.type_text(trait) == text


def test_unknown_kinds_are_refused(contract: ModuleType) -> None:
    with pytest.raises(TypeError, match="no TypeScript type"):
        contract.type_text(t.Any())
    with pytest.raises(TypeError, match="per_key_traits"):
        contract.type_text(t.Dict())


def test_the_strip_takes_what_a_run_reports() -> None:
    strip = StatusStrip(state="running", total=20, done=12, eta=None)
    strip.errors = [{"point": "w 1 mV", "message": "ValueError", "traceback": ""}]
    assert strip.get_state()["errors"] == strip.errors
    with pytest.raises(t.TraitError, match="resting"):
        strip.state = "resting"
