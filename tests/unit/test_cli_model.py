"""Models are found by name, module or file, and their parameters become options."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from brian_sweep_widget import cuba
from brian_sweep_widget.cli import main
from brian_sweep_widget.cli.model_source import find_model
from brian_sweep_widget.cli.options import (
    add_model_options,
    add_options,
    given_values,
    model_named_in,
)
from brian_sweep_widget.cli.terminal import UsageError
from brian_sweep_widget.engines import engine_for, pack
from brian_sweep_widget.models import FunctionModel

MODELS = """
from dataclasses import dataclass

from helper_beside import FACTOR

@dataclass
class Settings:
    gain: float = FACTOR

def double(x=1.0):
    return Settings().gain * x

def needs(weight, n):
    return 0

def anything(*values):
    return 0

def _hidden():
    return 0

answer = 42
"""


@pytest.fixture(autouse=True)
def _clean_import_state(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Undo what finding models does to this process."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        file = getattr(sys.modules[name], "__file__", None) or ""
        if "pytest-" in file:
            del sys.modules[name]


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """Write a file of models with a helper beside it."""
    (tmp_path / "helper_beside.py").write_text("FACTOR = 2.0\n", encoding="utf-8")
    path = tmp_path / "my_models.py"
    path.write_text(MODELS, encoding="utf-8")
    return path


def parsed(model: Any, *arguments: str) -> dict[str, Any]:
    """Give the values that the options of a model give."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    add_options(parser)
    add_model_options(parser, model)
    return given_values(model, parser.parse_args(arguments))


def test_the_catalogue_by_name() -> None:
    assert find_model("cuba") is cuba


def test_a_function_in_a_file(models: Path) -> None:
    model = find_model(f"{models}:double")
    assert isinstance(model, FunctionModel)
    assert model.function(x=3.0) == 6.0


def test_a_function_in_a_module(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(models.parent)
    assert find_model("my_models:double").name == "double"


def test_a_file_travels_by_value(models: Path) -> None:
    """A process that cannot import the file computes it."""
    model = find_model(f"{models}:double")
    packed = pack(engine_for("auto", model, model.parameters({})))
    code = (
        "import sys; from brian_sweep_widget.sweeps import Job; "
        "from brian_sweep_widget.engines.packing import unpack; "
        "engine = unpack(sys.stdin.buffer.read()); "
        "print(float(engine.simulate(Job((0,), {'x': 4.0}, 0))['double'].si))"
    )
    away = models.parent / "elsewhere"
    away.mkdir()
    finished = subprocess.run(
        [sys.executable, "-c", code], input=packed, capture_output=True, cwd=away, check=True
    )
    assert float(finished.stdout) == 8.0


@pytest.mark.parametrize("name", ["random.py", "two words.py", "brian_sweep_widget.py"])
def test_a_file_takes_no_librarys_place(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("def f(x=1.0):\n    return x\n", encoding="utf-8")
    before = sys.modules.get(path.stem)
    model = find_model(f"{path}:f")
    assert sys.modules.get(path.stem) is before
    assert isinstance(model, FunctionModel)
    assert sys.modules[model.function.__module__].__dict__["f"] is model.function


@pytest.mark.parametrize(
    ("function", "said"),
    [
        ("nothing", "has no 'nothing' (it has: double, needs, anything)"),
        ("answer", "42 is not a model"),
        ("anything", "anything takes *values"),
    ],
)
def test_what_is_no_model_is_refused(models: Path, function: str, said: str) -> None:
    with pytest.raises(UsageError, match=re.escape(said)):
        find_model(f"{models}:{function}")


def test_a_file_alone_lists_its_functions(models: Path) -> None:
    with pytest.raises(UsageError, match=r"say which model in it.*double, needs"):
        find_model(str(models))


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("cubba", "there is no model 'cubba' (allowed: cuba"),
        ("no/such/file.py:f", "there is no file 'no"),
        ("no_such_module:f", "No module named 'no_such_module'"),
        ("math:hypot", "no signature"),
    ],
)
def test_what_is_not_there_is_refused(source: str, said: str) -> None:
    with pytest.raises(UsageError, match=re.escape(said)):
        find_model(source)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import no_such_library", "ModuleNotFoundError: No module named 'no_such_library'"),
        ("\n1 / 0", "ZeroDivisionError: division by zero"),
        ("def f(:", "SyntaxError"),
        ("raise SystemExit('no')", "SystemExit: no"),
    ],
)
def test_a_file_that_cannot_be_imported_says_why(tmp_path: Path, code: str, said: str) -> None:
    path = tmp_path / "broken_models.py"
    path.write_text(code, encoding="utf-8")
    with pytest.raises(UsageError, match=re.escape(said)) as caught:
        find_model(f"{path}:f")
    assert str(path) in str(caught.value)
    assert "broken_models" not in sys.modules


