"""What is installed, and what is the user's own: only that is sent, and watched."""

from __future__ import annotations

import os
import pyexpat
import site
import sys
import sysconfig
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from brian_sweep_widget.engines.installed import distribution_of, is_installed_file, is_users_scope

PREFIX = Path(sys.prefix)


@pytest.mark.parametrize(
    "file",
    [
        os.__file__,
        np.__file__,
        PREFIX / "bin" / "jupyter",
        PREFIX / "share" / "jupyter" / "kernels" / "python3" / "kernel.json",
        PREFIX / "lib" / "anything.txt",
        Path(sys.base_prefix) / "lib" / "libpython.so",
        Path(sysconfig.get_path("purelib")) / "some.pth",
        Path(site.getusersitepackages()) / "brian2" / "__init__.py",
        "/opt/modules/brian2/2.9/lib/python3.11/site-packages/brian2/__init__.py",
        "<frozen posixpath>",
    ],
)
def test_libraries_and_what_belongs_to_them(file: str | Path) -> None:
    assert is_installed_file(str(file))


@pytest.mark.parametrize(
    "file",
    [
        PREFIX / "helpers.py",
        PREFIX / "data" / "weights.txt",
        PREFIX / "libraries.py",
        "<ipython-input-1-abc>",
        "<string>",
        "helpers.py",
    ],
)
def test_a_project_may_be_its_own_environment(
    file: str | Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after ``python -m venv .`` in its folder, which is where one works then."""
    monkeypatch.chdir(PREFIX)
    assert not is_installed_file(str(file))


def test_a_relative_name_means_the_present_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it meant before."""
    for folder, installed in ((tmp_path, False), (Path(os.__file__).parent, True)):
        monkeypatch.chdir(folder)
        assert is_installed_file("helpers.py") == installed


@pytest.mark.parametrize("name", ["_cython_3_2_1", "cython_runtime", "pyexpat.errors"])
def test_what_a_library_makes_for_itself_is_its_own(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy of what Cython's modules share breaks those that are loaded after it."""
    made = ModuleType(name)
    monkeypatch.setitem(sys.modules, "pyexpat", pyexpat)
    monkeypatch.setitem(sys.modules, name, made)
    assert not is_users_scope(vars(made))
    assert distribution_of(made)


def test_what_a_person_makes_by_hand_is_the_persons(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also within a module of theirs."""
    for name in ("room_of_a_test", "room_of_a_test.inner"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
        assert is_users_scope(vars(sys.modules[name]))
        assert not distribution_of(sys.modules[name])
