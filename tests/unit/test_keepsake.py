"""What stays of the widget in a notebook without a kernel."""

from __future__ import annotations

from typing import Any

import IPython
import numpy as np
import pytest
from IPython.core.events import EventManager, available_events

from brian_sweep_widget import Sweep
from brian_sweep_widget.models.units import PLAIN_NUMBER
from brian_sweep_widget.results import Outcome, Results, Value
from brian_sweep_widget.widget import keepsake
from brian_sweep_widget.widget.keepsake import Keepsake


def level(x: float = 1.0) -> float:
    """Be a plain model."""
    return x


def results() -> Results:
    """Three points."""
    sweep = Sweep(level, x=[1.0, 2.0, 3.0], store=None)
    value = Value(np.asarray(7.0), PLAIN_NUMBER, "Level")
    return sweep._results([Outcome(job, "done", {"level": value}) for job in sweep.jobs()])


class Ended:
    """A run that has ended, or not."""

    def __init__(self, *, ended: bool = True, done: int = 3) -> None:
        self.progress: Any = type("Progress", (), {"ended": ended, "done": done})
        self.results = results()


def test_only_what_rests_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that ended and is followed by none; each once, and again for another measure."""
    now, kept = [0.0], []
    monkeypatch.setattr(keepsake.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(Keepsake, "_keep", lambda _, run, measure: kept.append(measure))
    one = Keepsake(lambda: (None, None))
    look: Any = one.look
    assert look(None, "spikes") is None
    assert look(Ended(ended=False), "spikes") is None
    assert look(Ended(done=0), "spikes") is None
    assert look(Ended(), None) is None
    first, second = Ended(), Ended()
    assert look(first, "spikes") == 2.0
    now[0] = 1.5
    assert look(second, "spikes") == 2.0  # the slider moves on
    now[0] = 3.0
    assert look(second, "spikes") == 0.5
    now[0] = 3.6
    assert look(second, "spikes") is None
    assert look(second, "spikes") is None
    assert look(second, "rate") == pytest.approx(2.0)
    now[0] = 6.0
    assert look(second, "rate") is None
    for thread in keepsake.threading.enumerate():
        if thread.name == "brian-sweep-keep":
            thread.join(10)
    assert kept == ["spikes", "rate"]


def test_outside_a_notebook_nothing_is_put_out(capsys: pytest.CaptureFixture[str]) -> None:
    run: Any = Ended()
    one = Keepsake(lambda: (run, "level"))
    one.show()
    one._keep(run, "level")
    one.close()
    assert capsys.readouterr().out == ""


class Shell:
    """What a keepsake needs of IPython."""

    def __init__(self) -> None:
        self.kernel = self
        self.events = EventManager(self, available_events)

    def end_cell(self) -> None:
        self.events.trigger("post_run_cell", None)


class Published(list[tuple[str, bool]]):
    """What was published: HTML, and whether it replaces what is there."""

    def display(self, content: dict[str, str], *, update: bool, **_: object) -> None:
        self.append((content["text/html"], update))


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> Published:
    found = Published()
    monkeypatch.setattr("IPython.display.display", found.display)
    return found


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Shell:
    found = Shell()
    monkeypatch.setattr(IPython, "get_ipython", lambda: found)
    return found


def test_the_end_of_any_cell_publishes_what_there_is_once(
    shell: Shell, published: Published
) -> None:
    """Also of a measure that the screen does not know yet; not what is under way."""
    latest: list[Any] = [(None, None)]
    one = Keepsake(lambda: latest[-1])
    shell.end_cell()
    assert published == []
    one.show()
    one.show()  # elsewhere
    latest.append((Ended(ended=False), None))
    shell.end_cell()
    assert published == [('<div class="bsw-kept"></div>', False)] * 2
    latest.append((Ended(), None))
    shell.end_cell()
    shell.end_cell()
    latest.append((latest[-1][0], "level"))
    shell.end_cell()
    assert len(published) == 3
    html, update = published[-1]
    assert update
    assert html.startswith('<div class="bsw-kept"><p><strong>level</strong>, as it was when')
    assert html.count("<img") == html.count("<table") == 1
    latest.append((Ended(), "level"))
    shell.end_cell()
    assert len(published) == 4
    latest.append((Ended(), "level"))
    one.close()
    shell.end_cell()
    assert len(published) == 4


def test_what_was_kept_between_cells_is_published_at_the_end_of_the_next(
    shell: Shell, published: Published
) -> None:
    """The thread's message names a cell that has long ended."""
    run: Any = Ended()
    one = Keepsake(lambda: (run, "level"))
    one.show()
    one._keep(run, "level")
    assert len(published) == 2
    shell.end_cell()
    assert len(published) == 3
    assert published[1] == published[2]
    shell.end_cell()
    assert len(published) == 3
