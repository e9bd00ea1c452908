"""Makes the binary of a blueprint, once on every machine."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from brian_sweep_widget.engines.compiled.blueprint import Blueprint
from brian_sweep_widget.engines.compiled.build_record import read_build
from brian_sweep_widget.engines.compiled.cache import BuildCache, CacheRefusedError, key_of
from brian_sweep_widget.engines.compiled.compiler import (
    CompileError,
    Compiler,
    CompilerMissingError,
    compile_project,
    find_compiler,
    precompiled_header,
)
from brian_sweep_widget.engines.compiled.lifting import Slot, lifted, shape_of
from brian_sweep_widget.engines.compiled.makefile import Toolchain, header_flags, write_makefile
from brian_sweep_widget.engines.compiled.program import Program
from brian_sweep_widget.engines.compiled.translation_units import Project

_ERROR = re.compile(r"^(?:\./)?([\w./-]+):(\d+):(?:\d+:)? (?:fatal )?error:", re.MULTILINE)
_LOOK_UP = re.compile(r"sweep_(?:real|int|long)\((\d+)\)")
_MOST_ROUNDS = 8
_PRODUCT = "main"


def build(blueprint: Blueprint, compiler: Compiler, jobs: int) -> Program:
    """Compile a blueprint, or find what was compiled before.

    Parameters
    ----------
    blueprint
        What to build.
    compiler
        From `brian_sweep_widget.engines.compiled.compiler.find_compiler`.
    jobs
        Files to compile at once.

    Returns
    -------
    Program
        Where C++ wants a number that it knows when it compiles (the size of an
        array, a template's argument), the number stays in place, and is part
        of the shape.

    Raises
    ------
    CompileError
        With the compiler's own message.
    CacheRefusedError
        If there is no place where builds may be kept.
    """
    cache = BuildCache()
    for _ in range(_MOST_ROUNDS):
        try:
            folder = _build(cache, blueprint, compiler, jobs)
            return blueprint.program(folder / _PRODUCT, read_build(folder).seconds)
        except CompileError as error:
            constants = _wanted_constant(error.output, blueprint)
            if not constants:
                raise
            blueprint = blueprint.without(constants)
    msg = f"not compiled after {_MOST_ROUNDS} attempts to leave numbers in place"
    raise CompileError(msg)


def make_header(flags: Iterable[str]) -> None:
    """Compile the standard headers ahead of a build; what goes wrong is for the build to say."""
    with suppress(CompilerMissingError, CacheRefusedError, OSError):
        precompiled_header(BuildCache(), find_compiler(), header_flags(flags))


def _build(cache: BuildCache, blueprint: Blueprint, compiler: Compiler, jobs: int) -> Path:
    project = blueprint.project
    toolchain = blueprint.base.toolchain
    shape = shape_of(project.files)

    def make(folder: Path) -> None:
        entries = len(blueprint.lifted().slots)
        write_project(folder, project, shape, entries, toolchain, compiler, cache)
        compile_project(folder, jobs)
        for leftover in folder.rglob("*.o"):
            leftover.unlink()

    about = {"model": blueprint.name, "compiler": compiler.version, "flags": toolchain.flags}
    return cache.get_or_make(key_of(parts_of(shape, toolchain, compiler)), make, about, _PRODUCT)


def parts_of(shape: bytes, toolchain: Toolchain, compiler: Compiler) -> dict[str, object]:
    """List what a build depends on."""
    return {
        "shape": shape.hex(),
        "compiler": compiler.identity,
        "flags": toolchain.flags,
        "link_flags": toolchain.link_flags,
        "outside": dict(toolchain.outside),
    }


def write_project(
    folder: Path,
    project: Project,
    shape: bytes,
    entries: int,
    toolchain: Toolchain,
    compiler: Compiler,
    cache: BuildCache,
) -> None:
    """Write a project that is ready for make.

    Parameters
    ----------
    folder
        Empty.
    project
        What to compile.
    shape, entries
        Of the tables that the program will take.
    toolchain, compiler
        How to compile.
    cache
        Keeps the precompiled header.
    """
    header = precompiled_header(cache, compiler, header_flags(shlex.split(toolchain.flags)))
    extra = "" if header is None else f"-include{header}"
    written = {
        **project.files,
        "sweep_shape.h": _shape_header(shape, entries),
        "makefile": write_makefile(
            project.sources,
            toolchain,
            shlex.join(compiler.command),
            extra,
            shlex.join(compiler.link_flags),
        ),
    }
    for path, text in written.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def _shape_header(shape: bytes, entries: int) -> str:
    digits = "".join(f"\\x{byte:02x}" for byte in shape)
    return f'#define SWEEP_SHAPE "{digits}"\n#define SWEEP_ENTRIES {entries}\n'


def _wanted_constant(output: str, blueprint: Blueprint) -> frozenset[Slot]:
    """Find the look-ups on the lines that the compiler complains of."""
    slots = blueprint.lifted().slots
    written = lifted(blueprint.base.sources, slots)
    found = set()
    for path, line in _ERROR.findall(output):
        if path not in written:
            continue
        lines = written[path].splitlines()
        # Our two lines at the top, of which the second starts the count at 1.
        offset = 2 if lines[:1] == ['#include "sweep_table.h"'] else 0
        number = int(line) - 1 + offset
        if number < len(lines):
            found |= {slots[int(entry)] for entry in _LOOK_UP.findall(lines[number])}
    return frozenset(found)
