"""Files that a job reads are noticed, as a fingerprint does not know them."""

from __future__ import annotations

import ast
import ctypes
import inspect
import os
import pkgutil
import py_compile
import runpy
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module, invalidate_caches
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any
from urllib.parse import quote

import h5py
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import csv, dataset, feather, parquet

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


def test_hdf5_files_are_noted_unless_the_job_made_them(tmp_path: Path) -> None:
    """They are opened past Python."""
    data, own = tmp_path / "data.h5", tmp_path / "own.h5"
    for path in (data, own):
        with h5py.File(path, "w") as file:
            file["w"] = np.ones(3)
    with files_read() as files:
        h5py.File(own, "w").close()
        for path in (data, own):
            h5py.File(path, "r").close()
    assert files == {str(data): state_of(str(data))}


@pytest.fixture
def tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write the same table in several ways, into the folder of the process."""
    monkeypatch.chdir(tmp_path)
    table = pa.table({"a": [1.0, 2.0]})
    parquet.write_table(table, "w.parquet")
    csv.write_csv(table, "w.csv")
    feather.write_feather(table, "w.feather")
    (tmp_path / "parts" / "inner").mkdir(parents=True)
    parquet.write_table(table, "parts/inner/w.parquet")
    return tmp_path


def inherited() -> type:
    """Make a class of somebody's own."""
    return type("Inherited", (pa.OSFile,), {})


BY_ARROW: dict[str, tuple[str, Callable[[], Any]]] = {
    "pandas": ("w.parquet", lambda: pd.read_parquet("w.parquet", engine="pyarrow")),
    "named": ("w.parquet", lambda: parquet.read_table(columns=["a"], source=Path("w.parquet"))),
    "address": ("w.parquet", lambda: parquet.read_table(Path("w.parquet").absolute().as_uri())),
    "class": ("w.parquet", lambda: parquet.ParquetFile("w.parquet").read()),
    "schema": ("w.parquet", lambda: parquet.read_schema("w.parquet")),
    "folder": ("parts/inner/w.parquet", lambda: dataset.dataset("parts").to_table()),
    "several": ("w.parquet", lambda: dataset.dataset(["w.parquet"]).to_table()),
    "csv": ("w.csv", lambda: csv.read_csv("w.csv")),
    "map": ("w.csv", lambda: pa.memory_map("w.csv").read()),
    "compiled class": ("w.csv", lambda: pa.OSFile("w.csv").read()),
    "inherited": ("w.csv", lambda: inherited()("w.csv").read()),
    "feather": ("w.feather", lambda: feather.read_table("w.feather")),
}


@pytest.mark.parametrize("how", BY_ARROW)
def test_what_arrow_reads_is_noted(tables: Path, how: str) -> None:
    """It opens files past Python, for pandas, too."""
    name, read = BY_ARROW[how]
    with files_read() as files:
        read()
    assert files[str(tables / name)] == state_of(str(tables / name))


def test_what_a_job_writes_by_arrow_is_its_own(tables: Path) -> None:
    """As what it writes by Python."""
    with files_read() as files:
        parquet.write_table(pa.table({"a": [1.0]}), "own.parquet")
        parquet.read_table("own.parquet")
        file = pa.OSFile("new.arrow", "wb")
        file.close()
        pa.input_stream("new.arrow").close()
    assert files == {}
    assert isinstance(file, pa.OSFile)
    assert issubclass(inherited(), pa.OSFile)
    assert not isinstance(file, inherited())


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
        inspect.getsource(by_open)
        by_open(Path(np.__file__))
        by_open(Path("/dev/null"))
        by_open(Path("/proc/self/status"))
        invalidate_caches()  # so that it lists the folders of modules
        find_spec("no_such_module")
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


@pytest.mark.parametrize("who", ["importlib_metadata", "pkg_resources"])
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


QUESTIONS: list[Callable[[Path], Any]] = [
    by_asking,
    Path.exists,
    Path.is_file,
    os.path.exists,
    os.path.isfile,
    lambda path: os.path.exists(os.fsencode(path)),
    lambda path: os.access(path, os.R_OK),
    lambda path: path.exists() and path.stat().st_size,
]


@pytest.mark.parametrize("ask", QUESTIONS)
def test_what_is_not_there_is_noted(tmp_path: Path, ask: Callable[[Path], Any]) -> None:
    """What a model does without a file, it does no more when there is one; and back."""
    missing = tmp_path / "missing.txt"
    with files_read() as files:
        ask(missing)
    assert list(files) == [str(missing)]
    assert is_current(files)
    missing.write_text("1")
    assert not is_current(files)
    with files_read() as files:
        ask(missing)
    assert is_current(files)
    missing.unlink()
    assert not is_current(files)


