"""Checks of the machine: cores, places to write, and a simulation that really runs."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import tempfile
import time
from pathlib import Path

from brian_sweep_widget.cli.findings import Finding, ok, problem, warning

_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - looked at, not relied on
_LITTLE_SPACE = 500e6  # bytes; a cache of compiled networks grows to this
_LITTLE_MEMORY = 32e6  # bytes; what the results of a few large networks take
_PROBE_SECONDS = 180.0  # the first import of Brian from a slow shared disk


def cores() -> Finding:
    """Count the cores that sweeps use, and say why not all."""
    from brian_sweep_widget.backends import allowed_cores  # noqa: PLC0415 - loads joblib

    allowed, machine = allowed_cores(), os.cpu_count() or 1
    if allowed >= machine:
        return ok(f"{allowed}")
    return ok(f"{allowed} of {machine}: {_why_fewer(allowed)}")


def cache() -> Finding:
    """Look whether Brian can keep what it compiled."""
    from brian2.codegen.runtime.cython_rt.extension_manager import (  # noqa: PLC0415 - loads Brian
        get_cython_cache_dir,
    )

    named = get_cython_cache_dir()
    if named is None:
        return warning(
            "Cython is not installed, so the cython engine is not there", "pip install cython"
        )
    folder = Path(named)
    remedy = "set brian2.prefs.codegen.runtime.cython.cache_dir to a folder of yours with space"
    if (refusal := _write_error(folder)) is not None:
        return warning(f"{folder} cannot be written ({refusal})", remedy)
    return _with_space(folder, _LITTLE_SPACE, remedy)


def builds() -> Finding:
    """Look whether networks can be compiled to programs, and the programs kept."""
    from brian_sweep_widget.engines.compiled.cache import (  # noqa: PLC0415 - loads the engines
        BuildCache,
        CacheRefusedError,
    )
    from brian_sweep_widget.engines.compiled.compiler import (  # noqa: PLC0415
        CompilerMissingError,
        find_compiler,
    )

    try:
        find_compiler()
        cache = BuildCache()
        cache.prepare()
    except (CompilerMissingError, CacheRefusedError) as missing:
        return warning(str(missing), "until then sweeps use the slower numpy runtime")
    remedy = "set BRIAN_SWEEP_CACHE to a folder of yours with space"
    if (refusal := _write_error(cache.folder)) is not None:
        return warning(f"{cache.folder} cannot be written ({refusal})", remedy)
    return _with_space(cache.folder, _LITTLE_SPACE, remedy)


def temporary_files() -> Finding:
    """Look whether temporary files can be made; a sweep is stopped through one."""
    folder = Path(tempfile.gettempdir())
    if (refusal := _write_error(folder)) is not None:
        return problem(f"{folder} cannot be written ({refusal})", "set TMPDIR to a folder of yours")
    return _with_space(folder, _LITTLE_SPACE, "set TMPDIR to a folder with space")


def shared_memory() -> Finding:
    """Look whether processes can share locks, which workers do, and memory."""
    try:
        multiprocessing.get_context("spawn").Lock()
    except OSError as error:
        return problem(
            f"processes cannot share locks ({error})",
            "make /dev/shm writable (in a container: mount it)",
        )
    if not _SHARED_MEMORY.is_dir():  # no Linux
        return ok("locks work")
    if (refusal := _write_error(_SHARED_MEMORY)) is not None:
        return problem(f"{_SHARED_MEMORY} cannot be written ({refusal})", "make it writable")
    return _with_space(_SHARED_MEMORY, _LITTLE_MEMORY, "enlarge it (docker run --shm-size=1g)")


def simulation() -> Finding:
    """Run a tiny network in a worker, as every sweep does."""
    from brian2 import ms  # noqa: PLC0415 - takes a second

    from brian_sweep_widget.configuration import ConfigError  # noqa: PLC0415 - loads traitlets
    from brian_sweep_widget.limits import LimitError  # noqa: PLC0415 - as above
    from brian_sweep_widget.models import cuba  # noqa: PLC0415
    from brian_sweep_widget.runs import Sweep  # noqa: PLC0415

    started = time.monotonic()
    try:
        run = Sweep(cuba, size=100, duration=10 * ms, workers=1, store=None).start()
    except ConfigError as error:
        return problem(str(error), "mend it: no sweep starts before")
    except LimitError as error:
        return warning(str(error), "raise that limit, if it is yours, to have this looked at")
    try:
        results = run.wait(_PROBE_SECONDS)
    except TimeoutError as error:
        run.cancel()
        return problem(str(error), "look whether the disk or the machine is overloaded")
    if results.failures:
        told = results.failures[0].error.replace("\n", " ")
        return problem(told, "mend that: sweeps fail alike until then")
    computed = results.outcomes[0].origin
    seconds = time.monotonic() - started
    engine = f" by {computed.engine} in {computed.wall_time:.2f} s" if computed else ""
    return ok(f"100 neurons, 10 ms{engine}; {seconds:.1f} s with the start of a worker")


def _why_fewer(allowed: int) -> str:
    limit = os.environ.get("LOKY_MAX_CPU_COUNT", "")
    if limit.isdigit() and int(limit) == allowed:
        return f"LOKY_MAX_CPU_COUNT is {limit}"
    if hasattr(os, "sched_getaffinity") and len(os.sched_getaffinity(0)) == allowed:
        return "the process may not run on the others (affinity)"
    return "a control group (container, JupyterHub, systemd) limits the rest"


def _write_error(folder: Path) -> OSError | None:
    """Try to write a file; permissions alone tell little on network disks."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"brian-sweep doctor")
    except OSError as error:
        return error
    return None


def _with_space(folder: Path, little: float, remedy: str) -> Finding:
    free = shutil.disk_usage(folder).free
    found = f"{folder} can be written, {free / 1e9:.1f} GB free"
    return ok(found) if free >= little else warning(found, remedy)
