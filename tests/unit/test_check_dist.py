"""The check of built distributions names what they lack."""

from __future__ import annotations

import importlib.util
import io
import pathlib
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def check_dist() -> ModuleType:
    """Load the script, which is not part of the package."""
    path = ROOT / "tools" / "check_dist.py"
    spec = importlib.util.spec_from_file_location("check_dist", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write_wheel(directory: pathlib.Path, names: list[str]) -> None:
    """Write a wheel of empty files."""
    with zipfile.ZipFile(directory / "p-1-py3-none-any.whl", "w") as archive:
        for name in names:
            archive.writestr(name, "")


def write_sdist(directory: pathlib.Path, names: list[str]) -> None:
    """Write an sdist of empty files."""
    with tarfile.open(directory / "p-1.tar.gz", "w:gz") as archive:
        for name in names:
            archive.addfile(tarfile.TarInfo(f"p-1/{name}"), io.BytesIO())


def test_complete_distributions_pass(check_dist: ModuleType, tmp_path: pathlib.Path) -> None:
    write_wheel(tmp_path, list(check_dist.REQUIRED))
    write_sdist(tmp_path, [*check_dist.REQUIRED, "js/src/status.ts"])
    assert check_dist.main([str(tmp_path)]) == 0


def test_missing_files_are_named(
    check_dist: ModuleType,
    tmp_path: pathlib.Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    typed, *others, script = check_dist.REQUIRED
    write_wheel(tmp_path, [typed, *others])
    write_sdist(tmp_path, [*others, script])
    assert check_dist.main([str(tmp_path)]) == 1
    assert capsys.readouterr().err.splitlines() == [
        f"p-1-py3-none-any.whl: {script} is missing",
        f"p-1.tar.gz: {typed} is missing",
    ]


def test_a_file_elsewhere_does_not_count(check_dist: ModuleType, tmp_path: pathlib.Path) -> None:
    write_wheel(tmp_path, list(check_dist.REQUIRED))
    write_sdist(tmp_path, [f"copy/{name}" for name in check_dist.REQUIRED])
    assert len(check_dist.problems(tmp_path)) == len(check_dist.REQUIRED)


def test_absent_distributions_are_named(check_dist: ModuleType, tmp_path: pathlib.Path) -> None:
    assert check_dist.problems(tmp_path) == [
        f"{tmp_path}: no wheel (*.whl)",
        f"{tmp_path}: no sdist (*.tar.gz)",
    ]


def test_misuse_is_told_apart(check_dist: ModuleType) -> None:
    assert check_dist.main([]) == 2


def test_the_names_exist_in_this_project(check_dist: ModuleType) -> None:
    """A file that moves must move here too."""
    spec = (ROOT / "js" / "package.json").read_text(encoding="utf-8")
    assert "brian_sweep_widget/static" in spec
    for name in check_dist.REQUIRED:
        source = (
            ROOT / "js" / "src" / pathlib.PurePath(name).name.replace(".js", ".ts")
            if "/static/" in name
            else ROOT / name
        )
        assert source.is_file(), name
