"""``brian-sweep store`` as a person uses it, and ``run`` with a store."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from brian_sweep_widget import Results, Sweep
from brian_sweep_widget.cli import main
from brian_sweep_widget.results.store import Store


def square(x: float = 1.0) -> dict[str, object]:
    """Fail at 3; have a number and an array."""
    if x == 3.0:
        message = "three"
        raise ValueError(message)
    return {"square": x * x, "many": np.full(3, x)}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a store with two sweeps."""
    path = tmp_path_factory.mktemp("store") / "results.sqlite"
    Sweep(square, x=np.arange(4.0), workers=2, store=path).run(progress=False)
    Sweep(square, x=np.arange(6.0), workers=2, store=path).run(progress=False)
    return path


def test_info_lists_sweeps_and_counts(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line for each sweep, and one for all."""
    assert main(["store", "info", str(filled)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["model", "began", "simulations", "stored"]
    assert lines[1].startswith("1  square")
    assert lines[1].endswith("4            3 done, 1 failed")
    assert lines[2].endswith("6            5 done, 1 failed")
    assert lines[3].startswith("6 simulations; 5 done, 1 failed; from ")
    assert "plain function" in lines[3]
    assert str(filled) in lines[3]


@pytest.mark.parametrize("suffix", [".csv", ".json", ".nc", ".parquet"])
def test_export_writes_a_sweep(filled: Path, tmp_path: Path, suffix: str) -> None:
    """As `Results.save` does; the latest one, or one by its number."""
    latest, first = tmp_path / f"latest{suffix}", tmp_path / f"first{suffix}"
    assert main(["store", "export", str(latest), "--store", str(filled)]) == 0
    assert main(["store", "export", str(first), "--store", str(filled), "--sweep", "1"]) == 0
    if suffix == ".csv":
        assert len(pd.read_csv(latest)) == 6
        assert pd.read_csv(first)["square"].tolist()[:3] == [0.0, 1.0, 4.0]
    elif suffix == ".json":
        assert len(json.loads(latest.read_text())["rows"]) == 6
    elif suffix == ".parquet":
        assert len(pd.read_parquet(latest)) == 6
    else:
        with xr.open_dataset(latest, engine="h5netcdf") as dataset:
            np.testing.assert_array_equal(dataset["square"], Results.open(filled).dataset["square"])


def test_export_writes_everything(filled: Path, tmp_path: Path) -> None:
    """Every simulation, with its provenance."""
    output = tmp_path / "all.csv"
    assert main(["store", "export", "--all", str(output), "--store", str(filled)]) == 0
    with output.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 6
    by_x = {json.loads(row["parameters"])["x"]: row for row in rows}
    assert float(by_x[5.0]["square"]) == 25.0
    assert by_x[3.0]["status"] == "failed"
    assert by_x[3.0]["error"] == "ValueError: three"
    assert "python" in json.loads(by_x[5.0]["versions"])
    assert "many" not in rows[0]


def test_merge_takes_over(filled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From several files; a second time there is nothing new."""
    into = tmp_path / "into.sqlite"
    for told in ("6 results taken over, 0 were there", "0 results taken over, 6 were there"):
        assert main(["store", "merge", str(filled), "--into", str(into)]) == 0
        assert told in capsys.readouterr().out
    assert len(Results.open(into)) == 6
    assert Results.open(into).dataset.identical(Results.open(filled).dataset)


def test_somebodys_own_text_is_no_store(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slip of the hand, such as another option's file: it was taken for a damaged store."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.csv").write_text("x,y\n1,2\n")
    assert main(["run", "cuba", "--size", "100", "--duration", "1", "--store", "notes.csv"]) == 1
    told = capsys.readouterr().err
    assert "notes.csv is a text, and no store of results: give another name" in told
    assert "controller" not in told
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [
        ("notes.csv", "x,y\n1,2\n")
    ]


def test_merge_of_a_damaged_file_says_so(
    filled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What can be read is taken over; the exit status says that it is not all."""
    damaged = tmp_path / "damaged.sqlite"
    contents = bytearray(filled.read_bytes())
    at = contents.index(b"three")
    contents[at : at + 5] = b"seven"
    damaged.write_bytes(bytes(contents))
    assert main(["store", "merge", str(damaged), "--into", str(tmp_path / "into.sqlite")]) == 1
    assert "5 results taken over" in capsys.readouterr().err
    assert main(["store", "export", str(tmp_path / "x.csv"), "--store", str(damaged)]) == 1
    assert "is damaged" in capsys.readouterr().err
    assert damaged.read_bytes() == bytes(contents)


def test_an_export_of_everything_holds_no_formulas(tmp_path: Path) -> None:
    """Whatever names a stranger's store holds."""

    def named(x: float = 1.0) -> dict[str, float]:
        return {"@SUM(A1)": -x}

    path, output = tmp_path / "results.sqlite", tmp_path / "all.csv"
    Sweep(named, x=[1.5], workers=1, store=path).run(progress=False)
    assert main(["store", "export", str(output), "--all", "--store", str(path)]) == 0
    with output.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["'@SUM(A1)"] == "-1.5"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["info", "nothing.sqlite"], "there is no store nothing.sqlite"),
        (["merge", "nothing.sqlite"], "there is no store nothing.sqlite"),
        (["export", "x.csv", "--store", "nothing.sqlite"], "there is no store nothing.sqlite"),
        (["export", "x.xyz", "--store", "{}"], "has no known suffix"),
        (["export", "x.csv", "--store", "{}", "--sweep", "9"], "sweep 9 is not there"),
        (["export", "x.json", "--all", "--store", "{}"], "are written as .csv only"),
        (["info"], "BRIAN_SWEEP_STORE says that there is no store"),
    ],
)
def test_mistakes_are_told(
    filled: Path, arguments: list[str], message: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """With the usual exit status, and without making anything."""
    monkeypatch.chdir(tmp_path)
    assert main(["store", *(one.format(filled) for one in arguments)]) == 2
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_run_uses_the_store_that_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second time everything is known; 'none' keeps nothing."""
    monkeypatch.setenv("BRIAN_SWEEP_STORE", str(tmp_path / "own.sqlite"))
    common = ["run", "cuba", "--size", "100", "--duration", "5", "--excitatory-weight", "0:4:3"]
    for known in ("", "3 known before"):
        assert main([*common, "--store", str(tmp_path / "named.sqlite")]) == 0
        assert known in capsys.readouterr().out
    assert main([*common, "--store", "none"]) == 0
    assert "known before" not in capsys.readouterr().out
    assert sorted(os.listdir(tmp_path)) == ["named.sqlite"]
    assert main(common) == 0
    assert Store(tmp_path / "own.sqlite").info().counts == {"done": 3}
