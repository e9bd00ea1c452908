"""Importing the package, against importing Brian 2."""

from __future__ import annotations

import subprocess
import sys

from benchmarks.timing import in_turns, report


def main() -> None:
    """Time fresh interpreters."""
    report(
        "Importing, in a fresh interpreter",
        in_turns(
            3,
            python=lambda: _run("pass"),
            brian_sweep_widget=lambda: _run("import brian_sweep_widget"),
            brian2=lambda: _run("import brian2"),
        ),
        against="python",
    )


def _run(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True)
