"""Runs and their store: what was computed once is not computed again, nor lost, nor mixed up."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from brian2 import Network, NeuronGroup, SpikeMonitor, ms, mV, second
from helpers import fill_up, mounted_disk, start_script, until

from brian_sweep_widget import Results, Run, Sweep, cuba, network_model
from brian_sweep_widget.cli import main
from brian_sweep_widget.results.store import Store, database, location

WORKERS = 2
CLI = "brian_sweep_widget.cli"


def marking(folder: Path, factor: float = 2.0) -> Callable[..., float]:
    """Make a function that leaves a mark for every time that it is computed."""
    folder.mkdir(exist_ok=True)
    path = str(folder)

    def function(x: float = 1.0) -> float:
        handle = os.open(f"{path}/{x}", os.O_CREAT | os.O_APPEND | os.O_WRONLY)
        os.write(handle, b"+")
        os.close(handle)
        return factor * x

    return function


def marks(folder: Path) -> dict[float, int]:
    """Count how often each value was computed."""
    return {float(file.name): file.stat().st_size for file in folder.iterdir()}


def swept(function: Any, values: Any, store: Any, **options: Any) -> Run:
    """Sweep a function to the end."""
    run = Sweep(function, x=values, workers=WORKERS, store=store, **options).start()
    run.wait(120)
    return run


def test_only_what_is_missing_is_computed(tmp_path: Path) -> None:
    """Of a finer grid, of a longer one, in another notebook."""
    path, folder = tmp_path / "results.sqlite", tmp_path / "marks"
    first = swept(marking(folder), np.arange(0.0, 10.0, 2.0), path)
    assert first.progress.recalled == 0
    second_run = swept(marking(folder), np.arange(10.0), path)
    assert (second_run.progress.done, second_run.progress.recalled) == (10, 5)
    assert "5 known before" in str(second_run.progress)
    assert marks(folder) == {float(x): 1 for x in range(10)}
    found = second_run.results.dataset["function"].values.ravel()
    np.testing.assert_array_equal(found, 2 * np.arange(10.0))
    assert Results.open(path).dataset.identical(second_run.results.dataset)
    assert Results.open(path, 1).dataset.identical(first.results.dataset)
    # Other seeds and trials are other simulations.
    assert swept(marking(folder), np.arange(10.0), path, seed=1).progress.recalled == 0
    assert swept(marking(folder), np.arange(10.0), path, trials=2).progress.recalled == 10


def test_a_changed_model_never_gets_old_numbers(tmp_path: Path) -> None:
    """Its code, or a value that it refers to."""
    path = tmp_path / "results.sqlite"
    for factor in (2.0, 3.0, 2.0):
        run = swept(marking(tmp_path / "marks", factor), np.arange(5.0), path)
        found = run.results.dataset["function"].values.ravel()
        np.testing.assert_array_equal(found, factor * np.arange(5.0))
    assert run.progress.recalled == 5
    shifted = swept(lambda x=1.0: x + 1, np.arange(5.0), path)
    assert shifted.progress.recalled == 0


def test_nothing_is_reused_of_what_cannot_be_named(tmp_path: Path) -> None:
    """And the person is told; the results are kept all the same."""
    path = tmp_path / "results.sqlite"
    odd = memoryview(b"12")

    class Odd:
        """Can be sent, but not named."""

        def __reduce__(self) -> Any:
            return bytes, (b"12",)

        def __reduce_ex__(self, protocol: Any) -> Any:
            import traceback

            if any(frame.name == "_reduced" for frame in traceback.extract_stack()):
                raise TypeError
            return self.__reduce__()

    del odd
    thing = Odd()

    def unnamed(x: float = 1.0) -> float:
        return x + len(thing)  # type: ignore[arg-type]

    for _ in range(2):
        run = swept(unnamed, np.arange(4.0), path)
        assert run.progress.recalled == 0
        assert "Nothing is reused: it cannot be told whether thing" in run.progress.notice
    assert Results.open(path).counts() == {"done": 4}
    assert run.results.notice == run.progress.notice


def test_nothing_is_reused_of_what_reads_files(tmp_path: Path) -> None:
    """What is in them decides, and may change."""
    path, data = tmp_path / "results.sqlite", tmp_path / "data.txt"
    name = str(data)

    def reading(x: float = 1.0) -> float:
        with open(name) as file:
            return x * float(file.read())

    for factor in (2.0, 3.0):
        data.write_text(str(factor))
        run = swept(reading, np.arange(4.0), path)
        assert run.progress.recalled == 0
        assert f"the model reads {data}" in run.progress.notice
        found = run.results.dataset["reading"].values.ravel()
        np.testing.assert_array_equal(found, factor * np.arange(4.0))


def test_failures_are_kept_and_computed_again(tmp_path: Path) -> None:
    """A later result takes their place."""
    path, mood = tmp_path / "results.sqlite", tmp_path / "mood"
    name = str(mood)

    def moody(x: float = 1.0) -> float:
        if x > 2 and os.path.isdir(name):  # a file would belong to the results
            message = "not today"
            raise ValueError(message)
        return x

    mood.mkdir()
    assert swept(moody, np.arange(5.0), path).results.counts() == {"done": 3, "failed": 2}
    kept = Results.open(path)
    assert kept.counts() == {"done": 3, "failed": 2}
    assert "not today" in str(kept.failures[0].failure)
    assert "in moody" in kept.failures[0].failure.traceback  # type: ignore[union-attr]
    mood.rmdir()
    run = swept(moody, np.arange(5.0), path)
    assert run.progress.recalled == 3
    assert Results.open(path).counts() == {"done": 5}
    assert Store(path).info().counts == {"done": 5}


def test_no_store_keeps_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """None asks for none; left away, it is the user's own."""
    monkeypatch.setenv("BRIAN_SWEEP_STORE", str(tmp_path / "own.sqlite"))
    folder = tmp_path / "marks"
    for _ in range(2):
        assert swept(marking(folder), [1.0], None).progress.recalled == 0
    assert not (tmp_path / "own.sqlite").exists()
    Sweep(marking(folder), x=[1.0], workers=WORKERS).run(progress=False)
    assert len(Results.open(tmp_path / "own.sqlite")) == 1
    assert marks(folder) == {1.0: 3}


