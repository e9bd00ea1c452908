"""Files that a job reads are noticed, as a fingerprint does not know them."""

from __future__ import annotations

import ast
import os
import pkgutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from brian_sweep_widget.engines import file_states
from brian_sweep_widget.engines.file_states import UNSTEADY, is_current, state_of
from brian_sweep_widget.engines.files_read import files_read, unwatched


def by_open(path: Path) -> None:
    """As most do."""
    with open(path) as file:
        file.read()


def by_path(path: Path) -> None:
    """As some do."""
    path.read_bytes()


def by_number(path: Path) -> None:
    """As few do."""
    os.close(os.open(path, os.O_RDONLY))


def by_bytes(path: Path) -> None:
    """By a name in bytes."""
    with open(os.fsencode(path)) as file:
        file.read()


def by_fromfile(path: Path) -> None:
    """By numpy, in compiled code."""
    np.fromfile(path)


def by_loadtxt(path: Path) -> None:
    """By numpy, in Python."""
    np.loadtxt(path)


def by_appending(path: Path) -> None:
    """To read and to change."""
    with open(path, "r+") as file:
        file.read()


READERS = [by_open, by_path, by_number, by_bytes, by_fromfile, by_loadtxt, by_appending]


@pytest.mark.parametrize("read", READERS)
def test_a_file_that_is_read_is_noted_once(tmp_path: Path, read: Callable[[Path], Any]) -> None:
    """However it is read."""
    data = tmp_path / "data.txt"
    data.write_text("1.0\n2.0\n")
    with files_read() as files:
        read(data)
        read(data)
    assert files == {str(data): state_of(str(data))}


def test_relative_names_are_made_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or nobody would know which file it was."""
    (tmp_path / "data.txt").write_text("1")
    monkeypatch.chdir(tmp_path)
    with files_read() as files:
        by_open(Path("data.txt"))
    assert list(files) == [str(tmp_path / "data.txt")]


def test_what_is_nobodys_data_is_not_noted(tmp_path: Path) -> None:
    """Own temporary files, source code, libraries, devices; nothing outside of the block."""
    data = tmp_path / "data.txt"
    data.write_text("1")
    with files_read() as files:
        (tmp_path / "own.txt").write_text("2")
        by_open(tmp_path / "own.txt")
        with suppress(FileNotFoundError):  # as Brian does when it is loaded
            by_open(tmp_path / "brian_preferences")
        with tempfile.NamedTemporaryFile("w+", dir=tmp_path, delete=False) as fresh:
            fresh.write("3")
        by_open(Path(fresh.name))
        by_open(Path(__file__))
        by_open(Path(np.__file__))
        by_open(Path("/dev/null"))
        by_open(Path("/proc/self/status"))
        list(pkgutil.iter_modules([str(tmp_path)]))
        by_asking(tmp_path / "brian_preferences")  # as Brian does, when it is imported in a job
        with unwatched():
            by_open(data)
    by_open(data)
    assert files == {}


def moved_there(folder: Path) -> None:
    """As careful programs write."""
    (folder / "new").write_text("1")
    (folder / "new").replace(folder / "data")


def made_by_another(folder: Path) -> None:
    """As compilers and simulators do; Python tells only of its own."""
    subprocess.run(["touch", str(folder / "data")], check=True)


def database(folder: Path) -> None:
    """As SQLite makes them."""
    sqlite3.connect(folder / "data").close()


@pytest.mark.parametrize("make", [moved_there, made_by_another, database])
def test_what_a_job_makes_in_a_folder_of_its_own_is_not_noted(make: Callable[[Path], None]) -> None:
    """However it came there: nobody else's data are in it."""
    with files_read() as files, tempfile.TemporaryDirectory() as folder:
        make(Path(folder))
        by_open(Path(folder) / "data")
        os.listdir(folder)
    assert files == {}


def test_a_temporary_file_that_is_gone_in_the_end_is_not_noted(tmp_path: Path) -> None:
    """One that stays may have been there for a reason, and one that was renamed is the same."""
    with files_read() as files:
        for name in ("gone", "stays"):
            made_by_another(tmp_path)
            (tmp_path / "data").replace(tmp_path / name)
            by_open(tmp_path / name)
        (tmp_path / "gone").unlink()
    assert list(files) == [str(tmp_path / "stays")]


def test_a_folder_that_was_there_before_holds_data(tmp_path: Path) -> None:
    """A job that makes sure of it makes nothing."""
    (tmp_path / "data").write_text("1")
    with files_read() as files:
        tmp_path.mkdir(exist_ok=True)
        by_open(tmp_path / "data")
        os.listdir(tmp_path)
    assert sorted(files) == [str(tmp_path), str(tmp_path / "data")]


