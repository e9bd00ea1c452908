"""The store by itself: what goes in comes out, whatever happens to the file."""

from __future__ import annotations

import gc
import json
import os
import pickle
import random
import shutil
import sqlite3
import stat
import threading
import warnings
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from brian_sweep_widget.models.parameters import Parameter
from brian_sweep_widget.models.units import PLAIN_NUMBER, Unit
from brian_sweep_widget.results import Failure, Origin, Outcome, Results, Value
from brian_sweep_widget.results.store import (
    DEFAULT_STORE,
    DamagedError,
    Entry,
    NotAStoreError,
    Store,
    StoreFullError,
    StoreReplacedError,
    StoreUnusableError,
    coding,
    connecting,
    database,
    default_path,
    open_store,
)
from brian_sweep_widget.results.store.reading import open_everything, open_info
from brian_sweep_widget.sweeps import Axis, Job, Plan

MILLIVOLT = Unit("mV", 1e-3, (2.0, 1.0, -3.0, -1.0, 0.0, 0.0, 0.0))
PARAMETERS = {
    "x": Parameter("x", "real", 1e-3, MILLIVOLT, "Weight", (0.0, None), (0.0, 4e-3)),
    "n": Parameter("n", "integer", 4, label="Size"),
    "on": Parameter("on", "flag", True),
    "how": Parameter("how", "text", "exact"),
}
PLAN = Plan(
    (Axis("x", (0.0, 1e-3, 2.5e-3), MILLIVOLT, "Weight"), Axis("n", (2, 4))),
    {"on": True, "how": "exact"},
    trials=2,
    seed=5,
)
ORIGIN = Origin("compiled", "host", 7, 1e9, 0.016, {"python": "3.11.7", "numpy": "2.3"}, 1e8)


def key(number: int) -> bytes:
    """Name a simulation."""
    return number.to_bytes(20, "big")


def done(job: Job, number: float = 1.5) -> Outcome:
    """Make a result."""
    value = Value(np.asarray(float(number)), MILLIVOLT, "Count")
    return Outcome(job, "done", {"count": value}, None, ORIGIN)


def fill(store: Store, name: bytes = b"s" * 16) -> list[Entry]:
    """Record a sweep with all its results."""
    store.record_sweep(name, "Model", PARAMETERS, PLAN)
    entries = [Entry(key(n), done(job, n), name) for n, job in enumerate(PLAN.jobs())]
    store.add("Model", entries)
    return entries


