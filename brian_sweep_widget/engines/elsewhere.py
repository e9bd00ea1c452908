"""What a worker does on a host: what a worker here does, with files that came by the network."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import pickle
import shutil
import socket
import tempfile
import time
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from brian_sweep_widget.engines.compiled.binary import BinaryError, write_inputs
from brian_sweep_widget.engines.compiled.cache import BuildCache, CacheRefusedError
from brian_sweep_widget.engines.compiled.engine import CompiledEngine
from brian_sweep_widget.engines.compiled.kit import PRODUCT, build_there
from brian_sweep_widget.engines.context import BrianContext, initial_context
from brian_sweep_widget.engines.failing import failure_of
from brian_sweep_widget.engines.looking import looked_into
from brian_sweep_widget.engines.runtime import RuntimeEngine
from brian_sweep_widget.engines.worker import compute
from brian_sweep_widget.limits import Limits
from brian_sweep_widget.results import Failure, Outcome
from brian_sweep_widget.results.sent import write_sent
from brian_sweep_widget.scratch import new_folder
from brian_sweep_widget.sweeps import Job

Label = tuple[int, ...]

_LOOK_AGAIN = 60.0  # s


class BuildGoneError(RuntimeError):
    """A host has a program no more: its cache was cleared, or too small."""

    def __init__(self) -> None:
        super().__init__("the program is not in this host's cache any more")


_FOLDER = ".files"
_MISSING = frozenset({"ModuleNotFoundError", "ImportError"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a host needs to compute a job: names of blobs, and of a build.

    Parameters
    ----------
    build
        The program, in the host's own cache; empty if it runs none.
    engine
        The blob of the packed engine.
    inputs
        The blob of the files that its program reads; empty if it runs none.
    """

    build: str
    engine: str
    inputs: str = ""


def pressed(thing: object) -> bytes:
    """Pickle something for a host, and press it: sources shrink to a tenth."""
    return zlib.compress(pickle.dumps(thing), level=3)


def compute_there(blobs: Path, results: Path, wanted: Wanted, job: Job) -> Outcome:
    """Compute a job on a host; see `brian_sweep_widget.engines.worker.compute`.

    Parameters
    ----------
    blobs
        The folder of what came by the network.
    results
        Where programs put their results.
    wanted
        What is needed.
    job
        The job.
    """
    place = binary = None
    if wanted.build:
        try:
            binary, inputs = _binary(wanted.build, _now()), _files(blobs, wanted.inputs)
        except BuildGoneError as error:
            return Outcome(job, "failed", failure=failure_of(error))

        def place(engine: CompiledEngine) -> CompiledEngine:
            return engine.placed(binary, inputs, results)

    outcome = compute(_read(blobs, wanted.engine), job, place)
    failure = outcome.failure
    if failure is not None and binary is not None and not binary.exists():
        return replace(outcome, failure=failure_of(BuildGoneError()))
    failures = {name: _placed(one) for name, one in outcome.failures.items()}
    return replace(outcome, failure=failure and _placed(failure), failures=failures)


def compute_and_write(blobs: Path, results: Path, wanted: Wanted, job: Job) -> bytes:
    """Compute a job on a host, and write its outcome down for the way back."""
    return write_sent(compute_there(blobs, results, wanted, job))


def digest_point(packed: bytes, job: Job) -> bytes:
    """Compute a job, and digest what came of it; see `digests_of`."""
    return digests_of(compute(packed, job))


def digest_point_there(blobs: Path, results: Path, wanted: Wanted, job: Job) -> bytes:
    """Compute a job on a host, and digest what came of it."""
    return digests_of(compute_there(blobs, results, wanted, job))


def digests_of(outcome: Outcome) -> bytes:
    """Write down what an outcome's numbers are, to the last bit; empty if it has none.

    What is not a number is that in one way only, as processors differ in it.
    """
    if outcome.status != "done":
        return b""
    told = {}
    for name, value in outcome.values.items():
        numbers = np.where(np.isnan(value.si), np.nan, value.si).astype(float)
        digest = hashlib.sha256(f"{numbers.shape} {value.unit}".encode() + numbers.tobytes())
        told[name] = [digest.hexdigest(), repr(float(numbers)) if not numbers.ndim else ""]
    return json.dumps(told, sort_keys=True).encode()


def point_differs(theirs: bytes, ours: bytes) -> str:
    """Say in which measures what a host computed of a point is other than here."""
    try:
        there = dict(json.loads(theirs))
        here = dict(json.loads(ours))
        said = []
        for name in sorted(here.keys() | there.keys()):
            one, other = there.get(name, ["", "no number"]), here.get(name, ["", "no number"])
            if one != other:
                numbers = f" ({one[1]} there and {other[1]} here)" if one[1] and other[1] else ""
                said.append(f"{name}{numbers}")
        which = ", ".join(said)
    except (ValueError, TypeError, LookupError):
        which = "all of them"
    return f"its numbers of the same point differ from those of this computer: {which}"


