"""Taking results home from the widget: written here, or handed to the browser."""

from __future__ import annotations

import errno
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from brian2 import mV
from helpers import until

from brian_sweep_widget import Sweep
from brian_sweep_widget.models.units import PLAIN_NUMBER
from brian_sweep_widget.results import Origin, Outcome, Results, Value
from brian_sweep_widget.widget import saving
from brian_sweep_widget.widget.saving import File, Saving


def spikes(weight: float = 1 * mV) -> float:
    """Be a plain model."""
    return float(weight / mV)


@pytest.fixture
def results() -> Results:
    """Three results."""
    sweep = Sweep(spikes, weight=np.arange(3) * mV, store=None)
    value = Value(np.asarray(7.0), PLAIN_NUMBER, "Spikes")
    return sweep._results([Outcome(job, "done", {"spikes": value}) for job in sweep.jobs()])


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Be in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def saver(results: Results | None, handed: list[File]) -> Saving:
    made = Saving(lambda: results, "spikes", lambda: None, handed.append)
    made._kind.value = ".csv"
    made.paint(ready=True)
    return made


def said(made: Saving) -> str:
    """Give what it says when it has finished."""

    def finished() -> bool:
        made.paint(ready=True)
        return not made._save.disabled

    until(finished, "the end of writing")
    text: str = made._message.value
    return text


def test_save_writes_beside_the_notebook(results: Results, here: Path) -> None:
    handed: list[File] = []
    made = saver(results, handed)
    made._save.click()
    text = said(made)
    (file,) = here.iterdir()
    assert text == f"Saved {file.name} in {here}"
    assert file.suffix == ".csv"
    assert handed == []


def test_download_clicked_twice_gives_one_file(
    results: Results, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second click was sent before the button was seen disabled."""
    handed: list[File] = []
    made = saver(results, handed)
    clicked, fetch = threading.Event(), made._fetch

    def fetch_later(*arguments: Any) -> str:
        assert clicked.wait(60)
        return fetch(*arguments)

    monkeypatch.setattr(made, "_fetch", fetch_later)
    made._download.click()
    made._download.click()
    clicked.set()
    said(made)
    assert len(handed) == 1
    assert not list(here.iterdir())


def test_download_leaves_nothing_here(results: Results, here: Path) -> None:
    """The browser gets the very file that Save would write, once."""
    handed: list[File] = []
    made = saver(results, handed)
    made._download.click()
    text = said(made)
    (file,) = handed
    assert text == f"{file.name} goes to the browser's downloads"
    results.save(here / "same.csv")
    assert file.content == (here / "same.csv").read_bytes()
    assert [path.name for path in here.iterdir()] == ["same.csv"]
    made.paint(ready=True)
    assert len(handed) == 1


def test_what_is_too_large_is_not_sent(
    results: Results, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "_MOST_BYTES", 10)
    handed: list[File] = []
    made = saver(results, handed)
    made._download.click()
    assert "too many to download" in said(made)
    assert handed == []
    assert list(here.iterdir()) == []


def test_visitors_of_a_page_have_download_alone(
    results: Results, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is written where the server runs, and nothing says where that is."""
    monkeypatch.setenv("VOILA_PREHEAT", "False")
    handed: list[File] = []
    made = saver(results, handed)
    assert [one.description for one in made.widget.children[:2]] == ["Download as", "Download"]
    made._download.click()
    assert "goes to the browser's downloads" in said(made)
    assert len(handed) == 1

    def full(self: Path) -> bytes:
        raise OSError(errno.ENOSPC, "No space left on device", str(self))

    monkeypatch.setattr(Path, "read_bytes", full)
    made._download.click()
    assert said(made).endswith("could not be written: No space left on device")
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("suffix", [".html", ".svg", ".csv"])
def test_visitors_files_do_not_name_computers(
    results: Results, here: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    """They number them, as the page does."""
    origins = [Origin("compiled", host, 71, 0.0, 0.1, {}) for host in ("far-off", "near-by")]
    first, second, lost = results.outcomes
    results.outcomes = (
        *(replace(one, origin=at) for one, at in zip((first, second), origins, strict=True)),
        lost,
    )
    monkeypatch.setenv("VOILA_PREHEAT", "False")
    handed: list[File] = []
    made = saver(results, handed)
    made._kind.value = suffix
    made._download.click()
    said(made)
    (file,) = handed
    text = file.content.decode()
    assert "computer 2" in text
    assert "near-by" not in text
    assert "far-off" not in text
    assert {one.origin.host for one in results.outcomes if one.origin} == {"far-off", "near-by"}


def test_visitors_are_offered_what_can_be_written(
    results: Results, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They cannot install what is missing, as others can."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert ".parquet" in saver(results, [])._kind.options.values()
    monkeypatch.setenv("VOILA_PREHEAT", "False")
    monkeypatch.setitem(sys.modules, "h5py", None)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert list(saver(results, [])._kind.options.values()) == [".html", ".csv"]


def test_nothing_to_save(here: Path) -> None:
    handed: list[File] = []
    made = saver(None, handed)
    made.paint(ready=False)
    assert made._save.disabled
    assert made._download.disabled
    made._save.click()
    assert list(here.iterdir()) == []
