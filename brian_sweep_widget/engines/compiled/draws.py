"""Whether a builder's numbers depend on the seed: whether it drew, or looked at a generator."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import numpy as np


class Draws:
    """Notes whether Python's and numpy's global generators are used from now on."""

    def __init__(self) -> None:
        self._before = _states()
        self._looked_at = False

    @property
    def made(self) -> bool:
        """Whether anything depends on the seed: then it holds for this seed alone."""
        return self._looked_at or self._before != _states()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Note what only looks at a generator.

        A builder may put the state back after it drew, or take the seed out of
        it.
        """
        with (
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


def numpy_state() -> Any:
    """Return the state of numpy's global generator, without being noted."""
    return _get_state(legacy=False)


def _states() -> tuple[Any, ...]:
    return _getstate(), repr(numpy_state())
