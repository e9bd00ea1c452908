"""Run the benchmarks named on the command line, or all of them."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import version

from benchmarks import curve, importing, plan

ALL = {"plan": plan.main, "import": importing.main, "curve": curve.main}


def main(names: list[str]) -> int:
    """Run them; 2 if a name is unknown."""
    unknown = [name for name in names if name not in ALL]
    if unknown:
        print(f"unknown: {', '.join(unknown)} (there are: {', '.join(ALL)})", file=sys.stderr)
        return 2
    print(
        f"Python {platform.python_version()}, Brian {version('brian2')}, numpy {version('numpy')}, "
        f"joblib {version('joblib')}, {os.cpu_count()} cores, {platform.machine()}"
    )
    for name in names or ALL:
        ALL[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
