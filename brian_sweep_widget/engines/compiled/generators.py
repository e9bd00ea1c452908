"""Whether a builder's numbers depend on the seed: whether it drew, or looked at a generator."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import numpy as np
from numpy.random import bit_generator

_ENTROPY = 128  # bits


class Generators:
    """Python's and numpy's generators, seeded for one trace.

    Parameters
    ----------
    seed
        Of the job.
    """

    def __init__(self, seed: int) -> None:
        random.seed(seed)
        np.random.seed(seed)  # noqa: NPY002 - the one that models written for Brian use
        self._before = _states()
        self._looked_at = False

    @property
    def used(self) -> bool:
        """Whether anything depends on the seed: then it holds for this seed alone."""
        return self._looked_at or self._before != _states()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Note what only looks at a generator, and seed generators that nobody seeds.

        A builder may put the state back after it drew, or take the seed out of
        it. A generator of its own that it gives no seed (``default_rng()``)
        would take one from the operating system, of which nothing tells; it
        gets one from Python's generator instead, and so from the job's seed.
        """
        seed, entropy = random.Random.seed, vars(bit_generator)["randbits"]
        mine = threading.get_ident()  # what is compiled meanwhile in another thread must not draw

        def drawn(bits: int) -> int:
            return random.getrandbits(bits) if threading.get_ident() == mine else entropy(bits)

        def seeded(generator: random.Random, number: Any = None, *args: Any, **named: Any) -> None:
            seed(generator, drawn(_ENTROPY) if number is None else number, *args, **named)

        with (
            mock.patch.object(bit_generator, "randbits", drawn),
            mock.patch.object(random.Random, "seed", seeded),
            mock.patch.object(np.random, "get_state", self._noting(np.random.get_state)),
            mock.patch.object(random, "getstate", self._noting(random.getstate)),
        ):
            yield

    def _noting(self, look: Callable[..., Any]) -> Callable[..., Any]:
        def looked(*args: Any, **named: Any) -> Any:
            self._looked_at = True
            return look(*args, **named)

        return looked


_get_state, _getstate = np.random.get_state, random.getstate


def _states() -> tuple[Any, ...]:
    return _getstate(), repr(_get_state(legacy=False))
