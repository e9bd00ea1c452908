"""What a checker of accessibility finds in our parts: nothing serious, in both themes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import pytest
from lab import Lab
from playwright.sync_api import expect
from test_inspector import CUBA, FAILING, finished, inspector, open_dot

pytestmark = pytest.mark.timeout(150)

_AXE = Path(__file__).parents[2] / "js" / "node_modules" / "axe-core" / "axe.min.js"

# Whatever is ours, and whatever ipywidgets makes for us; bqplot's drawing has its
# words in the table and in the status.
_FIND = """async () => {
  const found = await axe.run(
    {include: ['.bsw'], exclude: ['.bsw .bqplot']},
    {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']},
  );
  // A checker that looked at nothing finds nothing.
  if (found.passes.length < 15) throw new Error(`only ${found.passes.length} rules passed`);
  return found.violations.map(({id, impact, help, nodes}) =>
    ({id, impact, help, nodes: nodes.map(({html, failureSummary}) => [html, failureSummary])}));
}"""


def serious(lab: Lab) -> list[dict[str, Any]]:
    """Give what is wrong, and serious."""
    lab.page.add_script_tag(path=_AXE)
    found: list[dict[str, Any]] = lab.page.evaluate(_FIND)
    return [one for one in found if one["impact"] in {"serious", "critical"}]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_sweep_with_everything_unfolded(lab: Lab, theme: Literal["light", "dark"]) -> None:
    view = finished(lab, CUBA, theme)
    for name in ("Jobs", "Results table"):
        view.root.get_by_role("button", name=name, exact=True).click()
    open_dot(view, 3)
    expect(inspector(view)).to_have_attribute("data-state", "ready")
    inspector(view).get_by_role("button", name="As script").click()
    view.type("Network size", 2000)  # another in-degree: its buttons are seen
    lab.page.set_viewport_size({"width": 1280, "height": 2000})
    assert serious(lab) == []


def test_a_sweep_with_failures(lab: Lab) -> None:
    view = finished(lab, FAILING)
    view.failures.first.click()
    expect(inspector(view)).to_have_attribute("data-state", "failed")
    assert serious(lab) == []
