"""The sweep widget in JupyterLab: what a person does, and what they must see."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Literal

import numpy as np
from helpers import until
from lab import Lab
from playwright.sync_api import expect
from view import WidgetView

QUICKSTART = "01_quickstart.ipynb"
WIDGET_CELL = 1  # of the quickstart; the first is text
POINTS = 20  # of its sweep
BUILD = 90.0  # s that preparing the model may take on a busy machine
WHOLE = 120.0  # s that a sweep of all trials may take there
TRIALS = 30  # of each, where a sweep has to take some seconds
SMALL = 400  # neurons, where the network does not matter

# A sweep that takes long and costs nothing.
SLOW = """
import time
import numpy as np
from brian_sweep_widget import SweepWidget

def slow(x=1.0, pause={pause}):
    time.sleep(pause)
    return x * x

widget = SweepWidget(slow, x=np.linspace(0, 9, {points}), workers=2)
widget
"""


def slow(points: int = 30, pause: float = 0.2) -> str:
    """Give the source of a cell with a slow sweep."""
    return SLOW.format(points=points, pause=pause)


def quickstart(
    lab: Lab, *, live: bool = False, theme: Literal["light", "dark"] = "light"
) -> WidgetView:
    """Run the quickstart's first cell; unless it is asked for, Live does not come by itself."""
    lab.open_copy(QUICKSTART)
    lab.set_theme(theme)
    lab.run_cell(WIDGET_CELL)
    if not live:
        lab.ask("widget.stop()")
    return lab.widget()


def start(lab: Lab, view: WidgetView) -> None:
    """Press Run and wait for the first result."""
    view.press_run()
    view.expect_some_dots()


def results(lab: Lab, measure: str, name: str = "widget") -> np.ndarray[Any, Any]:
    """Ask the kernel what it has: shown x and y of every finished job, sorted."""
    code = f"""
import json
json.dumps(sorted(
    ({name}.sweep.plan.axes[0].unit.show(outcome.job.parameters[{name}.sweep.plan.axes[0].name]),
     float(outcome.values[{measure!r}].unit.show(float(outcome.values[{measure!r}].si))))
    for outcome in {name}.results.outcomes if outcome.status == "done"))
"""
    return np.array(json.loads(lab.ask(code).strip("'")))


def state(lab: Lab, name: str = "widget") -> str:
    """Ask the kernel for the state of a run."""
    return lab.ask(f"{name}.run.progress.state").strip("'")


def assert_drawn(view: WidgetView, expected: np.ndarray[Any, Any]) -> None:
    """The dots are where the means of these results belong, to the pixel."""
    places = np.unique(expected[:, 0])
    means = [expected[expected[:, 0] == place, 1].mean() for place in places]
    expected = np.stack([places, means], axis=1)
    view.expect_dots(len(expected))

    def agree() -> bool:
        picture = view.picture()
        return picture.points.shape == expected.shape and bool(
            (abs(picture.points - expected) <= picture.pixel).all()
        )

    until(agree, "dots that agree with the kernel's results")


def test_first_cell_shows_a_labelled_widget(lab: Lab) -> None:
    """Everything is there, and every field has its name."""
    view = quickstart(lab)
    expect(view.model).to_have_value("CUBA network")
    expect(view.run_button).to_be_enabled()
    expect(view.stop_button).to_be_disabled()
    view.expect_status(f"^Ready: {POINTS} simulations$", seconds=BUILD)
    labels = [
        *(
            "Model",
            "Preset",
            "x axis",
            "Curves",
            "from",
            "to",
            "points",
            "Trials",
            "Seed",
            "Measure",
            "Spread",
            "Save as",
        ),
        *("Network size", "Inhibitory weight", "Connection probability", "Refractory", "Duration"),
    ]
    for label in labels:
        expect(view.field(label)).to_be_visible()
    expect(view.root.locator("input:visible, select:visible")).to_have_count(len(labels))
    expect(view.root.locator(".bsw-label")).to_have_text("Excitatory weight")
    picture = view.picture()
    assert (picture.x_title, picture.y_title) == ("Excitatory weight (mV)", "Number of spikes")
    expect(lab.page.get_by_text("Jupyter news")).to_have_count(0)


