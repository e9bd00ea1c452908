"""Run the tests that depend on versions with the newest Python that we support.

The main environment has the oldest pair of Python and Brian 2 on most machines
(Python 3.11 has Brian 2.9). Where a newer Python is installed too, beside it
or under pyenv, the newest pair is tested as well; where none is, that is said.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SUPPORTED = ((3, 13), (3, 12), (3, 11))
# What depends on Python, Brian and numpy, above all on the code that Brian generates,
# and one script from end to end; how runs behave, the command line and the browser do
# not, and would take ten minutes more.
# In this order: see the Makefile.
TESTS = (
    "tests/unit",
    "tests/integration/test_engines.py",
    "tests/integration/test_exploring.py",
    *(
        # Its other tests, of last digits, are about the compiler.
        f"tests/integration/test_compiled_networks.py::test_{name}"
        for name in (
            "every_array_is_what_brians_own_build_gives",
            "only_another_branch_is_another_shape",
            "the_seeds_network_gives_the_numbers_of_a_direct_build",
            "noise_has_the_statistics_that_the_runtime_gives",
        )
    ),
    "tests/integration/test_compiled_random_models.py",
    "tests/integration/test_compiled_random_values.py",
    "tests/integration/test_papers.py::test_the_readmes_snippet_runs_as_a_script",
    "tests/faults/test_storing.py",
    "tests/faults/test_strangers.py",
    "tests/faults/test_hosts.py::test_a_compiled_sweep_runs_on_hosts_with_the_same_numbers",
)


def find_newest() -> tuple[tuple[int, int], str] | None:
    """Give version and path of the newest supported Python newer than this one."""
    for version in SUPPORTED:
        if version <= sys.version_info[:2]:
            return None
        for candidate in candidates(version):
            if answers(candidate, version):
                return version, candidate
    return None


def candidates(version: tuple[int, int]) -> list[str]:
    """List where a Python of that version may be."""
    name = f"python{version[0]}.{version[1]}"
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = shutil.which(name)
    builds = sorted(pyenv.glob(f"{version[0]}.{version[1]}.*/bin/{name}"), reverse=True)
    return [*([found] if found else []), *map(str, builds)]


def answers(python: str, version: tuple[int, int]) -> bool:
    """Whether it starts and is that version (pyenv has commands that only look like it)."""
    asked = subprocess.run(
        [python, "-c", "import sys; print(*sys.version_info[:2])"],
        capture_output=True,
        text=True,
        check=False,
    )
    return asked.stdout.split() == [str(part) for part in version]


def main(arguments: list[str]) -> int:
    """Prepare the environment named by the second argument, or test in it."""
    task, venv = arguments[0], Path(arguments[1])
    here = ".".join(map(str, sys.version_info[:2]))
    newest = find_newest()
    if newest is None:
        wanted = ".".join(map(str, SUPPORTED[0]))
        if sys.version_info[:2] < SUPPORTED[0]:
            print(f"NOT TESTED: the newest pair. Python {wanted} is not on this machine.")
        else:
            print(f"The main environment is Python {here}: the newest pair is tested there.")
        return 0
    version, python = newest
    if task == "prepare":
        newer = ROOT / "constraints.txt"
        stamp = venv / ".ready"
        if not stamp.exists() or stamp.stat().st_mtime < newer.stat().st_mtime:
            subprocess.run([python, ROOT / "tools/environment.py", venv], check=True, cwd=ROOT)
        return 0
    print(f"The newest pair: Python {version[0]}.{version[1]} beside {here}")
    pytest: list[str | Path] = [venv / "bin" / "python", "-m", "pytest", "-n", "2"]
    return subprocess.run([*pytest, *TESTS], check=False, cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
