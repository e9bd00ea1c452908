"""How processes end: soon, with all that they started, and without leaving files."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest
from helpers import alive, descendants, run_script, script_environment, start_script, until

from brian_sweep_widget.backends import LocalPool
from brian_sweep_widget.engines import compiled
from brian_sweep_widget.engines.compiled.compiler import compile_project
from brian_sweep_widget.scratch import our_prefix

CLI = "brian_sweep_widget.cli"
SWEEP = (
    *("-m", CLI, "run", "cuba", "--size", "200", "--duration", "20"),
    *("--jobs", "2", "--excitatory-weight", "0:4:3"),
)
SCRIPT = """
from brian2 import ms, mV

from brian_sweep_widget import Sweep, cuba

weights = [0, 2, 4]*mV
Sweep(cuba, excitatory_weight=weights, size=200, duration=20*ms, workers=2).run(progress=False)
"""


class Command:
    """A Python process with a folder of its own for temporary files.

    Parameters
    ----------
    folder
        To work in.
    *arguments
        Of Python.
    **variables
        Of its environment.
    """

    def __init__(self, folder: Path, *arguments: str, **variables: str) -> None:
        self.temporary = folder / "temporary"
        self.temporary.mkdir()
        self.process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=folder,
            env=script_environment(TMPDIR=str(self.temporary), **variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._family: set[int] = set()

    def wait_until_it_compiles(self) -> None:
        """Wait for a compiler that it started."""
        until(lambda: self._compiles() or self.process.poll() is not None, "it compiles")
        assert self.process.poll() is None, self.process.communicate()

    def _compiles(self) -> bool:
        self._family = descendants(self.process.pid)
        return any(map(_compiles_a_model, self._family))

    def end(self) -> tuple[str, str]:
        """Wait for its end; give what it said on its two outputs."""
        return self.process.communicate(timeout=120)

    def wait_until_nothing_is_left(self) -> None:
        """Wait until no process of its family lives, and no file for it is there."""
        until(lambda: not any(map(alive, self._family)), "its processes end")
        until(lambda: not self.left(), "its files go", tell=self.left)

    def left(self) -> list[str]:
        """Give its temporary files."""
        name = f"{our_prefix()}{self.process.pid}-*"
        places = (Path("/dev/shm"), Path(tempfile.gettempdir()), self.temporary)
        return [
            *(str(path) for place in places for path in place.glob(name)),
            *(str(path) for path in self.temporary.iterdir()),
        ]


def _compiles_a_model(process: int) -> bool:
    """Say so of a compiler; Brian has it try its options before, in a folder of Brian's own."""
    try:
        compiler = psutil.Process(process)
        return compiler.name() == "cc1plus" and "flag_test.cpp" not in " ".join(compiler.cmdline())
    except psutil.NoSuchProcess:
        return False


MEASURED = """
from brian2 import Network, NeuronGroup, SpikeMonitor, ms, second
from brian_sweep_widget import network_model

@network_model(duration=20*ms)
def neurons(drive=1.2):
    group = NeuronGroup(5, "dv/dt = (drive - v)/(10*ms) : 1", threshold="v > 1", reset="v = 0",
                        method="exact")
    return Network(group, SpikeMonitor(group, name="spikes"))

@neurons.measure()
def late(network):
    return int((network["spikes"].t > 5*ms).sum())
"""


@pytest.mark.parametrize("model", ["cuba", "measured.py:neurons"])
def test_a_sweep_leaves_no_files(tmp_path: Path, model: str) -> None:
    """Brian writes logs, and a copy of the script, in each process that loads it."""
    (tmp_path / "measured.py").write_text(MEASURED)
    command = Command(tmp_path, *("-m", CLI, "run", model, "--duration", "20", "--jobs", "2"))
    said = command.end()
    assert command.process.returncode == 0, said
    assert command.left() == []


@pytest.mark.parametrize(
    "numbers",
    [[signal.SIGINT], [signal.SIGINT] * 2, [signal.SIGTERM], [signal.SIGHUP, signal.SIGTERM]],
    ids=["interrupt", "interrupts", "terminate", "terminal closed"],
)
def test_a_signal_ends_a_sweep_that_compiles(tmp_path: Path, numbers: list[signal.Signals]) -> None:
    """A terminal sends them to all processes of the command."""
    command = Command(tmp_path, *SWEEP, BRIAN_SWEEP_CACHE=str(tmp_path / "cache"))
    command.wait_until_it_compiles()
    for number in numbers:
        os.killpg(command.process.pid, number)
    _, said = command.end()
    assert command.process.returncode == 128 + numbers[0], said
    assert "interrupted" in said
    assert "Traceback" not in said
    command.wait_until_nothing_is_left()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_nothing_is_left_of_a_script_that_is_ended(tmp_path: Path, number: signal.Signals) -> None:
    """A library takes no signals, so its workers see to that, and remove what is there."""
    (tmp_path / "script.py").write_text(SCRIPT)
    command = Command(tmp_path, "script.py", BRIAN_SWEEP_CACHE=str(tmp_path / "cache"))
    command.wait_until_it_compiles()
    command.process.send_signal(number)
    command.end()
    assert command.process.returncode == -number
    for path in command.temporary.glob("brian_*"):  # of the script's own Brian
        path.unlink()
    command.wait_until_nothing_is_left()


