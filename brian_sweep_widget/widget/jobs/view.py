"""Workers and their jobs over time, and what they took."""

from __future__ import annotations

from typing import Any

import anywidget
import traitlets as t

from brian_sweep_widget.bundle import bundle_text


class JobsTimeline(anywidget.AnyWidget):
    """Show a row for every worker with its jobs, and a table of hosts.

    Python writes every trait and the browser only reads them; what a person
    does in it comes as a message. Write several traits together, under
    ``hold_sync()``: the arrays must be equally long.
    """

    _esm = bundle_text("jobs.js")
    _css = bundle_text("jobs.css")

    lanes: t.List[str] = t.List(t.Unicode(), help="Workers, in words.").tag(sync=True)
    lane = t.Bytes(b"", help="Of every job, its worker: uint16; 65535 for the store.").tag(
        sync=True
    )
    status = t.Bytes(
        b"",
        help="uint8: 0 done, 1 from the store, 2 running, 3 failed, 4 lost, 5 cancelled.",
    ).tag(sync=True)
    start = t.Bytes(b"", help="Seconds from the run's beginning: float32.").tag(sync=True)
    length = t.Bytes(b"", help="Seconds that it took: float32; of one that runs, 0.").tag(sync=True)
    point = t.Bytes(b"", help="Number of its row in the table, once only: uint32.").tag(sync=True)
    phases: t.List[dict[str, Any]] = t.List(
        t.Dict(per_key_traits={"name": t.Unicode(), "start": t.Float(), "length": t.Float()}),
        help="What was prepared, such as compiling: seconds.",
    ).tag(sync=True)
    now = t.Float(0.0, help="Seconds that the run has taken so far.").tag(sync=True)
    running = t.Bool(False, help="Whether it goes on.").tag(sync=True)
    total = t.Int(0, help="All jobs of the run.").tag(sync=True)
    queued = t.Int(0, help="Jobs that wait for a worker.").tag(sync=True)
    hosts: t.List[dict[str, Any]] = t.List(
        t.Dict(
            per_key_traits={
                "host": t.Unicode(),
                "workers": t.Int(),
                "jobs": t.Int(),
                "share": t.Float(),
                "time_per_job": t.Float(),
                "total": t.Float(),
            }
        ),
        help="What every host did: share from 0 to 1, times in seconds.",
    ).tag(sync=True)
    speed_up = t.Float(None, allow_none=True, help="Against one worker; None if not known.").tag(
        sync=True
    )
    efficiency = t.Float(
        None, allow_none=True, help="Speed-up by worker, from 0 to 1; None if not known."
    ).tag(sync=True)
    hovered = t.Int(-1, help="The point that is under the mouse elsewhere; -1 for none.").tag(
        sync=True
    )
