"""Seeds and keys of jobs: functions of what a job is, of nothing else.

A seed is a BLAKE2b hash of the sweep's seed, the parameters and the trial, so
it does not depend on the order of jobs, on the number of workers, on the
backend or on the other points of the grid. Why a hash and not numpy's
SeedSequence: docs/decisions/0003-seeds.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import blake2b
from typing import Literal

from brian_sweep_widget.models.parameters import Plain

Seeding = Literal["independent", "common"]
SEEDINGS: tuple[Seeding, ...] = ("independent", "common")

_SEED_BYTES = 4  # numpy's legacy generator, which Brian seeds, takes 32 bits
_KEY_BYTES = 16


def written(name: str, value: Plain) -> str:
    """Write one parameter in the one form that seeds and keys are made of.

    ``repr`` is exact for floats: two values differ here if they differ in any
    bit. The type matters too: ``1`` and ``1.0`` are two points.
    """
    return f"{name}={value!r}"


def canonical(parts: Iterable[str]) -> bytes:
    """Join the `written` parameters of a point, in whichever order they come."""
    return ";".join(sorted(parts)).encode()


def seeder(sweep_seed: int, trial: int, seeding: Seeding) -> Callable[[bytes], int]:
    """Make the function that gives the seeds of one trial's jobs.

    Parameters
    ----------
    sweep_seed
        The sweep's seed.
    trial
        Number of the trial, from 0.
    seeding
        ``"independent"``: every point and trial draws its own network.
        ``"common"``: the points of one trial share a seed (common random
        numbers, for paired comparisons).

    Returns
    -------
    function
        From a job's parameters (see `canonical`) to its seed, from 0 to
        2**32 - 1.
    """
    start = blake2b(b"%d/%d/" % (sweep_seed, trial), digest_size=_SEED_BYTES, person=b"seed")
    if seeding == "common":
        shared = int.from_bytes(start.digest(), "big")
        return lambda _: shared

    def seed_of(point: bytes) -> int:
        mixed = start.copy()  # hashing the common beginning once is half the work
        mixed.update(point)
        return int.from_bytes(mixed.digest(), "big")

    return seed_of


def job_key(point: bytes, seed: int) -> str:
    """Name one simulation: the same parameters and seed give the same key.

    Parameters
    ----------
    point
        The job's parameters, from `canonical`.
    seed
        The job's seed.

    Returns
    -------
    str
        32 hexadecimal digits.
    """
    return blake2b(b"%d/%b" % (seed, point), digest_size=_KEY_BYTES, person=b"job").hexdigest()
