"""Modules that code may import by a name that it computes are all looked at, once."""

from __future__ import annotations

import sys
from types import ModuleType
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
