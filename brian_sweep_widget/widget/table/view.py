"""A table with a row for every simulation."""

from __future__ import annotations

from typing import Any

import anywidget
import traitlets as t

from brian_sweep_widget.bundle import bundle_text


class ResultsTable(anywidget.AnyWidget):
    """Show a row for every simulation.

    Python writes every trait and the browser only reads them; what a person
    does in it comes as a message. Write several traits together, under
    ``hold_sync()``.
    """

    _esm = bundle_text("table.js")
    _css = bundle_text("table.css")

    caption = t.Unicode("", help="What the table holds, in a line.").tag(sync=True)
    columns: t.List[dict[str, Any]] = t.List(
        t.Dict(per_key_traits={"label": t.Unicode(), "unit": t.Unicode()}),
        help="Swept parameters, trial, measures.",
    ).tag(sync=True)
    rows = t.Bytes(b"", help="Row after row: float64, little-endian; NaN where nothing is.").tag(
        sync=True
    )
    notes: t.List[dict[str, Any]] = t.List(
        t.Dict(per_key_traits={"row": t.Int(), "text": t.Unicode()}),
        help='Rows without numbers, and why: "waiting", "failed: ..."; ascending.',
    ).tag(sync=True)
    selected = t.Int(-1, help="The row that is open in the inspector; -1 for none.").tag(sync=True)
