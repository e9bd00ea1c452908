"""Stores that strangers wrote: read as they are, or refused in words, within bounds."""

from __future__ import annotations

import copy
import json
import shutil
import sqlite3
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from helpers import run_script

from brian_sweep_widget.cli import main
from brian_sweep_widget.cli.terminal import INCOMPLETE
from brian_sweep_widget.models.parameters import Parameter
from brian_sweep_widget.models.units import PLAIN_NUMBER, Unit
from brian_sweep_widget.results import Failure, Origin, Outcome, Results, Value
from brian_sweep_widget.results.store import (
    DamagedError,
    Entry,
    NotAStoreError,
    Store,
    StoreError,
    coding,
)
from brian_sweep_widget.results.store.database import APPLICATION_ID
from brian_sweep_widget.results.store.reading import open_everything, open_info
from brian_sweep_widget.results.store.rows import row_from, rows_from
from brian_sweep_widget.sweeps import Axis, Plan

MILLIVOLT = Unit("mV", 1e-3, (2.0, 1.0, -3.0, -1.0, 0.0, 0.0, 0.0))
PARAMETERS = {
    "x": Parameter("x", "real", 1e-3, MILLIVOLT, "Weight", (0.0, None), (0.0, 4e-3)),
    "n": Parameter("n", "integer", 4, label="Size"),
    "how": Parameter("how", "text", "exact"),
}
AXES = (Axis("x", (0.0, 1e-3), MILLIVOLT, "Weight"), Axis("n", (2, 4), PLAIN_NUMBER, "Size"))
PLAN = Plan(AXES, {"how": "exact"}, trials=2, seed=5)
ORIGIN = Origin("compiled", "host", 7, 1e9, 0.016, {"python": "3.11.7"}, 1e8)
TABLES = ("sweep", "point", "origin", "outcome")


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a store with numbers, arrays, a failure and a sweep."""
    store = Store(tmp_path_factory.mktemp("good") / "good.sqlite")
    store.record_sweep(b"s" * 16, "Model", PARAMETERS, PLAN)
    entries = []
    for number, job in enumerate(PLAN.jobs()):
        values = {
            "count": Value(np.asarray(float(number)), MILLIVOLT, "Count"),
            "many": Value(np.arange(float(number)), PLAIN_NUMBER, "Many"),
        }
        outcome = Outcome(job, "done", values, None, ORIGIN)
        if number == 3:
            outcome = Outcome(job, "failed", {}, Failure("E", "no", "trace"), ORIGIN)
        entries.append(Entry(number.to_bytes(20, "big"), outcome, b"s" * 16))
    store.add("Model", entries)
    store.close()
    return store.path


HOSTILE = [
    *(None, 0, -1, 10**12, -(2**63), 1e308, float("inf"), "", "x", "1e999"),
    *("[" * 50_000, "[]", "{}", "\x1b[2J\r\nforged", "x" * 100_000),
    *(b"", b"\xff" * 40, b"\0" * 1_000_000),
]
#: Written as SQL: a text that is no UTF-8.
NO_TEXT = "CAST(x'eda080ff' AS TEXT)"


def cells(path: Path) -> list[tuple[str, str]]:
    """List all columns of all tables."""
    with closing(sqlite3.connect(path)) as connection:
        return [
            (table, column)
            for table in TABLES
            for _, column, *_ in connection.execute(f"PRAGMA table_info({table})")
        ]


def read_everything(path: Path, folder: Path) -> Results | None:
    """Read a store in every way; anything but `StoreError` is a defect.

    Returns
    -------
    Results or None
        What was opened; None if that was refused.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    found = None
    for read in (
        lambda: open_info(path),
        lambda: open_everything(path),
        lambda: Results.open(path),
    ):
        try:
            answer = read()
        except StoreError:
            continue
        except LookupError as error:  # that there is no such sweep
            if type(error) is not LookupError:
                raise
        else:
            found = answer if isinstance(answer, Results) else found
    merged = Store(folder / "merged.sqlite")
    merged.merge(path)
    for _ in merged.sweeps():
        merged.results()
    merged.info()
    assert not merged.notice  # nothing came over that makes the own store a damaged one
    merged.close()
    if found is not None:
        write_everything(found, folder)
    for arguments in (["info", str(path)], ["export", str(folder / "a.csv"), "--all"]):
        more = [] if arguments[0] == "info" else ["--store", str(path)]
        assert main(["store", *arguments, *more]) in {0, 1}
    own = folder / "own.sqlite"
    shutil.copy(path, own)
    store = Store(own)
    for entry in store.sweeps():
        with suppress(LookupError):  # it was damaged, and set aside
            store.results(entry.number)
    store.last_pace("Model")
    store.info()
    store.close()
    return found


