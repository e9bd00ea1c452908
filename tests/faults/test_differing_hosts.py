"""Hosts that are not like this computer: without Brian, with another compiler, with no compiler."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from brian2 import mV
from helpers import until
from lan import Computer, Lan

from brian_sweep_widget import Cluster, Run, Sweep, cuba

ROOT = Path(__file__).resolve().parents[2]
# All that a host needs which only runs compiled programs.
LEAN = (
    *("cloudpickle", "distributed", "filelock", "joblib", "numpy", "platformdirs", "psutil"),
    "traitlets",
)
WEIGHTS = np.linspace(0, 4, 5) * mV


@pytest.fixture(scope="module")
def lan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lan]:
    """A network without hosts yet."""
    with Lan(tmp_path_factory.mktemp("lan")) as network:
        yield network


@pytest.fixture(autouse=True)
def _credentials(lan: Lan, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("BRIAN_SWEEP_CREDENTIALS", str(lan.credentials))
    yield
    for computer in lan.computers:
        computer.stop()


def sweep_at(computer: Computer, trials: int = 20, **options: Any) -> Sweep:
    cluster = Cluster([computer.address], **{"local": False, "when_gone": "wait", **options})
    return Sweep(cuba, excitatory_weight=WEIGHTS, size=200, trials=trials, cluster=cluster)


def engines_of(run: Run) -> Counter[tuple[str, str]]:
    """Say how many jobs each host computed, and with what."""
    origins = [one.origin for one in run.results.outcomes if one.origin is not None]
    return Counter((origin.host, origin.engine) for origin in origins)


def test_a_host_needs_no_brian(lan: Lan, tmp_path: Path) -> None:
    """A compiler and this package do; what needs Brian goes elsewhere, and that is told."""
    python = tmp_path / "lean" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", python.parents[1]], check=True)
    uv = (sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", str(python))
    pinned = ("--constraint", str(ROOT / "constraints.txt"))
    subprocess.run([*uv, *pinned, "--no-deps", "--editable", str(ROOT)], check=True)
    subprocess.run([*uv, *pinned, *LEAN], check=True)
    found = subprocess.run([python, "-c", "import brian2"], check=False, capture_output=True)
    assert found.returncode
    computer = lan.computer("lean")
    computer.python = str(python)
    computer.serve(2)
    run = sweep_at(computer).start()
    assert run.wait(120).counts() == {"done": 100}
    assert engines_of(run) == {("lean", "compiled"): 100}
    values = {one.job.seed: one.values for one in run.results.outcomes}
    local = Sweep(cuba, excitatory_weight=WEIGHTS, size=200, trials=20).run(progress=False)
    for outcome in local.outcomes:
        for name, value in outcome.values.items():
            assert np.array_equal(values[outcome.job.seed][name].si, value.si, equal_nan=True)
    assert run.results.outcomes[0].origin is not None
    assert "brian2" not in run.results.outcomes[0].origin.versions
    runtime = Sweep(
        cuba, excitatory_weight=WEIGHTS, size=100, engine="numpy", workers=2,
        cluster=[computer.address],
    ).start()  # fmt: skip
    assert runtime.wait(120).counts() == {"done": 5}
    assert engines_of(runtime).keys() == {(socket.gethostname(), "runtime (numpy)")}
    assert "lean takes no part in CUBA network: it has no Brian 2" in runtime.progress.notice


def compiler_with(folder: Path, *flags: str) -> dict[str, str]:
    """Make a compiler that has its own mind."""
    file = folder / "g++-other"
    file.write_text(f'#!/bin/sh\nexec g++ "$@" {" ".join(flags)}\n')
    file.chmod(0o755)
    return {"CXX": str(file)}


def test_other_digits_are_left_out_or_marked(lan: Lan, tmp_path: Path) -> None:
    """Never mixed in unseen, and never taken for what this computer computes."""
    computer = lan.computer("other")
    computer.extra.update(compiler_with(tmp_path, "-O1 -fno-fast-math -ffp-contract=off"))
    computer.serve(2)
    out = sweep_at(computer, local=True).start()
    until(lambda: "last digits" in out.progress.notice, "the person is told")
    assert "other takes no part" in out.progress.notice
    assert engines_of(out).keys() <= {(socket.gethostname(), "compiled")}
    out.wait(120)
    store = tmp_path / "store.sqlite"
    marking = Cluster([computer.address], local=False, when_gone="wait", differing="mark")
    marked = Sweep(cuba, excitatory_weight=WEIGHTS, size=200, cluster=marking, store=store).start()
    assert marked.wait(120).counts() == {"done": 5}
    assert engines_of(marked) == {("other", "compiled, other digits"): 5}
    assert "not reused" in marked.progress.notice
    # What it gave is not what a sweep here would find.
    here = Sweep(cuba, excitatory_weight=WEIGHTS, size=200, store=store).start()
    here.wait(120)
    assert here.progress.recalled == 0
    # What is computed here is what hosts need not compute again.
    again = Sweep(cuba, excitatory_weight=WEIGHTS, size=200, cluster=marking, store=store).start()
    again.wait(120)
    assert again.progress.recalled == 5


def test_a_function_that_gives_other_numbers_there(lan: Lan, tmp_path: Path) -> None:
    """One point of it is computed on both sides, before any number of the host's counts."""
    computer = lan.computer("strange")
    computer.serve(2)
    end = str(tmp_path / "end")

    def level(x: float = 1.0) -> float:
        if not os.path.exists(end):
            time.sleep(0.1)
        return x * (1 + 1e-15 * (socket.gethostname() == "strange"))

    sweep = {"x": np.arange(1.0, 1001.0), "workers": 1}
    out = Sweep(level, cluster=[computer.address], store=None, **sweep).start()
    until(lambda: "strange takes no part" in out.progress.notice, "the person is told")
    (tmp_path / "end").touch()
    assert "differ from those of this computer: level (" in out.progress.notice
    out.wait(120)
    assert engines_of(out) == {(socket.gethostname(), "plain function"): 1000}
    assert [float(one.values["level"].si) for one in out.results.outcomes] == [
        one.job.parameters["x"] for one in out.results.outcomes
    ]
    marking = Cluster([computer.address], local=False, when_gone="wait", differing="mark")
    marked = Sweep(level, x=np.arange(1.0, 5.0), cluster=marking, store=None).start()
    assert marked.wait(120).counts() == {"done": 4}
    assert engines_of(marked) == {("strange", "plain function, other digits"): 4}


