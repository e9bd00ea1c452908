"""One build gives, for every number, what Brian's own build for that number gives.

Compiled without liberties in floating point, every file of every run is the same
byte for byte. Brian's own flags have ``-ffast-math``: then the compiler works
with the numbers that it sees in the code, and not with those that the program
reads from a table, which changes the rounding; see the last tests here.
"""

from __future__ import annotations

import multiprocessing
import random
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import brian2
import numpy as np
import pytest
from brian2 import Network, NeuronGroup, ms, mV
from helpers import until
from networks import CASES, Case, noise, patience

from brian_sweep_widget import Sweep, cuba, network_model
from brian_sweep_widget.engines import compiled
from brian_sweep_widget.engines.compiled import twin
from brian_sweep_widget.engines.compiled.binary import run_binary
from brian_sweep_widget.engines.compiled.cache import BuildCache
from brian_sweep_widget.engines.compiled.compilation import brians_flags
from brian_sweep_widget.engines.compiled.compiler import compile_project, precompiled_header
from brian_sweep_widget.engines.compiled.makefile import header_flags
from brian_sweep_widget.engines.context import BrianContext
from brian_sweep_widget.engines.runtime import build
from brian_sweep_widget.models import Plain
from brian_sweep_widget.models.units import quantity
from brian_sweep_widget.runs import workshop
from brian_sweep_widget.sweeps import Job

# Every operation is rounded as it is written, by whoever does it: no reordering,
# no fused operations, no functions that the compiler works out by itself.
STRICT = ("-w", "-O1", "-std=c++11", "-march=native", "-ffp-contract=off", "-fno-builtin")
# What Brian compiles with unless told otherwise.
FAST = brians_flags()
ARGUMENTS = "codegen.cpp.extra_compile_args_gcc"
SEEDS = (17, 4_000_000_000)
OURS = {"sweep_end", "sweep_table", "output"}  # besides Brian's files
WITH_TIMES = "last_run_info.txt"

# Brian's processes are copies of one that has loaded it, which takes longer than to simulate.
DIRECTLY = multiprocessing.get_context("forkserver")
DIRECTLY.set_forkserver_preload(["brian2", "brian_sweep_widget.engines.runtime"])
MAKE = "devices.cpp_standalone.extra_make_args_unix"


@dataclass(frozen=True)
class Simulated:
    """The files of one set of parameters, ours and Brian's."""

    values: Mapping[str, Plain]
    seed: int
    ours: Mapping[str, bytes]
    other_shape: bool
    may_differ: Callable[[], bool]  # in the last digits, from Brian's own, as a person is told


class Lifted:
    """One build of a network, and what it simulates."""

    def __init__(self, case: Case, arguments: Sequence[str]) -> None:
        self.case = case
        context = BrianContext({ARGUMENTS: list(arguments)})
        self.compilation = compiled.Compilation(
            case.model, case.model.parameters({}), context, None
        )
        self.blueprint, self.program = self.make(case.values({}))

    def make(self, values: Mapping[str, Plain]) -> tuple[compiled.Blueprint, compiled.Program]:
        compilation = self.compilation
        blueprint = compiled.explore_model(
            compilation.packed_tracer(), compilation.parameters, values, 0, compilation.untouched, 0
        )
        assert isinstance(blueprint, compiled.Blueprint), blueprint
        program = compiled.make_program(blueprint, 2)
        assert isinstance(program, compiled.Program), program
        return blueprint, program

    def simulate(self, values: Mapping[str, Plain], seed: int) -> Simulated:
        """Run with everything kept; make another program only for another shape."""
        trace = compiled.trace_model(self.compilation.packed_tracer(), values, seed)
        assert isinstance(trace, compiled.Trace), trace
        blueprint, program, other_shape = self.blueprint, self.program, False
        try:
            variant = program.lifted.variant(trace)
        except compiled.OtherShapeError:
            (blueprint, program), other_shape = self.make(values), True
            variant = program.lifted.variant(trace)
        # Where a parameter goes into the table as it is, this is what a sweep would do.
        assert program.predicted(variant, values) == variant.entries
        inputs, results = compiled.new_folder("in"), compiled.new_folder("out")
        (inputs / "static_arrays").mkdir()
        for name, contents in variant.static_arrays.items():
            (inputs / "static_arrays" / name).write_bytes(contents)
        recipe = compiled.Recipe.of(program, variant, inputs, results, 60.0)
        numbers, end = recipe.table(Job((0, 0), values, seed))
        assert end == trace.end
        keep = sorted(set(variant.files.synaptic.values()))
        run_binary(program.binary, inputs, results, numbers, keep, 60.0)

        def may_differ() -> bool:
            return (
                not program.folds_as_made(variant, values)
                or compiled.same_digits(blueprint, program) is False
            )

        return Simulated(values, seed, _files(results), other_shape, may_differ)


