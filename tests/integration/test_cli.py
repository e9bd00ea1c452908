"""``brian-sweep run`` as a person uses it: in a process of its own."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from brian2 import ms, mV
from helpers import descendants, script_environment, until

from brian_sweep_widget import Results, Sweep, cuba
from brian_sweep_widget.cli import main
from brian_sweep_widget.models import CATALOGUE
from brian_sweep_widget.models.units import PLAIN_NUMBER
from brian_sweep_widget.results import Failure, Outcome, Value
from brian_sweep_widget.results.plot import plot
from brian_sweep_widget.results.store import open_store

SMALL = ("--size", "200", "--duration", "20", "--jobs", "2")
PNG = b"\x89PNG"

FUNCTIONS = """
import os
import threading

def fails_above(x=1.0, limit=2.0):
    if x > limit:
        raise ValueError(f"{x} is above {limit}")
    return {"twice": 2 * x, "minus": -x}

def needs(weight):
    return {"doubled": 2 * weight}

def only_arrays(x=1.0):
    return [x, 2 * x]

def crashes(x=1.0):
    if x > 1:
        os._exit(3)
    return x

def with_a_lock():
    lock = threading.Lock()

    def inner(x=1.0):
        return x if lock else 0.0

    return inner

holds_a_lock = with_a_lock()
"""


def command(*arguments: str) -> list[str]:
    """Give the command as a shell would start it."""
    return [sys.executable, "-m", "brian_sweep_widget.cli", *arguments]


def cli(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        command(*arguments),
        cwd=folder,
        env=script_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.fixture
def functions(tmp_path: Path) -> Path:
    """Write a file of functions to sweep, in the folder where commands run."""
    path = tmp_path / "functions.py"
    path.write_text(FUNCTIONS, encoding="utf-8")
    return path


def test_a_sweep_gives_the_notebooks_numbers_in_every_file(tmp_path: Path) -> None:
    sweep = ("run", "cuba", *SMALL, "--excitatory-weight", "0:4:3", "--trials", "2", "--seed", "5")
    for suffix in ("csv", "json", "nc"):
        finished = cli(tmp_path, *sweep, "--output", f"curve.{suffix}", "--plot", "curve.png")
        assert finished.returncode == 0, finished.stderr
        assert f"wrote curve.{suffix}" in finished.stdout
        assert "6 of 6 done, 0 failed" in finished.stdout
        assert "2 workers, compiled" in finished.stdout
        # No progress bar where there is no terminal; what is not yet known is told.
        told = finished.stderr.splitlines()
        assert [line for line in told if not line.startswith("The last digit may")] == []
    weights = np.linspace(0, 4, 3) * mV
    notebook = Sweep(cuba, excitatory_weight=weights, size=200, duration=20 * ms, trials=2, seed=5)
    expected = notebook.run(progress=False).dataset["spike_count"].to_numpy()

    table = pd.read_csv(tmp_path / "curve.csv")
    assert table["spike_count"].to_numpy().reshape(3, 2).tolist() == expected.tolist()
    assert table["excitatory_weight (mV)"].tolist() == [0, 0, 2, 2, 4, 4]
    rows = json.loads((tmp_path / "curve.json").read_text(encoding="utf-8"))["rows"]
    assert [row["spike_count"] for row in rows] == expected.ravel().tolist()
    for suffix in ("nc",):
        dataset = xr.load_dataset(tmp_path / f"curve.{suffix}", engine="h5netcdf")
        np.testing.assert_array_equal(dataset["spike_count"], expected)
    assert (tmp_path / "curve.png").read_bytes().startswith(PNG)


def test_without_a_file_the_means_are_shown(functions: Path) -> None:
    finished = cli(functions.parent, "run", "functions:fails_above", "--x=-1:1:3", "--trials", "2")
    assert finished.returncode == 0, finished.stderr
    lines = finished.stdout.splitlines()
    assert [cells.split() for cells in lines[1:4]] == [
        ["-1", "-2", "1"],
        ["0", "0", "0"],
        ["1", "2", "-1"],
    ]
    assert len({len(cells) for cells in lines[:4]}) == 1  # aligned
    assert lines[4].startswith("6 of 6 done")


def test_the_classic_curve_is_swept_by_default(tmp_path: Path) -> None:
    finished = cli(tmp_path, "run", *SMALL)
    assert finished.returncode == 0, finished.stderr
    lines = finished.stdout.splitlines()
    assert "Excitatory weight (mV)" in lines[0]
    assert [float(row.split()[0]) for row in lines[1:21]] == pytest.approx(
        np.linspace(0, 4, 20), rel=1e-5
    )
    assert "20 of 20 done" in lines[21]


def test_units_of_parameters_without_default(functions: Path) -> None:
    finished = cli(functions.parent, "run", "functions.py:needs", "--weight", "-2:2:3 mV")
    assert finished.returncode == 0, finished.stderr
    header, *rows = finished.stdout.splitlines()
    assert header.split() == ["Weight", "(mV)", "Doubled", "(V)"]
    assert [row.split() for row in rows[:3]] == [["-2", "-0.004"], ["0", "0"], ["2", "0.004"]]


def test_failed_points_are_told(functions: Path) -> None:
    finished = cli(
        functions.parent, "run", "functions:fails_above", "--x", "0:10:11", "--plot", "curve.svg"
    )
    assert finished.returncode == 1
    assert "3 of 11 done, 8 failed" in finished.stdout
    assert finished.stderr.count("Traceback (most recent call last)") == 1
    assert "functions.py" in finished.stderr
    assert finished.stderr.count("failed at x = ") == 5
    assert "and 3 more" in finished.stderr
    assert "<svg" in (functions.parent / "curve.svg").read_text(encoding="utf-8")


def test_a_point_that_kills_its_worker_is_lost(functions: Path) -> None:
    finished = cli(functions.parent, "run", "functions:crashes", "--x", "0,1,2", "--jobs", "2")
    assert finished.returncode == 1
    assert "2 of 3 done, 0 failed, 1 lost" in finished.stdout
    assert "lost at x = 2" in finished.stderr


def test_arrays_cannot_be_drawn_but_are_kept(functions: Path) -> None:
    finished = cli(
        functions.parent,
        *("run", "functions:only_arrays", "--x", "1,2"),
        *("--plot", "curve.html", "--output", "curve.csv"),
    )
    assert finished.returncode == 1
    assert "curve.html could not be drawn: only single numbers" in finished.stderr
    assert pd.read_csv(functions.parent / "curve.csv")["status"].tolist() == ["done", "done"]


def test_arrays_are_kept_in_netcdf(functions: Path) -> None:
    finished = cli(
        functions.parent, "run", "functions:only_arrays", "--x", "1,2", "--output", "curve.nc"
    )
    assert finished.returncode == 0, finished.stderr
    dataset = xr.load_dataset(functions.parent / "curve.nc", engine="h5netcdf")
    assert dataset["only_arrays"].to_numpy()[:, 0].tolist() == [[1, 2], [2, 4]]


def test_missing_libraries_are_told_before_the_sweep(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr("brian_sweep_widget.results.files.find_spec", lambda _: None)
    for option, name, said in (
        ("--output", "x.nc", "h5py"),
        ("--output", "x.parquet", "pyarrow"),
        ("--plot", "x.png", "[plot]"),
    ):
        assert main(["run", option, str(tmp_path / name)]) == 2
        assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "COMMAND"),
        (("walk",), "invalid choice: 'walk'"),
        (("run", "no_model"), "no model 'no_model' (allowed: cuba"),
        (("run", "--size", "many"), "--size: 'many' is not a value"),
        (("run", "--excitatory-weight", "3ms"), "wrong unit ms"),
        (("run", "--siz", "100"), "unrecognized arguments: --siz"),
        (("run", "--trials", "0"), "trials = 0 is too small"),
        (("run", "--jobs", "0"), "--jobs: 0 is too small"),
        (("run", "--trials", "1.5"), "--trials: '1.5' is no whole number (allowed: a whole"),
        (("run", "--seed", "2*3"), "--seed: '2*3' is to be computed"),
        (("run", "--time-limit", "3mV"), "--time-limit: '3mV' has the wrong unit mV"),
        (("run", "--time-limit", "nan"), "units such as s); without a limit, write inf"),
        (("run", "--time-limit", "-5"), "time_limit = -5.0 is not above zero (allowed: seconds"),
        (("run", "--time-limit", "1e400"), "--time-limit: '1e400' is too large to be a number"),
        (("run", "--time-limit", "True"), "--time-limit: 'True' is not a number"),
        (("run", "--store", "."), "store = '.' is a folder (allowed: a file's name"),
        (("run", "functions.py:fails_above", "--store", "/dev/null"), "store = '/dev/null' is no"),
        (("run", "--size", "4,000"), "--size: '4,000' has 000, which begins with 0"),
        (("run", "--engine", "warp"), "invalid choice: 'warp'"),
        (("run", "functions:fails_above", "--engine", "cython"), "plain function"),
        (("run", "functions:holds_a_lock"), "cannot be sent to the workers"),
        (("run", "--output", "curve.xls"), "no known suffix (allowed: .csv, .json, .nc, .parquet)"),
        (("run", "--output", "nowhere/curve.csv"), "no folder 'nowhere'"),
        (("run", "--plot", "curve.gif"), "no known suffix (allowed: .html, .pdf, .png, .svg)"),
        (("run", "--plot", "p.png", "--excitatory-weight", "1"), "nothing is swept"),
        (("lab", "missing.ipynb"), "no notebook 'missing.ipynb'"),
        (("lab", "functions.py"), "no notebook (allowed: a file that ends in .ipynb)"),
    ],
)
def test_wrong_usage_is_told_in_words(
    functions: Path, arguments: tuple[str, ...], said: str
) -> None:
    finished = cli(functions.parent, *arguments)
    assert finished.returncode == 2
    assert said in finished.stderr
    assert finished.stderr.startswith("usage: brian-sweep")
    assert "Traceback" not in finished.stderr
    assert finished.stdout == ""
    assert sorted(path.suffix for path in functions.parent.iterdir() if path.is_file()) == [".py"]


@pytest.mark.parametrize(
    ("raised", "said"),
    [("SystemExit('bye')", "SystemExit: bye"), ("KeyboardInterrupt", "KeyboardInterrupt"),
     ("Odd('now')", "Odd: now")],
)  # fmt: skip
def test_models_may_raise_what_ends_a_process(functions: Path, raised: str, said: str) -> None:
    """Where they are loaded, and where they compute; it is an error as any other."""
    odd = f"class Odd(BaseException): ...\ndef model(x=1.0):\n    raise {raised}\n"
    functions.write_text(odd, encoding="utf-8")
    ran = cli(functions.parent, "run", "functions.py:model", "--jobs", "1")
    assert (ran.returncode, said in ran.stderr) == (1, True), ran.stderr
    assert "0 of 1 done, 1 failed" in ran.stdout
    functions.write_text(f"{odd}raise {raised}\n", encoding="utf-8")
    for named in ("functions.py:model", "functions:model"):
        ran = cli(functions.parent, "run", named)
        assert (ran.returncode, "Traceback" in ran.stderr) == (2, False)
        assert f"cannot be imported: {said} (" in ran.stderr
        assert ", line 4)" in ran.stderr


@pytest.mark.parametrize(
    ("redirected", "status", "said"),
    [
        (">/dev/full", 1, "standard output cannot be written: No space left on device."),
        (">&-", 1, "standard output cannot be written: it is closed."),
        ("| sh -c 'exec <&-'", 1, "standard output cannot be written: Broken pipe."),
        (">&- 2>&-", 1, ""),
        ("2>&-", 0, ""),
        ("2>/dev/full", 0, ""),
        ("<&-", 0, ""),
    ],
)
def test_an_output_that_cannot_be_written_is_told(
    functions: Path, redirected: str, status: int, said: str
) -> None:
    """In words, where that is possible; the results are in the store."""
    line = shlex.join(command("run", "functions.py:needs", "--weight", "1:2:2", "--jobs", "1"))
    for number in (0, 2):
        ran = subprocess.run(
            ["bash", "-c", f"set -o pipefail; {line} --store kept.sqlite {redirected}"],
            cwd=functions.parent,
            env=script_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert ran.returncode == status, ran.stderr
        assert said in ran.stderr
        assert "Traceback" not in ran.stderr
        assert not said or ran.stderr.count("\n") == 1
        store = open_store(functions.parent / "kept.sqlite")
        assert store is not None
        assert store.info().counts == {"done": 2}
        if status == 0 and number:
            assert "2 known before" in ran.stdout


def test_an_output_that_lacks_a_character_shows_an_escape(functions: Path) -> None:
    functions.write_text("def fläche(größe=1.0):\n    return größe\n", encoding="utf-8")
    ran = subprocess.run(
        command("run", "functions:fläche", "--größe", "1,2"), cwd=functions.parent,
        env={**script_environment(), "PYTHONIOENCODING": "ascii"}, capture_output=True,
        encoding="ascii", timeout=300, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert "Gr\\xf6\\xdfe" in ran.stdout
    assert "2 of 2 done" in ran.stdout


def test_help_names_the_models_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    main(["run", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert f"one of {', '.join(CATALOGUE)} (default: cuba)" in told


@pytest.mark.parametrize("asked", [["--help"], ["--version"], ["cache", "info"], ["run", "--help"]])
def test_help_that_cannot_be_shown_is_told(tmp_path: Path, asked: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            command(*asked), cwd=tmp_path, env=script_environment(), stdin=subprocess.DEVNULL,
            stdout=full, stderr=subprocess.PIPE, text=True, timeout=300, check=False,
        )  # fmt: skip
    assert ran.returncode == 1
    assert ran.stderr.startswith("brian-sweep: standard output cannot be written: No space left")
    assert ran.stderr.count("\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_an_interrupt_keeps_what_is_finished(functions: Path) -> None:
    # The file appears when the first point is done: written by the point itself.
    marker = functions.parent / "first-done"
    functions.write_text(
        "import pathlib, time\n"
        "def slow(x=1.0):\n"
        "    if x > 0:\n"
        f"        pathlib.Path({str(marker)!r}).touch()\n"
        "        time.sleep(600)\n"
        "    return x\n",
        encoding="utf-8",
    )
    process = subprocess.Popen(
        command("run", "functions:slow", "--x", "0,1,2", "--jobs", "1", "--output", "part.csv"),
        cwd=functions.parent,
        env=script_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until(marker.exists, "the second point runs")
    family = descendants(process.pid)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=300)
    assert process.returncode == 130, stderr
    assert "interrupted; what is finished is in part.csv" in stderr
    assert "Traceback" not in stderr
    assert "1 of 3 done, 0 failed, 2 cancelled" in stdout
    assert pd.read_csv(functions.parent / "part.csv")["status"].tolist().count("done") == 1
    until(lambda: not family & descendants(os.getpid()), "its workers are gone", 10.0)


def _partial_results() -> Results:
    """One measured, one failed, one lost and one missing point on two lines."""
    sweep = Sweep(cuba, excitatory_weight=[0, 1, 2, 3] * mV, size=[100, 200], trials=2)
    outcomes = []
    for number, job in enumerate(sweep.jobs()):
        if number % 4 == 0:
            spikes = np.array(float(number))
            values = {
                "train": Value(np.arange(3.0), PLAIN_NUMBER, "Train"),
                "spikes": Value(spikes, PLAIN_NUMBER, "Spikes"),
            }
            outcomes.append(Outcome(job, "done", values))
        elif number % 4 == 1:
            outcomes.append(Outcome(job, "failed", failure=Failure("ValueError", "no")))
    return sweep._results(outcomes)


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
@pytest.mark.filterwarnings("error:.*layout.*:UserWarning")
def test_partial_results_are_drawn(tmp_path: Path, suffix: str) -> None:
    path = plot(_partial_results(), tmp_path / f"curve{suffix}")
    assert path.stat().st_size > 1000


def test_a_chart_without_curve_is_refused(tmp_path: Path) -> None:
    results = _partial_results()
    with pytest.raises(ValueError, match="'train' cannot be drawn \\(allowed: spikes\\)"):
        plot(results, tmp_path / "x.png", "train")
    with pytest.raises(ValueError, match="no known suffix"):
        plot(results, tmp_path / "x.gif")
    point = Sweep(cuba, excitatory_weight=1 * mV)
    with pytest.raises(ValueError, match="nothing is swept"):
        plot(point._results([]), tmp_path / "x.png")
    with pytest.raises(ValueError, match="no simulation has given a result"):
        plot(Sweep(cuba, size=[10, 20])._results([]), tmp_path / "x.png")
    assert not list(tmp_path.iterdir())
