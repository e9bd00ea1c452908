"""The process's folder for what runs read and write."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from brian_sweep_widget import scratch


def left_behind(parent: Path, process: int) -> Path:
    """Make a folder as a process has it."""
    folder = parent / f"{scratch.our_prefix()}{process}-abc"
    (folder / "pulse").mkdir(parents=True)
    (folder / "pulse" / "1").touch()
    return folder


@pytest.fixture
def dead() -> int:
    """Give the number of a process that has ended."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


def test_only_what_dead_processes_left_is_removed(tmp_path: Path, dead: int) -> None:
    """What belongs to a living process, or to nobody known, stays."""
    old, living = left_behind(tmp_path, dead), left_behind(tmp_path, os.getpid())
    other = tmp_path / "somebody-elses"
    other.mkdir()
    scratch._remove_leftovers(tmp_path)
    assert (old.exists(), living.exists(), other.exists()) == (False, True, True)


def test_two_kernels_that_start_at_once_remove_the_same(
    tmp_path: Path, dead: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each finds folders gone that it has just seen; it starts all the same.

    Two widgets that were opened at the same moment after a crash of their
    kernels never became ready, as one of them stumbled over this.
    """
    folder = left_behind(tmp_path, dead)

    def removed_meanwhile(_process: int) -> bool:
        shutil.rmtree(folder)
        return False

    monkeypatch.setattr(psutil, "pid_exists", removed_meanwhile)
    scratch._remove_leftovers(tmp_path)
    assert not folder.exists()


def test_other_containers_folders_stay(tmp_path: Path, dead: int) -> None:
    """They may share the memory and the host's name, and have other process numbers."""
    folder = left_behind(tmp_path, dead)
    remove = f"scratch._remove_leftovers(scratch.Path({str(tmp_path)!r}))"
    code = f"from brian_sweep_widget import scratch; {remove}"
    contained = ("unshare", "--pid", "--fork", "--mount-proc")
    subprocess.run([*contained, sys.executable, "-c", code], check=True)
    assert folder.exists()
    subprocess.run([sys.executable, "-c", code], check=True)
    assert not folder.exists()
