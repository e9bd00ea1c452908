"""What the page itself takes: to be there, to follow results, to stay open, to draw a raster."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from itertools import dropwhile

import numpy as np
import psutil
from playwright.sync_api import CDPSession

from benchmarks.screen import page
from benchmarks.settings import Effort
from benchmarks.timing import aim

# Of the browser tests, whose folders benchmarks.screen has made known.
from lab import Lab  # isort: skip
from view import WidgetView  # isort: skip

_IMPORT = "from brian_sweep_widget import SweepWidget"

# Run the second cell; seconds until all of the widget has been drawn.
_APPEAR = """() => new Promise(done => {
  const app = window.jupyterapp;
  const notebook = app.shell.currentWidget.content;
  notebook.deselectAll();
  notebook.activeCellIndex = 1;
  document.querySelectorAll('.bsw').forEach(old => old.classList.add('of-before'));
  const begun = performance.now();
  app.commands.execute('notebook:run-cell');
  const look = () => {
    const text = (css) => document.querySelector(`.bsw:not(.of-before) ${css}`)?.textContent;
    if (text('.bqplot .axislabel') && text('.bsw-status-counts') && text('.bsw-label'))
      done((performance.now() - begun) / 1000);
    else requestAnimationFrame(look);
  };
  look();
})"""

_FOLLOWED = (20, 100, 400)
_FOLLOW = """
import time
import numpy as np
from brian_sweep_widget import SweepWidget

def wait(x=1.0):
    time.sleep(0.02)
    return x

widget = SweepWidget(wait, x=np.linspace(0, 1, {points}), workers=2, store=None)
widget
"""
_ENDS = """
import json
print(json.dumps(sorted(o.origin.started + o.origin.wall_time for o in widget.results.outcomes)))
"""
# When the chart had how many dots, frame by frame.
_COUNT = """root => {
  const seen = window.brianSweepSeen = [];
  const look = () => {
    const dots = root.querySelectorAll('.bqplot path.dot').length;
    if (dots !== seen.at(-1)?.[1]) seen.push([Date.now() / 1000, dots]);
    if (root.isConnected) requestAnimationFrame(look);
  };
  look();
}"""

_TRIALS = 10
_MANY = """
import numpy as np
from brian_sweep_widget import SweepWidget

def square(x=1.0):
    return x * x

widget = SweepWidget(square, x=np.linspace(0, 1, 10), trials={trials}, workers=2, store=None)
widget
"""
# Gaps between frames, while the mouse moves over the jobs.
_FRAMES = """() => {
  const gaps = window.brianSweepGaps = [];
  let before = performance.now();
  const look = (now) => { gaps.push(now - before); before = now; requestAnimationFrame(look); };
  requestAnimationFrame(look);
}"""

_SPIKES = 1_000_000
_RASTER = f"""
from brian2 import Network, NeuronGroup, SpikeMonitor, ms
from brian_sweep_widget import SweepWidget, network_model

