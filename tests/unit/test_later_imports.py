"""Modules that code may import by a name that it computes are all looked at, once."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from importlib.machinery import PathFinder
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import pytest

from brian_sweep_widget.engines.code import Uses
from brian_sweep_widget.engines.later_imports import LaterImports


class Told:
    """Keeps what it is told of."""

    def __init__(self) -> None:
        self.compiled: dict[str, str] = {}
        self.modules: list[str] = []

    def see_module(self, module: ModuleType) -> None:
        self.modules.append(module.__name__)

    def see_whole(self, module: ModuleType) -> None:
        """Is not looked at here."""

    def see_replaced(self, name: str, thing: object) -> None:
        """Is not looked at here."""

    def see_code(self, uses: Uses, namespace: dict[str, Any]) -> None:
        """Is not looked at here."""

    def see_setting(self, code: CodeType, variables: Mapping[str, Any]) -> None:
        """Is not looked at here."""


def test_each_loaded_module_is_told_once_however_many_calls_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Three hundred modules with such a call each took three seconds more."""
    told = Told()
    imports = LaterImports(told)
    monkeypatch.setitem(sys.modules, "first_of_two", ModuleType("first_of_two"))
    imports.see_any(["a text"])
    imports.see_any(["another"])
    assert told.modules.count("first_of_two") == 1
    assert len(told.modules) == len(set(told.modules))
    # One that was loaded in between is found nevertheless.
    monkeypatch.setitem(sys.modules, "second_of_two", ModuleType("second_of_two"))
    imports.see_any([])
    assert told.modules[-1] == "second_of_two"
    assert told.modules.count("first_of_two") == 1


def test_a_file_that_came_within_a_tick_of_the_clock_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python lists a folder again only when its time has changed."""
    monkeypatch.syspath_prepend(str(tmp_path))
    before = tmp_path.stat()
    assert PathFinder.find_spec("written_just_now") is None
    (tmp_path / "written_just_now.py").write_text("number = 3\n")
    os.utime(tmp_path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert PathFinder.find_spec("written_just_now") is None
    imports = LaterImports(Told())
    imports.see_any(["written_just_now"])
    assert imports.sources["written_just_now"].text == b"number = 3\n"
