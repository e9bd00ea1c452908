"""What a person asks of a sweep that runs, in JupyterLab; and results that outlive a kernel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from helpers import until
from lab import Lab
from playwright.sync_api import Locator, expect
from view import WidgetView

GATED = """
import os, time
import numpy as np
from brian_sweep_widget import SweepWidget

def gated(weight=1.0):
    while not os.path.isdir({gate!r}):
        time.sleep(0.02)
    if weight == 2.0 and os.path.isdir({mood!r}):
        raise ValueError("no such weight today")
    return weight * weight

widget = SweepWidget(gated, weight=np.arange(8.0), workers=2, store={store!r})
widget
"""

HOSTILE = """
import numpy as np
from brian_sweep_widget import SweepWidget

bad = '<img src=x onerror="window.pwned=1">'
def function(x=1.0):
    raise ValueError(bad + "<script>window.pwned=1</script>")
function.__name__ = function.__qualname__ = bad
widget = SweepWidget(function, x=np.linspace(0, 1, 3), workers=2, store=None)
widget
"""


def button(view: WidgetView, name: str) -> Locator:
    """Find a button of the head."""
    return view.root.get_by_role("button", name=name, exact=True)


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """What lets the simulations end, once it is there."""
    return tmp_path / "gate"


def gated(lab: Lab, gate: Path, *, cells: int = 1) -> WidgetView:
    """Show a widget whose simulations wait."""
    places: dict[str, Any] = {
        "gate": str(gate),
        "mood": str(gate.with_name("mood")),
        "store": str(gate.with_name("results.sqlite")),
    }
    lab.open_cells(*[GATED.format(**places)] * cells)
    lab.run_cell(0)
    return lab.widget_of_cell(0)


def test_pause_skip_and_retry(lab: Lab, gate: Path, artifacts: Path) -> None:
    """By their buttons, with words that say what is the matter."""
    gate.with_name("mood").mkdir()
    view = gated(lab, gate)
    lab.set_theme("dark")
    view.press_run()
    rows = view.root.locator(".bsw-status-under-way-row")
    expect(rows).to_have_count(2, timeout=60_000)
    expect(rows.first).to_contain_text("runs for")
    button(view, "Pause").click()
    expect(button(view, "Resume")).to_be_visible()
    view.expect_status("Paused")
    for theme in lab.in_both_themes():
        view.root.screenshot(path=artifacts / f"paused-{theme}.png")
    skipped = rows.first.locator(".bsw-status-point").inner_text()
    view.root.get_by_role("button", name=f"Skip {skipped}").click()
    view.expect_status("1 cancelled")
    gate.mkdir()
    expect(rows).to_have_count(0, timeout=60_000)
    button(view, "Resume").click()
    view.expect_status("Finished")
    view.expect_status("1 failed")
    for theme in lab.in_both_themes():
        view.root.screenshot(path=artifacts / f"retry-{theme}.png")
    gate.with_name("mood").rmdir()
    view.root.get_by_role("button", name="Retry failed").click()
    view.expect_status("8 of 8 done")
    expect(view.root.get_by_role("button", name="Retry failed")).to_be_hidden()


def test_a_new_kernel_goes_on_where_the_old_one_was(lab: Lab, gate: Path) -> None:
    """The same cell run again: what was computed is there at once, and said to be."""
    gate.mkdir()
    view = gated(lab, gate)
    view.press_run()
    view.expect_status("8 of 8 done")
    lab.restart()
    lab.run_cell(0)
    view = lab.widget_of_cell(0)
    gate.rmdir()  # nothing could be computed now
    view.press_run()
    view.expect_status("8 of 8 done · 8 known before")
    view.expect_dots(8)


def test_no_text_of_a_models_is_html(lab: Lab) -> None:
    """It is shown as it is written, and nothing of it runs."""
    lab.open_cells(HOSTILE)
    lab.run_cell(0)
    view = lab.widget_of_cell(0)
    view.press_run()
    view.expect_status("3 failed")
    expect(view.root.locator(".bsw-status-errors")).to_contain_text('<img src=x onerror="window.pw')
    assert view.root.locator("img").count() == 0
    assert view.root.locator("script").count() == 0
    until(lambda: lab.page.evaluate("document.readyState") == "complete", "the page")
    assert lab.page.evaluate("window.pwned") is None
