"""Run the benchmarks named on the command line, or all of them."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from importlib.metadata import version

from benchmarks import (
    curve,
    importing,
    live,
    many,
    other_values,
    overhead,
    plan,
    sizes,
    storing,
)
from benchmarks.settings import Effort


def _screen(effort: Effort) -> None:
    from benchmarks import screen  # noqa: PLC0415 - brings the browser tests along

    screen.main(effort)


def _page(effort: Effort) -> None:
    from benchmarks import page  # noqa: PLC0415 - as above

    page.main(effort)


def _hosts(effort: Effort) -> None:
    from benchmarks import hosts  # noqa: PLC0415 - brings the tests' network along

    hosts.main(effort)


def _scale(effort: Effort) -> None:
    from benchmarks import scale  # noqa: PLC0415 - needs what clusters need

    scale.main(effort)


ALL = {
    "plan": plan.main,
    "import": importing.main,
    "overhead": overhead.main,
    "curve": curve.main,
    "size": other_values.size,
    "constant": other_values.constant,
    "sizes": sizes.main,
    "live": live.main,
    "many": many.main,
    "store": storing.main,
    "screen": _screen,
    "page": _page,
    "hosts": _hosts,
    "scale": _scale,
}


def main(words: list[str]) -> None:
    """Run them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(ALL)}; all if none is given")
    parser.add_argument("--rounds", type=int, default=Effort.rounds, help="of every comparison")
    parser.add_argument("--jobs", type=int, default=Effort.jobs, help="of `many`")
    options = parser.parse_args(words)
    unknown = [name for name in options.names if name not in ALL]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)} (there are: {', '.join(ALL)})")
    print(
        f"Python {platform.python_version()}, Brian {version('brian2')}, numpy {version('numpy')}, "
        f"joblib {version('joblib')}, {os.cpu_count()} cores, {platform.machine()}"
    )
    for name in options.names or ALL:
        ALL[name](Effort(options.rounds, options.jobs))


if __name__ == "__main__":
    main(sys.argv[1:])
