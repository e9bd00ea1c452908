"""The choice of where sweeps run: a button that says it, and unfolds what there is."""

from __future__ import annotations

import threading
from collections.abc import Callable

import ipywidgets as w

from brian_sweep_widget.runs import Place, Places, in_brief, in_full, this_computer_in_full
from brian_sweep_widget.runs.places import NETWORK, THIS_COMPUTER, Choice
from brian_sweep_widget.widget.inbox import accept_only_input, answering
from brian_sweep_widget.widget.visitors import for_visitors

_PACE = 1.0  # s between two looks at the hosts, while a person sees them
_MOST_LINES = 30


class PlacePicker:
    """Shows the hosts that there are, and keeps what the person chose.

    Parameters
    ----------
    given
        What it begins with.
    workers
        Of this computer.

    Attributes
    ----------
    widget
        What to show.
    place
        What is chosen, as `Sweep` takes it for ``cluster``.
    """

    def __init__(self, given: Place, workers: int) -> None:
        self._places = Places(given)
        self._workers = workers
        self._benches: list[tuple[Callable[[], None], Callable[[], None]]] = []
        self._lock = threading.Lock()  # benches paint in turn, each in a thread of its own
        self._shown: tuple[Choice, ...] = tuple(self._places.look())
        self._chosen = self._shown[-1]
        self._button = w.ToggleButton(
            description=self._named(), tooltip="Choose where simulations run, and see the hosts"
        )
        self._radio = w.RadioButtons(options=[one.name for one in self._shown])
        self._radio.index = len(self._shown) - 1
        self._radio.layout.display = "none"
        self.widget = w.HBox([self._button, self._radio])
        self.widget.add_class("bsw-aside")
        self._button.observe(self._folded, "value")
        self._radio.observe(self._picked, "index")

    @property
    def place(self) -> Place:
        """See the class."""
        return self._chosen.place

    def connect(self, *, picked: Callable[[], None], wake: Callable[[], None]) -> None:
        """Have something called.

        Parameters
        ----------
        picked
            When another place is chosen.
        wake
            When there is something to draw.
        """
        self._benches.append((picked, wake))

    def paint(self) -> float | None:
        """Show the hosts as they are now; for pumps alone, see there."""
        with self._lock:
            return self._paint()

    def _paint(self) -> float | None:
        unfolded = self._button.value
        display = None if unfolded else "none"
        if self._radio.layout.display != display:
            self._radio.layout.display = display
        if not unfolded:
            self._write([])
            return None
        self._shown = tuple(self._places.look())
        named = tuple(self._briefly(one) for one in self._shown)
        if named != self._radio.options:
            # The browser numbers them, and new ones come at the end: no number changes.
            with answering, self._radio.hold_sync():  # or a choice in between would be undone
                self._radio.index = None  # with other options, ipywidgets picks the first otherwise
                self._radio.options = named
                self._radio.index = self._shown.index(self._chosen)
        self._write(self._in_full())
        return _PACE

    def _write(self, lines: list[str]) -> None:
        button, radio, *labels = self.widget.children
        while len(labels) < len(lines):
            labels.append(w.Label())
            accept_only_input(labels[-1])
        for label in labels[len(lines) :]:
            label.close()
        labels = labels[: len(lines)]
        for label, line in zip(labels, lines, strict=True):
            label.value = line
        children = (button, radio, *labels)
        if children != self.widget.children:
            self.widget.children = children

    def _briefly(self, choice: Choice) -> str:
        if choice.place is None:
            return f"{choice.name} ({self._workers} at once)"
        standings = self._places.standings(choice)
        return f"{choice.name} ({in_brief(standings)})" if standings else choice.name

    def _in_full(self) -> list[str]:
        place = self._chosen.place
        found = [in_full(one) for one in self._places.standings(self._chosen)]
        if len(found) > _MOST_LINES:
            found[_MOST_LINES:] = [f"and {len(found) - _MOST_LINES} more"]
        if place is None or getattr(place, "local", False):
            found.insert(0, this_computer_in_full(self._workers))
        if self._places.problem:
            found.append(self._places.problem)
        return found

    def _named(self) -> str:
        name = self._chosen.name
        ours = name in {THIS_COMPUTER, NETWORK}  # others' names stay as they are written
        return f"Runs on: {name[0].lower() + name[1:] if ours else name}"

    def _folded(self, change: dict[str, bool]) -> None:
        if change["new"] and not for_visitors():  # other computers are the page maker's
            self._places.search(self._wake)
        self._wake()

    def _picked(self, change: dict[str, int | None]) -> None:
        index = change["new"]
        if index is None or self._shown[index] == self._chosen:
            return
        self._chosen = self._shown[index]
        self._button.description = self._named()
        for picked, _ in tuple(self._benches):
            picked()
        self._wake()

    def _wake(self) -> None:
        for _, wake in tuple(self._benches):
            wake()
