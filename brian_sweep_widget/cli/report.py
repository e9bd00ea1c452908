"""What a sweep has given, as text: a table, a summary, the failures."""

from __future__ import annotations

import numpy as np

from brian_sweep_widget.cli.terminal import aligned
from brian_sweep_widget.results import Outcome, Results, Written
from brian_sweep_widget.results.naming import joined
from brian_sweep_widget.runs import Progress

_SHOWN_FAILURES = 5


def table(results: Results) -> str:
    """Write the mean of every measure at every point.

    Arrays have no place in a table, and are named below it; a point without any
    result has a dash.
    """
    arrays = results.arrays
    scalars = {name: value for name, value in results.measures.items() if name not in arrays}
    if not scalars:
        return f"({_only_arrays(results)})" if results.measures else "(no results)"
    at_point: dict[tuple[int, ...], list[Outcome]] = {}
    for outcome in results.outcomes:
        at_point.setdefault(outcome.job.position[:-1], []).append(outcome)
    axes = results.plan.axes
    rows = [[*(axis.title for axis in axes), *(value.title for value in scalars.values())]]
    for point, outcomes in sorted(at_point.items()):
        row = [
            f"{axis.unit.show(float(axis.values[index])):.6g}"
            for axis, index in zip(axes, point, strict=True)
        ]
        for name, example in scalars.items():
            found = [
                float(outcome.values[name].si)
                for outcome in outcomes
                if name in outcome.values and not outcome.values[name].si.ndim
            ]
            row.append(f"{example.unit.show(float(np.mean(found))):.6g}" if found else "-")
        rows.append(row)
    more = [f"(without {_only_arrays(results)})"] if results.arrays else []
    return "\n".join([aligned(rows, numbers=range(len(rows[0]))), *more])


def _only_arrays(results: Results) -> str:
    return f"arrays, which --output keeps: {joined(list(results.arrays))}"


def summary(results: Results, progress: Progress) -> str:
    """Say in one line how it went: counts, time, workers, engine."""
    parts = [f"{progress.done} of {progress.total} done", f"{progress.failed} failed"]
    parts += [
        f"{number} {word}"
        for number, word in (
            (progress.partial, "partial"),
            (progress.lost, "lost"),
            (progress.cancelled, "cancelled"),
            (progress.recalled, "known before"),
        )
        if number
    ]
    workers = f"{progress.workers} worker{'' if progress.workers == 1 else 's'}"
    engines = {outcome.origin.engine for outcome in results.outcomes if outcome.origin}
    parts += [f"{progress.elapsed:.1f} s", workers, *sorted(engines - {""})]
    return ", ".join(parts)


def failures(results: Results) -> str:
    """List the points that lack a result and why; the first with its whole traceback."""
    failed = results.failures
    lines = []
    for number, outcome in enumerate(failed[:_SHOWN_FAILURES]):
        status = "partial" if outcome.partial else outcome.status
        lines.append(f"{status} at {_point(results, outcome)}: {outcome.error}")
        if not number and outcome.traceback:
            lines.append(_indented(outcome.traceback))
    if len(failed) > _SHOWN_FAILURES:
        lines.append(f"and {len(failed) - _SHOWN_FAILURES} more")
    return "\n".join(lines)


def written(files: Written) -> str:
    """Say which files there are now, and what is in them if that is not plain."""
    said = f"wrote {joined([str(path) for path in files.paths])}"
    return f"{said}\n{files.remark}" if files.remark else said


def _point(results: Results, outcome: Outcome) -> str:
    parts = [
        f"{axis.name} = {axis.unit.text(float(axis.values[index]))}"
        for axis, index in zip(results.plan.axes, outcome.job.position, strict=False)
    ]
    return ", ".join([*parts, f"trial {outcome.job.trial}"])


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.rstrip().splitlines())