def same(one: Outcome, other: Outcome) -> bool:
    """Whether two outcomes are equal, bit by bit."""
    return (
        (one.job, one.status, one.failure, one.origin, one.failures)
        == (other.job, other.status, other.failure, other.origin, other.failures)
        and one.values.keys() == other.values.keys()
        and all(
            value.si.tobytes() == other.values[name].si.tobytes()
            and value.si.shape == other.values[name].si.shape
            and (value.unit, value.label) == (other.values[name].unit, other.values[name].label)
            for name, value in one.values.items()
        )
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Make a store in a folder of its own."""
    return Store(tmp_path / "results.sqlite")


def test_what_was_stored_is_found(store: Store) -> None:
    """By its key, for the job that asks; nothing else is."""
    entries = fill(store)
    for entry in entries:
        found = store.find(entry.key, entry.outcome.job)
        assert found is not None
        assert same(found, entry.outcome)
    assert store.find(key(99), PLAN.jobs()[0]) is None
    many = store.find_many([(entry.key, entry.outcome.job) for entry in entries])
    assert len(many) == len(PLAN)


def test_the_results_of_a_sweep_need_no_model(store: Store) -> None:
    """Plan, units, labels, provenance: all is in the file."""
    entries = fill(store)
    store.close()
    found = Results.open(store.path)
    assert found.plan == PLAN
    assert found.parameters == PARAMETERS
    assert found.model == "Model"
    assert found.counts() == {"done": len(PLAN)}
    expected = Results("Model", PARAMETERS, PLAN, [entry.outcome for entry in entries])
    assert found.dataset.identical(expected.dataset)
    assert found.to_dataframe().equals(expected.to_dataframe())
    assert same(found.outcomes[0], entries[0].outcome)


def test_a_sweep_under_way_has_what_it_has(store: Store) -> None:
    """Also none at all; a file without the sweep asked for says how many there are."""
    store.record_sweep(b"s" * 16, "Model", PARAMETERS, PLAN)
    assert len(store.results()) == 0
    job = PLAN.jobs()[3]
    store.add("Model", [Entry(key(1), done(job), b"s" * 16)])
    assert [outcome.job for outcome in store.results(1).outcomes] == [job]
    for which in (0, 2, -2):
        with pytest.raises(LookupError, match="recorded are 1"):
            store.results(which)


def test_a_result_stays_and_a_failure_gives_way(store: Store) -> None:
    """What is done is never replaced; what failed is, also by another failure."""
    job = PLAN.jobs()[0]
    failed = Outcome(job, "failed", {}, Failure("E", "first", "trace"), ORIGIN)
    lost = Outcome(job, "lost", {}, Failure("WorkerDied", "second"))
    cancelled = Outcome(job, "cancelled")
    store.add("Model", [Entry(key(1), failed)])
    assert store.find(key(1), job) is None
    store.add("Model", [Entry(key(1), lost)])
    assert store.info().counts == {"lost": 1}
    store.add("Model", [Entry(key(1), done(job, 1.0))])
    for later in (failed, lost, cancelled, done(job, 2.0)):
        store.add("Model", [Entry(key(1), later)])
        found = store.find(key(1), job)
        assert found is not None
        assert same(found, done(job, 1.0))
    assert store.info().counts == {"done": 1}


def partial(job: Job, number: float = 1.5) -> Outcome:
    """Make a result of which a measure failed."""
    failures = {"cv": Failure("ZeroDivisionError", "division by zero", "in cv")}
    return replace(done(job, number), failures=failures)


def test_what_is_partial_is_kept_for_the_record_and_computed_again(store: Store) -> None:
    """It is no result to be found; what is less does not take its place, a whole one does."""
    store.record_sweep(b"s" * 16, "Model", PARAMETERS, PLAN)
    job = PLAN.jobs()[0]
    failed = Outcome(job, "failed", {}, Failure("E", "first", "trace"), ORIGIN)
    for outcome in (failed, partial(job, 1.0), failed):
        store.add("Model", [Entry(key(1), outcome, b"s" * 16)])
        assert store.find(key(1), job) is None
    (kept,) = Results.open(store.path).outcomes
    assert same(kept, partial(job, 1.0))
    store.add("Model", [Entry(key(1), partial(job, 2.0))])
    store.add("Model", [Entry(key(1), done(job, 3.0))])
    store.add("Model", [Entry(key(1), partial(job, 4.0))])
    found = store.find(key(1), job)
    assert found is not None
    assert same(found, done(job, 3.0))


def test_merging_takes_what_is_better(store: Store, tmp_path: Path) -> None:
    """What is partial comes in the place of a failure, and gives way to a whole result."""
    other = Store(tmp_path / "other.sqlite")
    first, second, third = PLAN.jobs()[:3]
    failed = Outcome(first, "failed", {}, Failure("E", "first", "trace"), ORIGIN)
    whole = done(second, 2.0)
    store.add(
        "Model", [Entry(key(1), failed), Entry(key(2), partial(second)), Entry(key(3), done(third))]
    )
    other.add(
        "Model",
        [Entry(key(1), partial(first)), Entry(key(2), whole), Entry(key(3), partial(third))],
    )
    assert store.merge(other.path).added == 2
    assert store.info().counts == {"done": 3}
    found = store.find_many([(key(1), first), (key(2), second), (key(3), third)])
    assert found.keys() == {key(2), key(3)}


def test_a_store_of_the_format_before_is_read_and_kept(store: Store) -> None:
    """Its failures are lists of three; from then on, older versions leave the file alone."""
    fill(store)
    job = PLAN.jobs()[0]
    store.add("Model", [Entry(key(50), Outcome(job, "failed", {}, Failure("E", "no", "trace")))])
    store.close()
    with closing(sqlite3.connect(store.path)) as connection:
        row = coding.to_row(
            key(50), "Model", Outcome(job, "failed", {}, Failure("E", "no", "trace"))
        )
        old = row._replace(failure='["E","no","trace"]')
        connection.execute(
            "UPDATE outcome SET failure = ?, check_sum = ? WHERE key = ?",
            (old.failure, coding._check(old), key(50)),
        )
        connection.execute("PRAGMA user_version = 1")
        connection.commit()
    assert Results.open(store.path).counts() == {"done": len(PLAN)}
    (one,) = [stored for stored in open_everything(store.path) if stored.status == "failed"]
    assert one.error == "E: no"
    again = Store(store.path)
    assert again.find(key(0), job) is not None
    assert again.info().counts == {"done": len(PLAN), "failed": 1}
    assert [path.name for path in store.path.parent.iterdir()] == [store.path.name]
    with closing(sqlite3.connect(store.path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)


floats = st.floats(width=64)
arrays = hnp.arrays(
    np.float64, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4), elements=floats
)
texts = st.text(st.characters(codec=None), max_size=8)
# What is shown in a line, on charts and in terminals.
names = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=8)
units = st.builds(Unit, names, st.floats(1e-300, 1e300), st.tuples(*[st.floats(-3, 3)] * 7))
origins = st.builds(
    Origin, names, names, st.integers(-1, 2**31), st.floats(0, 1e11), st.floats(0, 1e6),
    st.dictionaries(texts, texts, max_size=3), st.floats(0, 1e12),
    st.lists(texts, max_size=2).map(tuple),
)  # fmt: skip
outcomes = st.builds(
    Outcome,
    st.just(PLAN.jobs()[0]),
    st.sampled_from(["done", "failed", "lost"]),
    st.dictionaries(names, st.builds(Value, arrays, units, names), max_size=3),
    st.none() | st.builds(Failure, texts, texts, texts),
    st.none() | origins,
    st.dictionaries(names, st.builds(Failure, texts, texts, texts), max_size=2),
)


@given(outcomes)
def test_every_outcome_comes_back_as_it_was(outcome: Outcome) -> None:
    """Every bit of it: NaNs, empty arrays, lone surrogates."""
    row = coding.to_row(key(1), "m", outcome)
    connection = sqlite3.connect(":memory:")
    written = connection.execute(f"SELECT {','.join('?' * len(row))}", row).fetchone()
    assert same(coding.read_outcome(coding.Row(*written), outcome.job), outcome)


def test_a_large_array_comes_back(store: Store) -> None:
    """A hundred megabytes of it."""
    job = PLAN.jobs()[0]
    numbers = np.random.default_rng(1).random(12_500_000)
    large = Outcome(job, "done", {"v": Value(numbers, PLAIN_NUMBER, "v")}, None, ORIGIN)
    store.add("Model", [Entry(key(1), large)])
    found = store.find(key(1), job)
    assert found is not None
    assert np.array_equal(found.values["v"].si, numbers)


def test_the_file_is_the_users_alone_and_one(store: Store) -> None:
    """No journal stays, and nobody else may read it; a file that is there keeps its mode."""
    fill(store)
    assert [path.name for path in store.path.parent.iterdir()] == ["results.sqlite"]
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    store.path.chmod(0o640)
    Store(store.path).add("Model", [Entry(key(50), done(PLAN.jobs()[0]))])
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o640


def test_nothing_is_made_before_it_is_used(tmp_path: Path) -> None:
    """And opening results makes nothing either."""
    Store(tmp_path / "deep" / "results.sqlite")
    with pytest.raises(FileNotFoundError, match="there is no store"):
        Results.open(tmp_path / "deep" / "results.sqlite")
    assert not list(tmp_path.iterdir())


def test_a_store_from_a_read_only_place_can_be_opened(store: Store) -> None:
    """A teacher's file on a share."""
    fill(store)
    store.close()
    store.path.chmod(0o400)
    store.path.parent.chmod(0o500)
    try:
        assert len(Results.open(store.path)) == len(PLAN)
        assert open_info(store.path).counts == {"done": len(PLAN)}
    finally:
        store.path.parent.chmod(0o700)


def test_what_was_being_written_by_who_was_killed_is_undone_for_readers(
    store: Store, tmp_path: Path
) -> None:
    """Results are opened as they were before, though opening changes nothing otherwise."""
    fill(store)
    store.close()
    killed, whole = tmp_path / "killed.sqlite", open_everything(store.path)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size = 1")  # so that it is written before it is done
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("UPDATE outcome SET status = 'failed', files = ?", ("z" * 9000,))
        for written in (store.path, Path(f"{store.path}-journal")):
            shutil.copy(
                written, killed.with_name(written.name.replace(store.path.name, killed.name))
            )
        connection.execute("ROLLBACK")
    assert open_everything(killed) == whole
    assert not Path(f"{killed}-journal").exists()


def test_all_or_nothing(store: Store) -> None:
    """Entries of a sweep that was not recorded here are not stored at all."""
    job = PLAN.jobs()[0]
    good = Entry(key(1), done(job))
    with pytest.raises(StoreReplacedError):
        store.add("Model", [good, Entry(key(2), done(job), b"x" * 16)])
    assert store.find(key(1), job) is None


def test_a_file_that_was_moved_away_is_made_anew(store: Store) -> None:
    """And the sweep under way is told, so that it records all of itself again."""
    entries = fill(store)
    store.path.rename(store.path.with_name("moved.sqlite"))
    with pytest.raises(StoreReplacedError):
        store.add("Model", entries[:1])
    assert store.find(entries[0].key, entries[0].outcome.job) is None
    fill(store)
    assert len(store.results()) == len(PLAN)
    assert len(Results.open(store.path.with_name("moved.sqlite"))) == len(PLAN)


def test_two_stores_and_many_threads_write_into_one_file(store: Store) -> None:
    """Every outcome is there once."""
    stores = [store, Store(store.path)]
    errors: list[BaseException] = []

    def write(part: int) -> None:
        try:
            for number in range(25):
                entry = Entry(key(100 * part + number), done(PLAN.jobs()[number % 12]))
                stores[part % 2].add("Model", [entry])
                assert store.find(entry.key, entry.outcome.job) is not None
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(part,)) for part in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert store.info().counts == {"done": 150}


