"""The jobs over time and the results as a table: linked with the chart and with each other."""

from __future__ import annotations

import re
from pathlib import Path

from lab import Lab
from playwright.sync_api import expect
from test_chart import NOISY
from test_inspector import finished, inspector
from test_quickstart import slow, start
from view import WidgetView

PARTIAL = """
from brian2 import mV, prefs
from brian_sweep_widget import SweepWidget

prefs.codegen.target = "numpy"

def model(drive=1*mV):
    return {"early": 1.0, "late": 0.5 if drive < 3*mV else float("nan")}

SweepWidget(model, drive=[1, 2, 3]*mV, workers=2, store=None)
"""


def unfold(view: WidgetView, name: str) -> None:
    """Press a panel's button."""
    view.root.get_by_role("button", name=name, exact=True).click()


def test_the_jobs_over_time(lab: Lab, artifacts: Path) -> None:
    view = finished(lab, NOISY, "dark")
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
    rows = view.root.locator(".bsw-table tr.bsw-table-row")
    expect(rows.and_(view.root.locator("[aria-selected=true]"))).to_have_count(1)
    # What the mouse is on in the table has a ring, too.
    timeline.evaluate("canvas => canvas.blur()")
    expect(view.rings).to_have_count(1)  # of what is open
    rows.nth(2).hover()
    expect(view.rings).to_have_count(2)
    lab.page.mouse.move(1, 1)
    expect(view.rings).to_have_count(1)
    lab.page.set_viewport_size({"width": 1280, "height": 1700})
    for theme in lab.in_both_themes():
        view.root.screenshot(path=artifacts / f"panels_{theme}.png")
    unfold(view, "Jobs")
    expect(timeline).to_be_hidden()


def test_results_are_taken_home(lab: Lab, artifacts: Path) -> None:
    """Into a file beside the notebook; what cannot be written is told."""
    view = finished(lab, NOISY)
    for kind, suffix in (("Page", ".html"), ("Table (.csv)", ".csv"), ("Picture", ".png")):
        choice = view.root.get_by_label("Save as")
        choice.select_option(label=choice.locator("option", has_text=kind).inner_text())
        view.root.get_by_role("button", name="Save", exact=True).click()
        said = view.root.locator(".bsw-saved")
        expect(said).to_have_text(re.compile(rf"^Saved \w+-[\d-]+\{suffix} in /"), timeout=60_000)
        name, folder = re.findall(r"^Saved (\S+) in (.+)$", said.inner_text())[0]
        assert (Path(folder) / name).stat().st_size > 1000
    expect(said).to_have_role("status")
    with lab.page.expect_download() as waiting:
        view.root.get_by_role("button", name="Download", exact=True).click()
    download = waiting.value
    assert re.fullmatch(r"\w+-[\d-]+\.png", download.suggested_filename)
    assert Path(download.path()).read_bytes().startswith(b"\x89PNG")
    expect(said).to_have_text(f"{download.suggested_filename} goes to the browser's downloads")
    view.root.screenshot(path=artifacts / "saved.png")
    lab.ask("import os; os.chdir('/proc')")
    view.root.get_by_role("button", name="Save", exact=True).click()
    expect(said).to_have_text(re.compile("could not be written"), timeout=60_000)


def test_escape_stops_inside_the_widget_only(lab: Lab) -> None:
    lab.open_cells(slow(points=200))
    lab.run_cell(0)
    view = lab.widget()
    start(lab, view)
    lab.page.keyboard.press("Escape")  # in the notebook: its command mode
    expect(view.stop_button).to_be_enabled()
    view.field("Trials").focus()
    lab.page.keyboard.press("Escape")
    view.expect_status("^Stopped")


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
    lab.page.mouse.move(1, 1)  # off the row, which would have a ring of its own
    expect(view.rings).to_have_count(1)


def test_a_dot_that_the_mouse_is_on_is_shown_in_the_timeline(lab: Lab) -> None:
    view = finished(lab, NOISY)
    unfold(view, "Jobs")
    view.root.locator(".bqplot path.dot").locator("visible=true").nth(3).hover()
    expect(view.rings).to_have_count(1)
    lab.page.mouse.move(5, 5)
    expect(view.rings).to_have_count(0)


def test_long_reasons_leave_the_numbers_of_a_table_in_sight(lab: Lab) -> None:
    """Of a measure that fails with some values, the others are read."""
    lab.open_cells(PARTIAL)
    lab.run_cell(0)
    view = lab.widget()
    view.press_run()
    view.expect_status("3 of 3 done · 1 of them partial")
    unfold(view, "Results table")
    note = view.root.get_by_role("grid").get_by_text("partial: late: ")
    expect(note).to_have_attribute("title", re.compile("not a finite number"))
    room = view.root.locator(".bsw-table-scroll").bounding_box()
    number = view.root.get_by_role("grid").get_by_text("0.5", exact=True).first.bounding_box()
    assert room is not None
    assert number is not None
    assert number["x"] + number["width"] <= room["x"] + room["width"]
