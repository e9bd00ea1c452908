"""Whether a lifted program gives the bits of a program that was compiled for its numbers alone.

With ``-ffast-math`` the compiler computes with the numbers that it knows: it
divides by a constant by multiplying with its inverse, it folds the exponential
of a constant. It cannot with numbers that are looked up, so the last digit may
differ. The sources tell where that cannot be (`folding`); where it can, the two
are compared.
"""

from __future__ import annotations

import json
import tempfile
from contextlib import suppress
from pathlib import Path

from brian_sweep_widget.engines.compiled.binary import (
    BinaryError,
    TimeLimitError,
    run_binary,
    write_inputs,
)
from brian_sweep_widget.engines.compiled.blueprint import Blueprint, with_support
from brian_sweep_widget.engines.compiled.cache import BuildCache, CacheRefusedError, key_of
from brian_sweep_widget.engines.compiled.compiler import (
    CompileError,
    Compiler,
    CompilerMissingError,
    compile_project,
    find_compiler,
)
from brian_sweep_widget.engines.compiled.kit import parts_of, write_project
from brian_sweep_widget.engines.compiled.lifting import table
from brian_sweep_widget.engines.compiled.program import Program, Variant
from brian_sweep_widget.engines.compiled.tracing import Trace
from brian_sweep_widget.scratch import new_folder

_VERDICT = "verdict.json"
_SEED = 1
_LONGEST = 120.0  # s; a model that takes longer is not compared


def same_digits(blueprint: Blueprint, program: Program) -> bool | None:
    """Compare a program with its twin, which is compiled with plain numbers.

    Parameters
    ----------
    blueprint, program
        A blueprint, and what was made of it.

    Returns
    -------
    bool or None
        Whether all results are the same to the last bit, for the values that
        the program was made from and all that differ from them in numbers
        which are not `Program.foldable`; None if that cannot be told. The
        answer is kept in the cache of builds, also that it takes too long to
        tell: nobody's next kernel should spend minutes on it again.
    """
    if not program.foldable:
        return True
    try:
        compiler = find_compiler()
        cache = BuildCache()

        def make(folder: Path) -> None:
            same: bool | None = None
            with suppress(TimeLimitError):
                same = _compare(blueprint.base, program.variant, program, compiler, cache)
            (folder / _VERDICT).write_text(json.dumps(same))

        about = {"model": f"{blueprint.name} (last digits)"}
        return _verdict(cache.get_or_make(_key(program, compiler), make, about, product=_VERDICT))
    except (BinaryError, CacheRefusedError, CompileError, CompilerMissingError):
        return None


def known_digits(program: Program) -> bool | None:
    """Say what an earlier comparison found; None if there was none, or it could not tell."""
    if not program.foldable:
        return True
    with suppress(CacheRefusedError, CompilerMissingError, OSError):
        found = BuildCache().find(_key(program, find_compiler()))
        return None if found is None else _verdict(found)
    return None


def _key(program: Program, compiler: Compiler) -> str:
    parts = parts_of(program.shape, program.kit.toolchain, compiler)
    return key_of({**parts, "numbers": list(program.variant.entries)})


def _verdict(found: Path) -> bool | None:
    verdict: bool | None = json.loads((found / _VERDICT).read_text())
    return verdict


def _compare(
    trace: Trace, variant: Variant, program: Program, compiler: Compiler, cache: BuildCache
) -> bool:
    numbers = table(
        program.shape,
        _SEED,
        (slot.kind for slot in program.lifted.slots),
        variant.entries[:-1],
    )
    synapses = sorted(set(variant.files.synaptic.values()))
    with tempfile.TemporaryDirectory(dir=new_folder("twin")) as name:
        folder = Path(name)
        twin = folder / "twin"
        for made in (twin, folder / "lifted", folder / "direct"):
            made.mkdir()
        write_inputs(folder, variant.static_arrays)
        project = with_support(trace, ())
        entries = len(program.lifted.slots)
        write_project(twin, project, program.shape, entries, trace.toolchain, compiler, cache)
        compile_project(twin, 1)
        for binary, results in ((program.binary, "lifted"), (twin / "main", "direct")):
            run_binary(binary, folder, folder / results, numbers, synapses, _LONGEST)
        return all(
            _bits(folder / "lifted" / file) == _bits(folder / "direct" / file)
            for file in _files(folder / "lifted") | _files(folder / "direct")
        )


def _files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.name.startswith("_")}


def _bits(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