def test_a_store_that_is_full_takes_nothing_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    """The limit is one of pages, as a full disk is."""
    small = Store(tmp_path / "small.sqlite", limit=60_000)
    entries = fill(small)
    job = PLAN.jobs()[0]
    large = Outcome(job, "done", {"v": Value(np.zeros(20_000), PLAIN_NUMBER, "v")}, None, ORIGIN)
    with pytest.raises(StoreFullError, match="small.sqlite is full: it may have 0 MB|disk"):
        small.add("Model", [Entry(key(50), large), Entry(key(51), done(job))])
    assert small.find(key(51), job) is None
    assert small.find(entries[0].key, entries[0].outcome.job) is not None
    small.close()
    roomy = Store(tmp_path / "small.sqlite", limit=10_000_000)
    roomy.add("Model", [Entry(key(50), large), Entry(key(51), done(job))])
    assert roomy.find(key(50), job) is not None


# Damage


def overwrite(path: Path, start: int, contents: bytes) -> None:
    """Write into the middle of a file."""
    with path.open("r+b") as file:
        file.seek(start)
        file.write(contents)


def cut(path: Path) -> None:
    """Lose the second half."""
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def a_broken_heading(path: Path) -> None:
    """Lose the first page."""
    overwrite(path, 0, os.urandom(4096))


