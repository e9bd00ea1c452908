"""The sweep widget as a person sees it in the page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from helpers import until
from playwright.sync_api import Locator, expect

_SECONDS = 60.0  # for workers that start on a busy machine

# Failed simulations are marked with dots of their own.
_FAILED = '[style*="rgb(210, 63, 49)"]'
# And rings are around those that are open or that the mouse is on.
_RING = '[style*="rgb(224, 123, 0)"]'

# What the chart shows, read from its SVG: marks that are not shown are not there.
_PICTURE = """root => {
  const place = node => {
    const matrix = node.transform.baseVal.consolidate()?.matrix;
    return [matrix?.e ?? null, matrix?.f ?? null];
  };
  const [xAxis, yAxis] = root.querySelectorAll('.bqplot g.axis');
  const ticks = (axis, coordinate) => [...axis.querySelectorAll('.tick')].map(
    tick => [tick.textContent, place(tick)[coordinate]]);
  const title = axis => axis.querySelector('.axislabel').textContent;
  return {
    x_title: title(xAxis),
    y_title: title(yAxis),
    x_ticks: ticks(xAxis, 0),
    y_ticks: ticks(yAxis, 1),
    dots: [...root.querySelectorAll('.bqplot path.dot:not(FAILED):not(RING)')]
      .filter(dot => dot.checkVisibility()).map(dot => place(dot.parentElement)),
  };
}""".replace("FAILED", _FAILED).replace("RING", _RING)

# Remembers every state that the screen goes through, frame by frame.
_WATCH = """root => {
  const seen = [];
  const look = () => {
    const dots = [...root.querySelectorAll('.bqplot path.dot')]
      .filter(dot => dot.checkVisibility()).length;
    const status = root.querySelector('.bsw-status-counts').textContent;
    const axis = root.querySelector('.bqplot g.axis');
    // In hundredths of a pixel: at the end of a transition the seventh digit changes.
    const place = tick => tick.getAttribute('transform')?.match(/[-\\d.]+/)?.[0];
    const ticks = [...axis.querySelectorAll('.tick')].map(
      tick => `${tick.textContent}@${Number(place(tick)).toFixed(2)}`).join(' ');
    const now = {dots, status, ticks};
    if (JSON.stringify(now) !== JSON.stringify(seen.at(-1))) seen.push(now);
    if (root.isConnected) requestAnimationFrame(look);
  };
  window.brianSweepSeen = seen;
  look();
}"""


@dataclass(frozen=True)
class Picture:
    """What the chart shows.

    Parameters
    ----------
    x_title, y_title
        Of the axes.
    x_ticks
        Their texts.
    points
        Shape (dots, 2): the dots in the axes' numbers, by x, then y.
    pixel
        Shape (2,): what one pixel is in the axes' numbers.
    """

    x_title: str
    y_title: str
    x_ticks: tuple[str, ...]
    points: np.ndarray[Any, Any]
    pixel: np.ndarray[Any, Any]


class WidgetView:
    """One view of a sweep widget.

    Attributes
    ----------
    root
        All of it.
    model, live_button, run_button, stop_button, measure, title, status, notice, errors, failures
        Its parts.
    """

    def __init__(self, root: Locator) -> None:
        self.root = root
        self.title = root.locator(".bsw-title")
        self.model = root.get_by_label("Model")
        self.live_button = root.get_by_role("button", name="Live", exact=True)
        self.run_button = root.get_by_role("button", name="Run", exact=True)
        self.stop_button = root.get_by_role("button", name="Stop", exact=True)
        self.measure = root.get_by_label("Measure")
        self.status = root.locator(".bsw-status-counts")
        self.notice = root.locator(".bsw-status-notice")
        self.errors = root.get_by_role("list", name="Failed simulations").get_by_role("listitem")
        self._dots = root.locator(f".bqplot path.dot:not({_FAILED}):not({_RING})").locator(
            "visible=true"
        )
        self.rings = root.locator(f".bqplot path.dot{_RING}").locator("visible=true")
        self.failures = root.locator(f".bqplot path.dot{_FAILED}").locator("visible=true")

    def wait(self) -> None:
        """Wait until all parts are drawn."""
        expect(self.title).to_be_visible(timeout=_SECONDS * 1000)
        expect(self.root.locator(".bqplot .axislabel").first).not_to_be_empty(
            timeout=_SECONDS * 1000
        )
        expect(self.status).not_to_be_empty(timeout=_SECONDS * 1000)

    def field(self, label: str) -> Locator:
        """Find a field by its label."""
        # A slider's thumb has the same name as its field, which is an element to fill in.
        return self.root.locator("input, select").and_(self.root.get_by_label(label, exact=True))

    def problem(self, label: str) -> Locator:
        """Find the words on what was refused of a field."""
        return self.root.locator(f"[id='{self.field(label).get_attribute('id')}-problem']")

    def slider(self, label: str, thumb: int = 0) -> Locator:
        """Find a slider's thumb by the label of its parameter."""
        return self._group(label).locator(".noUi-handle").nth(thumb)

    def cost(self, label: str) -> Locator:
        """Find the word for what another value of a parameter costs."""
        return self._group(label).locator(".bsw-cost")

    def _group(self, label: str) -> Locator:
        return self.root.locator(".bsw-parameter").filter(
            has=self.root.page.get_by_text(label, exact=True)
        )

    def type(self, label: str, value: object) -> None:
        """Type into a field and leave it with Enter."""
        field = self.field(label)
        field.fill(str(value))
        field.press("Enter")

    def press_run(self) -> None:
        """Press Run and see that it was taken."""
        self.run_button.click()
        try:
            expect(self.stop_button).to_be_enabled(timeout=2000)
        except AssertionError:  # a compiled sweep may be over before anybody looks
            runs, ended = self.stop_button.is_enabled, self.status.inner_text
            until(lambda: runs() or "Finished" in ended(), "Run was taken")

    def expect_status(self, text: str, seconds: float = _SECONDS) -> None:
        """Wait for a text (a regular expression) in the status strip."""
        expect(self.status).to_contain_text(re.compile(text), timeout=seconds * 1000)

    def expect_dots(self, number: int, seconds: float = _SECONDS) -> None:
        """Wait until the chart shows so many dots."""
        expect(self._dots).to_have_count(number, timeout=seconds * 1000)

    def expect_some_dots(self, seconds: float = _SECONDS) -> None:
        """Wait for the first dot."""
        expect(self._dots.first).to_be_attached(timeout=seconds * 1000)

    def dots(self) -> int:
        """Count the dots now."""
        return self._dots.count()

    def picture(self) -> Picture:
        """Read the chart."""
        seen = self._read()
        scale, offset = np.array([_ruler(seen[axis]) for axis in ("x_ticks", "y_ticks")]).T
        points = scale * np.array(seen["dots"], dtype=float).reshape(-1, 2) + offset
        points = points[np.lexsort((points[:, 1], points[:, 0]))]
        ticks = tuple(text for text, _ in seen["x_ticks"])
        return Picture(seen["x_title"], seen["y_title"], ticks, points, abs(scale))

    def ticks(self, axis: str) -> list[tuple[str, float]]:
        """Give texts and pixels of an axis's ticks: "x" or "y"."""
        return [(text, pixel) for text, pixel in self._read()[f"{axis}_ticks"]]

    def _read(self) -> dict[str, Any]:
        seen: dict[str, Any] = {}

        def whole() -> bool:  # what was just added has no text and no place for a moment
            seen.update(self.root.evaluate(_PICTURE))
            ticks = [*seen["x_ticks"], *seen["y_ticks"]]
            placed = all(None not in place for place in seen["dots"])
            return placed and all(text and pixel is not None for text, pixel in ticks)

        until(whole, "a text and a place of every tick, and a place of every dot")
        return seen

    def watch(self) -> None:
        """Begin to remember every state that the screen goes through."""
        self.root.evaluate(_WATCH)

    def watched(self) -> list[dict[str, Any]]:
        """Give the states since `watch`: dots, status, ticks."""
        seen: list[dict[str, Any]] = self.root.evaluate("() => window.brianSweepSeen")
        return seen


def _ruler(ticks: list[tuple[str, float]]) -> Any:
    """Give scale and offset from pixels to an axis's numbers, by its ticks."""
    numbers = [float(text.replace(",", "").replace("\N{MINUS SIGN}", "-")) for text, _ in ticks]
    return np.polyfit([pixel for _, pixel in ticks], numbers, 1)
