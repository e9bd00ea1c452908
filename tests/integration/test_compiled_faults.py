"""Whatever goes wrong with a compiled simulation is a clear outcome, never a number."""

from __future__ import annotations

import os
import random
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import networks
import numpy as np
import psutil
import pytest
from brian2 import (
    Network,
    NeuronGroup,
    SpikeMonitor,
    Synapses,
    ms,
    network_operation,
    seed,
    set_device,
)
from helpers import alive, descendants, script_environment, start_script, until, write_script
from networks import endless, explored

from brian_sweep_widget import Sweep, cuba, network_model
from brian_sweep_widget.backends import local_pool
from brian_sweep_widget.engines import compiled
from brian_sweep_widget.engines.compiled import engine as compiled_engine
from brian_sweep_widget.engines.compiled.binary import run_binary
from brian_sweep_widget.engines.compiled.engine import CompiledEngine
from brian_sweep_widget.engines.compiled.measuring import CompiledMeasures
from brian_sweep_widget.engines.entropy import job_entropy
from brian_sweep_widget.engines.packing import pack
from brian_sweep_widget.engines.worker import compute
from brian_sweep_widget.models import NetworkModel
from brian_sweep_widget.results import Outcome
from brian_sweep_widget.runs.workshop import workshop_for
from brian_sweep_widget.scratch import scratch_folder
from brian_sweep_widget.sweeps import Job


@network_model(duration=2 * ms)
def weighted(size: int = 20, scale: float = 1.5) -> Network:
    """Draw a weight for every synapse, and count spikes."""
    neurons = NeuronGroup(
        size, "dv/dt = 1.5/ms : 1", threshold="v > 1", reset="v = 0", method="euler",
        name="neurons",
    )  # fmt: skip
    synapses = Synapses(neurons, neurons, "w : 1", on_pre="v_post += w/100", name="synapses")
    synapses.connect(p=0.5)
    synapses.w = "scale * rand()"
    return Network(neurons, synapses, SpikeMonitor(neurons, name="spikes"))


@weighted.measure()
def spike_count(network: Network) -> int:
    """Count all spikes."""
    return int(network["spikes"].num_spikes)


@pytest.fixture(scope="module")
def recipe() -> compiled.Recipe:
    """Give a recipe that works."""
    program = compiled.make_program(explored(weighted), 2)
    assert isinstance(program, compiled.Program), program
    return compiled.Recipe.of(
        program, program.variant, compiled.new_folder("in"), compiled.new_folder("out"), 60.0
    )


def simulated(recipe: compiled.Recipe, model: NetworkModel = weighted, **values: Any) -> Outcome:
    """Do what a worker does; the folder of results must be empty again."""
    engine = CompiledEngine(pack(CompiledMeasures(model.measures)), recipe)
    given = {"size": 20, "scale": 1.5, "duration": 0.002, **values}
    outcome = compute(pack(engine), Job((0, 0), given, 5))
    assert list(recipe.results.iterdir()) == []
    return outcome


