"""Programs that a job starts are told, as nobody knows what they read."""

from __future__ import annotations

import asyncio
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from brian2 import Network, NeuronGroup, ms
from joblib.externals.loky import get_reusable_executor
from pyarrow import fs, parquet

from brian_sweep_widget import network_model
from brian_sweep_widget.engines import pack
from brian_sweep_widget.engines.choice import engine_for
from brian_sweep_widget.engines.compiled.model_traces import ModelTraces
from brian_sweep_widget.engines.compiled.tracing import Tracer, UnsupportedError
from brian_sweep_widget.engines.context import BrianContext
from brian_sweep_widget.engines.files_read import files_read
from brian_sweep_widget.engines.programs_started import programs_started
from brian_sweep_widget.engines.worker import compute
from brian_sweep_widget.models import as_model
from brian_sweep_widget.runs.notices import programs_in_words
from brian_sweep_widget.sweeps import Job


def copied() -> None:
    """Fork by hand, as few do."""
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def in_process(way: str) -> None:
    """Call a function in another process."""
    process = get_context(way).Process(target=os.getpid)
    process.start()
    process.join()


async def awaited() -> None:
    """Start one beside others."""
    await (await asyncio.create_subprocess_exec("true")).wait()


STARTS: dict[str, tuple[Callable[[], Any], str]] = {
    "run": (lambda: subprocess.run(["cat", os.devnull], check=True), "cat"),
    "a path": (lambda: subprocess.call([Path(sys.executable), "-c", ""]), "python"),
    "shell": (lambda: subprocess.check_output("cat /dev/null | cat", shell=True), "cat"),
    "in bytes": (lambda: subprocess.run([b"cat", b"/dev/null"], check=True), "cat"),
    "getoutput": (lambda: subprocess.getoutput("/bin/cat /dev/null"), "cat"),
    "system": (lambda: os.system("cat /dev/null"), "cat"),
    "popen": (lambda: os.popen("cat /dev/null").read(), "cat"),
    "spawn": (lambda: os.spawnlp(os.P_WAIT, "cat", "cat", os.devnull), "a process of its own"),
    "posix_spawn": (
        lambda: os.waitpid(os.posix_spawn("/bin/cat", ["cat", os.devnull], {}), 0),
        "cat",
    ),
    "fork": (copied, "a process of its own"),
    "a process": (lambda: in_process("fork"), "a process of its own"),
    "a fresh process": (lambda: in_process("spawn"), "a process of its own"),
    "a pool": (
        lambda: list(ProcessPoolExecutor(1).map(abs, [1])),
        "a process of its own",
    ),
    "asyncio": (lambda: asyncio.run(awaited()), "true"),
}


@pytest.mark.parametrize("how", STARTS)
def test_what_the_users_code_starts_is_told(how: str) -> None:
    """However it is started."""
    start, name = STARTS[how]
    with programs_started() as started:
        start()
    assert len(started) == 1
    assert next(iter(started)).startswith(name)


def test_work_for_processes_of_an_earlier_job_is_told() -> None:
    """As joblib keeps them."""

    def summed() -> float:
        return float(get_reusable_executor(max_workers=1).submit(sum, (1, 2)).result())

    for _ in range(2):
        with programs_started() as started:
            assert summed() == 3
        assert list(started) == ["a process of its own in summed"]
    get_reusable_executor().shutdown()


def test_what_reads_files_that_nobody_knows_is_told(tmp_path: Path) -> None:
    """Where the user's code uses it; to read a known file, Arrow uses it itself."""
    path = tmp_path / "w.parquet"
    parquet.write_table(pa.table({"a": [1.0]}), path)
    with files_read() as files, programs_started() as started:
        parquet.read_table(path)
        assert not started
        system = fs.LocalFileSystem()
        system.open_input_file(str(path)).close()
    assert list(files) == [str(path)]
    assert [one.partition(" ")[0] for one in started] == ["pyarrow"]
    assert isinstance(system, fs.LocalFileSystem)
    assert isinstance(system, fs.FileSystem)


def test_what_libraries_start_is_not() -> None:
    """They ask for the computer, or compile: it is no part of the model. Nor is it outside."""
    library = {"__name__": "setuptools.command.build_ext", "platform": platform}
    source = "import subprocess\nsubprocess.run(['true'], check=True)\nplatform.processor()"
    with programs_started() as started:
        platform.architecture(sys.executable)
        exec(compile(source, platform.__file__, "exec"), library)
    subprocess.run(["true"], check=True)
    assert not started


def test_an_outcome_tells() -> None:
    """And is no other one's."""

    def loaded(x: float = 1.0) -> float:
        return x * float(subprocess.check_output(["echo", "2"]))

    model = as_model(loaded)
    packed = pack(engine_for("auto", model, model.parameters({})))
    outcome = compute(packed, Job((0,), {"x": 2.0}, seed=1))
    assert outcome.values["loaded"].si == 4
    assert outcome.origin is not None
    assert outcome.origin.programs == ("echo in loaded",)
    assert not outcome.origin.by_job
    assert "uses another program (echo in loaded)" in programs_in_words(outcome.origin.programs)


def test_a_builder_that_starts_one_is_not_compiled() -> None:
    """What was traced would hold what the program gave then."""

    @network_model(duration=1 * ms)
    def model(x: float = 1.0) -> Network:
        group = NeuronGroup(1, "v : 1", name="group")
        group.v = float(subprocess.check_output(["echo", "2"]))
        return Network(group)

    traces = ModelTraces(lambda: Tracer(model, model.parameters({}), BrianContext()))
    with pytest.raises(UnsupportedError, match=r"uses another program \(echo in model\)"):
        traces.trace({"x": 1.0, "duration": 1e-3}, 1)
