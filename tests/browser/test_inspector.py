"""Looking into single simulations: by clicks on dots, with the keyboard, two side by side."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from helpers import until
from lab import Lab
from playwright.sync_api import Locator, expect
from test_quickstart import BUILD
from view import WidgetView

CUBA = """
import numpy as np
from brian2 import mV
from brian_sweep_widget import SweepWidget, cuba

widget = SweepWidget(
    cuba, excitatory_weight=np.linspace(0, 3, 7)*mV, size=1000, trials=2, workers=2, store=None
)
widget
"""


def finished(lab: Lab, code: str, theme: Literal["light", "dark"] = "light") -> WidgetView:
    """Run a sweep to its end."""
    lab.open_cells(code)
    lab.set_theme(theme)
    lab.run_cell(0)
    view = lab.widget()
    view.press_run()
    view.expect_status("Finished", seconds=BUILD)
    return view


def inspector(view: WidgetView, number: int = 0) -> Locator:
    """Find one of the two."""
    return view.root.locator(".bsw-inspector").nth(number)


def open_dot(view: WidgetView, number: int) -> None:
    """Click on a dot of the chart."""
    view.root.locator(".bqplot path.dot").locator("visible=true").nth(number).click()


def test_a_click_shows_the_very_run(lab: Lab, artifacts: Path) -> None:
    view = finished(lab, CUBA, "dark")
    expect(inspector(view)).to_be_hidden()
    open_dot(view, 3)
    shown = inspector(view)
    expect(shown).to_have_attribute("data-state", "ready")
    expect(shown.locator(".bsw-inspector-title")).to_have_text("Excitatory weight 1.5 mV, trial 1")
    count = lab.ask("int(widget.run.outcome((3, 0)).values['spike_count'].si)")
    expect(raster_of(shown)).to_have_attribute(
        "aria-label", re.compile(f"^Raster of {count} spikes of 1000 neurons .*in 100 ms$")
    )
    expect(shown).to_contain_text(f"Number of spikes{count}")
    expect(view.rings).not_to_have_count(0)
    lab.page.set_viewport_size({"width": 1280, "height": 1900})
    for theme in lab.in_both_themes():
        view.root.screenshot(path=artifacts / f"inspector_{theme}.png")


def raster_of(shown: Locator) -> Locator:
    """Find the raster."""
    return shown.get_by_role("img", name=re.compile("^Raster"))


def test_points_are_stepped_through_with_the_keyboard(lab: Lab) -> None:
    view = finished(lab, CUBA)
    open_dot(view, 0)
    shown, title = inspector(view), inspector(view).locator(".bsw-inspector-title")
    expect(title).to_have_text("Excitatory weight 0 mV, trial 1")
    previous = shown.get_by_role("button", name="Previous point")
    expect(previous).to_have_attribute("aria-disabled", "true")
    shown.get_by_role("button", name="Next point").focus()
    lab.page.keyboard.press("ArrowRight")
    expect(title).to_have_text("Excitatory weight 0 mV, trial 2")
    lab.page.keyboard.press("PageDown")
    expect(title).to_have_text("Excitatory weight 0.5 mV, trial 1")
    expect(shown).to_have_attribute("data-state", "ready")
    lab.page.keyboard.press("ArrowLeft")
    expect(title).to_have_text("Excitatory weight 0 mV, trial 2")
    # And the time axis is zoomed with keys while the pictures have the focus.
    shown.get_by_role("group", name=re.compile("^Pictures over time")).focus()
    for _ in range(3):
        lab.page.keyboard.press("+")
    raster = raster_of(shown)
    expect(raster).to_have_attribute("aria-label", re.compile(r"from \d+.* to \d+.* ms$"))
    lab.page.keyboard.press("Escape")
    expect(raster).to_have_attribute("aria-label", re.compile("in 100 ms$"))
    lab.page.keyboard.press("PageDown")
    expect(title).to_have_text("Excitatory weight 0.5 mV, trial 1")


def test_a_part_of_the_time_is_dragged_on_the_raster(lab: Lab) -> None:
    view = finished(lab, CUBA)
    open_dot(view, 6)
    raster = raster_of(inspector(view))
    raster.scroll_into_view_if_needed()
    box = raster.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    lab.page.mouse.move(box["x"] + 0.4 * box["width"], middle)
    lab.page.mouse.down()
    lab.page.mouse.move(box["x"] + 0.7 * box["width"], middle, steps=4)
    lab.page.mouse.up()
    expect(raster).to_have_attribute("aria-label", re.compile(r"from \d+.* to \d+.* ms$"))
    raster.dblclick()
    expect(raster).to_have_attribute("aria-label", re.compile("in 100 ms$"))


def test_two_points_are_compared(lab: Lab, artifacts: Path) -> None:
    view = finished(lab, CUBA)
    open_dot(view, 1)
    first, second = inspector(view), inspector(view, 1)
    expect(first).to_have_attribute("data-state", "ready")
    first.get_by_role("button", name="Compare").click()
    expect(second).to_have_attribute("data-state", "ready")
    open_dot(view, 6)
    titles = view.root.locator(".bsw-inspector-title:visible")
    expect(titles).to_have_text(
        ["Excitatory weight 0.5 mV, trial 1", "Excitatory weight 3 mV, trial 1"]
    )
    expect(second).to_have_attribute("data-state", "ready")
    lab.page.set_viewport_size({"width": 1280, "height": 2400})
    view.root.screenshot(path=artifacts / "inspector_compared.png")
    first.get_by_role("button", name="Close").click()
    expect(titles).to_have_text(["Excitatory weight 3 mV, trial 1"])
    expect(second).to_be_hidden()
    first.get_by_role("button", name="Close").click()
    expect(first).to_be_hidden()
    expect(view.rings).to_have_count(0)


def test_the_raster_follows_the_slider(lab: Lab) -> None:
    """While Live is on, what is open is that of the latest settings."""
    lab.open_cells(CUBA.replace("trials=2, ", ""))
    lab.run_cell(0)
    view = lab.widget()
    expect(view.live_button).to_be_enabled(timeout=BUILD * 1000)
    view.expect_status("Live")
    until(lambda: view.dots() > 2, "a curve")
    open_dot(view, 2)
    shown = inspector(view)
    expect(shown).to_have_attribute("data-state", "ready")
    view.type("Inhibitory weight", -3)
    expect(shown).to_contain_text("Inhibitory weight-3 mV")
    view.type("Network size", 500)
    expect(raster_of(shown)).to_have_attribute("aria-label", re.compile("of 500 neurons"))


FAILING = """
import numpy as np
from brian_sweep_widget import SweepWidget

def response(drive=1.0):
    if drive == 2.0:
        raise ValueError("no such drive")
    return drive

widget = SweepWidget(response, drive=np.linspace(0, 4, 5), workers=2, store=None)
widget
"""


def test_failed_points_show_their_traceback(lab: Lab, artifacts: Path) -> None:
    view = finished(lab, FAILING)
    view.failures.first.click()
    shown = inspector(view)
    expect(shown).to_have_attribute("data-state", "failed")
    expect(shown).to_contain_text("ValueError: no such drive")
    expect(shown.get_by_role("group", name="Traceback")).to_contain_text("in response")
    shown.get_by_role("button", name="Copy").click()
    view.root.screenshot(path=artifacts / "inspector_failed.png")
    # A plain function has no inside, and says what would have one.
    shown.get_by_role("button", name="Next point").click()
    expect(shown).to_have_attribute("data-state", "ready")
    expect(shown).to_contain_text("response names no monitors to look at")
