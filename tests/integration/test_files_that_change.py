"""A file that a model reads changes in the middle of a session: no number is of the old one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from brian2 import Network, NeuronGroup, ms, network_operation, prefs
from hypothesis import given, settings
from hypothesis import strategies as st

from brian_sweep_widget import Sweep, network_model
from brian_sweep_widget.results import Results
from brian_sweep_widget.runs.recall import Recall

prefs.codegen.target = "numpy"


def _with_number(model: Any) -> Any:
    @model.measure()
    def number(network: Any) -> float:
        return float(network["n"].v[0])

    return model


def built(folder: Path) -> Any:
    """Make a model of which the builder reads; a large gain waits until the test lets it go on."""
    path, go = folder / "w.txt", folder / "go"

    @network_model(duration=1 * ms)
    def builder(gain=1.0):
        while gain > 50 and not go.is_dir():
            pass
        group = NeuronGroup(2, "v : 1", name="n")
        group.v = float(np.loadtxt(path)) * gain
        return Network(group)

    return _with_number(builder)


def measured(folder: Path) -> Any:
    """Make a model of which the measure reads."""
    path = folder / "w.txt"

    @network_model(duration=1 * ms)
    def builder(gain=1.0):
        group = NeuronGroup(2, "v : 1", name="n")
        group.v = "gain*1.0"
        return Network(group)

    @builder.measure()
    def number(network: Any) -> float:
        return float(np.loadtxt(path) * network["n"].v[0])

    return builder


def plain(folder: Path) -> Any:
    """Make a plain function that reads; it waits as the builder does, and may fail."""
    path, go = folder / "w.txt", folder / "go"

    def function(gain=1.0):
        while gain > 50 and not go.is_dir():
            pass
        if gain == 3.0 and not go.is_dir():
            raise ValueError
        return {"number": float(np.loadtxt(path)) * gain}

    return function


def mapped(folder: Path) -> Any:
    """Make a model of which the builder maps the file into memory."""
    path = folder / "w.npy"

    @network_model(duration=1 * ms)
    def builder(gain=1.0):
        group = NeuronGroup(2, "v : 1", name="n")
        group.v = np.array(np.load(path, mmap_mode="r")) * gain
        return Network(group)

    return _with_number(builder)


def optional(folder: Path) -> Any:
    """Make a model that does without a file, and reads all files of a folder."""

    @network_model(duration=1 * ms)
    def builder(gain=1.0):
        extra = folder / "extra.txt"
        total = float(extra.read_text()) if extra.exists() else 0.5
        for path in sorted((folder / "all").glob("*.txt")):
            total += float(path.read_text())
        group = NeuronGroup(2, "v : 1", name="n")
        group.v = total * gain
        return Network(group)

    return _with_number(builder)


def shaped(folder: Path) -> Any:
    """Make a model of which the file decides what code there is, and if it can be compiled."""
    path = folder / "w.txt"

    @network_model(duration=1 * ms)
    def builder(gain=1.0):
        rate = path.read_text()
        if rate == "python":
            group = NeuronGroup(1, "v : 1", name="n")

            @network_operation(dt=1 * ms)
            def operate() -> None:
                group.v = 7.0

            return Network(group, operate)
        group = NeuronGroup(1, f"dv/dt = gain*({rate})/ms : 1", method="euler", name="n")
        return Network(group)

    return _with_number(builder)


KINDS: dict[str, tuple[Callable[[Path], Any], str]] = {
    "built, compiled": (built, "compiled"),
    "measured, compiled": (measured, "compiled"),
    "built, in Brian's runtime": (built, "numpy"),
    "measured, in Brian's runtime": (measured, "numpy"),
    "plain": (plain, "auto"),
}


def _sweep(model: Any, engine: str = "compiled", **options: Any) -> Sweep:
    return Sweep(model, **({"engine": engine, "store": None, "workers": 2} | options))


def _numbers(results: Results) -> list[float]:
    assert not results.failures, [str(failed.failure) for failed in results.failures]
    return [float(number) for number in results.dataset["number"].values.ravel()]


def written(path: Path, value: float) -> None:
    """In place, with the same size."""
    path.write_text(f"{value:.1f}")


def renamed(path: Path, value: float) -> None:
    """Another file takes the name."""
    fresh = path.with_suffix(".new")
    fresh.write_text(f"{value:.1f}")
    fresh.replace(path)


def made_anew(path: Path, value: float) -> None:
    """It is gone for a moment."""
    path.unlink(missing_ok=True)
    path.write_text(f"{value:.1f}")


@pytest.mark.parametrize("kind", KINDS)
def test_every_sweep_is_of_what_is_in_the_file(
    kind: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """However, and however often, it was written, and with whatever values between."""
    make, engine = KINDS[kind]
    one = st.tuples(
        st.sampled_from([written, renamed, made_anew]),
        st.integers(1, 9),
        st.lists(st.integers(1, 20), min_size=1, max_size=3, unique=True).map(sorted),
    )

    @settings(max_examples=4)
    @given(st.lists(one, min_size=2, max_size=4))
    def swept(changes: list[tuple[Callable[[Path, float], None], int, list[int]]]) -> None:
        folder = tmp_path_factory.mktemp("read")
        (folder / "go").mkdir()
        model, path = make(folder), folder / "w.txt"
        for change, value, gains in changes:
            change(path, value)
            results = _sweep(model, engine, gain=[float(gain) for gain in gains]).run(
                progress=False
            )
            assert _numbers(results) == [float(value * gain) for gain in gains]
            assert str(path) in results.notice
            assert "Not all points" not in results.notice

    swept()


@pytest.mark.parametrize("kind", ["built, compiled", "built, in Brian's runtime", "plain"])
def test_a_change_while_the_sweep_runs_is_told(kind: str, tmp_path: Path) -> None:
    """With the file's name: the curve is of both its contents."""
    make, engine = KINDS[kind]
    path = tmp_path / "w.txt"
    written(path, 2.0)
    run = _sweep(make(tmp_path), engine, gain=[1.0, 60.0]).start()
    assert next(iter(run)).values["number"].si.item() == 2.0
    renamed(path, 3.0)
    (tmp_path / "go").mkdir()
    results = run.wait(120)
    assert _numbers(results) == [2.0, 180.0]
    assert f"Not all points are of the same {path}" in results.notice
    assert results.dataset.attrs["notice"] == results.notice == run.progress.notice


