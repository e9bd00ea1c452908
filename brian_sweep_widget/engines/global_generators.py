"""Global random generators: Python's, numpy's, and those that libraries have beside these.

Code that numba compiles draws from generators of numba's own, also where it says
``np.random.rand()``; torch has one, too. If nobody seeds them, numbers depend on
what was computed before in the same process.
"""

from __future__ import annotations

import importlib
import random
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np

# For one seed numba's generators give what numpy's and Python's give; they must not repeat it,
# nor each other.
_APART = 0x510E527F
_PYTHONS_APART = 0x1F83D9AB


class _OfLibrary(NamedTuple):
    """How the generators of a library are seeded, and what tells whether they were used."""

    seed: Callable[[int], object]
    state: Callable[[], str]


def _numba() -> tuple[Any, list[Any]]:
    """Give numba's helpers, and its two generators of this thread."""
    helpers: Any = importlib.import_module("numba._helperlib")
    return helpers, [helpers.rnd_get_np_state_ptr(), helpers.rnd_get_py_state_ptr()]


def _seed_numba(seed: int) -> None:
    helpers, generators = _numba()
    for generator, its_seed in zip(generators, numba_seeds(seed), strict=True):
        helpers.rnd_seed(generator, its_seed)


def _state_of_numba() -> str:
    helpers, generators = _numba()
    return repr([helpers.rnd_get_state(generator) for generator in generators])


def _seed_torch(seed: int) -> None:
    sys.modules["torch"].manual_seed(torch_seed(seed))


def _state_of_torch() -> str:
    state: bytes = sys.modules["torch"].get_rng_state().numpy().tobytes()
    return state.hex()


_OF_LIBRARIES = {
    "numba": _OfLibrary(_seed_numba, _state_of_numba),
    "torch": _OfLibrary(_seed_torch, _state_of_torch),
}

#: Libraries that have generators of their own.
LIBRARIES = frozenset(_OF_LIBRARIES)


def seed_globally(seed: int) -> None:
    """Seed Python's and numpy's global generators, and those of libraries that are loaded.

    Parameters
    ----------
    seed
        From 0 to 2**32 - 1.
    """
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - the one that models written for Brian use
    for name in _loaded():
        _OF_LIBRARIES[name].seed(seed)


def numba_seeds(seed: int) -> tuple[int, int]:
    """Give the seeds of what is ``np.random`` and ``random`` in code that numba compiles."""
    return seed ^ _APART, seed ^ _PYTHONS_APART


def torch_seed(seed: int) -> int:
    """Give the seed of torch's generators."""
    return seed ^ _APART


def states_of_libraries() -> list[str]:
    """Describe the generators of libraries that are loaded: otherwise after anything drew."""
    return [_OF_LIBRARIES[name].state() for name in _loaded()]


def load_libraries(names: Iterable[str]) -> None:
    """Load libraries before anything is seeded, as code will that loads them itself."""
    for name in names:
        with suppress(ImportError):  # as the code itself will find
            importlib.import_module(name)


def _loaded() -> list[str]:
    return [name for name in sorted(_OF_LIBRARIES) if name in sys.modules]