@pytest.mark.parametrize(
    ("arguments", "model"),
    [
        ([], "cuba"),
        (["m:f", "--size", "3"], "m:f"),
        (["--size", "3", "m:f"], "m:f"),
        (["--size=3", "m:f"], "m:f"),
        (["--help", "m:f"], "m:f"),
        (["-h", "m:f"], "m:f"),
        (["--weight", "-9"], "cuba"),
        (["--keep-going", "m:f", "--jobs", "2"], "m:f"),
        (["--allow-nan", "cv", "m:f"], "m:f"),
    ],
)
def test_the_model_is_found_before_its_options(arguments: list[str], model: str) -> None:
    assert model_named_in(arguments) == model


def test_the_suggested_sweep_is_used_when_nothing_is_swept() -> None:
    given = parsed(cuba, "--size", "1000")
    assert given["size"] == 1000
    assert np.size(given["excitatory_weight"]) == 20


def test_what_is_given_counts_more_than_the_suggestion() -> None:
    assert list(parsed(cuba, "--size", "100,200")) == ["size"]
    assert np.size(parsed(cuba, "--excitatory-weight", "3")["excitatory_weight"]) == 1


def test_the_order_of_the_command_line_is_kept() -> None:
    arguments = ("--excitatory-weight", "0:4:5", "--size", "100,200")
    assert list(parsed(cuba, *arguments)) == ["excitatory_weight", "size"]
    assert list(parsed(cuba, *arguments[2:], *arguments[:2])) == ["size", "excitatory_weight"]


def test_an_option_of_ours_is_not_taken_by_a_parameter() -> None:
    def recorded(output: float = 1.0, plot: float = 2.0) -> float:
        return output + plot

    model = FunctionModel(recorded)
    assert parsed(model, "--parameter-output", "3") == {"output": 3.0}


def test_words_of_sweeps_are_no_parameters() -> None:
    def tried(trials: int = 3) -> int:
        return trials

    with pytest.raises(UsageError, match=r"'trials'.*rename it"):
        parsed(FunctionModel(tried))


def test_the_help_lists_the_parameters(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "cuba", "--help"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    for name, parameter in cuba.parameters({}).items():
        assert f"--{name.replace('_', '-')}" in shown
        assert parameter.label in shown
    assert "Excitatory weight in mV (default: 1.62 mV); if nothing is swept: 20 values" in shown


def test_a_percent_sign_in_the_help(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    models.write_text('def f(mode="50 % off"):\n    return 0\n', encoding="utf-8")
    assert main(["run", f"{models}:f", "--help"]) == 0
    assert "50 % off" in capsys.readouterr().out


def test_parameters_without_default_are_needed(
    models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", f"{models}:needs", "--n", "3"]) == 2
    assert "required: --weight" in capsys.readouterr().err


def test_the_help_is_shown_without_loading_libraries() -> None:
    code = (
        "import sys; from brian_sweep_widget.cli import main; assert main(['--help']) == 0; "
        "print({'brian2', 'xarray', 'pandas', 'numpy', 'joblib'} & set(sys.modules))"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=dict(os.environ),
        check=True,
    )
    assert finished.stdout.strip().endswith("set()")