def _placed(failure: Failure) -> Failure:
    """Say where a module is missing."""
    if failure.kind not in _MISSING:
        return failure
    message = f"{failure.message} (on the host {socket.gethostname()}: install it there)"
    return Failure(failure.kind, message, failure.traceback)


def compute_carried(
    blobs: Mapping[str, bytes], kit: str, calls: Sequence[tuple[Label, Wanted, Job]]
) -> list[tuple[Label, Outcome]]:
    """Compute jobs wherever this is called, of what they carry along.

    Parameters
    ----------
    blobs
        By name.
    kit
        Of the program that they run; empty if they run none.
    calls
        Position of every job, what it needs (but the build), and the job.

    Raises
    ------
    BinaryError
        If the program cannot be built here.
    """
    folder = _carried()
    for name, blob in blobs.items():
        if not (folder / name).exists():
            (folder / name).write_bytes(blob)
    build = _built(folder, kit) if kit else ""
    return [
        (label, compute_there(folder, folder, replace(wanted, build=build), job))
        for label, wanted, job in calls
    ]


@functools.cache
def _carried() -> Path:
    return new_folder("carried")


@functools.lru_cache(maxsize=64)
def _built(folder: Path, kit: str) -> str:
    built = build_kit_there(folder, folder, kit, 1)
    if isinstance(built, str):
        what = f"cannot be built on {socket.gethostname()}: {built}"
        raise BinaryError(what)
    return built.decode()


def build_kit_there(blobs: Path, _: Path, kit: str, jobs: int) -> bytes | str:
    """Build a program on a host, of a pressed kit; gives its key, or a text: why it cannot be."""
    built = build_there(_unpressed(blobs, kit), jobs)
    return built if isinstance(built, str) else built.key.encode()


def probe_program_there(blobs: Path, scratch: Path, probe: str, build: str) -> bytes | str | None:
    """Run a pressed probe on a host; a text says what went wrong."""
    try:
        digest: bytes | None = _unpressed(blobs, probe).run(_binary(build, _now()), scratch)
    except (BinaryError, BuildGoneError, CacheRefusedError) as error:
        return str(error)
    return digest


def probe_runtime(_blobs: Path, _scratch: Path, target: str) -> bytes | str:
    """Digest a small simulation in Brian's runtime: its spikes and its potentials.

    Parameters
    ----------
    target
        ``"numpy"``, ``"cython"``, or empty for numpy's own functions alone.

    Returns
    -------
    bytes or str
        A text says why it cannot be run.
    """
    digest = hashlib.sha256()
    drawn = np.random.default_rng(1).normal(size=2000)
    for numbers in (drawn, np.exp(drawn), np.sin(drawn), np.cumsum(drawn)):
        digest.update(numbers.tobytes())
    if target:
        try:
            from brian_sweep_widget.models import cuba  # noqa: PLC0415 - loads Brian
        except ImportError as error:
            return f"it has no Brian 2 ({error})"
        initial_context()
        model, parameters = looked_into(cuba), cuba.parameters({})
        values = {name: parameter.read_default() for name, parameter in parameters.items()}
        job = Job((0,), {**values, "size": 200, "duration": 0.05}, seed=1)
        engine = RuntimeEngine(model, parameters, BrianContext(), target, Limits())
        for name, value in sorted(engine.simulate(job).items()):
            if isinstance(value, Failure):
                return f"{name}: {value}"
            digest.update(name.encode() + np.ascontiguousarray(value.si).tobytes())
    return digest.digest()


def _read(blobs: Path, name: str) -> bytes:
    return (blobs / name).read_bytes()


@functools.lru_cache(maxsize=8)
def _unpressed(blobs: Path, name: str) -> Any:
    return pickle.loads(zlib.decompress(_read(blobs, name)))  # noqa: S301 - a holder of the credentials'


@functools.lru_cache(maxsize=64)
def _binary(build: str, _when: int) -> Path:
    """Find a program; to look whether it is whole takes as long as a short run, so not always."""
    folder = BuildCache().find(build)
    if folder is None:
        raise BuildGoneError
    return folder / PRODUCT


def _now() -> int:
    return int(time.monotonic() / _LOOK_AGAIN)


@functools.lru_cache(maxsize=64)
def _files(blobs: Path, name: str) -> Path:
    """Unpack the files that a program reads, once on a host."""
    folder = blobs / f"{name}{_FOLDER}"
    if not folder.is_dir():
        making = Path(tempfile.mkdtemp(dir=blobs))
        write_inputs(making, _unpressed(blobs, name))
        with suppress(OSError):  # another worker was faster
            os.rename(making, folder)  # noqa: PTH104 - Path.rename takes files' places, too
        shutil.rmtree(making, ignore_errors=True)
    return folder
