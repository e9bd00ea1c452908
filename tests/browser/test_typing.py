"""What is typed into a field is the number that runs, or is refused with words beside it."""

from __future__ import annotations

import re
from pathlib import Path

from axe import serious
from helpers import until
from lab import Lab
from playwright.sync_api import expect
from view import WidgetView

CELL = """
import numpy as np
from brian2 import Network, NeuronGroup, mV, ms, prefs
from brian_sweep_widget import SweepWidget

prefs.codegen.target = "numpy"

def model(drive=1*mV, size=4000, weight=1.62*mV, duration=100*ms, fraction=0.02):
    return float(size)

widget = SweepWidget(model, drive=[1, 2]*mV, fraction=[0.1, 0.2], workers=2, store=None)
widget
"""
LABELS = {
    "size": "Size",
    "weight": "Weight",
    "duration": "Duration",
    "trials": "Trials",
    "seed": "Seed",
    "points": "points",
}
ASK = {
    "trials": "widget.sweep.plan.trials",
    "seed": "widget.sweep.plan.seed",
    "points": "len(widget.sweep.plan.axes[0].values)",
}

READ = [
    ("size", "1e3", "1000"),
    ("size", "2000.0", "2000"),
    ("size", "4 000", "4000"),
    ("size", "4'500", "4500"),
    ("size", "5_000", "5000"),
    ("weight", "1,62", "1.62"),
    ("weight", "1700 uV", "1.7"),
    ("weight", "\N{MINUS SIGN}9 mV", "-9"),
    ("weight", "10.5", "10.5"),
    ("duration", "0.2 s", "200"),
    ("trials", "1e1", "10"),
    ("trials", "2.0", "2"),
    ("seed", "1e3", "1000"),
    ("seed", "2147483648", "2147483648"),
    ("points", "3.0", "3"),
]
REFUSED = [
    ("size", "1.5", "is no whole number (allowed: a whole number)"),
    ("size", "1,62", "is no whole number"),
    ("size", "4,000", "may be 4.000 or 4000"),
    ("size", "13 mV", "has the wrong unit mV"),
    ("size", "\uff12\uff10\uff10\uff10", "digits of another script"),
    ("size", "", "is empty"),
    ("weight", "2*1.62", "write the result"),
    ("weight", "1.62 ms", "has the wrong unit ms (allowed: a number in units such as mV)"),
    ("weight", "nan", "is not finite"),
    ("weight", "1e400", "is too large"),
    ("weight", "0x10", "is not decimal"),
    ("trials", "99999", "is too large (allowed: a whole number from 1 to 1000)"),
    ("trials", "0", "is too small (allowed: a whole number from 1 to 1000)"),
    ("seed", "-1", "is too small"),
    ("seed", "1.5", "is no whole number"),
    ("points", "2.5", "is no whole number"),
]


def type_into(lab: Lab, view: WidgetView, label: str, text: str) -> None:
    """Replace what is in a field, key by key, and leave it."""
    view.field(label).click()
    lab.page.keyboard.press("Control+A")
    lab.page.keyboard.press("Delete")
    lab.page.keyboard.type(text)
    lab.page.keyboard.press("Tab")


def opened(lab: Lab, cell: str = CELL) -> WidgetView:
    """Show the widget."""
    lab.open_cells(cell)
    lab.run_cell(0)
    return lab.widget()


def in_force(lab: Lab, name: str) -> str:
    """Ask the kernel what the next run uses, in the unit that the field shows."""
    shown = f"widget.sweep.parameters[{name!r}].unit.show(widget.sweep.plan.fixed[{name!r}])"
    return lab.ask(f"print('%.17g' % {ASK.get(name, shown)})")


def test_numbers_are_read_as_they_are_meant(lab: Lab) -> None:
    """Whole numbers with an exponent, decimal commas, thousands, units."""
    view = opened(lab)
    for name, text, expected in READ:
        type_into(lab, view, LABELS[name], text)
        expect(view.field(LABELS[name])).to_have_value(expected)
        expect(view.problem(LABELS[name])).to_be_empty()
        until(lambda: float(in_force(lab, name)) == float(expected), f"{text} for {name}")  # noqa: B023 - called here


def test_what_is_no_number_is_refused_and_the_old_one_holds(lab: Lab) -> None:
    view = opened(lab)
    for name, text, words in REFUSED:
        field, label = view.field(LABELS[name]), LABELS[name]
        shown, before = field.input_value(), in_force(lab, name)
        type_into(lab, view, label, text)
        alert = view.problem(label)
        expect(alert).to_contain_text(words)
        expect(alert).to_contain_text(f"{shown} stays.")
        expect(alert).to_have_role("alert")
        expect(field).to_have_value(shown)
        expect(field).to_have_accessible_description(re.compile(re.escape(words)))
        assert in_force(lab, name) == before, (name, text)
    view.press_run()
    view.expect_status("4 of 4 done")
    assert lab.ask("print({one.job.parameters['size'] for one in widget.results.outcomes})") == (
        "{4000}"
    )
    type_into(lab, view, "Size", "300")
    expect(view.problem("Size")).to_be_empty()