def direct(
    case: Case, runs: Sequence[Simulated], arguments: Sequence[str], folder: Path
) -> list[dict[str, bytes]]:
    """Give Brian's own files of these runs."""
    compiler = compiled.find_compiler()
    # As Brian's makefile has them. The header only saves the time to read it again.
    flags = ["-c", "-Wno-write-strings", f"-I{sys.prefix}/include", *arguments, "-I."]
    header = precompiled_header(BuildCache(), compiler, header_flags(flags))
    command = [*compiler.command, *([] if header is None else [f"-include{header}"])]
    # Nothing is built again here: which file includes which need not be worked out.
    make = ["-j2", "--old-file=make.deps", f"CXX={shlex.quote(shlex.join(command))}"]
    context = BrianContext({ARGUMENTS: list(arguments), MAKE: make})
    folders = [folder / f"direct{number}" for number in range(len(runs))]
    tasks = [(run.values, run.seed, to) for run, to in zip(runs, folders, strict=True)]
    process = DIRECTLY.Process(target=build_directly, args=(case.model.name, context, tasks))
    process.start()
    process.join(500)
    assert process.exitcode == 0
    return [_files(to / "results") for to in folders]


def build_directly(
    name: str, context: BrianContext, tasks: Sequence[tuple[Mapping[str, Plain], int, Path]]
) -> None:
    """Simulate Brian's own way: a fresh folder, Brian's makefile, the seed set before all else."""
    model = CASES[name].model
    parameters = model.parameters({})
    for values, seed, folder in tasks:
        context.apply()
        brian2.set_device("cpp_standalone", build_on_run=False)
        device = brian2.get_device()
        device.reinit()
        device.activate(build_on_run=False)
        random.seed(seed)
        np.random.seed(seed)
        brian2.seed(seed)
        given = {name: quantity(value, parameters[name].unit) for name, value in values.items()}
        arguments = {name: given[name] for name in model.builder_parameters}
        network, names = build(model.builder, arguments)
        network.run(given["duration"], namespace=names)
        device.build(directory=str(folder), compile=True, run=True)


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def both(
    name: str, arguments: Sequence[str], folder: Path
) -> Iterator[tuple[Simulated, dict[str, bytes]]]:
    """Simulate a case's sets of parameters both ways."""
    case = CASES[name]
    lifted = Lifted(case, arguments)
    chosen = zip(case.others, SEEDS, strict=True)
    runs = [lifted.simulate(case.values(others), seed) for others, seed in chosen]
    return zip(runs, direct(case, runs, arguments, folder), strict=True)


@pytest.mark.parametrize("name", CASES)
def test_every_array_is_what_brians_own_build_gives(name: str, tmp_path: Path) -> None:
    """Byte for byte, at parameters and seeds that the build was not made from."""
    seen = []
    for run, theirs in both(name, STRICT, tmp_path):
        assert run.ours.keys() - OURS == theirs.keys()
        assert len(theirs) > 5
        differing = [
            file for file in theirs if file != WITH_TIMES and run.ours[file] != theirs[file]
        ]
        assert not differing, (run.values, differing)
        seen.append(theirs)
    # Else all of this could be the same run again and again.
    assert any(seen[0][file] != seen[1][file] for file in seen[0] if file != WITH_TIMES)


def test_only_another_branch_is_another_shape() -> None:
    """Another size is the same build; equations with a refractory period are not."""
    case = CASES["branches"]
    lifted = Lifted(case, STRICT)
    found = [lifted.simulate(case.values(others), 1).other_shape for others in case.others]
    assert found == [False, True]


def _values(file: bytes, name: str) -> np.ndarray[Any, Any]:
    """Read a file of results: all of these networks' arrays that hold reals are doubles."""
    return np.frombuffer(file, dtype=np.float64) if len(file) % 8 == 0 else np.array([])


CLOSE = {"two_runs", "generated", "noise"}  # where a rounding error does not grow to a spike


@pytest.mark.parametrize("name", CASES)
def test_with_brians_own_flags_other_digits_are_found_out(name: str, tmp_path: Path) -> None:
    """Either every bit is Brian's own build's, or a person is told that it may not be.

    Where chaos does not blow it up, only the rounding differs: as many spikes,
    of the same neurons, and reals to 1e-9 of the largest in their file.
    """
    for run, theirs in both(name, FAST, tmp_path):
        assert run.ours.keys() - OURS == theirs.keys()
        differing = [
            file for file in theirs if file != WITH_TIMES and run.ours[file] != theirs[file]
        ]
        assert not differing or run.may_differ(), (run.values, differing)
        for file in differing if name in CLOSE else ():
            assert len(run.ours[file]) == len(theirs[file]), file
            ours, direct_ones = _values(run.ours[file], file), _values(theirs[file], file)
            assert len(ours), file
            scale = np.abs(direct_ones).max()
            np.testing.assert_allclose(ours, direct_ones, rtol=0, atol=1e-9 * scale, err_msg=file)


