"""All that it takes to build a program on any computer, without the model and without Brian."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

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
from brian_sweep_widget.engines.compiled.makefile import Toolchain, header_flags, write_makefile
from brian_sweep_widget.engines.compiled.program import Kit
from brian_sweep_widget.engines.compiled.translation_units import Project

PRODUCT = "main"


@dataclass(frozen=True, slots=True)
class Built:
    """A program in the cache of a computer.

    Parameters
    ----------
    key
        Names everything that it was made from, compiler and processor included:
        two of one key compute the same numbers.
    """

    key: str


def build_kit(cache: BuildCache, kit: Kit, compiler: Compiler, jobs: int) -> tuple[Path, float]:
    """Build, or find what was built before.

    Parameters
    ----------
    cache
        Keeps builds.
    kit
        What to build.
    compiler
        From `find_compiler`.
    jobs
        Files to compile at once.

    Returns
    -------
    binary, seconds
        Where the program is, and how long it took to make.

    Raises
    ------
    CompileError
        With the compiler's own message.
    CacheRefusedError
        If there is no place where builds may be kept.
    """

    def make(folder: Path) -> None:
        write_project(folder, kit.project, kit.shape, kit.entries, kit.toolchain, compiler, cache)
        compile_project(folder, jobs)
        for leftover in folder.rglob("*.o"):
            leftover.unlink()

    about = {"model": kit.name, "compiler": compiler.version, "flags": kit.toolchain.flags}
    key = key_of(parts_of(kit.shape, kit.toolchain, compiler))
    folder = cache.get_or_make(key, make, about, PRODUCT)
    return folder / PRODUCT, read_build(folder).seconds


def build_there(kit: Kit, jobs: int) -> Built | str:
    """Build on another computer than the model's; a text says why it cannot be."""
    if kit.toolchain.outside:
        files = ", ".join(kit.toolchain.outside)
        return f"its code uses files that are on the model's computer only: {files}"
    try:
        binary, _ = build_kit(BuildCache(), kit, find_compiler(), jobs)
    except (CompilerMissingError, CompileError, CacheRefusedError) as error:
        return str(error)
    return Built(binary.parent.name)


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
            shlex.join(compiler.command).replace("$", "$$"),
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
