"""A thousand results while a slider is dragged: nothing is lost and nothing breaks."""

from __future__ import annotations

import numpy as np
from lab import Lab
from playwright.sync_api import expect
from test_quickstart import assert_drawn, results

JOBS = 1000

SETUP = f"""
import logging
import threading
import numpy as np
from brian_sweep_widget import SweepWidget

faults = []
threading.excepthook = lambda fault: faults.append(repr(fault.exc_value))

class Keep(logging.Handler):
    def emit(self, record):
        faults.append(record.getMessage())

logging.getLogger().addHandler(Keep(logging.ERROR))

def tiny(x=1.0, slope=50.0):
    return slope * x

widget = SweepWidget(tiny, x=np.linspace(0, 1, {JOBS}), workers=2)
widget
"""


def test_thousand_jobs_while_a_slider_is_dragged(lab: Lab) -> None:
    """The final picture is complete; no thread of the kernel, nor the page, met an exception."""
    lab.open_cells(SETUP)
    lab.run_cell(0)
    view = lab.widget()
    thumb = view.slider("Slope")
    view.press_run()
    thumb.focus()
    pressed = 0
    while view.stop_button.is_enabled():
        thumb.press("ArrowRight" if pressed % 40 < 20 else "ArrowLeft")
        pressed += 1
    assert pressed > 20
    view.expect_status(f"^Finished.*{JOBS} of {JOBS} done$")
    expected = np.linspace(0, 1, JOBS)
    found = results(lab, "tiny")
    np.testing.assert_allclose(found[:, 0], expected)
    np.testing.assert_allclose(found[:, 1], 50 * expected)
    assert_drawn(view, found)
    slope = view.field("Slope").input_value()
    assert lab.ask("print(widget.sweep.plan.fixed['slope'])") == f"{float(slope)}"
    assert lab.ask("faults") == "[]"
    expect(lab.page.locator("[data-mime-type='application/vnd.jupyter.stderr']")).to_have_count(0)
