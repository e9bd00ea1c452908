"""The panels beneath the chart are made when they are unfolded, and not before."""

from __future__ import annotations

import numpy as np

from brian_sweep_widget import Sweep
from brian_sweep_widget.widget.jobs import JobsTimeline
from brian_sweep_widget.widget.panels import Panels
from brian_sweep_widget.widget.table import ResultsTable


def square(x: float = 1.0) -> float:
    """Give something to sweep."""
    return x * x


def test_panels_are_made_when_they_are_unfolded() -> None:
    """The jobs are above the table, whichever was unfolded first; folded ones are kept."""
    sweep = Sweep(square, x=np.linspace(0, 1, 3), workers=2, store=None)
    run = sweep.start()
    run.wait()
    panels = Panels(open_point=lambda _: None, hover=lambda _: None, changed=lambda: None)
    (buttons,) = panels.widget.children
    jobs, table = buttons.children
    panels.paint(sweep, run, (1, 0), None)
    assert panels.widget.children == (buttons,)

    table.value = True
    panels.paint(sweep, run, (1, 0), None)
    _, results = panels.widget.children
    assert isinstance(results, ResultsTable)
    assert results.selected == 1

    jobs.value = True
    panels.paint(sweep, run, (1, 0), (2, 0))
    _, timeline, results = panels.widget.children
    assert isinstance(timeline, JobsTimeline)
    assert timeline.total == 3
    assert timeline.hovered == 2

    jobs.value = False
    panels.paint(sweep, run, (1, 0), None)
    assert panels.widget.children == (buttons, timeline, results)
    assert timeline.layout.display == "none"
    assert results.layout.display is None
