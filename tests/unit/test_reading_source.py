"""A parameter is left to equations only if no Python of the builder's can see it."""
# ruff: noqa: B007, F841, PLR1704, SIM105 - builders that do what they should not

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable
from typing import Any

import brian2
import pytest
from brian2 import Network, NeuronGroup

from brian_sweep_widget.engines.compiled.reading_source import untouched

NAMES = ("weight", "size")


def equations_only(weight: Any = 1, size: int = 1) -> Any:
    group = NeuronGroup(size, "dv/dt = -v / ms : 1", reset="v = 0")
    group.v = "weight * rand()"
    return Network(group)


def in_namespace(weight: Any = 1, size: int = 1) -> Any:
    return Network(NeuronGroup(1, "v : 1", namespace={"weight": weight, "size": size}))


def in_namespace_by_module(weight: Any = 1, size: int = 1) -> Any:
    return brian2.NeuronGroup(1, "v : 1", namespace={"w": weight})


def in_own_namespace(weight: Any = 1, size: int = 1) -> Any:
    return helper(namespace={"weight": weight, "size": size})


class Reader(NeuronGroup):
    """Looks at its namespace in Python, as a package beside Brian's may."""


Reader.__module__ = "brian2_reading.groups"


def in_namespace_of_another_package(weight: Any = 1, size: int = 1) -> Any:
    return Reader(1, "v : 1", namespace={"weight": weight, "size": size})


def in_namespace_and_elsewhere(weight: Any = 1, size: int = 1) -> Any:
    if size > 1:
        return None
    return NeuronGroup(1, "v : 1", namespace={"weight": weight, "size": size})


def computed_in_namespace(weight: Any = 1, size: int = 1) -> Any:
    return NeuronGroup(1, "v : 1", namespace={"weight": 2 * weight, "size": size})


def key_in_namespace(weight: Any = 1, size: int = 1) -> Any:
    return NeuronGroup(1, "v : 1", namespace={weight: 1})


def branching(weight: Any = 1, size: int = 1) -> Any:
    return 1 if weight > 2 else 2


def smallest(weight: Any = 1, size: int = 1) -> Any:
    return min(weight, 3)


def rebound(weight: Any = 1, size: int = 1) -> Any:
    weight = 3
    return NeuronGroup(1, "v : weight")


def deleted(weight: Any = 1, size: int = 1) -> Any:
    del weight


def walrus(weight: Any = 1, size: int = 1) -> Any:
    return (weight := 3)


def loop_variable(weight: Any = 1, size: int = 1) -> Any:
    for weight in range(3):
        pass


def in_closure(weight: Any = 1, size: int = 1) -> Any:
    def inner() -> Any:
        return weight

    return inner()


def in_nested_closure(weight: Any = 1, size: int = 1) -> Any:
    return lambda: lambda: weight


def in_comprehension(weight: Any = 1, size: int = 1) -> Any:
    return [weight for _ in range(3)]


def as_default(weight: Any = 1, size: int = 1) -> Any:
    def inner(value: Any = weight) -> Any:
        return value

    return inner


def in_f_string(weight: Any = 1, size: int = 1) -> Any:
    return f"v : {weight}"


def through_locals(weight: Any = 1, size: int = 1) -> Any:
    return locals()["weight"]


def through_dict_of_locals(weight: Any = 1, size: int = 1) -> Any:
    return helper(**dict(locals()))


def through_vars(weight: Any = 1, size: int = 1) -> Any:
    return vars()["weight"]


def through_eval(weight: Any = 1, size: int = 1) -> Any:
    return eval("weight > 2")


def through_frame(weight: Any = 1, size: int = 1) -> Any:
    return sys._getframe().f_locals["weight"]


def through_inspect(weight: Any = 1, size: int = 1) -> Any:
    return inspect.currentframe()


def through_brian(weight: Any = 1, size: int = 1) -> Any:
    return brian2.core.namespace.get_local_namespace(0)["weight"]


def of_another_thing(weight: Any = 1, size: int = 1) -> Any:
    return helper().weight


def as_imported(weight: Any = 1, size: int = 1) -> Any:
    if helper():
        import brian2 as weight
    return NeuronGroup(1, "v : 1", namespace={"weight": weight})


def as_caught(weight: Any = 1, size: int = 1) -> Any:
    try:
        helper()
    except ValueError as weight:
        pass
    return NeuronGroup(1, "v : 1", namespace={"weight": 1})


def helper(**given: Any) -> Any:
    return given


@pytest.mark.parametrize(
    ("builder", "left"),
    [
        (equations_only, {"weight"}),
        (in_namespace, {"weight", "size"}),
        (in_namespace_by_module, {"weight", "size"}),
        (in_own_namespace, set()),
        (in_namespace_of_another_package, set()),
        (in_namespace_and_elsewhere, {"weight"}),
        (computed_in_namespace, {"size"}),
        (key_in_namespace, {"size"}),
        (branching, {"size"}),
        (smallest, {"size"}),
        (rebound, {"size"}),
        (deleted, {"size"}),
        (walrus, {"size"}),
        (loop_variable, {"size"}),
        (in_closure, {"size"}),
        (in_nested_closure, {"size"}),
        (in_comprehension, {"size"}),
        (as_default, {"size"}),
        (in_f_string, {"size"}),
        (through_locals, set()),
        (through_dict_of_locals, set()),
        (through_vars, set()),
        (through_eval, set()),
        (through_frame, set()),
        (through_inspect, set()),
        (through_brian, set()),
        (of_another_thing, {"size"}),
        (as_imported, {"size"}),
        (as_caught, {"size"}),
        (len, set()),
    ],
)
def test_what_python_sees_is_not_left_to_equations(
    builder: Callable[..., Any], left: set[str]
) -> None:
    """Tests, arithmetic, closures, frames: a doubt counts as a use."""
    assert untouched(builder, NAMES) == left


def test_a_builder_in_a_wrapper_is_not_known() -> None:
    """The wrapper may do anything with what it hands on."""

    @functools.wraps(equations_only)
    def wrapper(weight: Any = 1, size: int = 1) -> Any:
        return equations_only(min(weight, 2), size)

    assert untouched(wrapper, NAMES) == set()


def test_without_its_source_a_namespace_counts_as_a_use() -> None:
    """A function typed in has no file to read."""
    names: dict[str, Any] = {"NeuronGroup": NeuronGroup}
    exec(
        "def typed(weight=1, size=1):\n"
        "    return NeuronGroup(1, 'v : size', namespace={'weight': weight})\n",
        names,
    )
    assert untouched(names["typed"], NAMES) == {"size"}
