"""Outcomes as a table, one row per job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from brian_sweep_widget.results.naming import encodable, free
from brian_sweep_widget.results.outcome import Origin, Outcome, Value

if TYPE_CHECKING:
    import pandas as pd

    from brian_sweep_widget.results.results import Results

_NOWHERE = Origin(
    engine="", host="", process=-1, started=float("nan"), wall_time=float("nan"), versions={}
)


def to_dataframe(results: Results) -> pd.DataFrame:
    """Make a table of results; see `Results.to_dataframe` for its columns."""
    import pandas as pd  # noqa: PLC0415 - importing it takes longer than a sweep

    outcomes = sorted(results.outcomes, key=lambda outcome: outcome.job.position)
    columns: dict[str, list[Any]] = {}
    units: dict[str, str] = {}
    taken: set[str] = set()

    def add(name: str, values: list[Any], unit: str = "") -> None:
        column = free(name, taken)
        columns[column], units[column] = values, unit

    for name, parameter in results.parameters.items():
        add(name, [shown(results, name, one) for one in outcomes], parameter.unit.symbol)
    add("trial", [outcome.job.trial for outcome in outcomes])
    add("seed", [outcome.job.seed for outcome in outcomes])
    for name, example in results.measures.items():
        if not example.si.ndim:
            measured = [_measured(name, example, outcome) for outcome in outcomes]
            add(name, measured, example.unit.symbol)
    for name in results.unmeasured:
        add(name, [float("nan")] * len(outcomes))
    add("status", [outcome.status for outcome in outcomes])
    add("error", [encodable(outcome.error) for outcome in outcomes])
    origins = [outcome.origin or _NOWHERE for outcome in outcomes]
    add("wall_time", [origin.wall_time for origin in origins], "s")
    add("engine", [origin.engine for origin in origins])
    add("host", [origin.host for origin in origins])
    add("process", [origin.process for origin in origins])

    frame = pd.DataFrame(columns)
    frame.attrs["units"] = units
    return frame


def shown(results: Results, name: str, outcome: Outcome) -> Any:
    """Give a parameter of a simulation as a table has it: in its unit, or as it is."""
    value = outcome.job.parameters[name]
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, bool | int):
        return value
    return results.parameters[name].unit.show(value)


def _measured(name: str, example: Value, outcome: Outcome) -> float:
    value = outcome.values.get(name)  # noqa: PD011 - not a frame
    return float("nan") if value is None or value.si.ndim else example.unit.show(float(value.si))