@pytest.mark.parametrize("damage", [cut, a_broken_heading])
def test_a_damaged_file_is_set_aside(store: Store, damage: Callable[[Path], None]) -> None:
    """With every byte of it, and said so; a new one takes its place."""
    entries = fill(store)
    store.close()
    damage(store.path)
    broken = store.path.read_bytes()
    again = Store(store.path)
    again.add("Model", [Entry(key(70), done(PLAN.jobs()[1], 70.0))])
    aside = [path for path in store.path.parent.iterdir() if "damaged" in path.name]
    assert [path.read_bytes() for path in aside] == [broken]
    assert aside[0].name in again.notice
    assert "was damaged" in again.notice
    assert again.find(key(70), PLAN.jobs()[1]) is not None
    for entry in entries:
        found = again.find(entry.key, entry.outcome.job)
        assert found is None or same(found, entry.outcome)
    fill(again)
    assert len(again.results()) == len(PLAN)


@pytest.mark.parametrize("seed", range(25))
def test_no_damage_gives_a_wrong_number(tmp_path: Path, seed: int) -> None:
    """Bytes overwritten anywhere: what is found is right, or is not found."""
    store = Store(tmp_path / "results.sqlite")
    entries = fill(store)
    store.close()
    chance = random.Random(seed)
    for _ in range(chance.randint(1, 30)):
        size = chance.randint(1, 40)
        place = chance.randrange(store.path.stat().st_size - size)
        overwrite(store.path, place, chance.randbytes(size))
    again = Store(store.path)
    for entry in entries:
        try:
            found = again.find(entry.key, entry.outcome.job)
        except StoreUnusableError:  # the heading says that it is another program's
            again = Store(tmp_path / "other.sqlite")
            continue
        assert found is None or same(found, entry.outcome)
    try:
        results = again.results()
    except (LookupError, StoreUnusableError):
        return  # it was set aside, and the sweep with it
    good = {entry.outcome.job.position: entry.outcome for entry in entries}
    assert all(same(outcome, good[outcome.job.position]) for outcome in results.outcomes)