def test_a_function_that_is_another_each_time(lan: Lan) -> None:
    """Nothing can be compared then, and the host is used."""
    computer = lan.computer("fickle")
    computer.serve(2)

    def clock(x: float = 1.0) -> float:
        return x * time.time()

    cluster = Cluster([computer.address], local=False, when_gone="wait")
    run = Sweep(clock, x=np.arange(1.0, 5.0), cluster=cluster, store=None).start()
    assert run.wait(120).counts() == {"done": 4}
    assert engines_of(run).keys() == {("fickle", "plain function")}


def test_a_host_without_a_compiler_takes_no_part(lan: Lan, tmp_path: Path) -> None:
    """It is named, with what to install there."""
    computer = lan.computer("bare")
    computer.extra["CXX"] = str(tmp_path / "none")
    computer.serve(2)
    run = sweep_at(computer, trials=400, local=True).start()
    until(lambda: "bare takes no part" in run.progress.notice, "the person is told")
    assert "no C++ compiler" in run.progress.notice
    run.wait(120)
    assert engines_of(run).keys() == {(socket.gethostname(), "compiled")}


def test_a_sweep_that_no_host_takes(lan: Lan, tmp_path: Path) -> None:
    """It says which simulation waits and why; or this computer goes on, if it may."""
    computer = lan.computer("unfit")
    computer.extra["CXX"] = str(tmp_path / "none")
    computer.serve(2)
    run = sweep_at(computer).start()
    until(lambda: "simulation" in run.progress.waits, "the person is told", tell=lambda: run)
    assert "none takes simulation (0, 0)" in run.progress.waits
    assert "no C++ compiler" in run.progress.waits
    run.cancel()
    assert run.wait(20).counts() == {"cancelled": 100}
    here = sweep_at(computer, when_gone="local").start()
    assert here.wait(120).counts() == {"done": 100}
    assert engines_of(here).keys() == {(socket.gethostname(), "compiled")}


def test_a_cache_that_is_cleared_meanwhile(lan: Lan) -> None:
    """The host builds anew, and nobody loses a point."""
    computer = lan.computer("forgetful")
    computer.serve(2)
    assert sweep_at(computer, trials=1).start().wait(120).counts() == {"done": 5}
    os.rename(computer.folder / "builds", computer.folder / "gone")
    run = sweep_at(computer, trials=1).start()
    assert run.wait(120).counts() == {"done": 5}
    assert engines_of(run) == {("forgetful", "compiled"): 5}


def test_discovery_to_first_result(lan: Lan, monkeypatch: pytest.MonkeyPatch) -> None:
    """A prepared host that announces itself is found, checked and used."""
    computer = lan.computer("loud")
    computer.serve(2, "--announce")
    cluster = Cluster("*", local=False, when_gone="wait")

    def where(x: float = 0.0) -> float:
        time.sleep(0.05)
        return x

    run = Sweep(where, x=np.arange(10.0), cluster=cluster).start()
    assert run.wait(120).counts() == {"done": 10}
    assert engines_of(run).keys() == {("loud", "plain function")}
