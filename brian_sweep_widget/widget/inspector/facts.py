"""The numbers of one simulation, in words."""

from __future__ import annotations

import time
from collections.abc import Iterator

from brian_sweep_widget.models import NetworkModel, Unit
from brian_sweep_widget.models.declaration import words
from brian_sweep_widget.results import Inspection, Outcome, Value
from brian_sweep_widget.runs import Sweep
from brian_sweep_widget.widget.visitors import for_visitors
from brian_sweep_widget.widget.wording import described_point, engine_in_words

_RESULTS, _SETTINGS, _SIMULATION = "Results", "Parameters", "Simulation"
_LIBRARIES = {"brian2": "Brian 2", "numpy": "numpy"}
_MOST_WHOLE = 1e15  # above this, floats are not whole numbers by anyone's choice


def facts(sweep: Sweep, outcome: Outcome) -> list[dict[str, str]]:
    """List results, parameters, and how the simulation was made."""
    listed = [
        *((_RESULTS, value.label, _result(value)) for value in outcome.values.values()),
        *((_RESULTS, _label(sweep, name), "failed") for name in outcome.failures),
        *((_SETTINGS, *setting) for setting in _settings(sweep, outcome)),
        *((_SIMULATION, *made) for made in _made(sweep, outcome)),
    ]
    return [{"group": group, "name": name, "value": value} for group, name, value in listed]


def title(sweep: Sweep, outcome: Outcome) -> str:
    """Name the simulation by what was swept, or by the model if nothing was."""
    return described_point(sweep, outcome.job.position) or sweep.model.label


def differences(inspection: Inspection) -> str:
    """Say which numbers are not those of before, and what may be the reason; empty if all are."""
    if not inspection.different or inspection.again.status != "done":
        return ""
    before, now = inspection.outcome, inspection.again
    texts = [
        f"{before.values[name].label} was {_result(before.values[name])} and is now "
        f"{_result(now.values[name]) if name in now.values else 'not there'}"
        for name in inspection.different
    ]
    return f"Computed again, not all is the same: {'; '.join(texts)}. {_reason(before, now)}"


def _reason(before: Outcome, now: Outcome) -> str:
    if before.origin is None or now.origin is None:
        return ""
    if before.origin.engine != now.origin.engine:
        return (
            f"It was computed by: {engine_in_words(before.origin.engine)}, "
            f"now by: {engine_in_words(now.origin.engine)}."
        )
    others = [
        f"{name} {before.origin.versions.get(name, 'none')}, now {version}"
        for name, version in now.origin.versions.items()
        if before.origin.versions.get(name) != version
    ]
    if others:
        return f"It was computed with {'; '.join(others)}."
    return "The model may read a file, the time or a random generator of its own."


def _settings(sweep: Sweep, outcome: Outcome) -> Iterator[tuple[str, str]]:
    for name, value in outcome.job.parameters.items():
        parameter = sweep.parameters[name]
        yield parameter.label, parameter.text(value)


def _made(sweep: Sweep, outcome: Outcome) -> Iterator[tuple[str, str]]:
    yield "Trial", f"{outcome.job.trial + 1} of {sweep.plan.trials}"
    yield "Seed", str(outcome.job.seed)
    origin = outcome.origin
    if origin is None:
        return
    yield "Engine", engine_in_words(origin.engine)
    yield "Time taken", _duration(origin.wall_time)
    if not for_visitors():
        yield "Host", f"{origin.host} (process {origin.process})"
    yield "Computed", time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(origin.started))
    for library, called in _LIBRARIES.items():
        if library in origin.versions:
            yield called, origin.versions[library]


def _duration(seconds: float) -> str:
    return f"{1000 * seconds:.3g} ms" if seconds < 1 else f"{seconds:.3g} s"


def _label(sweep: Sweep, name: str) -> str:
    """Give how a measure is called that gave no result here."""
    model = sweep.model
    return model.measures[name].label if isinstance(model, NetworkModel) else words(name)


def _result(value: Value) -> str:
    if value.si.ndim:
        return f"array of {' x '.join(map(str, value.si.shape))}"
    return _number(float(value.si), value.unit)


def _number(si: float, unit: Unit) -> str:
    if not unit.symbol and si.is_integer() and abs(si) < _MOST_WHOLE:
        return f"{int(si)}"
    return "none" if si != si else unit.text(si)  # noqa: PLR0124 - NaN: there was nothing to tell
