"""What a person does with the chart: spread, axes, pins, zoom; and the choice of models."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from helpers import until
from lab import Lab
from playwright.sync_api import expect
from test_quickstart import BUILD
from view import WidgetView

# Quick, and wide enough for a logarithmic axis; one point always fails.
NOISY = """
import numpy as np
from brian_sweep_widget import SweepWidget

def response(drive=1.0, gain=1.0):
    if drive == 2.0:
        raise ValueError("no such drive")
    return gain * 10**drive * np.random.default_rng().lognormal(0, 0.3)

widget = SweepWidget(response, drive=np.linspace(0, 4, 9), trials=5, workers=2, store=None)
widget
"""


def noisy(lab: Lab, theme: Literal["light", "dark"] = "light") -> WidgetView:
    """Run the noisy sweep to its end."""
    lab.open_cells(NOISY)
    lab.set_theme(theme)
    lab.run_cell(0)
    view = lab.widget()
    view.press_run()
    view.expect_status("Finished")
    return view


def tool(view: WidgetView, name: str) -> None:
    """Press a tool of the chart."""
    view.root.locator(".bsw-tools").get_by_role("button", name=name, exact=True).click()


def test_spread_trials_and_failures(lab: Lab, artifacts: Path) -> None:
    """Means of eight points with their band; every trial and bars on demand; one failed point."""
    view = noisy(lab, "dark")
    view.expect_dots(8)
    expect(view.failures).to_have_count(1)
    band = view.root.locator(".bqplot path.curve[style*='fill-opacity: 0.2'], .bqplot path.line")
    assert band.count() > 1
    tool(view, "Trials")
    view.expect_dots(8 + 40)
    tool(view, "Log y")
    expect(view.root.locator(".bqplot g.axis").nth(1)).to_contain_text("1,000")
    ticks = view.ticks("y")
    decades = [pixel for text, pixel in ticks if text in {"1", "10", "100", "1,000", "10,000"}]
    assert len(decades) >= 4
    assert np.ptp(np.diff(decades)) < 1  # evenly spaced
    view.root.get_by_label("Spread").select_option("Quartiles, bars")
    for theme in lab.in_both_themes():
        view.root.screenshot(path=artifacts / f"chart_spread_{theme}.png")


def test_pinned_curves_stay(lab: Lab, artifacts: Path) -> None:
    """With what was different in the legend; until they are unpinned."""
    view = noisy(lab)
    tool(view, "Pin")
    legend = view.root.locator(".bqplot .g_legend")
    expect(legend).to_contain_text("pinned")
    view.type("Gain", 3)
    view.press_run()
    expect(legend).to_contain_text("Gain 1")
    view.expect_status("Finished")
    view.expect_dots(8)
    assert view.field("Gain").input_value() == "3"
    view.root.screenshot(path=artifacts / "chart_pinned.png")
    tool(view, "Unpin")
    expect(legend).not_to_contain_text("Gain")


def test_a_range_marked_with_the_mouse_is_where_the_sweep_goes(lab: Lab, artifacts: Path) -> None:
    view = noisy(lab)
    ticks = dict(view.ticks("x"))
    plot = view.root.locator(".bqplot .plotarea_background").bounding_box()
    assert plot is not None
    tool(view, "Zoom")
    brush = view.root.locator(".bqplot .selector .overlay")
    expect(brush).to_be_visible()
    mouse, middle = lab.page.mouse, plot["y"] + plot["height"] / 2
    mouse.move(plot["x"] + ticks["2.5"], middle)
    mouse.down()
    mouse.move(plot["x"] + ticks["3"], middle, steps=5)
    mouse.move(plot["x"] + ticks["3.5"], middle, steps=5)
    view.root.screenshot(path=artifacts / "chart_zooming.png")
    mouse.up()
    expect(brush).to_be_hidden()
    until(lambda: float(view.field("to").input_value()) < 4, "the other end")
    low, high = (float(view.field(name).input_value()) for name in ("from", "to"))
    assert (low, high) == (pytest.approx(2.5, abs=0.05), pytest.approx(3.5, abs=0.05))
    view.expect_status("Finished")
    view.expect_dots(9)
    assert view.picture().points[0, 0] == pytest.approx(low, abs=0.02)


def test_another_model_is_a_choice_away(lab: Lab, artifacts: Path) -> None:
    """It has controls of its own, and its curve comes by itself."""
    lab.open_cells("from brian_sweep_widget import SweepWidget\nwidget = SweepWidget()\nwidget")
    lab.run_cell(0)
    view = lab.widget()
    models = view.model
    expect(models).to_have_value("CUBA network")
    view.expect_some_dots(BUILD)
    models.select_option("AdEx neuron")
    expect(view.field("Slope factor of spike onset")).to_be_visible()
    view.expect_status("21 of 21 done", BUILD)
    view.expect_dots(21)
    assert view.picture().x_title == "Current (nA)"
    view.root.screenshot(path=artifacts / "chart_other_model.png")
    models.select_option("CUBA network")
    expect(view.field("Network size")).to_be_visible()
    view.expect_some_dots()
    assert view.picture().x_title == "Excitatory weight (mV)"


# Sliders have steps; what the author or the person says need not be on one.
OFF_STEPS = """
import numpy as np
from brian_sweep_widget import SweepWidget

