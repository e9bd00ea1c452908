"""Settings travel as plain text, and mean the same on any computer."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import warnings
from pathlib import Path

import mpmath
import numpy as np
import pytest
from brian2 import Network, NeuronGroup, ms

from brian_sweep_widget import network_model
from brian_sweep_widget.engines import written_settings
from brian_sweep_widget.engines.context import BrianContext
from brian_sweep_widget.engines.packing import pack
from brian_sweep_widget.engines.process_settings import ProcessSettings, missing_folder_told
from brian_sweep_widget.engines.runtime import RuntimeEngine
from brian_sweep_widget.engines.worker import compute
from brian_sweep_widget.limits import Limits
from brian_sweep_widget.results import Failure
from brian_sweep_widget.sweeps import Job

NOT_FOUND = Failure("FileNotFoundError", "No such file: w.txt")


def changed(**about: object) -> ProcessSettings:
    """Give the settings of this process with some that are others."""
    return ProcessSettings(json.dumps({**json.loads(ProcessSettings.here().written), **about}))


def test_equal_settings_are_equal_bytes() -> None:
    """Or a model would be traced anew for nothing."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="some", module="thing")
        first = ProcessSettings.here()
        second = ProcessSettings.here()
    assert first.written == second.written


def test_own_settings_change_nothing(tmp_path: Path) -> None:
    before = os.getcwd(), dict(os.environ), sys.path[:], list(warnings.filters)
    with ProcessSettings.here().in_force():
        assert (os.getcwd(), dict(os.environ), sys.path[:], list(warnings.filters)) == before


def test_without_any_a_process_stays_as_it_is() -> None:
    folder = os.getcwd()
    with ProcessSettings().in_force():
        assert os.getcwd() == folder


def test_another_process_takes_them_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables, also odd ones, filters with patterns and categories, folders of modules."""
    monkeypatch.setenv("ODD_VARIABLE", "a\nb\udcff=")
    monkeypatch.delenv("PATH")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with warnings.catch_warnings(), np.errstate(over="raise"):
        warnings.filterwarnings("error", message="doubtful .*", category=RuntimeWarning)
        written = ProcessSettings.here().written
    monkeypatch.undo()
    code = """
import os, sys, warnings
import numpy as np
from brian_sweep_widget.engines import written_settings
from brian_sweep_widget.engines.process_settings import ProcessSettings
before = os.getcwd(), dict(os.environ), sys.path[:], list(warnings.filters)
with ProcessSettings(sys.stdin.read()).in_force():
    action, message, category, module, line = warnings.filters[0]
    print([ascii(os.environ["ODD_VARIABLE"]), "PATH" in os.environ, os.getcwd(), sys.path[0],
           action, message.pattern, category.__name__, module, np.geterr()["over"]])
assert before == (os.getcwd(), dict(os.environ), sys.path[:], list(warnings.filters))
"""
    told = subprocess.run(
        [sys.executable, "-c", code], input=written, capture_output=True, text=True, check=True
    ).stdout
    there = str(tmp_path)
    places = [r"'a\nb\udcff='", False, there, there]
    taken = ["error", "doubtful .*", "RuntimeWarning", None, "raise"]
    assert told.strip() == str([*places, *taken])


def test_on_a_host_its_own_modules_stay(tmp_path: Path) -> None:
    """And those of the kernel's folders that are there, too, are found after its first."""
    sys.path.append("/only/here")
    try:
        path = ["/the/kernels", "/its/library", "/more/of/it"]
        users = ["/the/kernels", "/more/of/it"]
        with changed(host="another", path=path, users=users).in_force():
            assert sys.path[0] == "/the/kernels"
            assert sys.path[-1] == "/more/of/it"
            assert "/only/here" in sys.path
            assert "/its/library" not in sys.path
        with changed(path=path, users=users).in_force():
            assert sys.path == path
    finally:
        sys.path.remove("/only/here")


def test_a_folder_that_is_not_there_is_an_empty_one(tmp_path: Path) -> None:
    """A new one for every job, so that nothing is read that another job wrote."""
    before = os.getcwd()
    settings = changed(host="another", folder=str(tmp_path / "there"))
    for _ in range(2):
        with settings.in_force():
            assert os.listdir() == []
            Path("w.txt").write_text("1")
            scratch = os.getcwd()
            told = missing_folder_told(NOT_FOUND).message
        assert not os.path.exists(scratch)
        assert os.getcwd() == before
    assert "w.txt" in told
    assert str(tmp_path / "there") in told
    assert socket.gethostname() in told


def test_a_host_that_lacks_a_file_is_named() -> None:
    with changed(host="another").in_force():
        told = missing_folder_told(NOT_FOUND).message
        other = missing_folder_told(Failure("ValueError", "wrong")).message
    assert "w.txt" in told
    assert f"on the computer {socket.gethostname()} the file is not there" in told
    assert other == "wrong"
    with changed().in_force():
        assert missing_folder_told(NOT_FOUND) == NOT_FOUND


def test_a_measures_missing_file_is_told_like_the_models() -> None:
    """It may be read after the run, on a host that lacks it."""

    @network_model(duration=1 * ms)
    def model() -> Network:
        return Network(NeuronGroup(1, "v : 1"))

    @model.measure()
    def weight(_network: Network) -> float:
        return float(Path("not_here_at_all.txt").read_text())

    @model.measure()
    def one(_network: Network) -> float:
        return 1.0

    context = BrianContext()
    engine = RuntimeEngine(model, model.parameters({}), context, "numpy", Limits())
    engine.settings = changed(host="another")
    outcome = compute(pack(engine), Job((0,), {"duration": 1e-3}, seed=1))
    assert set(outcome.values) == {"one"}
    assert "the file is not there" in outcome.failures["weight"].message


def test_without_any_nothing_is_decided() -> None:
    """As for measures, which travel in an engine that has some."""
    assert ProcessSettings().deciding(b"environ decimal") == []


def test_what_does_not_travel_does_not_decide() -> None:
    """A function of the kernel's that numpy calls has no part in what workers compute."""
    usual = ProcessSettings.here().deciding(b"")
    with np.errstate(divide="call"):
        assert ProcessSettings.here().deciding(b"") == usual
    with np.errstate(divide="raise"):
        assert ProcessSettings.here().deciding(b"") != usual


def test_mpmaths_precision_decides_what_it_computes() -> None:
    """Of models that use it."""
    usual = ProcessSettings.here()
    with mpmath.workdps(50):
        finer = ProcessSettings.here()
    assert finer.deciding(b"") == usual.deciding(b"") == usual.deciding(b"mpmath")
    assert finer.deciding(b"mpmath") != usual.deciding(b"mpmath")


def test_variables_of_the_kernels_start_decide_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of code that reads variables, by their whole names: the next kernel may start with others."""
    found = []
    for text in ("2", "3"):
        monkeypatch.setenv("SCALE_OF_TEST", text)
        monkeypatch.setitem(written_settings.VARIABLES_AT_FIRST, "SCALE_OF_TEST", text)
        settings = ProcessSettings.here()
        found.append(settings.deciding(b"environ \x0dSCALE_OF_TEST\x94"))
        assert ["SCALE_OF_TEST", text] in found[-1]
        for code in (b"SCALE_OF_TEST", b"environ MY_SCALE_OF_TEST SCALE_OF_TESTS"):
            assert ["SCALE_OF_TEST", text] not in settings.deciding(code)
    assert found[0] != found[1]
