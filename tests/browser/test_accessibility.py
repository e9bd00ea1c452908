"""What a checker of accessibility finds in our parts: nothing serious, in both themes."""

from __future__ import annotations

from axe import serious
from lab import Lab
from playwright.sync_api import expect
from test_inspector import CUBA, FAILING, finished, inspector, open_dot


def test_a_sweep_with_everything_unfolded(lab: Lab) -> None:
    view = finished(lab, CUBA, "dark")
    for name in ("Jobs", "Results table"):
        view.root.get_by_role("button", name=name, exact=True).click()
    open_dot(view, 3)
    expect(inspector(view)).to_have_attribute("data-state", "ready")
    inspector(view).get_by_role("button", name="As script").click()
    view.type("Network size", 2000)  # another in-degree: its buttons are seen
    lab.page.set_viewport_size({"width": 1280, "height": 2000})
    for theme in lab.in_both_themes():
        assert serious(lab.page, ".bsw") == [], theme


def test_a_sweep_with_failures(lab: Lab) -> None:
    view = finished(lab, FAILING)
    view.failures.first.click()
    expect(inspector(view)).to_have_attribute("data-state", "failed")
    assert serious(lab.page, ".bsw") == []
