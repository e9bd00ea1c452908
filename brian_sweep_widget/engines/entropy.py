"""Random generators that a model makes without a seed: they get one from the job's.

``np.random.default_rng()``, ``np.random.RandomState()``, ``random.Random()`` and
their like ask the system for entropy, so that nobody could repeat a simulation.
During a job they ask here. What asks the system itself (``os.urandom``,
``secrets``, ``uuid.uuid4``) gets what it asks for, as secrets may be made of it,
and is noted.
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from types import FrameType
from typing import Any

from numpy.random import bit_generator

from brian_sweep_widget.engines.global_generators import seed_globally
from brian_sweep_widget.engines.installed import is_installed_file, module_of

_OURS = __name__.partition(".")[0]
# Modules that pass a question on: whoever called them asks.
_PASSING = frozenset({"random", "secrets", "uuid", "pathlib", _OURS})
# Loading a generator makes one and overwrites it; names of files must not repeat themselves.
_NOT_ASKING = frozenset({"numpy.random._pickle", "tempfile"})
# Other frames in newer Pythons, and none in older ones.
_COMPREHENSIONS = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>"})
_BITS = 128

_SYSTEM: Any = sys.modules[os.name]  # posix: what is imported from os goes by its name there
_bits_of_system = bit_generator.randbits  # type: ignore[attr-defined]  # of its own, untold
_seed_of_python = random.Random.seed
_seed_python = random.seed
_bytes_of_system = os.urandom
_more_bytes_of_system = getattr(os, "getrandom", None)  # of Linux


@dataclass(slots=True)
class Entropy:
    """What a job took without naming a seed.

    Parameters
    ----------
    seed
        The job's.
    other
        Whether to give other numbers than the job's: what they change was decided by them.
    taken
        Numbers that were given, by who asked.
    unseeded
        What asked the system itself, such as ``"uuid.uuid4 in make_weights"``.
    """

    seed: int
    other: bool = False
    taken: dict[str, int] = field(default_factory=dict)
    unseeded: dict[str, None] = field(default_factory=dict)

    def number(self, asker: str) -> int:
        """Give the next number for somebody who asks: always another one."""
        taken = self.taken[asker] = self.taken.get(asker, 0) + 1
        name = f"{self.seed} {asker} {taken}{' other' * self.other}".encode()
        return int.from_bytes(blake2b(name, digest_size=_BITS // 8).digest(), "little")


class _Current:
    """The entropy of the job that is being computed, if any."""

    entropy: Entropy | None = None


@contextmanager
def job_entropy(seed: int, *, other: bool = False) -> Iterator[Entropy]:
    """Seed the global generators, and give entropy of the job's seed to those made meanwhile.

    In the order in which the user's functions ask; libraries, and modules that
    are loaded meanwhile, have numbers of their own, as they may have asked
    before, in another job.

    Parameters
    ----------
    seed
        The job's.
    other
        See `Entropy`.

    Yields
    ------
    Entropy
        Tells what was taken.
    """
    entropy = _Current.entropy = Entropy(seed, other)
    seed_globally(seed)
    bit_generator.randbits = _bits  # type: ignore[attr-defined]
    random.Random.seed = _seed  # type: ignore[method-assign]
    random.seed = random._inst.seed  # noqa: SLF001 - bound anew
    os.urandom = _SYSTEM.urandom = random._urandom = _noted_bytes  # type: ignore[attr-defined]  # noqa: SLF001
    if _more_bytes_of_system is not None:
        os.getrandom = _SYSTEM.getrandom = _noted_more_bytes
    try:
        yield entropy
    finally:
        _Current.entropy = None
        bit_generator.randbits = _bits_of_system  # type: ignore[attr-defined]
        random.Random.seed = _seed_of_python  # type: ignore[method-assign]
        random.seed = _seed_python
        os.urandom = _SYSTEM.urandom = random._urandom = _bytes_of_system  # type: ignore[attr-defined]  # noqa: SLF001
        if _more_bytes_of_system is not None:
            os.getrandom = _SYSTEM.getrandom = _more_bytes_of_system


def seed_anew(seed: int) -> None:
    """Go on with another seed in a job, as if it had just begun.

    Parameters
    ----------
    seed
        For the global generators, and as `Entropy.seed`.
    """
    seed_globally(seed)
    if _Current.entropy is not None:
        _Current.entropy.seed = seed
        _Current.entropy.taken.clear()


def _bits(number: int) -> int:
    """Stand for numpy's way to the system's entropy."""
    given = _given(sys._getframe(1))  # noqa: SLF001 - inspect.stack takes 10 ms
    if given is None:
        return int(_bits_of_system(number))
    return given & ((1 << number) - 1)


def _seed(self: random.Random, a: Any = None, version: int = 2) -> None:
    """Stand for `random.Random.seed`."""
    if a is None:
        a = _given(sys._getframe(1))  # noqa: SLF001 - as above
    _seed_of_python(self, a, version)


def _noted_bytes(size: int, /) -> bytes:
    """Stand for `os.urandom`."""
    note_unseeded("os.urandom", sys._getframe(1))  # noqa: SLF001 - as above
    return _bytes_of_system(size)


def _noted_more_bytes(size: int, flags: int = 0) -> bytes:
    """Stand for `os.getrandom`."""
    note_unseeded("os.getrandom", sys._getframe(1))  # noqa: SLF001 - as above
    assert _more_bytes_of_system is not None  # noqa: S101 - or it is not replaced
    return bytes(_more_bytes_of_system(size, flags))


def note_unseeded(what: str, frame: FrameType | None) -> None:
    """Take note, if it is the user's code that asks, of random numbers that are no seed's.

    Parameters
    ----------
    what
        Gives them, if it was asked directly.
    frame
        Where it was asked.
    """
    entropy = _Current.entropy
    asking, call = _asking(frame)
    users = asking is not None and not is_installed_file(asking.f_code.co_filename)
    if entropy is not None and asking is not None and users:
        entropy.unseeded[f"{call or what} in {asking.f_code.co_name}"] = None


def _given(frame: FrameType | None) -> int | None:
    """Give a number to whoever asks; None if the system is to be asked."""
    entropy, (frame, _) = _Current.entropy, _asking(frame)
    if entropy is None or frame is None or module_of(frame) in _NOT_ASKING:
        return None
    return entropy.number(_asker(frame))


def _asking(frame: FrameType | None) -> tuple[FrameType | None, str]:
    """Find who asks, and which function of Python's was called for it."""
    call = ""
    while frame is not None:
        root = module_of(frame).partition(".")[0]
        if root in _PASSING:
            call = f"{root}.{frame.f_code.co_qualname}"
        elif frame.f_code.co_name not in _COMPREHENSIONS:
            break
        frame = frame.f_back
    return frame, call


def _asker(frame: FrameType) -> str:
    """Name who asks: the user's functions are one, in whichever module or cell they are."""
    if frame.f_code.co_name == "<module>":
        return module_of(frame)
    if not is_installed_file(frame.f_code.co_filename):
        return ""
    return module_of(frame).partition(".")[0]
