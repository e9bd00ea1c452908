"""What the parent and the workers of one sweep tell each other: through a folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from brian_sweep_widget.scratch import new_folder

#: Names one call of a sweep's: a job's position in the grid.
Label = tuple[int, ...]
#: Why a call was interrupted.
Why = Literal["stopped", "skipped", "overdue"]

_RUNNING = "running"
_SKIP, _WORD, _AT = "skip-", "word-", "at-"


class Place(NamedTuple):
    """A worker that began a call.

    Attributes
    ----------
    process
        Number of its process.
    began
        Seconds since the epoch.
    """

    process: int
    began: float


@dataclass(frozen=True, slots=True)
class StopToken:
    """Tells the workers of one sweep whether it, or one of its jobs, was stopped.

    And the workers leave word in it of where they are, so that it is known
    which job killed a worker.

    Parameters
    ----------
    folder
        As long as the file ``running`` in it exists, the sweep goes on: when
        it is gone the sweep was stopped, whoever removed it.
    """

    folder: Path

    @classmethod
    def new(cls) -> StopToken:
        """Make the token of a sweep that begins."""
        folder = new_folder("token")
        (folder / _RUNNING).touch()
        return cls(folder)

    def stop(self) -> None:
        """Stop the sweep; doing it twice is no error."""
        with suppress(FileNotFoundError, NotADirectoryError):
            (self.folder / _RUNNING).unlink()

    @property
    def stopped(self) -> bool:
        """Whether the sweep was stopped."""
        return not (self.folder / _RUNNING).exists()

    def skip(self, label: Label) -> None:
        """Have one call ended, or not begun."""
        with suppress(FileNotFoundError):  # the sweep is over
            self._file(_SKIP, label).touch()

    def skips(self, label: Label) -> bool:
        """Whether a call was skipped."""
        return self._file(_SKIP, label).exists()

    def forget(self, labels: Iterable[Label]) -> None:
        """Have calls made after all that were skipped before."""
        for label in labels:
            self._file(_SKIP, label).unlink(missing_ok=True)
            self._file(_WORD, label).unlink(missing_ok=True)

    def note(self, label: Label) -> None:
        """Say, in a worker, which call it begins."""
        with suppress(OSError):  # then all calls under way are suspected
            (self.folder / f"{_AT}{os.getpid()}").write_text(_written(label))

    def places(self) -> dict[Label, Place]:
        """Give the calls that workers began last."""
        found = {}
        for file in self.folder.glob(f"{_AT}*"):
            with suppress(OSError, ValueError):  # half written, or forgotten meanwhile
                place = Place(int(file.name.removeprefix(_AT)), file.stat().st_mtime)
                found[_read(file.read_text())] = place
        return found

    def take_places(self) -> set[Label]:
        """Give the calls that workers began last, and forget them."""
        found = set(self.places())
        for file in self.folder.glob(f"{_AT}*"):
            file.unlink(missing_ok=True)
        return found

    def leave_word(self, label: Label, why: Why) -> None:
        """Say, in a worker that ends itself, which call it could not interrupt, and why."""
        with suppress(OSError):
            self._file(_WORD, label).write_text(why)

    def word(self, label: Label) -> Why | None:
        """Give what a worker said of a call before it ended itself."""
        try:
            word = self._file(_WORD, label).read_text()
        except OSError:
            return None
        return "skipped" if word == "skipped" else "overdue"

    def remove(self) -> None:
        """Remove all of it, when the sweep is over."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _file(self, kind: str, label: Label) -> Path:
        return self.folder / f"{kind}{_written(label)}"


def _written(label: Label) -> str:
    return "-".join(map(str, label))


def _read(written: str) -> Label:
    return tuple(map(int, written.split("-")))
