"""Questions to other processes about a model, and the answers that are no results."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from brian_sweep_widget.backends import LocalPool
from brian_sweep_widget.engines import compiled, prepare
from brian_sweep_widget.engines.file_states import FileStates
from brian_sweep_widget.results import Failure
from brian_sweep_widget.runs.cells import cells_named, failure_with_cells

LOOK = 0.02  # s between looks at whether the sweep was stopped

Stopped = Callable[[], bool]


class NotCompiledError(Exception):
    """The model cannot be compiled here.

    Parameters
    ----------
    reason
        Why.
    read
        What was in the files that it read.
    of_all
        Whether no model can, whatever its values.
    """

    def __init__(
        self, reason: str, read: FileStates | None = None, *, of_all: bool = False
    ) -> None:
        super().__init__(reason)
        self.read = read or {}
        self.of_all = of_all


class StoppedError(Exception):
    """The sweep that waited was stopped."""


class RefusedError(Exception):
    """These parameters cannot be simulated.

    Parameters
    ----------
    failure
        Says why.
    drew
        Whether random numbers were drawn before, so that it may be otherwise
        with another seed.
    """

    def __init__(self, failure: Failure, *, drew: bool = False) -> None:
        super().__init__(str(failure))
        self.failure = failure
        self.drew = drew


def answer(ask: Callable[[], Future[Any]], stopped: Stopped) -> Any:
    """Wait for another process, and raise what it answers if it is no result.

    Parameters
    ----------
    ask
        Submits the question; called again if the process dies.
    stopped
        Whether nobody waits for the answer any more.

    Raises
    ------
    NotCompiledError, RefusedError, StoppedError
    """
    given = None
    for last in (False, True):
        try:
            given = _wait(ask(), stopped)
            break
        except StoppedError:
            raise
        except BaseException as error:  # its process died, perhaps for another's sake
            if last:
                msg = f"the process that prepared it ended: {type(error).__name__}: {error}"
                raise NotCompiledError(msg.partition("\n")[0]) from error
    if isinstance(given, compiled.Refusal):
        raise RefusedError(failure_with_cells(given.failure), drew=given.drew)
    if isinstance(given, compiled.Reason):
        raise NotCompiledError(cells_named(given), given.read, of_all=given.of_all)
    if isinstance(given, str):
        raise NotCompiledError(cells_named(given))
    return given


def _wait(asked: Future[Any], stopped: Stopped) -> Any:
    done = threading.Event()
    asked.add_done_callback(lambda _: done.set())
    while not done.wait(LOOK):
        if stopped():
            raise StoppedError
    return asked.result()


@functools.cache
def tracing_pool() -> LocalPool:
    """Give the process that traces the models of this kernel."""
    return LocalPool(1, compiled.prepare_tracing)


@functools.cache
def spare_pool() -> LocalPool:
    """Give a process that works when nothing else does."""
    return LocalPool(1, compiled.give_way)


@functools.cache
def attempting_pool() -> LocalPool:
    """Give the process in which Brian's runtime tries what could not be compiled."""
    return LocalPool(1, prepare)


@functools.cache
def probing_pool() -> LocalPool:
    """Give a process for short questions: never behind a long simulation.

    What hosts are compared with, and what packages have where no cell ran.
    """
    return LocalPool(1)