def test_what_can_be_read_of_a_damaged_file_is_taken_over(tmp_path: Path) -> None:
    """And merging it by hand counts what cannot."""
    store = Store(tmp_path / "results.sqlite")
    job = PLAN.jobs()[0]
    store.add("Model", [Entry(key(number), done(job, number)) for number in range(2000)])
    store.close()
    overwrite(store.path, store.path.stat().st_size // 2, os.urandom(8192))
    damaged = tmp_path / "copy.sqlite"
    damaged.write_bytes(store.path.read_bytes())
    merged = Store(tmp_path / "new.sqlite").merge(damaged)
    assert 1000 < merged.added < 2000
    assert merged.unreadable
    again = Store(store.path)
    found = again.find_many([(key(number), job) for number in range(2000)])
    assert len(found) == merged.added
    assert all(float(found[one].values["count"].si) == int.from_bytes(one, "big") for one in found)


def test_many_simulations_are_looked_for_in_a_small_store(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That takes longer than to read all that such a file holds, and is no damage."""
    monkeypatch.setattr(connecting, "_LEAST_STEPS", 1)  # or it would take millions
    entries = fill(store)
    wanted = [(key(number), entries[0].outcome.job) for number in range(1000, 101_000)]
    found = store.find_many([*wanted, *((one.key, one.outcome.job) for one in entries)])
    assert found.keys() == {one.key for one in entries if one.outcome.complete}
    assert store.notice == ""


def test_only_the_damaged_file_itself_is_set_aside(store: Store) -> None:
    """Another kernel has set it aside already: its new file stays."""
    fill(store)
    others = Store(store.path)
    fill(others)
    overwrite(store.path, 4096, os.urandom(store.path.stat().st_size - 4096))
    fill(store)
    fresh = store.path.read_bytes()
    assert store.notice
    assert others.info().counts == {"done": len(PLAN)}
    assert not others.notice
    assert store.path.read_bytes() == fresh


def of_another_program(path: Path) -> None:
    """Be a database with other tables."""
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE notes (text TEXT)")
        connection.execute("INSERT INTO notes VALUES ('mine')")


def with_a_trigger(path: Path) -> None:
    """Be a store that would do something by itself."""
    fill(Store(path))
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TRIGGER t AFTER INSERT ON outcome BEGIN DELETE FROM sweep; END")


def with_a_view(path: Path) -> None:
    """Be a store whose table is something else."""
    fill(Store(path))
    with sqlite3.connect(path) as connection:
        connection.execute("ALTER TABLE origin RENAME TO real_origin")
        connection.execute("CREATE VIEW origin AS SELECT number, document FROM real_origin")


def of_another_version(path: Path) -> None:
    """Be of the future."""
    fill(Store(path))
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")


def a_text(path: Path) -> None:
    """Be somebody's own notes."""
    path.write_text("these are my notes\n" * 400)


def a_picture(path: Path) -> None:
    """Be what results were saved as, or drawn."""
    path.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0\1\2\3" * 2000 + b"end")


def a_folder(path: Path) -> None:
    """Be no file."""
    path.mkdir()


@pytest.mark.parametrize(
    "make",
    [
        *(of_another_program, with_a_trigger, with_a_view, of_another_version),
        *(a_text, a_picture, a_folder),
    ],
)
def test_what_is_no_store_is_left_alone(tmp_path: Path, make: Callable[[Path], None]) -> None:
    """Not opened, not changed, not set aside."""
    path = tmp_path / "other.sqlite"
    make(path)
    before = path.read_bytes() if path.is_file() else b""
    for action in (
        lambda: fill(Store(path)),
        lambda: Store(path).info(),
        lambda: Store(tmp_path / "new.sqlite").merge(path),
        lambda: Results.open(path),
    ):
        with pytest.raises((NotAStoreError, FileNotFoundError)):
            action()
    assert (path.read_bytes() if path.is_file() else b"") == before
    assert not [other for other in tmp_path.iterdir() if "damaged" in other.name]


class Exploding:
    """Does something when it is unpickled."""

    def __reduce__(self) -> Any:
        return os.abort, ()


def hostile_rows() -> list[tuple[str, Any]]:
    """List what a stranger may write into the columns of a result."""

    def heading(*arrays: Any) -> bytes:
        written = json.dumps(list(arrays)).encode()
        return len(written).to_bytes(4, "little") + written

    unit = {"symbol": "", "scale": 1.0, "dimensions": [0.0] * 7}
    return [
        ("measured", pickle.dumps(Exploding())),
        ("measured", b""),
        ("measured", b"\xff" * 40),
        ("measured", heading(["count", "l", unit, [10**12]])),
        ("measured", heading(["count", "l", unit, [-1]]) + b"\0" * 8),
        ("measured", heading(["count", "l", unit, [2**62, 4]])),
        ("measured", heading(["count", "l", unit, [1.5]])),
        ("measured", heading(["count", "l", {**unit, "dimensions": "x"}, []]) + b"\0" * 8),
        ("measured", heading(["count", "l", unit, []]) + b"\0" * 9),
        ("measured", heading("count")),
        ("measured", b"[" * 100_000),
        ("parameters", "[" * 100_000),
        ("parameters", '{"x": {"y": 1}}'),
        ("parameters", "nonsense"),
        ("status", "excellent"),
        ("failure", "[1, 2, 3]"),
        ("files", "{}"),
        ("seed", "seven"),
        ("process", 1.5),
        ("measured", "a text"),
        ("check_sum", None),
    ]


@pytest.mark.parametrize(("column", "value"), hostile_rows())
@pytest.mark.parametrize("checked", [False, True])
def test_a_strangers_row_is_no_result_and_runs_nothing(
    tmp_path: Path, column: str, value: Any, checked: bool
) -> None:
    """Whether its check sum fits or not."""
    store = Store(tmp_path / "results.sqlite")
    job = PLAN.jobs()[0]
    row = coding.to_row(key(1), "Model", done(job))
    store.add("Model", [Entry(key(1), done(job)), Entry(key(2), done(job))])
    store.close()
    fitting = b""
    if checked and column in row._fields:
        row = row._replace(**{column: value})
        fitting = coding._check(row)
    try:
        with sqlite3.connect(store.path) as connection:
            connection.execute(f"UPDATE outcome SET {column} = ? WHERE number = 1", (value,))
            if fitting:
                connection.execute("UPDATE outcome SET check_sum = ? WHERE number = 1", (fitting,))
    except sqlite3.IntegrityError:
        return  # the database itself refuses it
    for read in (open_everything, Results.open):
        with pytest.raises((DamagedError, LookupError)):
            read(store.path)
    again = Store(store.path)
    assert (again.find(key(1), job) is None) or column == "parameters"
    assert again.find(key(2), job) is not None
    # What a result is found by, and for, is not read then.
    assert column in {"status", "parameters"} or "was damaged" in again.notice


def test_merging(tmp_path: Path) -> None:
    """What is missing comes over, sweeps too; results beat failures; twice changes nothing."""
    one, other = Store(tmp_path / "one.sqlite"), Store(tmp_path / "other.sqlite")
    jobs = PLAN.jobs()
    failed = Outcome(jobs[0], "failed", {}, Failure("E", "no"), ORIGIN)
    one.add("Model", [Entry(key(0), failed), Entry(key(20), done(jobs[2], 20.0))])
    entries = fill(other)
    before = other.path.read_bytes()
    merged = one.merge(other.path)
    assert (merged.added, merged.known, merged.unreadable) == (12, 0, 0)
    assert other.path.read_bytes() == before
    assert one.merge(other.path).added == 0
    assert [sweep.counts for sweep in one.sweeps()] == [{"done": 12}]
    assert len(one.results()) == len(PLAN)
    found = one.find(key(0), jobs[0])
    assert found is not None
    assert same(found, entries[0].outcome)
    assert other.merge(one.path).added == 1
    assert other.info().counts == one.info().counts == {"done": 13}
    with pytest.raises(FileNotFoundError, match="there is no store"):
        one.merge(tmp_path / "nothing.sqlite")
    assert one.merge(one.path).added == 0


def test_what_a_store_says_of_itself(store: Store) -> None:
    """Counts, sweeps, engines, hosts and times."""
    fill(store)
    later = replace(ORIGIN, engine="plain function", host="other", started=2e9)
    job = PLAN.jobs()[0]
    store.add("Other", [Entry(key(40), Outcome(job, "failed", {}, Failure("E", ""), later))])
    found = store.info()
    assert found.counts == {"done": 12, "failed": 1}
    assert (found.engines, found.hosts) == (("compiled", "plain function"), ("host", "other"))
    assert (found.first, found.last) == (1e9, 2e9)
    assert [(sweep.model, sweep.jobs, dict(sweep.counts)) for sweep in found.sweeps] == [
        ("Model", 12, {"done": 12})
    ]
    assert found.size == store.path.stat().st_size
    everything = open_everything(store.path)
    assert [row.status for row in everything] == ["done"] * 12 + ["failed"]
    assert everything[3].parameters == dict(PLAN.jobs()[3].parameters)


# Where it is


def test_the_users_own_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In the folder for data, unless the variable names another, or none."""
    monkeypatch.delenv("BRIAN_SWEEP_STORE")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert default_path() == tmp_path / "brian-sweep-widget" / "results.sqlite"
    first = open_store(DEFAULT_STORE)
    assert first is not None
    assert first is open_store(DEFAULT_STORE)
    assert first is open_store(str(first.path))
    monkeypatch.setenv("BRIAN_SWEEP_STORE", str(tmp_path / "mine.sqlite"))
    assert default_path() == tmp_path / "mine.sqlite"
    monkeypatch.setenv("BRIAN_SWEEP_STORE", "none")
    assert open_store(DEFAULT_STORE) is None
    assert open_store(None) is None
    for wrong in (7, True, ["a"], ""):
        with pytest.raises(TypeError, match="is no place for results"):
            open_store(wrong)


def test_a_place_where_nothing_can_be_made(tmp_path: Path) -> None:
    """Is told, with the place."""
    (tmp_path / "file").write_text("")
    store = Store(tmp_path / "file" / "results.sqlite")
    with pytest.raises(StoreUnusableError, match="cannot be stored in .*results.sqlite"):
        fill(store)


def test_a_file_that_another_process_keeps_locked(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Is told after some patience; afterwards all goes on."""
    monkeypatch.setattr(database, "PATIENCE", 0.2)
    entries = fill(store)
    store.close()
    holder = sqlite3.connect(store.path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreUnusableError, match="another process does not let go"):
        store.add("Model", entries[:1])
    holder.execute("ROLLBACK")
    store.add("Model", entries[:1])
    holder.close()


def test_a_store_that_is_dropped_leaves_nothing_open(store: Store) -> None:
    """Also if nobody closed it, and where the file is damaged."""
    path = store.path
    fill(store)
    gc.collect()  # of what other tests left open
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", ResourceWarning)
        dropped = Store(path)
        dropped.info()
        del dropped
        store.close()
        cut(path)
        for read in (lambda: Results.open(path), lambda: open_everything(path)):
            with pytest.raises(DamagedError):
                read()
        dropped = Store(path)
        dropped.info()
        del dropped
        gc.collect()
    assert not [str(one.message) for one in told]


def test_no_write_ahead_log_is_used(store: Store) -> None:
    """It needs memory that all share, and so fails on network homes."""
    fill(store)
    store.close()
    with sqlite3.connect(store.path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    fill(Store(store.path))
    with sqlite3.connect(store.path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("a\0b.sqlite", "has a character that no file's name can have"),
        ("a\ud800b.sqlite", "has a character that no file's name can have"),
        ("", "is a folder"),
        ("pipe", "is no file that keeps"),
        ("~nobody-of-this-name/x.sqlite", "cannot be found"),
    ],
)
def test_a_name_that_can_be_no_stores_is_refused(tmp_path: Path, name: str, why: str) -> None:
    """Before anything is computed; the sweep ended with an error of its own."""
    os.mkfifo(tmp_path / "pipe")
    named = name if name.startswith("~") else f"{tmp_path}/{name}"
    with pytest.raises(ValueError, match=f"store = .* {why}.*allowed: a file's name"):
        open_store(named)
