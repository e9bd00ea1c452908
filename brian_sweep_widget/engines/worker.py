"""What a worker process does: prepare once, then compute jobs."""

from __future__ import annotations

import gc
import os
import socket
import time
from collections.abc import Callable, Mapping
from typing import Any

from brian_sweep_widget.engines.brians_files import keep_brians_files
from brian_sweep_widget.engines.context import BrianContext, initial_context
from brian_sweep_widget.engines.engine import Engine
from brian_sweep_widget.engines.entropy import job_entropy
from brian_sweep_widget.engines.failing import failure_of
from brian_sweep_widget.engines.file_states import states_of
from brian_sweep_widget.engines.files_read import files_read
from brian_sweep_widget.engines.libraries_changed import libraries_kept
from brian_sweep_widget.engines.memory_used import memory_used
from brian_sweep_widget.engines.packing import unpack
from brian_sweep_widget.engines.process_settings import (
    missing_folder_told,
    under_its_settings,
    without_settings,
)
from brian_sweep_widget.engines.programs_started import programs_started
from brian_sweep_widget.engines.reading import NotAResultError
from brian_sweep_widget.engines.runtime import RuntimeEngine
from brian_sweep_widget.engines.sent_modules import modules_not_sent
from brian_sweep_widget.engines.threads_left import threads_left
from brian_sweep_widget.engines.variables_read import variables_read
from brian_sweep_widget.engines.versions import library_versions
from brian_sweep_widget.limits import Limits
from brian_sweep_widget.results import Failure, Origin, Outcome, Value
from brian_sweep_widget.sweeps import Job

_LARGEST = 500e6  # bytes


def prepare() -> None:
    """Load Brian and everything that its first simulation would load.

    Importing Brian takes a second, and so do the symbolic mathematics and the
    templates behind a first ``run``. Done here, before the first job, that
    time is not the person's. Brian collects garbage before each run, and would
    go through all of that each time, which takes longer than to build and run a
    small network.
    """
    keep_brians_files()
    from brian2 import BrianLogger  # noqa: PLC0415 - this is the place

    from brian_sweep_widget.models import cuba  # noqa: PLC0415

    initial_context()
    # A stopped job leaves half a network behind, which is nothing to warn of.
    BrianLogger.suppress_name("unused_brian_object")
    parameters = cuba.parameters({})
    values = {name: parameter.read_default() for name, parameter in parameters.items()}
    job = Job((0,), {**values, "size": 10, "duration": 1e-3}, seed=0)
    RuntimeEngine(cuba, parameters, BrianContext(), "numpy", Limits()).simulate(job)
    gc.collect()
    gc.freeze()


@under_its_settings
def compute(packed: bytes, job: Job, place: Callable[[Any], Any] | None = None) -> Outcome:
    """Compute one job; whatever goes wrong in it is part of the outcome.

    Parameters
    ----------
    packed
        An engine from `pack`.
    job
        The job.
    place
        Gives the engine as it is on another computer than the one that packed
        it.

    Returns
    -------
    Outcome
        ``done``, with what could be measured, or ``failed``.
    """
    keep_brians_files()  # for measures that name a unit, and functions that import Brian
    started, clock = time.time(), time.perf_counter()
    label = ""
    found: Mapping[str, Value | Failure] = {}
    failure = None
    with (
        files_read() as files,
        variables_read(without_settings(packed)) as variables,
        memory_used() as memory,
        job_entropy(job.seed) as entropy,
        threads_left() as threads,
        programs_started() as programs,
    ):
        try:
            with libraries_kept():
                # Anew for every job: what one job leaves in a model's globals (a random
                # generator of its own, a cache) must not reach the next.
                engine: Engine = unpack(packed)
                if place is not None:
                    engine = place(engine)
                label = engine.label
                found = {
                    name: missing_folder_told(one) if isinstance(one, Failure) else one
                    for name, one in _without_enormous(engine.simulate(job)).items()
                }
        except BaseException as error:  # noqa: BLE001 - the model is the user's code
            failure = missing_folder_told(failure_of(error))
    # A module that this process found on its own is a file that was read, too.
    read = {**states_of(modules_not_sent()), **files, **variables}
    origin = Origin(
        engine=label,
        host=socket.gethostname(),
        process=os.getpid(),
        started=started,
        wall_time=time.perf_counter() - clock,
        versions=library_versions(),
        memory=memory.most,
        files=tuple(sorted(read)),
        contents=tuple(read[path] for path in sorted(read)),
        unseeded=tuple(entropy.unseeded),
        threads=tuple(threads),
        programs=tuple(programs),
    )
    if failure is not None:
        return Outcome(job, "failed", failure=failure, origin=origin)
    return Outcome.measured(job, found, origin)


def _without_enormous(found: Mapping[str, Value | Failure]) -> Mapping[str, Value | Failure]:
    """Refuse what could neither be sent nor be kept: the largest results, until the rest can."""
    sizes = {name: one.si.nbytes for name, one in found.items() if isinstance(one, Value)}
    size = sum(sizes.values())
    message = (
        f"the results take {size / 1e6:.0f} MB (allowed: {_LARGEST / 1e6:.0f} MB for one "
        "simulation): return less, such as counts, rates or a histogram"
    )
    kept = dict(found)
    for name in sorted(sizes, key=lambda name: -sizes[name]):
        if size <= _LARGEST:
            break
        kept[name] = failure_of(NotAResultError(message))
        size -= sizes[name]
    return kept
