"""Checks of what concerns results: where they are kept, and what an administrator allows."""

from __future__ import annotations

from contextlib import suppress

from brian_sweep_widget.cli.findings import Finding, ok, problem, warning


def store() -> Finding:
    """Look whether results can be kept in the user's own store."""
    from brian_sweep_widget.configuration import ConfigError  # noqa: PLC0415 - loads traitlets
    from brian_sweep_widget.limits import limits  # noqa: PLC0415 - loads traitlets
    from brian_sweep_widget.results.store import (  # noqa: PLC0415 - loads numpy
        Store,
        StoreError,
        default_path,
    )

    path = default_path()
    if path is None:
        return ok("none: BRIAN_SWEEP_STORE says so")
    most = None
    with suppress(ConfigError):  # for the check of the limits to say
        most = limits().store_bytes
    kept = Store(path, most)
    try:
        found = kept.info()
    except (StoreError, OSError) as error:
        return problem(str(error), "name another file in BRIAN_SWEEP_STORE, or 'none'")
    if kept.notice:  # of this look alone: whoever comes next finds another file
        remedy = "if results are missed, and there is a copy of yours: 'brian-sweep store merge'"
        return warning(kept.notice, remedy)
    number = sum(found.counts.values())
    told = f"{number} simulation{'' if number == 1 else 's'}, {found.size / 1e6:.1f} MB, in {path}"
    if found.limit is not None and found.size > 0.9 * found.limit:
        remedy = "move the file away before it is full"
        return warning(f"{told}; at most {found.limit / 1e6:.0f} MB are allowed", remedy)
    return ok(told)


def allowed() -> Finding:
    """List the limits that hold, and who set them."""
    from brian_sweep_widget.configuration import ConfigError  # noqa: PLC0415 - loads traitlets
    from brian_sweep_widget.limits import limits  # noqa: PLC0415 - loads traitlets

    try:
        found = limits().set_ones()
    except ConfigError as error:
        return problem(str(error), "mend it: no sweep starts before")
    if not found:
        return ok("none")
    told = [f"{name} {limit.most:.12g} ({limit.source})" for name, limit in found.items()]
    return ok(", ".join(told))
