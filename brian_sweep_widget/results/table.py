"""Outcomes as a table, one row per job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from brian_sweep_widget.results.results import Results


def to_dataframe(results: Results) -> pd.DataFrame:
    """Make a table of results; see `Results.to_dataframe` for its columns."""
    import pandas as pd  # noqa: PLC0415 - importing it takes longer than a sweep

    scalars = {name: value for name, value in results.measures.items() if not value.si.ndim}
    rows = []
    for outcome in sorted(results.outcomes, key=lambda outcome: outcome.job.position):
        job, origin = outcome.job, outcome.origin
        row: dict[str, Any] = {
            name: _shown(results, name, value) for name, value in job.parameters.items()
        }
        row |= {"trial": job.trial, "seed": job.seed}
        for name, example in scalars.items():
            value = outcome.values.get(name)  # noqa: PD011 - not a frame
            single = value is not None and not value.si.ndim
            row[name] = example.unit.show(float(value.si)) if value and single else float("nan")
        row |= {
            "status": outcome.status,
            "error": str(outcome.failure or ""),
            "wall_time": origin.wall_time if origin else float("nan"),
            "engine": origin.engine if origin else "",
            "host": origin.host if origin else "",
            "process": origin.process if origin else -1,
        }
        rows.append(row)
    columns = [
        *results.parameters,
        *("trial", "seed"),
        *scalars,
        *("status", "error", "wall_time", "engine", "host", "process"),
    ]
    frame = pd.DataFrame(rows, columns=list(dict.fromkeys(columns)))
    frame.attrs["units"] = {
        **{name: parameter.unit.symbol for name, parameter in results.parameters.items()},
        **{name: value.unit.symbol for name, value in scalars.items()},
        "wall_time": "s",
    }
    return frame


def _shown(results: Results, name: str, value: Any) -> Any:
    if isinstance(value, bool | int | str):
        return value
    return results.parameters[name].unit.show(value)
