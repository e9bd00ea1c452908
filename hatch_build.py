"""Build the front-end bundle for every wheel, sdist and editable install.

The bundle is git-ignored but ships in wheels and sdists, so only a checkout ever
needs Node.js: an sdist already holds the bundle and is installed without it.
"""

from __future__ import annotations

import pathlib
import shutil
import subprocess
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUNDLE = tuple(
    pathlib.PurePath("brian_sweep_widget", "static", name)
    for part in ("status", "inspector", "jobs", "table", "page", "typed_field")
    for name in (f"{part}.js", f"{part}.css")
)

NO_NODE = """\
The front-end bundle of brian-sweep-widget is {state}, and building it needs \
Node.js with npm: {missing} not on PATH.
Either install Node.js 20.19 or newer (from https://nodejs.org, conda-forge's \
'nodejs' or your system's packages) and try again, or install a released wheel or \
sdist, which holds the bundle.
"""


def bundle_state(root: pathlib.Path) -> str:
    """Say whether the bundle in the source tree `root` can be used as it is.

    Parameters
    ----------
    root : pathlib.Path
        Directory of ``pyproject.toml``.

    Returns
    -------
    str
        ``"fresh"``, ``"missing"`` or ``"out of date"``.
    """
    bundle = [root / name for name in BUNDLE]
    if not all(path.is_file() for path in bundle):
        return "missing"
    # Outside a checkout nobody edits the sources, and unpacking need not keep
    # times. In a worktree .git is a file.
    if not (root / ".git").exists():
        return "fresh"
    js = root / "js"
    sources = [
        js / "package.json",
        js / "package-lock.json",
        *(path for path in (js / "src").rglob("*") if path.is_file()),
    ]
    newest_source = max(path.stat().st_mtime_ns for path in sources)
    oldest_output = min(path.stat().st_mtime_ns for path in bundle)
    return "fresh" if oldest_output >= newest_source else "out of date"


def install_needed(js: pathlib.Path) -> bool:
    """Tell whether ``node_modules`` is absent or older than the lock file."""
    # npm writes this file last, so an interrupted installation counts as absent.
    installed = js / "node_modules" / ".package-lock.json"
    lock = js / "package-lock.json"
    return not installed.is_file() or (installed.stat().st_mtime_ns < lock.stat().st_mtime_ns)


def find_npm(state: str) -> str:
    """Return the path of npm, which on Windows is not called just "npm".

    Parameters
    ----------
    state : str
        What is wrong with the bundle, for the message.

    Raises
    ------
    RuntimeError
        If npm or Node.js is not installed.
    """
    found = {name: shutil.which(name) for name in ("node", "npm")}
    missing = [name for name, path in found.items() if path is None]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        names = " and ".join(repr(name) for name in missing)
        raise RuntimeError(NO_NODE.format(state=state, missing=f"{names} {verb}"))
    return str(found["npm"])


def run_npm(npm: str, arguments: list[str], js: pathlib.Path) -> None:
    """Run npm in `js`; its own output says what went wrong.

    Raises
    ------
    RuntimeError
        If npm fails.
    """
    status = subprocess.run([npm, *arguments], cwd=js, check=False).returncode
    if status != 0:
        command = " ".join(["npm", *arguments])
        message = f"'{command}' failed in {js} with exit status {status}, see above."
        raise RuntimeError(message)


def ensure_bundle(root: pathlib.Path) -> bool:
    """Build the bundle in the source tree `root` if needed; return whether it was.

    Raises
    ------
    RuntimeError
        If it is needed and cannot be built.
    """
    state = bundle_state(root)
    if state == "fresh":
        return False
    npm = find_npm(state)
    js = root / "js"
    if install_needed(js):
        # NODE_ENV=production would leave out esbuild, a development dependency.
        run_npm(npm, ["ci", "--include=dev", "--no-audit", "--no-fund"], js)
    run_npm(npm, ["run", "build"], js)
    state = bundle_state(root)
    if state != "fresh":
        message = f"'npm run build' succeeded, but the bundle is still {state}."
        raise RuntimeError(message)
    return True


class FrontEndHook(BuildHookInterface[Any]):
    """Hatchling's entry point."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Make the bundle before hatchling collects the files."""
        ensure_bundle(pathlib.Path(self.root))
