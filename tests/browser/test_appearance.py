"""The widget can be read in JupyterLab's light and dark themes."""

from __future__ import annotations

from pathlib import Path

from lab import Lab
from playwright.sync_api import expect
from test_inspector import inspector, open_dot
from test_quickstart import QUICKSTART, SMALL, WIDGET_CELL, quickstart
from view import WidgetView

TEXT = 4.5  # contrast that WCAG 2.2 AA asks of text,
SHAPE = 3.0  # and of what must be seen to be used or understood

# Of every visible element that a selector finds: the contrast of one of its colours with what
# is behind it, and what the element is. Colours go through a canvas, which knows every notation.
_CONTRASTS = """(root, [selector, property]) => {
  const context = Object.assign(document.createElement('canvas'), {width: 1, height: 1})
    .getContext('2d', {willReadFrequently: true});
  const paint = (colours) => {
    context.clearRect(0, 0, 1, 1);
    for (const [colour, opacity] of colours) {
      context.globalAlpha = opacity;
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
    }
    return context.getImageData(0, 0, 1, 1).data;
  };
  const luminance = ([...rgb]) => rgb.slice(0, 3)
    .map(value => value / 255)
    .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
  const behind = (element) => {
    const layers = [];
    for (let node = element; node; node = node.parentElement)
      layers.unshift([getComputedStyle(node).backgroundColor, 1]);
    return [['white', 1], ...layers];
  };
  const opacity = (element) => {
    let product = 1;
    for (let node = element; node && node !== root; node = node.parentElement)
      product *= Number(getComputedStyle(node).opacity);
    return product;
  };
  return [...root.querySelectorAll(selector)]
    .filter(element => element.checkVisibility())
    .map(element => {
      // A text is on its own background, an edge or a surface on its parent's; a slider's
      // thumb is beside its track, too.
      const ground = behind(property === 'color' ? element
        : element.closest('.slider-container') ?? element.parentElement);
      const colour = getComputedStyle(element)[property];
      const pair = [paint(ground), paint([...ground, [colour, opacity(element)]])]
        .map(luminance).sort((a, b) => b - a);
      const name = element.textContent.trim().slice(0, 30) || element.className.baseVal
        || element.className || element.tagName;
      return [(pair[0] + 0.05) / (pair[1] + 0.05), `${name} (${property} ${colour})`];
    });
}"""

TEXTS = [
    *(".bsw-title", ".bsw-section", ".bsw-label", ".bsw-unit", ".widget-label", "input", "select"),
    *(
        ".bsw-head button:enabled",
        ".bsw-tools button:enabled",
        ".bsw-status-counts",
        ".bsw-status-meta",
        ".bsw-status-notice",
    ),
    ".bsw-cost span",
]
SHAPES = [
    (".bqplot g.axis .tick text", "fill"),
    (".bqplot .axislabel", "fill"),
    (".bqplot g.axis path.domain", "stroke"),
    (".bqplot path.line", "stroke"),
    (".bqplot path.dot", "fill"),
    (".bsw-typed-input", "borderTopColor"),
    ("select", "borderTopColor"),
    (".noUi-handle", "borderTopColor"),
]


def test_everything_can_be_read(lab: Lab, artifacts: Path) -> None:
    """Texts, curve, axes and the edges of fields stand out from what is behind them.

    Chart and curve stay where they are when the theme changes, and go on.
    """
    lab.open_copy(QUICKSTART)
    lab.set_theme("dark")
    lab.run_cell(WIDGET_CELL)
    view = lab.widget()
    view.type("points", 6)
    view.type("Network size", SMALL)
    view.press_run()
    view.expect_status("^Finished")
    view.expect_dots(6)
    view.type("Trials", 2)
    expect(view.notice).to_be_visible()
    before = view.picture()
    for theme in lab.in_both_themes():
        view.root.screenshot(path=artifacts / f"finished-{theme}.png")
        too_faint = faint(view)
        assert not too_faint, "\n".join((theme, *too_faint))
        view.expect_dots(6)
        assert view.picture().x_ticks == before.x_ticks
    view.type("points", 4)
    view.press_run()
    view.expect_dots(4)


def faint(view: WidgetView) -> list[str]:
    """List what does not stand out from what is behind it."""
    listed: list[str] = []
    for selector, colour, least in [
        *((selector, "color", TEXT) for selector in TEXTS),
        *((selector, colour, SHAPE) for selector, colour in SHAPES),
    ]:
        found = view.root.evaluate(_CONTRASTS, [selector, colour])
        assert found, f"nothing is {selector}"
        listed += [
            f"{name}: {contrast:.2f} < {least}" for contrast, name in found if contrast < least
        ]
    return listed


