"""Whether a builder's numbers depend on the seed: whether it drew, or looked at a generator."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import numpy as np

from brian_sweep_widget.engines.global_generators import states_of_libraries


class Draws:
    """Notes whether global generators, Python's, numpy's or a library's, are used from now on."""

    def __init__(self) -> None:
        self._before = _states()
        self._looked_at = False
        self._fixed = ""  # numpy's state after the builder has given it a seed of its own
        self._after_own_seed = False  # and drawn, before it gave it another one

    @property
    def made(self) -> bool:
        """Whether anything depends on the seed: then it holds for this seed alone."""
        python, numpy, libraries = _states()
        return (
            self._looked_at
            or (python, libraries) != (self._before[0], self._before[2])
            or (numpy != self._before[1] and not self._fixed)
        )

    @property
    def made_after_own_seed(self) -> bool:
        """Whether the builder drew from numpy's generator with a seed that it gave to Brian."""
        drawn = bool(self._fixed) and written(numpy_state()) != self._fixed
        return drawn or self._after_own_seed

    @contextmanager
    def watched(self, device: Any) -> Iterator[None]:
        """Note what only looks at a generator, and have `brian2.seed` seed numpy's, too.

        A builder may put the state back after it drew, or take the seed out of
        it. The standalone device leaves numpy's generator as it is, with which
        Brian's runtime draws: a builder that calls ``seed(3)`` means both.

        Parameters
        ----------
        device
            The standalone device.
        """
        seed = device.seed

        def seed_both(number: int | None = None) -> None:
            if number is not None:
                self._after_own_seed = self.made_after_own_seed
                self._looked_at = self.made  # what was drawn so far is the job's seed's
                np.random.seed(number)  # noqa: NPY002 - the one that the runtime device seeds
                self._fixed = written(numpy_state())
            seed(number)

        with (
            mock.patch.object(device, "seed", seed_both),
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


def written(state: Any) -> str:
    """Write a state of numpy's down in full, however a person has numbers printed."""
    with np.printoptions(threshold=sys.maxsize, formatter=None):
        return repr(state)


def _states() -> tuple[Any, ...]:
    return _getstate(), written(numpy_state()), states_of_libraries()
