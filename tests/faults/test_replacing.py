"""Files that a person has, while others take their place: whole at every moment."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import fill_up, mounted_disk

from brian_sweep_widget import Sweep
from brian_sweep_widget.cli import main
from brian_sweep_widget.models.units import PLAIN_NUMBER
from brian_sweep_widget.results import Outcome, Results, Value

SUFFIXES = (".csv", ".html", ".json", ".nc", ".parquet", ".pdf", ".png", ".svg")
MINE = b"what I had before\n"


def curve(x: float = 1.0) -> dict[str, Any]:
    """Have a number, and an array."""
    return {"square": x * x, "many": np.full(20_000, x)}


def made(numbers: int = 20_000) -> Results:
    """Give results of three points."""
    sweep = Sweep(curve, x=[1.0, 2.0, 3.0], store=None)
    values = {
        "square": Value(np.asarray(1.0), PLAIN_NUMBER, "Square"),
        "many": Value(np.random.default_rng(1).random(numbers), PLAIN_NUMBER, "Many"),
    }
    return sweep._results([Outcome(job, "done", values) for job in sweep.jobs()])


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk with a file of the user's and no room for another."""
    with mounted_disk(tmp_path / "disk", "64k") as place:
        yield place


@pytest.mark.filterwarnings("ignore:.*(arrays are in|shows single numbers)")
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_full_disk_leaves_the_file_that_was_to_be_replaced(full_disk: Path, suffix: str) -> None:
    """Every byte of it, and nothing beside it; where there is room, the new one is whole."""
    results, path = made(), full_disk / f"mine{suffix}"
    path.write_bytes(MINE)
    fill_up(full_disk / "filler")
    with pytest.raises(OSError, match="space"):
        results.save(path)
    assert path.read_bytes() == MINE
    assert {one.name for one in full_disk.iterdir()} == {path.name, "filler"}


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_tables_of_arrays_take_their_place_together(full_disk: Path, suffix: str) -> None:
    """With the table that they belong to, or not at all."""
    results, path = made(), full_disk / f"mine{suffix}"
    beside = full_disk / f"mine.many{suffix}"
    for file in (path, beside):
        file.write_bytes(MINE)
    with pytest.raises(OSError, match="space"):
        results.save(path)  # room for the table, but not for the arrays
    assert (path.read_bytes(), beside.read_bytes()) == (MINE, MINE)
    assert {one.name for one in full_disk.iterdir()} == {path.name, beside.name}


def test_an_export_of_a_store_leaves_what_it_cannot_replace(full_disk: Path) -> None:
    """``store export --all``, too; it says so."""
    store, path = full_disk.parent / "results.sqlite", full_disk / "mine.csv"
    Sweep(curve, x=[1.0, 2.0], workers=1, store=store).run(progress=False)
    path.write_bytes(MINE)
    for more in ([], ["--all"]):
        assert main(["store", "export", str(path), "--store", str(store), *more]) == 1
        assert path.read_bytes() == MINE
        assert {one.name for one in full_disk.iterdir()} == {path.name}


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_whoever_interrupts_it_leaves_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    """And nothing beside it."""
    from brian_sweep_widget.results import files

    path = tmp_path / "mine.json"
    path.write_bytes(MINE)

    def interrupted(*_: object) -> Any:
        raise error

    monkeypatch.setattr(files, "_plain", interrupted)
    with pytest.raises(error):
        made().save(path)
    assert path.read_bytes() == MINE
    assert list(tmp_path.iterdir()) == [path]


def test_mode_links_and_new_files(tmp_path: Path) -> None:
    """The replaced file's mode stays, and a link to it; a new one has what the mask leaves."""
    folder = tmp_path / "there"
    folder.mkdir()
    kept, link = folder / "kept.json", tmp_path / "link.json"
    kept.write_bytes(MINE)
    kept.chmod(0o640)
    link.symlink_to("there/kept.json")
    made(3).save(link)
    assert link.is_symlink()
    assert kept.read_bytes().startswith(b"{")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o640
    dangling = tmp_path / "dangling.json"
    dangling.symlink_to("there/new.json")
    made(3).save(dangling)
    plain = tmp_path / "plain"
    plain.touch()
    assert stat.S_IMODE((folder / "new.json").stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)
    assert {one.name for one in folder.iterdir()} == {"kept.json", "new.json"}


def test_pipes_and_what_is_open_are_written_directly(tmp_path: Path) -> None:
    """They cannot be replaced: who reads them would get nothing."""
    link, there = tmp_path / "out.json", tmp_path / "there"
    with there.open("wb") as file:
        link.symlink_to(f"/proc/self/fd/{file.fileno()}")
        made(3).save(link)
        assert os.fstat(file.fileno()).st_size > 0
    pipe = tmp_path / "pipe.json"
    os.mkfifo(pipe)
    reader = subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE)
    made(3).save(pipe)
    assert reader.communicate(timeout=60)[0].startswith(b"{")
    assert stat.S_ISFIFO(pipe.stat().st_mode)