def test_narrow_page(lab: Lab, artifacts: Path) -> None:
    """Controls and chart stand below one another; nothing is cut off or overlaps."""
    lab.page.set_viewport_size({"width": 640, "height": 1000})
    view = quickstart(lab)
    view.root.screenshot(path=artifacts / "narrow.png")
    body = view.root.bounding_box()
    assert body is not None
    for part in (
        view.run_button,
        view.stop_button,
        view.measure,
        view.field("points"),
        view.status,
    ):
        expect(part).to_be_visible()
        box = part.bounding_box()
        assert box is not None
        assert body["x"] <= box["x"]
        assert box["x"] + box["width"] <= body["x"] + body["width"] + 1
    assert cut_off(view) == []


def test_large_text_for_a_projector(lab: Lab, artifacts: Path) -> None:
    """All texts grow, also those of another model; nothing is cut off."""
    lab.open_cells("from brian_sweep_widget import SweepWidget\nSweepWidget()")
    lab.set_theme("dark")
    lab.page.set_viewport_size({"width": 1280, "height": 1700})
    lab.run_cell(0)
    view = lab.widget()
    view.expect_status("21 of 21 done", seconds=90)
    for name in ("Jobs", "Results table"):
        view.root.get_by_role("button", name=name, exact=True).click()
    open_dot(view, 10)
    expect(inspector(view)).to_have_attribute("data-state", "ready")
    expect(view.root.locator(".bsw-table-row").first).to_be_visible()
    small = texts(view)
    view.root.get_by_role("button", name="Large", exact=True).click()
    expect(view.status).to_have_css("font-size", "19px")
    expect(view.root.locator(".bqplot .axis text").first).to_have_css("font-size", "17px")
    for theme in lab.in_both_themes():
        view.root.screenshot(path=artifacts / f"large_{theme}.png")
    large = texts(view)
    assert small.keys() == large.keys()
    assert [name for name in small if large[name] < 1.3 * small[name]] == []
    assert cut_off(view) == []
    view.model.select_option("AdEx neuron")
    expect(view.status).to_have_css("font-size", "19px")
    view.root.get_by_role("button", name="Large", exact=True).click()
    expect(view.status).to_have_css("font-size", "13px")


def test_sizes_of_networks_fit_their_fields(lab: Lab) -> None:
    """Five digits, also where three fields are in one row, and in large letters."""
    lab.open_cells(
        "from brian_sweep_widget import SweepWidget, cuba\n"
        "SweepWidget(cuba, size=[1000, 12000, 23000], store=None)"
    )
    lab.run_cell(0)
    view = lab.widget()
    large = view.root.get_by_role("button", name="Large", exact=True)
    for letters in ("19px", "13px"):  # after the click
        widths = view.root.locator(".bsw-range input").evaluate_all(
            "fields => fields.map(field => [field.value, field.scrollWidth, field.clientWidth])"
        )
        assert [value for value, *_ in widths] == ["1000", "23000", "3"]
        assert [field for field in widths if field[1] > field[2]] == []
        large.click()
        expect(view.status).to_have_css("font-size", letters)


def texts(view: WidgetView) -> dict[str, float]:
    """Give the size of every kind of text in pixels, by what it belongs to."""
    sizes: dict[str, float] = view.root.evaluate("""root => Object.fromEntries(
      [...root.querySelectorAll('*')].filter(node => !node.closest('.bqplot, [class$=-live]')
        && node.checkVisibility() && [...node.childNodes].some(
          child => child.nodeType === Node.TEXT_NODE && child.textContent.trim()))
        .map(node => [`${node.tagName}.${[...node.classList].join('.')}`,
          parseFloat(getComputedStyle(node).fontSize)]))""")
    return sizes


def cut_off(view: WidgetView) -> list[str]:
    """List what does not fit into what it is in."""
    found: list[str] = view.root.evaluate("""root => [...root.querySelectorAll('*')].filter(
      node => !node.closest('svg, [class$=-live], .noUi-target, .bqplot')
        && node.checkVisibility() && node.scrollWidth > node.clientWidth + 1
        && getComputedStyle(node).overflowX === 'hidden').map(node => node.className)""")
    return found