def test_questions_about_folders_are_none_about_data(tmp_path: Path) -> None:
    """A model may look for the folder of its results, and make it; libraries ask all the time."""
    out = tmp_path / "out"
    with files_read() as files:
        tmp_path.exists()
        os.path.isdir(tmp_path / "none")
        (tmp_path / "none").is_dir()
        if not out.exists():
            out.mkdir()
        (tmp_path / "deep" / "down").mkdir(parents=True, exist_ok=True)
        (tmp_path / "deep").mkdir(exist_ok=True)
        Path(__file__).resolve(strict=True).exists()
        shutil.which("no_such_program", path=str(tmp_path))
        (out / "a").touch()
        shutil.copystat(out / "a", tmp_path / "deep", follow_symlinks=False)
    assert not files


def _loaded(path: Path) -> Any:
    spec = spec_from_file_location("constants_of_a_test", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CODE = {
    "exec": lambda path: exec(path.read_text(), {}),
    "run_path": lambda path: runpy.run_path(str(path)),
    "a loader": _loaded,
    "byte code": lambda path: (py_compile.compile(str(path)), _loaded(path)),
}


@pytest.mark.parametrize("how", CODE)
def test_code_that_is_run_as_a_file_is_noted(tmp_path: Path, how: str) -> None:
    """It is no module that would travel with the model."""
    constants = tmp_path / "constants_of_a_test.py"
    constants.write_text("K = 1")
    with files_read() as files:
        CODE[how](constants)
    assert files == {str(constants): state_of(str(constants))}


def test_code_that_is_imported_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a part of the model, or told as a module that was not sent."""
    (tmp_path / "imported_by_a_test.py").write_text("K = 1")
    monkeypatch.syspath_prepend(tmp_path)
    with files_read() as files:
        import_module("imported_by_a_test")
    monkeypatch.delitem(sys.modules, "imported_by_a_test")
    assert not files


LISTINGS = {
    "pkgutil": lambda folder: list(pkgutil.iter_modules([str(folder)])),
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
    (tmp_path / "__pycache__").mkdir()
    assert is_current(files)
    (tmp_path / "w2.txt").write_text("1")
    assert not is_current(files)


LOOKS: dict[str, Callable[[Path], Any]] = {
    "resolve": Path.resolve,
    "realpath": os.path.realpath,
    "readlink": Path.readlink,
}


@pytest.mark.parametrize("how", LOOKS)
def test_where_a_link_points_to_is_noted(tmp_path: Path, how: str) -> None:
    """As with the latest of several folders: what is read by the true name stays as it is."""
    for name in ("run1", "run2"):
        (tmp_path / name).mkdir()
    latest = tmp_path / "latest"
    latest.symlink_to("run1")
    with files_read() as files:
        LOOKS[how](latest)
    assert list(files) == [f"the link {latest}"]
    assert is_current(files)
    (tmp_path / "run1" / "more.txt").touch()
    assert is_current(files)
    latest.unlink()
    latest.symlink_to("run2")
    assert not is_current(files)


def test_a_library_of_the_users_is_noted(tmp_path: Path) -> None:
    """What is compiled anew may compute something else; the system's is no data."""
    library = tmp_path / "mine.so"
    library.write_text("no library")
    with files_read() as files:
        with suppress(OSError):
            ctypes.CDLL(library)
        with suppress(OSError):
            ctypes.CDLL("none_of_these.so")
        ctypes.CDLL(None)
    assert list(files) == [str(library)]


def test_databases_are_noted(tmp_path: Path) -> None:
    """Although SQLite opens them itself."""
    path = tmp_path / "weights.sqlite"
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE weight (value REAL)")
    with files_read() as files:
        sqlite3.connect(path).close()
    assert list(files) == [str(path)]


def test_a_database_by_its_address_is_noted(tmp_path: Path) -> None:
    """As a change in it is one of the model."""
    path = tmp_path / "some weights#1.sqlite"
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE weight (value REAL)")
    for address in (
        f"{path.as_uri()}?mode=ro",
        f"file:{quote(str(path))}#here",
        f"file://localhost{quote(str(path))}",
    ):
        with files_read() as files:
            sqlite3.connect(address, uri=True).close()
        assert list(files) == [str(path)]


@pytest.mark.parametrize(
    "name", [":memory:", "", "file::memory:?cache=shared", "file:x?mode=memory", "file:"]
)
def test_a_database_in_memory_is_no_file(name: str) -> None:
    """Nobody can change it between two simulations."""
    with files_read() as files:
        sqlite3.connect(name, uri=True).close()
    assert files == {}


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