def test_lists_are_read_by_the_same_reader(lab: Lab) -> None:
    view = opened(lab)
    ask = "print(widget.sweep.plan.axes[1].values)"
    type_into(lab, view, "values", "1e-1, .25,0.5")
    expect(view.problem("values")).to_be_empty()
    until(lambda: lab.ask(ask) == "(0.1, 0.25, 0.5)", "the list")
    type_into(lab, view, "values", "0 to 1 in 5")
    until(lambda: lab.ask(ask) == "(0.0, 0.25, 0.5, 0.75, 1.0)", "the range")
    type_into(lab, view, "values", "0.1; 0.2")
    expect(view.problem("values")).to_contain_text("'; 0.2', which is no unit")
    expect(view.field("values")).to_have_value("0 to 1 in 5")
    assert lab.ask(ask) == "(0.0, 0.25, 0.5, 0.75, 1.0)"


def test_looking_into_a_field_changes_nothing(lab: Lab) -> None:
    """Not the last digit of what was given, which fields do not show."""
    view = opened(lab, CELL.replace("workers=2", "weight=(1/3)*mV, workers=2"))
    keys = "print(hash(tuple(job.key for job in widget.sweep.jobs())))"
    before = lab.ask(keys)
    for label in [*LABELS.values(), "from", "to", "values"]:
        field = view.field(label)
        field.click()
        shown = field.input_value()
        lab.page.keyboard.press("Enter")
        type_into(lab, view, label, shown)  # the same once more
        lab.page.keyboard.press("Shift+Tab")
    assert lab.ask(keys) == before
    expect(view.root.get_by_role("button", name="Undo")).to_be_disabled()


def test_arrow_keys_and_arrows_go_on_by_a_step(lab: Lab) -> None:
    view = opened(lab)
    for label, keys, expected in [
        ("Trials", ["ArrowUp", "ArrowUp", "ArrowDown"], "2"),
        ("Size", ["ArrowDown"], "3999"),
        ("Weight", ["ArrowUp"], "1.67"),
    ]:
        field = view.field(label)
        for key in keys:
            field.press(key)
        expect(field).to_have_value(expected)
    until(lambda: in_force(lab, "trials") == "2", "two trials")
    field = view.field("Seed")
    field.click()
    lab.page.keyboard.press("Control+A")
    lab.page.keyboard.type("1e2")
    lab.page.keyboard.press("ArrowUp")  # what was typed, and one more
    expect(field).to_have_value("101")
    up, down = (field.locator(f"xpath=following-sibling::*/*[{one}]") for one in (1, 2))
    up.click()
    up.click()
    down.click()
    expect(field).to_have_value("102")
    until(lambda: in_force(lab, "seed") == "102", "the seed")
    for _ in range(4):
        view.field("Trials").press("ArrowDown")
    expect(view.field("Trials")).to_have_value("1")
    expect(view.problem("Trials")).to_contain_text("from 1 to 1000")


def test_refusals_can_be_read(lab: Lab, artifacts: Path) -> None:
    """Beside their fields, whole, in both themes; and they are announced."""
    lab.open_cells("from brian_sweep_widget import SweepWidget\nSweepWidget(workers=2, store=None)")
    lab.set_theme("dark")
    lab.page.set_viewport_size({"width": 1280, "height": 1300})
    lab.run_cell(0)
    view = lab.widget()
    for theme in lab.in_both_themes():
        view.root.screenshot(path=artifacts / f"typing-before-{theme}.png")
    view.field("Network size").hover()
    for theme in lab.in_both_themes():
        view.root.screenshot(path=artifacts / f"typing-hover-{theme}.png")
    texts = [("Network size", "1.5"), ("Inhibitory weight", "1,620"), ("Trials", "99999")]
    texts += [("Connection probability", "2"), ("to", "3 ms"), ("points", "4,000"), ("Seed", "x")]
    for label, text in texts:
        type_into(lab, view, label, text)
        expect(view.problem(label)).not_to_be_empty()
    for theme in lab.in_both_themes():
        view.root.screenshot(path=artifacts / f"typing-refused-{theme}.png")
    for label, _ in texts:
        words, column = view.problem(label).bounding_box(), view.root.locator(".bsw-controls")
        room = column.bounding_box()
        assert words is not None
        assert room is not None
        assert room["x"] <= words["x"]
        assert words["x"] + words["width"] <= room["x"] + room["width"]
        assert words["width"] > 0.7 * room["width"]
    for theme in lab.in_both_themes():
        assert serious(lab.page, ".bsw") == [], theme