def test_slider_thumbs_have_names(lab: Lab) -> None:
    """A screen reader says which slider it is on."""
    view = quickstart(lab)
    thumbs = view.root.get_by_role("slider")
    expect(thumbs).to_have_count(7)
    named = lab.page.get_by_role("slider", name=re.compile("[a-z]"))
    expect(named).to_have_count(7)


def test_sliders_and_fields_follow_each_other(lab: Lab) -> None:
    """By keyboard, by mouse and by typing; the status says what would run."""
    view = quickstart(lab)
    size, thumb = view.field("Network size"), view.slider("Network size")
    thumb.focus()
    thumb.press("ArrowRight")
    expect(size).to_have_value("4100")
    thumb.press("ArrowLeft")
    thumb.press("ArrowLeft")
    expect(size).to_have_value("3900")

    high, right = view.field("to"), view.slider("Excitatory weight", 1)
    box = right.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    lab.page.mouse.move(x, y)
    lab.page.mouse.down()
    lab.page.mouse.move(x - 40, y, steps=5)
    lab.page.mouse.up()
    expect(high).not_to_have_value("4")
    # Sliders send while they move: the field has caught up when the two agree.
    until(lambda: high.input_value() == right.get_attribute("aria-valuetext"), "they agree")
    assert 2 < float(high.input_value()) < 4
    expect(view.field("from")).to_have_value("0")

    view.type("to", 3.3)
    expect(right).to_have_attribute("aria-valuetext", "3.3")
    view.type("to", 7)  # beyond the slider, which goes to its end
    expect(right).to_have_attribute("aria-valuenow", "5.0")
    expect(high).to_have_value("7")
    view.type("Network size", SMALL)
    expect(thumb).to_have_attribute("aria-valuetext", re.compile(f"^{SMALL}"))
    view.type("points", 7)
    view.type("Trials", 3)
    view.expect_status("^Ready: 21 simulations$", seconds=BUILD)
    assert lab.ask("len(widget.sweep), widget.sweep.plan.fixed['size']") == f"(21, {SMALL})"


def test_curve_grows_point_by_point(lab: Lab) -> None:
    """Dots come one after another, the axis stands still, nothing is missing."""
    view = quickstart(lab)
    view.type("Trials", TRIALS)
    view.watch()  # in the page, which sees every frame
    start(lab, view)
    view.expect_status("^Finished", seconds=WHOLE)
    view.expect_status(f"{POINTS * TRIALS} of {POINTS * TRIALS} done")
    assert_drawn(view, results(lab, "spike_count"))
    assert len(view.picture().points) == POINTS

    seen = view.watched()
    dots = [frame["dots"] for frame in seen]
    assert dots == sorted(dots)
    assert len(set(dots)) > 4, dots
    done = [
        int(found[1])
        for found in (re.match(r"(\d+) of", frame["status"]) for frame in seen)
        if found
    ]
    assert done == sorted(done)
    assert len(set(done)) > 3, done
    moved = [frame for frame in seen if frame["ticks"] != seen[0]["ticks"]]
    assert not moved, (seen[0], moved[0], len(seen), len(moved))
    assert view.picture().x_ticks == ("0", "0.5", "1", "1.5", "2", "2.5", "3", "3.5", "4")
    expect(view.run_button).to_be_enabled()
    expect(view.stop_button).to_be_disabled()


def test_stop_stops_and_run_runs_again(lab: Lab) -> None:
    """No simulation goes on, what is finished stays, and the next Run begins at once."""
    view = quickstart(lab)
    view.type("Trials", TRIALS)  # so that many cores are not done at once
    start(lab, view)
    view.stop_button.click()
    view.expect_status("^Stopped", seconds=4)
    kept = view.dots()
    assert 0 < kept < TRIALS * POINTS
    assert state(lab) == "cancelled"
    # Those that give way compare last digits, now that no sweep runs.
    programs = """
import psutil
def simulates(child):
    try:
        return child.name() == "main" and child.nice() < 19
    except psutil.Error:
        return False  # it has ended
[child for child in psutil.Process().children(recursive=True) if simulates(child)]
"""
    until(lambda: lab.ask(programs) == "[]", "no program runs", 5, lambda: lab.ask(programs))
    assert_drawn(view, results(lab, "spike_count"))
    expect(view.run_button).to_be_enabled()

    view.type("Network size", SMALL)
    view.type("Trials", 1)
    expect(view.notice).to_have_text(f"Settings changed: Run makes {POINTS} simulations.")
    assert view.dots() == kept  # until there is something new
    view.press_run()
    view.expect_status("^Finished")
    assert_drawn(view, results(lab, "spike_count"))
    assert view.dots() == POINTS
    # Last digits are compared once the sweep is over, which a fresh cache takes seconds for.
    expect(view.notice).to_be_hidden(timeout=BUILD * 1000)


