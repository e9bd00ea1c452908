"""Taking results home: a choice of files, and buttons that write one here or there."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import ipywidgets as w

from brian_sweep_widget.results import Results
from brian_sweep_widget.results.files import missing_libraries
from brian_sweep_widget.results.naming import joined
from brian_sweep_widget.widget.visitors import for_visitors, for_who_reads

_KINDS = {
    "Page with curves (.html)": ".html",
    "Picture (.png)": ".png",
    "Drawing (.svg)": ".svg",
    "Table (.csv)": ".csv",
    "Table (.parquet)": ".parquet",
    "Arrays (.nc)": ".nc",
}


_MOST_BYTES = 50_000_000  # that go through a notebook's connection in one message


class File(NamedTuple):
    """What a browser is to keep.

    Attributes
    ----------
    name
        Of the file.
    content
        All of it.
    """

    name: str
    content: bytes


class Saving:
    """Writes what is shown into a file, without keeping the kernel.

    Save puts it beside the notebook; Download hands it to the browser, for
    people who cannot reach that place. Visitors of a page have Download alone,
    of the kinds that can be written.

    Parameters
    ----------
    results
        Gives what is shown, or None.
    name
        The model's, with which the file's begins.
    wake
        Called when there is something to paint.
    hand_out
        Has the browser keep a file.

    Attributes
    ----------
    widget
        What to show.
    """

    def __init__(
        self,
        results: Callable[[], Results | None],
        name: str,
        wake: Callable[[], None],
        hand_out: Callable[[File], None],
    ) -> None:
        self._results = results
        self._name = name
        self._wake = wake
        self._hand_out = hand_out
        self._lock = threading.Lock()
        self._said = ""  # by the threads that write
        self._writing = False
        self._files: list[File] = []
        self._here = not for_visitors()
        self._kind = w.Dropdown(
            description="Save as" if self._here else "Download as",
            options={
                name: suffix
                for name, suffix in _KINDS.items()
                # Others are told how to install what is missing.
                if self._here or not missing_libraries(suffix)
            },
            tooltip="What to make of the results that are there by now",
        )
        self._save = _button("Save", "Write a file into the folder where the notebook runs")
        self._download = _button("Download", "Have the browser download the file")
        self._save.on_click(lambda _: self._begin(self._write))
        self._download.on_click(lambda _: self._begin(self._fetch))
        self._message = w.Label("")
        self._message.add_class("bsw-saved")
        save = [self._save] if self._here else []
        self.widget = w.HBox([self._kind, *save, self._download, self._message])
        self.widget.add_class("bsw-save")

    def paint(self, *, ready: bool) -> None:
        """Show what became of it, and hand out what is ready; for the pump alone.

        Parameters
        ----------
        ready
            Whether there is any result.
        """
        with self._lock:
            self._message.value, writing = self._said, self._writing
            files, self._files = self._files, []
        self._save.disabled = self._download.disabled = writing or not ready
        for file in files:
            self._hand_out(file)

    def _begin(self, write: Callable[[Results, str], str]) -> None:
        results = self._results()
        if results is None:
            return
        now = datetime.now().astimezone()
        name = f"{self._name}-{now:%Y-%m-%d-%H%M%S}{self._kind.value}"
        with self._lock:
            if self._writing:
                return  # a second click, sent before the button was seen disabled
            self._writing = True
            self._said = f"Writing {name} …"
        self._wake()
        # Libraries for pictures and arrays take seconds to import.
        threading.Thread(
            target=self._finish, args=(write, results, name), name="brian-sweep-save", daemon=True
        ).start()

    def _finish(self, write: Callable[[Results, str], str], results: Results, name: str) -> None:
        try:
            said = write(results, name)
        except Exception as error:  # noqa: BLE001 - whatever it is, the person is told
            said = f"{name} could not be written: {self._reason(error)}"
        with self._lock:
            self._writing = False
            self._said = said
        self._wake()

    def _reason(self, error: Exception) -> object:
        """Give the reason, to visitors without the path that the system adds."""
        return error if self._here else getattr(error, "strerror", None) or error

    def _write(self, results: Results, name: str) -> str:
        path = Path.cwd() / name
        written = results.write(path)
        names = joined([one.name for one in written.paths])
        return ". ".join(filter(None, (f"Saved {names} in {path.parent}", written.remark)))

    def _fetch(self, results: Results, name: str) -> str:
        with tempfile.TemporaryDirectory() as folder:
            written = for_who_reads(results).write(Path(folder) / name)
            names = joined([path.name for path in written.paths])
            size = sum(path.stat().st_size for path in written.paths)
            if size > _MOST_BYTES:
                megabytes = _MOST_BYTES // 1_000_000
                remedy = "save it" if self._here else "take fewer points or trials"
                return (
                    f"{names}: {size / 1e6:.0f} MB are too many to download ({megabytes}): {remedy}"
                )
            files = [File(path.name, path.read_bytes()) for path in written.paths]
        with self._lock:
            self._files += files
        goes = "goes" if len(files) == 1 else "go"
        said = f"{names} {goes} to the browser's downloads"
        return ". ".join(filter(None, (said, written.remark)))


def _button(text: str, help_text: str) -> w.Button:
    return w.Button(description=text, tooltip=help_text, disabled=True)
