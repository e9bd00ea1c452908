"""Choosing what is swept, in JupyterLab: by mouse and by keyboard, live and not."""

from __future__ import annotations

from pathlib import Path

from helpers import until
from lab import Lab
from playwright.sync_api import expect
from view import WidgetView

FUNCTION = """
import numpy as np
from brian_sweep_widget import SweepWidget

def power(base=2.0, exponent=1.0):
    return base ** exponent

widget = SweepWidget(power, base=np.linspace(0.0, 4.0, 5), store=None)
widget
"""
LIVE = """
from brian_sweep_widget import SweepWidget, adex
widget = SweepWidget(adex, store=None)
widget
"""


def titled(view: WidgetView, title: str) -> None:
    """Wait for an x axis."""
    until(lambda: view.picture().x_title == title, f"an x axis of {title}")


def test_another_parameter_is_swept(lab: Lab, artifacts: Path) -> None:
    """Run says what it would do, does it, and Undo goes back."""
    lab.open_cells(FUNCTION)
    lab.run_cell(0)
    lab.set_theme("dark")
    view = lab.widget_of_cell(0)
    view.press_run()
    view.expect_status("5 of 5 done")
    titled(view, "Base")
    view.field("x axis").select_option("Exponent")
    expect(view.root.locator(".bsw-label")).to_have_text("Exponent")
    expect(view.root.locator(".bsw-status-notice")).to_contain_text("Run makes 20 simulations")
    titled(view, "Base")  # of what is still shown
    view.press_run()
    view.expect_status("20 of 20 done")
    titled(view, "Exponent")
    view.field("Curves").select_option("by Base")
    expect(view.root.locator(".bsw-label")).to_have_text(["Exponent", "Base"])
    view.type("values", "1 to 4 in 13")
    expect(view.root.locator(".bsw-status-notice")).to_contain_text("Run makes 260 simulations")
    view.press_run()
    view.expect_status("260 of 260 done")
    expect(view.root.locator(".bsw-heat .heatmapcell")).to_have_count(260)
    for theme in lab.in_both_themes():
        view.root.screenshot(path=artifacts / f"axes-{theme}.png")
    lab.page.set_viewport_size({"width": 640, "height": 1200})
    for theme in lab.in_both_themes():
        view.root.screenshot(path=artifacts / f"axes-{theme}-narrow.png")
    undo = view.root.get_by_role("button", name="Undo")
    for _ in range(3):
        undo.click()
    expect(undo).to_be_disabled()
    expect(view.field("x axis")).to_have_value("Base")
    expect(view.field("Curves")).to_have_value("One")


def test_the_curve_follows_by_keyboard_alone(lab: Lab) -> None:
    """Live is on: another x axis is a key, and the choice keeps the focus."""
    lab.open_cells(LIVE)
    lab.run_cell(0)
    view = lab.widget_of_cell(0)
    view.expect_status(r"^Live.* done", seconds=120)
    choice = view.field("x axis")
    before, _, cost = choice.input_value().rpartition(" (")
    assert cost == "instant)"
    choice.focus()
    choice.press("ArrowDown")
    expect(choice).not_to_have_value(f"{before} (instant)")
    after = choice.input_value().removesuffix(" (instant)")
    expect(view.root.locator(".bsw-label")).to_have_text(after)
    until(lambda: view.picture().x_title.startswith(after), f"a curve over {after}", seconds=60)
    expect(choice).to_be_focused()
    choice.press("ArrowUp")
    until(lambda: view.picture().x_title.startswith(before), f"a curve over {before}", seconds=60)
