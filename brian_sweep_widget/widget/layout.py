"""Where things are: head, controls, chart, status. No behaviour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ipywidgets as w

from brian_sweep_widget.limits import limits
from brian_sweep_widget.widget.fields import whole_field


def arrange(
    *,
    title: w.Widget,
    measure: w.Widget,
    buttons: Sequence[w.Widget],
    controls: w.Widget,
    tools: w.Widget,
    charts: Sequence[w.Widget],
    status: w.Widget,
    details: Sequence[w.Widget],
) -> list[w.Widget]:
    """Put the parts of the widget in their places.

    Returns
    -------
    list of Widget
        The rows from top to bottom.
    """
    live, run, pause, stop = buttons
    run.add_class("bsw-run")
    pause.add_class("bsw-pause")
    stop.add_class("bsw-stop")
    head = _with_class(w.HBox([title, measure, w.HBox([live, run, pause, stop])]), "bsw-head")
    # The status is beside the chart, not below it all: long lists of parameters
    # must not push it off the screen.
    picture = _with_class(w.VBox([tools, *charts, status, *details]), "bsw-chart")
    return [head, _with_class(w.HBox([controls, picture]), "bsw-body")]


def section(text: str) -> w.Widget:
    """Make the head of a group of controls."""
    return _text(text, "bsw-section")


def title(text: str) -> w.Widget:
    """Make the name of the only model at the head."""
    return _text(text, "bsw-title")


def model_choice(models: Mapping[str, str]) -> w.Dropdown:
    """Make the choice of models at the head, of names and what people call them."""
    choice = w.Dropdown(
        description="Model", options=[(text, name) for name, text in models.items()]
    )
    choice.add_class("bsw-title")
    return choice


def most_allowed(most: int) -> int:
    """Give the most points or trials that a field offers; an administrator may allow fewer."""
    limit = limits().max_jobs
    return most if limit is None else int(min(most, limit.most))


def count_field(label: str, value: int, low: int, high: int) -> Any:
    """Make a field for a whole number that is no parameter of the model."""
    high = max(high, value)
    field = whole_field(label, value, low, high, f"{label}: from {low} to {high}")
    return _with_class(field, "bsw-field")


def _text(text: str, css: str) -> w.Widget:
    return _with_class(w.Label(text), css)


def _with_class(widget: w.Widget, css: str) -> w.Widget:
    widget.add_class(css)
    return widget