def line(x=1.0, slope=0.1237, size=437):
    return slope * x + size

widget = SweepWidget(line, x=np.linspace(0.013, 3.977, 5), workers=2, store=None)
widget
"""


def test_no_slider_changes_what_was_given_or_typed(lab: Lab) -> None:
    """A slider in the browser goes to its next step, and must keep that for itself."""
    lab.open_cells(OFF_STEPS)
    lab.run_cell(0)
    view = lab.widget()
    assert lab.ask("widget.sweep.plan.fixed") == "{'slope': 0.1237, 'size': 437}"
    assert lab.ask("widget.sweep.plan.axes[0].values[0]") == "0.013"
    view.type("Size", 561)
    view.type("from", 0.021)
    view.type("Slope", 5)  # beyond the slider's end, which goes there
    view.press_run()
    view.expect_status("Finished")
    assert view.field("Size").input_value() == "561"
    assert view.field("Slope").input_value() == "5"
    assert view.field("from").input_value() == "0.021"
    assert view.field("to").input_value() == "3.977"
    assert lab.ask("widget.run.results.plan.fixed") == "{'slope': 5.0, 'size': 561}"


MAP = """
import numpy as np
from brian2 import mV
from brian_sweep_widget import SweepWidget, cuba

widget = SweepWidget(
    cuba,
    excitatory_weight=np.linspace(0, 3, 9)*mV,
    size=np.linspace(250, 2000, 8).astype(int),
    workers=2,
    store=None,
)
widget
"""


def test_two_parameters_are_a_map(lab: Lab, artifacts: Path) -> None:
    """More sizes than curves can be told apart: cells, and the curve of the row that is chosen."""
    lab.open_cells(MAP)
    lab.set_theme("dark")
    lab.run_cell(0)
    view = lab.widget()
    view.press_run()
    view.expect_status("Finished", seconds=BUILD)
    cells = view.root.locator(".bsw-heat rect.heatmapcell")
    expect(cells).to_have_count(72)
    filled = view.root.locator('.bsw-heat rect.heatmapcell[style*="fill: rgb"]')
    expect(filled).to_have_count(72)
    view.expect_dots(9)
    frame = view.root.locator(".bsw-heat path.line").first
    before = frame.get_attribute("d")
    cells.nth(20).click()
    until(lambda: frame.get_attribute("d") != before, "another row in the frame")
    expect(view.rings).not_to_have_count(0)
    for theme in lab.in_both_themes():
        view.root.screenshot(path=artifacts / f"map_{theme}.png")
    assert not view.root.get_by_role("button", name="Map").is_visible()  # there is no choice
    colours = view.root.locator(".bsw-heat .ColorBar")
    linear = colours.locator(".tick text").all_text_contents()
    assert len(linear) > 2
    tool(view, "Log y")
    expect(colours.locator(".axislabel")).to_have_text("Number of spikes")
    until(lambda: colours.locator(".tick text").all_text_contents() != linear, "other colours")
    numbers = [
        float(text.replace(",", "")) for text in colours.locator(".tick text").all_text_contents()
    ]
    places = [
        tick["x"] for tick in (one.bounding_box() for one in colours.locator(".tick").all()) if tick
    ]
    assert len(numbers) > 2
    assert min(numbers) > 9  # spikes, and no logarithms of them
    steps = np.diff(places) / np.diff(np.log(numbers))
    assert steps == pytest.approx(steps[0], rel=0.1)
    for theme in lab.in_both_themes():
        view.root.screenshot(path=artifacts / f"map_log_{theme}.png")
