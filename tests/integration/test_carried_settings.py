"""A simulation gives in a worker what it gives in the kernel: in its folder, under its settings."""

from __future__ import annotations

import decimal
import os
import socket
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from brian2 import BrianLogger, Network, NeuronGroup, ms

from brian_sweep_widget import Sweep, network_model
from brian_sweep_widget.models import Model


@pytest.fixture(autouse=True)
def kernel_as_before() -> Iterator[None]:
    """What a test changes here, as a person in a notebook would, ends with it."""
    folder, environment, path = os.getcwd(), dict(os.environ), sys.path[:]
    errors, recursion = np.geterr(), sys.getrecursionlimit()
    context, filters = decimal.getcontext().copy(), BrianLogger.console_handler.filters[:]
    with warnings.catch_warnings():
        yield
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:] = path
    np.seterr(**errors)
    sys.setrecursionlimit(recursion)
    decimal.setcontext(context)
    BrianLogger.console_handler.filters[:] = filters


def numbers(model: Model | Callable[..., Any], engine: str = "auto", **axes: Any) -> list[float]:
    """Give the first value of every point of a sweep, in the order of the points."""
    results = Sweep(model, engine=engine, workers=2, **axes).run(progress=False)
    outcomes = sorted(results.outcomes, key=lambda one: one.job.position)
    assert [one.failure for one in outcomes] == [None] * len(outcomes)
    return [next(iter(one.values.values())).si.item() for one in outcomes]


def failures(model: Model | Callable[..., Any], **axes: Any) -> set[str]:
    results = Sweep(model, workers=1, **axes).run(progress=False)
    return {"" if one.failure is None else str(one.failure) for one in results.outcomes}


def reading(x: float = 1.0) -> float:
    return x * float(np.loadtxt("w.txt"))


@network_model(duration=1 * ms)
def building(x: float = 1.0) -> Network:
    group = NeuronGroup(1, "v : 1", name="group")
    group.v = x * float(np.loadtxt("w.txt"))
    return Network(group)


@building.measure()
def value(network: Network) -> float:
    return float(network["group"].v[0])


@network_model(duration=1 * ms)
def plain(x: float = 1.0) -> Network:
    group = NeuronGroup(1, "v : 1", name="group")
    group.v = x
    return Network(group)


@plain.measure()
def scaled(network: Network) -> float:
    return float(network["group"].v[0] * np.loadtxt("w.txt"))


@pytest.mark.parametrize(
    ("model", "engine"),
    [
        (reading, "auto"),
        (building, "numpy"),
        (building, "compiled"),
        (plain, "numpy"),
        (plain, "compiled"),
    ],
)
def test_workers_follow_the_kernels_folder(model: Any, engine: str, tmp_path: Path) -> None:
    """A builder's file is read where it is traced, a measure's in the worker; and back again."""
    for name, there in (("first", 1.0), ("second", 10.0), ("first", 1.0)):
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / "w.txt").write_text(str(there))
        os.chdir(tmp_path / name)
        assert numbers(model, engine, x=[1.0, 2.0]) == [there, 2 * there]


def test_a_sweep_stays_in_the_folder_where_it_was_made(tmp_path: Path) -> None:
    """As with Brian's preferences; so a point that is looked into later gives its numbers."""
    for name, there in (("made", 1.0), ("later", 10.0)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "w.txt").write_text(str(there))
    os.chdir(tmp_path / "made")
    sweep = Sweep(reading, x=[1.0, 2.0], workers=1)
    os.chdir(tmp_path / "later")
    outcomes = sweep.run(progress=False).outcomes
    assert sorted(one.values["reading"].si.item() for one in outcomes) == [1.0, 2.0]


def test_a_folder_that_is_gone_is_named(tmp_path: Path) -> None:
    """And nobody's file is read instead."""
    (tmp_path / "gone").mkdir()
    os.chdir(tmp_path / "gone")
    sweep = Sweep(reading, x=[1.0, 2.0], workers=1)
    os.chdir(tmp_path)
    (tmp_path / "w.txt").write_text("3")
    (tmp_path / "gone").rmdir()
    (told,) = {str(one.failure) for one in sweep.run(progress=False).outcomes}
    assert "w.txt" in told
    assert str(tmp_path / "gone") in told
    assert "is not there" in told
    assert socket.gethostname() in told


