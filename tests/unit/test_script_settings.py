"""Scripts set what their model reads of the process, beside its code."""

from __future__ import annotations

import os
from collections.abc import Callable
from os import environ as variables

import numpy as np
import pytest

from brian_sweep_widget.engines import script_of, written_settings
from brian_sweep_widget.engines.process_settings import ProcessSettings
from brian_sweep_widget.models import FunctionModel
from brian_sweep_widget.sweeps import Job


def script(function: Callable[..., float], *read: str) -> str:
    model = FunctionModel(function)
    job, settings = Job((0,), {"x": 1.0}, 1), ProcessSettings.here()
    parameters = model.parameters({})
    return script_of(model, parameters, job, "plain function", None, settings, {}, read)


def by_name(x: float = 1.0) -> float:
    return x * float(os.environ["SCALE_AT_FIRST"]) + len(os.environ.get("HOME", ""))


def by_another_name(x: float = 1.0) -> float:
    return x * float(variables["SCALE_AT_FIRST"])


def by_a_name_put_together(x: float = 1.0) -> float:
    return x * float(os.getenv(f"SCALE_{'at_first'.upper()}", "1"))


def without(x: float = 1.0) -> float:
    return np.log(x) if x else len("SCALE_AT_FIRST")


@pytest.fixture(autouse=True)
def _at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the kernel had been started with these variables."""
    for name, value in {"SCALE_AT_FIRST": "3.5", "HOME": "/home/mine", "x": "secret"}.items():
        monkeypatch.setenv(name, value)
        monkeypatch.setitem(written_settings.VARIABLES_AT_FIRST, name, value)


@pytest.mark.parametrize("function", [by_name, by_another_name], ids=lambda one: one.__name__)
def test_variables_that_the_code_names_are_set(function: Callable[..., float]) -> None:
    text = script(function)
    assert 'os.environ["SCALE_AT_FIRST"] = "3.5"' in text
    assert "Environment variables of the sweep that it sets: SCALE_AT_FIRST." in text
    assert "secret" not in text


def test_variables_that_were_read_under_other_names_are_set() -> None:
    assert '"3.5"' not in script(by_a_name_put_together)
    text = script(by_a_name_put_together, "/a/file", "the environment variable SCALE_AT_FIRST")
    assert 'os.environ["SCALE_AT_FIRST"] = "3.5"' in text


def test_variables_of_a_computer_are_named_and_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    text = script(by_name)
    assert "Environment variables of your computer that the model may read: HOME." in text
    assert "/home/mine" not in text
    monkeypatch.setenv("HOME", "/home/chosen")  # in the notebook
    assert 'os.environ["HOME"] = "/home/chosen"' in script(by_name)


def test_code_that_reads_no_variables_needs_none() -> None:
    assert "environ" not in script(without).lower()
