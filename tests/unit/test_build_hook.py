"""The build hook builds the front-end when it must, and says why it cannot."""

from __future__ import annotations

import importlib.util
import os
import pathlib
import stat
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

ROOT = pathlib.Path(__file__).resolve().parents[2]
EARLIER, NOW, LATER = 1_000_000, 2_000_000, 3_000_000

# Stands for npm: notes its arguments and leaves what the real one would.
FAKE_NPM = """\
#!{python}
import pathlib, sys
js = pathlib.Path.cwd()
with open(js / "calls", "a") as calls:
    calls.write(" ".join(sys.argv[1:]) + "\\n")
if sys.argv[1] == "ci":
    (js / "node_modules").mkdir()
    (js / "node_modules" / ".package-lock.json").touch()
else:
    static = js.parent / "brian_sweep_widget" / "static"
    static.mkdir(parents=True, exist_ok=True)
    for part in ("status", "inspector", "jobs", "table", "page", "typed_field"):
        for kind in ("js", "css"):
            (static / (part + "." + kind)).touch()
sys.exit({status})
"""


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    """Load the hook as hatchling does, by its path."""
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write(path: pathlib.Path, time: int) -> None:
    """Write an empty file last modified at `time`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    os.utime(path, (time, time))


@pytest.fixture
def checkout(tmp_path: pathlib.Path) -> pathlib.Path:
    """Make a checkout whose front-end was never built."""
    root = tmp_path / "checkout"
    (root / ".git").mkdir(parents=True)
    for name in ("package.json", "package-lock.json", "src/status.ts"):
        write(root / "js" / name, NOW)
    return root


def write_bundle(hook: ModuleType, root: pathlib.Path, time: int) -> None:
    """Write the bundle's files, last modified at `time`."""
    for name in hook.BUNDLE:
        write(root / name, time)


def put_npm_on_path(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, status: int = 0
) -> None:
    """Leave only a fake Node.js and npm on PATH."""
    binaries = tmp_path / "bin"
    binaries.mkdir()
    for name in ("node", "npm"):
        path = binaries / name
        path.write_text(FAKE_NPM.format(python=sys.executable, status=status))
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(binaries))


def calls(root: pathlib.Path) -> list[str]:
    """Return what the fake npm was asked, by its first words."""
    path = root / "js" / "calls"
    if not path.exists():
        return []
    return [line.split(" --")[0] for line in path.read_text().splitlines()]


def test_bundle_newer_than_every_source_is_reused(
    hook: ModuleType, checkout: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_bundle(hook, checkout, LATER)
    monkeypatch.setenv("PATH", "")
    assert hook.ensure_bundle(checkout) is False


@pytest.mark.parametrize(
    "source", ["package.json", "package-lock.json", "src/status.ts", "src/a/new.css"]
)
def test_any_newer_source_makes_the_bundle_stale(
    hook: ModuleType, checkout: pathlib.Path, source: str
) -> None:
    write_bundle(hook, checkout, NOW)
    assert hook.bundle_state(checkout) == "fresh"
    write(checkout / "js" / source, LATER)
    assert hook.bundle_state(checkout) == "out of date"


def test_half_a_bundle_is_none(hook: ModuleType, checkout: pathlib.Path) -> None:
    write_bundle(hook, checkout, LATER)
    (checkout / hook.BUNDLE[1]).unlink()
    assert hook.bundle_state(checkout) == "missing"


def test_unpacked_sdist_needs_no_node(
    hook: ModuleType, checkout: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the times say: unpacking need not keep them."""
    (checkout / ".git").rmdir()
    write_bundle(hook, checkout, EARLIER)
    monkeypatch.setenv("PATH", "")
    assert hook.ensure_bundle(checkout) is False


def test_git_worktree_is_a_checkout(hook: ModuleType, checkout: pathlib.Path) -> None:
    (checkout / ".git").rmdir()
    (checkout / ".git").write_text("gitdir: elsewhere")
    write_bundle(hook, checkout, EARLIER)
    assert hook.bundle_state(checkout) == "out of date"


@pytest.mark.parametrize("built", [False, True])
def test_without_node_the_remedy_is_named(
    hook: ModuleType,
    checkout: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
    built: bool,
) -> None:
    if built:
        write_bundle(hook, checkout, EARLIER)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RuntimeError) as caught:
        hook.ensure_bundle(checkout)
    message = str(caught.value)
    assert ("is out of date" if built else "is missing") in message
    assert "'node' and 'npm' are not on PATH" in message
    assert "install Node.js 20.19" in message


needs_scripts = pytest.mark.skipif(
    sys.platform == "win32", reason="the fake npm is a script with a shebang"
)


@needs_scripts
def test_first_build_installs_and_the_next_reuses(
    hook: ModuleType,
    checkout: pathlib.Path,
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put_npm_on_path(tmp_path, monkeypatch)
    assert hook.ensure_bundle(checkout) is True
    assert calls(checkout) == ["ci", "run build"]
    assert hook.ensure_bundle(checkout) is False
    assert calls(checkout) == ["ci", "run build"]


@needs_scripts
def test_installed_modules_are_reused(
    hook: ModuleType,
    checkout: pathlib.Path,
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put_npm_on_path(tmp_path, monkeypatch)
    write(checkout / "js" / "node_modules" / ".package-lock.json", NOW)
    assert hook.ensure_bundle(checkout) is True
    assert calls(checkout) == ["run build"]


@needs_scripts
def test_failing_npm_fails_the_build(
    hook: ModuleType,
    checkout: pathlib.Path,
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put_npm_on_path(tmp_path, monkeypatch, status=3)
    with pytest.raises(RuntimeError, match=r"'npm ci .*' failed .* exit status 3"):
        hook.ensure_bundle(checkout)


def test_modules_older_than_the_lock_file_are_renewed(
    hook: ModuleType, checkout: pathlib.Path
) -> None:
    js = checkout / "js"
    assert hook.install_needed(js)
    write(js / "node_modules" / ".package-lock.json", NOW)
    assert not hook.install_needed(js)
    write(js / "package-lock.json", LATER)
    assert hook.install_needed(js)


def test_pyproject_packs_what_the_hook_builds(hook: ModuleType) -> None:
    """The bundle is git-ignored: hatchling takes it only if told."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for name in hook.BUNDLE:
        assert f'"{name.parent.as_posix()}/*"' in text