def test_a_kernel_in_a_removed_folder_can_sweep(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    os.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert numbers(lambda x=1.0: 2 * x, x=[1.0, 2.0]) == [2.0, 4.0]


def variable(x: float = 1.0) -> float:
    return x * float(os.environ.get("SCALE_OF_TEST", "0"))


def test_variables_set_in_the_notebook_reach_warm_workers() -> None:
    """Set, changed, removed."""
    found = []
    for text in ("2", "3", None):
        os.environ.pop("SCALE_OF_TEST", None)
        if text is not None:
            os.environ["SCALE_OF_TEST"] = text
        found += numbers(variable, x=[1.0, 2.0])
    assert found == [2.0, 4.0, 3.0, 6.0, 0.0, 0.0]


def test_modules_of_a_folder_that_was_added_are_found(tmp_path: Path) -> None:
    assert numbers(lambda x=1.0: x, x=[1.0]) == [1.0]  # workers are warm
    (tmp_path / "added_later_by_test.py").write_text("FACTOR = 7.0\n")

    def importing(x: float = 1.0) -> float:
        import added_later_by_test

        return x * added_later_by_test.FACTOR

    sys.path.insert(0, str(tmp_path))
    assert numbers(importing, x=[1.0, 2.0]) == [7.0, 14.0]


def dividing(x: float = 1.0) -> float:
    np.float64(x) / np.float64(0)
    return x


def test_what_numpy_takes_for_an_error_holds_in_workers() -> None:
    assert failures(dividing, x=[1.0]) == {""}
    np.seterr(divide="raise")
    assert failures(dividing, x=[1.0]) == {
        "FloatingPointError: divide by zero encountered in scalar divide"
    }
    np.seterr(divide="warn")
    assert failures(dividing, x=[1.0]) == {""}


def warning(x: float = 1.0) -> float:
    warnings.warn("doubtful", UserWarning, stacklevel=1)
    return x


def test_warnings_that_are_errors_here_are_errors_there() -> None:
    assert failures(warning, x=[1.0]) == {""}
    warnings.filterwarnings("error", message="doubt")
    assert failures(warning, x=[1.0]) == {"UserWarning: doubtful"}


def test_decimals_and_depth_hold_in_workers() -> None:
    def third(x: float = 1.0) -> float:
        return float(decimal.Decimal(1) / decimal.Decimal(3)) * x

    def deep(x: float = 1.0) -> float:
        return 0.0 if x < 0 else 1.0 + deep(x - 1)

    decimal.getcontext().prec = 2
    assert numbers(third, x=[1.0]) == [0.33]
    sys.setrecursionlimit(9000)
    assert numbers(deep, x=[5000.0]) == [5001.0]


def shown(x: float = 1.0) -> float:
    """Count the messages of Brian's that pass its filters."""
    import logging

    names = ["brian2.groups.method_choice", "brian2.codegen.some", "brian2.other"]
    records = [logging.LogRecord(name, 30, "", 0, "", None, None) for name in names]
    handler = BrianLogger.console_handler
    return float(sum(bool(handler.filter(record)) for record in records)) + handler.level


@network_model(duration=1 * ms)
def showing(x: float = 1.0) -> Network:
    group = NeuronGroup(1, "v : 1", name="group")
    group.v = shown()
    return Network(group)


@showing.measure()
def count(network: Network) -> float:
    return float(network["group"].v[0])


@pytest.mark.parametrize(("model", "engine"), [(shown, "auto"), (showing, "compiled")])
def test_messages_that_are_suppressed_here_are_suppressed_there(model: Any, engine: str) -> None:
    before = BrianLogger.console_handler.level
    assert numbers(model, engine, x=[1.0]) == [23.0]
    BrianLogger.suppress_name("method_choice")
    assert numbers(model, engine, x=[1.0]) == [22.0]
    BrianLogger.suppress_hierarchy("brian2.codegen")
    BrianLogger.log_level_error()
    try:
        assert numbers(model, engine, x=[1.0]) == [41.0]
    finally:
        BrianLogger.console_handler.setLevel(before)


def test_settings_are_no_part_of_what_is_stored(tmp_path: Path) -> None:
    """Results that read no file are the same in any folder."""
    store = tmp_path / "kept.sqlite"

    def run() -> int:
        sweep = Sweep(lambda x=1.0: x, x=[1.0, 2.0], workers=1, store=store)
        run = sweep.start()
        run.wait()
        return run.progress.recalled

    assert run() == 0
    os.chdir(tmp_path)
    warnings.simplefilter("ignore")
    assert run() == 2


def test_variables_that_the_model_names_are(tmp_path: Path) -> None:
    """They decide its numbers, and others do not."""
    store = tmp_path / "kept.sqlite"
    found = []
    for text in ("2", "3", "2"):
        os.environ["SCALE_OF_TEST"] = text
        os.environ["OTHER_OF_TEST"] = text * 2 + str(len(found))
        found.append(numbers(variable, x=[1.0], store=store)[0])
    assert found == [2.0, 3.0, 2.0]
    os.environ["OTHER_OF_TEST"] = "changed once more"
    sweep = Sweep(variable, x=[1.0], workers=1, store=store)
    run = sweep.start()
    run.wait()
    assert run.progress.recalled == 1


def by_computed_name(x: float = 1.0) -> float:
    return x * float(os.environ["scale_of_test".upper()])


def test_variables_whose_names_are_computed_are_read_anew(tmp_path: Path) -> None:
    """As files are, and the notice names them."""
    store = tmp_path / "kept.sqlite"
    for text in ("2", "3"):
        os.environ["SCALE_OF_TEST"] = text
        results = Sweep(by_computed_name, x=[1.0], workers=1, store=store).run(progress=False)
        assert [one.values["by_computed_name"].si for one in results.outcomes] == [float(text)]
        assert "reads the environment variable SCALE_OF_TEST" in results.notice


def catching(x: float = 1.0) -> float:
    try:
        warnings.warn("doubtful", stacklevel=1)
        return x * float(np.isinf(np.float64(1) / np.float64(0)))
    except (FloatingPointError, UserWarning) as error:
        return x * {"FloatingPointError": 2.0, "UserWarning": 3.0}[type(error).__name__]


def test_what_is_an_error_decides_the_numbers_of_code_that_catches_it(tmp_path: Path) -> None:
    store = tmp_path / "kept.sqlite"
    warnings.simplefilter("ignore")
    assert numbers(catching, x=[1.0], store=store) == [1.0]
    np.seterr(divide="raise")
    assert numbers(catching, x=[1.0], store=store) == [2.0]
    warnings.simplefilter("error")
    assert numbers(catching, x=[1.0], store=store) == [3.0]
