"""``brian-sweep run``: a sweep from a terminal."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from brian_sweep_widget.backends import known_clusters
from brian_sweep_widget.cli import report
from brian_sweep_widget.cli.files import check_output, check_plot
from brian_sweep_widget.cli.model_source import find_model
from brian_sweep_widget.cli.options import (
    add_model_options,
    add_options,
    given_values,
    model_named_in,
)
from brian_sweep_widget.cli.terminal import DONE, INCOMPLETE, refuse, say
from brian_sweep_widget.models import Model
from brian_sweep_widget.results import Results
from brian_sweep_widget.runs import Run, Sweep
from brian_sweep_widget.stop_signals import StopRequested

# Stop takes at most two seconds (see `Run.cancel`); the rest is for slow disks.
_STOP_SECONDS = 10.0


def add_parameters(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> None:
    """Find the model that the arguments name and make options of its parameters.

    Parameters
    ----------
    parser
        Of ``brian-sweep run``.
    arguments
        What follows ``run``.

    Raises
    ------
    UsageError
        If there is no such model.
    """
    add_options(parser)  # first, so that the usage is whole if there is no such model
    model = find_model(model_named_in(arguments))
    add_model_options(parser, model)
    parser.set_defaults(loaded_model=model)


def run(parsed: argparse.Namespace) -> int:
    """Run the sweep that the command line asks for.

    Returns
    -------
    int
        0 if every simulation was done and nothing of it failed, otherwise 1;
        when interrupted, the status that says by which signal.

    Raises
    ------
    UsageError
        If something of it cannot be; nothing has run then.
    """
    sweep = _sweep(parsed)
    output, plot = _files(parsed, sweep)
    interrupted: StopRequested | None = None
    crash = ""
    try:
        shown = sys.stderr.isatty()
        sweep.run(progress=shown, say=None if shown else partial(say, error=True))
    except StopRequested as request:
        interrupted = request
    except TypeError as error:  # the model cannot be sent to the workers: nothing ran
        refuse(str(error))
    except RuntimeError as error:
        crash = str(error)
    under_way = sweep.latest
    if under_way is None:  # it ended before the first simulation was handed out
        say(crash or "\ninterrupted before anything was computed", error=True)
        return INCOMPLETE if interrupted is None else interrupted.status
    results = _stopped(under_way) if interrupted else under_way.results
    written = _write(results, output, plot)
    say(report.summary(results, under_way.progress))
    if parsed.cluster is not None:
        say(str(under_way.statistics))
    if under_way.progress.notice:
        say(under_way.progress.notice, error=True)
    if results.failures:
        say(report.failures(results), error=True)
    if crash:
        say(f"the sweep ended early: {crash}", error=True)
    if interrupted:
        kept = f"; what is finished is in {output}" if output is not None and written else ""
        say(f"interrupted{kept}", error=True)
        return interrupted.status
    whole = results.counts() == {"done": len(results.plan)} and not results.failures
    complete = written and not crash and whole
    return DONE if complete else INCOMPLETE


def _files(parsed: argparse.Namespace, sweep: Sweep) -> tuple[Path | None, Path | None]:
    """Give the files to write, once it is sure that they can be written."""
    output = None if parsed.output is None else Path(parsed.output)
    plot = None if parsed.plot is None else Path(parsed.plot)
    if output is not None:
        check_output(output)
    if plot is not None:
        check_plot(plot)
        if not sweep.plan.axes:
            refuse(
                f"--plot {plot}: nothing is swept, so there is no curve to draw: give a "
                "parameter several values, such as 0:4:20, or leave --plot away"
            )
    return output, plot


def _sweep(parsed: argparse.Namespace) -> Sweep:
    model: Model = parsed.loaded_model
    if parsed.jobs is not None and parsed.jobs < 1:
        refuse(f"argument --jobs: {parsed.jobs} is too small (allowed: 1 or more)")
    values = given_values(model, parsed)
    try:
        return Sweep(
            model,
            trials=parsed.trials,
            seed=parsed.seed,
            seeding=parsed.seeding,
            engine=parsed.engine,
            workers=parsed.jobs,
            cluster=_cluster(parsed.cluster),
            time_limit=parsed.time_limit,
            keep_going=parsed.keep_going,
            allow_nan=_allow_nan(parsed.allow_nan),
            **_store(parsed.store),
            **values,
        )
    except (TypeError, ValueError, ImportError) as error:
        refuse(str(error))


def _cluster(given: str | None) -> Any:
    """Give the hosts as `Sweep` takes them: a scheduler or all by one word, others in a list."""
    if given is None or given == "*" or "://" in given or given in known_clusters():
        return given
    return [name.strip() for name in given.split(",")]


def _allow_nan(given: str | None) -> bool | list[str]:
    """Give which results may be NaN, as `Sweep` takes it."""
    if given is None or given == "all":
        return given == "all"
    return [name.strip() for name in given.split(",")]


def _store(given: str | None) -> dict[str, Any]:
    """Give the store as `Sweep` takes it: left away, it is the user's own."""
    return {} if given is None else {"store": None if given == "none" else given}


def _stopped(under_way: Run) -> Results:
    """Wait for an interrupted sweep's end; `Sweep.run` has cancelled it already."""
    say("\nstopping ...", error=True)
    try:
        return under_way.wait(_STOP_SECONDS)
    except (TimeoutError, RuntimeError) as error:
        say(str(error), error=True)
        return under_way.results


def _write(results: Results, output: Path | None, plot: Path | None) -> bool:
    """Write the files; what cannot be written is shown as a table instead of lost.

    Returns
    -------
    bool
        Whether all that was asked for is written.
    """
    kept = written = True
    if output is not None:
        try:
            say(report.written(results.write(output)))
        except (OSError, ValueError, ImportError) as error:
            say(f"{output} could not be written: {error}", error=True)
            kept = written = False
    if plot is not None:
        try:
            say(report.written(results.write(plot)))
        except (OSError, ValueError, ImportError) as error:
            say(f"{plot} could not be drawn: {error}", error=True)
            written = False
    # A chart alone keeps no numbers, but nobody who asks for one asks for a table.
    if not kept or (output is None and (plot is None or not written)):
        say(report.table(results))
    return written