@network_model(duration=1000*ms, spikes="spikes")
def regular(period=4*ms):
    neurons = NeuronGroup(
        {_SPIKES * 46 // 10_000}, "dv/dt = 1/period : 1", threshold="v > 1", reset="v -= 1",
        method="euler", name="neurons",
    )
    neurons.v = "rand()"
    spikes = SpikeMonitor(neurons, name="spikes")
    return Network(neurons, spikes)

@regular.measure(label="Spikes")
def count(network):
    return network["spikes"].num_spikes

widget = SweepWidget(regular, period=[4, 4.5]*ms, workers=2, store=None)
widget
"""
# When the last large message came, and when the last raster was drawn.
_WITNESS = """
window.WebSocket = class extends WebSocket {
  constructor(...words) {
    super(...words);
    this.addEventListener('message', ({data}) => {
      if ((data.byteLength ?? 0) > 1e6) window.brianSweepArrived = performance.now();
    });
  }
};
const put = CanvasRenderingContext2D.prototype.putImageData;
CanvasRenderingContext2D.prototype.putImageData = function (...words) {
  put.apply(this, words);
  window.brianSweepDrawn = performance.now();
  requestAnimationFrame(() => { window.brianSweepShown = performance.now(); });
};
"""


def main(effort: Effort) -> None:
    """Measure the page in a real JupyterLab."""
    print("\nThe page (JupyterLab and Chromium on the same cores)")
    with page() as lab:
        _appear(lab, effort.rounds)
        for points in _FOLLOWED:
            _follow(lab, points)
        _stay_open(lab, effort.jobs)
        lab.page.add_init_script(_WITNESS)
        _draw(lab, effort.rounds)


def _appear(lab: Lab, rounds: int) -> None:
    first, again = [], []
    for _ in range(rounds):
        lab.open_cells(_IMPORT, "widget = SweepWidget()\nwidget")
        lab.run_cell(0)
        first.append(lab.page.evaluate(_APPEAR))
        again.append(lab.page.evaluate(_APPEAR))
    aim("cell to the whole widget, first in a kernel", first, "<= 1", " s")
    aim("cell to the whole widget, again", again, "<= 1", " s")


def _follow(lab: Lab, points: int) -> None:
    view = _open(lab, _FOLLOW.format(points=points))
    for _ in range(2):  # what is imported once is not what is asked for
        lab.page.wait_for_timeout(4000)
        view.root.evaluate(_COUNT)
        view.press_run()
        view.expect_status("^Finished")
        view.expect_dots(points)
    ends: list[float] = json.loads(lab.ask(_ENDS))
    seen: list[tuple[float, int]] = lab.page.evaluate("() => window.brianSweepSeen")
    # The curve of before stays until the first result is there.
    seen = list(dropwhile(lambda state: state[1] == points, seen))
    delays = [
        1000 * (next(when for when, dots in seen if dots >= number) - end)
        for number, end in enumerate(ends, 1)
    ]
    _percentile(f"job of {points} finished to its dot", delays, "<= 100", " ms")


def _stay_open(lab: Lab, jobs: int) -> None:
    view = _open(lab, _MANY.format(trials=_TRIALS))
    for name in ("Jobs", "Results table"):
        view.root.get_by_role("button", name=name, exact=True).click()
    view.run_button.click()
    view.expect_status("^Finished")
    session = lab.page.context.new_cdp_session(lab.page)
    before = _memory(session)
    view.type("points", jobs // _TRIALS)
    started = time.perf_counter()
    view.run_button.click()
    view.expect_status(rf"^Finished.*{_grouped(jobs)} done", seconds=600)
    print(f"  {jobs} jobs with everything unfolded: {time.perf_counter() - started:.1f} s")
    lab.page.wait_for_timeout(3000)
    after = _memory(session)
    for name, target in (("heap", "<= 50"), ("resident memory", "<= 50")):
        aim(f"{name} of the tab grew by", [after[name] - before[name]], target, " MB")
    timeline = view.root.locator(".bsw-jobs canvas")
    timeline.scroll_into_view_if_needed()
    box = timeline.bounding_box()
    assert box is not None
    lab.page.evaluate(_FRAMES)
    for step in range(200):
        lab.page.mouse.move(box["x"] + 100 + 3 * step, box["y"] + 25 + 15 * (step % 2))
    _percentile("frames while the mouse is on them", lab.page.evaluate("brianSweepGaps"), "", " ms")


def _memory(session: CDPSession) -> dict[str, float]:
    """MB of the page's heap and of its process, after what is garbage has gone."""
    for _ in range(2):
        session.send("HeapProfiler.collectGarbage")
    heap = session.send("Runtime.getHeapUsage")["usedSize"]
    renderers = [
        process
        for process in psutil.Process().children(recursive=True)
        if "--type=renderer" in process.cmdline()
    ]
    largest = max(process.memory_info().rss for process in renderers)
    return {"heap": heap / 1e6, "resident memory": largest / 1e6}


def _draw(lab: Lab, rounds: int) -> None:
    view = _open(lab, _RASTER)
    view.run_button.click()
    view.expect_status("^Finished", seconds=120)
    dots = view.root.locator(".bqplot path.dot").locator("visible=true")
    drawn, shown = [], []
    shows = view.root.locator(".bsw-inspector").first
    for number in range(2 * rounds):
        dots.nth(number % 2).click()
        lab.page.wait_for_function("() => window.brianSweepShown > window.brianSweepArrived")
        lab.page.wait_for_timeout(500)
        times = lab.page.evaluate(
            "() => [brianSweepDrawn - brianSweepArrived, brianSweepShown - brianSweepArrived]"
        )
        drawn.append(times[0])
        shown.append(times[1])
        lab.page.evaluate("() => { brianSweepArrived = Infinity; }")
    print(f"  the raster of {shows.locator('canvas').first.get_attribute('aria-label')}")
    aim("the first message to the drawn raster", drawn[:1], "<= 50", " ms")
    aim("message to the drawn raster", drawn[1:], "<= 50", " ms")
    aim("message to the next frame", shown[1:], unit=" ms")


def _open(lab: Lab, code: str) -> WidgetView:
    lab.open_cells(code)
    lab.run_cell(0)
    view = lab.widget()
    if view.live_button.is_enabled():
        view.stop_button.click()
    return view


def _grouped(count: int) -> str:
    """Write a count as the status strip does."""
    return f"{count:,}".replace(",", "\u202f") if count >= 10_000 else str(count)


def _percentile(what: str, values: Sequence[float], target: str, unit: str) -> None:
    half, most = np.percentile(values, [50, 95])
    aim(f"{what}, median", [float(half)], unit=unit)
    aim(f"{what}, 95th percentile", [float(most)], target, unit)
