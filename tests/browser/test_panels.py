"""The jobs over time and the results as a table: linked with the chart and with each other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import pytest
from lab import Lab
from playwright.sync_api import expect
from test_chart import NOISY
from test_inspector import finished, inspector
from view import WidgetView

pytestmark = pytest.mark.timeout(120)


def unfold(view: WidgetView, name: str) -> None:
    """Press a panel's button."""
    view.root.get_by_role("button", name=name, exact=True).click()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_jobs_over_time(lab: Lab, artifacts: Path, theme: Literal["light", "dark"]) -> None:
    view = finished(lab, NOISY, theme)
    timeline = view.root.locator(".bsw-jobs canvas")
    expect(timeline).to_be_hidden()
    unfold(view, "Jobs")
    expect(timeline).to_have_attribute("aria-label", re.compile("40 done, 5 failed$"))
    hosts = view.root.locator(".bsw-jobs tbody tr")
    expect(hosts).to_have_count(1)
    expect(hosts).to_contain_text("45")
    expect(view.root.locator(".bsw-jobs-sum")).to_contain_text(
        re.compile(r"with \d workers?, efficiency \d+ %")
    )
    # With the keyboard to a job: the chart shows where it is, Enter opens it.
    timeline.focus()
    lab.page.keyboard.press("ArrowRight")
    expect(view.rings).to_have_count(1)
    lab.page.keyboard.press("Enter")
    expect(inspector(view)).to_be_visible()
    unfold(view, "Results table")
    expect(view.root.locator(".bsw-table tr[aria-selected=true]")).to_have_count(1)
    lab.page.set_viewport_size({"width": 1280, "height": 1700})
    view.root.screenshot(path=artifacts / f"panels_{theme}.png")
    unfold(view, "Jobs")
    expect(timeline).to_be_hidden()


def test_the_results_as_a_table(lab: Lab) -> None:
    view = finished(lab, NOISY)
    unfold(view, "Results table")
    table = view.root.get_by_role("grid")
    expect(table).to_have_attribute("aria-rowcount", "46")
    expect(table.locator("caption")).to_contain_text("40 of 45 simulations have a result")
    expect(table.get_by_text("failed: ValueError: no such drive").first).to_be_attached()
    table.get_by_role("button", name=re.compile("^Response")).click()
    expect(table.locator("th[aria-sort=ascending]")).to_have_count(1)
    first = table.locator("tbody tr").first
    first.click()
    expect(first).to_have_attribute("aria-selected", "true")
    expect(inspector(view)).to_be_visible()
    expect(view.rings).to_have_count(1)


def test_a_dot_that_the_mouse_is_on_is_shown_in_the_timeline(lab: Lab) -> None:
    view = finished(lab, NOISY)
    unfold(view, "Jobs")
    view.root.locator(".bqplot path.dot").locator("visible=true").nth(3).hover()
    expect(view.rings).to_have_count(1)
    lab.page.mouse.move(5, 5)
    expect(view.rings).to_have_count(0)