FAULTS = {
    "crashes": ("kill -SEGV $$", "was ended by SIGSEGV"),
    "ends with a status": ("exit 7", "ended with status 7"),
    "prints": ("echo nonsense", "reported a problem.*nonsense"),
    "prints after all went well": ('REAL "$@"; echo oh no >&2', "reported a problem.*oh no"),
    "does nothing": ("true", "did not say whether it came to its end"),
    "says nothing of its end": ('REAL "$@"; : > $2/last_run_info.txt', "did not say whether"),
    "stops half way": ('REAL "$@"; echo 0.1 0.5 > $2/last_run_info.txt', "stopped after 50 %"),
    "cuts a file": ('REAL "$@"; truncate -s -1 $2/_array_neurons_v_*', "wrote 159 of 160 bytes"),
    "loses a file": ('REAL "$@"; rm $2/_array_neurons_v_*', "wrote 0 of 160 bytes"),
    "leaves no word": ('REAL "$@"; rm $2/sweep_end', "left no last word"),
    "leaves garbage": ('REAL "$@"; printf garbage >> $2/sweep_end', "garbled"),
    "says another table": (
        'REAL "$@"; printf x | dd of=$2/sweep_end bs=1 seek=50 conv=notrunc 2> /dev/null',
        "used another table than it was given",
    ),
    "runs another seed": (
        'printf x | dd of=$SWEEP_TABLE bs=1 seek=32 conv=notrunc 2> /dev/null; REAL "$@"',
        "used another table than it was given",
    ),
    "runs other numbers": (
        'printf xxxx | dd of=$SWEEP_TABLE bs=1 seek=48 conv=notrunc 2> /dev/null; REAL "$@"',
        "compiled simulation",
    ),
    "is another build's": (
        'printf x | dd of=$SWEEP_TABLE bs=1 conv=notrunc 2> /dev/null; REAL "$@"',
        "status 3.*made for another binary",
    ),
    "has a short table": (
        'truncate -s -8 $SWEEP_TABLE; REAL "$@"', "status 3.*another length than it says",
    ),
    "has a long table": (
        'printf 12345678 >> $SWEEP_TABLE; REAL "$@"', "status 3.*another length than it says",
    ),
    "has no table": ('rm $SWEEP_TABLE; REAL "$@"', "status 3.*cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("what", FAULTS)
def test_a_program_that_misbehaves_gives_no_number(
    what: str, recipe: compiled.Recipe, tmp_path: Path
) -> None:
    """Every way says what happened; and the program itself still works after it."""
    body, message = FAULTS[what]
    fake = tmp_path / "main"
    fake.write_text("#!/bin/bash\n" + body.replace("REAL", shlex.quote(str(recipe.binary))) + "\n")
    fake.chmod(0o700)
    outcome = simulated(replace(recipe, binary=fake))
    assert outcome.status == "failed"
    assert not outcome.values
    assert outcome.failure is not None
    with pytest.raises(AssertionError, match=f"(?s){message}"):
        raise AssertionError(outcome.failure.message)
    assert simulated(recipe).status == "done"


def test_a_program_that_is_gone_or_no_program_is_told(
    recipe: compiled.Recipe, tmp_path: Path
) -> None:
    """The cache was cleared meanwhile, or a disk forbids to run programs."""
    outcome = simulated(replace(recipe, binary=tmp_path / "gone"))
    assert outcome.status == "failed"
    assert "is not there any more" in str(outcome.failure)
    (tmp_path / "text").write_text("no program")
    outcome = simulated(replace(recipe, binary=tmp_path / "text"))
    assert outcome.status == "failed"
    assert "cannot be started" in str(outcome.failure)


def test_a_program_that_hangs_is_stopped(recipe: compiled.Recipe, tmp_path: Path) -> None:
    """After the time limit, with a word on what to do; it does not go on."""
    fake = tmp_path / "main"
    fake.write_text(f"#!/bin/bash\necho $$ > {tmp_path}/process\nexec sleep 1000\n")
    fake.chmod(0o700)
    outcome = simulated(replace(recipe, binary=fake, time_limit=0.5))
    assert outcome.status == "failed"
    assert "after 0.5 s, the time limit of this sweep" in str(outcome.failure)
    assert "a larger time_limit, if more is allowed here" in str(outcome.failure)
    process = int((tmp_path / "process").read_text())
    until(lambda: not alive(process), "the program ended", 10.0)


def test_an_interrupted_program_gives_no_number(recipe: compiled.Recipe) -> None:
    """On an interrupt Brian's programs end early, with status 0."""
    place = len(recipe.kinds)  # the end; the duration is the entry that it is equal to
    long = replace(
        recipe,
        entries=(
            *(1e6 if entry == 0.002 else entry for entry in recipe.entries[:place]),
            1e6,
        ),
    )
    found: list[Outcome] = []
    before = descendants()
    thread = threading.Thread(target=lambda: found.append(simulated(long, duration=1e6)))
    thread.start()

    def handles_interrupts() -> list[int]:
        ready = []
        for process in descendants() - before:
            status = Path(f"/proc/{process}/status")
            text = status.read_text() if status.exists() else ""
            caught = [line.split()[1] for line in text.splitlines() if line.startswith("SigCgt")]
            if "\tmain\n" in text and int(caught[0], 16) & 1 << (signal.SIGINT - 1):
                ready.append(process)
        return ready

    until(handles_interrupts, "the program runs")
    os.kill(handles_interrupts()[0], signal.SIGINT)
    thread.join(20)
    (outcome,) = found
    assert outcome.status == "failed"
    # The latter if it had not begun to run the network.
    assert any(text in str(outcome.failure) for text in ("stopped after", "SIGINT"))


def test_a_full_disk_gives_no_number(recipe: compiled.Recipe, tmp_path: Path) -> None:
    """Brian's programs do not look whether their files could be written."""
    for size in ("4k", "12k"):
        folder = tmp_path / size
        folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
        mounted = subprocess.run(command, capture_output=True, text=True, check=False)
        if mounted.returncode:
            pytest.skip(f"only root can make a small disk: {mounted.stderr.strip()}")
        try:
            outcome = simulated(replace(recipe, results=folder))
        finally:
            subprocess.run(["umount", str(folder)], check=True)
        assert outcome.status == "failed", size
        assert not outcome.values
        told = str(outcome.failure)
        assert any(text in told for text in ("disk full", "No space left")), told


def test_a_measure_that_asks_for_synapses_gets_them(recipe: compiled.Recipe) -> None:
    """They are not written at first; the run is done once more, and the next ones know."""

    @network_model(duration=2 * ms)
    def other(size: int = 20) -> Network:
        raise NotImplementedError

    @other.measure()
    def weights(network: Network) -> Any:
        return np.asarray(network["synapses"].w[:])

    outcome = simulated(recipe, other)
    assert outcome.status == "done", outcome.failure
    file = recipe.files.manifest.objects["synapses"].arrays["w"].file
    numbers, _ = recipe.table(Job((0, 0), {"size": 20, "scale": 1.5, "duration": 0.002}, 5))
    for keep, kept in (("", False), ("synapses", True)):
        results = compiled.new_folder("out")
        run_binary(recipe.binary, recipe.inputs, results, numbers, [keep], 60.0)
        written = np.fromfile(results / file)
        assert bool(len(written)) is kept
    assert len(written) > 100
    np.testing.assert_array_equal(outcome.values["weights"].si, written)


@network_model(duration=2 * ms)
def drawing(size: int = 20) -> Network:
    """Stand for a model whose measures draw; the program is another's."""
    raise NotImplementedError


@drawing.measure()
def relative_weights(network: Network) -> Any:
    return np.asarray(network["synapses"].w[:]) / 1.5


@drawing.measure()
def drawn(network: Network) -> Any:
    """Draw from generators of all kinds."""
    of_python = [random.random(), random.Random().random()]
    return np.array([*np.random.rand(2000), *np.random.default_rng().random(9), *of_python])


def test_measures_do_not_repeat_the_numbers_of_the_simulation(recipe: compiled.Recipe) -> None:
    """For one seed Brian's C++ generator and numpy's give the same numbers, one by one."""
    _, values = (simulated(recipe, drawing).values for _ in range(2))
    assert not set(values["relative_weights"].si) & set(values["drawn"].si)


def test_generators_of_measures_do_not_repeat_those_of_builders(recipe: compiled.Recipe) -> None:
    """A builder, in another process, made one without a seed, too: of the same job's entropy."""
    with job_entropy(5):
        kinds = (np.random.default_rng, random.Random)
        of_builder = {make().random() for make in kinds for _ in range(3)}
        of_builder |= {make().random() for _ in range(3) for make in kinds}
    for _ in range(2):
        assert not of_builder & set(simulated(recipe, drawing).values["drawn"].si)


def test_measures_draw_the_same_after_a_run_that_is_done_once_more(
    recipe: compiled.Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first job of a worker does not know what its measures ask for; the next one does."""
    monkeypatch.setattr(compiled_engine, "_asked", {})
    first, second = (simulated(recipe, drawing).values["drawn"].si for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_a_measure_that_raises_is_a_failed_outcome(recipe: compiled.Recipe) -> None:
    """With the measure's own error."""

    @network_model(duration=2 * ms)
    def other(size: int = 20) -> Network:
        raise NotImplementedError

    @other.measure()
    def broken(network: Network) -> Any:
        message = "my own fault"
        raise ZeroDivisionError(message)

    outcome = simulated(recipe, other)
    assert outcome.status == "failed"
    assert "my own fault" in str(outcome.failure)


def _operated() -> NetworkModel:
    @network_model(duration=1 * ms)
    def operated(step: float = 1.0) -> Network:
        group = NeuronGroup(1, "x : 1", name="group")

        @network_operation(name="mine")
        def count() -> None:
            group.x += step

        return Network(group, count)

    return operated


def _looking() -> NetworkModel:
    @network_model(duration=1 * ms)
    def looking(step: float = 1.0) -> Network:
        group = NeuronGroup(1, "dx/dt = 1/ms : 1", threshold="x > 0", method="euler", name="group")
        spikes = SpikeMonitor(group, name="spikes")
        network = Network(group, spikes)
        network.run(1 * ms)
        if spikes.num_spikes > 3:
            group.x = step
        return network

    return looking


def _storing() -> NetworkModel:
    @network_model(duration=1 * ms)
    def storing(step: float = 1.0) -> Network:
        group = NeuronGroup(1, "x : 1", name="group")
        network = Network(group)
        network.store()
        network.run(1 * ms)
        network.restore()
        group.x = step
        return network

    return storing


def _leaving() -> NetworkModel:
    @network_model(duration=1 * ms)
    def leaving(step: float = 1.0) -> Network:
        set_device("runtime")
        group = NeuronGroup(1, "x : 1", name="group")
        group.x = step
        return Network(group)

    return leaving


PYTHON = {
    "operation": (_operated, "mine is a network operation"),
    "looking": (_looking, ""),
    "storing": (_storing, ""),
    "leaving": (_leaving, "it calls set_device"),
}


@pytest.mark.parametrize("kind", PYTHON)
def test_what_only_python_can_do_is_left_to_brians_runtime(kind: str) -> None:
    """With the reason in the notice; with engine="compiled" it is an error."""
    make, reason = PYTHON[kind]
    model = make()

    @model.measure()
    def last(network: Network) -> float:
        return float(network["group"].x[0])

    sweep = Sweep(model, step=[1.0, 2.0], workers=2)
    results = sweep.run(progress=False)
    assert results.counts() == {"done": 2}, [str(bad.failure) for bad in results.failures]
    values = results.dataset["last"].values.ravel()
    assert values[1] > values[0]
    assert sweep.latest is not None
    progress = sweep.latest.progress
    assert progress.engine == "runtime (numpy)"
    assert progress.notice.startswith("Not compiled: ")
    assert reason in progress.notice
    assert len(progress.notice) > len("Not compiled: ") + 10
    refused = Sweep(model, step=[1.0, 2.0], workers=2, engine="compiled").run(progress=False)
    assert refused.counts() == {"failed": 2}
    assert all(reason in str(outcome.failure) for outcome in refused.outcomes)


def test_a_model_that_seeds_is_told() -> None:
    """Its trials are all the same, which is hardly what is meant."""

    @network_model(duration=1 * ms)
    def seeded(size: int = 5) -> Network:
        seed(3)
        group = NeuronGroup(size, "x : 1", name="group")
        group.x = "rand()"
        return Network(group)

    @seeded.measure()
    def first(network: Network) -> float:
        return float(network["group"].x[0])

    sweep = Sweep(seeded, trials=3, workers=2, engine="compiled")
    results = sweep.run(progress=False)
    assert results.counts() == {"done": 3}, [str(bad.failure) for bad in results.failures]
    assert sweep.latest is not None
    assert "calls seed() itself" in sweep.latest.progress.notice
    assert len(np.unique(results.dataset["first"].values)) == 1


SWEEPS = """
import os, sys
from brian2 import ms, mV
from brian_sweep_widget import Sweep, cuba
{before}
for engine in ("auto", "compiled"):
    sweep = Sweep(cuba, excitatory_weight=[0, 3]*mV, size=50, duration=2*ms, workers=2,
                  engine=engine)
    results = sweep.run(progress=False)
    print(engine, results.counts(), sweep.latest.progress.engine)
    print("notice:", sweep.latest.progress.notice)
    for outcome in results.failures:
        print("failure:", outcome.failure)
"""


def _sweeps(folder: Path, before: str) -> str:
    finished = subprocess.run(
        [sys.executable, write_script(folder, SWEEPS.format(before=before))],
        cwd=folder,
        env=script_environment(BRIAN_SWEEP_CACHE=str(folder / "cache")),
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def test_without_a_compiler_brians_runtime_computes(tmp_path: Path) -> None:
    """And says what to install; whoever insists gets failed outcomes with that."""
    (tmp_path / "empty").mkdir()
    before = f"os.environ['PATH'] = {str(tmp_path / 'empty')!r}; os.environ.pop('CXX', None)"
    shown = _sweeps(tmp_path, before)
    assert "auto {'done': 2} runtime (numpy)" in shown
    assert "notice: Not compiled: no C++ compiler: g++ and clang++ are not there" in shown
    assert "compiled {'failed': 2} compiled" in shown
    assert shown.count("failure: ") == 2
    assert shown.count("apt install g++ make") == 3


def test_an_open_quote_in_the_compilers_name_is_told(tmp_path: Path) -> None:
    """Brian reads it before anything is compiled, and does not say what it read."""
    shown = _sweeps(tmp_path, "os.environ['CXX'] = '\"g++ -O2'")
    assert "auto {'done': 2} runtime (numpy)" in shown
    assert shown.count("CXX = '\"g++ -O2' cannot be read (No closing quotation); write it") == 3


def test_the_path_of_the_compiler_may_have_spaces(tmp_path: Path) -> None:
    """And what make reads as something of its own."""
    compiler = tmp_path / "my $tools" / "g++"
    compiler.parent.mkdir()
    compiler.symlink_to(str(shutil.which("g++")))
    shown = _sweeps(tmp_path, f"os.environ['CXX'] = {str(compiler)!r}")
    assert "compiled {'done': 2} compiled" in shown


def test_a_compilers_own_words_are_shown(tmp_path: Path) -> None:
    """Where it fails, Brian's runtime computes."""
    compiler = tmp_path / "broken-g++"
    compiler.write_text("#!/bin/sh\necho 'main.cpp:1:1: error: out of cheese' >&2\nexit 1\n")
    compiler.chmod(0o700)
    shown = _sweeps(tmp_path, f"os.environ['CXX'] = {str(compiler)!r}")
    assert "auto {'done': 2} runtime (numpy)" in shown
    assert "compiled {'failed': 2} compiled" in shown
    assert shown.count("error: out of cheese") >= 3


@pytest.mark.parametrize(
    "values",
    [
        {"size": 2_000_000, "connection_probability": 0.5},
        {"size": 10**9, "connection_probability": 0.0},
    ],
)
def test_what_does_not_fit_into_memory_is_refused(values: dict[str, Any]) -> None:
    """Before anything runs, with the estimate; the process that traces goes on."""
    small = Sweep(cuba, size=50, duration=2 * ms, workers=2, engine="compiled")
    assert small.run(progress=False).counts() == {"done": 1}
    large = Sweep(cuba, duration=2 * ms, workers=2, engine="compiled", **values)
    (outcome,) = large.run(progress=False).outcomes
    assert outcome.status == "failed"
    assert outcome.failure is not None
    assert outcome.failure.kind == "NotEnoughMemory", outcome.failure
    assert re.search(r"\d (GB|GiB) ", outcome.failure.message), outcome.failure
    again = Sweep(cuba, size=51, duration=2 * ms, workers=2, engine="compiled")
    assert again.run(progress=False).counts() == {"done": 1}


def _binaries(workers: Iterable[int]) -> set[int]:
    """Find the programs that workers run; others, such as twins, have other parents."""
    found = set()
    for worker in workers:
        with suppress(psutil.NoSuchProcess):
            children = psutil.Process(worker).children()
            found.update(child.pid for child in children if child.name() == "main")
    return found


def _processes() -> list[tuple[Any, ...]]:
    """Tell what all processes below this one are at."""
    told = []
    for number in descendants():
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(number)
            told.append((number, process.ppid(), process.status(), *process.cmdline()))
    return told


def test_a_killed_worker_takes_its_program_along() -> None:
    """The sweep goes on, and leaves no folder of results behind."""
    run = Sweep(endless, drive=[0.5, 1.0], workers=2, engine="compiled").start()
    try:
        until(
            lambda: len(_binaries(one.process for one in run.under_way)) == 2,
            "both programs run", tell=lambda: (run.progress, run.under_way, _processes()),
        )  # fmt: skip
        workers = [one.process for one in run.under_way]
        programs = _binaries(workers)
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        until(lambda: not any(map(alive, programs)), "its programs ended", 10.0)
    finally:
        run.cancel()
    run.wait(20)
    until(lambda: not _binaries(local_pool(2).processes()), "no program is left", 10.0)
    assert not list(scratch_folder().glob("results-*/run-*"))
    after = Sweep(cuba, size=100, duration=2 * ms, workers=2, engine="compiled")
    assert after.run(progress=False).counts() == {"done": 1}


def test_a_killed_kernel_leaves_no_program(tmp_path: Path) -> None:
    """Its workers see that it is gone, and the programs that the workers are."""
    code = f"""
import sys
sys.path.insert(0, {str(Path(networks.__file__).parent)!r})
from networks import endless
from brian_sweep_widget import Sweep
run = Sweep(endless, drive=[0.5, 1.0], workers=2, engine="compiled").start()
run.wait()
"""
    kernel = start_script(tmp_path, code)
    try:
        until(lambda: len(_binaries(descendants(kernel.pid))) == 2, "both programs run")
        programs = _binaries(descendants(kernel.pid))
        kernel.kill()
        until(lambda: not any(map(alive, programs)), "they ended", 2.0)
    finally:
        kernel.kill()
        kernel.wait()


def test_a_sweep_starts_while_the_model_is_being_compiled() -> None:
    """``start`` returns at once, whoever compiles: it is called in a kernel's callback."""
    sweep = Sweep(cuba, size=77, duration=2 * ms, workers=2, engine="compiled")
    assert isinstance(sweep.engine, compiled.Compilation)
    runs: list[Any] = []
    starting = threading.Thread(target=lambda: runs.append(sweep.start()), daemon=True)
    with workshop_for(sweep.engine, 2)._making:  # as during a build
        starting.start()
        until(lambda: runs, "the sweep was started")
    assert runs[0].wait(120).counts() == {"done": 1}
