"""What is compiled, and what is found out about the parameters, from a few traces."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest
from brian2 import Network, NeuronGroup, SpikeMonitor, ms, nA
from brian2.codegen.cpp_prefs import get_compiler_and_args
from brian2.stateupdaters.base import StateUpdateMethod
from networks import CASES, Case, explored

from brian_sweep_widget import cuba, network_model
from brian_sweep_widget.engines import compiled
from brian_sweep_widget.engines.compiled.cache import CACHE_VARIABLE, BuildCache
from brian_sweep_widget.engines.compiled.compilation import brians_flags
from brian_sweep_widget.engines.compiled.makefile import header_flags
from brian_sweep_widget.engines.context import BrianContext, initial_context
from brian_sweep_widget.models import NetworkModel

#: A zero that switches something on, a zero that does not, and a number in the equations.
SOLVED = "dv/dt = (2 + current/nA - v) / ({tau:.3f}*ms) : 1"


@network_model(duration=5 * ms)
def switched(
    size: int = 10, refractory: Any = 0 * ms, current: Any = 0 * nA, tau: Any = 1.5 * ms
) -> Network:
    """Write the refractory flag only where there is a refractory period."""
    flag = " (unless refractory)" if refractory else ""
    neurons = NeuronGroup(
        size, SOLVED.format(tau=tau / ms) + flag, threshold="v > 1", reset="v = 0",
        refractory=refractory or False, method="exact", name="neurons",
    )  # fmt: skip
    return Network(neurons, SpikeMonitor(neurons, name="spikes"))


def costs(model: NetworkModel) -> dict[str, str]:
    """Say what another value of each parameter costs."""
    return dict(explored(model).program(Path("never run"), 0.0).costs)


@pytest.fixture
def sketches(monkeypatch: pytest.MonkeyPatch) -> list[compiled.Blueprint]:
    """Collect what would be compiled while a model is still explored."""
    begun: list[compiled.Blueprint] = []
    monkeypatch.setattr(
        "brian_sweep_widget.engines.compiled.compilation._make_meanwhile",
        lambda sketch, _jobs: begun.append(sketch),
    )
    return begun


@pytest.mark.parametrize("case", [*CASES.values()], ids=[*CASES])
def test_what_is_begun_early_is_what_is_built(
    case: Case, sketches: list[compiled.Blueprint]
) -> None:
    """Or two programs would be compiled where one was wanted."""
    blueprint = explored(case.model, jobs=1)
    assert [sketch.project == blueprint.project for sketch in sketches] == [True]


@pytest.mark.parametrize("model", [cuba, switched], ids=["cuba", "switched"])
def test_it_is_also_where_a_parameter_switches_something_on(
    model: NetworkModel, sketches: list[compiled.Blueprint]
) -> None:
    blueprint = explored(model, jobs=1)
    assert [sketch.project == blueprint.project for sketch in sketches] == [True]


def test_the_program_begun_early_is_the_one_that_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is compiled once, whoever comes first."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "builds"))
    program = compiled.make_program(explored(switched, jobs=2), 2)
    assert isinstance(program, compiled.Program), program
    assert program.binary.is_file()
    made = [build for build in BuildCache().info() if build.model != "(standard headers)"]
    assert [build.model for build in made] == [switched.label]


def test_costs_where_numbers_stand_in_equations_and_flags_switch() -> None:
    assert costs(switched) == {
        "size": "retrace",
        "refractory": "rebuild",
        "current": "instant",
        "tau": "retrace",
        "duration": "instant",
    }


def test_a_model_that_was_explored_before_is_explored_alike() -> None:
    """Brian remembers what it solved, and does not even ask for it again."""
    first, second = explored(switched), explored(switched)
    assert second.base.equations == first.base.equations != frozenset()
    assert second.project == first.project
    assert second.program(Path(), 0.0).costs == first.program(Path(), 0.0).costs


def test_other_equations_are_not_solved_to_find_that_they_are_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The solution with the refractory flag takes longer than all other traces."""
    solved: list[str] = []
    apply = StateUpdateMethod.apply_stateupdater

    def noted(equations: Any, *args: Any, **options: Any) -> Any:
        solved.append(str(equations))
        return apply(equations, *args, **options)

    monkeypatch.setattr(StateUpdateMethod, "apply_stateupdater", staticmethod(noted))
    assert costs(switched)["refractory"] == "rebuild"
    assert solved
    assert not [equations for equations in solved if "unless refractory" in equations]
    # And yet they are when somebody asks for them.
    compilation = compiled.Compilation(switched, switched.parameters({}), BrianContext(), None)
    values = {"size": 10, "refractory": 1e-3, "current": 0.0, "tau": 1e-3, "duration": 5e-3}
    trace = compiled.trace_model(compilation.packed_tracer(), values, 0)
    assert isinstance(trace, compiled.Trace), trace
    assert [equations for equations in solved if "unless refractory" in equations]


def test_the_flags_expected_are_those_that_brian_gives() -> None:
    """Otherwise the header that is compiled while Brian starts is of no use."""
    initial_context()
    given = header_flags(get_compiler_and_args()[1])
    assert header_flags(brians_flags()) == given
    toolchain = explored(switched).base.toolchain
    assert header_flags(shlex.split(toolchain.flags)) == given


def test_the_flags_that_a_user_chose_are_expected() -> None:
    def expected(preferences: dict[str, Any]) -> tuple[str, ...]:
        context = BrianContext(preferences)
        return compiled.Compilation(cuba, cuba.parameters({}), context, None).expected_flags()

    assert expected({}) == brians_flags()
    assert expected({"codegen.cpp.extra_compile_args_gcc": ["-O2"]}) == ("-O2",)
    assert expected({"codegen.cpp.extra_compile_args": ["-O1"]}) == ("-O1",)