def test_a_change_before_a_retry_is_told(tmp_path: Path) -> None:
    """What was computed before it is kept."""
    path = tmp_path / "w.txt"
    written(path, 2.0)
    run = _sweep(plain(tmp_path), "auto", gain=[1.0, 3.0]).start()
    assert run.wait(120).counts() == {"done": 1, "failed": 1}
    assert "Not all points" not in run.results.notice
    written(path, 5.0)
    (tmp_path / "go").mkdir()
    results = run.retry().wait(120)
    assert _numbers(results) == [2.0, 15.0]
    assert f"Not all points are of the same {path}" in results.notice


@pytest.mark.parametrize("make", [built, measured])
def test_nothing_is_recalled_that_depends_on_files(make: Any, tmp_path: Path) -> None:
    """While a slider moves, what was computed a moment ago is not computed again."""
    path, recall = tmp_path / "w.txt", Recall()
    model = make(tmp_path)
    for value in (2.0, 3.0):
        written(path, value)
        run = _sweep(model, gain=[1.0, 2.0]).start(recall)
        assert _numbers(run.wait(120)) == [value, 2 * value]


def test_the_store_knows_what_was_built_from_the_same_contents(tmp_path: Path) -> None:
    """A compiled simulation is found again by what its program was given."""
    path = tmp_path / "w.txt"
    model = built(tmp_path)
    known = []
    for value in (2.0, 3.0, 2.0):
        written(path, value)
        run = _sweep(model, gain=[1.0, 2.0], store=tmp_path / "store.sqlite").start()
        assert _numbers(run.wait(120)) == [value, 2 * value]
        assert f"The model reads {path}" in run.results.notice
        known.append(run.progress.recalled)
    assert known == [0, 0, 2]


