"""``brian-sweep store``: what is kept of results, merging stores, and taking results out."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from brian_sweep_widget.cli import report
from brian_sweep_widget.cli.export_all import write_everything
from brian_sweep_widget.cli.files import check_output
from brian_sweep_widget.cli.terminal import DONE, INCOMPLETE, aligned, refuse, say
from brian_sweep_widget.printable import one_line
from brian_sweep_widget.results import Results
from brian_sweep_widget.results.naming import joined
from brian_sweep_widget.results.store import (
    DamagedError,
    Store,
    StoreError,
    StoreInfo,
    default_path,
)
from brian_sweep_widget.results.store.reading import open_everything, open_info


def store(parsed: argparse.Namespace) -> int:
    """Do what ``brian-sweep store`` is asked to.

    Returns
    -------
    int
        0, or 1 if a store cannot be used.

    Raises
    ------
    UsageError
        If there is no such store, or sweep, or file to write.
    """
    actions = {"info": _info, "merge": _merge, "export": _export}
    try:
        return actions[parsed.action](parsed)
    except (FileNotFoundError, LookupError) as error:
        refuse(str(error))
    except DamagedError as error:
        say(
            f"{_chosen(parsed)} is damaged: {error}. The next sweep sets it aside and takes over "
            "what can be read; so does 'brian-sweep store merge'.",
            error=True,
        )
    except (StoreError, OSError) as error:
        say(str(error), error=True)
    return INCOMPLETE


def _chosen(parsed: argparse.Namespace) -> Path:
    path = default_path() if parsed.store is None else Path(parsed.store).expanduser()
    if path is None:
        refuse("BRIAN_SWEEP_STORE says that there is no store: name one")
    return path


def _info(parsed: argparse.Namespace) -> int:
    found = open_info(_chosen(parsed))
    rows = [("", "model", "began", "simulations", "stored")]
    rows += [
        (
            str(sweep.number),
            sweep.model,
            _time(sweep.started),
            str(sweep.jobs),
            _counts(sweep.counts) or "nothing",
        )
        for sweep in found.sweeps
    ]
    if found.sweeps:
        say(aligned(rows))
    say(_summary(found))
    return DONE


def _summary(found: StoreInfo) -> str:
    number = sum(found.counts.values())
    parts = [f"{number or 'no'} simulation{'' if number == 1 else 's'}"]
    if found.counts:
        parts.append(_counts(found.counts))
    if found.first is not None and found.last is not None:
        parts.append(f"from {_time(found.first)} to {_time(found.last)}")
    parts += [one_line(", ".join(some)) for some in (found.engines, found.hosts) if some]
    return f"{'; '.join(parts)}; {found.size / 1e6:.1f} MB in {found.path}"


def _counts(counts: Mapping[str, int]) -> str:
    order = [status for status in ("done", "failed", "lost") if counts.get(status)]
    return ", ".join(f"{counts[status]} {status}" for status in order)


def _merge(parsed: argparse.Namespace) -> int:
    others = [Path(other).expanduser() for other in parsed.others]
    for other in others:
        if not other.is_file():
            refuse(f"there is no store {other}")
    into = Store(_chosen(parsed))
    complete = True
    for other in others:
        merged = into.merge(other)
        told = f"{other}: {merged.added} results taken over, {merged.known} were there"
        if merged.unreadable:
            told += f"; parts of it cannot be read ({merged.unreadable} places)"
            complete = False
        say(told, error=bool(merged.unreadable))
    if into.notice:
        say(into.notice, error=True)
    return DONE if complete else INCOMPLETE


def _export(parsed: argparse.Namespace) -> int:
    path, output = _chosen(parsed), Path(parsed.output)
    if parsed.all:
        if output.suffix != ".csv":
            refuse(f"{output.name!r}: simulations of several models are written as .csv only")
        check_output(output)
        rows = open_everything(path)
        beside = write_everything(rows, output)
        say(f"wrote {joined([str(one) for one in (output, *beside)])}: {len(rows)} simulations")
        return DONE
    check_output(output)
    results = Results.open(path, parsed.sweep)
    try:
        say(f"{report.written(results.write(output))}\n{results!r}")
    except (ValueError, ImportError) as error:
        say(str(error), error=True)
        return INCOMPLETE
    return DONE


def _time(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC).astimezone():%Y-%m-%d %H:%M}"
