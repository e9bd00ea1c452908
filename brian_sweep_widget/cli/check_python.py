"""Checks of Python, Brian 2 and the compiler."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from brian_sweep_widget.cli import other_users
from brian_sweep_widget.cli.findings import (
    Finding,
    in_a_line,
    installed,
    numbers,
    ok,
    problem,
    warning,
    what_helps,
)
from brian_sweep_widget.engines.compiled.compiler import CompilerMissingError, named_compiler

OLDEST, NEWEST = (3, 11), (3, 13)

_NUMPY_TOO_NEW = (2, 4)  # removed what Brian 2 before 2.10 uses
_BRIAN_FOR_IT = (2, 10)
_PYTHON_FOR_THAT_BRIAN = (3, 12)
_COMPILER_SECONDS = 30


def python() -> Finding:
    """Look whether this Python is one that is supported, and that whom root serves can run."""
    found = f"{platform.python_version()} ({sys.executable})"
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        supported = f"{_dotted(OLDEST)} to {_dotted(NEWEST)}"
        return problem(found, f"use a Python from {supported}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return other_users.can_run(found)
    return ok(found)


def brian() -> Finding:
    """Look whether Brian 2 is there, works, and gets on with numpy."""
    brian_version, numpy_version = installed("brian2"), installed("numpy")
    if brian_version is None or numpy_version is None:
        missing = "Brian 2" if brian_version is None else "numpy"
        remedy = "pip install brian-sweep-widget, which brings it in a version that fits"
        return problem(f"{missing} is not installed", remedy)
    found = f"{brian_version} with numpy {numpy_version}"
    # Looked at before the import, which may be what fails.
    if numbers(numpy_version) >= _NUMPY_TOO_NEW and numbers(brian_version) < _BRIAN_FOR_IT:
        if sys.version_info[:2] < _PYTHON_FOR_THAT_BRIAN:
            return problem(f"{found}, which do not work together", "pip install 'numpy<2.4'")
        return problem(f"{found}, which do not work together", "pip install 'brian2>=2.10'")
    try:
        import brian2  # noqa: F401, PLC0415 - this is the check
    except Exception as error:  # noqa: BLE001 - a broken installation fails in any way
        return problem(f"{found} cannot be imported: {in_a_line(error)}", what_helps(error))
    return ok(found)


def compiler() -> Finding:
    """Look for the C++ compiler that Brian would use."""
    without = "sweeps run on the numpy engine without it"
    try:
        executable = _compiler()
    except CompilerMissingError as error:
        return warning(f"{error}; {without}", "write CXX so, or unset it")
    if executable is None and named_compiler():
        return warning(
            f"CXX = {os.environ['CXX']!r} is not there; {without}",
            "set CXX to one that is, or unset it and install g++ or clang++",
        )
    if executable is None:
        return warning(
            f"none found; {without}",
            "install g++ or clang++ (conda: cxx-compiler; Debian: g++), or set CXX",
        )
    try:
        found = _version_line(executable)
    except (OSError, subprocess.SubprocessError) as error:
        return warning(
            f"{executable} does not work ({error}); {without}",
            "set CXX to one that does, or unset it and install g++ or clang++",
        )
    if not _python_header().is_file():
        return warning(
            f"{found}, but Python's header files are missing: the cython engine does not work",
            "install them if you want that engine (Debian: python3-dev)",
        )
    return ok(found)


def _compiler() -> str | None:
    """Give the path of the compiler that the environment names, or of g++; None if not there."""
    import brian2  # noqa: PLC0415 - takes a second

    preferred = brian2.prefs["codegen.cpp.compiler"]
    if preferred == "msvc" or (sys.platform == "win32" and not preferred):
        return _visual_studio()
    candidates = named_compiler()[:1] or ["g++", "clang++"]
    return next(filter(None, map(shutil.which, candidates)), None)


def _visual_studio() -> str | None:
    """Find Microsoft's compiler, which is on no path."""
    from brian2.codegen.cpp_prefs import get_msvc_env  # noqa: PLC0415 - only there on Windows

    get_msvc_env()  # raises if there is none, which is a finding too
    return "Microsoft Visual C++"


def _python_header() -> Path:
    return Path(sysconfig.get_path("include")) / "Python.h"


def _version_line(executable: str) -> str:
    if not Path(executable).is_file():
        return executable
    shown = subprocess.run(  # noqa: S603 - the compiler that Brian would run
        [executable, "--version"],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=_COMPILER_SECONDS,
        check=True,
    )
    return f"{shown.stdout.strip().splitlines()[0]} ({executable})"


def _dotted(version: tuple[int, int]) -> str:
    return ".".join(str(part) for part in version)
