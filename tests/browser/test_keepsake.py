"""A notebook that is opened without its kernel: picture and table, no loss."""

from __future__ import annotations

import json
from pathlib import Path

from helpers import until
from lab import Lab
from playwright.sync_api import expect
from test_chart import NOISY
from test_inspector import finished


def test_saved_notebook_shows_the_last_state(lab: Lab, artifacts: Path) -> None:
    view = finished(lab, NOISY)
    kept = lab.page.locator(".bsw-kept")
    until(lambda: kept.locator("img").count() == 1, "the last state is kept")
    expect(kept).to_be_hidden()  # the widget itself is there
    expect(view.root).to_be_visible()
    lab.save()
    outputs = lab.saved()["cells"][0]["outputs"]
    html = "".join(outputs[0]["data"]["text/html"])
    assert "<table" in html
    assert "<strong>response</strong>, as it was when this notebook was saved" in html
    assert "application/vnd.jupyter.widget-view+json" in json.dumps(outputs[1]["data"])

    lab.reopen_tomorrow()
    expect(lab.page.locator(".bsw")).to_have_count(0)
    expect(kept).to_be_visible()
    picture = kept.locator("img")
    until(lambda: picture.evaluate("image => image.naturalWidth") > 0, "the picture is drawn")
    expect(kept.locator("tbody tr")).to_have_count(9)
    lab.page.screenshot(path=artifacts / "kept.png")


def test_executed_notebook_shows_the_curve_and_no_dead_widget(lab: Lab, artifacts: Path) -> None:
    """Lab makes a widget of what nbconvert wrote down of it, which no kernel knows."""
    lab.open_executed(NOISY, "widget.start().wait(120);")
    kept = lab.page.locator(".bsw-kept")
    expect(lab.page.locator(".bsw")).to_have_count(1)
    expect(lab.page.locator(".bsw-status")).to_have_count(1)
    expect(lab.page.locator(".bsw-status")).to_be_hidden()
    expect(kept).to_be_visible()
    expect(kept.locator("tbody tr")).to_have_count(9)
    lab.page.screenshot(path=artifacts / "executed.png")

    lab.run_cell(0)
    view = lab.widget()
    expect(view.root).to_be_visible()
    lab.run_cell(1)
    until(lambda: kept.locator("img").count() == 1, "the curve is kept")
    expect(kept).to_be_hidden()
    expect(view.root).to_be_visible()