# Compiled models: by what the program is given


def neurons(threshold: float = 1.0, label: str = "Spikes") -> Any:
    """Make a small network model with noise."""

    @network_model(duration=20 * ms)
    def noisy(size: int = 20, drive: float = 1.2, shift: float = 0.0) -> Any:
        # A comment, which changes no number.
        model = "dv/dt = (drive - v) / (5*ms) + 0.1*xi*(5*ms)**-0.5 : 1"
        names = {"limit": threshold, "drive": drive}
        group = NeuronGroup(
            size, model, threshold="v > limit", reset="v = 0", method="euler",
            namespace=names, name="group",
        )  # fmt: skip
        spikes = SpikeMonitor(group, name="spikes")
        return Network(group, spikes)

    @noisy.measure(label=label)
    def count(network: Any) -> Any:
        return network["spikes"].num_spikes

    @noisy.measure()
    def times(network: Any) -> Any:
        return np.asarray(network["spikes"].t / second)

    return noisy


def test_a_compiled_model_is_named_by_its_program(tmp_path: Path) -> None:
    """Its own source does not matter where the program is the same."""
    path = tmp_path / "results.sqlite"

    def run(model: Any, **options: Any) -> Run:
        sweep = Sweep(model, drive=[1.1, 1.2, 1.3], workers=WORKERS, store=path, **options)
        running = sweep.start()
        assert running.wait(120).counts() == {"done": 3}
        assert running.progress.engine == "compiled"
        return running

    first = run(neurons())
    again = run(neurons())
    assert (first.progress.recalled, again.progress.recalled) == (0, 3)
    assert again.results.dataset.identical(first.results.dataset)
    # Another threshold, size, seed or measure is another simulation.
    assert run(neurons(threshold=0.9)).progress.recalled == 0
    assert run(neurons(), size=21).progress.recalled == 0
    assert run(neurons(), seed=3).progress.recalled == 0
    assert run(neurons(label="Other")).progress.recalled == 0
    # A parameter that changes nothing in the program, nor (with common seeds) the seed.
    assert run(neurons(), seeding="common").progress.recalled == 0
    assert run(neurons(), seeding="common", shift=0.5).progress.recalled == 3
    # Engines are never mixed.
    numpy = Sweep(
        neurons(), drive=[1.1, 1.2, 1.3], workers=WORKERS, store=path, engine="numpy"
    ).start()
    numpy.wait(120)
    assert numpy.progress.recalled == 0


