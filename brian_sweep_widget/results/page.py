"""Results as a page: one file that draws its curves without kernel and network."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from brian_sweep_widget.bundle import bundle_text
from brian_sweep_widget.results.curves import (
    check_axes,
    drawable,
    failures,
    line_labels,
    lines,
    settings,
)
from brian_sweep_widget.results.mapping import is_map

if TYPE_CHECKING:
    from brian_sweep_widget.results.results import Results
    from brian_sweep_widget.sweeps import Axis

# The policy forbids every request: a page that wanted one would not get it.
_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main><noscript>This page draws its curves by JavaScript, which is switched off.</noscript></main>
<script type="application/json" id="sweep">{sweep}</script>
<script type="module">{script}</script>
</body>
</html>
"""


def write_page(results: Results, path: Path) -> None:
    """Write a page with the curves of all measures, the settings and the numbers.

    Of two axes that would make more curves than can be told apart, it shows a
    map, and the curve of the row that is chosen there.

    Raises
    ------
    ValueError
        If nothing was swept, or no measure is a single number.
    """
    check_axes(results)
    across, *others = results.plan.axes
    sweep = {
        "title": results.model,
        "x": _axis(across),
        "lines": line_labels(results.plan),
        "rows": _axis(others[0]) if is_map(results.plan) else None,
        "measures": [
            {
                "title": example.title,
                "values": _plain(lines(results, name, example)),
                "failed": failures(results, name).tolist(),
            }
            for name, example in drawable(results, None).items()
        ],
        "settings": settings(results),
    }
    page = _PAGE.format(
        title=escape(results.model),
        style=bundle_text("page.css"),
        # Nothing in a label can end the element that it stands in.
        sweep=json.dumps(sweep, allow_nan=False).replace("<", "\\u003c"),
        script=bundle_text("page.js").replace("</script", "<\\/script"),
    )
    path.write_text(page, encoding="utf-8")


def _axis(axis: Axis) -> dict[str, Any]:
    return {"title": axis.title, "values": [float(value) for value in axis.shown]}


def _plain(values: Any) -> Any:
    """Nested lists with None where there is no finite number, as JSON has no other."""
    plain = values.astype(object)
    plain[~np.isfinite(values)] = None
    return plain.tolist()
