"""Importing the package, against importing Brian 2."""

from __future__ import annotations

import subprocess
import sys

from benchmarks.settings import Effort
from benchmarks.timing import in_turns, report


def main(effort: Effort) -> None:
    """Time fresh interpreters."""
    report(
        "Importing, in a fresh interpreter",
        in_turns(
            effort.rounds,
            {
                "python": lambda: _run("pass"),
                "brian_sweep_widget": lambda: _run("import brian_sweep_widget"),
                "brian2": lambda: _run("import brian2"),
            },
        ),
        against="python",
    )


def _run(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True)