def test_what_is_not_there_and_what_is_added_count(tmp_path: Path) -> None:
    """A file that a model did without, and others in a folder that it lists."""
    (tmp_path / "all").mkdir()
    model = optional(tmp_path)

    def found() -> list[float]:
        return _numbers(_sweep(model, gain=[1.0, 2.0]).run(progress=False))

    assert found() == [0.5, 1.0]
    written(tmp_path / "all" / "a.txt", 4.0)
    assert found() == [4.5, 9.0]
    written(tmp_path / "extra.txt", 2.0)
    assert found() == [6.0, 12.0]
    (tmp_path / "all" / "a.txt").unlink()
    assert found() == [2.0, 4.0]


def test_a_file_that_is_mapped_into_memory(tmp_path: Path) -> None:
    """Changed in place, as by another program's map."""
    path = tmp_path / "w.npy"
    np.save(path, np.ones(2))
    model = mapped(tmp_path)
    for value in (1.0, 4.0):
        array = np.load(path, mmap_mode="r+")
        array[:] = value
        array.flush()
        assert _numbers(_sweep(model, gain=[1.0, 2.0]).run(progress=False)) == [value, 2 * value]


def test_another_file_may_be_another_program(tmp_path: Path) -> None:
    """Or none at all: what was told of one says nothing about the next."""
    path = tmp_path / "w.txt"
    model = shaped(tmp_path)
    for rate, expected in (
        ("1", [1.0, 2.0]),
        ("2", [2.0, 4.0]),
        ("1 + 0*v", [1.0, 2.0]),
        ("2", [2.0, 4.0]),
    ):
        path.write_text(rate)
        sweep = _sweep(model, "auto", gain=[1.0, 2.0])
        results = sweep.run(progress=False)
        np.testing.assert_allclose(_numbers(results), expected, rtol=1e-12)
        assert {one.origin.engine for one in results.outcomes if one.origin} == {"compiled"}


def test_a_reason_not_to_compile_holds_for_its_file(tmp_path: Path) -> None:
    """With another one it can be compiled."""
    path = tmp_path / "w.txt"
    model = shaped(tmp_path)
    for rate, expected, engine in (
        ("python", [7.0, 7.0], "runtime (numpy)"),
        ("1", [1.0, 2.0], "compiled"),
    ):
        path.write_text(rate)
        results = _sweep(model, "auto", gain=[1.0, 2.0]).run(progress=False)
        np.testing.assert_allclose(_numbers(results), expected, rtol=1e-12)
        assert {one.origin.engine for one in results.outcomes if one.origin} == {engine}
        assert str(path) in results.notice


def test_a_file_that_appears_after_all(tmp_path: Path) -> None:
    """A point that failed for want of it has a result then."""
    path = tmp_path / "w.txt"
    model = built(tmp_path)
    failed = _sweep(model, gain=[1.0, 2.0]).run(progress=False)
    assert failed.counts() == {"failed": 2}
    assert "FileNotFoundError" in str(failed.failures[0].failure)
    written(path, 2.0)
    assert _numbers(_sweep(model, gain=[1.0, 2.0]).run(progress=False)) == [2.0, 4.0]
    path.unlink()
    assert _sweep(model, gain=[1.0, 2.0]).run(progress=False).counts() == {"failed": 2}


@pytest.mark.parametrize("engine", ["compiled", "numpy", "plain"])
def test_models_that_read_nothing_say_nothing(engine: str) -> None:
    """Imports look into folders, Brian into its own files, temporary files are nobody's."""

    def function(gain=1.0):
        import tempfile
        import wsgiref.util  # of which nobody has thought yet
        from importlib.metadata import version

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "own.txt"
            path.write_text(version("numpy"))
            assert [each.read_text() for each in Path(folder).iterdir()] == [version("numpy")]
        return {"number": gain * bool(wsgiref.util)}

    @network_model(duration=1 * ms)
    def builder(gain=1.0):
        group = NeuronGroup(2, "v : 1", name="n")
        group.v = function(gain)["number"]
        return Network(group)

    plain_one = engine == "plain"
    model = function if plain_one else _with_number(builder)
    run = _sweep(model, "auto" if plain_one else engine, gain=[1.0, 2.0]).start()
    assert _numbers(run.wait(200)) == [1.0, 2.0]
    assert run.files_read == {}