NETWORK = """
import sys, time
import numpy as np
from brian2 import mV, ms
from brian_sweep_widget import Sweep, cuba
sweep = Sweep(cuba, excitatory_weight=np.linspace(0, 4, 200)*mV, size=400, seed=2, workers=2,
              store="results.sqlite")
run = sweep.start()
while run.progress.done < int(sys.argv[1]) and not run.progress.ended:
    time.sleep(0.005)
print(run.progress.done, run.progress.recalled, flush=True)
time.sleep(100 if int(sys.argv[1]) < 200 else 0)
"""


def test_a_new_kernel_computes_what_the_killed_one_did_not(tmp_path: Path) -> None:
    """A compiled sweep; the spike counts are those of an undisturbed one."""
    (tmp_path / "script.py").write_text(NETWORK)
    process = subprocess.Popen(
        [shutil.which("python3", path=os.path.dirname(os.sys.executable)), "script.py", "60"],  # type: ignore[attr-defined]
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    done, recalled = map(int, process.stdout.readline().split())
    assert (done >= 60, recalled) == (True, 0)
    process.kill()
    process.wait()
    process.stdout.close()
    stored = len(Results.open(tmp_path / "results.sqlite"))
    assert stored >= done
    sweep = Sweep(
        cuba, excitatory_weight=np.linspace(0, 4, 200) * mV, size=400, seed=2, workers=WORKERS,
        store=tmp_path / "results.sqlite",
    )  # fmt: skip
    run = sweep.start()
    run.wait(120)
    assert run.progress.recalled >= stored
    undisturbed = Sweep(
        cuba, excitatory_weight=np.linspace(0, 4, 200) * mV, size=400, seed=2, workers=WORKERS
    ).run(progress=False)
    np.testing.assert_array_equal(
        run.results.dataset["spike_count"], undisturbed.dataset["spike_count"]
    )


# A store that takes nothing


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of half a megabyte, or say that this needs root."""
    with mounted_disk(tmp_path / "disk", "512k") as place:
        yield place


def forget_open_files() -> None:
    """Close the stores that this process has open, so that their disk can change."""
    for store in location._open.values():
        store.close()


def arrays(x: float = 1.0) -> dict[str, Any]:
    """Give results of 8 kB."""
    return {"x2": x * x, "many": np.full(1000, x)}


def test_a_full_disk_holds_the_sweep_up(small_disk: Path) -> None:
    """Nothing is seen that is not stored; when there is room it goes on, and nothing is lost."""
    path = small_disk / "results.sqlite"
    (small_disk / "filler").write_bytes(b"\0" * 380_000)
    run = Sweep(arrays, x=np.arange(40.0), workers=WORKERS, store=path).start()
    until(lambda: run.progress.waits, "it says so")
    assert "full" in run.progress.waits
    assert str(path) in run.progress.waits
    with pytest.raises(TimeoutError, match=r"0\.01 s: .* done, .*\. The disk of .* full"):
        run.wait(0.01)
    until(lambda: run.progress.running == 0, "the running ones end")
    seen = run.progress.done
    assert seen < 40
    assert not run.progress.ended
    time.sleep(0.5)
    assert run.progress.done == seen
    (small_disk / "filler").unlink()
    assert run.wait(120).counts() == {"done": 40}
    assert run.progress.waits == ""
    stored = Results.open(path)
    assert stored.dataset.identical(run.results.dataset)


def test_a_full_disk_is_told_where_there_is_no_widget(small_disk: Path) -> None:
    """A command that stood still said nothing."""
    filler, said = small_disk / "filler", []
    filler.write_bytes(b"\0" * 380_000)

    def say(words: str) -> None:
        said.append(words)
        filler.unlink(missing_ok=True)

    sweep = Sweep(arrays, x=np.arange(40.0), workers=WORKERS, store=small_disk / "results.sqlite")
    assert sweep.run(progress=False, say=say).counts() == {"done": 40}
    assert said
    assert "full. Make room; then the sweep goes on" in said[0]


def test_a_command_without_a_terminal_says_what_it_waits_for(tmp_path: Path) -> None:
    """In a batch job, say."""
    (tmp_path / "model.py").write_text("def model(x=1.0):\n    return x\n")
    store, command = Store(tmp_path / "results.sqlite"), [sys.executable, "-m", CLI]
    store.info()
    store.close()
    with contextlib.closing(sqlite3.connect(store.path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        process = subprocess.Popen(
            [*command, "run", "model.py:model", "--x", "1,2", "--store", str(store.path)],
            cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert process.stderr is not None
        assert "another process does not let go of it" in process.stderr.readline()
        other.execute("ROLLBACK")
    process.communicate(timeout=120)
    assert process.returncode == 0


def test_a_stop_while_the_disk_is_full(small_disk: Path) -> None:
    """What could not be stored was not seen, and counts as cancelled; that is said."""
    path = small_disk / "results.sqlite"
    (small_disk / "filler").write_bytes(b"\0" * 380_000)
    run = Sweep(arrays, x=np.arange(40.0), workers=WORKERS, store=path).start()
    until(lambda: run.progress.waits, "it says so")
    run.cancel()
    results = run.wait(5)
    assert run.progress.state == "cancelled"
    assert results.counts()["done"] == len(Results.open(path))
    assert "could not be stored before the stop" in run.progress.notice


@pytest.mark.parametrize("place", ["results.sqlite", "a/folder/results.sqlite"])
def test_a_new_store_on_a_full_disk_keeps_nothing_and_says_so(small_disk: Path, place: str) -> None:
    """The results are there all the same; once there is room, all of them are kept."""
    filler, gate = small_disk / "filler", small_disk.parent / "gate"
    fill_up(filler)
    path, name = small_disk / place, str(gate)

    def gated(x: float = 1.0) -> float:
        while x == 7.0 and not os.path.exists(name):
            time.sleep(0.01)
        return x

    run = Sweep(gated, x=np.arange(10.0), workers=WORKERS, store=path).start()
    until(lambda: run.progress.done == 9, "all but one")
    assert "Nothing of this sweep is kept" in run.progress.notice
    assert f"the disk of {path} is full" in run.progress.notice
    assert "goes on" not in run.progress.notice
    assert not run.progress.waits
    filler.unlink()
    gate.touch()
    assert run.wait(120).counts() == {"done": 10}
    assert "is kept" not in run.progress.notice
    assert Results.open(path).dataset.identical(run.results.dataset)


def test_a_new_store_on_a_disk_that_stays_full(small_disk: Path) -> None:
    """The end is as the sweep was: the notice stays, also with the results."""
    fill_up(small_disk / "filler")
    run = swept(lambda x=1.0: x, np.arange(10.0), small_disk / "results.sqlite")
    assert run.results.counts() == {"done": 10}
    assert "Nothing of this sweep is kept" in run.results.notice
    assert run.results.notice == run.progress.notice


def test_a_read_only_home_keeps_nothing_and_says_so(
    small_disk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A new store, and one that is there, of which results are found as ever."""
    path = small_disk / "results.sqlite"
    swept(lambda x=1.0: x, np.arange(5.0), path)
    Store(path).close()
    forget_open_files()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    for name, known in (("results.sqlite", 5), ("new.sqlite", 0), ("folder/new.sqlite", 0)):
        run = swept(lambda x=1.0: x, np.arange(10.0), small_disk / name)
        assert run.results.counts() == {"done": 10}
        assert run.progress.recalled == known
        assert "Nothing of this sweep is kept" in run.progress.notice
        assert str(small_disk / name) in run.progress.notice
    where = ["--store", str(small_disk / "new.sqlite")]
    assert main(["run", "cuba", "--size", "50", "--duration", "1", *where]) == 0
    assert "Nothing of this sweep is kept" in capsys.readouterr().err


@pytest.mark.parametrize("made", [False, True])
def test_a_stop_does_not_wait_for_a_store_that_is_locked(
    tmp_path: Path, made: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither before anything was recorded, nor after; what is not stored is told."""
    monkeypatch.setattr(database, "PATIENCE", 1000.0)
    path, gate = tmp_path / "results.sqlite", tmp_path / "gate"
    name = str(gate)
    Store(path).info()

    def gated(x: float = 1.0) -> float:
        while x > 0 and not os.path.exists(name):
            time.sleep(0.01)
        return x

    def lock() -> sqlite3.Connection:
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN EXCLUSIVE")
        return holder

    holder = None if made else lock()
    run = Sweep(gated, x=np.arange(6.0), workers=WORKERS, store=path).start()
    if made:
        until(lambda: run.progress.done == 1, "the first is stored")
        holder = lock()
        gate.touch()
        until(lambda: run.progress.running == 0, "the others are computed")
    assert holder is not None
    run.cancel()
    run.wait(120)
    holder.execute("ROLLBACK")
    holder.close()
    assert run.progress.state == "cancelled"
    if made:
        assert "5 finished simulations could not be stored before the stop" in run.progress.notice
        assert len(Results.open(path)) == run.results.counts()["done"] == 1


def test_a_store_that_is_locked_for_a_while_is_waited_for(tmp_path: Path) -> None:
    """Also where it is to say what is known: nothing is computed twice."""
    path, folder = tmp_path / "results.sqlite", tmp_path / "marks"
    swept(marking(folder), np.arange(5.0), path)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    run = Sweep(marking(folder), x=np.arange(10.0), workers=WORKERS, store=path).start()
    until(lambda: run.progress.waits, "it says so")
    assert "another process does not let go of it" in run.progress.waits
    holder.execute("ROLLBACK")
    holder.close()
    assert run.wait(120).counts() == {"done": 10}
    assert run.progress.recalled == 5
    assert marks(folder) == {float(x): 1 for x in range(10)}


def test_what_is_seen_is_on_the_disk(tmp_path: Path) -> None:
    """At every moment, as another process reads it."""
    path = tmp_path / "results.sqlite"
    run = Sweep(marking(tmp_path / "marks"), x=np.arange(60.0), workers=WORKERS, store=path).start()
    seen = 0
    for outcome in run:
        seen += 1
        if seen % 7 == 0:
            positions = {stored.job.position for stored in Results.open(path).outcomes}
            assert {one.job.position for one in run.outcomes_since(0)[:seen]} <= positions
            assert outcome.job.position in positions
    assert seen == 60


@pytest.mark.parametrize("what", ["moved", "damaged"])
def test_a_file_that_is_lost_meanwhile_is_written_anew(tmp_path: Path, what: str) -> None:
    """All of the sweep is in the new one, also what was stored before."""
    path, gate = tmp_path / "results.sqlite", tmp_path / "gate"
    name = str(gate)

    def gated(x: float = 1.0) -> float:
        while x == 7.0 and not os.path.exists(name):
            time.sleep(0.01)
        return x

    run = Sweep(gated, x=np.arange(20.0), workers=WORKERS, store=path).start()
    until(lambda: run.progress.done >= 10, "most of the others")
    seen = -1
    while seen != run.progress.done:  # nothing is being written: it would be written over
        seen = run.progress.done
        time.sleep(0.3)
    if what == "moved":
        path.rename(tmp_path / "moved.sqlite")
    else:
        size = path.stat().st_size
        with path.open("r+b") as file:
            file.write(os.urandom(size))
    gate.touch()
    assert run.wait(120).counts() == {"done": 20}
    assert Results.open(path).dataset.identical(run.results.dataset)
    if what == "damaged":
        assert "was damaged. It was set aside as" in run.progress.notice


def test_several_kernels_write_into_one_store(tmp_path: Path) -> None:
    """At the same time; every one's results are whole."""
    code = """
import sys
import numpy as np
from brian_sweep_widget import Sweep
def square(x=1.0):
    return x * x
first = float(sys.argv[1]) if len(sys.argv) > 1 else FIRST
run = Sweep(square, x=np.arange(first, first + 100), workers=2, store="../results.sqlite").start()
run.wait()
print(run.progress.done, run.progress.recalled)
"""
    processes = []
    for number in range(3):
        folder = tmp_path / str(number)
        folder.mkdir()
        processes.append(start_script(folder, code.replace("FIRST", str(50.0 * number))))
    for process in processes:
        shown, _ = process.communicate(timeout=300)
        assert shown.split()[0] == "100", shown
    store = Store(tmp_path / "results.sqlite")
    assert store.info().counts == {"done": 200}  # ranges overlap by half
    assert [dict(sweep.counts) for sweep in store.sweeps()] == [{"done": 100}] * 3


def test_a_kernel_killed_while_it_writes_leaves_a_good_file(tmp_path: Path) -> None:
    """Whatever it said was stored is there; a half transaction is taken back."""
    code = """
import numpy as np
from pathlib import Path
from brian_sweep_widget.results import Outcome, Value
from brian_sweep_widget.results.store import Entry, Store
from brian_sweep_widget.models.units import PLAIN_NUMBER
from brian_sweep_widget.sweeps import Job
store = Store(Path("results.sqlite"))
number = START
while True:
    job = Job((number,), {"x": float(number)}, number)
    value = Value(np.full(500, float(number)), PLAIN_NUMBER, "x")
    store.add("m", [Entry(number.to_bytes(20, "big"), Outcome(job, "done", {"x": value}))])
    print(number, flush=True)
    number += 1
"""
    acknowledged: list[int] = []
    for round_ in range(5):
        process = start_script(tmp_path, code.replace("START", str(1000 * round_)))
        assert process.stdout is not None
        acknowledged += [int(process.stdout.readline()) for _ in range(20 + 7 * round_)]
        time.sleep(0.003 * round_)
        process.send_signal(signal.SIGKILL)
        acknowledged += [int(line) for line in process.stdout.read().split("\n")[:-1] if line]
        process.wait()
        process.stdout.close()
    store = Store(tmp_path / "results.sqlite")
    from brian_sweep_widget.sweeps import Job

    wanted = [
        (number.to_bytes(20, "big"), Job((number,), {"x": float(number)}, number))
        for number in acknowledged
    ]
    found = store.find_many(wanted)
    assert len(found) == len(acknowledged)
    assert not store.notice


# What workers may do


def test_an_enormous_result_is_that_points_failure() -> None:
    """Told with its size and what to return instead."""

    def enormous(x: float = 1.0) -> Any:
        return np.zeros(80_000_000) if x == 2.0 else x

    results = Sweep(enormous, x=np.arange(4.0), workers=WORKERS).run(progress=False)
    assert results.counts() == {"done": 3, "failed": 1}
    assert "the results take 640 MB (allowed: 500 MB" in str(results.failures[0].failure)


def test_memory_that_cannot_be_had_is_that_points_failure() -> None:
    """Under a limit of the process; the worker goes on."""

    def greedy(x: float = 1.0) -> float:
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (6 * 2**30, hard))
        try:
            return float(np.ones(2**31).sum()) if x == 2.0 else x
        finally:
            resource.setrlimit(resource.RLIMIT_AS, (soft, hard))

    results = Sweep(greedy, x=np.arange(4.0), workers=WORKERS).run(progress=False)
    assert results.counts() == {"done": 3, "failed": 1}
    assert "MemoryError" in str(results.failures[0].failure)


def test_what_a_point_took_is_known() -> None:
    """Its memory, in the provenance."""

    def takes(x: float = 1.0) -> float:
        return float(np.ones(int(x)).sum())

    results = Sweep(takes, x=[1.0, 5e7], workers=WORKERS).run(progress=False)
    memory = {o.job.parameters["x"]: o.origin.memory for o in results.outcomes if o.origin}
    assert memory[5e7] > memory[1.0] + 3e8
    assert memory[1.0] > 1e7
