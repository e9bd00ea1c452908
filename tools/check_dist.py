"""Check that a built wheel and sdist hold what a plain build can silently lose.

The front-end bundle is git-ignored and the typing marker is empty: a packaging
mistake drops them without any error. Usage: ``python tools/check_dist.py dist/``.
"""

from __future__ import annotations

import pathlib
import sys
import tarfile
import zipfile

REQUIRED = (
    "brian_sweep_widget/py.typed",
    *(
        f"brian_sweep_widget/static/{part}.{kind}"
        for part in ("inspector", "jobs", "page", "status", "table", "typed_field")
        for kind in ("css", "js")
    ),
)

USAGE = "usage: python tools/check_dist.py DIRECTORY"


def wheel_names(path: pathlib.Path) -> set[str]:
    """Return the names of the files in a wheel."""
    with zipfile.ZipFile(path) as archive:
        return set(archive.namelist())


def sdist_names(path: pathlib.Path) -> set[str]:
    """Return the names of the files in an sdist, below its one top directory."""
    with tarfile.open(path) as archive:
        return {
            name.partition("/")[2]
            for name in (member.name for member in archive if member.isfile())
        }


def problems(directory: pathlib.Path) -> list[str]:
    """Return what is wrong with the distributions in `directory`, one line each."""
    found = []
    for pattern, kind, names in (
        ("*.whl", "wheel", wheel_names),
        ("*.tar.gz", "sdist", sdist_names),
    ):
        paths = sorted(directory.glob(pattern))
        if not paths:
            found.append(f"{directory}: no {kind} ({pattern})")
        for path in paths:
            held = names(path)
            found += [f"{path.name}: {name} is missing" for name in REQUIRED if name not in held]
    return found


def main(arguments: list[str]) -> int:
    """Print every problem; return 0 if there is none, 1 if any, 2 on misuse."""
    if len(arguments) != 1:
        print(USAGE, file=sys.stderr)
        return 2
    found = problems(pathlib.Path(arguments[0]))
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
