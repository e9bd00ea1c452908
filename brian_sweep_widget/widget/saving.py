"""Taking results home: a choice of files, and a button that writes one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import ipywidgets as w

from brian_sweep_widget.results import Results

_KINDS = {
    "Page with curves (.html)": ".html",
    "Picture (.png)": ".png",
    "Drawing (.svg)": ".svg",
    "Table (.csv)": ".csv",
    "Table (.parquet)": ".parquet",
    "Arrays (.nc)": ".nc",
}


class Saving:
    """Writes what is shown into a file beside the notebook, without keeping the kernel.

    Parameters
    ----------
    results
        Gives what is shown, or None.
    name
        The model's, with which the file's begins.
    wake
        Called when there is something to paint.

    Attributes
    ----------
    widget
        What to show.
    """

    def __init__(
        self, results: Callable[[], Results | None], name: str, wake: Callable[[], None]
    ) -> None:
        self._results = results
        self._name = name
        self._wake = wake
        self._lock = threading.Lock()
        self._said = ""  # by the threads that write
        self._writing = 0
        self._kind = w.Dropdown(
            description="Save as",
            options=_KINDS,
            tooltip="What to make of the results that are there by now",
        )
        self._button = w.Button(
            description="Save",
            tooltip="Write a file into the folder where the notebook runs",
            disabled=True,
        )
        self._button.on_click(lambda _: self._clicked())
        self._message = w.Label("")
        self._message.add_class("bsw-saved")
        self.widget = w.HBox([self._kind, self._button, self._message])
        self.widget.add_class("bsw-save")

    def paint(self, *, ready: bool) -> None:
        """Show what became of it; for the pump alone.

        Parameters
        ----------
        ready
            Whether there is any result.
        """
        with self._lock:
            self._message.value, writing = self._said, self._writing
        self._button.disabled = bool(writing) or not ready

    def _clicked(self) -> None:
        results = self._results()
        if results is None:
            return
        now = datetime.now().astimezone()
        path = Path.cwd() / f"{self._name}-{now:%Y-%m-%d-%H%M%S}{self._kind.value}"
        with self._lock:
            self._writing += 1
            self._said = f"Writing {path.name} …"
        self._wake()
        # Libraries for pictures and arrays take seconds to import.
        threading.Thread(
            target=self._write, args=(results, path), name="brian-sweep-save", daemon=True
        ).start()

    def _write(self, results: Results, path: Path) -> None:
        try:
            results.save(path)
            said = f"Saved {path.name} in {path.parent}"
        except Exception as error:  # noqa: BLE001 - whatever it is, the person is told
            said = f"{path.name} could not be written: {error}"
        with self._lock:
            self._writing -= 1
            self._said = said
        self._wake()
