"""Make a virtual environment with everything that demo and tests need.

Runs on a bare Python: only the standard library, and on Debian even without
the package ``python3-venv``, which it installs where it may.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    """Make the environment named by the first argument; 0 if it is ready."""
    venv = Path(arguments[0])
    make_venv(venv)
    python = venv / "bin" / "python"
    pinned = ["--constraint", str(ROOT / "constraints.txt")]
    run(python, "-m", "pip", "install", "--quiet", *pinned, "uv")
    # Compiled now, or every worker process would compile Brian while it imports it.
    uv = (python, "-m", "uv", "pip", "install", "--python", python, "--compile-bytecode")
    groups = ["--group", "test", "--group", "lint"]
    run(*uv, *pinned, *groups, "--editable", f"{ROOT}[all]")
    (venv / ".ready").touch()
    return 0


def make_venv(venv: Path) -> None:
    """Make an empty environment; on Debian, install what that takes."""
    shutil.rmtree(venv, ignore_errors=True)
    if subprocess.run([sys.executable, "-m", "venv", venv], check=False).returncode == 0:
        return
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    may_install = shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0
    if not may_install:
        sys.exit(f"python {version} cannot make virtual environments: install python3-venv")
    run("apt-get", "update", "--quiet")
    run("apt-get", "install", "--quiet", "--yes", "python3-venv")
    run(sys.executable, "-m", "venv", venv)


def run(*command: str | Path) -> None:
    """Run a command; end with its status if it fails."""
    status = subprocess.run([str(word) for word in command], check=False, cwd=ROOT).returncode
    if status:
        sys.exit(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
