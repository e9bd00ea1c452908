"""The C++ compiler that Brian would use, and running it so that it ends when we do."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import logging
import os
import platform
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from brian_sweep_widget.engines.compiled.cache import BuildCache, CacheRefusedError, key_of
from brian_sweep_widget.engines.compiled.priority import with_priority
from brian_sweep_widget.scratch import scratch_folder

_log = logging.getLogger(__name__)

_INSTALL = (
    "install g++ and make (Debian: apt install g++ make; conda: conda install cxx-compiler make)"
)
_LOOK_SECONDS = 30.0
_BUILD_SECONDS = 600.0
_MOST_LINES = 12

# In the languages of compilers and linkers; LC_ALL=C makes them English.
_TELLING = re.compile(
    r"error:|undefined reference|multiple definition|cannot find -l|No space left"
)
_LEADING = re.compile(r": In |In file included from|^\s+from ")

# A `make` that this process runs under would tell ours what to do.
_OF_AN_OUTER_MAKE = ("MAKEFLAGS", "GNUMAKEFLAGS", "MFLAGS", "MAKELEVEL")

# What Brian's templates include, and through them every file of a project; and ours.
STANDARD_HEADERS = (
    *("algorithm", "assert.h", "cassert", "chrono", "climits", "cmath", "csignal", "cstddef"),
    *("cstdint", "cstdio", "cstdlib", "cstring", "ctime", "fstream", "iostream", "iterator"),
    *("limits", "map", "math.h", "random", "set", "signal.h", "stdint.h", "stdlib.h", "string"),
    *("time.h", "tuple", "type_traits", "unistd.h", "utility", "vector"),
)
_STANDARD_HEADER = "".join(f"#include <{name}>\n" for name in STANDARD_HEADERS)


class CompilerMissingError(RuntimeError):
    """There is no compiler; the message says what is missing and how to get it."""


class CompileError(RuntimeError):
    """A project does not compile.

    Parameters
    ----------
    output
        All that the compiler said.
    what
        Begins the message.

    Attributes
    ----------
    output : str
        As given; the message shows only the first error in it.
    """

    def __init__(self, output: str, what: str = "the C++ compiler refused the project") -> None:
        super().__init__(output, what)  # so that it can be pickled
        self.output = output
        self._what = what

    def __str__(self) -> str:
        told = _first_error(self.output)
        return f"{self._what}:\n{told}" if told else self._what


@dataclass(frozen=True, slots=True)
class Compiler:
    """A C++ compiler.

    Parameters
    ----------
    path
        The program.
    arguments
        Its first ones, where ``CXX`` has more words than one.
    version
        What it says of itself, in one line.
    cpu
        Digest of what ``-march=native`` means here: a build for one processor
        may not run on another that shares the folder.
    link_flags
        Those with which programs start faster.
    """

    path: Path
    arguments: tuple[str, ...]
    version: str
    cpu: str
    link_flags: tuple[str, ...] = ()

    @property
    def command(self) -> tuple[str, ...]:
        """The words to call it by."""
        return (str(self.path), *self.arguments)

    @property
    def identity(self) -> str:
        """What the compiler and the machine contribute to the key of a build."""
        system = f"{platform.system()} {platform.machine()} {' '.join(platform.libc_ver())}"
        words = " ".join((*self.arguments, *self.link_flags))
        return f"{self.version}; {words}; {self.cpu}; {system}"


def find_compiler() -> Compiler:
    """Find the compiler that Brian would use: ``CXX``, else g++ or clang++; and make.

    Raises
    ------
    CompilerMissingError
        If one of them is not there.
    """
    if sys.platform == "win32":
        msg = "no C++ compiler: on Windows, networks are not compiled to programs"
        raise CompilerMissingError(msg)
    named = named_compiler()
    candidates = named[:1] or ["g++", "clang++"]
    path = next(filter(None, map(shutil.which, candidates)), None)
    if path is None:
        missing = f"CXX = {os.environ['CXX']!r} is" if named else "g++ and clang++ are"
        remedy = f"set CXX to a compiler that is, or unset it and {_INSTALL}"
        msg = f"no C++ compiler: {missing} not there; {remedy if named else _INSTALL}"
        raise CompilerMissingError(msg)
    if shutil.which("make") is None:
        msg = f"no C++ compiler: {path} is there, but make is not; {_INSTALL}"
        raise CompilerMissingError(msg)
    return _looked_at((str(Path(path).absolute()), *named[1:]))


def named_compiler() -> list[str]:
    """Give the words of the compiler that ``CXX`` names, as a shell would read them; maybe none.

    Raises
    ------
    CompilerMissingError
        If a quote in it is not closed.
    """
    named = os.environ.get("CXX", "")
    if shutil.which(named) is not None:  # a path may have spaces
        return [named]
    try:
        return shlex.split(named)
    except ValueError as error:
        msg = (
            f"no C++ compiler: CXX = {named!r} cannot be read ({error}); write it as for a "
            "shell, such as 'ccache g++' or '\"/opt/my tools/g++\" -m64', or unset it"
        )
        raise CompilerMissingError(msg) from error


def compile_project(folder: Path, jobs: int, time_limit: float = _BUILD_SECONDS) -> None:
    """Run make in a project's folder.

    Parameters
    ----------
    folder
        Holds the makefile.
    jobs
        Files to compile at once.
    time_limit
        In seconds.

    Raises
    ------
    CompileError
        With the compiler's own message; also if it takes too long.
    """
    _run(("make", "--silent", f"-j{jobs}"), folder, time_limit)


def precompiled_header(cache: BuildCache, compiler: Compiler, flags: Sequence[str]) -> Path | None:
    """Give a header with all that Brian's projects include, read by the compiler once for all.

    Parameters
    ----------
    cache
        Keeps it.
    compiler
        Only g++ is helped by one; for others there is none.
    flags
        Those that the project is compiled with: with others, g++ reads the
        header as any other file, which takes as long as without.

    Returns
    -------
    Path or None
        To be given as ``-include{path}``, one word; None if there is none.
    """
    if "clang" in compiler.version:
        return None
    key = key_of(
        {
            "compiler": compiler.identity,
            "flags": [*compiler.arguments, *flags],
            "header": _STANDARD_HEADER,
        }
    )

    def make(folder: Path) -> None:
        (folder / "std.h").write_text(_STANDARD_HEADER, encoding="utf-8")
        output = ("-x", "c++-header", "std.h", "-o", "std.h.gch")
        _run((*compiler.command, *flags, *output), folder, _BUILD_SECONDS)

    about = {"model": "(standard headers)", "compiler": compiler.version, "flags": list(flags)}
    try:
        header = cache.get_or_make(key, make, about, product="std.h.gch") / "std.h"
    except (CompileError, CacheRefusedError, OSError) as error:
        _log.info("compiling without a precompiled header: %s", error)
        return None
    if shlex.quote(str(header)) != str(header):  # a makefile would take it for several words
        _log.info("compiling without a precompiled header: %s needs quotes", header)
        return None
    return header


def _run(command: Sequence[str], folder: Path, time_limit: float) -> None:
    """Run a program that compiles; whatever ends us ends it, with all that it started."""
    environment = {name: os.environ[name] for name in os.environ if name not in _OF_AN_OUTER_MAKE}
    process = subprocess.Popen(  # noqa: S603 - the user's compiler
        with_priority(command),
        cwd=folder,
        # What a killed compiler leaves of its own files goes with the rest.
        env=environment | {"LC_ALL": "C", "TMPDIR": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        process_group=0,
        umask=0o077,  # not what a model may have set that is built in another thread
    )
    with process:
        try:
            output, _ = process.communicate(timeout=time_limit)
        except subprocess.TimeoutExpired:
            _kill_group(process)
            output, _ = process.communicate()
            what = f"the C++ compiler did not end within {time_limit:g} s"
            raise CompileError(output, what) from None
        except BaseException:
            _kill_group(process)
            raise
    if process.returncode != 0:
        raise CompileError(output)


def _kill_group(process: subprocess.Popen[str]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


@functools.cache
def _looked_at(command: tuple[str, ...]) -> Compiler:
    shown = _said(*command, "--version")
    version = shown.splitlines()[0] if shown else f"unknown ({command[0]} --version fails)"
    native = _said(*command, "-march=native", "-Q", "--help=target") or _processor()
    digest = hashlib.sha256(native.encode()).hexdigest()
    return Compiler(Path(command[0]), command[1:], version, digest, _link_flags(command, version))


def _link_flags(command: tuple[str, ...], version: str) -> tuple[str, ...]:
    """Have the C++ library within the program, where there is one for that.

    To find and load it takes 0.7 ms of every run, a fifth of that of a small network.
    """
    library = _said(*command, "-print-file-name=libstdc++.a")
    if "clang" in version or not Path(library).is_absolute():
        return ()
    return ("-static-libstdc++", "-static-libgcc")


def _said(*command: str) -> str:
    """Give what a program writes; nothing if it fails."""
    try:
        finished = subprocess.run(  # noqa: S603 - the user's compiler
            command,
            env=os.environ | {"LC_ALL": "C", "TMPDIR": str(scratch_folder())},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",  # some write as their user's language is written
            timeout=_LOOK_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return finished.stdout.strip()


def _processor() -> str:
    """Describe the processor, for compilers that do not (clang)."""
    information = Path("/proc/cpuinfo")
    if not information.is_file():
        return f"{platform.machine()} {platform.processor()}"
    lines = information.read_text(encoding="utf-8", errors="replace").splitlines()
    telling = ("model name", "flags", "Features", "CPU part")
    return "\n".join(sorted({line for line in lines if line.startswith(telling)}))


def _first_error(output: str) -> str:
    """Cut out the first error with what leads to it and explains it."""
    lines = output.strip().splitlines()
    places = (number for number, line in enumerate(lines) if _TELLING.search(line))
    first = next(places, None)
    if first is None:
        return "\n".join(lines[-_MOST_LINES:])
    start = first
    while start > 0 and first - start < _MOST_LINES // 2 and _LEADING.search(lines[start - 1]):
        start -= 1
    return "\n".join(lines[start : start + _MOST_LINES])
