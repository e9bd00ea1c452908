"""Without a mouse, without colours of our own, without motion."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from lab import Lab
from playwright.sync_api import expect
from test_inspector import CUBA, finished, inspector, open_dot
from test_quickstart import slow, start
from view import WidgetView

# All that can be used, by number; bqplot's own buttons appear under the mouse alone.
_NUMBER = """root => {
  const all = [...root.querySelectorAll(
    'button:enabled, input, select, summary, .noUi-handle, [tabindex="0"]')]
    .filter(node => node.checkVisibility({visibilityProperty: true})
      && node.tabIndex >= 0 && !node.closest('.bqplot')
      && getComputedStyle(node).visibility !== 'hidden');
  all.forEach((node, number) => { node.dataset.number = number; });
  return all.map(node => node.getAttribute('aria-label') || node.textContent.trim()
    || node.title || node.tagName);
}"""
# What has the focus: its number (null outside), and whether that is seen.
_FOCUSED = """root => {
  const node = document.activeElement;
  if (!root.contains(node)) return null;
  const {outlineStyle, outlineWidth} = getComputedStyle(node);
  return [node.dataset.number ?? null, outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1];
}"""


def test_tab_reaches_everything_and_is_seen(lab: Lab) -> None:
    view = finished(lab, CUBA)
    for name in ("Jobs", "Results table"):
        view.root.get_by_role("button", name=name, exact=True).click()
    open_dot(view, 3)
    expect(inspector(view)).to_have_attribute("data-state", "ready")
    names = view.root.evaluate(_NUMBER)
    assert len(names) > 40
    view.root.locator("select").first.focus()
    reached, unseen = set(), []
    while (focused := view.root.evaluate(_FOCUSED)) is not None:
        number, seen = focused
        if number in reached:
            break
        if number is not None:
            reached.add(number)
            if not seen:
                unseen.append(names[int(number)])
        lab.page.keyboard.press("Tab")
    assert unseen == []
    missed = [name for number, name in enumerate(names) if str(number) not in reached]
    assert missed == []


def test_a_sweep_without_a_mouse(lab: Lab) -> None:
    """Change the settings, run, read the table, look inside, come back."""
    keyboard = lab.page.keyboard
    lab.open_cells(CUBA)
    lab.run_cell(0)
    view = lab.widget()
    view.field("points").focus()
    keyboard.press("Control+A")
    keyboard.type("5")
    keyboard.press("Enter")
    view.run_button.focus()
    keyboard.press("Enter")
    view.expect_status("^Finished.*10 of 10 done", seconds=90)
    view.root.get_by_role("button", name="Results table").focus()
    keyboard.press("Space")
    rows = view.root.locator(".bsw-table-row")
    expect(rows.first).to_be_visible()
    rows.first.focus()
    keyboard.press("ArrowDown")
    expect(view.rings).to_have_count(1)
    keyboard.press("Enter")
    expect(inspector(view)).to_have_attribute("data-state", "ready")
    title = inspector(view).locator(".bsw-inspector-title")
    before = title.inner_text()
    inspector(view).get_by_role("button", name="Next").focus()
    keyboard.press("Enter")
    expect(title).not_to_have_text(before)


def test_forced_colours_and_reduced_motion(lab: Lab, artifacts: Path) -> None:
    """What the person's system draws is enough; nothing moves by itself."""
    lab.page.emulate_media(forced_colors="active", reduced_motion="reduce", color_scheme="dark")
    lab.open_cells(slow(points=60))
    lab.run_cell(0)
    view = lab.widget()
    start(lab, view)
    view.expect_some_dots()
    for name in ("Jobs", "Results table"):
        view.root.get_by_role("button", name=name, exact=True).click()
    expect(view.root.locator(".bsw-table-row").first).to_be_visible()
    lab.page.set_viewport_size({"width": 1280, "height": 1300})
    moving = view.root.evaluate(
        "root => root.getAnimations({subtree: true}).filter(one => one.playState === 'running')"
        ".map(one => one.effect.target.className)"
    )
    assert moving == []
    inks: dict[Literal["light", "dark"], str] = {
        "light": "rgb(0, 0, 0)",
        "dark": "rgb(255, 255, 255)",
    }
    for scheme, ink in inks.items():
        lab.page.emulate_media(color_scheme=scheme)
        view.root.screenshot(path=artifacts / f"forced_{scheme}.png")
        for text in (".tick text", ".axislabel"):
            expect(view.root.locator(f".bqplot .axis {text}").first).to_have_css("fill", ink)
        assert borderless(view) == [], scheme


def borderless(view: WidgetView) -> list[str]:
    """List the buttons and fields whose edge is not seen without our colours."""
    found: list[str] = view.root.evaluate("""root => [...root.querySelectorAll(
        'button, input, select, .noUi-handle, .noUi-target')]
      .filter(node => node.checkVisibility() && !node.closest('.bqplot, .bsw-table')
        && node.type !== 'checkbox')
      .filter(node => ['None', 'hidden', 'none'].includes(getComputedStyle(node).borderTopStyle)
        || parseFloat(getComputedStyle(node).borderTopWidth) < 1)
      .map(node => node.textContent.trim() || node.className)""")
    return found
