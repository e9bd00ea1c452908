"""Live: the curve follows the sliders, and what is prepared before is told."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from helpers import until
from lab import Lab
from playwright.sync_api import expect
from test_quickstart import assert_drawn, quickstart, results
from view import WidgetView

GRID = 21  # of the quickstart's 20 points from 0 to 4 mV: every 0.2 mV


def wait_for_live(view: WidgetView) -> None:
    """Wait until the model is compiled and the first curve is there."""
    expect(view.live_button).to_have_attribute("aria-pressed", "true", timeout=90_000)
    view.expect_status(f"^Live.*{GRID} of {GRID} done$", seconds=90)


def drag(lab: Lab, view: WidgetView, label: str, by: int, steps: int) -> None:
    """Drag a slider's thumb by some pixels, with many moves of the mouse."""
    box = view.slider(label).bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    lab.page.mouse.move(x, y)
    lab.page.mouse.down()
    lab.page.mouse.move(x + by, y, steps=steps)
    lab.page.mouse.up()


def fixed(lab: Lab, name: str) -> str:
    """Ask the kernel for a fixed value of all finished jobs."""
    values = f"{{outcome.job.parameters[{name!r}] for outcome in widget.results.outcomes}}"
    return lab.ask(f"print(*{values})")


def test_curve_follows_a_dragged_slider(lab: Lab, artifacts: Path) -> None:
    """From a cold start: phases, costs, then a drag; the points are those of the last setting."""
    view = quickstart(lab, live=True)
    expect(view.live_button).to_be_disabled()
    view.expect_status("^Reading the model|^Compiling the network once")
    view.root.screenshot(path=artifacts / "live-preparing.png")
    wait_for_live(view)
    expect(view.cost("Excitatory weight")).to_have_text("instant")
    expect(view.cost("Network size")).to_have_text(re.compile(r"^(0\.)?\d+ s$"))
    expect(view.cost("Refractory")).to_have_text(re.compile(r"^compiles, \d+ s$"))
    assert_drawn(view, results(lab, "spike_count"))

    before = view.field("Network size").input_value()
    view.watch()
    drag(lab, view, "Network size", -30, 60)
    size = f"{float(view.slider('Network size').get_attribute('aria-valuetext') or ''):g}"
    assert size != before
    expect(view.field("Network size")).to_have_value(size)  # it follows by way of the kernel
    until(lambda: fixed(lab, "size") == size, "a run of the last setting")
    view.expect_status(f"^Live.*{GRID} of {GRID} done$", seconds=90)
    found = results(lab, "spike_count")
    np.testing.assert_allclose(found[:, 0], np.linspace(0, 4, GRID))
    assert_drawn(view, found)
    assert {frame["ticks"] for frame in view.watched()} == {view.watched()[0]["ticks"]}
    assert min(frame["dots"] for frame in view.watched()) > 0  # it never went blank

    view.stop_button.click()
    expect(view.live_button).to_have_attribute("aria-pressed", "false")
    expect(view.live_button).to_be_enabled()


def test_live_in_both_themes(lab: Lab, artifacts: Path) -> None:
    """A setting that needs another program still works, with the phase shown; pictures of it."""
    view = quickstart(lab, live=True, theme="dark")
    wait_for_live(view)
    for theme in lab.in_both_themes():
        view.root.screenshot(path=artifacts / f"live-{theme}.png")
    view.type("Refractory", 5)
    view.expect_status("Reading the model|Compiling the network once")
    for theme in lab.in_both_themes():
        view.root.screenshot(path=artifacts / f"live-rebuild-{theme}.png")
    until(lambda: fixed(lab, "refractory") == "0.005", "a run with the other program")
    view.expect_status(f"^Live.*{GRID} of {GRID} done$", seconds=90)
    assert_drawn(view, results(lab, "spike_count"))
    view.type("from", 9)
    view.expect_status("^Check the settings")
    expect(view.notice).to_contain_text("the range must rise")
    for theme in lab.in_both_themes():
        view.root.screenshot(path=artifacts / f"live-refused-{theme}.png")
