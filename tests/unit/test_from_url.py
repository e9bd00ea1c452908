"""What the address of a page asks for, and what becomes of nonsense."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlencode

import numpy as np
import pytest
from brian2 import ms, mV
from hypothesis import given
from hypothesis import strategies as st

from brian_sweep_widget import SweepWidget, cuba
from brian_sweep_widget.widget.from_url import fields_of, options_of


@pytest.fixture
def visit(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., SweepWidget]]:
    """Open a page with an address."""
    made: list[SweepWidget] = []

    def visit_page(*model: object, **fields: object) -> SweepWidget:
        monkeypatch.setenv("QUERY_STRING", urlencode(fields))
        made.append(SweepWidget.from_url(*model, engine="numpy", workers=1))
        return made[-1]

    yield visit_page
    for widget in made:
        widget.close()


def test_values_trials_and_seed(visit: Callable[..., SweepWidget]) -> None:
    """Written as on the command line; Voila's own words are none of ours."""
    widget = visit(
        excitatory_weight="1:3:5mV", size="1e3", trials="3.0", seed=7, theme="dark", token="abc"
    )
    plan = widget.sweep.plan
    np.testing.assert_allclose(plan.axes[0].shown, [1, 1.5, 2, 2.5, 3])
    assert plan.fixed["size"] == 1000
    assert (plan.trials, plan.seed) == (3, 7)


def test_a_preset_and_what_differs_from_it(visit: Callable[..., SweepWidget]) -> None:
    """In whichever order."""
    refractory = "Brian 2's CUBA example: refractory"
    for fields in ({"preset": refractory, "size": "500"}, {"size": "500", "preset": refractory}):
        widget = visit(**fields)
        assert widget.sweep.plan.fixed["refractory"] == float(5 * ms)
        assert widget.sweep.plan.fixed["size"] == 500
    assert visit(cuba, preset=refractory, refractory="2ms").sweep.plan.fixed["refractory"] == 0.002


ROOT = Path(__file__).parents[2]
PAPERS = (
    *(ROOT / "docs").glob("*.md"),
    *(ROOT / "examples").glob("*.ipynb"),
    *(ROOT / "notebooks").glob("*.ipynb"),
    *(ROOT / name for name in ("README.md", "CHANGELOG.md")),
    ROOT / "brian_sweep_widget" / "widget" / "from_url.py",
    ROOT / "brian_sweep_widget" / "widget" / "sweep_widget.py",
)
LINKS = sorted(
    {
        unquote(link)
        for paper in PAPERS
        for link in re.findall(r"(?:[`(]|\.\.\.)\?(\w+=[^`)]+)", paper.read_text(encoding="utf-8"))
    }
)


def test_links_are_found_in_papers() -> None:
    """The next test tests something."""
    assert "model=coba&excitatory_conductance=3:9:13nS" in LINKS
    assert "preset=Small: a thousand neurons&trials=3" in LINKS
    assert len(LINKS) >= 8


@pytest.mark.parametrize("query", LINKS)
def test_links_that_papers_and_pages_advertise_are_taken(
    query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody follows one to find that it cannot be."""
    monkeypatch.setenv("QUERY_STRING", query)
    widget = SweepWidget.from_url(engine="numpy", workers=1)
    try:
        assert "bsw-aside" not in widget.children[0]._dom_classes
        assert widget.sweep.plan.axes
    finally:
        widget.close()


def test_a_model_of_the_catalogue(visit: Callable[..., SweepWidget]) -> None:
    """Which an address may choose."""
    assert visit(model="coba").sweep.model.name == "coba"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"siez": "3"}, "'siez' is unknown .allowed: model, preset, trials, seed, size, "),
        ({"size": "many"}, "size = 'many' is not a value"),
        ({"size": "1:2"}, "size = '1:2' "),
        ({"excitatory_weight": "3s"}, "excitatory_weight = '3s' has the wrong unit s"),
        ({"preset": "Large"}, "preset = 'Large' is unknown .allowed: \"Brian 1's example\""),
        ({"model": "os"}, "model = 'os' is unknown .allowed: cuba, "),
        ({"trials": "-1"}, "trials = '-1' is too small .allowed: a whole number, 1 or more"),
        ({"trials": "0"}, "trials = '0' is too small"),
        ({"trials": "2.5"}, "trials = '2.5' is no whole number"),
        ({"seed": "\uff11"}, "seed = '\uff11' has digits of another script"),
        ({"excitatory_weight": "0:4:1000001mV"}, "is a range of 1000001 values"),
    ],
)
def test_nonsense_is_told_and_the_page_works(
    fields: dict[str, str], message: str, visit: Callable[..., SweepWidget]
) -> None:
    """Who follows a link sees a widget, and why it is not where the link wanted it."""
    widget = visit(**fields)
    line = widget.children[0].children[0].value
    assert line.startswith("The address of this page asks for what cannot be: ")
    assert re.search(message, line)
    assert len(widget.sweep.plan.axes[0]) == 20


def test_a_name_that_is_there_twice_is_refused() -> None:
    """Instead of one of both values, whichever."""
    with pytest.raises(ValueError, match="'size' is there twice .*such as size=1000,2000"):
        fields_of("size=1000&trials=2&size=2000")
    assert fields_of("theme=dark&size=1000&theme=light") == {"size": "1000"}


def test_what_the_page_gives_and_the_address_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """The notebook's own mistakes are raised, as its author sees them."""
    monkeypatch.delenv("QUERY_STRING", raising=False)
    with pytest.raises(TypeError, match="siez"):
        SweepWidget.from_url(cuba, siez=3)
    widget = SweepWidget.from_url(cuba, excitatory_weight=[1, 2] * mV, engine="numpy", workers=1)
    try:
        assert len(widget.sweep.plan.axes[0]) == 2
    finally:
        widget.close()


def scaled(weight: Any, rate: Any = None, size: int = 2) -> float:
    """Have a parameter without a default, and one with None."""
    return size * float(weight) * (1 if rate is None else float(rate))


@pytest.mark.parametrize(
    ("query", "given", "fixed"),
    [
        ("weight=1:2:2mV&rate=5+Hz&size=3", {}, {"rate": 5.0, "size": 3}),
        ("size=3", {"weight": [1, 2] * mV}, {"size": 3}),
        ("", {"weight": [1, 2] * mV}, {"size": 2}),
    ],
)
def test_parameters_of_which_nothing_is_known_can_be_in_an_address(
    query: str, given: dict[str, Any], fixed: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on the command line: the written unit is theirs."""
    monkeypatch.setenv("QUERY_STRING", query)
    widget = SweepWidget.from_url(scaled, **given, workers=1)
    try:
        plan = widget.sweep.plan
        assert [axis.values for axis in plan.axes] == [(0.001, 0.002)]
        assert plan.fixed == fixed
        assert not widget.children[0].children[0].value.startswith("The address")
    finally:
        widget.close()


@given(st.text(max_size=80))
def test_any_address_is_read_or_refused_in_words(query: str) -> None:
    """By nothing but a `ValueError`."""
    try:
        options_of(cuba, fields_of(query))
    except ValueError:
        return
