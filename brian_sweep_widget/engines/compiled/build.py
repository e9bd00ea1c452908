"""Makes the binary of a blueprint, once on every machine."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress

from brian_sweep_widget.engines.compiled.blueprint import Blueprint
from brian_sweep_widget.engines.compiled.cache import BuildCache, CacheRefusedError
from brian_sweep_widget.engines.compiled.compiler import (
    CompileError,
    Compiler,
    CompilerMissingError,
    find_compiler,
    precompiled_header,
)
from brian_sweep_widget.engines.compiled.kit import build_kit
from brian_sweep_widget.engines.compiled.lifting import Slot, lifted
from brian_sweep_widget.engines.compiled.makefile import header_flags
from brian_sweep_widget.engines.compiled.program import Program

_ERROR = re.compile(r"^(?:\./)?([\w./-]+):(\d+):(?:\d+:)? (?:fatal )?error:", re.MULTILINE)
_LOOK_UP = re.compile(r"sweep_(?:real|int|long)\((\d+)\)")
_MOST_ROUNDS = 8


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
            binary, seconds = build_kit(cache, blueprint.kit, compiler, jobs)
            return blueprint.program(binary, seconds)
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
