"""Files that a job reads are noticed, as a fingerprint does not know them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from brian_sweep_widget.engines.files_read import files_read


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
    assert files == [str(data)]


def test_relative_names_are_made_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or nobody would know which file it was."""
    (tmp_path / "data.txt").write_text("1")
    monkeypatch.chdir(tmp_path)
    with files_read() as files:
        by_open(Path("data.txt"))
    assert files == [str(tmp_path / "data.txt")]


def test_what_is_nobodys_data_is_not_noted(tmp_path: Path) -> None:
    """Own temporary files, source code, libraries, devices; nothing outside of the block."""
    data = tmp_path / "data.txt"
    data.write_text("1")
    with files_read() as files:
        (tmp_path / "own.txt").write_text("2")
        by_open(tmp_path / "own.txt")
        with tempfile.NamedTemporaryFile("w+", dir=tmp_path, delete=False) as fresh:
            fresh.write("3")
        by_open(Path(fresh.name))
        by_open(Path(__file__))
        by_open(Path(np.__file__))
        by_open(Path("/dev/null"))
        by_open(Path("/proc/self/status"))
        with pytest.raises(FileNotFoundError):
            by_open(tmp_path / "not there")
    by_open(data)
    assert files == []
