"""A checker of accessibility, put into a page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

_AXE = Path(__file__).parents[2] / "js" / "node_modules" / "axe-core" / "axe.min.js"

# Whatever is ours, and whatever ipywidgets makes for us; bqplot's drawing has its
# words in the table and in the status.
_FIND = """async (place) => {
  const found = await axe.run(
    {include: [place], exclude: ['.bsw .bqplot']},
    {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']},
  );
  // A checker that looked at nothing finds nothing.
  if (found.passes.length < 15) throw new Error(`only ${found.passes.length} rules passed`);
  return found.violations.map(({id, impact, help, nodes}) =>
    ({id, impact, help, nodes: nodes.map(({html, failureSummary}) => [html, failureSummary])}));
}"""


def serious(page: Page, place: str) -> list[dict[str, Any]]:
    """Give what is wrong in a place, a CSS selector, and serious."""
    page.add_script_tag(path=_AXE)
    found: list[dict[str, Any]] = page.evaluate(_FIND, place)
    return [one for one in found if one["impact"] in {"serious", "critical"}]
