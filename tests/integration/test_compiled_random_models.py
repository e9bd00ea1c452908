"""No way of writing a model makes the engine give another parameter set's numbers.

What is predicted of a table must be what Brian generates, for models that
hypothesis writes and for models written to fool the reading of their source.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brian_sweep_widget import Sweep
from brian_sweep_widget.engines import compiled
from brian_sweep_widget.engines.compiled.blueprint import Blueprint
from brian_sweep_widget.engines.context import BrianContext
from brian_sweep_widget.models import NetworkModel, Plain

HEAD = """
import sys
import numpy as np
from brian2 import *
from brian_sweep_widget import network_model


def looked_up():
    return sys._getframe(1).f_locals["a"]

@network_model(duration=1*ms)
def model(size: int = 4, a: float = 1.5, b: float = 0.25, k: int = 3):
"""
TAIL = """
    return Network(group)

@model.measure()
def last(network):
    return float(network["group"].x[-1])
"""
GROUP = '    group = NeuronGroup(size, "dx/dt = ({rate})/ms : 1", method="euler", name="group")\n'


def model_of(body: str, folder: Path, name: str) -> NetworkModel:
    """Write a model into a module, so that its source can be read, and load it."""
    path = folder / f"{name}.py"
    path.write_text(HEAD + body + TAIL)
    specification = importlib.util.spec_from_file_location(name, path)
    assert specification is not None
    assert specification.loader is not None
    module: ModuleType = importlib.util.module_from_spec(specification)
    sys.modules[name] = module
    specification.loader.exec_module(module)
    found: NetworkModel = module.model
    return found


class Known:
    """What is known of a model without compiling it."""

    def __init__(self, model: NetworkModel) -> None:
        parameters = model.parameters({})
        self.compilation = compiled.Compilation(model, parameters, BrianContext(), None)
        self.packed = self.compilation.packed_tracer()
        self.defaults = {name: p.read_default() for name, p in parameters.items()}
        self.blueprint = compiled.explore_model(
            self.packed, parameters, self.defaults, 0, self.compilation.untouched, 0
        )

    def check(self, values: Mapping[str, Plain]) -> str:
        """Compare what is predicted of some values with their own trace."""
        assert isinstance(self.blueprint, Blueprint), self.blueprint
        program = self.blueprint.program(Path("never run"), 0.0)
        # The others are as they were traced; those that are predicted are moved.
        fixed = {
            name: self.defaults[name] if name in program.instants else value
            for name, value in values.items()
        }
        before = compiled.trace_model(self.packed, fixed, 1)
        trace = compiled.trace_model(self.packed, values, 1)
        if not isinstance(trace, compiled.Trace) or not isinstance(before, compiled.Trace):
            return "refused"
        try:
            variant = program.lifted.variant(before)
        except compiled.OtherShapeError:
            return "another shape"
        try:
            actual = program.lifted.variant(trace)
        except compiled.OtherShapeError:
            # Only a parameter of which nothing is predicted may change the shape.
            assert program.key(fixed) != program.key(values)
            return "another shape"
        if not program.mispredicted(variant, fixed):
            assert program.predicted(variant, values) == actual.entries, values
            assert (variant.static_arrays, variant.files) == (actual.static_arrays, actual.files)
        return "as predicted"


TERMS = st.sampled_from(
    ["a", "b", "k", "a*b", "c", "a + 1.5", "exp(-b)", "k*0.25", "clip(a, 0, 2)", "-a", "1.5"]
)
LINES = st.sampled_from(
    [
        "c = 2*a",
        "c = a if a > 1.6 else b",
        "c = min(a, b)",
        "c = size/3",
        "c = a*b",
        "c = 0.5",
        "c = float(k)",
        "c = a if b > 0.3 else 0.7",
    ]
)
STARTS = st.sampled_from(
    [
        'group.x = "a*rand()"',
        'group.x = "i*b"',
        "group.x = a",
        "group.x = np.linspace(0, 1, size)*b",
        "group.x[:k] = 0.5",
        'group.x = "k + a"',
        "pass",
    ]
)
BODIES = st.tuples(LINES, TERMS, TERMS, STARTS).map(
    lambda parts: (
        f"    {parts[0]}\n"
        + GROUP.format(rate=f"{parts[1]} - ({parts[2]})*x")
        + f"    {parts[3]}\n"
    )
)
VALUES = st.fixed_dictionaries(
    {
        "size": st.integers(1, 6),
        "a": st.sampled_from([0.0, -1.5, 1.5, 0.25, 1.7, 1e300, 1e-300, 3.0, 2.5]),
        "b": st.sampled_from([0.0, -0.25, 0.25, 1.5, 0.31, 4.0]),
        "k": st.sampled_from([0, 1, 3, 5, -2, 2**31 - 1, 2**31, 2**40]),
        "duration": st.sampled_from([0.001, 0.002]),
    }
)


@settings(max_examples=25)
@given(body=BODIES, many=st.lists(VALUES, min_size=2, max_size=2))
def test_predictions_are_what_brian_generates(
    body: str, many: list[dict[str, Any]], tmp_path_factory: Any
) -> None:
    """For models and values that hypothesis makes up."""
    known = Known(model_of(body, tmp_path_factory.mktemp("models"), "random_model"))
    for values in many:
        known.check(values)


FOOLING = {
    "tested": "    rate = 1.0 if a > 2 else 3.0\n" + GROUP.format(rate="a + rate"),
    "smallest": "    c = min(a, 2.0)\n" + GROUP.format(rate="c"),
    "closure": "    def inner():\n        return 1.0 if a > 2 else 3.0\n    c = inner()\n"
    + GROUP.format(rate="a + c"),
    "locals": '    c = 1.0 if locals()["a"] > 2 else 3.0\n' + GROUP.format(rate="a + c"),
    "unpacked": "    c = 1.0 if dict(**locals())['a'] > 2 else 3.0\n" + GROUP.format(rate="a + c"),
    "rebound": "    a = 1.0\n" + GROUP.format(rate="a"),
    "default": "    def inner(a=a):\n        return 2*a\n    c = inner()\n"
    + GROUP.format(rate="a + c"),
    "equal": GROUP.format(rate="a + b + 1.5 + 0.25"),
    "exchanged": "    a, b = b, a\n" + GROUP.format(rate="a - b"),
}


@pytest.mark.parametrize("kind", FOOLING)
def test_models_that_look_at_a_parameter_are_never_mispredicted(kind: str, tmp_path: Path) -> None:
    """On both sides of their conditions, and at equal, negative, huge and tiny values."""
    known = Known(model_of(FOOLING[kind], tmp_path, f"fooling_{kind}"))
    for a, b in ((1.7, 0.25), (2.5, 0.25), (0.25, 0.25), (-3.0, 1e300), (5e-324, 0.0), (0.0, 1.5)):
        assert known.check({**known.defaults, "a": a, "b": b}) != "refused"


def test_a_whole_number_too_large_for_its_type_is_not_predicted(tmp_path: Path) -> None:
    """Put into the table as it is, it would be cut to 32 bits."""
    known = Known(model_of(GROUP.format(rate="k*1.0"), tmp_path, "large_number"))
    program = known.blueprint.program(Path("never run"), 0.0)
    assert program.costs["k"] == "instant"
    small, large = ({**known.defaults, "k": k} for k in (7, 2**31))
    assert program.key(small) == program.key(known.defaults)
    assert program.key(large) != program.key(known.defaults)
    assert known.check(large) == "another shape"


def test_builders_that_draw_have_a_variant_for_every_seed(tmp_path: Path) -> None:
    """Those that give other networks for one seed cannot be compiled at all."""
    drawn = Known(
        model_of("    c = np.random.rand()\n" + GROUP.format(rate="c + a"), tmp_path, "drawn")
    )
    program = drawn.blueprint.program(Path("never run"), 0.0)
    assert program.variant.draws
    assert program.costs["a"] == "retrace"
    other = compiled.trace_model(drawn.packed, drawn.defaults, 7)
    assert isinstance(other, compiled.Trace)
    assert other.draws
    # What was drawn is looked up: another seed needs no other program.
    assert program.lifted.variant(other).entries != program.variant.entries
    clock = "    import time; c = float(time.perf_counter_ns() % 1000003)\n"
    known = Known(model_of(clock + GROUP.format(rate="c"), tmp_path, "clock"))
    assert isinstance(known.blueprint, str)
    for words in ("another network each time", "such as the time", "np.random.default_rng()"):
        assert words in known.blueprint


def test_a_wrong_prediction_is_found_and_the_points_are_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A helper that reads its caller's variables cannot be seen in the builder's source."""
    monkeypatch.setenv("BRIAN_SWEEP_CACHE", str(tmp_path / "cache"))
    body = "    c = 1.0 if looked_up() > 2 else 3.0\n" + GROUP.format(rate="a + c")
    model = model_of(body, tmp_path, "caller_reader")
    sweep = Sweep(model, a=[1.0, 1.5, 2.5, 3.0], engine="compiled", workers=1)
    results = sweep.run(progress=False)
    assert results.counts() == {"done": 4}, [str(bad.failure) for bad in results.failures]
    found = results.dataset["last"].values.ravel()
    np.testing.assert_allclose(found, [4.0, 4.5, 3.5, 4.0], rtol=1e-9)
    assert sweep.preparation is not None
    assert sweep.preparation.costs["a"] == "retrace"
