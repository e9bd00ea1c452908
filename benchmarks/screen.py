"""What a person sees: from a click to the first dot, from a key to the whole curve."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, sync_playwright

from benchmarks.settings import Effort
from benchmarks.timing import aim

_ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(_ROOT / "tests"), str(_ROOT / "tests" / "browser")]

# Of the browser tests: the same JupyterLab, the same page.
from browser import VIEWPORT, launch_options  # noqa: E402
from lab import Lab  # noqa: E402
from server import LabServer  # noqa: E402

_QUICKSTART = "01_quickstart.ipynb"
_WIDGET_CELL = 1
_LIVE_POINTS = 21  # every 0.2 mV
_BUILT_SECONDS = 120.0

# When, after the last click or key, frames were drawn in which the dots were others.
_TIME = """root => {
  const dots = () => [...root.querySelectorAll('.bqplot path.dot')]
    .filter(dot => dot.checkVisibility())
    .map(dot => dot.parentElement.getAttribute('transform')).join();
  let before = dots();
  const times = window.brianSweepTimes = {begun: 0, changes: []};
  const begin = () => { times.begun = performance.now(); times.changes = []; };
  for (const event of ['click', 'keydown']) root.addEventListener(event, begin, true);
  const look = () => {
    const now = dots();
    if (now !== before) times.changes.push((performance.now() - times.begun) / 1000);
    before = now;
    if (root.isConnected) requestAnimationFrame(look);
  };
  look();
}"""


def main(effort: Effort) -> None:
    """Click on Run, then move sliders by key, in a real JupyterLab."""
    print("\nOn the screen (JupyterLab and Chromium on the same cores), the program being built")
    with page() as lab:
        lab.open_copy(_QUICKSTART)
        lab.run_cell(_WIDGET_CELL)
        view = lab.widget()
        done = rf"^Live.*{_LIVE_POINTS} of {_LIVE_POINTS} done$"
        view.expect_status(done, seconds=_BUILT_SECONDS)
        view.root.evaluate(_TIME)
        for label in ("Inhibitory weight", "Network size"):
            thumb = view.slider(label)
            thumb.focus()
            times = []
            for _ in range(2 * effort.rounds):
                thumb.press("ArrowLeft")
                times.append(_changes(view.root))
            aim(f"{label}, key to the new curve's shape", [each[0] for each in times], unit=" s")
            aim(f"{label}, key to all of it", [each[-1] for each in times], unit=" s")
        view.live_button.click()
        times = []
        for seed in range(1, 2 * effort.rounds + 1):
            view.type("Seed", seed)
            view.root.page.wait_for_timeout(500)
            view.run_button.click()
            times.append(_changes(view.root))
        aim("click on Run to the first dot", [each[0] for each in times], "<= 0.1", " s")
        aim("click on Run to the last", [each[-1] for each in times], unit=" s")


def _changes(root: Locator) -> list[float]:
    """Wait until the picture has not changed for a second; give the seconds of its changes."""
    seen: list[float] = []
    while True:
        root.page.wait_for_timeout(1000)
        changes: list[float] = root.evaluate("() => window.brianSweepTimes.changes")
        if changes and changes == seen:
            return changes
        seen = changes


@contextmanager
def page() -> Iterator[Lab]:
    """Open a page of a JupyterLab, and end both afterwards."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = LabServer(Path(folder))
        browser = playwright.chromium.launch(**launch_options())
        try:
            yield Lab(browser.new_page(viewport=VIEWPORT), server)
        finally:
            browser.close()
            server.end_kernels()
            server.stop()