def test_no_alarm_where_a_compiler_has_no_choice() -> None:
    """Of the seed's network, only the probability enters a formula."""
    case = Case(cuba, ())
    lifted = Lifted(case, FAST)
    program = lifted.program
    for parameter, value, folds in (
        ("excitatory_weight", 2 * mV, False),
        ("inhibitory_weight", -8 * mV, False),
        ("size", 1234, False),
        ("duration", 50 * ms, False),
        ("connection_probability", 0.03, True),
    ):
        values = case.values({parameter: value})
        trace = compiled.trace_model(lifted.compilation.packed_tracer(), values, 0)
        assert isinstance(trace, compiled.Trace)
        variant = program.lifted.variant(trace)
        assert program.folds_as_made(variant, values) is not folds, parameter


def test_the_last_digits_of_two_builds_are_compared() -> None:
    """The same with strict flags; not with fast-math, which computes with constants it knows."""
    for arguments, same in ((STRICT, True), (FAST, False)):
        lifted = Lifted(CASES["conductances"], arguments)
        assert compiled.same_digits(lifted.blueprint, lifted.program) is same


def test_a_model_that_takes_too_long_is_not_compared_again_and_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every kernel would compile its twin and run it for minutes, to no end."""
    lifted = Lifted(Case(patience, ()), FAST)
    compiled_twins = []

    def compiles(folder: Path, cores: int) -> None:
        compiled_twins.append(folder)
        compile_project(folder, cores)

    monkeypatch.setattr(twin, "compile_project", compiles)
    monkeypatch.setattr(twin, "_LONGEST", 0.01)
    for _ in range(2):
        assert compiled.same_digits(lifted.blueprint, lifted.program) is None
    assert len(compiled_twins) == 1


def test_a_person_is_told_of_last_digits_that_may_differ() -> None:
    """With the results, in their dataset and of the run: until they were found to be the same."""
    never_built = uuid4().int % 10**9 / 1e9  # or the cache knows the answer

    @network_model(duration=3 * ms)
    def fresh(size: int = 9, gain: float = 1.5) -> Network:
        neurons = NeuronGroup(
            size,
            f"dv/dt = (gain*common - v + {never_built}) / (4*ms) : 1\ncommon : 1 (shared)",
            method="exact",
            name="neurons",
        )
        neurons.common = 0.75
        return Network(neurons)

    @fresh.measure()
    def total(network: Any) -> float:
        return float(np.sum(network["neurons"].v))

    def swept(**values: Any) -> tuple[Sweep, str]:
        sweep = Sweep(fresh, workers=2, engine="compiled", **values)
        results = sweep.run(progress=False)
        assert results.counts() == {"done": 1}, results.failures
        assert results.dataset.attrs["notice"] == results.notice
        assert results.notice in repr(results)
        return sweep, results.notice

    engine = Sweep(fresh, engine="compiled").engine
    assert isinstance(engine, compiled.Compilation)
    here = workshop.workshop_for(engine, 2)
    here.in_use(+1)  # another sweep runs: the comparison waits
    first, told = swept(size=11)
    assert "last digit may differ" in told
    assert "were not yet" in told
    assert first.latest is not None
    assert first.latest.progress.notice == told
    assert first.latest.progress.comparing
    _, told = swept(gain=2.3)
    assert "last digit may differ" in told
    assert "were not yet" not in told, "other numbers than those that are compared"
    here.in_use(-1)
    until(lambda: not first.latest.progress.comparing, "the comparison")
    same = here.digits.same(here._variants.programs[-1].shape)
    assert ("last digit may differ" in first.latest.results.notice) is not same
    assert "were not yet" not in first.latest.results.notice
    workshop._workshops.clear()  # as in another kernel
    again, told = swept(size=11)
    assert told == first.latest.results.notice, "the cache knows it from the start"
    assert again.latest is not None
    assert not again.latest.progress.comparing


def test_the_seeds_network_gives_the_numbers_of_a_direct_build() -> None:
    """2569 and 2527 spikes at 1.62 mV with seeds 0 and 1, as C++ standalone gave by hand."""
    case = Case(cuba, ())
    lifted = Lifted(case, FAST)
    for seed, expected in ((0, 2569), (1, 2527)):
        run = lifted.simulate(case.values({"excitatory_weight": 1.62 * mV}), seed)
        files = [file for file in run.ours if file.startswith("_dynamic_array_spikes_i_")]
        assert len(run.ours[files[0]]) // 4 == expected


def test_noise_has_the_statistics_that_the_runtime_gives() -> None:
    """The variance of the potential: two engines, one distribution.

    120 trials of 25 neurons each; the seeds are fixed, so that this fails only
    if numbers change. Then four standard errors are room enough.
    """
    found = {}
    for engine in ("compiled", "numpy"):
        sweep = Sweep(noise, engine=engine, size=25, trials=120, seed=3, workers=2)
        results = sweep.run(progress=False)
        assert results.counts() == {"done": 120}, results.failures[:1]
        computed_by = results.dataset.attrs["engine"]
        assert computed_by == ("compiled" if engine == "compiled" else "runtime (numpy)")
        found[engine] = results.dataset["mean_square"].values.ravel()
    ours, runtime = found["compiled"], found["numpy"]
    error = np.sqrt((ours.var(ddof=1) + runtime.var(ddof=1)) / 120)
    assert abs(ours.mean() - runtime.mean()) < 4 * error
    assert 0.5 < ours.std() / runtime.std() < 2