def start_gated(lab: Lab, gate: Path, points: int) -> WidgetView:
    """Start a slow sweep that cannot end before the gate is there."""
    waits = f"    while x == 9 and not os.path.isdir({str(gate)!r}):\n        time.sleep(0.05)\n"
    lab.open_cells("import os\n" + slow(points=points).replace("    return", waits + "    return"))
    lab.run_cell(0)
    view = lab.widget()
    start(lab, view)
    return view


def test_notebook_is_free_during_a_sweep(lab: Lab, tmp_path: Path) -> None:
    """Other cells run, and Run cannot be pressed again."""
    gate = tmp_path / "gate"
    view = start_gated(lab, gate, points=10)
    expect(view.run_button).to_be_disabled()
    assert lab.ask("2 + 2, widget.run.progress.ended") == "(4, False)"
    expect(view.run_button).to_be_disabled()
    gate.mkdir()
    view.expect_status("10 of 10 done")
    expect(view.run_button).to_be_enabled()


def test_page_reloaded_during_a_sweep(lab: Lab, tmp_path: Path) -> None:
    """The sweep goes on without a page, and the page finds it again."""
    gate = tmp_path / "gate"
    start_gated(lab, gate, points=60)
    lab.save()
    lab.reload()
    view = lab.widget()
    assert state(lab) == "running"
    view.expect_some_dots()
    gate.mkdir()
    view.expect_status("^Finished")
    view.expect_status("60 of 60 done")
    assert_drawn(view, results(lab, "slow"))


def test_two_views_show_the_same(lab: Lab) -> None:
    """Also the view that came in the middle; each controls the one widget."""
    lab.open_cells(slow(), "widget")
    lab.run_cell(0)
    first = lab.widget_of_cell(0)
    start(lab, first)
    lab.run_cell(1)
    second = lab.widget_of_cell(1)
    second.expect_some_dots()
    first.expect_status("^Finished")
    second.expect_status("^Finished")
    expected = results(lab, "slow")
    assert_drawn(first, expected)
    assert_drawn(second, expected)
    second.type("points", 5)
    expect(first.field("points")).to_have_value("5")
    second.press_run()
    first.expect_dots(5)
    second.expect_dots(5)


def test_cell_run_again_replaces_the_widget(lab: Lab) -> None:
    """The old run is cancelled, the new widget works."""
    lab.open_cells(slow(points=1000), "old = widget")
    lab.run_cell(0)
    start(lab, lab.widget())
    lab.run_cell(1)
    lab.run_cell(0)
    until(lambda: state(lab, "old") == "cancelled", "the old run's end", 5)
    view = lab.widget()
    expect(lab.page.locator(".bsw")).to_have_count(1)
    view.expect_status("^Ready")
    view.type("points", 5)
    view.press_run()
    view.expect_status("^Finished")
    assert_drawn(view, results(lab, "slow"))


def test_settings_that_cannot_be(lab: Lab) -> None:
    """A message says what is wrong, Run refuses, and correcting it makes all well."""
    view = quickstart(lab)
    view.type("Network size", SMALL)
    view.type("from", 5)
    view.type("to", 1)
    message = "Excitatory weight from 5 mV to 1 mV: the range must rise"
    expect(view.notice).to_be_visible()
    expect(view.notice).to_contain_text(message)
    expect(view.notice).to_have_attribute("role", "alert")
    view.expect_status("^Check the settings")
    if view.run_button.is_enabled():
        view.run_button.click()
    expect(view.notice).to_contain_text(message)
    assert lab.ask("print(widget.run)") == "None"
    view.type("from", 0)
    expect(view.notice).to_be_hidden()
    view.expect_status(f"^Ready: {POINTS}", seconds=BUILD)

    view.type("Connection probability", 2)
    expect(view.problem("Connection probability")).to_contain_text("a number from 0 to 1")
    expect(view.field("Connection probability")).to_have_value("0.02")
    view.type("Connection probability", 0.02)
    expect(view.problem("Connection probability")).to_be_empty()
    view.type("points", 3)
    view.press_run()
    view.expect_status("^Finished")
    assert_drawn(view, results(lab, "spike_count"))


