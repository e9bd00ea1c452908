"""``brian-sweep cache``: what is kept of compiled networks, and removing it."""

from __future__ import annotations

import argparse
from datetime import datetime

from brian_sweep_widget.cli.terminal import DONE, INCOMPLETE, aligned, refuse, say
from brian_sweep_widget.engines.compiled.cache import BuildCache, CacheRefusedError


def cache(parsed: argparse.Namespace) -> int:
    """Show or remove the builds of this user's.

    Returns
    -------
    int
        0, or 1 if the cache cannot be used.

    Raises
    ------
    UsageError
        If ``BRIAN_SWEEP_CACHE_LIMIT`` is no limit.
    """
    try:
        builds = BuildCache()
    except CacheRefusedError as error:
        refuse(str(error))
    try:
        return _clear(builds) if parsed.action == "clear" else _info(builds)
    except CacheRefusedError as error:
        say(str(error), error=True)
        return INCOMPLETE


def _info(builds: BuildCache) -> int:
    found = builds.info()
    rows = [("model", "size", "made", "last used")]
    rows += [
        (build.model, _megabytes(build.size), _time(build.made), _time(build.last_used))
        for build in found
    ]
    if found:
        say(aligned(rows, numbers=[1]))
    total = sum(build.size for build in found)
    limit = f"{_megabytes(total)} of at most {_megabytes(builds.limit)}"
    say(f"{_counted(len(found))}, {limit}, in {builds.folder}")
    return DONE


def _clear(builds: BuildCache) -> int:
    number, size = builds.clear()
    say(f"{_counted(number)} removed, {_megabytes(size)}, from {builds.folder}")
    return DONE


def _counted(number: int) -> str:
    return f"{number or 'no'} build{'' if number == 1 else 's'}"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


def _time(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"
