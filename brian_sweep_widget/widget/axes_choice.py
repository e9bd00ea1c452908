"""The choice of what is swept: the x axis, and what has a curve for each of several values."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import ipywidgets as w

from brian_sweep_widget.widget.controls import Controls

_ONE = "One"


class AxesChoice:
    """Two choices among the parameters that can be swept.

    Parameters
    ----------
    controls
        Of the parameters.

    Attributes
    ----------
    widget
        The choices; not seen if there is only one such parameter.
    """

    def __init__(self, controls: Controls) -> None:
        self._controls = controls
        found = controls.parameters.items()
        self._labels = {name: parameter.label for name, parameter in found if parameter.sweepable}
        self._costs: Mapping[str, str] = {}
        # A person may choose in one thread while another shows costs: neither is lost.
        self._lock = threading.RLock()
        self._shows = False
        # What the caller had swept may be more than the two that can be chosen here.
        self._several = [controls.swept[1:]] if len(controls.swept) > 2 else []  # noqa: PLR2004
        self._across = w.Dropdown(
            description="x axis",
            tooltip="The parameter that is swept along the x axis, and what each value of it costs",
        )
        self._curves = w.Dropdown(
            description="Curves",
            tooltip="A parameter with a curve for each of several values; with Map, its rows",
        )
        self._offer()
        self._across.observe(self._chose_across, "value")
        self._curves.observe(self._chose_curves, "value")
        self.widget = w.VBox([self._across, self._curves])
        self.widget.add_class("bsw-parts")
        for choice in self.widget.children:
            choice.add_class("bsw-choice")
        self.widget.layout.display = None if len(self._labels) > 1 else "none"
        controls.observe(self._show)

    def show_costs(self, costs: Mapping[str, str]) -> None:
        """Say beside each parameter what another value of it costs.

        Parameters
        ----------
        costs
            In words, by the parameter's name; those that are not known are missing.
        """
        if costs != self._costs:
            self._costs = dict(costs)
            with self._showing():
                self._offer()

    @contextmanager
    def _showing(self) -> Iterator[None]:
        """Change what is offered and seen as chosen, without choosing it."""
        with self._lock, self._across.hold_sync(), self._curves.hold_sync():
            self._shows = True
            try:
                yield
            finally:
                self._shows = False

    def _offer(self) -> None:
        """Offer every parameter, those with curves but the x axis, and show what is chosen."""
        swept = self._controls.swept  # once: it may change meanwhile, and then this comes again
        across, *others = swept
        self._across.options = [(self._told(name), name) for name in self._labels]
        self._across.value = across
        single = [(name,) for name in self._labels]
        offered = [names for names in [*single, *self._several] if across not in names]
        chosen = tuple(others)
        options = [(_ONE, ()), *((self._in_words(names), names) for names in offered)]
        if chosen not in [names for _, names in options]:
            options.append((self._in_words(chosen), chosen))
        self._curves.options = options
        self._curves.value = chosen
        self._shown = swept

    def _in_words(self, names: tuple[str, ...]) -> str:
        return " × ".join(f"by {self._told(name)}" for name in names)  # noqa: RUF001 - times

    def _told(self, name: str) -> str:
        cost = self._costs.get(name)
        return f"{self._labels[name]} ({cost})" if cost else self._labels[name]

    def _chose_across(self, change: Any) -> None:
        with self._lock:
            if not self._shows:
                self._controls.put_across(change["new"])

    def _chose_curves(self, change: Any) -> None:
        with self._lock:
            if not self._shows:
                self._controls.sweep_over([self._controls.swept[0], *change["new"]])

    def _show(self) -> None:
        if self._controls.swept != self._shown:
            with self._showing():
                self._offer()