CARELESS = """
import contextlib, signal

with contextlib.suppress(BaseException):
    signal.raise_signal(signal.SIGTERM)

def square(x=1.0):
    return x * x
"""


def test_a_signal_is_not_lost_to_a_module_that_is_loaded(tmp_path: Path) -> None:
    """Libraries take whatever is raised while they look for something for its absence."""
    (tmp_path / "careless.py").write_text(CARELESS)
    command = Command(tmp_path, *("-m", CLI, "run", "careless.py:square", "--jobs", "1"))
    said = command.end()
    assert command.process.returncode == 128 + signal.SIGTERM, said
    assert said == ("", "\ninterrupted\n")


LOST_TWICE = """
import contextlib, signal
from brian_sweep_widget.stop_signals import StopRequested, StopSignals

with StopSignals("SIGTERM", "SIGINT", raises=True):
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(StopRequested):
            signal.raise_signal(number)
            print("nothing was raised")
    try:
        signal.raise_signal(signal.SIGINT)
    except StopRequested as request:
        signal.raise_signal(signal.SIGINT)
        print("ended with", request.status)
"""


def test_the_next_signal_raises_if_what_the_first_raised_is_lost(tmp_path: Path) -> None:
    """Once it is taken, further ones change nothing."""
    assert run_script(tmp_path, LOST_TWICE).stdout == f"ended with {128 + signal.SIGTERM}\n"


def _priorities(folder: Path) -> tuple[int, str]:
    """Give this process's priority, and that of a program that it compiles with."""
    (folder / "makefile").write_text("main:\n\tnice > main\n")
    compile_project(folder, 1)
    return os.nice(0), (folder / "main").read_text().strip()


def test_a_process_that_gives_way_dies_as_soon_as_others(tmp_path: Path) -> None:
    """At the lowest priority it dies so slowly, on a busy computer, that a script waits for it."""
    pool = LocalPool(1, compiled.give_way)
    assert pool.submit(_priorities, tmp_path).result(120) == (os.nice(0), "19")
    pool.kill()


def _start_others(number: Path) -> None:
    """Run a program with a group of its own, which starts another one and forgets it."""
    forgetful = f"(sleep 1000 & echo $! > {number}); sleep 1000"
    subprocess.run(["sh", "-c", forgetful], process_group=0, check=False)


def test_what_workers_started_ends_with_them(tmp_path: Path) -> None:
    """Also a process that has no parent in the family any more, of a compiler's group."""
    pool, number = LocalPool(1), tmp_path / "number"
    pool.submit(_start_others, number)
    until(lambda: number.exists() and number.read_text().endswith("\n"), "it has begun")
    started = int(number.read_text())
    assert alive(started)
    pool.kill()
    until(lambda: not alive(started), "it ends")


INTERRUPTED_AT_THE_END = """
import signal, time
from brian_sweep_widget.backends import LocalPool

pools = [LocalPool(1), LocalPool(1)]
for pool in pools:
    pool.submit(time.sleep, 1000)

kill = LocalPool.kill

def interrupted(pool):
    signal.raise_signal(signal.SIGINT)
    kill(pool)

LocalPool.kill = interrupted
"""


def test_an_interrupt_while_a_process_ends_changes_nothing(tmp_path: Path) -> None:
    """Python left out the rest of it, with a traceback."""
    assert run_script(tmp_path, INTERRUPTED_AT_THE_END, timeout=120).stderr == ""


INTERRUPTED_AT_THE_BEGINNING = """
import os, signal, time
from brian_sweep_widget.backends import LocalPool

pool = LocalPool(1)
answer = pool.submit(signal.pthread_sigmask, signal.SIG_BLOCK, [])
try:
    os.killpg(0, signal.SIGINT)
    time.sleep(100)
except KeyboardInterrupt:
    print("held back in jobs:", answer.result(100))
"""


def test_an_interrupt_does_not_reach_workers_that_begin(tmp_path: Path) -> None:
    """The terminal sends it to all processes of a command; they died with tracebacks."""
    process = start_script(tmp_path, INTERRUPTED_AT_THE_BEGINNING)
    said, _ = process.communicate(timeout=120)
    assert said == "held back in jobs: set()\n"


ENDS_WITH_A_POOL = """
import os
import threading
from multiprocessing.util import Finalize

from brian_sweep_widget.backends import LocalPool

remove = Finalize.__call__


def removed(self, *arguments, **options):
    what = getattr(self._callback, "__qualname__", "")
    if what == "SemLock._cleanup" and threading.get_ident() != threading.main_thread().ident:
        os.write(2, b"a semaphore went in another thread")
    return remove(self, *arguments, **options)


Finalize.__call__ = removed
pool = LocalPool(1)
pool.submit(abs, -1).result()
"""


def test_the_main_thread_removes_what_a_pool_leaves(tmp_path: Path) -> None:
    """Any other may be stopped in the midst of that, and loky would complain of it."""
    assert run_script(tmp_path, ENDS_WITH_A_POOL).stderr == ""