def test_failed_points_are_shown_as_text(lab: Lab) -> None:
    """With the point's value; the others are drawn; nothing of it is taken for HTML."""
    lab.open_cells("""
import brian_sweep_widget

def picky(x=1.0):
    if x == 3:
        raise ValueError("<img src=x onerror=alert(1)>")
    return {"level": x, "twice": 2 * x}

widget = brian_sweep_widget.SweepWidget(picky, x=[1.0, 2.0, 3.0, 4.0], workers=2)
widget
""")
    lab.run_cell(0)
    view = lab.widget()
    view.press_run()
    view.expect_status("3 of 4 done.*1 failed")
    expect(view.errors).to_have_count(1)
    expect(view.errors).to_contain_text("X 3")
    expect(view.errors).to_contain_text("ValueError: <img src=x onerror=alert(1)>")
    expect(view.root.locator("img")).to_have_count(0)
    summary = view.errors.locator("summary")
    summary.click()
    expect(view.errors.locator("pre")).to_be_visible()
    expect(view.errors.locator("pre")).to_contain_text("in picky")
    assert_drawn(view, results(lab, "level"))
    assert view.picture().x_ticks[0] == "1"

    view.measure.select_option("Twice")
    assert_drawn(view, results(lab, "twice"))


def test_size_changes_the_result_and_measure_the_curve(lab: Lab) -> None:
    """A new network size gives other numbers; the other measure has its own unit."""
    view = quickstart(lab)
    view.type("points", 5)
    view.type("Network size", SMALL)
    view.press_run()
    view.expect_status("^Finished")
    small = results(lab, "spike_count")
    assert_drawn(view, small)
    view.type("Network size", 3 * SMALL)
    view.press_run()
    view.expect_status("^Starting|^\\d+ of|^Finished")
    until(lambda: state(lab) == "finished", "the second sweep's end", 20)
    large = results(lab, "spike_count")
    assert (large[:, 1] > small[:, 1]).all()
    assert_drawn(view, large)

    view.measure.select_option("Mean firing rate")
    assert_drawn(view, results(lab, "mean_rate"))
    assert view.picture().y_title == "Mean firing rate (Hz)"
    view.measure.select_option("Number of spikes")
    assert_drawn(view, large)
    assert view.picture().y_title == "Number of spikes"


def test_interrupted_kernel_goes_on_sweeping(lab: Lab) -> None:
    """The square button ends the person's cell, not the sweep."""
    lab.open_cells(slow(points=40), "print('begun', flush=True)\ntime.sleep(60)")
    lab.run_cell(0)
    view = lab.widget()
    start(lab, view)
    lab.start_cell(1)
    expect(lab.output(1)).to_contain_text("begun")  # before that, nothing would be interrupted
    lab.interrupt()
    expect(lab.output(1).last).to_contain_text("KeyboardInterrupt")
    view.expect_status("^Finished")
    view.expect_status("40 of 40 done$")
    assert_drawn(view, results(lab, "slow"))


def test_two_widgets_run_at_once(lab: Lab) -> None:
    """In one notebook, with one pool; each shows its own numbers."""
    lab.open_cells(
        slow(points=15), "other = SweepWidget(slow, x=np.linspace(0, 2, 10), workers=2)\nother"
    )
    lab.run_cell(0)
    lab.run_cell(1)
    first, second = lab.widget_of_cell(0), lab.widget_of_cell(1)
    first.press_run()
    second.press_run()
    second.expect_some_dots()
    expect(first.stop_button).to_be_enabled()
    first.expect_status("15 of 15 done")
    second.expect_status("10 of 10 done")
    assert_drawn(first, results(lab, "slow"))
    assert_drawn(second, results(lab, "slow", "other"))


def test_cell_that_blocks_the_kernel(lab: Lab) -> None:
    """Results that came meanwhile are all there."""
    lab.open_cells(slow(points=20), "time.sleep(3)")
    lab.run_cell(0)
    view = lab.widget()
    start(lab, view)
    lab.run_cell(1)
    view.expect_status("^Finished")
    assert_drawn(view, results(lab, "slow"))
