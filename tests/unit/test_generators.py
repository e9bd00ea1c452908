"""Generators that were made outside of a model are found, wherever it keeps them."""

from __future__ import annotations

import functools
import random
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from brian_sweep_widget.engines.generators import generators_notice, generators_of

rng = np.random.default_rng(1)
legacy = np.random.RandomState(1)
pythons = random.Random(1)
draw = rng.normal
kept = {"one": [1, rng]}
gauss, randn = random.gauss, np.random.randn


class Holder:
    shared = np.random.default_rng(2)

    def __init__(self) -> None:
        self.mine = legacy

    def __call__(self, x: float = 1.0) -> float:
        return x * self.mine.rand()


holder = Holder()
helpers = types.ModuleType("helpers_of_a_test")
helpers.generator = rng
helpers.unused = legacy


def direct(x: float = 1.0) -> float:
    return rng.normal() * x


def by_method(x: float = 1.0) -> float:
    return draw() * x


def in_containers(x: float = 1.0) -> float:
    return kept["one"][1].normal() * x


def indirect(x: float = 1.0) -> float:
    return direct(x)


def of_python(x: float = 1.0) -> float:
    return pythons.random() * x


def in_instance(x: float = 1.0) -> float:
    return holder(x)


def by_default(x: float = 1.0, generator: Any = rng) -> float:
    return generator.normal() * x


def in_module(x: float = 1.0) -> float:
    return helpers.generator.normal() * x


def within(x: float = 1.0) -> float:
    return sum(rng.normal() for _ in range(2)) * x


def closure() -> Callable[..., float]:
    mine = np.random.default_rng(3)
    return lambda x=1.0: x * mine.normal()


def clean(x: float = 1.0) -> float:
    return x * np.random.default_rng().normal() + gauss(0, 1) + randn() + np.random.rand()


@pytest.mark.parametrize(
    ("function", "found"),
    [
        (direct, ["rng in direct"]),
        (by_method, ["draw in by_method"]),
        (in_containers, ["kept in in_containers"]),
        (indirect, ["rng in direct"]),
        (of_python, ["pythons in of_python"]),
        (in_instance, ["Holder.shared", "holder in in_instance.mine"]),
        (by_default, ["a default of by_default"]),
        (in_module, ["helpers.generator in in_module"]),
        (within, ["rng in within"]),
        (closure(), ["mine in <lambda>"]),
        (functools.partial(direct, 2.0), ["rng in direct"]),
        (holder.__call__, ["Holder.mine", "Holder.shared"]),
        (clean, []),
    ],
)
def test_generators_are_found(function: Callable[..., Any], found: list[str]) -> None:
    assert generators_of([function]) == sorted(found)


def test_the_notice_names_generator_and_remedy() -> None:
    notice = generators_notice([direct])
    assert notice.startswith("rng in direct: ")
    assert "np.random.default_rng()" in notice
    assert generators_notice([clean]) == ""
