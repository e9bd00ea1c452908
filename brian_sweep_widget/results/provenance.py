"""What computed results, and of what, as attributes of files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from brian_sweep_widget.results.naming import encodable

if TYPE_CHECKING:
    from brian_sweep_widget.results.results import Results


def provenance(results: Results) -> dict[str, Any]:
    """Say what was computed, and by what; see `Results.dataset`."""
    plan = results.plan
    origins = [outcome.origin for outcome in results.outcomes if outcome.origin is not None]
    fixed = {
        name: results.parameters[name].text(value) if name in results.parameters else str(value)
        for name, value in plan.fixed.items()
    }
    versions: dict[str, set[str]] = {}
    for origin in origins:
        for library, version in origin.versions.items():
            versions.setdefault(library, set()).add(version)
    return {
        "model": results.model,
        "fixed_parameters": json.dumps(fixed),
        "seed": int(plan.seed),
        "seeding": plan.seeding,
        "engine": ", ".join(sorted({origin.engine for origin in origins})),
        "versions": json.dumps({name: ", ".join(sorted(all_)) for name, all_ in versions.items()}),
        "hosts": ", ".join(sorted({origin.host for origin in origins})),
        "notice": encodable(results.notice),
    }
