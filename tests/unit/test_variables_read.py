"""Environment variables that the user's code reads, but does not name, are noted."""

from __future__ import annotations

import os
from pathlib import Path
from types import FunctionType

import pytest

from brian_sweep_widget.engines.variables_read import variables_read

NAME = "SCALE_OF_TEST"
NOTED = f"the environment variable {NAME}"


def read() -> list[str | None]:
    """Read it in every way."""
    return [os.environ[NAME], os.getenv(NAME), os.environ.get(NAME), dict(os.environ)[NAME]]


def is_there() -> bool:
    """Ask for it alone."""
    return NAME in os.environ


def test_what_is_read_is_noted_with_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for text in ("2", "3"):
        monkeypatch.setenv(NAME, text)
        with variables_read(b"environ") as noted:
            assert read() == [text] * 4
        found.append(noted[NOTED])
    monkeypatch.delenv(NAME)
    with variables_read(b"environ") as noted:
        assert not is_there()
    assert len({*found, noted[NOTED]}) == 3


def test_what_the_code_names_or_others_read_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own code hands all of them on to programs, and libraries look for theirs."""
    monkeypatch.setenv(NAME, "2")
    ours = FunctionType(is_there.__code__, {**globals(), "__name__": "brian_sweep_widget.engines"})
    with variables_read(b"environ") as noted:
        assert ours()
        assert Path.home()
    assert not noted
    with variables_read(f"environ {NAME} MY_{NAME}".encode()) as noted:
        assert is_there()
    assert not noted
    with variables_read(f"environ MY_{NAME}".encode()) as noted:
        assert is_there()
    assert list(noted) == [NOTED]