def write_everything(found: Results, folder: Path) -> None:
    """Write results as every kind of file that holds what a stranger wrote."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        repr(found)
        for suffix in (".csv", ".json", ".nc", ".html"):
            try:
                found.save(folder / f"saved{suffix}")
            except UnicodeError:
                raise
            except ValueError:  # such as that nothing can be drawn
                continue


def same_numbers(one: Results, other: Results) -> bool:
    """Whether two results have the same numbers at the same places, or nothing there."""
    theirs = {outcome.job.position: outcome for outcome in other.outcomes}

    def same(outcome: Outcome) -> bool:
        their = theirs[outcome.job.position]
        return (outcome.job, outcome.values.keys()) == (their.job, their.values.keys()) and all(
            value.si.tobytes() == their.values[name].si.tobytes()
            and value.unit == their.values[name].unit
            for name, value in outcome.values.items()
        )

    return one.plan == other.plan and all(map(same, one.outcomes))


@pytest.mark.parametrize("table", TABLES)
def test_no_cell_breaks_anything_or_gives_a_wrong_number(
    good: Path, tmp_path: Path, table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every cell is set to every kind of value."""
    whole = Results.open(good)
    for of, column in cells(good):
        if of != table:
            continue
        for number, value in enumerate([*HOSTILE, NO_TEXT]):
            path = tmp_path / "hostile.sqlite"
            shutil.copy(good, path)
            with closing(sqlite3.connect(path)) as connection:
                marks = value if value is NO_TEXT else "?"
                bound = () if value is NO_TEXT else (value,)
                first = f"(SELECT MIN({column}) FROM {table})"
                try:
                    connection.execute(
                        f"UPDATE {table} SET {column} = {marks} WHERE {column} = {first}", bound
                    )
                except (sqlite3.IntegrityError, sqlite3.OperationalError):
                    continue  # the database itself refuses it
                connection.commit()
            found = read_everything(path, tmp_path / "folder")
            told = capsys.readouterr()
            assert "Traceback" not in told.err, (column, number)
            if found is not None:
                assert same_numbers(found, whole), (column, value)


LEAVES = [
    *(None, 0, -1, 10**12, 10**400, 1e308, float("nan"), float("inf"), "x", "\x1b[31m"),
    *("\ud800", [], {}, [10**12] * 4),
]


def altered(document: Any) -> Iterator[Any]:
    """Give a document with each part of it replaced, left out or doubled."""
    for path in paths(document):
        for leaf in LEAVES:
            changed = copy.deepcopy(document)
            put(changed, path, lambda _, leaf=leaf: leaf)
            yield changed
        changed = copy.deepcopy(document)
        put(changed, path, lambda part: [part, part] if isinstance(part, list) else None)
        yield changed