@pytest.mark.parametrize("who", ["importlib_metadata", "pkg_resources", "pkgutil"])
def test_looking_for_what_is_installed_is_no_reading(tmp_path: Path, who: str) -> None:
    """As xarray and dask have it done when they are imported, in the user's folder, too."""
    (tmp_path / "mine-1.0.dist-info").mkdir()
    metadata = tmp_path / "mine-1.0.dist-info" / "METADATA"
    metadata.write_text("Name: mine\nVersion: 1.0\n")
    look = "import os; names = os.listdir(folder); open(metadata).close()"
    with files_read() as files:
        exec(look, {"__name__": who, "folder": tmp_path, "metadata": metadata})
    assert files == {}


def by_asking(path: Path) -> None:
    """By an attempt."""
    with suppress(FileNotFoundError):
        path.read_text()


def test_code_without_a_file_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python looks for one after a syntax error, also to show a traceback; one that is, counts."""
    monkeypatch.chdir(tmp_path)
    with files_read() as noted:
        for call in (ast.parse, ast.literal_eval, eval):
            with pytest.raises(SyntaxError):
                call("x = = 1")
    assert not noted
    real = tmp_path / "<real>"
    real.touch()
    with files_read() as noted:
        real.read_text()
    assert list(noted) == [str(real)]


def test_what_is_not_there_is_noted(tmp_path: Path) -> None:
    """What a model does without a file, it does no more when there is one."""
    missing = tmp_path / "missing.txt"
    with files_read() as files:
        by_asking(missing)
    assert list(files) == [str(missing)]
    assert is_current(files)
    missing.write_text("1")
    assert not is_current(files)


LISTINGS = {
    "listdir": os.listdir,
    "scandir": lambda folder: list(os.scandir(folder)),
    "glob": lambda folder: list(Path(folder).glob("w*.txt")),
    "walk": lambda folder: list(os.walk(folder)),
}


@pytest.mark.parametrize("how", LISTINGS)
def test_folders_that_are_listed_are_noted(tmp_path: Path, how: str) -> None:
    """By the names in them: another file is another model."""
    (tmp_path / "w1.txt").write_text("1")
    with files_read() as files:
        LISTINGS[how](tmp_path)
    assert list(files) == [str(tmp_path)]
    (tmp_path / "w1.txt").write_text("2")
    assert is_current(files)
    (tmp_path / "w2.txt").write_text("1")
    assert not is_current(files)


def test_databases_are_noted(tmp_path: Path) -> None:
    """Although SQLite opens them itself."""
    path = tmp_path / "weights.sqlite"
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE weight (value REAL)")
    with files_read() as files:
        sqlite3.connect(path).close()
    assert list(files) == [str(path)]


def rewritten(path: Path) -> None:
    """As an editor does, the size unchanged."""
    path.write_text("2.0")


def renamed(path: Path) -> None:
    """As careful programs do."""
    fresh = path.with_suffix(".new")
    fresh.write_text("2.0")
    fresh.replace(path)


def in_place(path: Path) -> None:
    """As a memory map does; its time is put back."""
    times = path.stat()
    with path.open("r+") as file:
        file.write("2")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def deleted(path: Path) -> None:
    """No more there."""
    path.unlink()


CHANGES = [rewritten, renamed, in_place, deleted]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("age", [0, 3600])
def test_every_change_is_noticed(tmp_path: Path, change: Callable[[Path], None], age: int) -> None:
    """At once after the file was written, and of old files of which the digest is known."""
    path = tmp_path / "data.txt"
    path.write_text("1.0")
    os.utime(path, (path.stat().st_mtime - age,) * 2)
    with files_read() as files:
        by_open(path)
    assert is_current(files)
    change(path)
    assert not is_current(files)


def test_equal_contents_are_no_change(tmp_path: Path) -> None:
    """A file that is written anew with what was in it is the same to a model."""
    path = tmp_path / "data.txt"
    path.write_text("1.0")
    with files_read() as files:
        by_open(path)
    path.unlink()
    path.write_text("1.0")
    assert is_current(files)


def test_what_changes_while_it_is_read_is_never_current(tmp_path: Path) -> None:
    """Nobody knows which of the two was read."""
    path = tmp_path / "data.txt"
    path.write_text("1.0")
    with files_read() as files:
        by_open(path)
        path.write_text("2.0")
        by_open(path)
    assert files == {str(path): UNSTEADY}
    assert not is_current(files)


def test_large_files_are_told_by_size_and_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is mapped into memory need not be read whole, for every change."""
    monkeypatch.setattr(file_states, "_MOST_READ", 2)
    path = tmp_path / "data.txt"
    path.write_text("1.0")
    state = state_of(str(path))
    assert state_of(str(path)) == state
    with path.open("a") as file:
        file.write("1")
    assert state_of(str(path)) != state
