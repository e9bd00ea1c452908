"""Generators that nobody seeded follow the job's seed, whatever ran before."""

from __future__ import annotations

import copy
import os
import pickle
import random
import secrets
import tempfile
import uuid
from collections.abc import Callable
from os import urandom
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from numpy.random import default_rng
from scipy import sparse

from brian_sweep_widget.engines.entropy import job_entropy
from brian_sweep_widget.engines.files_read import files_read

MORE_BYTES = "getrandom" if hasattr(os, "getrandom") else "urandom"  # of Linux
DEVICE = Path("/dev/urandom")
PICKLED = pickle.dumps(urandom)
MAKING: dict[str, Callable[[], float]] = {
    "default_rng": lambda: np.random.default_rng().random(),
    "bound early": lambda: default_rng().random(),
    "default_rng(None)": lambda: default_rng(None).random(),
    "RandomState": lambda: np.random.RandomState().rand(),
    "SeedSequence": lambda: float(np.random.SeedSequence().generate_state(1)[0]),
    "PCG64": lambda: float(np.random.PCG64().random_raw()),
    "MT19937": lambda: np.random.Generator(np.random.MT19937()).random(),
    "Random": lambda: random.Random().random(),
    "Random bound early": lambda: Random().random(),
    "a kind of Random": lambda: type("Mine", (Random,), {})().random(),
    "seed of Python": lambda: (random.seed(), random.random())[1],
    "seed of numpy": lambda: (np.random.seed(), np.random.rand())[1],
    "global": lambda: random.random() + np.random.rand(),
    "a library's": lambda: sparse.random(9, 9, 0.5, random_state=default_rng()).sum(),
    "in a list": lambda: sum(
        g.random() * 2**-i for i, g in enumerate([default_rng() for _ in "ab"])
    ),
}


@pytest.mark.parametrize("how", MAKING)
def test_the_seed_decides(how: str) -> None:
    make = MAKING[how]

    def drawn(seed: int) -> list[float]:
        with job_entropy(seed):
            return [make(), make()]

    first = drawn(1)
    assert first == drawn(1)
    assert first != drawn(2)
    assert first[0] != first[1]


def test_other_draws_between_change_nothing() -> None:
    """Names of temporary files, copies of generators, what a library asked for before."""

    def drawn() -> list[float]:
        with job_entropy(5):
            return [default_rng().random() for _ in range(3)]

    def disturbed() -> list[float]:
        with job_entropy(5):
            numbers = [default_rng().random()]
            generator = default_rng()
            numbers.append(generator.random())
            pickle.loads(pickle.dumps(generator))
            copy.deepcopy(generator)
            tempfile.mktemp()
            exec("import numpy\nnumpy.random.default_rng()", {"__name__": "a_helper_module"})
            return [*numbers, default_rng().random()]

    assert disturbed() == drawn()


def test_the_numbers_are_these_everywhere() -> None:
    """In any version of Python and numpy, on any computer."""
    with job_entropy(7):
        assert np.random.SeedSequence().entropy == 234565204786570938727811384487275405900
        assert [np.random.SeedSequence().entropy for _ in "ab"] == [
            23608926850771769459210169130348295723,
            195966398842982436991642037318142038100,
        ]
        assert Random().random() == 0.023737715538885373


def test_what_is_seeded_is_left_alone() -> None:
    expected = default_rng(3).random(), Random(3).random(), np.random.RandomState(3).rand()
    with job_entropy(8):
        given = default_rng(3).random(), Random(3).random(), np.random.RandomState(3).rand()
    assert given == expected


def test_afterwards_everything_is_as_before() -> None:
    before = random.Random.seed, random.seed, os.urandom, random._urandom
    with pytest.raises(KeyboardInterrupt), job_entropy(1):
        raise KeyboardInterrupt
    assert before == (random.Random.seed, random.seed, os.urandom, random._urandom)
    assert default_rng().random() != default_rng().random()


@pytest.mark.parametrize(
    ("ask", "call"),
    [
        (lambda: os.urandom(4), "os.urandom"),
        (lambda: pickle.loads(PICKLED)(4), "os.urandom"),
        (lambda: secrets.randbits(64), "random.SystemRandom.getrandbits"),
        (lambda: secrets.token_hex(4), "secrets.token_hex"),
        (lambda: uuid.uuid4().int, "uuid.uuid4"),
        (lambda: random.SystemRandom().random(), "random.SystemRandom.random"),
        (lambda: getattr(os, "getrandom", os.urandom)(4), f"os.{MORE_BYTES}"),
        (lambda: open(DEVICE, "rb", buffering=0).read(4), str(DEVICE)),  # noqa: SIM115 - closed at once
        (lambda: DEVICE.open("rb", buffering=0).read(4), "pathlib.Path.open"),
    ],
)
def test_what_asks_the_system_is_noted_and_gets_it(ask: Callable[[], Any], call: str) -> None:
    with job_entropy(1) as entropy, files_read():
        first = ask()
    with job_entropy(1):
        assert ask() != first
    assert list(entropy.unseeded) == [f"{call} in <lambda>"]
    assert entropy.taken == {}


def test_names_of_temporary_files_are_no_draws() -> None:
    with job_entropy(1) as entropy:
        tempfile.TemporaryFile().close()
        tempfile._RandomNameSequence().rng.random()
    assert entropy.taken == {}
    assert entropy.unseeded == {}