def paths(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give the ways to all parts of a document."""
    parts = document.items() if isinstance(document, dict) else enumerate(document)
    for key, part in parts:
        yield (*path, key)
        if isinstance(part, list | dict):
            yield from paths(part, (*path, key))


def put(document: Any, path: tuple[Any, ...], change: Callable[[Any], Any]) -> None:
    """Change one part of a document."""
    *way, last = path
    for key in way:
        document = document[key]
    document[last] = change(document[last])


def forge(good: Path, path: Path, statement: str, *values: object) -> None:
    """Write something into a copy of a store."""
    shutil.copy(good, path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement, values)
        connection.commit()


def test_no_forged_description_breaks_anything(good: Path, tmp_path: Path) -> None:
    """Whatever a sweep is said to ask for; its check sum is left away, as in the first stores."""
    with closing(sqlite3.connect(good)) as connection:
        ((written,),) = connection.execute("SELECT description FROM sweep")
    document = json.loads(written)
    document.pop("check", None)
    path, folder = tmp_path / "forged.sqlite", tmp_path / "folder"
    folder.mkdir()
    for changed in altered(document):
        forge(good, path, "UPDATE sweep SET description = ?", json.dumps(changed))
        try:
            found = Results.open(path)
        except DamagedError:
            continue
        found.to_dataframe()
        found.save(folder / "saved.json")
        open_info(path)


def test_no_forged_result_breaks_anything(good: Path, tmp_path: Path) -> None:
    """Whatever is in a row, with a check sum that fits."""
    with closing(sqlite3.connect(good)) as connection:
        _, values = next(iter(rows_from(connection, 2)))
    row = row_from(values)
    length = int.from_bytes(row.measured[:4], "little")
    heading, numbers = json.loads(row.measured[4 : 4 + length]), row.measured[4 + length :]
    path, folder = tmp_path / "forged.sqlite", tmp_path / "folder"
    folder.mkdir()

    def measured(changed: Any) -> bytes:
        text = json.dumps(changed).encode()
        return len(text).to_bytes(4, "little") + text + numbers

    forged = [row._replace(measured=measured(one)) for one in altered(heading)]
    forged += [
        row._replace(parameters=json.dumps(one)) for one in altered(json.loads(row.parameters))
    ]
    forged += [
        row._replace(origin=json.dumps(one)) for one in altered(json.loads(row.origin or ""))
    ]
    failures = [["E", "no", "trace"], {"count": ["E", "no", "trace"]}]
    forged += [row._replace(failure=json.dumps(one)) for one in altered(failures)]
    for column in ("started", "wall_time", "memory"):
        for number in (-1e300, -1.0, 1e12, 1e300, float("inf")):
            forged.append(row._replace(**{column: number}))
    shutil.copy(good, path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for one in forged:
            fitting = one._replace(check=coding._check(one))
            columns = ("measured", "parameters", "failure", "started", "wall_time", "memory")
            sets = ", ".join(f"{column} = ?" for column in columns)
            values = tuple(getattr(fitting, column) for column in columns)
            connection.execute("DELETE FROM origin WHERE number = 99")
            try:
                connection.execute("INSERT INTO origin VALUES (99, ?)", (fitting.origin,))
                number = 99
            except sqlite3.IntegrityError:  # as it was
                number = 1
            connection.execute(
                f"UPDATE outcome SET {sets}, origin = ?, check_sum = ? WHERE number = 2",
                (*values, number, fitting.check),
            )
            try:
                found = Results.open(path)
            except DamagedError:
                continue
            found.to_dataframe()
            found.save(folder / "saved.json")


BOUNDED = """
import resource, sys
from pathlib import Path
import psutil
from brian_sweep_widget.results import Results
from brian_sweep_widget.results.store import DamagedError, Store
from brian_sweep_widget.results.store.reading import open_everything, open_info
import pandas, xarray
most = psutil.Process().memory_info().vms + 1_000_000_000
resource.setrlimit(resource.RLIMIT_AS, (most, most))
for name in sys.argv[1:]:
    path, told = Path(name), []
    for read in (open_info, open_everything, Results.open):
        try:
            found = read(path)
            if isinstance(found, Results):
                found.to_dataframe(), found.dataset
            told.append("fine")
        except DamagedError:
            told.append("damaged")
    Store(path.with_suffix(".new")).merge(path)
    own = Store(path)  # as the store of one's own
    own.info(), len(own.sweeps()) and own.results()
    print(path.stem, *told)
"""


def circle(path: Path) -> None:
    """Have a text of a megabyte, of which the last page leads to the first, be a gigabyte."""
    with closing(sqlite3.connect(path)) as connection:
        (page,) = connection.execute("PRAGMA page_size").fetchone()
    contents = bytearray(path.read_bytes())
    # A page of a long value begins with the number of the next one.
    pages = [contents[at : at + page] for at in range(0, len(contents), page)]
    long = [number for number, one in enumerate(pages) if one.count(b"z") > page - 10]
    at = long[-2] * page
    contents[at : at + 4] = (long[0] + 1).to_bytes(4, "big")
    path.write_bytes(contents)


def pages_of(path: Path, table: str) -> tuple[list[bytes], int]:
    """Give a file's pages, and the index of a table's first one."""
    with closing(sqlite3.connect(path)) as connection:
        (page,) = connection.execute("PRAGMA page_size").fetchone()
        ((root,),) = connection.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = ? UNION SELECT 1 WHERE ? = ''",
            (table, table),
        )
    contents = path.read_bytes()
    return [contents[at : at + page] for at in range(0, len(contents), page)], root - 1


def page_of(kind: int, head: bytes, cells: list[bytes], size: int, last: int = 0) -> bytes:
    """Make a page of a table; the last child of an inner one stands in its heading."""
    heading = 12 if last else 8
    at, starts, contents = size, b"", b""
    for cell in cells:
        at -= len(cell)
        starts, contents = starts + at.to_bytes(2, "big"), cell + contents
    page = head + bytes([kind, 0, 0]) + len(cells).to_bytes(2, "big") + at.to_bytes(2, "big")
    page += b"\0" + (last.to_bytes(4, "big") if last else b"") + starts
    assert len(page) == len(head) + heading + len(starts)
    return page + bytes(size - len(page) - len(contents)) + contents


def endless_points(path: Path) -> None:
    """Have the one page of the points be read some hundred million times."""
    pages, root = pages_of(path, "point")
    size = len(pages[0])
    first = int.from_bytes(pages[root][8:10], "big")
    cell = pages[root][first : first + 1 + pages[root][first]]
    pages.append(pages[root])
    for _ in range(4):
        child = len(pages)
        pages.append(page_of(2, b"", [child.to_bytes(4, "big") + cell] * 100, size, child))
    pages[root] = pages[-1]
    write_pages(path, pages)


def endless_schema(path: Path) -> None:
    """Have one line of what the file says that it holds be read some hundred million times."""
    pages, _ = pages_of(path, "")
    size, head, first = len(pages[0]), pages[0][:100], pages[0]
    number = int.from_bytes(first[103:105], "big")
    starts = [int.from_bytes(first[at : at + 2], "big") for at in range(108, 108 + 2 * number, 2)]
    ends = {start: min([size, *(one for one in starts if one > start)]) for start in starts}
    cells = [first[start : ends[start]] for start in starts]
    (index,) = [cell for cell in cells if b"sqlite_autoindex_origin" in cell]
    pages += [page_of(13, b"", cells, size), page_of(13, b"", [index], size)]
    whole, child = len(pages) - 1, len(pages)
    for _ in range(3):
        pages.append(page_of(5, b"", [child.to_bytes(4, "big") + b"\x7f"] * 400, size, child))
        child = len(pages)
    pages[0] = page_of(5, head, [whole.to_bytes(4, "big") + b"\x7f"], size, child)
    write_pages(path, pages)


def write_pages(path: Path, pages: list[bytes]) -> None:
    """Write a file with more pages than it had."""
    path.write_bytes(pages[0][:28] + len(pages).to_bytes(4, "big") + pages[0][32:])
    with path.open("ab") as file:
        file.writelines(pages[1:])


@pytest.mark.parametrize("last", [False, True], ids=["before the table", "behind it"])
def test_a_trigger_with_a_tables_name_is_no_store(good: Path, tmp_path: Path, last: bool) -> None:
    """It would change, or lose, what is stored: nothing of it runs."""
    with closing(sqlite3.connect(good)) as connection:
        made = connection.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
        tables = dict(made.fetchall())
    trigger = "CREATE TRIGGER point AFTER INSERT ON outcome BEGIN UPDATE outcome SET seed = 4; END"
    path = tmp_path / "trigger.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        point = tables.pop("point")
        for statement in [*tables.values(), *([point, trigger] if last else [trigger, point])]:
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("PRAGMA user_version = 2")
    for use in (open_info, lambda path: Store(path).merge(good)):
        with pytest.raises(NotAStoreError, match="trigger point"):
            use(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT COUNT(*) FROM outcome").fetchone() == (0,)


def test_a_small_file_takes_little_memory(good: Path, tmp_path: Path) -> None:
    """Whatever it says of its size."""
    with closing(sqlite3.connect(good)) as connection:
        ((written,),) = connection.execute("SELECT description FROM sweep")
    document = json.loads(written)
    document.pop("check", None)
    many = {**document["axes"][0], "values": [n * 1e-6 for n in range(20_000)]}
    sizes = {**document["axes"][1], "values": list(range(1, 20_001))}
    descriptions = {
        "trials": {**document, "trials": 10**12},
        "more-trials": {**document, "trials": 10**30},
        "sizes": {**document, "axes": [many, sizes]},
        "axes": {**document, "axes": [{**many, "name": f"x{n}"} for n in range(50)]},
    }
    files = []
    for name, changed in descriptions.items():
        files.append(tmp_path / f"{name}.sqlite")
        forge(good, files[-1], "UPDATE sweep SET description = ?", json.dumps(changed))
    for name, value in {
        "lists": "[" + "[]," * 3_000_000 + "[]]",
        "deep": "[" * 3_000_000,
        "digits": f'{{"x": {"9" * 3_000_000}}}',
    }.items():
        files.append(tmp_path / f"{name}.sqlite")
        forge(good, files[-1], "UPDATE sweep SET description = ?", value)
    files.append(tmp_path / "circle.sqlite")
    forge(good, files[-1], "UPDATE sweep SET notice = ?", "z" * 1_000_000)
    circle(files[-1])
    for name, make in {"points": endless_points, "schema": endless_schema}.items():
        files.append(tmp_path / f"{name}.sqlite")
        shutil.copy(good, files[-1])
        make(files[-1])
    told = run_script(tmp_path, BOUNDED, *map(str, files), timeout=300).stdout
    answers = {name: rest for name, *rest in map(str.split, told.splitlines())}
    assert len(answers) == len(files)
    assert all(rest[2] == "damaged" for name, rest in answers.items() if name != "circle"), told


FORMULAS = {
    "mistake": "$\\frac{$",
    "unknown": "5 $ or \\$ $\\foo$",
    "deep": f"${'x^{' * 200}{'}' * 200}$",
    "unseen": "\u202egnp.exe\u2066 \u200b\u200d",
}


@pytest.mark.filterwarnings("ignore:constrained_layout not applied")  # for want of room
@pytest.mark.parametrize("rows", [2, 8], ids=["curves", "map"])
@pytest.mark.parametrize("text", FORMULAS.values(), ids=FORMULAS)
def test_pictures_show_labels_as_they_are(tmp_path: Path, text: str, rows: int) -> None:
    """No formula of a stranger is read, and none with a mistake leaves no picture."""
    unit = Unit(text, 1.0, PLAIN_NUMBER.dimensions)
    axes = (
        Axis("x", (0.0, 1.0, 2.0), unit, text),
        Axis("y", tuple(map(float, range(rows))), unit, text),
    )
    parameters = {name: Parameter(name, "real", 0.0, unit, text) for name in "xy"}
    parameters["how"] = Parameter("how", "text", text, PLAIN_NUMBER, text)
    plan = Plan(axes, {"how": text}, trials=1, seed=1)
    outcomes = [
        Outcome(job, "done", {"count": Value(np.asarray(1.0), unit, text)}, None, ORIGIN)
        for job in plan.jobs()
    ]
    results = Results(text, parameters, plan, outcomes)
    for suffix in (".png", ".pdf", ".svg"):
        results.save(tmp_path / f"picture{suffix}")
    assert "<img" in results._repr_html_()
    if text == FORMULAS["mistake"]:
        assert f"<!-- {text} -->" in (tmp_path / "picture.svg").read_text()


@pytest.mark.parametrize("written", ["1e308", "9e999"])
def test_a_time_that_no_simulation_takes_is_damage(
    good: Path, tmp_path: Path, written: str
) -> None:
    """It would be the time that a run is said to take, and infinite where two are added."""
    path = tmp_path / "forged.sqlite"
    shutil.copy(good, path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for number, values in list(rows_from(connection, 0)):
            row = row_from(values)
            wall_time = connection.execute(f"SELECT {written}").fetchone()[0]
            forged = row._replace(wall_time=wall_time)
            connection.execute(
                "UPDATE outcome SET wall_time = ?, check_sum = ? WHERE number = ?",
                (wall_time, coding._check(forged), number),
            )
    with pytest.raises(DamagedError):
        Results.open(path)
    store = Store(path)
    assert store.last_pace("Model") is None
    assert "damaged" in store.notice
    store.close()


def test_any_name_can_be_written_into_netcdf(tmp_path: Path) -> None:
    """With a slash, at which it has groups, as an underscore."""
    axes = (Axis("p/q", (0.0, 1.0), PLAIN_NUMBER, "p"), Axis(".", (0.0, 1.0), PLAIN_NUMBER, "."))
    parameters = {axis.name: Parameter(axis.name, "real", 0.0) for axis in axes}
    names = ("a/b", "a_b", "", ".", "../x")
    plan = Plan(axes, {}, trials=1, seed=1)
    outcomes = [
        Outcome(
            job,
            "done",
            {
                name: Value(np.asarray(float(number)), PLAIN_NUMBER, name)
                for number, name in enumerate(names)
            },
            None,
            ORIGIN,
        )
        for job in plan.jobs()
    ]
    Results("Model", parameters, plan, outcomes).save(tmp_path / "saved.nc")
    with xr.open_dataset(tmp_path / "saved.nc", engine="h5netcdf") as read:
        assert "p_q" in read.dims
        numbers = {str(name): one for name, one in read.data_vars.items() if one.dtype == float}
        found = {name: float(one.max()) for name, one in numbers.items()}
    assert {"a_b_": 0.0, "a_b": 1.0, ".._x": 4.0}.items() <= found.items()
    assert {2.0, 3.0} <= set(found.values())


SPARSE = """
import resource, sys
import h5netcdf, numpy as np, pandas, psutil, xarray
from brian_sweep_widget.models.parameters import Parameter
from brian_sweep_widget.models.units import PLAIN_NUMBER
from brian_sweep_widget.results import Outcome, Results, Value
from brian_sweep_widget.sweeps import Axis, Plan
plan = Plan((Axis("x", (0.0, 1.0)),), {}, trials=500_000, seed=5)
outcomes = []
for number, job in zip(range(3), plan.jobs()):
    shape = [1, 1, 1]
    shape[number] = 500
    values = {"one": np.asarray(1.0), "many": np.zeros(shape)}
    measured = {name: Value(one, PLAIN_NUMBER, name) for name, one in values.items()}
    outcomes.append(Outcome(job, "done", measured))
results = Results("Model", {"x": Parameter("x", "real", 0.0)}, plan, outcomes)
most = psutil.Process().memory_info().vms + 1_000_000_000
resource.setrlimit(resource.RLIMIT_AS, (most, most))
for suffix in (".csv", ".json", ".html", ".png"):
    results.save(sys.argv[1] + suffix)
results._repr_html_(), results.to_dataframe()
for wanted in (lambda: results.dataset, lambda: results.save(sys.argv[1] + ".nc")):
    try:
        wanted()
    except ValueError as error:
        print(error)
"""


def test_few_numbers_in_a_large_grid_fill_no_memory(tmp_path: Path) -> None:
    """Where a file would be far larger than what is known, it is refused in words."""
    ran = run_script(tmp_path, SPARSE, str(tmp_path / "saved"), timeout=300)
    assert ran.stdout.count("1500 numbers are something else than empty") == 2, ran.stdout


def test_what_cannot_be_exported_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the command, too: no traceback, and no file."""
    plan = Plan((AXES[0],), {"n": 4, "how": "exact"}, trials=500_000, seed=5)
    job = next(iter(plan.jobs()))
    values = {"many": Value(np.zeros(2000), PLAIN_NUMBER, "Many")}
    store = Store(tmp_path / "sparse.sqlite")
    store.record_sweep(b"s" * 16, "Model", PARAMETERS, plan)
    outcome = Outcome(job, "done", values, None, ORIGIN)
    store.add("Model", [Entry(b"k" * 20, outcome, b"s" * 16)])
    store.close()
    output = tmp_path / "saved.nc"
    assert main(["store", "export", str(output), "--store", str(store.path)]) == INCOMPLETE
    assert "2000 numbers are something else than empty" in capsys.readouterr().err
    assert not output.exists()


def test_millions_of_curves_are_not_drawn(tmp_path: Path) -> None:
    """A small file can ask for them, and a notebook shows results by itself."""
    axes = tuple(Axis(f"x{number}", (0.0, 1.0), PLAIN_NUMBER, "x") for number in range(16))
    parameters = {axis.name: Parameter(axis.name, "real", 0.0) for axis in axes}
    plan = Plan(axes, {}, trials=1, seed=1)
    values = {"count": Value(np.asarray(1.0), PLAIN_NUMBER, "Count")}
    outcome = Outcome(next(iter(plan.jobs())), "done", values, None, ORIGIN)
    results = Results("Model", parameters, plan, [outcome])
    assert results._repr_html_() is None
    for suffix in (".png", ".html"):
        with pytest.raises(ValueError, match="32768 curves"):
            results.save(tmp_path / f"saved{suffix}")
    results.save(tmp_path / "saved.csv")
