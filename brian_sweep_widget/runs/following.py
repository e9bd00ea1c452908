"""Follows a run in a terminal or a cell: a bar, and what it waits for, which no bar says."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

from brian_sweep_widget.printable import one_line, printable
from brian_sweep_widget.runs.run import Run

_LOOK = 0.5  # s
_PATIENCE = 2.0  # s that it may wait without a word
_PACE = 60.0  # s between two sentences, which may differ by a number only


def follow(
    run: Run, total: int, label: str, say: Callable[[str], None] | None, *, bar: bool
) -> None:
    """Follow a run to its end.

    Parameters
    ----------
    run
        The run.
    total
        Number of its jobs.
    label
        Stands before the bar.
    say
        Called, from a thread, with what the run waits for; None to have it
        written above the bar, if there is one.
    bar
        Whether to show a bar.
    """
    from tqdm.auto import tqdm  # noqa: PLC0415 - looks for a notebook when imported

    def write(words: str) -> None:
        tqdm.write(printable(words), file=sys.stderr)

    told = say or (write if bar else None)
    with (
        tqdm(total=total, desc=one_line(label), disable=not bar) as shown,
        nullcontext() if told is None else _telling(run, told),
    ):
        for _ in run:
            shown.update()


@contextmanager
def _telling(run: Run, say: Callable[[str], None]) -> Iterator[None]:
    """Have somebody told what a run waits for, as long as the block lasts."""
    over = threading.Event()
    thread = threading.Thread(
        target=_watch, args=(run, say, over), name="brian-sweep-following", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _watch(run: Run, say: Callable[[str], None], over: threading.Event) -> None:
    last, since, told = "", time.monotonic(), -_PACE
    while not over.wait(_LOOK):
        words, now = run.progress.waits, time.monotonic()
        if not words:
            since = now
        elif words != last and now - since > _PATIENCE and now - told > _PACE:
            say(words)
            last, told = words, now
